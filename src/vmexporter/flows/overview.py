"""The first look at a bundle: who was there and when, in which versions, what restarted, which flags are set."""

from __future__ import annotations

from collections.abc import Mapping

from vmexporter.core.components import target_of
from vmexporter.core.selectors import Target
from vmexporter.core.support.answers import Flag, InstanceRow, Overview
from vmexporter.core.support.placeholders import Filter, counted_range_ms
from vmexporter.core.times import format_span
from vmexporter.flows.bundleview import View
from vmexporter.flows.charting import step_for
from vmexporter.flows.curves import Grid
from vmexporter.flows.questions import BY_TARGET, Questions
from vmexporter.flows.timeline import down_spans, marks


def overview(view: View, asked: Filter, defaults: Mapping[str, str]) -> Overview:
    """The overview of the instances *asked* for; *defaults* are those of flags."""
    instances = view.meant(asked)
    selector = ",".join(map(str, view.matchers(asked)))
    grid = Grid(view.time_range, step_for(view.time_range, view.interval_ms))
    questions = Questions(view, selector, grid)
    counted = format_span(counted_range_ms(view.time_range.length_ms, view.interval_ms))
    shares = questions.numbers(f"avg {BY_TARGET} (avg_over_time(up{{{selector}}}[{counted}]))", "who was up")
    restarts = questions.numbers(
        f"sum {BY_TARGET} (changes_prometheus(vm_app_start_timestamp{{{selector}}}[{counted}]))", "restarts"
    )
    flags = _flags(questions, counted, defaults)
    lanes = down_spans(questions, instances)
    rows = tuple(
        InstanceRow(
            component=one.component,
            job=one.target.job,
            instance=one.target.instance,
            versions=one.versions,
            first_ms=one.first_ms,
            last_ms=one.last_ms,
            up_share=shares.get(one.target),
            restarts=round(restarts[one.target]) if one.target in restarts else None,
            flags=tuple(flags.get(one.target, ())),
            down=lanes.get(one.target, ()),
        )
        for one in instances
    )
    return Overview(rows, marks(questions, instances, lanes), (*view.notes, *questions.notes))


def _flags(questions: Questions, counted: str, defaults: Mapping[str, str]) -> dict[Target, list[Flag]]:
    query = f'last_over_time(flag{{is_set="true",{questions.selector}}}[{counted}])'
    found: dict[Target, list[Flag]] = {}
    for labels, _ in questions.series(query, "flags"):
        name, value = labels.get("name", ""), labels.get("value", "")
        found.setdefault(target_of(labels), []).append(Flag(name, value, defaults.get(name) == value))
    return {target: sorted(flags, key=lambda flag: flag.name) for target, flags in found.items()}
