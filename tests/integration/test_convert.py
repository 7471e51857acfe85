"""A converted bundle holds the same series and samples as the one that it was made of, and says what it was."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.integration.exports import Bundle, Outcome, between, environment, export, run, server_program, target_lines
from tests.integration.nativesite import END_MS, MONTHS_MS, START_MS, NativeBundle, export_native
from tests.lab.blocks import BlockReader
from tests.lab.lines import Samples, Series, line
from tests.lab.remotewrite import send_stale_markers
from vmexporter.flows.converting import Conversion
from vmexporter.flows.converting import convert as convert_events
from vmexporter.flows.events import Progress
from vmexporter.flows.world import World
from vmexporter.tsdb.private import find_program

pytestmark = pytest.mark.real
JOB, INSTANCE = "vmstorage-acme", "10.8.7.6:8482"
KEPT = frozenset({"export_id", "export_date", "version", "time_range", "components", "jobs", "obfuscated", "source"})
KEPT |= {"selection", "component_details", "map_id", "label_policy", "partial", "partial_reasons"}


@dataclass(frozen=True)
class Pair:
    """The same data in both forms, obfuscated with one map; ``lines`` has NaN and infinities, too."""

    lines: Bundle
    native: NativeBundle


@pytest.fixture(scope="module")
def reader() -> Iterator[BlockReader]:
    """A current server that takes as many labels as there are."""
    flags = ("-search.latencyOffset=0s", "-maxLabelsPerTimeseries=100")
    with BlockReader(*flags, program=server_program("current")) as running:
        NativeBundle.reader = running
        yield running


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("convert")


@pytest.fixture(scope="module")
def pair(reader: BlockReader, folder: Path) -> Pair:
    reader.import_jsonl(source_lines())
    reader.import_text("".join(odd_values()))
    own = {"job": JOB, "instance": INSTANCE}
    for name in ("up", "vm_gone"):
        send_stale_markers(reader, {"__name__": name, **own}, [MONTHS_MS[2] + 120_000])
    chosen = (*between(START_MS, END_MS), "--job", JOB)
    lines = export(reader.url, *chosen, cwd=folder)
    return Pair(lines, export_native(reader.url, *chosen, "--map", lines.map_path, cwd=folder))


def source_lines() -> Iterator[bytes]:
    chance = random.Random(5)
    own = {"job": JOB, "instance": INSTANCE}
    for begin_ms in MONTHS_MS:
        times_ms = [begin_ms + 1000 * second + chance.randint(0, 9) for second in range(-100, 100)]
        yield from target_lines(JOB, INSTANCE, times_ms)
        for number in range(5):
            labels = {"__name__": "vm_rows", "type": f'storage/"{number}\\\u2028\x01\x02', **own}
            yield line(labels, [chance.choice([7, 0.1 * second, 1e-300, -1e300]) for second in range(200)], times_ms)
    many = {f"label_{number}": "x" for number in range(60)}
    yield line({"__name__": "vm_many_labels", **many, **own}, [1], [MONTHS_MS[1]])


def odd_values() -> Iterator[str]:
    for place, value in enumerate(("+Inf", "1", "-Inf", "12345678901234567890")):
        yield f'vm_odd{{job="{JOB}",instance="{INSTANCE}"}} {value} {MONTHS_MS[1] + place}\n'


def convert(bundle: Path, to: str, *arguments: object, cwd: Path, program: str = "current") -> Outcome:
    """Run the command into a new folder below *cwd*."""
    output = Path(tempfile.mkdtemp(dir=cwd), "converted.zip")
    found = find_program(server_program(program))
    outcome = run(
        "convert", bundle, "--to", to, "--victoria-metrics", found, "-o", output, "--json", *arguments, cwd=cwd
    )
    assert bool(list(output.parent.iterdir())) == (outcome.status == 0)  # nothing is left of what failed
    return outcome


def made(outcome: Outcome) -> Bundle:
    """The bundle that the command made; reading it recounts its manifest."""
    assert outcome.status == 0, outcome
    path = Path(outcome.json()["bundle"])
    kind = NativeBundle if outcome.json()["manifest"]["format"] == "native" else Bundle
    return kind(path, outcome)


def samples_of(reader: BlockReader, bundle: Bundle) -> dict[Series, Samples]:
    """What a current server has of it."""
    return reader.samples(bundle.metrics, bundle.entry.partition(".")[2])


def check_told(before: Bundle, after: Bundle) -> None:
    assert {key: after.manifest[key] for key in KEPT} == {key: before.manifest[key] for key in KEPT}
    told = after.manifest["converted"]
    assert {key: told[key] for key in ("format", "rungs")} == {key: before.manifest[key] for key in ("format", "rungs")}
    assert told["sha256"] == before.manifest["sha256"][before.entry]
    assert told["samples"] == before.manifest["counts"]["samples"]
    assert after.readme.count("Converted by VictoriaMetrics") == 1


def test_the_source_is_worth_it(pair: Pair) -> None:
    texts = {value for samples in pair.lines.samples.values() for _, value in samples}
    assert {'"Infinity"', '"-Infinity"', "null"} <= texts
    assert max(map(len, pair.lines.samples)) > 60 and len(pair.lines.manifest["windows"]) > 5


@pytest.mark.parametrize("program", ["installed", "current"])
def test_lines_to_blocks_and_back(pair: Pair, reader: BlockReader, program: str, folder: Path) -> None:
    blocks = made(convert(pair.lines.path, "native", cwd=folder, program=program))
    check_told(pair.lines, blocks)
    counts = pair.lines.manifest["counts"]
    assert blocks.manifest["counts"]["samples"] == counts["samples"]
    assert samples_of(reader, blocks) == pair.lines.samples
    back = made(convert(blocks.path, "jsonl", cwd=folder))
    check_told(blocks, back)
    assert back.samples == pair.lines.samples
    assert back.manifest["counts"]["series"] == counts["series"]
    for bundle in (blocks, back):
        audit = run("audit", bundle.path, "--map", pair.lines.map_path, "--json", cwd=folder)
        assert audit.status == 0, audit


def test_blocks_to_lines(pair: Pair, reader: BlockReader, folder: Path) -> None:
    lines = made(convert(pair.native.path, "jsonl", cwd=folder))
    check_told(pair.native, lines)
    assert lines.samples == samples_of(reader, pair.native) == pair.lines.samples
    assert lines.manifest["converted"]["server"].startswith("v1.")


def test_an_old_server_cannot_read_blocks(pair: Pair, folder: Path) -> None:
    refused = convert(pair.native.path, "jsonl", cwd=folder, program="installed")
    assert (
        refused.status == 2 and "read by VictoriaMetrics v1.82" in refused.err and "--victoria-metrics" in refused.err
    )


def test_what_is_no_bundle_of_the_other_form(pair: Pair, folder: Path) -> None:
    same = convert(pair.lines.path, "jsonl", cwd=folder)
    assert same.status == 2 and "it holds metrics.jsonl already" in same.err
    other = convert(pair.lines.path, "csv", cwd=folder)
    assert other.status == 2 and "jsonl or native" in other.err
    damaged = Path(tempfile.mkdtemp(dir=folder), "damaged.zip")
    damaged.write_bytes(pair.lines.path.read_bytes()[:-100])
    assert convert(damaged, "native", cwd=folder).status == 9


def test_nothing_is_overwritten(pair: Pair, folder: Path) -> None:
    there = Path(tempfile.mkdtemp(dir=folder), "there.zip")
    there.write_text("mine")
    refused = convert(pair.lines.path, "native", "-o", there, cwd=folder)
    assert refused.status == 11 and there.read_text() == "mine"
    assert [path.name for path in there.parent.iterdir()] == ["there.zip"]


def test_the_name_is_made_of_the_bundles(pair: Pair, tmp_path: Path) -> None:
    shutil.copy(pair.lines.path, tmp_path / "b.zip")
    assert run("convert", "b.zip", "--to", "native", "--quiet", cwd=tmp_path).status == 0
    assert {path.name for path in tmp_path.iterdir()} == {"b.zip", "b-native.zip", "b-native.zip.sha256"}


@pytest.mark.parametrize(("program", "status"), [("installed", 10), ("current", 7)])
def test_a_server_that_changes_series_stops_it(
    pair: Pair, folder: Path, program: str, status: int, tmp_path: Path
) -> None:
    """An old one drops labels above its limit, a current one drops the series."""
    limited = tmp_path / "victoria-metrics"
    limited.write_text(f'#!/bin/sh\nexec {find_program(server_program(program))} "$@" -maxLabelsPerTimeseries=20\n')
    limited.chmod(0o755)
    output = tmp_path / "out"
    output.mkdir()
    arguments = ("--to", "native", "--victoria-metrics", limited, "-o", output / "c.zip")
    stopped = run("convert", pair.lines.path, *arguments, cwd=folder)
    assert stopped.status == status, stopped
    assert not list(output.iterdir())


@pytest.mark.parametrize("until", [0.1, 0.6])
def test_closing_it_leaves_nothing(pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, until: float) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    conversion = Conversion(pair.lines.path, "native", tmp_path / "c.zip", find_program(server_program("installed")))
    events: Any = convert_events(conversion, World())
    for event in events:
        if isinstance(event, Progress) and event.done >= until:
            assert list(scratch.iterdir())
            break
    events.close()
    assert [path.name for path in tmp_path.iterdir()] == ["scratch"] and not list(scratch.iterdir())


def test_ctrl_c_leaves_nothing(pair: Pair, tmp_path: Path) -> None:
    output, scratch = tmp_path / "out", tmp_path / "scratch"
    output.mkdir()
    scratch.mkdir()
    command = [sys.executable, "-m", "vmexporter", "convert", str(pair.lines.path), "--to", "native"]
    command += ["-o", str(output / "c.zip")]
    env = {**environment(), "TMPDIR": str(scratch)}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=env) as process:
        assert process.stderr is not None and "Loading" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 128 + signal.SIGINT
    assert not list(output.iterdir()) and not list(scratch.iterdir())
