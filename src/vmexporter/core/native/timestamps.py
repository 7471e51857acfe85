"""The timestamps of a native block: how many of them lie within a range, without looking at the values.

Servers write them in one of three ways: all the same, all the same distance apart, or as the differences between those
distances ("delta of delta"), which are mostly zero and are therefore read by what is not. The plain differences that
the format knows as well are for times before 1970. A number is a varint, its sign folded into the lowest bit.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from itertools import accumulate, chain
from typing import Final, NamedTuple

import zstandard

from vmexporter.errors import BadExportLine

ZSTD_DELTA2: Final = 1
DELTA_CONST: Final = 2
CONST: Final = 3
ZSTD_DELTA: Final = 4
DELTA2: Final = 5
DELTA: Final = 6
EXACT_BITS: Final = 64

VARINT: Final = rb"[\x80-\xff]{0,8}+(?:[\x00-\x7f]|[\x80-\xff][\x00\x01])"
"""One varint of 64 bits, as a regular expression."""
_VARINT_BYTES: Final = 10
_VARINT: Final = re.compile(VARINT)
_CHANGE: Final = re.compile(rb"[\x01-\x7f]|[\x80-\xff]{1,8}+(?:[\x00-\x7f]|[\x80-\xff][\x00\x01])")
_GOES_ON: Final = bytes(range(0x80, 0x100))
# Folded sign → two's complement, for varints of one byte.
_UNFOLDED: Final = bytes((byte >> 1) ^ (-(byte & 1) & 0xFF) for byte in range(0x100))
_RARE: Final = 32  # one change in so many rows: reading only the changes is faster


class Timestamps(NamedTuple):
    """What a block says of its timestamps: the first, the last, how many, how they are written, and their bytes."""

    min_ms: int
    max_ms: int
    rows: int
    marshal_type: int
    precision_bits: int
    data: bytes


def varint(data: bytes) -> int:
    """The number in the bytes of one varint."""
    number = 0
    for at, byte in enumerate(data):
        number |= (byte & 0x7F) << (7 * at)
    return number


def signed(data: bytes) -> int:
    """The number in the bytes of one varint with a folded sign."""
    number = varint(data)
    return (number >> 1) ^ -(number & 1)


def folded(number: int) -> bytes:
    """*number* as one varint with a folded sign."""
    left = number << 1 ^ number >> 63
    text = bytearray()
    while left >= 0x80:
        text.append(left & 0x7F | 0x80)
        left >>= 7
    return bytes([*text, left])


def count_in_range(block: Timestamps, start_ms: int, end_ms: int, zstd: zstandard.ZstdDecompressor) -> int:
    """How many of the timestamps lie within *start_ms* and *end_ms*, both inclusive; a new *zstd* is slow to make.

    Raises:
        BadExportLine: they cannot be read, are not in order, or not as many or not until when the block says.
    """
    if block.marshal_type == CONST:
        if block.data or block.min_ms != block.max_ms:
            raise _unreadable()
        return block.rows if start_ms <= block.min_ms <= end_ms else 0
    if block.marshal_type == DELTA_CONST:
        return _count_even(block, start_ms, end_ms)
    data = _numbers(block, zstd)
    second_order = block.marshal_type in {ZSTD_DELTA2, DELTA2}
    if second_order and block.precision_bits == EXACT_BITS:
        first = _VARINT.match(data)
        if first is None:
            raise _unreadable()
        changes = data[first.end() :]
        if len(changes) - changes.count(0) < block.rows // _RARE:
            return _count_runs(block, signed(first[0]), changes, (start_ms, end_ms))
    times = _listed(block, data)
    return bisect_right(times, end_ms) - bisect_left(times, start_ms)


def last_ms(block: Timestamps, zstd: zstandard.ZstdDecompressor) -> int:
    """The last timestamp by those before it, whatever *block* says.

    Raises:
        BadExportLine: they cannot be read.
    """
    if block.marshal_type == CONST:
        return block.min_ms
    if block.marshal_type == DELTA_CONST:
        if not _VARINT.fullmatch(block.data):
            raise _unreadable()
        return block.min_ms + signed(block.data) * (block.rows - 1)
    return block.min_ms + sum(_steps(block, _numbers(block, zstd)))


def _unreadable() -> BadExportLine:
    return BadExportLine("cannot read the export: the timestamps of a block are not of the native format")


def _count_even(block: Timestamps, start_ms: int, end_ms: int) -> int:
    if not _VARINT.fullmatch(block.data):
        raise _unreadable()
    step = signed(block.data)
    if step < 0 or block.min_ms + step * (block.rows - 1) != block.max_ms:
        raise _unreadable()
    return _even(block.min_ms, step, block.rows, start_ms, end_ms)


def _even(first_ms: int, step: int, rows: int, start_ms: int, end_ms: int) -> int:
    """How many of *rows* timestamps, *step* apart, lie within the range."""
    if step == 0:
        return rows if start_ms <= first_ms <= end_ms else 0
    before = min(max(-((first_ms - start_ms) // step), 0), rows)
    until = min(max((end_ms - first_ms) // step + 1, 0), rows)
    return max(until - before, 0)


def _unpacked(block: Timestamps, zstd: zstandard.ZstdDecompressor) -> bytes:
    """The varints of *block*; what zstd makes of them is bounded before anything is allocated."""
    if block.marshal_type not in {ZSTD_DELTA2, ZSTD_DELTA}:
        return block.data
    limit = _VARINT_BYTES * block.rows
    try:
        if zstandard.frame_content_size(block.data) > limit:
            raise _unreadable()
        return zstd.decompress(block.data, max_output_size=limit, allow_extra_data=False)
    except zstandard.ZstdError:
        raise _unreadable() from None


def _numbers(block: Timestamps, zstd: zstandard.ZstdDecompressor) -> bytes:
    """The varints of *block*, one for each timestamp but the first."""
    data = _unpacked(block, zstd)
    second_order = block.marshal_type in {ZSTD_DELTA2, DELTA2}
    if len(data.translate(None, _GOES_ON)) != block.rows - 1 or data[-1:] >= b"\x80" or second_order > len(data):
        raise _unreadable()
    return data


def _count_runs(block: Timestamps, step: int, changes: bytes, within: tuple[int, int]) -> int:
    """Count by runs of even steps: *step* is the first one, and lasts until the next of *changes* that is not zero."""
    time_ms, row, count, longer = block.min_ms, 0, 0, 0  # a run begins at row `row`
    for change in _CHANGE.finditer(changes):
        begin = change.start() - longer + 2  # the row that this change leads to
        longer += len(change[0]) - 1
        if step < 0:
            raise _unreadable()
        count += _even(time_ms, step, begin - row, *within)
        time_ms += step * (begin - 1 - row)
        step += signed(change[0])
        time_ms, row = time_ms + step, begin
    last_ms = time_ms + step * (block.rows - 1 - row)
    if step < 0 or last_ms != block.max_ms or len(changes) - longer != block.rows - 2:
        raise _unreadable()
    return count + _even(time_ms, step, block.rows - row, *within)


def _steps(block: Timestamps, data: bytes) -> list[int]:
    """How far each timestamp is from the one before."""
    if data.isascii():
        numbers = memoryview(data.translate(_UNFOLDED)).cast("b").tolist()
    else:
        found: list[bytes] = _VARINT.findall(data)
        if sum(map(len, found)) != len(data):  # one of them is too long
            raise _unreadable()
        numbers = [signed(number) for number in found]
    return list(accumulate(numbers)) if block.marshal_type in {ZSTD_DELTA2, DELTA2} else numbers


def _listed(block: Timestamps, data: bytes) -> list[int]:
    """All timestamps, put in order when they were stored with less than full precision, as a server does."""
    times = list(accumulate(chain((block.min_ms,), _steps(block, data))))
    if block.precision_bits < EXACT_BITS:
        times = [min(time_ms, block.max_ms) for time_ms in accumulate(times, max)]
        times[-1] = block.max_ms
    elif times != sorted(times) or times[-1] != block.max_ms:
        raise _unreadable()
    return times
