"""Checks the tables of panels and checks: rows that can be read, placeholders where they belong, charts that exist."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, get_args

from vmexporter.core.components import FAMILY
from vmexporter.core.support.releases import release
from vmexporter.core.support.tables import (
    CHECKS,
    DASHBOARDS,
    NO_CHART,
    OWN_CHART,
    PANELS,
    Check,
    Panel,
    Severity,
    Unit,
    read_checks,
    read_panels,
)

DOCS: Final = "https://docs.victoriametrics.com/"
PLACEHOLDERS: Final = {"$sel", "$w", "$r", "$t"}


def support_findings(texts: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with both tables."""
    try:
        panels, checks = read_panels(texts[PANELS]), read_checks(texts[CHECKS])
    except (KeyError, ValueError) as error:
        yield f"{PANELS} or {CHECKS}: {error}"
        return
    for name, identities in ((PANELS, [one.id for one in panels]), (CHECKS, [one.id for one in checks])):
        if len(set(identities)) != len(identities):
            yield f"{name}: an id stands there twice"
    for panel in panels:
        yield from (f"{PANELS}: {panel.id}: {words}" for words in check_panel(panel))
    charts = {panel.id for panel in panels} | {OWN_CHART, NO_CHART}
    for check in checks:
        yield from (f"{CHECKS}: {check.id}: {words}" for words in check_check(check, charts))


def check_panel(panel: Panel) -> Iterator[str]:
    """What is wrong with a panel."""
    if panel.dashboard not in DASHBOARDS:
        yield f"no dashboard is called {panel.dashboard!r}"
    if not re.fullmatch(r"(?:[^{}]|\{\{\w+\}\})+", panel.legend):
        yield "the legend is none"
    yield from _query(panel.query, panel.unit, {"$sel", "$w"})
    yield from _version(panel.min_version)


def check_check(check: Check, charts: set[str]) -> Iterator[str]:
    """What is wrong with a check; *charts* are those that one may have."""
    if check.severity not in get_args(Severity):
        yield f"no severity is called {check.severity!r}"
    if not set(check.component.split(",")) <= FAMILY | {"all"}:
        yield "it names a component that is none"
    if not re.search(r" [<>] \$t$", check.condition) or not re.fullmatch(r"\d+(\.\d+)?", check.threshold):
        yield "the condition must end in > $t or < $t, and the threshold be a number"
    if check.chart not in charts:
        yield f"no panel is called {check.chart!r}"
    if not check.docs.startswith(DOCS):
        yield f"the documentation is not below {DOCS}"
    yield from _query(check.condition, check.unit, PLACEHOLDERS)
    yield from _version(check.min_version)


def _query(query: str, unit: str, known: set[str]) -> Iterator[str]:
    if unit not in get_args(Unit):
        yield f"no unit is called {unit!r}"
    if not set(re.findall(r"\$\w+", query)) <= known:
        yield "the query has a placeholder that nobody fills"
    selectors = re.findall(r"\{[^{}]*\}", query)
    if not selectors or not all(one.endswith("$sel}") for one in selectors):
        yield "$sel must stand last in the braces of every selector"


def _version(version: str) -> Iterator[str]:
    if version and release(version) is None:
        yield f"{version!r} is no version"
