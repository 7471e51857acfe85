"""Runs the exporter as its user does, and reads what it made by other means than its own.

``run`` is any command as a process of its own, ``export`` one that must succeed, ``flow_export`` the same without the
process. A ``Bundle`` is read with the standard library and recounts itself: its manifest must say what is in it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from tests.lab.lines import Samples, Series, line, samples_by_series
from tests.lab.victoria import VictoriaMetrics
from vmexporter.bundle.writer import BundlePaths
from vmexporter.core.privacy.mapping import PseudonymMap
from vmexporter.core.request import Connection, ExportRequest, ObfuscationChoice, Selection, TimeRange
from vmexporter.flows.events import Event, Finished
from vmexporter.flows.exporting import Output
from vmexporter.flows.exporting import export as export_events
from vmexporter.flows.world import World

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
ROOT = Path(__file__).resolve().parents[2]
CURRENT_BIN = "VMEXPORTER_TEST_CURRENT_BIN"
"""Names a folder with programs of a current release, beside the installed ones."""

AllSamples = dict[Series, Samples]


def day(number: int) -> int:
    """The first ms of a day for one test alone, so that tests can share a server; see the numbers in each file."""
    return 1_420_070_400_000 + number * DAY  # 2015-01-01


def server_program(which: str) -> str:
    """The program of a single node: ``installed``, or ``current`` (skips where there is none)."""
    folder = os.environ.get(CURRENT_BIN)
    if which == "current" and not folder:
        pytest.skip(f"{CURRENT_BIN} names no folder with current programs")
    return str(Path(folder or "", "victoria-metrics")) if which == "current" else "victoria-metrics"


@dataclass(frozen=True)
class Outcome:
    """What a command left: exit status, standard output and error."""

    status: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        """Standard output as text."""
        return self.out.decode()

    def json(self) -> Any:
        """Standard output as one JSON document."""
        return json.loads(self.out)


def run(*arguments: object, cwd: Path, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> Outcome:
    """Run ``vmexporter`` with these arguments in the folder *cwd*; a crash fails the test."""
    done = subprocess.run(
        [sys.executable, "-m", "vmexporter", *map(str, arguments)],
        cwd=cwd, input=stdin, capture_output=True, env={**environment(), **(env or {})}, check=False, timeout=100,
    )  # fmt: skip
    outcome = Outcome(done.returncode, done.stdout, done.stderr.decode())
    assert done.returncode >= 0 and done.returncode != 70 and "Traceback" not in outcome.err, outcome
    return outcome


def environment() -> dict[str, str]:
    """The environment of a command: nothing of the developer's own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VMEXPORTER_")}
    return {**kept, "PYTHONPATH": str(ROOT / "src")}


def between(start_ms: int, end_ms: int) -> tuple[str, ...]:
    """The options of a range; both ends belong to it."""
    return "--start", str(start_ms), "--end", str(end_ms)


def export(url: str, *arguments: object, cwd: Path) -> Bundle:
    """Run ``vmexporter export`` into a new folder below *cwd*, and read the bundle."""
    folder = Path(tempfile.mkdtemp(dir=cwd))
    outcome = run("export", url, *arguments, "-o", f"{folder}/", cwd=cwd)
    assert outcome.status == 0, outcome
    [path] = folder.glob("*.zip")
    return Bundle(path, outcome)


def asked(
    url: str,
    start_ms: int,
    end_ms: int,
    selection: Selection | None = None,
    obfuscation: ObfuscationChoice | None = None,
) -> ExportRequest:
    """A request for ``flow_export``: of all components and obfuscated, unless something else is given."""
    return ExportRequest(
        connection=Connection(url=url),
        time_range=TimeRange(start_ms=start_ms, end_ms=end_ms),
        selection=selection or Selection(),
        obfuscation=obfuscation or ObfuscationChoice(),
    )


def flow_export(
    request: ExportRequest, folder: Path, known_map: PseudonymMap | None = None
) -> tuple[Bundle, list[Event]]:
    """The same without a process of its own; also the events."""
    path = Path(tempfile.mkdtemp(dir=folder), "flow.zip")
    events = list(export_events(request, Output(BundlePaths(path)), World(), known_map))
    assert isinstance(events[-1], Finished)
    return Bundle(path), events


class Bundle:
    """A bundle and what stands beside it; reading it recounts what its manifest says."""

    entry = "metrics.jsonl"

    def __init__(self, path: Path, outcome: Outcome | None = None) -> None:
        self.path = path
        self.outcome = outcome or Outcome(0, b"", "")
        with zipfile.ZipFile(path) as archive:
            assert sorted(archive.namelist()) == ["README.txt", "metadata.json", self.entry]
            self.metrics, metadata, readme = (
                archive.read(name) for name in (self.entry, "metadata.json", "README.txt")
            )
        self.metadata, self.readme = metadata.decode(), readme.decode()
        self.manifest: dict[str, Any] = json.loads(metadata)
        self.recount()

    @cached_property
    def samples(self) -> AllSamples:
        """All samples by series, as they stand in the bundle."""
        return samples_by_series(self.lines)

    @property
    def lines(self) -> list[bytes]:
        return self.metrics.split(b"\n")

    def recount(self) -> None:
        """The manifest's counts and checksums are true."""
        assert not self.metrics or self.metrics.endswith(b"\n")
        samples = sum(map(len, self.samples.values()))
        lines, size = self.metrics.count(b"\n"), len(self.metrics)
        counts = {"series": len(self.samples), "samples": samples, "lines": lines, "bytes": size, "blocks": 0}
        assert self.manifest["counts"] == counts
        self.recount_windows(lines, samples)

    def recount_windows(self, lines: int, samples: int) -> None:
        """The windows are those of the bundle's form and make the whole; so do the checksums."""
        windows = self.manifest["windows"]
        assert self.manifest["format"] == self.entry.partition(".")[2]
        assert [sum(window[key] for window in windows) for key in ("lines", "samples")] == [lines, samples]
        assert sum(window["bytes"] for window in windows) == len(self.metrics)
        assert self.manifest["sha256"] == {self.entry: hashlib.sha256(self.metrics).hexdigest()}
        digest = hashlib.sha256(self.path.read_bytes()).hexdigest()
        assert self.path.with_name(self.path.name + ".sha256").read_text() == f"{digest}  {self.path.name}\n"

    @property
    def map_path(self) -> Path:
        """Where the map stands, if there is one."""
        return self.path.with_name(self.path.stem + ".obfuscation_map.json")

    @cached_property
    def originals(self) -> dict[str, str]:
        """Pseudonym → original, of all kinds; an address also as it stands in the name of a host."""
        kinds = json.loads(self.map_path.read_text())["kinds"]
        kinds.pop("removed", None)  # digests of what nobody gets back
        pairs = [pair for of_kind in kinds.values() for pair in of_kind.items()]
        dashed = [(a.replace(".", "-"), b.replace(".", "-")) for a, b in pairs if a.startswith("777.777.")]
        return dict(pairs + dashed)

    @property
    def undone(self) -> AllSamples:
        """All samples with the pseudonyms in the names and values of their labels turned back, longest first."""
        shapes = re.compile("|".join(map(re.escape, sorted(self.originals, key=len, reverse=True))) or r"(?!)")

        def undo(text: str) -> str:
            return shapes.sub(lambda found: self.originals[found[0]], text)

        return {
            tuple(sorted((undo(name), undo(value)) for name, value in series)): of_series
            for series, of_series in self.samples.items()
        }

    @property
    def targets(self) -> set[tuple[str, str]]:
        """(job, instance) of every series, undone where there is a map."""
        return targets_of(self.undone if self.manifest["obfuscated"] else self.samples)


def targets_of(samples: AllSamples) -> set[tuple[str, str]]:
    """(job, instance) of every series, "" for a label that it does not have."""
    return {(dict(series).get("job", ""), dict(series).get("instance", "")) for series in samples}


def plain_export(server: VictoriaMetrics, match: str | Sequence[str], start_ms: int, end_ms: int) -> AllSamples:
    """What the server itself exports of a range, ``+Inf`` and ``NaN`` of old servers in the spelling of new ones."""
    spelling = {"+Inf": '"Infinity"', "-Inf": '"-Infinity"', "NaN": "null"}
    found = samples_by_series(server.export(match, start_ms, end_ms))
    return {
        series: [(time_ms, spelling.get(value, value)) for time_ms, value in samples]
        for series, samples in found.items()
    }


def target_lines(
    job: str, instance: str, times_ms: Sequence[int], *, version: str = "vmstorage-20260101-000000-tags-v1.150.0"
) -> list[bytes]:
    """What a scraped component leaves: its build, a few metrics, and vmagent's ``up`` and ``scrape_*``."""
    target = {"job": job, "instance": instance}
    names = ("vm_rows", "up", "scrape_duration_seconds", "go_goroutines")
    build = {"__name__": "vm_app_version", "version": version, "short_version": version.partition("tags-")[2], **target}
    lines = [line(build, [1] * len(times_ms), times_ms)]
    return lines + [line({"__name__": name, **target}, list(range(len(times_ms))), times_ms) for name in names]
