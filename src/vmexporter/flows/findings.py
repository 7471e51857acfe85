"""Asks the checks: what is wrong in a bundle, worst first, and which questions could not be answered.

A check's left side is asked for without its comparison, so that "all is well" and "nothing was measured" are two
answers. A query that fails is told as such, never as a check that found nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from vmexporter.core.components import UNKNOWN, Instance
from vmexporter.core.support import placeholders
from vmexporter.core.support.answers import Measured, Result, State
from vmexporter.core.support.placeholders import Filter
from vmexporter.core.support.releases import are_older
from vmexporter.core.support.tables import SEVERITIES, Check
from vmexporter.errors import VmexporterError
from vmexporter.flows.bundleview import View

_AT_ONCE = 4


def ask_checks(view: View, checks: Sequence[Check], asked: Filter) -> list[Result]:
    """The results of all checks: findings by severity and number of instances, then the rest in the table's order."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        results = list(pool.map(lambda check: _ask(view, check, asked), checks))
    order = {check.id: place for place, check in enumerate(checks)}
    return sorted(
        results,
        key=lambda one: (not one.findings, SEVERITIES.index(one.check.severity), order[one.check.id]),
    )


def _ask(view: View, check: Check, asked: Filter) -> Result:
    rollup_ms = placeholders.window_ms(view.interval_ms)
    range_ms = placeholders.counted_range_ms(view.time_range.length_ms, view.interval_ms)
    query = placeholders.check_query(check, view.matchers(asked), rollup_ms, range_ms)
    try:
        vector = view.session.api.instant(query, view.time_range.end_ms)
    except VmexporterError as error:
        return Result(check, "failed", why=error.message)
    if vector.partial:
        return Result(check, "failed", why="a part of the server is down")
    if not vector.series:
        return Result(check, _silence(check, view.meant(asked)))
    measured = [Measured(labels, float(value)) for labels, value in vector.series]
    found = [one for one in measured if check.holds(one.value)]
    found.sort(key=lambda one: (one.value if check.is_floor else -one.value, sorted(one.labels.items())))
    return Result(check, "found" if found else "clear", tuple(found), len(measured))


def _silence(check: Check, instances: Sequence[Instance]) -> State:
    """Why nothing was measured."""
    programs = set(check.component.split(","))
    concerned = [one for one in instances if "all" in programs or one.component in programs | {UNKNOWN}]
    if not concerned:
        return "absent"
    if check.counts:
        return "clear"
    older = are_older([version for one in concerned for version in one.versions], check.min_version)
    return "older" if older else "no data"
