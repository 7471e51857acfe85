"""The time that is exported is the time that was meant; a range that cannot be meant is an error before any work."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from tests.integration.exports import HOUR, MINUTE, SECOND, asked, day, export, flow_export, run, target_lines
from tests.lab.victoria import VictoriaMetrics
from vmexporter.core.request import Selection
from vmexporter.errors import InvalidInput

pytestmark = pytest.mark.real

START = day(70) + 3 * HOUR  # 2015-03-12T03:00:00Z
MOMENTS = [START + number * MINUTE for number in range(-60, 121)]


@pytest.fixture(scope="module")
def server(shared_victoria: VictoriaMetrics) -> VictoriaMetrics:
    shared_victoria.import_jsonl(target_lines("ranges", "10.0.0.1:8482", MOMENTS))
    return shared_victoria


@pytest.mark.parametrize(
    "options",
    [
        ("--start", "2015-03-12T03:00:00Z", "--end", "2015-03-12T04:00:00Z"),
        ("--start", "2015-03-12T12:00:00+09:00", "--end", "2015-03-11T23:30:00.000-04:30"),
        ("--start", str(START // SECOND), "--end", f"{START + HOUR}"),
        ("--last", "60m", "--end", "2015-03-12 04:00:00z"),
    ],
    ids=["utc", "zones", "unix seconds and ms", "last"],
)
def test_every_way_to_write_a_range_means_the_same(
    server: VictoriaMetrics, options: tuple[str, ...], tmp_path: Path
) -> None:
    bundle = export(server.url, *options, cwd=tmp_path)
    span = bundle.manifest["time_range"]
    assert (span["start_ms"], span["end_ms"]) == (START, START + HOUR)
    assert (span["start"], span["end"]) == ("2015-03-12T03:00:00Z", "2015-03-12T04:00:00Z")
    for samples in bundle.samples.values():
        assert [at_ms for at_ms, _ in samples] == [at_ms for at_ms in MOMENTS if START <= at_ms <= START + HOUR]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "no time range"),
        (("--end", "now"), "no time range"),
        (("--start", "2015-03-12T03:00:00"), "time zone is missing"),
        (("--start", "1426129200", "--end", "1426129199"), "ends before it starts"),
        (("--start", "1426129200", "--end", "1426129200000"), "empty"),
        (("--start", "now+1h"), "starts in the future"),
        (("--last", "1h", "--start", "now-2h"), "contradict"),
        (("--last", "0m"), "empty"),
        (("--last", "an hour"), "not a span"),
        (("--start", "yesterday"), "not a moment"),
        (("--last", "1h", "--widow", "5m"), "--widow"),
    ],
    ids=lambda value: " ".join(value) or "none" if isinstance(value, tuple) else None,
)
def test_what_cannot_be_meant_is_an_error(options: tuple[str, ...], words: str, tmp_path: Path) -> None:
    """Before the server is asked: nothing listens there."""
    outcome = run("export", "http://127.0.0.1:9", *options, cwd=tmp_path)
    assert outcome.status == 2 and words in outcome.err and not outcome.out
    assert not list(tmp_path.iterdir())


def test_a_window_that_nobody_can_mean_is_an_error(server: VictoriaMetrics, tmp_path: Path) -> None:
    for selection in (Selection(), Selection(selectors=("up",)), Selection(query="sum(up)")):
        request = asked(server.url, START, START + HOUR, selection).model_copy(update={"window_ms": 1})
        with pytest.raises(InvalidInput, match="windows"):
            flow_export(request, tmp_path)


@pytest.mark.parametrize(
    "options", [("--start", "now-1h", "--end", "now+3h"), ("--last", "1h")], ids=["future", "last"]
)
def test_the_end_is_now_at_the_latest(server: VictoriaMetrics, options: tuple[str, ...], tmp_path: Path) -> None:
    now_ms = int(time.time() * 1000)
    server.import_jsonl(target_lines("ranges-now", "10.0.0.7:8482", [now_ms - MINUTE, now_ms + 2 * MINUTE]))
    bundle = export(server.url, *options, "--job", "ranges-now", cwd=tmp_path)
    span: dict[str, Any] = bundle.manifest["time_range"]
    assert now_ms <= span["end_ms"] <= int(time.time() * 1000)
    assert span["start_ms"] == pytest.approx(span["end_ms"] - HOUR, abs=2)
    assert {at_ms for samples in bundle.samples.values() for at_ms, _ in samples} <= set(
        range(span["start_ms"], span["end_ms"] + 1)
    )
