"""Known data over several months, and bundles of native blocks, whose samples a current server tells.

A site's samples lie around the ends of months, where slices of native blocks end: 300 samples at each of five ends.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tests.integration.exports import AllSamples, Bundle, Outcome, run, server_program
from tests.integration.faulty import BUILD, Server, Site
from tests.lab.blocks import BlockReader, blocks_in, labels_of, range_of
from tests.lab.lines import Samples, Series, line, samples_by_series
from vmexporter.core.request import TimeRange

MONTHS_MS = (1_612_137_600_000, 1_614_556_800_000, 1_617_235_200_000, 1_619_827_200_000, 1_622_505_600_000)
"""The beginnings of February to June 2021, UTC."""
AROUND_MS = 150_000
START_MS, END_MS = MONTHS_MS[0] - AROUND_MS + 2_500, MONTHS_MS[-1] + AROUND_MS - 2_500
WINDOWS = len(MONTHS_MS) + 1
SERIES_PER_TARGET = 12


class NativeBundle(Bundle):
    """A bundle of native blocks. ``reader`` tells its samples; set it before a bundle is read."""

    entry = "metrics.native"
    reader: ClassVar[BlockReader]

    @cached_property
    def samples(self) -> AllSamples:
        return self.reader.samples(self.metrics)

    @cached_property
    def blocks(self) -> list[tuple[Series, bytes]]:
        """The labels and the bytes of each block."""
        return [(labels_of(name), block) for name, block in blocks_in(self.metrics)]

    def recount(self) -> None:
        """The manifest's counts and checksums are true, and so is the range that the blocks begin with."""
        samples = sum(map(len, self.samples.values()))
        counts = {"series": len(self.samples), "samples": samples, "lines": 0, "bytes": len(self.metrics)}
        counts["blocks"] = len(self.blocks)
        assert self.manifest["counts"] == counts, (self.manifest["counts"], counts)
        assert {labels for labels, _ in self.blocks} >= set(self.samples)
        time_range = self.manifest["time_range"]
        assert range_of(self.metrics) == (time_range["start_ms"], time_range["end_ms"])
        assert self.manifest["rungs"] == ["native"] and not self.manifest["partial"]
        self.recount_windows(len(self.blocks), samples)


def export_native(url: str, *arguments: object, cwd: Path) -> NativeBundle:
    """Run ``vmexporter export --format native`` into a new folder below *cwd*, and read the bundle."""
    return made(run_export(url, *arguments, "--format", "native", cwd=cwd))


def run_export(url: str, *arguments: object, cwd: Path) -> tuple[Path, Outcome]:
    """Run ``vmexporter export`` into a new folder below *cwd*: the bundle's path."""
    folder = Path(tempfile.mkdtemp(dir=cwd))
    outcome = run("export", url, *arguments, "-o", f"{folder}/", cwd=cwd)
    assert outcome.status == 0, outcome
    [path] = folder.glob("*.zip")
    return path, outcome


def made(found: tuple[Path, Outcome]) -> NativeBundle:
    """Read what ``run_export`` made."""
    return NativeBundle(*found)


@dataclass(frozen=True)
class MonthsSite(Site):
    """Two jobs of two storages each in six months, exported as native blocks."""

    @classmethod
    def in_server(cls, victoria: Server, mark: str) -> MonthsSite:
        jobs = (f"{mark}-one", f"{mark}-two")
        targets = [(job, f"10.8.{place}.{host}:8482") for place, job in enumerate(jobs) for host in (1, 2)]
        lines = [text for job, instance in targets for text in _target_lines(job, instance)]
        foreign = {"__name__": "billing_total", "job": jobs[0], "instance": "10.7.9.9:9100"}
        victoria.import_jsonl([*lines, line(foreign, [1, 2], [START_MS, START_MS + 1])])
        match = f'{{job=~"{"|".join(jobs)}",instance!="10.7.9.9:9100"}}'
        expected = samples_by_series(victoria.export(match, START_MS, END_MS))
        assert expected and len(expected) % (4 * SERIES_PER_TARGET) == 0
        return cls(victoria, jobs, expected)

    def request(self, url: str, **changes: Any) -> Any:
        given = {"time_range": TimeRange(start_ms=START_MS, end_ms=END_MS), "format": "native", "window_ms": 0}
        return super().request(url, **{**given, **changes})

    def arguments(self, url: str, folder: Path, *more: str) -> list[str]:
        jobs = [argument for job in self.jobs for argument in ("--job", job)]
        ends = ["--start", str(START_MS), "--end", str(END_MS), "--format", "native"]
        return ["export", url, *ends, *jobs, "--header", "X-Planted", "-o", f"{folder}/", *more]

    def content(self, path: Path) -> tuple[dict[Series, Samples], dict[str, Any]]:
        bundle = NativeBundle(path)
        return bundle.samples, bundle.manifest


def _target_lines(job: str, instance: str) -> Iterator[bytes]:
    chance = random.Random(f"{job}{instance}")
    own = {"job": job, "instance": instance}
    for begin_ms in MONTHS_MS:
        every_s = list(range(begin_ms - AROUND_MS, begin_ms + AROUND_MS, 1000))
        version = {"__name__": "vm_app_version", "short_version": "v1.150.0", "version": BUILD}
        yield line({**version, **own}, [1] * len(every_s), every_s)
        for number in range(SERIES_PER_TARGET - 1):
            labels = {"__name__": "vm_rows", "type": f'storage/"{number}\\\u2028\x01\x02', **own}
            jitter = (0, 0, 3, 400)[number % 4]
            times_ms = [time_ms + chance.randint(0, jitter) for time_ms in every_s]
            values = [chance.choice([chance.randrange(10**9) / 8, row, 0.1 * row]) for row in range(len(times_ms))]
            yield line(labels, values, times_ms)


@pytest.fixture(scope="module")
def reader() -> Iterator[BlockReader]:
    """The current server that native bundles are read with."""
    with BlockReader("-search.latencyOffset=0s", program=server_program("current")) as running:
        NativeBundle.reader = running
        yield running
