"""Finds the VictoriaMetrics components of a whole time range, also those that died within it.

``vm_app_version`` is asked for first and last sample and their number over the range: one small series per target. The
series of a target are counted at the moment it was last seen, job by job, so that a count that fails leaves one row
unknown and the rest known.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vmexporter.core.components import (
    SIGNATURE_FLAGS,
    SIGNATURE_METRICS,
    UNKNOWN,
    Instance,
    Sighting,
    instances_of,
    signatures,
    target_of,
    with_series,
)
from vmexporter.core.request import TimeRange
from vmexporter.core.selectors import Matcher, Selector, Target, escape_regex, target_selectors
from vmexporter.errors import InvalidInput, VmexporterError
from vmexporter.flows.session import Session

_BUILD_METRIC = "vm_app_version"
_LOOKBACK_MS = 300_000  # what an instant query looks back by default, in Prometheus and VictoriaMetrics
_MOMENTS_PER_JOB = 10
_BUNDLE_BYTES_PER_SAMPLE = 3.0  # measured: 2.3 to 2.9 with varied values, less with quiet ones
_PROMETHEUS_POINTS = 5_000  # of a subquery

NOTHING_FOUND = (
    "only targets that are scraped and report vm_app_version count: check that the components' own /metrics pages are"
    " scraped into this server and tenant, try a longer range, another tenant (vmexporter tenants), or --selector"
)


@dataclass(frozen=True, slots=True)
class Discovery:
    """The instances found, and whether a part of the server was down when they were looked for."""

    instances: tuple[Instance, ...]
    partial: bool = False
    notes: tuple[str, ...] = ()

    @property
    def estimated_samples(self) -> int | None:
        """Samples of all instances in the range, where known for all."""
        return estimate_samples(self.instances)


def estimate_samples(instances: Iterable[Instance]) -> int | None:
    """Samples of these instances in the range; None when one of them is unknown."""
    total = 0
    for instance in instances:
        if instance.samples is None:
            return None
        total += instance.samples
    return total


def estimate_bundle_bytes(samples: int) -> int:
    """About how large a bundle of so many samples will be."""
    return round(samples * _BUNDLE_BYTES_PER_SAMPLE) + 20_000


def discover(
    session: Session, time_range: TimeRange, *, count_series: bool = True, only: Sequence[Matcher] = ()
) -> Discovery:
    """The components of the range; *only* those whose series these matchers fit.

    Raises:
        VmexporterError: the server cannot be asked. (A series count that fails leaves None.)
    """
    sightings, partial = _sightings(session, time_range, only)
    instances = instances_of(sightings, {})
    if any(instance.component == UNKNOWN for instance in instances):
        instances = instances_of(sightings, _signed(session, time_range, only))
    notes = ["a part of the server is down: components whose data stands there may be missing"] if partial else []
    if count_series:
        instances, failures = _counted(session, instances, time_range)
        notes += failures
    return Discovery(tuple(instances), partial, tuple(notes))


def require_components(found: Discovery) -> Discovery:
    """The same discovery.

    Raises:
        InvalidInput: nothing was found; the hint says why that may be.
    """
    if not found.instances:
        raise InvalidInput("cannot find VictoriaMetrics components in this range", hint=NOTHING_FOUND)
    return found


def _sightings(session: Session, time_range: TimeRange, only: Sequence[Matcher]) -> tuple[list[Sighting], bool]:
    window = f"[{time_range.length_ms}ms]"
    builds = _BUILD_METRIC + (f"{{{','.join(map(str, only))}}}" if only else "")
    if session.is_victoria:
        first, last = (f"{name}({builds}{window})" for name in ("tfirst_over_time", "tlast_over_time"))
    else:
        step_ms = max(15_000, time_range.length_ms // _PROMETHEUS_POINTS)
        steps = f"[{time_range.length_ms}ms:{step_ms}ms]"
        first, last = (f"{name}(timestamp({builds}){steps})" for name in ("min_over_time", "max_over_time"))
    seen: dict[tuple[tuple[str, str], ...], dict[str, float]] = {}
    partial = False
    for role, query in (("first", first), ("last", last), ("scrapes", f"count_over_time({builds}{window})")):
        vector = session.api.instant(query, time_range.end_ms)
        partial = partial or vector.partial
        for labels, value in vector.series:
            key = tuple(sorted((name, text) for name, text in labels.items() if name != "__name__"))
            seen.setdefault(key, {})[role] = float(value)
    return [_sighting(dict(key), numbers, time_range) for key, numbers in seen.items()], partial


def _sighting(labels: dict[str, str], numbers: dict[str, float], time_range: TimeRange) -> Sighting:
    first_ms = round(numbers.get("first", time_range.start_ms / 1000) * 1000)
    last_ms = round(numbers.get("last", time_range.end_ms / 1000) * 1000)
    return Sighting(labels, first_ms, last_ms, round(numbers.get("scrapes", 0)))


def _signed(session: Session, time_range: TimeRange, only: Sequence[Matcher]) -> dict[Target, str]:
    flags = Selector(((Matcher("__name__", "=", "flag"), _any_of("name", SIGNATURE_FLAGS), *only),))
    metrics = Selector(((_any_of("__name__", SIGNATURE_METRICS), *only),))
    series, _ = session.api.series([str(flags), str(metrics)], time_range.start_ms, time_range.end_ms)
    return signatures(series)


def _any_of(label: str, values: Iterable[str]) -> Matcher:
    return Matcher(label, "=~", "|".join(map(escape_regex, values)))


def _counted(
    session: Session, instances: Sequence[Instance], time_range: TimeRange
) -> tuple[list[Instance], list[str]]:
    counts: dict[Target, int] = {}
    failures = []
    by_job: dict[str, list[Instance]] = {}
    for instance in instances:
        if instance.target.job or instance.target.instance:
            by_job.setdefault(instance.target.job, []).append(instance)
    for of_job in by_job.values():
        try:
            counts |= _count_job(session, of_job, time_range)
        except VmexporterError as error:
            failures.append(f"the series of one job could not be counted: {error.message}")
    return with_series(instances, counts), failures


def _count_job(session: Session, of_job: Sequence[Instance], time_range: TimeRange) -> dict[Target, int]:
    """Series of each target when it was last seen: together where they live on, one by one where they died."""
    moments: dict[int, list[Target]] = {}
    for instance in of_job:
        alive = instance.last_ms > time_range.end_ms - _LOOKBACK_MS
        moments.setdefault(time_range.end_ms if alive else instance.last_ms, []).append(instance.target)
    counts: dict[Target, int] = {}
    for moment_ms in sorted(moments, reverse=True)[:_MOMENTS_PER_JOB]:
        for selector in target_selectors(moments[moment_ms]):
            query = f"count({selector}) by (job,instance,vm_account_id,vm_project_id)"
            for labels, value in session.api.instant(query, moment_ms).series:
                counts[target_of(labels)] = int(float(value))
    return counts
