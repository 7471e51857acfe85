r"""Takes the blocks of ``metrics.native`` apart: each distinct name is handed on once, and a block is nothing else.

What a block holds beside its header is packed numbers of exactly the lengths that it says; anything that stands before,
between or behind blocks, or does not fill its length, is counted as no block. Before the blocks stand two times.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from typing import Final

from vmexporter.core.privacy.auditing.lines import Labels

_RANGE_BYTES: Final = 16
_MOST_BYTES: Final = 1 << 20
_MOST_NAME_BYTES: Final = 8 << 20
_LENGTH: Final = struct.Struct(">I")
#: Two times in ms until the year 6400, each with its sign in the last bit.
_RANGE: Final = re.compile(rb"(?:\0\0.{6}){2}", re.DOTALL)
_NUMBER: Final = rb"[\x80-\xff]{0,9}[\x00-\x7f]"
#: First and last timestamp, first value, rows, scale; how timestamps and values are packed, precision; a length.
_HEADER: Final = re.compile(rb"%b([\x01-\x06])([\x01-\x06])([\x01-\x40])(%b)" % (_NUMBER * 5, _NUMBER), re.DOTALL)
_SIZE: Final = re.compile(_NUMBER, re.DOTALL)
_ESCAPES: Final = {b"0": b"\0", b"1": b"\1", b"2": b"\2"}
_ESCAPE: Final = re.compile(rb"\x00(.?)", re.DOTALL)


class BlockAudit:
    """Reads pieces of the stream; counts ``blocks``, and ``bad_blocks`` and ``bad_names`` of no known form."""

    def __init__(self, on_labels: Callable[[Labels], None]) -> None:
        """*on_labels* gets the labels of each distinct name (again, when very many have come between)."""
        self._on_labels = on_labels
        self._seen: set[bytes] = set()
        self._seen_bytes = 0
        self._rest = b""
        self._begun = self._lost = False
        self.blocks = self.bad_blocks = self.bad_names = 0

    def feed(self, piece: bytes) -> None:
        """The next piece; blocks may go on in the one after it."""
        if self._lost:
            return
        data = self._rest + piece
        at = 0
        if not self._begun and len(data) >= _RANGE_BYTES:
            self._begun, at = True, _RANGE_BYTES
            self.bad_blocks += not _RANGE.match(data)
        if self._begun:
            at = self._blocks(data, at)
        self._rest = data[at:]

    def finish(self) -> None:
        """The stream has ended."""
        if self._rest or not self._begun:
            self.bad_blocks += 1

    def _blocks(self, data: bytes, at: int) -> int:
        end, length = len(data), _LENGTH.unpack_from
        while at + 8 <= end:
            name_end = at + 4 + length(data, at)[0]
            if name_end + 4 > end:
                self._check(name_end - at - 4)
                break
            block_end = name_end + 4 + length(data, name_end)[0]
            if block_end > end:
                self._check(block_end - name_end - 4)
                break
            name = data[at + 4 : name_end]
            if name not in self._seen:
                self._name(name)
            self.blocks += 1
            if not _is_block(data, name_end + 4, block_end):
                self.bad_blocks += 1
            at = block_end
        return end if self._lost else at

    def _check(self, length: int) -> None:
        """Nobody can say where the next block begins behind one whose length cannot be: all that follows is lost."""
        if length > _MOST_BYTES:
            self._lost = True
            self.bad_blocks += 1

    def _name(self, name: bytes) -> None:
        self._seen_bytes += len(name)
        if self._seen_bytes > _MOST_NAME_BYTES:
            self._seen.clear()
            self._seen_bytes = len(name)
        self._seen.add(name)
        parts = name.split(b"\1")
        if len(parts) % 2 or parts[-1] or b"\2" in name:
            self.bad_names += 1
            return
        try:
            texts = [_plain(part) for part in parts[:-1]] if b"\0" in name else _text(name).split("\1")[:-1]
        except KeyError:
            self.bad_names += 1
            return
        labels: Labels = [("__name__", texts[0])] if texts[0] else []
        labels += zip(texts[1::2], texts[2::2], strict=True)
        self.bad_names += len({label for label, _ in labels if label}) < len(labels)  # one comes twice, or has no name
        self._on_labels(labels)


def _plain(part: bytes) -> str:
    return _text(_ESCAPE.sub(lambda found: _ESCAPES[found[1]], part))


def _text(part: bytes) -> str:
    return part.decode("utf-8", "surrogateescape")


def _is_block(data: bytes, at: int, end: int) -> bool:
    header = _HEADER.match(data, at, end)
    if header is None:
        return False
    size = _SIZE.match(data, header.end() + _number(header[4]), end)
    return size is not None and size.end() + _number(size[0]) == end


def _number(text: bytes) -> int:
    if len(text) == 2:  # nearly all of them, and twice in each block
        return text[0] & 0x7F | text[1] << 7
    return sum((byte & 0x7F) << 7 * place for place, byte in enumerate(text))
