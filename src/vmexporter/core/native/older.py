"""Blocks of servers before v1.82: their header lacks the last timestamp and the precision, which later servers want.

Both are known without a look at the values, and are put in; timestamps and values keep their bytes. So a bundle of an
old server is read by today's. What an old server itself reads is not written any more: ``TELLTALE`` finds such a server
out, and ``READERS`` are the words for it.
"""

from __future__ import annotations

import re
import struct
from typing import Final

import zstandard

from vmexporter.core.native.blocks import BlockCounter, read_header
from vmexporter.core.native.timestamps import CONST, EXACT_BITS, VARINT, Timestamps, folded, last_ms, signed, varint
from vmexporter.errors import BadExportLine

# First timestamp; first value, rows, scale; both types; length of the timestamps.
_HEADER: Final = re.compile(rb"(%b)(%b(%b)%b)([\x01-\x06])([\x01-\x06])(%b)" % ((VARINT,) * 5))
_SIZE: Final = re.compile(VARINT)
_MAX_ROWS: Final = 16_384
_KNOWN_BYTES: Final = 4 << 20
_ENTRY_BYTES: Final = 400

READERS: Final = "native blocks are read by VictoriaMetrics v1.82 and later"
_NAME: Final = b"vmexporter_telltale\x01"
_ONE_ROW: Final = folded(0) * 2 + folded(_MAX_ROWS) + b"\x01" + folded(0) + bytes([CONST, CONST, EXACT_BITS, 0, 0])
TELLTALE: Final = b"".join(
    (struct.pack(">QQ", 2, 2), struct.pack(">I", len(_NAME)), _NAME, struct.pack(">I", len(_ONE_ROW)), _ONE_ROW)
)
"""A stream of one block with one row, outside of the stream's range: who can read it takes nothing in.

A server of before v1.82 refuses it: it finds a number of rows that no block has where the value stands now."""


class OlderBlocks:
    """Makes today's blocks of old ones; the timestamps that the series of one target share are read once."""

    def __init__(self, counter: BlockCounter) -> None:
        """*counter* counts the rows of what is made."""
        self._counter = counter
        self._last: dict[tuple[bytes, bytes, bytes, bytes], bytes] = {}
        self._known_bytes = 0
        self._zstd = zstandard.ZstdDecompressor()

    def renewed(self, text: bytes, start: int, end: int) -> tuple[bytes, int]:
        """The block ``text[start:end]`` as servers write it today, and how many of its rows lie within the range.

        Raises:
            BadExportLine: it is no block of a server before v1.82, or lies outside the range.
        """
        header = _HEADER.match(text, start, end)
        if header is None:
            raise _unreadable()
        first, shape, rows, timestamps_type, values_type, size = header.groups()
        data = header.end()
        values = data + varint(size)
        length = _SIZE.match(text, values, end)
        if length is None or length.end() + varint(length[0]) != end:
            raise _unreadable()
        key = first, rows, timestamps_type, text[data:values]
        last = self._last.get(key)
        if last is None:
            last = self._learn(key)
        new_head = b"%b%b%b%b%b%c" % (first, last, shape, timestamps_type, values_type, EXACT_BITS)
        block = new_head + text[header.start(6) : end]
        return block, self._counter.count(block, 0, len(block))

    def _learn(self, key: tuple[bytes, bytes, bytes, bytes]) -> bytes:
        first, rows, timestamps_type, data = key
        if not 1 <= varint(rows) <= _MAX_ROWS:
            raise _unreadable()
        min_ms = signed(first)
        block = Timestamps(min_ms, min_ms, varint(rows), timestamps_type[0], EXACT_BITS, data)
        self._known_bytes += len(data) + _ENTRY_BYTES
        if self._known_bytes > _KNOWN_BYTES:
            self._last.clear()
            self._known_bytes = len(data) + _ENTRY_BYTES
        last = self._last[key] = folded(last_ms(block, self._zstd))
        return last


def older_blocks(block: bytes, counter: BlockCounter) -> OlderBlocks | None:
    """What is needed to read a stream that begins with *block*, if it comes from a server before v1.82; else None."""
    try:
        read_header(block)
    except BadExportLine:
        older = OlderBlocks(counter)
        try:
            older.renewed(block, 0, len(block))
        except BadExportLine:
            return None
        return older
    return None


def _unreadable() -> BadExportLine:
    return BadExportLine("cannot read the export: a block of samples is not of the native format")
