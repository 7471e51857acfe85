"""A whole report: one file, no request, no script; its policy allows the one style sheet in it, by its hash.

https://www.w3.org/TR/CSP3/#external-hash
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from vmexporter.core.report.charts import figure
from vmexporter.core.report.findings import findings_section
from vmexporter.core.report.markup import Markup, element
from vmexporter.core.report.summary import overview_section
from vmexporter.core.request import TimeRange
from vmexporter.core.support.answers import Drawing, Overview, Result
from vmexporter.core.support.tables import DASHBOARDS, Panel


@dataclass(frozen=True, slots=True)
class Charted:
    """A panel and its chart, or why it could not be drawn."""

    panel: Panel
    drawing: Drawing | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class ReportContents:
    """All that stands in a report about one bundle. ``checked`` are charts of checks that no panel shows, by id."""

    name: str
    facts: tuple[str, ...]
    within: TimeRange
    overview: Overview
    results: tuple[Result, ...]
    panels: tuple[Charted, ...]
    checked: tuple[tuple[str, Drawing], ...] = ()


def document(bundles: Sequence[ReportContents], style: str, made_by: str) -> str:
    """The text of the file, one part for each bundle; *made_by* says by what it was made, and when."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    title = f"Report: {', '.join(one.name for one in bundles)}"
    head = element(
        "head",
        None,
        element("meta", {"charset": "utf-8"}),
        element("meta", {"http-equiv": "Content-Security-Policy", "content": policy}),
        element("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        element("meta", {"name": "color-scheme", "content": "light dark"}),
        element("meta", {"name": "referrer", "content": "no-referrer"}),
        element("title", None, title),
        element("style", None, Markup(style)),
    )
    footer = element("footer.small.muted.mt", None, made_by)
    main = element("main.content.wide.report", None, [_bundle(one) for one in bundles], footer)
    text = "<!doctype html>\n" + element("html", {"lang": "en"}, head, element("body", None, main)) + "\n"
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _bundle(one: ReportContents) -> Markup:
    head = element("div", None, element("p.eyebrow", None, ", ".join(one.facts)), element("h1", None, one.name))
    dashboards = [_dashboard(name, title, one) for name, title in DASHBOARDS.items()]
    return element(
        "article.stack",
        None,
        element("header.head.row", None, head),
        overview_section(one.overview, one.within),
        element("h2.mt", None, "Findings"),
        findings_section(one.results, _charts_of_findings(one)),
        dashboards,
    )


def _charts_of_findings(one: ReportContents) -> dict[str, Markup]:
    """The chart of each check that found something; of those that a panel shows, that panel's."""
    panels = {charted.panel.id: charted for charted in one.panels}
    own = dict(one.checked)
    charts = {}
    for check in (result.check for result in one.results if result.findings):
        charted = panels.get(check.chart)
        if charted and charted.drawing and charted.drawing.lines:
            charts[check.id] = _figure(charted, charted.drawing, one)
        elif (drawing := own.get(check.id)) and drawing.lines:
            title = f"{check.title}: over time"
            charts[check.id] = figure(title, check.unit, "", (drawing, one.within, one.overview.marks))
    return charts


def _dashboard(name: str, title: str, one: ReportContents) -> list[Markup]:
    charted = [each for each in one.panels if each.panel.dashboard == name]
    figures = [_figure(each, each.drawing, one) for each in charted if each.drawing and each.drawing.lines]
    silent = "; ".join(f"{each.panel.title}: {_silence(each)}" for each in charted if not _has_lines(each))
    heading = element("h2.mt", None, title)
    cards = element("section.cards", None, figures) if figures else None
    note = element("p.small.soft", None, f"Not drawn: {silent}.") if silent else None
    return [part for part in (heading, cards, note) if part is not None]


def _has_lines(charted: Charted) -> bool:
    return charted.drawing is not None and bool(charted.drawing.lines)


def _silence(charted: Charted) -> str:
    if charted.drawing is None:
        return charted.why
    if charted.drawing.empty == "older":
        return f"needs v{charted.panel.min_version}"
    return "nothing above zero" if charted.drawing.empty == "zero" else "no data"


def _figure(charted: Charted, drawing: Drawing, one: ReportContents) -> Markup:
    panel = charted.panel
    return figure(panel.title, panel.unit, panel.why, (drawing, one.within, one.overview.marks))
