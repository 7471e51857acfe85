"""Makes a report of opened bundles: everything there is to see, asked once, as one file to be attached to a ticket."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from vmexporter import __version__
from vmexporter.bundle.files import write_private
from vmexporter.bundle.tables import read_style
from vmexporter.core.report.document import Charted, ReportContents, document
from vmexporter.core.support.answers import Drawing, Result
from vmexporter.core.support.placeholders import Filter
from vmexporter.core.support.tables import OWN_CHART, Panel
from vmexporter.core.times import format_utc
from vmexporter.errors import VmexporterError
from vmexporter.flows.bundleview import OpenedBundle, SupportTables, View, look, read_support_tables
from vmexporter.flows.dashboards import draw
from vmexporter.flows.events import Event
from vmexporter.flows.findings import ask_checks
from vmexporter.flows.overview import overview
from vmexporter.flows.readahead import in_background
from vmexporter.flows.session import Session

_AT_ONCE = 4


def report(session: Session, bundles: Sequence[OpenedBundle], now_ms: int) -> str:
    """The HTML of a report about *bundles*, which the server of *session* holds.

    A chart that cannot be drawn is named with the reason.

    Raises:
        InvalidInput: there is nothing in a bundle.
        VmexporterError: the server cannot be asked.
    """
    tables = read_support_tables()
    contents = [_contents(one, look(session, one, now_ms), tables) for one in bundles]
    made_by = f"Made by vmexporter {__version__} at {format_utc(now_ms // 1000 * 1000)}. All times are UTC."
    return document(contents, read_style(), made_by)


def write_report(session: Session, bundles: Sequence[OpenedBundle], path: Path, now_ms: int) -> Iterator[Event]:
    """Write a report to *path*, which must not exist; it is the operator's alone (mode 0600). A closed one writes none.

    Raises:
        OutputFailed: it exists, or cannot be written.
        VmexporterError: as ``report``.
    """
    made = yield from in_background(partial(report, session, bundles, now_ms), session.client.interrupt)
    write_private(path, made.encode())


def _contents(one: OpenedBundle, view: View, tables: SupportTables) -> ReportContents:
    results = tuple(ask_checks(view, tables.checks, Filter()))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        panels = tuple(pool.map(lambda panel: _charted(view, panel), tables.panels))
    own = [result for result in results if result.findings and result.check.chart == OWN_CHART]
    checked = tuple((result.check.id, drawing) for result in own if (drawing := _own_chart(view, result)))
    found = overview(view, Filter(), tables.defaults)
    return ReportContents(one.name, one.facts, view.time_range, found, results, panels, checked)


def _charted(view: View, panel: Panel) -> Charted:
    try:
        return Charted(panel, draw(view, panel, Filter()))
    except VmexporterError as error:
        return Charted(panel, None, error.message)


def _own_chart(view: View, result: Result) -> Drawing | None:
    try:
        return draw(view, result.check, Filter())
    except VmexporterError:
        return None  # the finding itself stands there, with its value
