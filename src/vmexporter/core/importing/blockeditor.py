"""Edits native blocks: labels in their names, times in their headers; samples are not unpacked.

All times of a block follow from the first one, and its header says the last one, so moving both moves every sample. A
stream begins with a range, and a server that reads it takes no sample outside: a narrower range cuts exactly.
"""

from __future__ import annotations

import struct
from typing import Final

from vmexporter.core.importing.edits import Body, Edits, UnreadableUnit, Watch
from vmexporter.core.importing.labeledits import LabelEdits
from vmexporter.core.importing.tally import Tally
from vmexporter.core.native.blocks import BlockCounter, BlockHeader, moved, read_header
from vmexporter.core.native.stream import HEADER_BYTES, MOST_BYTES, range_of, stream_header
from vmexporter.errors import BadExportLine, BundleDamaged

_LENGTH: Final = struct.Struct(">I")
_EVER: Final = (-(1 << 63), (1 << 63) - 1)


class BlockEditor:
    """See ``edits.Editor``."""

    head_bytes = HEADER_BYTES
    unit = "block"

    def __init__(self, edits: Edits, head: bytes, *, force: bool = False, watch: Watch | None = None) -> None:
        """*head* is the range that the whole text begins with.

        Raises:
            BundleDamaged: it is none.
        """
        if len(head) != HEADER_BYTES:
            raise BundleDamaged("cannot import: the native blocks do not begin with their range")
        self.force = force
        self._watch = watch
        self._labels = LabelEdits("native", edits)
        self._shift_ms = edits.shift_ms
        chosen, keeps = edits.time_range, edits.keeps
        oldest_ms = _EVER[0] if keeps.oldest_ms is None else keeps.oldest_ms - edits.shift_ms
        newest_ms = _EVER[1] if keeps.newest_ms is None else keeps.newest_ms - edits.shift_ms
        # Each range lies within the one before; rows that are in one and not in the next are left out for that reason.
        self._ranges = [_EVER]
        for first_ms, last_ms in (
            range_of(head),
            (chosen.start_ms, chosen.end_ms) if chosen else _EVER,
            (oldest_ms, _EVER[1]),
            (_EVER[0], newest_ms),
        ):
            before = self._ranges[-1]
            self._ranges.append((max(before[0], first_ms), min(before[1], last_ms)))
        self._counters = [BlockCounter(*times, outside=True) for times in self._ranges[1:]]

    @property
    def merged(self) -> int:
        """See ``Editor``."""
        return self._labels.merged

    def head(self) -> bytes:
        """The range of all samples to be sent, after the shift."""
        first_ms, last_ms = self._ranges[-1]
        return stream_header(first_ms + self._shift_ms, last_ms + self._shift_ms)

    def border(self, text: bytes) -> int:
        """Its end: where a block ends, only its length tells."""
        return len(text)

    def take(self, text: bytes, position: int, stop: int, body: Body) -> int:
        """See ``Editor``."""
        view, run, begin = memoryview(text), position, position
        while position < stop:
            try:
                name_end = _after(text, position)
                end = name_end and _after(text, name_end)
            except UnreadableUnit:
                if position == begin:
                    raise
                break  # what came before is not lost
            if not end or not body.has_room(end - position):
                break
            edited = self._block(text, (position, name_end, end), body.tally)
            if edited is None:
                body.size += end - position
            else:
                if run < position:
                    body.parts.append(view[run:position])
                body.put(edited)
                run = end
            position = end
        if run < position:
            body.parts.append(view[run:position])
        return position

    def _block(self, text: bytes, ends: tuple[int, int, int], tally: Tally) -> list[bytes] | None:
        """What becomes of a block with its name; None: it passes as it came."""
        start, name_end, end = ends
        try:
            name = text[start + 4 : name_end]
            labels = self._labels.get(name)
            rows = self._rows(text, name_end + 4, end)
            if not labels:
                tally.other_jobs_lines += 1
                tally.other_jobs_samples += rows[0]
                return []
            if self._watch and rows[1]:
                self._tell(name, rows[1], read_header(text[name_end + 4 : end]))
            block = text[name_end + 4 : end] if self._shift_ms or labels != name else b""
            if self._shift_ms:
                block = moved(block, self._shift_ms)
        except BadExportLine as error:
            if not self.force:
                raise UnreadableUnit(start, error.message) from None
            tally.bad_lines += 1
            tally.bad_bytes += end - start
            return []
        tally.outside_range += rows[0] - rows[1]
        tally.before_retention += rows[1] - rows[2]
        tally.in_the_future += rows[2] - rows[3]
        if not rows[3]:
            return []
        tally.lines += 1
        tally.samples += rows[3]
        return [_LENGTH.pack(len(labels)), labels, _LENGTH.pack(len(block)), block] if block else None

    def _tell(self, name: bytes, rows: int, header: BlockHeader) -> None:
        first_ms, last_ms = self._ranges[2]
        if self._watch:
            self._watch(name, rows, max(header.min_ms, first_ms), min(header.max_ms, last_ms))

    def _rows(self, text: bytes, start: int, end: int) -> list[int]:
        """Rows within each of the ranges; one that is as the one before is not counted again."""
        rows: list[int] = []
        for number, counter in enumerate(self._counters, 1):
            first_ms, last_ms = self._ranges[number]
            if rows and self._ranges[number - 1] == self._ranges[number]:
                rows.append(rows[-1])
            else:
                rows.append(counter.count(text, start, end) if first_ms <= last_ms else 0)
        return rows


def _after(text: bytes, position: int) -> int:
    """Where what has its length at *position* ends; 0 if it is not there whole.

    Raises:
        UnreadableUnit: no length can be so large, so what follows cannot be found.
    """
    if len(text) < position + 4:
        return 0
    (length,) = _LENGTH.unpack_from(text, position)
    if length > MOST_BYTES:
        raise UnreadableUnit(position, "its length cannot be", lost=True)
    stop: int = position + 4 + length
    return stop if stop <= len(text) else 0
