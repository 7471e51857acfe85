"""The text of a bundle, however it is cut into blocks → pieces that a server takes, each of whole units.

A unit is a JSON line or a native block. A piece knows by ``start`` and ``end`` which bytes of the unedited text it is
made of, so what was acknowledged can be written down and passed over later; sizes may change in between.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from vmexporter.core.importing.edits import Body, Editor, UnreadableUnit
from vmexporter.core.importing.tally import Tally
from vmexporter.errors import BundleDamaged

TARGET_BYTES: Final = 1 << 20
MOST_UNIT_BYTES: Final = 24 << 20
"""A longer line is refused, or passed over and counted."""
_BLOCK_BYTES: Final = 1 << 20
_MOST_UNEDITED_BYTES: Final = 64 << 20
"""So much text makes a piece in any case, however little of it is to be sent: what is done gets known."""

Spans = Sequence[tuple[int, int]]
"""Byte ranges [start, end) of a text, at the borders of units, in order and apart."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What is sent at once: ``body``, made of the bytes [start, end) of the unedited text.

    ``body`` is empty where nothing of these bytes is to be sent: they are done without sending. A native body begins
    with its own range. ``tally`` counts what is in it and what was left out. ``is_continued``: the unit is too long for
    one body, and its bytes are not done before the next piece is, which begins with the same ``start``. ``is_plain``:
    all values of its lines are numbers.
    """

    start: int
    end: int
    body: bytes
    tally: Tally
    is_continued: bool = False
    is_plain: bool = False

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
        self,
        editor: Editor,
        *,
        offset: int = 0,
        passed: Spans = (),
        target_bytes: int = TARGET_BYTES,
        is_counted: bool = False,
    ) -> None:
        """Begin at *offset*, the border of a unit; *passed* are the bytes not to be given out again.

        *is_counted*: pieces are without their bodies.
        """
        self.offset = max(offset, editor.head_bytes)
        self.target_bytes = target_bytes
        self._editor = editor
        self._passed = [span for span in passed if span[1] > self.offset]
        self._head = editor.head()
        self._start = self._done = self.offset  # of the body under way; of the next unit
        self._is_counted = is_counted
        self._body = Body(target_bytes, is_counted)
        self._rest: list[bytes] = []  # the beginning of the next unit
        self._rest_bytes = 0
        self._is_too_long = self._is_lost = False
        self._lines: int | None = 0 if self.offset == editor.head_bytes else None  # before the body under way

    def feed(self, text: bytes) -> Iterator[Piece]:
        """The pieces that *text* completes.

        Raises:
            BundleDamaged: a unit cannot be read; the message names line and byte, never what stands there.
        """
        for begin in range(0, len(text), _BLOCK_BYTES):
            yield from self._block(text[begin : begin + _BLOCK_BYTES])

    def finish(self) -> Iterator[Piece]:
        """The last piece; a last line needs no line end.

        Raises:
            BundleDamaged: the text ends in the middle of a unit.
        """
        rest = b"".join(self._rest)
        self._rest, self._rest_bytes = [], 0
        if self._is_lost or self._is_too_long:
            self._lose(self.offset)
        elif rest and self._editor.unit == "line":
            yield from self._units(rest + b"\n")
        elif rest:
            self._refuse("the text ends in the middle of it")
            self._lose(self.offset)
        if self._start < self._done:
            yield self._piece()

    def _block(self, text: bytes) -> Iterator[Piece]:
        begin = self.offset
        self.offset += len(text)
        if self._is_lost:
            return
        if self._done > begin:  # within bytes to be passed over
            text = text[self._done - begin :]
        elif self._rest_bytes or self._is_too_long:
            border = self._editor.border(text)
            joined = self._joined(text if border < 0 else text[:border], is_whole=border >= 0)
            yield from self._units(joined)
            text = text[border:] if border >= 0 else b""
        yield from self._units(text)

    def _joined(self, text: bytes, *, is_whole: bool) -> bytes:
        """The held back unit with *text*, if this makes it whole; one that is too long is let go of."""
        self._rest_bytes += len(text)
        if self._rest_bytes > MOST_UNIT_BYTES and not self._is_too_long:
            self._refuse(f"it is longer than {MOST_UNIT_BYTES >> 20} MiB")
            self._is_too_long, self._rest = True, []
        if not self._is_too_long:
            self._rest.append(text)
        if not is_whole:
            return b""
        joined, self._rest = b"".join(self._rest), []
        if self._is_too_long:
            self._is_too_long = False
            self._lose(self._done + self._rest_bytes)
        self._rest_bytes = 0
        return joined

    def _units(self, text: bytes) -> Iterator[Piece]:
        """Take the units of *text*, which begins with the next one, and hold back the last if it is not whole."""
        begin, position = self._done, 0
        while position < len(text):
            stop = len(text)
            if self._passed:
                first, last = self._passed[0]
                if begin + position >= first:
                    if self._start < self._done:
                        yield self._piece()
                    del self._passed[0]
                    self._start = self._done = max(last, self._done)
                    position, self._lines = self._done - begin, None
                    continue
                stop = min(stop, first - begin)
            try:
                taken = self._editor.take(text, position, stop, self._body)
            except UnreadableUnit as error:
                self._refuse(error.reason, error.position - position)
                self._is_lost = True
                return
            self._done = begin + taken
            position = taken
            was_continued = yield from self._continued()
            if self._body.is_full or self._done - self._start >= _MOST_UNEDITED_BYTES:
                yield self._piece()
            elif taken < stop and not was_continued:
                break
        self._body.settle()
        if position < len(text):
            self._rest, self._rest_bytes = [text[position:]], len(text) - position

    def _continued(self) -> Generator[Piece, None, bool]:
        """The pieces of a unit that is too long for one body, but for the last, in which others may follow."""
        was_continued = False
        while (rest := self._body.rest) is not None:
            yield self._piece()
            self._body.fill(rest)
            was_continued = True
        return was_continued

    def _piece(self) -> Piece:
        body, self._body = self._body, Body(self.target_bytes, self._is_counted)
        if self._is_counted:
            content = b""
        else:
            content = b"".join([self._head, *body.parts] if self._head else body.parts) if body.size else b""
        end = min(self._done, self.offset)  # a last line may lack its end
        is_continued = body.rest is not None
        piece = Piece(self._start, end, content, body.tally, is_continued, body.is_plain)
        self._lines = None if self._lines is None else self._lines + body.lines
        self._start = self._start if is_continued else self._done
        return piece

    def _lose(self, end: int) -> None:
        """Count what stands before *end* as one unit that cannot be read."""
        self._body.tally.bad_lines += 1
        self._body.tally.bad_bytes += end - self._done
        self._done = end
        self._body.lines += 1

    def _refuse(self, reason: str, before_bytes: int = 0) -> None:
        """Raise what is wrong with the next unit, or the one so many bytes on, unless what is sound is wanted."""
        if self._editor.force:
            return
        place = f"at byte {self._done + before_bytes:,}"
        if self._lines is not None and self._editor.unit == "line":
            number = self._lines + self._body.lines + 1
            place = f"{number:,} ({place})"
        raise BundleDamaged(
            f"cannot import the {self._editor.unit} {place}: {reason}",
            hint="--force imports what is sound and counts the rest",
        )
