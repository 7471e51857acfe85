"""The first part of a report: instances with their lanes, what happened, the flags that were set."""

from __future__ import annotations

import math
from collections.abc import Sequence

from vmexporter.core.report.axes import clock, moment, ticks
from vmexporter.core.report.markup import Markup, element
from vmexporter.core.request import TimeRange
from vmexporter.core.support.answers import Flag, InstanceRow, Mark, Overview
from vmexporter.core.times import format_span

_WIDTH = 720
_GOOD_SHARE = 0.98
_COLUMNS = ("Component", "Instance", "Version")
_NUMBERS = ("Up", "Restarts", "Flags set")


def overview_section(found: Overview, within: TimeRange) -> list[Markup]:
    """The overview."""
    length = f"{format_span(within.length_ms // 1000 * 1000)} to {moment(within.end_ms)}"
    head = [
        *(element("th", {"scope": "col"}, words) for words in _COLUMNS),
        *(element("th.num", {"scope": "col"}, words) for words in _NUMBERS),
        element(
            "th", {"scope": "col"}, element("div.ticks", None, [element("span", None, one) for one in ticks(within)])
        ),
    ]
    rows = [_row(row, found.marks, within) for row in found.rows]
    table = element(
        "table.tbl.fold.instances",
        None,
        element("thead", None, element("tr", None, head)),
        element("tbody", None, rows),
    )
    title = f"{len(rows)} instance" + ("" if len(rows) == 1 else "s")
    words = element("span.small.soft", None, length)
    return [
        element("section.panel", None, element("header", None, element("h2", None, title), words), table),
        *(element("p.note", {"data-kind": "warn"}, note) for note in found.notes),
        _marks(found.marks, within),
        *_flags(found.rows),
    ]


def mark_words(mark: Mark) -> str:
    """``vmagent 10.0.0.1:8429 restarted as v1.150.0``."""
    what = {
        "restart": f"restarted as {mark.version}" if mark.version else "restarted",
        "version": f"became {mark.version}",
        "down": f"down for {format_span(mark.until_ms - mark.at_ms)}",
    }[mark.kind]
    return f"{mark.component} {mark.instance} {what}"


def _row(row: InstanceRow, marks: Sequence[Mark], within: TimeRange) -> Markup:
    job = element("small", None, row.job) if row.job else None
    restarts = "unknown" if row.restarts is None else str(row.restarts)
    own = [mark for mark in marks if (mark.job, mark.instance) == (row.job, row.instance) and mark.kind != "down"]
    cells = (
        element("td", None, row.component),
        element("td", None, element("span.mono", None, row.instance), job),
        element("td", None, _versions(row)),
        element("td.num", None, _up(row.up_share)),
        element("td.num.hide-n", None, restarts),
        element("td.num.hide-n", None, str(sum(not flag.is_default for flag in row.flags))),
        element("td.full.lane-td", None, _lane(row, own, within)),
    )
    return element("tr", None, cells)


def _versions(row: InstanceRow) -> list[Markup | str]:
    named = [element("span.version", None, version) for version in row.versions]
    return [part for version in named for part in (" → ", version)][1:] or ["unknown"]


def _up(share: float | None) -> Markup | str:
    if share is None or not math.isfinite(share):
        return "unknown"
    words = f"{math.floor(share * 1000) / 10:g} %"
    return words if share >= _GOOD_SHARE else element("b.is-bad", None, words)


def _lane(row: InstanceRow, own: Sequence[Mark], within: TimeRange) -> Markup:
    def x(at_ms: int) -> float:
        return round(_WIDTH * (at_ms - within.start_ms) / max(within.end_ms - within.start_ms, 1), 1)

    edges = [row.first_ms, *(edge for span in row.down for edge in span), row.last_ms]
    up = [(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if end > start]
    bars = [(span, "rect.on", 14, 6) for span in up] + [(span, "rect.off", 10, 14) for span in row.down]
    words = [
        *(f"{mark.kind} {clock(mark.at_ms, within)}" for mark in own),
        *(f"down {clock(start, within)} to {clock(end, within)} UTC" for start, end in row.down),
    ]
    return element(
        "svg.lane",
        {
            "viewBox": f"0 0 {_WIDTH} 34",
            "preserveAspectRatio": "none",
            "role": "img",
            "aria-label": ", ".join(words) or "up throughout",
        },
        [
            element(kind, {"x": x(start), "y": y, "width": max(2, round(x(end) - x(start), 1)), "height": height})
            for (start, end), kind, y, height in bars
        ],
        [element("path.tickmark", {"d": f"M{x(mark.at_ms)} 10v14"}) for mark in own],
    )


def _marks(marks: Sequence[Mark], within: TimeRange) -> Markup:
    if not marks:
        return element("p.small.soft", None, "No restart, no new version and no gap to be marked on the charts.")
    rows = [element("li", None, element("b", None, clock(one.at_ms, within)), f" {mark_words(one)}") for one in marks]
    summary = element("summary", None, f"{len(marks)} moments are marked on every chart")
    return element("details.more", {"open": ""}, summary, element("ul.small", None, rows))


def _flags(rows: Sequence[InstanceRow]) -> list[Markup]:
    some = [row for row in rows if row.flags]
    total = sum(not flag.is_default for row in some for flag in row.flags)
    lists = [
        [
            element("h3.mts", None, f"{row.component} {row.instance}"),
            element("ul.flags", None, [_flag(flag) for flag in row.flags]),
        ]
        for row in some
    ]
    words = f"{total} flag{'' if total == 1 else 's'} set to other than the default"
    return [element("details.more", None, element("summary", None, words), lists)] if some else []


def _flag(flag: Flag) -> Markup:
    words = f"-{flag.name}={flag.value}" + (" (the default)" if flag.is_default else "")
    return element("li.soft" if flag.is_default else "li", None, words)
