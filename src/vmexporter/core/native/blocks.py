"""A native block of samples: its header read strictly, its rows counted within a range, its values never looked at.

A block is a header of varints and three bytes, then timestamps and values, each with its length in front. It holds
rows of one series, at most 16,384, and is sent whole to everyone who asks for a range that it overlaps. (Before v1.82
the header had neither the last timestamp nor the precision: see ``older``.)
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

import zstandard

from vmexporter.core.native import timestamps
from vmexporter.core.native.timestamps import VARINT, Timestamps, count_in_range, folded, signed, varint
from vmexporter.errors import BadExportLine

MAX_ROWS: Final = 16_384
_MARSHAL_TYPES: Final = range(1, 7)
_SECOND_ORDER: Final = frozenset({timestamps.ZSTD_DELTA2, timestamps.DELTA2})
_MAX_SCALE: Final = 1 << 15

# First and last timestamp; (first value); rows, scale, both types, precision; length of the timestamps.
_HEADER: Final = re.compile(rb"(%b%b)%b(%b%b[\x00-\xff]{3})(%b)" % ((VARINT,) * 6))
_VARINT: Final = re.compile(VARINT)
_KNOWN_BYTES: Final = 4 << 20
_INT64: Final = 1 << 63
_ENTRY_BYTES: Final = 400  # a dict's entry, its tuple and its numbers


class BlockHeader(NamedTuple):
    """What a block says of its rows; the two sizes are those of the data that follows."""

    min_ms: int
    max_ms: int
    rows: int
    timestamps_type: int
    values_type: int
    precision_bits: int
    timestamps_bytes: int
    values_bytes: int


class BlockCounter:
    """Counts the rows of blocks within one range; what the blocks of one target have in common is read once."""

    def __init__(self, start_ms: int, end_ms: int, *, outside: bool = False) -> None:
        """*start_ms* and *end_ms* (both inclusive) are what was asked for; *outside*: a block may lie outside."""
        self._start_ms, self._end_ms = start_ms, end_ms
        self._outside = outside
        self._inside: dict[bytes, bool] = {}
        self._rows: dict[bytes, int] = {}
        self._counted: dict[tuple[bytes, bytes, bytes], int] = {}
        self._known_bytes = 0
        self._zstd = zstandard.ZstdDecompressor()

    def count(self, text: bytes, start: int, end: int) -> int:
        """Rows within the range of the block ``text[start:end]``.

        Raises:
            BadExportLine: it is not of the native format, or lies outside the range.
        """
        header = _HEADER.match(text, start, end)
        if header is None:
            raise _unreadable()
        times, shape, size = header.groups()
        data = header.end()
        values = data + (size[0] if len(size) == 1 else varint(size))
        # The length of the values has to lead exactly to the block's end; nearly always it has two bytes.
        left = end - values - 2
        if not (0x80 <= left < 0x4000 and text[values] == left & 0x7F | 0x80 and text[values + 1] == left >> 7):
            _check_end(text, values, end)
        rows = self._rows.get(shape)
        if rows is None:
            rows = self._learn_rows(shape)
        inside = self._inside.get(times)
        if inside is None:
            inside = self._learn_times(times)
        return rows if inside else self._partly(times, shape, text[data:values])

    def _learn_rows(self, shape: bytes) -> int:
        self._make_room(len(shape))
        rows = self._rows[shape] = _shape(shape)[0]
        return rows

    def _learn_times(self, times: bytes) -> bool:
        self._make_room(len(times))
        min_ms, max_ms = _times(times)
        if not self._outside and (max_ms < self._start_ms or min_ms > self._end_ms):
            raise BadExportLine(
                "cannot use the export: the server sent samples from outside the time that was asked for",
                hint="a proxy on the way may drop or change the arguments start and end",
            )
        inside = self._inside[times] = self._start_ms <= min_ms and max_ms <= self._end_ms
        return inside

    def _partly(self, times: bytes, shape: bytes, data: bytes) -> int:
        key = times, shape, data
        count = self._counted.get(key)
        if count is None:
            self._make_room(len(times) + len(shape) + len(data))
            block = _timestamps(times, shape, data)
            count = self._counted[key] = count_in_range(block, self._start_ms, self._end_ms, self._zstd)
        return count

    def _make_room(self, size: int) -> None:
        self._known_bytes += size + _ENTRY_BYTES
        if self._known_bytes > _KNOWN_BYTES:
            self._inside.clear()
            self._rows.clear()
            self._counted.clear()
            self._known_bytes = size + _ENTRY_BYTES


def read_header(block: bytes) -> BlockHeader:
    """The header of a whole block.

    Raises:
        BadExportLine: the block is not of the native format.
    """
    header = _HEADER.match(block)
    if header is None:
        raise _unreadable()
    values = header.end() + varint(header[3])
    start = _check_end(block, values, len(block))
    rows, timestamps_type, values_type, precision_bits = _shape(header[2])
    return BlockHeader(
        *_times(header[1]),
        rows,
        timestamps_type,
        values_type,
        precision_bits,
        timestamps_bytes=values - header.end(),
        values_bytes=len(block) - start,
    )


def rows_in_range(block: bytes, start_ms: int, end_ms: int) -> int:
    """How many rows of a whole block lie within *start_ms* and *end_ms*, both inclusive; one outside has none.

    Raises:
        BadExportLine: the block, or what had to be read of its timestamps, is not of the native format.
    """
    header = read_header(block)
    if header.max_ms < start_ms or header.min_ms > end_ms:
        return 0
    return BlockCounter(start_ms, end_ms).count(block, 0, len(block))


def moved(block: bytes, shift_ms: int) -> bytes:
    """The whole block with all its rows *shift_ms* later.

    Raises:
        BadExportLine: the block is not of the native format, or its times leave 64 bits.
    """
    header = _HEADER.match(block)
    if header is None:
        raise _unreadable()
    min_ms, max_ms = (time_ms + shift_ms for time_ms in _times(header[1]))
    if not -_INT64 <= min_ms <= max_ms < _INT64:
        raise BadExportLine("cannot move a block in time: its timestamps would leave 64 bits")
    return folded(min_ms) + folded(max_ms) + block[header.end(1) :]


def _unreadable() -> BadExportLine:
    return BadExportLine("cannot read the export: a block of samples is not of the native format")


def _check_end(text: bytes, values: int, end: int) -> int:
    """Where the data of the values begins, whose length stands at *values* and has to lead exactly to *end*."""
    length = _VARINT.match(text, values, end)
    if length is None or length.end() + varint(length[0]) != end:
        raise _unreadable()
    return length.end()


def _times(times: bytes) -> tuple[int, int]:
    first, last = _VARINT.findall(times)
    min_ms, max_ms = signed(first), signed(last)
    if min_ms > max_ms:
        raise _unreadable()
    return min_ms, max_ms


def _shape(shape: bytes) -> tuple[int, int, int, int]:
    """Rows, both marshal types and the bits of precision, when they are what a server can read."""
    rows_text, scale_text = _VARINT.findall(shape[:-3])
    rows, scale = varint(rows_text), signed(scale_text)
    types, precision_bits = shape[-3:-1], shape[-1]
    known = all(kind in _MARSHAL_TYPES for kind in types)
    enough = rows > 1 or not _SECOND_ORDER & set(types)  # two numbers stand at the beginning of that way of writing
    if not (1 <= rows <= MAX_ROWS and -_MAX_SCALE <= scale < _MAX_SCALE and known and enough):
        raise _unreadable()
    if not 1 <= precision_bits <= timestamps.EXACT_BITS:
        raise _unreadable()
    return rows, types[0], types[1], precision_bits


def _timestamps(times: bytes, shape: bytes, data: bytes) -> Timestamps:
    min_ms, max_ms = _times(times)
    rows, marshal_type, _, precision_bits = _shape(shape)
    return Timestamps(min_ms, max_ms, rows, marshal_type, precision_bits, data)
