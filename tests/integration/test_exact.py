"""Every sample of the range is in the bundle exactly once, with the server's own bytes: whatever stands in it.

Compared with a plain HTTP export of the same range, for windows of several lengths, with and without obfuscation.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.integration.exports import (
    HOUR,
    MINUTE,
    SECOND,
    asked,
    between,
    day,
    export,
    flow_export,
    plain_export,
    server_program,
)
from tests.lab.lines import line
from tests.lab.remotewrite import send_stale_markers
from tests.lab.victoria import VictoriaMetrics
from vmexporter.core.request import ExportRequest, ObfuscationChoice, Selection, TimeRange
from vmexporter.flows.events import Planned

pytestmark = pytest.mark.real

NOON = day(0) + 12 * HOUR
START, END = NOON + 130, NOON + 9 * HOUR + 30 * MINUTE + 986  # as floats both become a ms less than they are
SUITE = '{suite="exact"}'
KEPT = ("suite", "n", "quotes", "newline", "controls", "nested", "long")
WINDOWS = {"5m": 5 * MINUTE, "1h": HOUR, "6h": 6 * HOUR, "own": 0}

ODD_TEXT = {
    "quotes": "a \"quoted\" 'word'",
    "backslashes": "C:\\dir\\new\\\\",
    "newline": "one\ntwo\r\n",
    "tab": "one\ttwo",
    "separator": "one\u2028two\u2029",
    "next_line": "one\u0085two",
    "controls": "\x01\x1f\x7f",
    "emoji": "🙂 ümläut 日本",
    "line_end": '},"values":[1],"timestamps":[2]}',
    "nested": '{"metric":{"__name__":"x"}}',
    "long": "x" * 60_000,
}
ODD_NUMBERS = [
    "0.1", "-0", "9007199254740993", "123456789012345678", "1e21", "5e-324", "1.7976931348623157e308",
    "-1.7976931348623157e308", "2.2250738585072014e-308", "0.30000000000000004", "1e-7", "-12.5", "1795424278.123",
]  # fmt: skip


def border_times() -> list[int]:
    """The first and last ms of the range and of every window of any length, one more and one less, and the whole s."""
    marks = {START, END, *range(NOON - HOUR, END + HOUR, 5 * MINUTE)}
    return sorted({mark + offset for mark in marks for offset in (-1, 0, 1, 999, 1000)})


def known_data() -> Iterator[bytes]:
    times = border_times()
    yield line(labels("borders"), list(range(len(times))), times)
    for number, value in enumerate(ODD_NUMBERS):
        yield line(labels("alone", n=str(number)), [value], [NOON + HOUR])
        yield line(labels("mixed"), [value], [NOON + number * 1234 + 500])
    yield line(labels("steady"), [1] * 9 * 360, range(NOON, NOON + 9 * HOUR, 10 * SECOND))
    for name, text in ODD_TEXT.items():
        yield line(labels("text", **{name: text}), [1, 2], [NOON + HOUR - 1, NOON + HOUR])
    yield line(labels("target", instance=ODD_TEXT["line_end"], job=ODD_TEXT["backslashes"]), [3], [NOON + HOUR])
    yield line(labels("target", instance="[fd00::1]:8428", job=ODD_TEXT["next_line"]), [4], [NOON + HOUR])
    times = list(range(NOON + 2 * HOUR, NOON + 2 * HOUR + 100_000 * 30, 30))
    yield line(labels("dense"), [time_ms * 1.7 % 1000 for time_ms in times], times)


def labels(name: str, **more: str) -> dict[str, str]:
    return {"__name__": name, "suite": "exact", "job": "exact-job", "instance": "10.1.2.3:8428", **more}


@pytest.fixture(scope="module", params=["installed", "current"])
def server(request: pytest.FixtureRequest) -> Iterator[VictoriaMetrics]:
    flags = ("-maxLabelValueLen=65535", "-search.latencyOffset=0s")
    with VictoriaMetrics(*flags, program=server_program(request.param)) as running:
        running.import_jsonl(known_data())
        special = enumerate(["1", "+Inf", "2", "-Inf", "-Inf", "3"])
        running.import_text(
            "".join(f'special{{suite="exact"}} {value} {NOON + number * HOUR}\n' for number, value in special)
        )
        send_stale_markers(running, labels("special", suite="exact"), [NOON + HOUR, NOON + 6 * HOUR - 1, END])
        yield running


def request_of(server: VictoriaMetrics, window: str, *, obfuscate: bool) -> ExportRequest:
    choice = ObfuscationChoice(keep_labels=KEPT) if obfuscate else ObfuscationChoice(level="none")
    request = asked(server.url, START, END, Selection(selectors=(SUITE,)), choice)
    return request.model_copy(update={"window_ms": WINDOWS[window]})


def test_the_known_data_is_what_it_should_be(server: VictoriaMetrics) -> None:
    """The server really gives what the other tests are about."""
    samples = plain_export(server, SUITE, START, END)
    values = {value for of_series in samples.values() for _, value in of_series}
    assert {"null", '"Infinity"', '"-Infinity"', "1000000000000000000000", "9007199254740992"} <= values
    [borders] = [of_series for series, of_series in samples.items() if ("__name__", "borders") in series]
    assert [time_ms for time_ms, _ in borders] == [time_ms for time_ms in border_times() if START <= time_ms <= END]
    assert {START, END, NOON + HOUR - 1, NOON + 6 * HOUR} <= {time_ms for time_ms, _ in borders}
    found = {pair for series in samples for pair in series}
    assert set(ODD_TEXT.items()) <= found
    assert max(map(len, server.export('{__name__="dense"}', START, END))) > 1 << 20


@pytest.mark.parametrize("window", WINDOWS)
def test_a_plain_bundle_is_the_servers_own_export(server: VictoriaMetrics, window: str, tmp_path: Path) -> None:
    bundle, _ = flow_export(request_of(server, window, obfuscate=False), tmp_path)
    assert bundle.samples == plain_export(server, SUITE, START, END)
    assert not bundle.manifest["obfuscated"] and not bundle.map_path.exists()


@pytest.mark.parametrize("window", ["1h", "own"])
def test_an_obfuscated_bundle_differs_in_mapped_labels_only(
    server: VictoriaMetrics, window: str, tmp_path: Path
) -> None:
    bundle, _ = flow_export(request_of(server, window, obfuscate=True), tmp_path)
    expected = plain_export(server, SUITE, START, END)
    assert bundle.undone == expected
    before = {pair for series in expected for pair in series}
    after = {(bundle.originals.get(name, name), value) for series in bundle.samples for name, value in series}
    assert {pair for pair in before if pair[0] in KEPT} == {pair for pair in after if pair[0] in KEPT}
    assert not {pair for pair in before & after if pair[0] not in KEPT}


def test_the_command_makes_the_same_bundle(server: VictoriaMetrics, tmp_path: Path) -> None:
    bundle = export(
        server.url, "--selector", SUITE, *between(START, END), "--window", "1h", "--no-obfuscate", cwd=tmp_path
    )
    assert bundle.samples == plain_export(server, SUITE, START, END)


@pytest.mark.parametrize(("window", "windows"), [("5m", 114), ("1h", 10), ("6h", 2)])
def test_the_window_asked_for_is_used(server: VictoriaMetrics, window: str, windows: int, tmp_path: Path) -> None:
    """Series and samples do not depend on it, and the windows leave no gap and do not overlap."""
    bundle, events = flow_export(request_of(server, window, obfuscate=False), tmp_path)
    spans = [(piece["start_ms"], piece["end_ms"]) for piece in bundle.manifest["windows"]]
    assert [event.windows for event in events if isinstance(event, Planned)] == [len(spans)] == [windows]
    assert (spans[0][0], spans[-1][1]) == (START, END)
    assert all(end_ms + 1 == start_ms for (_, end_ms), (start_ms, _) in pairwise(spans))
    expected = plain_export(server, SUITE, START, END)
    counts = bundle.manifest["counts"]
    assert (counts["series"], counts["samples"]) == (len(expected), sum(map(len, expected.values())))


@pytest.mark.parametrize("moment", [START, END, NOON + HOUR - 1, NOON + HOUR, NOON + HOUR + 1])
def test_a_range_of_two_milliseconds_has_both(server: VictoriaMetrics, moment: int, tmp_path: Path) -> None:
    request = request_of(server, "own", obfuscate=False)
    for start_ms in (moment - 1, moment):
        time_range = TimeRange(start_ms=start_ms, end_ms=start_ms + 1)
        bundle, _ = flow_export(request.model_copy(update={"time_range": time_range}), tmp_path)
        assert bundle.samples == plain_export(server, SUITE, start_ms, start_ms + 1)
        assert moment in {time_ms for samples in bundle.samples.values() for time_ms, _ in samples}


def test_lines_stay_bounded(server: VictoriaMetrics, tmp_path: Path) -> None:
    """100,000 samples of a series in one window come as several lines, none of them long."""
    bundle, _ = flow_export(request_of(server, "6h", obfuscate=False), tmp_path)
    dense = [text for text in bundle.lines if b'"__name__":"dense"' in text]
    assert len(dense) >= 5 and max(map(len, dense)) < 1 << 20
