"""Makes the data the bench exports, once, and keeps it in a folder for every later run.

A folder counts only when its ``dataset.json`` stands in it, which is written last: a load that broke off is thrown
away and made again. Making happens in a process of its own, because a child's peak memory is never reported below its
parent's: whoever measures must stay small.
https://docs.victoriametrics.com/single-server-victoriametrics/#how-to-import-data-in-json-line-format
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path

from bench import distinct, recorded
from bench.server import BenchError, find_binary, running, version_of

PROJECT = Path(__file__).resolve().parent.parent
DATA_VARIABLE = "VMEXPORTER_BENCH_DATA"
_PARTITION = "2026_11"
_POST_SIZE_BYTES = 32_000_000
_PIECE_LINES = 100


@dataclass(frozen=True)
class Recipe:
    """A kind of data; *hours* long. Its version rises when its bytes change, so that an older folder is not taken."""

    name: str
    hours: int
    version: int

    def lines(self) -> Iterator[bytes]:
        """Yield the export lines to load."""
        return distinct.lines() if self is MANY_SERIES else recorded.lines(self.hours, recorded.recorded_series())


ACME_DAY = Recipe("acme-day", hours=24, version=1)
ACME_WEEK = Recipe("acme-week", hours=7 * 24, version=1)
ACME_MONTH = Recipe("acme-month", hours=30 * 24, version=1)
ACME_HOUR = Recipe("acme-hour", hours=1, version=1)
MANY_SERIES = Recipe("many-series", hours=1, version=1)
_RECIPES = {recipe.name: recipe for recipe in (ACME_DAY, ACME_WEEK, ACME_MONTH, ACME_HOUR, MANY_SERIES)}


@dataclass(frozen=True)
class Dataset:
    """What was loaded; the range is [start_ms, end_ms), no sample lies on either end; *size_bytes* as it was sent."""

    server_version: str
    start_ms: int
    end_ms: int
    series: int
    samples: int
    size_bytes: int
    load_s: float


def data_root() -> Path:
    """Return the folder for all data of the bench: the environment's, else ``bench/.data``."""
    given = os.environ.get(DATA_VARIABLE)
    return Path(given) if given else PROJECT / "bench" / ".data"


def storage(binary: str, recipe: Recipe) -> Path:
    """Return the server's own folder for *recipe*; every build of the server gets another."""
    return data_root() / f"{recipe.name}-v{recipe.version}-{version_of(binary)}" / "storage"


def prepare(binary: str, recipe: Recipe) -> Dataset:
    """Return the facts of *recipe*'s data, having it made by another process if it is not there yet.

    Raises:
        BenchError: it could not be made; the maker has said why.
    """
    facts = storage(binary, recipe).parent / "dataset.json"
    if not facts.exists():
        maker = [sys.executable, "-m", "bench.dataset", recipe.name, "--binary", binary]
        if subprocess.run(maker, cwd=PROJECT, check=False, stdout=subprocess.DEVNULL).returncode != 0:
            raise BenchError(f"cannot make the data {recipe.name}: see above")
    return Dataset(**json.loads(facts.read_text()))


def _make(binary: str, recipe: Recipe) -> Dataset:
    folder = storage(binary, recipe).parent
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    made = _load(binary, recipe)
    (folder / "dataset.json").write_text(json.dumps(asdict(made), indent=1) + "\n")
    return made


def _load(binary: str, recipe: Recipe) -> Dataset:
    began_s = time.monotonic()
    tally = _Tally()
    with running(binary, storage(binary, recipe)) as server:
        stream = tally.counted(recipe.lines())
        for first in stream:
            server.post("/api/v1/import", chain([first], _up_to(_POST_SIZE_BYTES, stream)))
        server.settle(_PARTITION)
    return Dataset(
        server_version=version_of(binary),
        start_ms=recorded.END_MS - recipe.hours * 3_600_000,
        end_ms=recorded.END_MS,
        series=tally.series,
        samples=tally.samples,
        size_bytes=tally.size_bytes,
        load_s=round(time.monotonic() - began_s, 1),
    )


class _Tally:
    """Counts what flows through it."""

    def __init__(self) -> None:
        self.series = self.samples = self.size_bytes = 0

    def counted(self, lines: Iterator[bytes]) -> Iterator[bytes]:
        for line in lines:
            self.series += 1
            self.samples += 1 + line.count(b",", line.rindex(b'"timestamps":['))
            self.size_bytes += len(line)
            yield line


def _up_to(size_bytes: int, lines: Iterator[bytes]) -> Iterator[bytes]:
    """Pass lines on, some at a time, until *size_bytes* have gone by: small POSTs, so that an error shows early."""
    sent_bytes = 0
    piece: list[bytes] = []
    for line in lines:
        piece.append(line)
        sent_bytes += len(line)
        if len(piece) == _PIECE_LINES or sent_bytes >= size_bytes:
            yield b"".join(piece)
            piece.clear()
        if sent_bytes >= size_bytes:
            return
    yield b"".join(piece)


def main() -> None:
    """Make the data anew and print its facts."""
    parser = argparse.ArgumentParser(description="Make the data the bench exports.")
    parser.add_argument("recipe", nargs="?", default=ACME_DAY.name, choices=sorted(_RECIPES))
    parser.add_argument("--binary", help="the victoria-metrics to load")
    options = parser.parse_args()
    print(json.dumps(asdict(_make(find_binary(options.binary), _RECIPES[options.recipe])), indent=1))


if __name__ == "__main__":
    main()
