"""Imports as a user does them, and what a server has afterwards, series by series and timestamp by timestamp.

The known data has fractions, large numbers, infinities and staleness marks. What a server must have of it is what the
lines say, values compared as numbers. (They are of a size that servers keep exactly: a block has one scale for all.)
"""

from __future__ import annotations

import gzip
import os
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.integration.exports import CURRENT_BIN, server_program
from tests.lab.lines import Samples, Series, line, samples_by_series
from tests.lab.victoria import TsdbApi, VictoriaMetrics
from vmexporter.core.importing.request import ImportOptions, ImportRequest
from vmexporter.core.request import Connection
from vmexporter.flows.events import Event
from vmexporter.flows.importevents import Imported
from vmexporter.flows.importing import import_metrics
from vmexporter.flows.importrun import Manner
from vmexporter.flows.world import World

START_MS = 1_760_000_000_000
STEP_MS = 5_000
VALUES = ("0", "1.5", "-2.25", "1234567890", "null", '"Infinity"', '"-Infinity"')
EVERYTHING = '{__name__!=""}'
__all__ = ["CURRENT_BIN", "server_program"]


def known_lines(series: int = 60, samples: int = 120, seed: int = 7) -> list[bytes]:
    """Lines of *series* series with *samples* samples each, in windows as an export has them."""
    chance = random.Random(seed)
    made = []
    for at in range(0, samples, 40):
        times = [START_MS + number * STEP_MS for number in range(at, min(at + 40, samples))]
        for number in range(series):
            labels = {"__name__": f"known_{number % 7}", "job": f"job-{number % 3}", "instance": f"host-{number}:1"}
            values = [
                chance.choice(VALUES) if chance.random() < 0.1 else repr(round(chance.uniform(-9, 9), 4)) for _ in times
            ]
            made.append(line(labels, values, times))
    return made


def written(lines: Sequence[bytes], path: Path) -> Path:
    """A file of *lines*, gzipped when its name says so."""
    text = b"".join(lines)
    path.write_bytes(gzip.compress(text, 1) if path.suffix == ".gz" else text)
    return path


def stored(api: TsdbApi, match: str = EVERYTHING) -> dict[Series, Samples]:
    """All samples that a server has, within some years of the known ones."""
    year_ms = 365 * 24 * 3_600_000
    return samples_by_series(api.export(match, START_MS - 5 * year_ms, START_MS + 5 * year_ms))


def numbers(found: dict[Series, Samples]) -> dict[Series, list[tuple[int, float | str]]]:
    """The same with values as numbers, ``stale`` for marks."""
    return {series: [(at, _number(value)) for at, value in samples] for series, samples in found.items()}


def _number(text: str) -> float | str:
    if text in {"null", "NaN"}:  # NaN: v1.79 writes the mark so when it is the first of a line
        return "stale"
    return float(text.strip('"'))


def check_equal(lines: Sequence[bytes], api: TsdbApi, shift_ms: int = 0) -> None:
    """The server has exactly these samples, each once."""
    expected = numbers(samples_by_series(lines))
    found = numbers(stored(api))
    assert found.keys() == expected.keys(), (len(found), len(expected))
    for series, samples in expected.items():
        assert found[series] == [(at + shift_ms, value) for at, value in samples], series


def request_to(url: str, **options: Any) -> ImportRequest:
    """The request of an import with nothing special."""
    return ImportRequest(connection=Connection(url=url), options=ImportOptions.model_validate(options))


def events_of(path: Path, url: str, manner: Manner | None = None, **options: Any) -> Iterator[Event]:
    """An import within this process."""
    return import_metrics(path, request_to(url, **options), manner or Manner(), World())


def imported(path: Path, url: str, manner: Manner | None = None, **options: Any) -> Imported:
    """Run an import to its end."""
    return finished(events_of(path, url, manner, **options))


def finished(events: Iterator[Event]) -> Imported:
    """The last event, which says how the import ended."""
    *_, last = events
    assert isinstance(last, Imported)
    return last


def no_journal(folder: Path) -> None:
    """An import that is done leaves no journal."""
    assert not list(folder.glob("*.import"))


def current_or_installed() -> str:
    """The program of a single node to test with: the current one where there is one."""
    return server_program("current") if os.environ.get(CURRENT_BIN) else server_program("installed")


def node(kind: str, *flags: str) -> VictoriaMetrics:
    """A single node of a kind, ``installed`` or ``current``, that tells new samples at once."""
    return VictoriaMetrics("-search.latencyOffset=0s", *flags, program=server_program(kind))
