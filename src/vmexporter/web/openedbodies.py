"""What the API of opened bundles takes and gives: one model for each."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import Field

from vmexporter.core.request import Model, TimeRange
from vmexporter.core.support.placeholders import Filter
from vmexporter.web.answers import Given
from vmexporter.web.bodies import LATEST_MS, Text

Moment = Annotated[int, Field(ge=0, le=LATEST_MS)]


class FilterBody(Model):
    """Which bundle, and whom it is about; "" leaves all in."""

    bundle: Text = ""
    component: Text = ""
    job: Text = ""
    instance: Text = ""

    def filter(self) -> Filter:
        """The filter that it means."""
        return Filter(self.component, self.job, self.instance)


class Zoom(TimeRange):
    """A part of the range."""

    start_ms: Moment
    end_ms: Moment


class DrawBody(FilterBody):
    """A chart: of a panel or of a check, by id."""

    panel: Text = ""
    check: Text = ""
    zoom: Zoom | None = None


class PanelEntry(Given):
    """A chart that there is."""

    id: str
    title: str
    unit: str
    why: str
    min_version: str


class DashboardEntry(Given):
    """A dashboard and its charts, most useful first."""

    id: str
    title: str
    panels: tuple[PanelEntry, ...]


class BundleEntry(Given):
    """A bundle that is open."""

    name: str
    label: str
    facts: tuple[str, ...]


class OpenedAnswer(Given):
    """What is open, and what can be looked at."""

    version: str
    bundles: tuple[BundleEntry, ...]
    vmui_url: str
    dashboards: tuple[DashboardEntry, ...]


class FlagEntry(Given):
    """A flag that was set."""

    name: str
    value: str
    is_default: bool


class RowEntry(Given):
    """An instance: ``up_share`` is a fraction; ``down`` are spans in ms."""

    component: str
    job: str
    instance: str
    versions: tuple[str, ...]
    first_ms: int
    last_ms: int
    up_share: float | None
    restarts: int | None
    flags: tuple[FlagEntry, ...]
    down: tuple[tuple[int, int], ...]


class MarkEntry(Given):
    """Something marked on every chart."""

    kind: Literal["restart", "version", "down"]
    at_ms: int
    component: str
    job: str
    instance: str
    version: str
    until_ms: int


class WhoEntry(Given):
    """An instance by what it can be chosen by."""

    component: str
    job: str
    instance: str


class OverviewAnswer(Given):
    """A bundle's range and scrape interval, all its instances, and rows and marks of those asked for."""

    start_ms: int
    end_ms: int
    interval_ms: int
    everyone: tuple[WhoEntry, ...]
    rows: tuple[RowEntry, ...]
    marks: tuple[MarkEntry, ...]
    notes: tuple[str, ...]


class LineEntry(Given):
    """A curve: a value for each moment, or null."""

    name: str
    values: tuple[float | None, ...]


class DrawingAnswer(Given):
    """A chart; ``query`` is what was asked, ``empty`` why there is no line."""

    query: str
    step_ms: int
    times_ms: tuple[int, ...]
    lines: tuple[LineEntry, ...]
    left_out: int
    partial: bool
    empty: Literal["", "no data", "zero", "older"]


class MeasuredEntry(Given):
    """Whom a finding is about, where, and its value (null when it is beyond numbers)."""

    job: str
    instance: str
    where: str
    value: float | None


class ResultEntry(Given):
    """A check and what became of it."""

    id: str
    title: str
    severity: Literal["critical", "warning", "info"]
    meaning: str
    action: str
    docs: str
    unit: str
    threshold: float
    is_floor: bool
    chart: str
    min_version: str
    state: Literal["found", "clear", "no data", "older", "absent", "failed"]
    findings: tuple[MeasuredEntry, ...]
    measured: int
    why: str


class FindingsAnswer(Given):
    """All checks, findings first, the worst of them before the others."""

    results: tuple[ResultEntry, ...]


def finite(value: float) -> float | None:
    """*value* as JSON can have it."""
    return value if math.isfinite(value) else None
