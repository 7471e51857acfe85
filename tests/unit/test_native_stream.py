"""A native stream passes with its blocks unchanged and new names, however it is cut; what is no stream is refused."""

from __future__ import annotations

import random
import struct
import time
import tracemalloc
from itertools import pairwise

import pytest

from tests.unit.native_streams import END_MS, HEADER, START_MS, block, name, passed, rewriter, unit
from vmexporter.core.lines import RawChunk
from vmexporter.core.native.stream import stream_header
from vmexporter.errors import BadExportLine, QueryRejected, VmexporterError

TIMES = [START_MS + step for step in (0, 15_000, 30_000, 45_001)]
BLOCKS = [block(TIMES), block(TIMES, bytes(300)), block([START_MS - 5, *TIMES, END_MS + 1]), block([END_MS], b"")]
NAMES = [name(b"up", (b"job", b"a")), name(b"up", (b"job", b"b\0\1\2\xff")), name(b"x" * 200), name(b"")]
UNITS = [unit(series, content) for series in NAMES for content in BLOCKS]
STREAM = HEADER + b"".join(UNITS)


def renamed(part: bytes) -> bytes:
    return part.replace(b'"job":', b'"pod":')


EXPECTED = b"".join(unit(series.replace(b"job", b"pod"), content) for series in NAMES for content in BLOCKS)


def test_the_stream_passes_whole() -> None:
    tested = rewriter(renamed)
    assert passed(tested, [STREAM]) == EXPECTED
    counts = tested.counts
    assert (counts.lines, counts.samples, counts.text_bytes) == (16, 4 * (4 + 4 + 4 + 1), len(EXPECTED))


def test_every_cut_is_the_same() -> None:
    for at in range(len(STREAM) + 1):
        assert passed(rewriter(renamed), [STREAM[:at], STREAM[at:]]) == EXPECTED
    assert passed(rewriter(renamed), [STREAM[at : at + 1] for at in range(len(STREAM))]) == EXPECTED
    chance = random.Random(3)
    for _ in range(200):
        cuts = sorted(chance.randrange(len(STREAM) + 1) for _ in range(12))
        pieces = [STREAM[left:right] for left, right in pairwise([0, *cuts, len(STREAM)])]
        assert passed(rewriter(renamed), pieces) == EXPECTED


def test_every_end_but_that_of_a_block_is_refused() -> None:
    ends = {len(HEADER)}
    for content in UNITS:
        ends.add(max(ends) + len(content))
    for at in range(len(STREAM)):
        tested = rewriter(renamed)
        tested.feed(RawChunk(STREAM[:at]))
        if at in ends:
            tested.finish()
        else:
            with pytest.raises(BadExportLine):
                tested.finish()


@pytest.mark.parametrize("moment", [0, 1, -1, START_MS, -(10**15), 2**62])
def test_the_range_in_front(moment: int) -> None:
    found = [number >> 1 ^ -(number & 1) for number in struct.unpack(">QQ", stream_header(moment, START_MS))]
    assert found == [moment, START_MS]


@pytest.mark.parametrize("asked", [(START_MS + 1, END_MS), (START_MS, END_MS - 1), (0, END_MS)])
def test_another_range_than_was_asked_for_is_refused(asked: tuple[int, int]) -> None:
    with pytest.raises(BadExportLine, match="another time"):
        rewriter(start_ms=asked[0], end_ms=asked[1]).feed(RawChunk(STREAM))


def test_a_block_outside_is_refused() -> None:
    for times in ([START_MS - 2, START_MS - 1], [END_MS + 1]):
        with pytest.raises(BadExportLine, match="outside the time"):
            rewriter().feed(RawChunk(HEADER + unit(NAMES[0], block(times))))


WORDS = b'\nsearch error after reading 5 data blocks: cannot find tag for {a="secret"}\n'
WHERE = {"at once": b"", "after the range": HEADER, "after a block": HEADER + UNITS[0]}
IN_BLOCK = HEADER + UNITS[0] + UNITS[1][: 4 + len(NAMES[0])]


@pytest.mark.parametrize("before", [*WHERE.values(), IN_BLOCK], ids=[*WHERE, "after a name"])
@pytest.mark.parametrize("step", [1, 7, 10_000])
def test_the_servers_words_are_told(before: bytes, step: int) -> None:
    """Whole words at once, and those without an end when the stream ends; never what may hold a label's value."""
    for words in (WORDS, WORDS.strip(b"\n")):
        stream = before + words
        with pytest.raises(QueryRejected, match="search error after reading 5 data blocks") as told:
            passed(rewriter(), [stream[at : at + step] for at in range(0, len(stream), step)])
        assert "secret" not in str(told.value)


def test_words_in_json_are_told() -> None:
    with pytest.raises(QueryRejected, match="cannot parse the selector"):
        passed(rewriter(), [b'{"status":"error","errorType":"422","error":"cannot parse the selector"}\n'])
    with pytest.raises(QueryRejected):
        passed(rewriter(), [b'{"a":' * 900])


@pytest.mark.parametrize(
    "torn",
    [
        b"\x00\x10\x00\x01" + bytes(99),
        b"\x00\xff\xff\xff",
        b"\x05\x00\x00\x00",
        b"\xff" * 50,
        b"text\x00",
        b"\n",
        b"\xff" + UNITS[0][4 + len(NAMES[0]) :],
        unit(NAMES[0], b""),
        unit(b"", BLOCKS[0]),
        unit(NAMES[0][:-1], BLOCKS[0]),
        unit(NAMES[0], BLOCKS[0][:-1]),
        unit(NAMES[0], BLOCKS[0] + b"\0"),
        unit(NAMES[0], bytes((1 << 20) + 1)),
        unit(b"x" * (1 << 20) + b"\1", BLOCKS[0]),
    ],
)
def test_what_is_no_stream_is_refused(torn: bytes) -> None:
    for chunks in ([HEADER + UNITS[0] + torn], [HEADER, *(torn[at : at + 4096] for at in range(0, len(torn), 4096))]):
        with pytest.raises(BadExportLine):
            passed(rewriter(), chunks)


def test_the_largest_name_and_block_pass_in_bounded_memory() -> None:
    large_block = block(TIMES, bytes((1 << 20) - len(block(TIMES, b"")) - 2))
    series = name(b"x" * ((1 << 20) - 1))
    assert len(large_block) == len(series) == 1 << 20
    stream = HEADER + unit(series, large_block) * 3
    assert passed(rewriter(), [stream[at : at + 5000] for at in range(0, len(stream), 5000)]) == stream[len(HEADER) :]


def test_what_is_held_back_is_bounded() -> None:
    tested = rewriter()
    tracemalloc.start()
    try:
        with pytest.raises(BadExportLine):
            passed(tested, (HEADER if first else b"\x00\x0f" * 500_000 for first in [True, *[False] * 40]))
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


def test_ten_thousand_torn_streams_are_read_or_refused() -> None:
    chance = random.Random(5)
    began = time.process_time()
    refused = 0
    for _ in range(10_000):
        torn = bytearray(STREAM)
        for _ in range(chance.randint(1, 3)):
            at, action = chance.randrange(len(torn)), chance.random()
            if action < 0.6:
                torn[at] = chance.choice([0, 1, 2, 10, 0x7F, 0x80, 0xFF, chance.randrange(256)])
            elif action < 0.8:
                del torn[at : at + chance.randrange(1, 50)]
            else:
                torn[at:at] = chance.randbytes(chance.randrange(1, 50))
        cut = chance.randrange(len(torn) + 1)
        try:
            passed(rewriter(renamed), [bytes(torn[:cut]), bytes(torn[cut:])])
        except VmexporterError:
            refused += 1
    assert refused > 5000
    assert time.process_time() - began < 60
