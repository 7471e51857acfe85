"""Rows of a native block are counted as its timestamps say, in every way of writing; nothing else passes for one."""

from __future__ import annotations

import random
import time

import pytest
import zstandard
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.unit.native_streams import block, signed, usual_kind, varint
from vmexporter.core.native import timestamps
from vmexporter.core.native.blocks import MAX_ROWS, BlockCounter, BlockHeader, read_header, rows_in_range
from vmexporter.core.native.older import older_blocks
from vmexporter.errors import BadExportLine, VmexporterError

FIRST_MS = 1_795_424_338_000

steps = st.one_of(
    st.lists(st.sampled_from([0, 1, 63, 64, 65, 8191, 8192, 15_000, 10**9]), max_size=40),
    st.lists(st.tuples(st.integers(1, 200), st.sampled_from([5, 1000, 15_000, 10**7])), max_size=6).map(
        lambda runs: [step for count, step in runs for _ in range(count)]
    ),
    st.lists(st.integers(14_950, 15_050), max_size=60),
)


def times_from(first_ms: int, gaps: list[int]) -> list[int]:
    times = [first_ms]
    for gap in gaps:
        times.append(times[-1] + gap)
    return times


@given(st.one_of(st.just(FIRST_MS), st.integers(-(10**13), 10**13)), steps, st.data())
@example(FIRST_MS, [], None)
@settings(max_examples=150, deadline=None)
def test_rows_are_those_of_the_timestamps(first_ms: int, gaps: list[int], data: st.DataObject | None) -> None:
    times = times_from(first_ms, gaps)
    kinds = {usual_kind(times)} | ({1, 4, 5, 6} if len(times) > 1 else {4, 6})
    picked = times[0] if data is None else data.draw(st.sampled_from(times))
    ranges = [(times[0], times[-1]), (times[0] - 9, picked), (picked, times[-1] + 9), (picked, picked)]
    ranges += [(times[0], picked - 1), (picked + 1, times[-1]), (times[-1] + 1, times[-1] + 9)]
    for kind in kinds:
        written = block(times, kind=kind)
        for start_ms, end_ms in ranges:
            expected = sum(start_ms <= time_ms <= end_ms for time_ms in times)
            assert rows_in_range(written, start_ms, end_ms) == expected


def test_a_header_is_what_was_written() -> None:
    times = [FIRST_MS, FIRST_MS + 1000, FIRST_MS + 5000]
    assert read_header(block(times, b"abc")) == BlockHeader(FIRST_MS, FIRST_MS + 5000, 3, 5, 2, 64, 4, 3)


@pytest.mark.parametrize("size", [0, 1, 127, 128, 129, 16_383, 16_384, 200_000])
def test_the_values_fill_the_block_exactly(size: int) -> None:
    whole = block([FIRST_MS, FIRST_MS + 1000], bytes(size))
    around = (FIRST_MS, FIRST_MS + 1000)
    assert rows_in_range(whole, *around) == 2 == BlockCounter(*around).count(b"xx" + whole + b"\x05", 2, len(whole) + 2)
    for wrong in (whole[:-1], whole + b"\0"):
        with pytest.raises(BadExportLine):
            rows_in_range(wrong, *around)


def test_a_block_of_less_than_full_precision_is_put_in_order_as_a_server_does() -> None:
    """Servers store so with -precisionBits; the first and the last time are exact, those between at most in order."""
    head = signed(1000) + signed(1100) + signed(0) + varint(5) + signed(0) + bytes([6, 3, 8])
    deltas = b"".join(map(signed, [30, -20, 200, -1]))  # 1000 1030 1010 1210 1209 → 1000 1030 1030 1100 1100
    lossy = head + varint(len(deltas)) + deltas + b"\0"
    assert [rows_in_range(lossy, 1000, end_ms) for end_ms in (1029, 1030, 1099, 1100)] == [1, 3, 3, 5]


def changed(times: list[int], kind: int, data: bytes, **fields: int) -> bytes:
    numbers = {"first": times[0], "last": times[-1], "rows": len(times), "scale": 0, "values": 2, "bits": 64} | fields
    head = b"".join([signed(numbers["first"]), signed(numbers["last"]), signed(0), varint(numbers["rows"])])
    types = bytes([kind, numbers["values"], numbers["bits"]])
    return head + signed(numbers["scale"]) + types + varint(len(data)) + data + b"\x01\x02"


EVEN, ODD = [1000, 2000, 3000], [1000, 2000, 4000]
D2 = signed(1000) + signed(1000)  # of ODD
BOMB = zstandard.ZstdCompressor().compress(bytes(50_000_000))
STREAMED = zstandard.ZstdCompressor(write_content_size=False)


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"\x80" * 40,
        changed(EVEN, 0, signed(1000)),
        changed(EVEN, 7, signed(1000)),
        changed(EVEN, 2, signed(1000), values=0),
        changed(EVEN, 2, signed(1000), values=7),
        changed(EVEN, 2, signed(1000), bits=0),
        changed(EVEN, 2, signed(1000), bits=65),
        changed(EVEN, 2, signed(1000), scale=1 << 15),
        changed(EVEN, 2, signed(1000), rows=0),
        changed(EVEN, 2, signed(1000), rows=MAX_ROWS + 1),
        changed(EVEN, 2, signed(1000), first=3001),
        changed(EVEN, 2, signed(1000), rows=4),
        changed(EVEN, 2, signed(-1000)),
        changed(EVEN, 2, b""),
        changed(EVEN, 2, signed(1000) + b"\0"),
        changed(EVEN, 2, b"\xff" * 9 + b"\x02"),
        changed(EVEN, 3, b""),
        changed([1000], 5, b""),
        changed([1000], 2, signed(0), values=1),
        changed(ODD, 5, D2 + b"\0"),
        changed(ODD, 5, D2 + b"\x80"),
        changed(ODD, 5, b"\x80" * 11 + D2),
        changed(ODD, 5, signed(1000) + b"\x80" * 11 + b"\0"),
        changed(ODD, 5, b""),
        changed(ODD, 5, D2, last=4001),
        changed(ODD, 5, D2, last=3999),
        changed(ODD, 5, signed(-1000) + signed(4000)),
        changed([1000] * 40 + [4000], 5, signed(0) * 38 + signed(-1) + signed(3001)),
        changed([1000] * 400 + [3999], 5, signed(0) * 398 + b"\x80" * 11 + b"\x30"),
        changed(ODD, 6, signed(1000) + signed(-1), last=1999),
        changed(ODD, 1, b"no zstd"),
        changed(ODD, 1, zstandard.ZstdCompressor().compress(D2) + b"\0"),
        changed(ODD, 1, STREAMED.compress(D2 * 50)),
        changed(ODD, 1, BOMB),
        changed(ODD, 1, b"\x28\xb5\x2f\xfd\xe0" + b"\xff" * 8 + BOMB[9:]),
        changed(ODD, 4, STREAMED.compress(bytes(50_000_000))),
    ],
)
def test_what_is_no_block_is_refused(broken: bytes) -> None:
    with pytest.raises(BadExportLine):
        rows_in_range(broken, 1001, 3998)


@pytest.mark.parametrize("first_value", [0, 1, 31_950, 1_795_424_338_123, 1_795_424_338_123_456])
def test_a_block_from_before_the_present_format_is_renewed(first_value: int) -> None:
    """Before v1.82 there was neither the last timestamp nor the precision in the header."""
    last_ms, second = FIRST_MS + 15_000 * 719, signed(15_000) + signed(3) * 718
    for kind, data in ((2, signed(15_000)), (5, second), (1, STREAMED.compress(second))):
        for values in (b"", b"\x02", bytes(300)):
            head = signed(FIRST_MS) + signed(first_value) + varint(720) + signed(-3) + bytes([kind, 2 if values else 3])
            old = head + varint(len(data)) + data + varint(len(values)) + values
            with pytest.raises(BadExportLine):
                rows_in_range(old, FIRST_MS, last_ms)
            counter = BlockCounter(FIRST_MS, FIRST_MS + 14_999)
            older = older_blocks(old, counter)
            assert older is not None
            renewed, rows = older.renewed(b"?" + old, 1, len(old) + 1)
            assert rows == 1
            header = read_header(renewed)
            assert (header.min_ms, header.rows, header.precision_bits) == (FIRST_MS, 720, 64)
            assert renewed.endswith(varint(len(data)) + data + varint(len(values)) + values)
            assert rows_in_range(renewed, FIRST_MS, header.max_ms) == 720
            assert older_blocks(renewed, counter) is None


def test_what_is_neither_is_no_older_block() -> None:
    for broken in (b"", b"\0" * 40, bytes(range(200)), b"error: what a server says\n" * 3):
        assert older_blocks(broken, BlockCounter(0, 1 << 50)) is None


def test_compressed_without_a_size_is_read_too() -> None:
    assert rows_in_range(changed(ODD, 1, STREAMED.compress(D2)), 1001, 4000) == 2


def test_a_block_outside_what_was_asked_for_is_refused() -> None:
    counter = BlockCounter(1000, 2000)
    for times in ([0, 999], [2001, 3000]):
        written = block(times)
        assert rows_in_range(written, 1000, 2000) == 0
        with pytest.raises(BadExportLine, match="outside the time"):
            counter.count(written, 0, len(written))
    around = block([0, 900, 2100])  # such a block is sent, since it overlaps, though none of its rows lies inside
    assert counter.count(around, 0, len(around)) == 0


def test_what_is_remembered_is_bounded() -> None:
    """Blocks that have nothing in common cost as much memory as the bound says, and are counted right."""
    counter = BlockCounter(1000, 10**9)
    for first in range(30_000):
        written = block([first, first + 1, 10**6 + first])
        assert counter.count(written, 0, len(written)) == (3 if first >= 1000 else 1 + (first == 999))
    assert counter._known_bytes <= 4 << 20
    assert len(counter._inside) + len(counter._counted) + len(counter._rows) < 11_000


def test_ten_thousand_torn_blocks_are_counted_or_refused_in_no_time() -> None:
    chance = random.Random(11)
    gaps = [15_000] * 700 + [chance.randrange(14_000, 16_000) for _ in range(200)]
    times = times_from(FIRST_MS, gaps)
    wholes = [block(times[:count], bytes(20), kind=kind) for kind in (1, 4, 5, 6) for count in (3, 60, 900)]
    wholes += [block(times[:500]), block(times[:1]), block([FIRST_MS] * 5)]
    began = time.process_time()
    for _ in range(10_000):
        torn = bytearray(chance.choice(wholes))
        for _ in range(chance.randint(1, 3)):
            torn[min(int(chance.expovariate(0.05)), len(torn) - 1)] = chance.choice(
                [0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)]
            )
        try:
            rows = rows_in_range(bytes(torn), FIRST_MS + 1, FIRST_MS + 10**7)
        except VmexporterError:
            continue
        assert 0 <= rows <= MAX_ROWS
    assert time.process_time() - began < 30


def test_runs_of_even_steps_are_counted_quickly() -> None:
    """8,192 rows with a few gaps: as quick as the gaps are few."""
    times = times_from(FIRST_MS, ([15_000] * 1023 + [47_000]) * 8)
    written = block(times, kind=5)
    began = time.process_time()
    for end_ms in range(times[4000], times[4000] + 100):
        assert rows_in_range(written, times[0], end_ms) == 4001
    assert (time.process_time() - began) / 100 < 0.002
    assert timestamps.varint(b"\xac\x02") == 300 and timestamps.signed(b"\x03") == -2
