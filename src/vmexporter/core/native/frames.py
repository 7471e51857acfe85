"""Where blocks begin and end in a native stream, for whoever only counts them or looks at their names."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from vmexporter.core.native.stream import HEADER_BYTES
from vmexporter.errors import BundleDamaged

_LENGTH: Final = struct.Struct(">I")
_MOST_BYTES: Final = 1 << 20


class Frames:
    """Takes a bundle's native text in pieces; gives name and block of each whole block."""

    def __init__(self) -> None:
        self._rest = b""
        self._begun = False

    def feed(self, text: bytes) -> Iterator[tuple[memoryview, memoryview]]:
        """The blocks that *text* completes.

        Raises:
            BundleDamaged: a length cannot be.
        """
        data = self._rest + text
        position, end = 0, len(data)
        if not self._begun:
            if end < HEADER_BYTES:
                self._rest = data
                return
            self._begun, position = True, HEADER_BYTES
        view = memoryview(data)
        while (name_end := _after(data, position)) and (block_end := _after(data, name_end)):
            yield view[position + 4 : name_end], view[name_end + 4 : block_end]
            position = block_end
        self._rest = data[position:]

    @property
    def is_whole(self) -> bool:
        """Whether the text so far ends where a block does."""
        return self._begun and not self._rest


class BlockCount:
    """Counts blocks."""

    def __init__(self) -> None:
        self.count = 0
        self._frames = Frames()

    def feed(self, text: bytes) -> None:
        """The next piece.

        Raises:
            BundleDamaged: it is not of the native format.
        """
        self.count += sum(1 for _ in self._frames.feed(text))


def _after(data: bytes, position: int) -> int:
    """Where what has its length at *position* ends; 0 if it is not there whole."""
    if len(data) < position + 4:
        return 0
    (length,) = _LENGTH.unpack_from(data, position)
    if length > _MOST_BYTES:
        raise BundleDamaged("cannot read the bundle: its blocks are not of the native format")
    stop: int = position + 4 + length
    return stop if stop <= len(data) else 0
