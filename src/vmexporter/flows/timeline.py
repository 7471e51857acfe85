"""What happened in the range of a bundle: who was down when, what restarted, which versions came.

A program was down in a step in which its ``up`` was 0, or in which it reported no ``vm_app_version``: that also holds
where nobody stores ``up``. Moments are those of samples, not what a program's clock says, so that they stand in the
right place of the charts even where the bundle was shifted in time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from vmexporter.core.components import Instance, target_of, version_of
from vmexporter.core.selectors import Target
from vmexporter.core.support.answers import Mark, Points, Spans
from vmexporter.core.times import format_span
from vmexporter.flows.charting import lane_of
from vmexporter.flows.curves import Curve
from vmexporter.flows.questions import BY_TARGET, Questions

_STEPS_OF_A_RESTART = 3  # a program that is started anew as another version tells its start and its version together


def down_spans(questions: Questions, instances: Sequence[Instance]) -> dict[Target, Spans]:
    """When each instance was down, between its first sample and its last."""
    grid, step = questions.grid, format_span(questions.grid.step_ms)
    selector, times_ms = questions.selector, questions.grid.times_ms
    builds = f"count {BY_TARGET} (count_over_time(vm_app_version{{{selector}}}[{step}]))"
    reported = _by_target(questions.curves(builds, "who was there"))
    up = _by_target(questions.curves(f"min {BY_TARGET} (min_over_time(up{{{selector}}}[{step}]))", "who was up"))
    nothing: Points = (None,) * len(times_ms)
    spans = {}
    for one in instances:
        if one.target not in reported:
            continue  # the question failed: that is no reason to call it down
        pairs = zip(times_ms, reported[one.target], up.get(one.target, nothing), strict=True)
        present = {at_ms: 0.0 if is_up == 0 else seen or 0.0 for at_ms, seen, is_up in pairs}
        lane = lane_of(one.target, present, times_ms, grid.time_range)
        spans[one.target] = tuple(_within(lane.down, one))
    return spans


def marks(questions: Questions, instances: Sequence[Instance], down: Mapping[Target, Spans]) -> tuple[Mark, ...]:
    """Restarts, new versions and gaps, in order of time."""
    known = {one.target: one for one in instances}
    versions = _versions(questions, known) if any(len(one.versions) > 1 for one in instances) else []
    found = _with_versions(list(_restarts(questions, known)), versions, questions.grid.step_ms)
    for target, spans in down.items():
        component = known[target].component
        found += [Mark("down", start, component, target.job, target.instance, until_ms=end) for start, end in spans]
    return tuple(sorted(found, key=lambda mark: (mark.at_ms, mark.job, mark.instance)))


def _restarts(questions: Questions, known: Mapping[Target, Instance]) -> Iterator[Mark]:
    step = format_span(questions.grid.step_ms)
    query = f"max {BY_TARGET} (last_over_time(vm_app_start_timestamp{{{questions.selector}}}[{step}]))"
    for curve in questions.curves(query, "when something restarted"):
        target = target_of(curve.labels)
        before = None
        for at_ms, value in zip(questions.grid.times_ms, curve.values, strict=True):
            if before is not None and value is not None and value != before and target in known:
                yield Mark("restart", at_ms, known[target].component, target.job, target.instance)
            before = before if value is None else value


def _versions(questions: Questions, known: Mapping[Target, Instance]) -> list[Mark]:
    """The first report of each version but an instance's first."""
    step = format_span(questions.grid.step_ms)
    query = (
        f"count {BY_TARGET[:-1]}, short_version, version)"
        f" (count_over_time(vm_app_version{{{questions.selector}}}[{step}]))"
    )
    firsts: dict[Target, list[tuple[int, str]]] = {}
    for curve in questions.curves(query, "when a version changed"):
        seen = (at_ms for at_ms, value in zip(questions.grid.times_ms, curve.values, strict=True) if value)
        first_ms = next(seen, None)
        if first_ms is not None and target_of(curve.labels) in known:
            firsts.setdefault(target_of(curve.labels), []).append((first_ms, version_of(curve.labels)))
    return [
        Mark("version", at_ms, known[target].component, target.job, target.instance, version)
        for target, versions in firsts.items()
        for at_ms, version in sorted(versions)[1:]
    ]


def _with_versions(restarts: list[Mark], versions: Sequence[Mark], step_ms: int) -> list[Mark]:
    """The restarts, each with the version that came with it; a version that came without one stays by itself."""
    found = list(restarts)
    for new in versions:
        near = [
            place
            for place, mark in enumerate(found)
            if (mark.job, mark.instance, mark.kind) == (new.job, new.instance, "restart")
            and abs(mark.at_ms - new.at_ms) <= _STEPS_OF_A_RESTART * step_ms
        ]
        if near:
            found[near[0]] = replace(found[near[0]], version=new.version)
        else:
            found.append(new)
    return found


def _by_target(found: Sequence[Curve]) -> dict[Target, Points]:
    return {target_of(curve.labels): curve.values for curve in found}


def _within(spans: Spans, one: Instance) -> Iterator[tuple[int, int]]:
    for start_ms, end_ms in spans:
        within = (max(start_ms, one.first_ms), min(end_ms, one.last_ms))
        if within[0] < within[1]:
            yield within
