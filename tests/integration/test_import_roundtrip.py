"""Export, import, export again: the same series, timestamps and values, with and without pseudonyms, moved or not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.exports import AllSamples, Bundle, between, export
from tests.integration.importsite import START_MS, STEP_MS, imported, known_lines, node, stored, written
from tests.lab.lines import line
from tests.lab.victoria import VictoriaMetrics

pytestmark = pytest.mark.real
SAMPLES = 120
END_MS = START_MS + SAMPLES * STEP_MS
LINES = known_lines(40, SAMPLES)
AWKWARD = ("1e-300", "-1e300", "0.1", "123456789012345680", "5e-324", "1e21", "0.30000000000000004", "-0.000001")
SHIFT_MS = -40 * 86_400_000 + 12_345


def awkward_lines() -> Iterator[bytes]:
    """Values with more digits than a block of them all would keep: a series each."""
    for number, text in enumerate(AWKWARD):
        labels = {"__name__": "awkward", "job": "job-1", "instance": f'"{number}\\\u2028é"'}
        yield line(labels, [text] * 3, [START_MS + at for at in (1, 2, 7_003)])


@pytest.fixture(scope="module", params=["installed", "current"])
def source(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[VictoriaMetrics]:
    with node(request.param) as server:
        path = written([*LINES, *awkward_lines()], tmp_path_factory.mktemp("source") / "known.jsonl")
        assert imported(path, server.url).verification.state == "same"
        yield server


@pytest.fixture(scope="module")
def plain(source: VictoriaMetrics, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return exported(source, tmp_path_factory.mktemp("plain"), "--no-obfuscate")


@pytest.fixture(scope="module", params=["masked", "plain"])
def bundle(
    request: pytest.FixtureRequest, source: VictoriaMetrics, plain: Bundle, tmp_path_factory: pytest.TempPathFactory
) -> Bundle:
    return plain if request.param == "plain" else exported(source, tmp_path_factory.mktemp("masked"))


def exported(server: VictoriaMetrics, folder: Path, *level: str, shift_ms: int = 0) -> Bundle:
    ends = between(START_MS + shift_ms, END_MS + shift_ms)
    return export(server.url, *ends, "--selector", '{__name__!=""}', *level, cwd=folder)


def texts(samples: AllSamples) -> dict[object, list[tuple[int, str]]]:
    """Samples with values as they stand there; v1.79 writes a staleness mark that begins a line in a way of its own."""
    return {series: [(at, "null" if text == "NaN" else text) for at, text in all_] for series, all_ in samples.items()}


@pytest.mark.parametrize("shift_ms", [SHIFT_MS, pytest.param(0, marks=pytest.mark.slow)], ids=["moved", "as it was"])
def test_what_comes_back_is_what_was_exported(
    source: VictoriaMetrics, bundle: Bundle, tmp_path: Path, shift_ms: int
) -> None:
    counts = bundle.manifest["counts"]
    assert (counts["series"], counts["samples"]) == (40 + len(AWKWARD), 40 * SAMPLES + 3 * len(AWKWARD))
    with VictoriaMetrics("-search.latencyOffset=0s", program=source.program) as target:
        done = imported(bundle.path, target.url, shift={"mode": "by", "ms": shift_ms})
        again = exported(target, tmp_path, "--no-obfuscate", shift_ms=shift_ms)
    moved = {series: [(at + shift_ms, text) for at, text in all_] for series, all_ in texts(bundle.samples).items()}
    assert texts(again.samples) == moved
    assert done.verification.state == "same" and done.doubtful == 0
    assert again.manifest["counts"]["samples"] == counts["samples"]


def test_what_is_stored_is_what_curl_would_have_stored(source: VictoriaMetrics, plain: Bundle, tmp_path: Path) -> None:
    """But for what curl would lose: the import API of v1.79 drops lines with infinities, all of them drop marks."""
    finite = [text for text in plain.lines if text and not any(word in text for word in (b"null", b"NaN", b"Infinity"))]
    assert len(finite) > 10
    new = [VictoriaMetrics("-search.latencyOffset=0s", program=source.program) for _ in range(2)]
    with new[0] as ours, new[1] as theirs:
        imported(written([text + b"\n" for text in finite], tmp_path / "finite.jsonl"), ours.url)
        theirs.import_jsonl([text + b"\n" for text in finite])
        theirs.flush()
        found = stored(ours.api)
        assert found == stored(theirs.api) and len(found) > len(AWKWARD)
