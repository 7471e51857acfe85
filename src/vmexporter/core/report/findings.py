"""The second part of a report: what is wrong, worst first, and which checks found nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from vmexporter.core.report.markup import Markup, element
from vmexporter.core.support.answers import Measured, Result, State
from vmexporter.core.support.legends import elsewhere
from vmexporter.core.support.units import shown

_MOST_ROWS = 50
_TAGS: Final[Mapping[str, str]] = {"critical": "span.tag.is-bad", "warning": "span.tag.is-warn", "info": "span.tag"}
_STATES: Final[Mapping[State, str]] = {
    "found": "found",
    "clear": "all is well",
    "no data": "nothing was measured",
    "older": "not in this version",
    "absent": "no such component",
    "failed": "could not be asked",
}


def findings_section(results: Sequence[Result], charts: Mapping[str, Markup]) -> list[Markup]:
    """The findings, each with the chart that *charts* has for its check."""
    found = [one for one in results if one.findings]
    rest = [one for one in results if not one.findings]
    rows = [
        element(
            "tr",
            None,
            element("td", None, one.check.title, element("small", None, one.check.meaning)),
            element("td.num", None, one.why or _STATES[one.state]),
        )
        for one in rest
    ]
    table = element("table.tbl", None, element("tbody", None, rows))
    more = element("summary", None, f"{len(rest)} checks without a finding")
    return [
        element("p.lead", None, summary(results)),
        *(_finding(one, charts.get(one.check.id)) for one in found),
        element("details.more", None, more, table),
    ]


def summary(results: Sequence[Result]) -> str:
    """How many checks found something, found all well, could not tell."""
    found = sum(one.state == "found" for one in results)
    clear = sum(one.state == "clear" for one in results)
    silent = len(results) - found - clear
    return f"{found} of {len(results)} checks found something, {clear} found all well, {silent} could not tell."


def _finding(result: Result, chart: Markup | None) -> Markup:
    check = result.check
    side = "below" if check.is_floor else "above"
    limit = f"{len(result.findings)} of {result.measured} {side} {shown(float(check.threshold), check.unit)}"
    left_out = len(result.findings) - _MOST_ROWS
    docs = element("a", {"href": check.docs, "rel": "noopener noreferrer"}, "Documentation")
    return element(
        "section.panel.finding",
        {"id": check.id},
        element(
            "header",
            None,
            element(_TAGS[check.severity], None, check.severity),
            element("h3", None, check.title),
            element("span.small.soft", None, limit),
        ),
        element(
            "div.inner" if chart else "div.inner.alone",
            None,
            element(
                "div.body",
                None,
                element("p", None, check.meaning),
                element("p.mts", None, element("b", None, "What to do: "), check.action),
                element("p.small.mts", None, docs),
                _whom(result),
                element("p.hint", None, f"{left_out} more, not as bad") if left_out > 0 else None,
            ),
            chart,
        ),
    )


def _whom(result: Result) -> Markup:
    is_anywhere = any(elsewhere(one.labels) for one in result.findings)
    columns = ("Instance", "Where") if is_anywhere else ("Instance",)
    head = [element("th", {"scope": "col"}, words) for words in columns]
    head.append(element("th.num", {"scope": "col"}, "Value"))
    rows = [_measured(one, result, is_anywhere) for one in result.findings[:_MOST_ROWS]]
    return element("table.tbl", None, element("thead", None, element("tr", None, head)), element("tbody", None, rows))


def _measured(one: Measured, result: Result, is_anywhere: bool) -> Markup:
    where = ", ".join(f"{name} {one.labels[name]}" for name in elsewhere(one.labels))
    job = one.labels.get("job", "")
    return element(
        "tr",
        None,
        element(
            "td", None, element("span.mono", None, one.labels.get("instance") or "all"), element("small", None, job)
        ),
        element("td.mono", None, where) if is_anywhere else None,
        element("td.num", None, shown(one.value, result.check.unit)),
    )
