"""The text of a bundle, however it is cut into blocks → pieces that a server takes, each of whole units.

A unit is a JSON line or a native block. A piece knows by ``start`` and ``end`` which bytes of the unedited text it is
made of, so what was acknowledged can be written down and passed over later; sizes may change in between.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from vmexporter.core.importing.edits import Editor, Spans
from vmexporter.core.importing.tally import Tally

TARGET_BYTES: Final = 1 << 20
MOST_UNIT_BYTES: Final = 24 << 20
"""A longer line is refused, or passed over and counted."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What is sent at once: ``body``, made of the bytes [start, end) of the unedited text.

    ``body`` is empty where nothing of these bytes is to be sent: they are done without sending. A native body begins
    with its own range. ``tally`` counts what is in it and what was left out.
    """

    start: int
    end: int
    body: bytes
    tally: Tally

    @property
    def lines(self) -> int:
        """Lines or blocks in the body."""
        return self.tally.lines

    @property
    def samples(self) -> int:
        """Samples in the body."""
        return self.tally.samples


class Pieces:
    """Cuts one text. Pieces come in order, and together with what was passed over they cover the text without a gap.

    Attributes:
        offset: the byte of the unedited text that has to be fed next (at the beginning: where to begin reading).
        target_bytes: how large a body may get; may be changed at any time. A single unit may be larger.
    """

    def __init__(
        self, editor: Editor, *, offset: int = 0, passed: Spans = (), target_bytes: int = TARGET_BYTES
    ) -> None:
        """Begin at *offset*, the border of a unit; *passed* are the bytes not to be given out again."""
        self.offset = max(offset, editor.head_bytes)
        self.target_bytes = target_bytes

    def feed(self, text: bytes) -> Iterator[Piece]:
        """The pieces that *text* completes.

        Raises:
            BundleDamaged: a unit cannot be read; the message names line and byte, never what stands there.
        """
        raise NotImplementedError

    def finish(self) -> Iterator[Piece]:
        """The last piece; a last line needs no line end.

        Raises:
            BundleDamaged: the text ends in the middle of a unit.
        """
        raise NotImplementedError
