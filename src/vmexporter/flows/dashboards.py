"""Draws a panel, or what a check measures, from a server that holds a bundle: named curves on a grid of moments."""

from __future__ import annotations

from vmexporter.core.request import TimeRange
from vmexporter.core.support import placeholders
from vmexporter.core.support.answers import Drawing, Empty, Line
from vmexporter.core.support.legends import legend, legend_of
from vmexporter.core.support.placeholders import Filter
from vmexporter.core.support.releases import are_older
from vmexporter.core.support.tables import Check, Panel
from vmexporter.flows.bundleview import View
from vmexporter.flows.charting import step_for
from vmexporter.flows.curves import Curve, Grid, curves

MOST_LINES = 24  # more cannot be told apart, and a page has many charts


def draw(view: View, shown: Panel | Check, asked: Filter, zoom: TimeRange | None = None) -> Drawing:
    """The chart of a panel, or of what a check measures, for those *asked* for.

    It is over the bundle's range, or over the part of it that *zoom* is.

    Raises:
        VmexporterError: the server cannot be asked, or refuses the query.
    """
    step_ms = step_for(zoom or view.time_range, view.interval_ms)
    rollup_ms = placeholders.window_ms(view.interval_ms, step_ms)
    fill = placeholders.panel_query if isinstance(shown, Panel) else placeholders.check_curve
    query = fill(shown, view.matchers(asked), rollup_ms)  # type: ignore[arg-type] # each is given its own
    grid = _grid(view, zoom, step_ms, rollup_ms)
    found, partial = curves(view.session.api, query, grid)
    named = [(_name(shown, curve), curve) for curve in found if any(value is not None for value in curve.values)]
    highest = sorted(named, key=lambda one: -max(value for value in one[1].values if value is not None))[:MOST_LINES]
    lines = tuple(sorted((Line(name, curve.values) for name, curve in highest), key=lambda line: line.name))
    empty = "" if lines else _emptiness(view, asked, shown)
    return Drawing(query, step_ms, grid.times_ms, lines, len(named) - len(lines), partial, empty)


def _name(shown: Panel | Check, curve: Curve) -> str:
    known = legend(shown.legend, curve.labels) if isinstance(shown, Panel) else legend_of(curve.labels)
    return known or shown.title


def _grid(view: View, zoom: TimeRange | None, step_ms: int, rollup_ms: int) -> Grid:
    """Begun one window after the first sample: before that a rollup has only a part of its samples."""
    wanted = zoom or view.time_range
    first_ms = min(max(wanted.start_ms, view.time_range.start_ms + rollup_ms), wanted.end_ms)
    return Grid(TimeRange(start_ms=first_ms, end_ms=wanted.end_ms), step_ms)


def _emptiness(view: View, asked: Filter, shown: Panel | Check) -> Empty:
    versions = [version for one in view.meant(asked) for version in one.versions]
    if are_older(versions, shown.min_version):
        return "older"
    return "zero" if isinstance(shown, Panel) and shown.is_empty_when_well else "no data"
