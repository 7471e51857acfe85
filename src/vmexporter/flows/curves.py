"""A query's values over time, series by series, on one grid of moments: what a chart is drawn from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from vmexporter.core.request import TimeRange
from vmexporter.core.support.answers import Points
from vmexporter.tsdb.prometheus import PrometheusApi


@dataclass(frozen=True, slots=True)
class Curve:
    """One series: its labels, and a value for each moment of the grid (None where it has none that is finite)."""

    labels: Mapping[str, str]
    values: Points


@dataclass(frozen=True, slots=True)
class Grid:
    """The moments at which a query is evaluated: multiples of the step within the range."""

    time_range: TimeRange
    step_ms: int

    @property
    def times_ms(self) -> tuple[int, ...]:
        """All of them."""
        first_ms = -(-self.time_range.start_ms // self.step_ms) * self.step_ms
        return tuple(range(first_ms, self.time_range.end_ms + 1, self.step_ms))


def curves(api: PrometheusApi, query: str, grid: Grid) -> tuple[list[Curve], bool]:
    """The values of *query*, and whether a part of the server was down when it was asked.

    Raises:
        VmexporterError: the server cannot be asked, or refuses the query.
    """
    found, partial = [], False
    places = {at_ms: place for place, at_ms in enumerate(grid.times_ms)}
    for chunk in api.sampled([query], grid.time_range.start_ms, grid.time_range.end_ms, grid.step_ms):
        if isinstance(chunk, bool):
            partial = chunk
            continue
        line = json.loads(chunk.decode("utf-8", "surrogateescape"))
        values: list[float | None] = [None] * len(places)
        for at_ms, value in zip(line["timestamps"], line["values"], strict=True):
            if isinstance(value, int | float) and at_ms in places:
                values[places[at_ms]] = float(value)
        found.append(Curve(line["metric"], tuple(values)))
    return found, partial
