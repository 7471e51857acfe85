"""Where the result goes and what it tells: whole files that are the operator's alone, and no original in them."""

from __future__ import annotations

import json
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.exports import (
    HOUR,
    SECOND,
    Bundle,
    between,
    day,
    environment,
    export,
    run,
    target_lines,
)
from tests.lab.lines import samples_by_series
from tests.lab.processes import Address, free_network
from tests.lab.victoria import VictoriaMetrics

pytestmark = pytest.mark.real

START, END = day(0), day(0) + 2 * HOUR
RANGE = between(START, END)
JOBS = ("acme-production-vmstorage", "acme-secret-job")
HOSTS = ("db-7.fra1.acme.example", "10.20.30.11", "[fd12:3456:789a::1]")
NAME = re.compile(r"vmexporter-\d{8}T\d{6}Z-[a-z0-9]{6}\.zip")


@pytest.fixture(scope="module")
def server() -> Iterator[VictoriaMetrics]:
    """A server that is one of the targets itself, so that its own address is an original too."""
    with VictoriaMetrics(address=Address(f"{free_network()}.11", 8428)) as running:
        times = list(range(START, END + 1, 5 * SECOND))
        for job in JOBS:
            for instance in (*(f"{host}:8482" for host in HOSTS), str(running.address)):
                running.import_jsonl(target_lines(job, instance, times))
        yield running


def files(folder: Path) -> dict[str, int]:
    """The names in a folder and their permissions."""
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


def test_a_folder_gets_a_bundle_that_every_program_can_open(server: VictoriaMetrics, tmp_path: Path) -> None:
    outcome = run("export", server.url, *RANGE, "-o", "new/", cwd=tmp_path)
    folder = tmp_path / "new"
    assert outcome.status == 0 and stat.S_IMODE(folder.stat().st_mode) == 0o700
    [path] = folder.glob("*.zip")
    stem = path.name.removesuffix(".zip")
    assert NAME.fullmatch(path.name)
    assert files(folder) == dict.fromkeys((path.name, f"{path.name}.sha256", f"{stem}.obfuscation_map.json"), 0o600)
    for command in (("sha256sum", "-c", f"{path.name}.sha256"), ("unzip", "-tq", path.name), ("7z", "t", path.name)):
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done
    assert Bundle(path).manifest["export_id"] == stem
    for name in files(folder):
        assert name in outcome.text
    inspected = run("inspect", path, cwd=tmp_path)
    assert inspected.status == 0 and stem in inspected.text and "metrics.jsonl" in inspected.text


def test_a_named_file_and_the_folder_one_is_in(server: VictoriaMetrics, tmp_path: Path) -> None:
    assert run("export", server.url, *RANGE, "-o", "named.zip", cwd=tmp_path).status == 0
    assert set(files(tmp_path)) == {"named.zip", "named.zip.sha256", "named.obfuscation_map.json"}
    named = Bundle(tmp_path / "named.zip").manifest["export_id"]
    assert NAME.fullmatch(f"{named}.zip"), "the name that its owner chose may tell more than support should know"
    assert run("export", server.url, *RANGE, "--no-obfuscate", cwd=tmp_path).status == 0
    [path] = set(tmp_path.glob("*.zip")) - {tmp_path / "named.zip"}
    assert NAME.fullmatch(path.name) and len(files(tmp_path)) == 5, "no map without obfuscation"
    assert Bundle(path).manifest["export_id"] == path.stem


@pytest.mark.parametrize(
    "taken", ["a.zip", "a.zip.sha256", "a.obfuscation_map.json", "a.zip.part", "a.zip.part.journal"]
)
def test_nothing_is_overwritten(server: VictoriaMetrics, taken: str, tmp_path: Path) -> None:
    (tmp_path / taken).write_text("precious")
    outcome = run("export", server.url, *RANGE, "-o", "a.zip", cwd=tmp_path)
    assert outcome.status == 11 and taken in outcome.err and "Hint: " in outcome.err
    assert (tmp_path / taken).read_text() == "precious" and set(files(tmp_path)) == {taken}


@pytest.mark.parametrize("place", ["file/a.zip", "file/", "missing/a.zip", "missing/deeper/", "file", "a.tar"])
def test_a_place_that_cannot_be_written_to_is_an_error(server: VictoriaMetrics, place: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("precious")
    outcome = run("export", server.url, *RANGE, "-o", place, cwd=tmp_path)
    assert outcome.status in {2, 11} and "cannot write" in outcome.err and place.rstrip("/") in outcome.err
    assert set(files(tmp_path)) == {"file"} and (tmp_path / "file").read_text() == "precious"


def started(server: VictoriaMetrics, folder: Path, *options: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "vmexporter", "export", server.url, *RANGE, *options]
    return subprocess.Popen(
        command, cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
    )


def test_exports_at_the_same_moment_do_not_meet(server: VictoriaMetrics, tmp_path: Path) -> None:
    """Into one folder each gets its own name; under one name, one is made and the other says so."""
    running = [started(server, tmp_path) for _ in range(3)] + [started(server, tmp_path, "-o", "a.zip") for _ in "ab"]
    for process in running:
        process.communicate(timeout=60)
    statuses = [process.returncode for process in running]
    assert statuses[:3] == [0, 0, 0] and sorted(statuses[3:]) == [0, 11]
    bundles = [Bundle(path) for path in tmp_path.glob("*.zip")]
    assert len(bundles) == 4 and len(files(tmp_path)) == 12
    assert all(set(bundle.undone) == set(bundles[0].undone) for bundle in bundles)
    assert len({bundle.manifest["map_id"] for bundle in bundles}) == 4


def test_standard_output_has_the_lines_and_nothing_else(server: VictoriaMetrics, tmp_path: Path) -> None:
    bundle = export(server.url, *RANGE, "--window", "30m", cwd=tmp_path)
    streamed = run("export", server.url, *RANGE, "--window", "30m", "--map", bundle.map_path, "-o", "-", cwd=tmp_path)
    assert streamed.status == 0 and len(bundle.lines) == 161
    assert sorted(streamed.out.split(b"\n")) == sorted(bundle.lines), "a server has no order of its own within a window"
    assert all(json.loads(text)["metric"]["job"] in bundle.originals for text in bundle.lines[:-1])
    assert "series: " in streamed.err and "100%" in streamed.err
    [map_file] = [path for path in tmp_path.iterdir() if path.is_file()]
    assert json.loads(map_file.read_text()) == json.loads(bundle.map_path.read_text())
    assert files(tmp_path)[map_file.name] == 0o600 and map_file.name in streamed.err
    quiet = run("export", server.url, *RANGE, "--no-obfuscate", "--quiet", "-o", "-", cwd=tmp_path)
    assert (quiet.status, quiet.err) == (0, "") and samples_by_series(quiet.out.split(b"\n")) == bundle.undone
    failed = run("export", server.url, *RANGE, "--component", "vmauth", "-o", "-", cwd=tmp_path)
    assert (failed.status, failed.out) == (2, b"")


def test_a_reader_that_goes_away_ends_the_export(server: VictoriaMetrics, tmp_path: Path) -> None:
    process = started(server, tmp_path, "--window", "1m", "-o", "-")
    assert process.stdout is not None and process.stderr is not None
    assert process.stdout.read(10).startswith(b'{"metric"')
    process.stdout.close()
    assert process.wait(30) == 11
    words = process.stderr.read().decode()
    process.stderr.close()
    assert "Error: cannot write the lines: broken pipe" in words and "Traceback" not in words
    assert not list(tmp_path.iterdir())


def test_no_original_is_told(server: VictoriaMetrics, tmp_path: Path) -> None:
    """Neither in the bundle nor by the command: jobs, hosts, addresses, with and without a port."""
    bundle = export(server.url, *RANGE, "--window", "10m", cwd=tmp_path)
    told = [bundle.metadata, bundle.readme, bundle.metrics.decode(), bundle.path.name]
    told += [bundle.outcome.text, bundle.outcome.err]
    told += [run("inspect", bundle.path, *options, cwd=tmp_path).text for options in ((), ("--json",))]
    selected = ("--selector", '{job="acme-secret-job",instance=~"db-7.*"}')
    chosen = export(server.url, *RANGE, *selected, cwd=tmp_path)
    told += [chosen.metadata, chosen.readme, chosen.outcome.text, chosen.outcome.err]
    originals = [*JOBS, *(host.strip("[]") for host in HOSTS), server.address.host, "acme", "fra1"]
    for text in told:
        assert text and not [original for original in originals if original in text]
    assert bundle.targets == {(job, f"{host}:8482") for job in JOBS for host in HOSTS} | {
        (job, str(server.address)) for job in JOBS
    }
    raw = bundle.path.read_bytes()
    assert not [original for original in originals if original.encode() in raw]


def test_results_as_json_can_be_read(server: VictoriaMetrics, tmp_path: Path) -> None:
    told = run("export", server.url, *RANGE, "--json", "-o", "a.zip", cwd=tmp_path).json()
    bundle = Bundle(tmp_path / "a.zip")
    assert told["manifest"] == bundle.manifest and told["bundle_bytes"] == bundle.path.stat().st_size
    assert (told["bundle"], told["map"]) == ("a.zip", "a.obfuscation_map.json")
    assert f"{told['sha256']}  a.zip\n" == (tmp_path / told["checksum"]).read_text()
    inspected = run("inspect", "a.zip", "--json", cwd=tmp_path).json()
    assert (inspected["manifest"], inspected["sha256"]) == (bundle.manifest, told["sha256"])
    validated = run("validate", server.url, "--json", cwd=tmp_path).json()
    assert (validated["kind"], validated["export_base"]) == ("vmsingle", server.url)


def test_a_map_keeps_pseudonyms_and_turns_an_answer_back(server: VictoriaMetrics, tmp_path: Path) -> None:
    one_job = export(server.url, *RANGE, "--job", JOBS[1], cwd=tmp_path)
    before = one_job.map_path.read_bytes()
    both = export(server.url, *RANGE, "--map", one_job.map_path, "--map-label", "version", cwd=tmp_path)
    assert one_job.originals.items() < both.originals.items()
    assert one_job.manifest["map_id"] == both.manifest["map_id"] and one_job.map_path.read_bytes() == before
    series = {key for key in one_job.undone if dict(key)["__name__"] == "up"}
    assert series and series < set(both.undone)
    names = {original: pseudonym for pseudonym, original in both.originals.items()}
    answer = f"{names[JOBS[0]]} on {names[HOSTS[1]]}:8482 is slow, {names[JOBS[1]]} is not\n"
    original = f"{JOBS[0]} on {HOSTS[1]}:8482 is slow, {JOBS[1]} is not\n"
    assert run("reveal", "--map", both.map_path, answer.strip(), cwd=tmp_path).text == original
    piped = run("reveal", "--map", both.map_path, cwd=tmp_path, stdin=f"1: {answer}\u2028 2: {answer}".encode())
    assert piped.text == f"1: {original}\u2028 2: {original}"
    other = export(server.url, *RANGE, cwd=tmp_path)
    assert other.manifest["map_id"] != both.manifest["map_id"]


def test_labels_that_are_no_text_or_would_drive_the_terminal(shared_victoria: VictoriaMetrics, tmp_path: Path) -> None:
    """Bytes that are no UTF-8 pass into the bundle as they are, and no label reaches the terminal as a command."""
    start_ms = day(80)
    lines = target_lines("jobBYTES\x1b[31mred\nrow", "10.0.0.1:8482", [start_ms, start_ms + HOUR])
    shared_victoria.import_jsonl(text.replace(b"BYTES", b"\xff\xfe") for text in lines)
    span, place = between(start_ms, start_ms + 2 * HOUR), shared_victoria.url
    for command in ("discover", "sample"):
        outcome = run(command, place, *span, cwd=tmp_path, env={"PYTHONIOENCODING": "utf-8:strict"})
        assert outcome.status == 0 and "\x1b" not in outcome.text and "\\x1b[31mred\\nrow" in outcome.text
    listed = run("discover", place, *span, "--json", cwd=tmp_path).json()
    assert [entry["target"]["job"] for entry in listed["instances"]] == ["job\udcff\udcfe\x1b[31mred\nrow"]
    plain = run("export", place, *span, "--no-obfuscate", "-o", "-", cwd=tmp_path)
    found = plain.out.count(b'"job":"job\xff\xfe\\u001b[31mred\\nrow"')
    assert (plain.status, found) == (0, plain.out.count(b"\n")) and found >= 5
    told = run("export", place, *span, "--no-obfuscate", "--json", "-o", "plain.zip", cwd=tmp_path).json()
    assert told["manifest"]["jobs"] == ["job\ufffd\ufffd\x1b[31mred\nrow"]
    bundle = export(place, *span, cwd=tmp_path)
    assert len(bundle.samples) == 5 and b"\xff" not in bundle.metrics
    [pseudonym] = bundle.manifest["jobs"]
    answer = run("reveal", "--map", bundle.map_path, cwd=tmp_path, stdin=f"see {pseudonym}\r\n".encode() + b"\xfe")
    assert answer.out == b"see job\xff\xfe\x1b[31mred\nrow\r\n\xfe"
