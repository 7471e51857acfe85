"""What a bundle holds can be imported as it is, and comes out again as it was.

A server rounds some floats in the 13th digit when it stores them, and leaves out a stale marker (null) when it imports.
1.79 takes neither a null nor an infinity: it skips the whole line.
"""

from __future__ import annotations

import math
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.exports import (
    HOUR,
    MINUTE,
    SECOND,
    AllSamples,
    Bundle,
    asked,
    between,
    day,
    export,
    flow_export,
    plain_export,
    server_program,
    target_lines,
)
from tests.lab.lines import cluster_lines, line
from tests.lab.programs import find_program
from tests.lab.remotewrite import send_stale_markers
from tests.lab.victoria import VictoriaMetrics
from vmexporter.core.request import ObfuscationChoice, Selection

pytestmark = pytest.mark.real

START_OF_RECORDING = 1_795_423_430_000
START, END = day(0), day(0) + 3 * HOUR
PLAIN = ObfuscationChoice(level="none")
ODD_TEXT = (
    'a "b"',
    "c\\d",
    "e\nf\tg\r",
    "h\u2028i\u2029j\u0085k",
    "🙂",
    '},"values":[1],"timestamps":[2]}',
    "\x01\x7f",
)


@pytest.fixture(scope="module", params=["installed", "current"])
def program(request: pytest.FixtureRequest) -> str:
    return server_program(request.param)


def is_current(program: str) -> bool:
    return program != server_program("installed")


@pytest.fixture(scope="module")
def source(program: str) -> Iterator[VictoriaMetrics]:
    with VictoriaMetrics(program=program) as running:
        times = list(range(START, END + 1, 10 * SECOND))
        values = [math.ldexp(math.sin(number), number % 120 - 60) for number in range(len(times))]
        for number, text in enumerate(ODD_TEXT):
            target = {"job": text, "instance": f"{text}:80", "text": text, "n": str(number)}
            running.import_jsonl([line({"__name__": "odd", **target}, values, times)])
        running.import_jsonl(target_lines("storage", "10.0.0.1:8482", times))
        running.import_jsonl([line({"__name__": "big", "job": "storage"}, [2**53 + 1, 1e300, 1e-300, 0.1], times[:4])])
        if is_current(program):
            send_stale_markers(running, {"__name__": "up", "job": "storage", "instance": "10.0.0.1:8482"}, [END - 1])
        yield running


@pytest.fixture
def target(program: str, start_victoria: Callable[..., VictoriaMetrics]) -> VictoriaMetrics:
    """A fresh server."""
    return start_victoria(program=program)


def import_bundle(bundle: Bundle, server: VictoriaMetrics, folder: Path) -> AllSamples:
    """What a fresh server has after curl has sent it the bundle's metrics.jsonl; nothing may be skipped."""
    with zipfile.ZipFile(bundle.path) as archive:
        archive.extract("metrics.jsonl", folder)
    command = [find_program("curl"), "-sS", "--fail", "--data-binary", "@metrics.jsonl", f"{server.url}/api/v1/import"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done
    server.flush()
    assert "\terror\t" not in server.log() and "\twarn\t" not in server.log()
    span = bundle.manifest["time_range"]
    return plain_export(server, '{__name__!=""}', span["start_ms"], span["end_ms"])


def check_same(found: AllSamples, bundle: Bundle) -> None:
    """The same series, timestamps, and values to 1e-12, but for the nulls."""
    expected = {
        series: kept
        for series, samples in bundle.samples.items()
        if (kept := [(at, value) for at, value in samples if value != "null"])
    }
    assert set(found) == set(expected)
    for series, samples in expected.items():
        assert [at for at, _ in found[series]] == [at for at, _ in samples]
        for (_, got), (_, sent) in zip(found[series], samples, strict=True):
            assert got == sent or math.isclose(float(got), float(sent), rel_tol=1e-12), (series, got, sent)


@pytest.mark.parametrize("obfuscate", [True, False], ids=["obfuscated", "plain"])
def test_a_bundle_can_be_loaded_and_exported_again(
    source: VictoriaMetrics, target: VictoriaMetrics, obfuscate: bool, tmp_path: Path
) -> None:
    choice = ObfuscationChoice() if obfuscate else PLAIN
    selection = Selection(selectors=('{job!=""}',))
    bundle, _ = flow_export(asked(source.url, START, END, selection, choice), tmp_path)
    assert len(bundle.samples) == len(ODD_TEXT) + 6
    assert bundle.metrics.count(b"null") == is_current(source.program)
    check_same(import_bundle(bundle, target, tmp_path), bundle)
    again, _ = flow_export(asked(target.url, START, END, selection, PLAIN), tmp_path)
    check_same(again.samples, bundle)


def test_a_recorded_cluster_survives_the_way(
    program: str, start_victoria: Callable[..., VictoriaMetrics], target: VictoriaMetrics, tmp_path: Path
) -> None:
    """Four minutes of it by component: after the way through bundle and curl it is found and exported just the same."""
    origin = start_victoria(program=program)
    origin.import_jsonl(cluster_lines())
    span = between(START_OF_RECORDING + 5 * MINUTE, START_OF_RECORDING + 9 * MINUTE)
    bundle = export(origin.url, *span, cwd=tmp_path)
    assert len(bundle.samples) > 5000
    check_same(import_bundle(bundle, target, tmp_path), bundle)
    again = export(target.url, *span, "--no-obfuscate", cwd=tmp_path)
    check_same(again.samples, bundle)
    assert again.manifest["components"] == bundle.manifest["components"]
    assert again.manifest["jobs"] == bundle.manifest["jobs"]


def test_results_of_an_expression_can_be_loaded(
    source: VictoriaMetrics, target: VictoriaMetrics, tmp_path: Path
) -> None:
    """Also one that has no label left: it gets a name, without which a server takes nothing."""
    query = 'union(sum(odd), label_set(avg(odd) by (n), "job", "x"), go_goroutines)'
    bundle, _ = flow_export(asked(source.url, START, END, Selection(query=query, step_ms=MINUTE), PLAIN), tmp_path)
    assert len(bundle.samples) == len(ODD_TEXT) + 2
    assert (("__name__", "vmexporter_query"),) in bundle.samples
    check_same(import_bundle(bundle, target, tmp_path), bundle)


def test_infinities_of_any_version_are_json_that_can_be_loaded(
    program: str, source: VictoriaMetrics, target: VictoriaMetrics, tmp_path: Path
) -> None:
    """1.79 writes them as no JSON and cannot take them back; its bundle is one that a current server takes."""
    source.import_text(
        "".join(f'limits{{job="x"}} {value} {START + at}\n' for at, value in enumerate(("+Inf", "1", "-Inf")))
    )
    bundle, _ = flow_export(asked(source.url, START, END, Selection(selectors=("limits",)), PLAIN), tmp_path)
    assert b'"values":["Infinity",1,"-Infinity"],' in bundle.metrics
    if is_current(program):
        check_same(import_bundle(bundle, target, tmp_path), bundle)
