"""A stream that is not what was asked for ends the export: torn lines, error texts, foreign samples, endless lines."""

from __future__ import annotations

import collections
import re
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import policies
from vmexporter.core.lines import LabelCache, LineRewriter, RawChunk
from vmexporter.core.request import ObfuscationChoice
from vmexporter.core.samples import thin_to_step
from vmexporter.errors import BadExportLine, QueryRejected

START_MS, END_MS = 1_795_424_338_000, 1_795_424_398_000
SECRET = "acme-secret"
LINE = (f'{{"metric":{{"__name__":"up","job":"{SECRET}"}},"values":[1,2],"timestamps":[{START_MS},{END_MS}]}}').encode()


def rewriter() -> LineRewriter:
    policy = policies.policy(ObfuscationChoice(level="none"))
    return LineRewriter(LabelCache(policy.rewrite), START_MS, END_MS)


def run(text: bytes) -> bytes:
    tested = rewriter()
    safe = tested.feed(RawChunk(text))
    tested.finish()
    return safe


def test_the_line_itself_is_accepted() -> None:
    assert run(LINE + b"\n") == LINE + b"\n"


@pytest.mark.parametrize("cut", range(1, len(LINE) + 1))
def test_a_stream_that_ends_within_a_line_is_refused(cut: int) -> None:
    """Also when the last line lacks nothing but its end: nobody knows whether more would have come."""
    with pytest.raises(BadExportLine) as refusal:
        run(LINE + b"\n" + LINE[:cut])
    assert SECRET not in refusal.value.message


@pytest.mark.parametrize("cut", range(1, len(LINE)))
def test_a_torn_line_before_others_is_refused(cut: int) -> None:
    with pytest.raises((BadExportLine, QueryRejected)) as refusal:
        run(LINE[:cut] + b"\n" + LINE + b"\n")
    assert SECRET not in refusal.value.message


@pytest.mark.parametrize("cut", range(1, len(LINE)))
def test_a_torn_line_run_into_the_next_is_refused(cut: int) -> None:
    """The head of one line and the tail of another would else be taken for one line."""
    with pytest.raises((BadExportLine, QueryRejected)):
        run(LINE[:cut] + LINE + b"\n")


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n", b"\n\n"])
@pytest.mark.parametrize("glue", [b"", b"\n"])
def test_an_error_text_after_lines_is_the_servers_word(glue: bytes, end: bytes) -> None:
    """VictoriaMetrics says 200 before it knows; an error that it meets later stands behind the lines."""
    text = b"cannot fetch data: timeout exceeded during the query: 30.000 seconds"
    with pytest.raises((QueryRejected, BadExportLine)) as refusal:
        run(LINE + b"\n" + LINE + glue + text + end)
    if glue:
        assert isinstance(refusal.value, QueryRejected)
        assert "timeout exceeded during the query" in refusal.value.message


def test_an_error_text_alone_is_the_servers_word_too() -> None:
    with pytest.raises(QueryRejected, match="too many"):
        run(b"cannot find series: too many matching timeseries\n")


def test_an_error_text_is_shown_without_label_values_and_not_endlessly() -> None:
    with pytest.raises(QueryRejected) as refusal:
        run(f'error at "{SECRET}" for {{job="{SECRET}"}} '.encode() + b"x" * 10**6 + b"\n")
    assert SECRET not in refusal.value.message and len(refusal.value.message) < 500


@pytest.mark.parametrize(
    "line",
    [
        LINE + b"\r",
        b" " + LINE,
        LINE[:-1] + b",1}",
        LINE.replace(b'"values":[1,2]', b'"values": [1,2]'),
        LINE.replace(b',"timestamps"', b',"moments"'),
        b'{"metric":{"a":"b"}}',
        b'{"metric":{"a":"b"},"values":[],"timestamps":[]}',
        b'{"metric":{"a":"b"},"values":[1],"timestamps":[null]}',
        b'{"metric":null,"values":[1],"timestamps":[%d]}' % START_MS,
        b'{"metric":{"a":1},"values":[1],"timestamps":[%d]}' % START_MS,
        b'{"metric":{"a":"b"},{"c":"d"},"values":[1],"timestamps":[%d]}' % START_MS,
        b"{}",
        b"{",
    ],
)
def test_what_is_no_line_is_refused(line: bytes) -> None:
    with pytest.raises(BadExportLine):
        run(line + b"\n")


@pytest.mark.parametrize(
    "moments_ms",
    [
        [START_MS - 1],
        [END_MS + 1],
        [START_MS - 1, START_MS],
        [END_MS, END_MS + 1],
        [0, END_MS],
        [-1, END_MS],
        [START_MS, END_MS * 10],
        [START_MS * 10],
        [END_MS, START_MS],
    ],
)
def test_samples_from_outside_the_slice_are_refused(moments_ms: list[int]) -> None:
    """They would stand in two windows: a proxy that drops the arguments must not double the data."""
    moments = ",".join(map(str, moments_ms)).encode()
    values = b",".join([b"1"] * len(moments_ms))
    with pytest.raises(BadExportLine, match="outside") as refusal:
        run(b'{"metric":{"a":"b"},"values":[' + values + b'],"timestamps":[' + moments + b"]}\n")
    assert refusal.value.hint


def test_a_line_without_end_is_refused_within_bounded_memory() -> None:
    chunk = RawChunk(b"1," * (1 << 19))
    tested = rewriter()
    tracemalloc.start()
    try:
        tested.feed(RawChunk(b'{"metric":{"a":"b"},"values":['))
        with pytest.raises(BadExportLine, match="longer than"):
            collections.deque((tested.feed(chunk) for _ in range(100)), maxlen=0)
        assert tracemalloc.get_traced_memory()[1] < 80 << 20
    finally:
        tracemalloc.stop()


def test_a_long_line_passes() -> None:
    count = 300_000
    moments = b",".join(b"%d" % (START_MS + at // 10) for at in range(count))
    line = b'{"metric":{"a":"b"},"values":[' + b",".join([b"0.125"] * count) + b'],"timestamps":[' + moments + b"]}\n"
    tested = rewriter()
    safe = [tested.feed(RawChunk(line[at : at + (1 << 20)])) for at in range(0, len(line), 1 << 20)]
    assert b"".join(safe) == line and tested.counts.samples == count


def test_each_label_part_is_rewritten_once() -> None:
    asked: list[bytes] = []

    def rewrite(part: bytes) -> bytes:
        asked.append(part)
        return part.upper()

    cache = LabelCache(rewrite)
    assert [cache.get(part) for part in (b"a", b"b", b"a", b"b")] == [b"A", b"B", b"A", b"B"]
    assert asked == [b"a", b"b"]


def test_the_label_cache_stays_small_and_right() -> None:
    cache = LabelCache(lambda part: part[::-1], max_bytes=1 << 20)
    tracemalloc.start()
    try:
        for number in range(20_000):
            part = b"%0500d" % number
            assert cache.get(part) == part[::-1]
        assert tracemalloc.get_traced_memory()[1] < 2 << 20
    finally:
        tracemalloc.stop()


def test_a_label_part_larger_than_the_cache_is_rewritten_all_the_same() -> None:
    cache = LabelCache(bytes.upper, max_bytes=10)
    assert [cache.get(b"abc" * 100), cache.get(b"d"), cache.get(b"abc" * 100)] == [b"ABC" * 100, b"D", b"ABC" * 100]


def samples_of(part: bytes) -> list[tuple[int, bytes]]:
    found = re.fullmatch(rb',"values":\[(.*)\],"timestamps":\[(.*)\]\}', part)
    assert found
    return list(zip(map(int, found[2].split(b",")), found[1].split(b","), strict=True))


@given(st.lists(st.integers(START_MS, END_MS), min_size=1, max_size=40).map(sorted), st.integers(1, 30_000))
def test_thinning_keeps_the_last_sample_of_each_step(moments_ms: list[int], step_ms: int) -> None:
    values = [b"%d" % at if at % 3 else b'"Infinity"' for at in range(len(moments_ms))]
    part = b',"values":[' + b",".join(values) + b'],"timestamps":[' + b",".join(b"%d" % at for at in moments_ms) + b"]}"
    last_of_step = {at_ms // step_ms: (at_ms, value) for at_ms, value in zip(moments_ms, values, strict=True)}
    thinned, count = thin_to_step(step_ms)(part)
    assert samples_of(thinned) == list(last_of_step.values())
    assert count == len(last_of_step)


def test_thinned_lines_are_counted_as_they_come_out() -> None:
    tested = LineRewriter(LabelCache(lambda part: part), START_MS, END_MS, thin=thin_to_step(60_000))
    moments = b",".join(b"%d" % (START_MS + 1000 * at) for at in range(60))
    line = b'{"metric":{"a":"b"},"values":[' + b",".join([b"NaN"] * 60) + b'],"timestamps":[' + moments + b"]}\n"
    safe = tested.feed(RawChunk(line))
    assert safe.count(b"null") == tested.counts.samples == 2
    assert tested.counts.text_bytes == len(safe)


@pytest.mark.parametrize(
    "part",
    [
        b',"values":[1,2],"timestamps":[1795424338000]}',
        b',"values":[1,2,3],"timestamps":[1795424338000,x,1795424338001]}',
    ],
)
def test_thinning_refuses_what_it_cannot_pair(part: bytes) -> None:
    with pytest.raises(BadExportLine):
        thin_to_step(1000)(part)
