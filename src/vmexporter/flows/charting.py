"""Draws the range before it is exported: rows taken in per second, and when each component was not there.

A component was down in a step in which it reported no ``vm_app_version``: that also holds where nobody stores ``up``,
and for one that died within the range. Steps are longer than the scrape interval, so that none is empty by accident.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from vmexporter.core.components import Instance, target_of, tenant_of
from vmexporter.core.request import TimeRange
from vmexporter.core.selectors import Target
from vmexporter.errors import VmexporterError
from vmexporter.flows.discovery import discover
from vmexporter.flows.session import Session

_POINTS = 240
_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400)
_BY_TARGET = "by (job,instance,vm_account_id,vm_project_id)"
# The first that has data: what single nodes and vminsert take in; what vmstorage stores; what vmagent takes in.
_ROWS = ("vm_rows_inserted_total", "vm_rows_added_to_storage_total", "vmagent_rows_inserted_total")

Series = Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Lane:
    """When one target was not there: spans in ms, in order."""

    job: str
    instance: str
    tenant: str
    down: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Points at the ends of steps; ``rows_per_s`` has None where nothing is known."""

    step_ms: int
    times_ms: tuple[int, ...]
    rows_per_s: tuple[float | None, ...]
    rows_metric: str
    lanes: tuple[Lane, ...]


def chart(session: Session, time_range: TimeRange, chosen: Iterable[Target] = ()) -> Chart:
    """The chart of all targets found in the range, or of those *chosen*.

    Raises:
        VmexporterError: the server cannot be asked.
    """
    wanted = set(chosen)
    found = discover(session, time_range, count_series=False).instances
    instances = [one for one in found if not wanted or _is_among(one.target, wanted)]
    interval_ms = scrape_interval_ms(instances)
    step_ms = step_for(time_range, interval_ms)
    first_ms = -(-time_range.start_ms // step_ms) * step_ms
    times_ms = tuple(range(first_ms, time_range.end_ms + 1, step_ms))
    query = f"count(count_over_time(vm_app_version[{step_ms}ms])) {_BY_TARGET}"
    present = dict(_matrix(session, query, time_range, step_ms))
    lanes = tuple(lane_of(one.target, present.get(one.target, {}), times_ms, time_range) for one in instances)
    rows, metric = _rows(session, time_range, step_ms, (instances, interval_ms))
    return Chart(step_ms, times_ms, tuple(rows.get(at_ms) for at_ms in times_ms), metric, lanes)


def step_for(time_range: TimeRange, interval_ms: int) -> int:
    """A round step that gives about as many points as a chart can show, and is longer than the scrape interval."""
    least_ms = max(time_range.length_ms // _POINTS, interval_ms * 3 // 2)
    return next(
        (step_s * 1000 for step_s in _STEPS_S if step_s * 1000 >= least_ms), -(-least_ms // 86_400_000) * 86_400_000
    )


def scrape_interval_ms(instances: Sequence[Instance]) -> int:
    """The longest mean distance of two samples of an instance: no step may be shorter."""
    distances = (
        (one.last_ms - one.first_ms) // (one.scrapes - 1)
        for one in instances
        if one.scrapes > 2 and one.last_ms > one.first_ms
    )
    return min(max(distances, default=15_000), 300_000)


def _rows(
    session: Session, time_range: TimeRange, step_ms: int, of: tuple[Sequence[Instance], int]
) -> tuple[Series, str]:
    instances, interval_ms = of
    targets = {one.target for one in instances}
    window_ms = max(step_ms, 4 * interval_ms)
    for metric in _ROWS:
        total: dict[int, float] = {}
        try:
            for target, series in _matrix(
                session, f"sum(rate({metric}[{window_ms}ms])) {_BY_TARGET}", time_range, step_ms
            ):
                if target in targets:
                    for at_ms, value in series.items():
                        total[at_ms] = total.get(at_ms, 0.0) + value
        except VmexporterError:
            continue  # the lanes are worth more than the curve
        if any(total.values()):
            return total, metric
    return {}, ""


def _matrix(session: Session, query: str, time_range: TimeRange, step_ms: int) -> Iterator[tuple[Target, Series]]:
    for chunk in session.api.sampled([query], time_range.start_ms, time_range.end_ms, step_ms):
        if isinstance(chunk, bool):
            continue
        for text in chunk.split(b"\n"):
            if text:
                line = json.loads(text.decode("utf-8", "surrogateescape"))
                numbers = (float(value) if isinstance(value, int | float) else 0.0 for value in line["values"])
                yield target_of(line["metric"]), dict(zip(line["timestamps"], numbers, strict=True))


def lane_of(target: Target, present: Series, times_ms: Sequence[int], time_range: TimeRange) -> Lane:
    """When *target* was not there: at the ends of steps for which *present* has nothing, or zero."""
    down: list[tuple[int, int]] = []
    before_ms = time_range.start_ms
    for at_ms in times_ms:
        if not present.get(at_ms) and at_ms > before_ms:
            if down and down[-1][1] == before_ms:
                down[-1] = (down[-1][0], at_ms)
            else:
                down.append((before_ms, at_ms))
        before_ms = at_ms
    return Lane(target.job, target.instance, tenant_of(target), tuple(down))


def _is_among(target: Target, wanted: set[Target]) -> bool:
    return target in wanted or Target(target.job, target.instance) in wanted
