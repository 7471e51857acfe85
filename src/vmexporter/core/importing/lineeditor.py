"""Edits JSON lines. What no option touches passes as the bytes that it is, and is only looked at and counted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from vmexporter.core.importing.edits import Body, Edits, Parts, Several, UnreadableUnit, Watch
from vmexporter.core.importing.jsonline import places, shorter_lines, usual_form, words_in
from vmexporter.core.importing.labeledits import NOT_CHOSEN, LabelEdits
from vmexporter.core.importing.tally import Tally
from vmexporter.core.importing.timesedit import Times, TimesEdit
from vmexporter.core.samples import LINE_END, TIMESTAMPS, VALUES
from vmexporter.errors import BadExportLine

_LONG_BYTES: Final = 2 << 20
_BLANK_LINES: Final = re.compile(rb"\n+|(?:\r\n)+")


class _Line(NamedTuple):
    """A line that was read: labels before and after; values as JSON has them, and where they end; times.

    ``is_same``: labels and values stay as they came. ``is_plain``: all values are numbers.
    """

    part: bytes
    labels: bytes
    values: bytes
    times: Times
    is_same: bool
    is_plain: bool
    values_end: int


class LineEditor:
    """See ``edits.Editor``."""

    head_bytes = 0
    unit = "line"

    def __init__(self, edits: Edits, *, force: bool = False, watch: Watch | None = None) -> None:
        """With *force* every number is looked at: what is damaged may still look like a line."""
        self.force = force
        self._watch = watch
        self._is_plain = True  # so far, of one body
        self._labels = LabelEdits("jsonl", edits)
        self._times = TimesEdit(edits)

    @property
    def merged(self) -> int:
        """See ``Editor``."""
        return self._labels.merged

    def head(self) -> bytes:
        """Nothing."""
        return b""

    def border(self, text: bytes) -> int:
        """Behind the first line feed."""
        return text.find(b"\n") + 1 or -1

    def take(self, text: bytes, position: int, stop: int, body: Body) -> int:
        """See ``Editor``."""
        view, run = memoryview(text), position  # lines that pass as they came are sent as one
        while not body.rest and position < stop and (end := text.find(b"\n", position) + 1):
            if not body.has_room(end - position):
                break
            if end - position <= len(b"\r\n") and (blanks := _BLANK_LINES.match(text, position, stop)):
                edited: Parts | Several | None = ()
                end = blanks.end()
                body.lines += text.count(b"\n", position, end)
            else:
                edited = self._line(text, position, end, body.tally)
                body.lines += 1
            if edited is None:
                body.size += end - position
            else:
                if run < position:
                    body.parts.append(view[run:position])
                if isinstance(edited, Iterator):
                    body.fill(edited)
                else:
                    body.put(edited)
                run = end
            position = end
        if run < position:
            body.parts.append(view[run:position])
        body.is_plain, self._is_plain = body.is_plain and self._is_plain, True
        return position

    def _line(self, text: bytes, start: int, end: int, tally: Tally) -> Parts | Several | None:
        """What becomes of a line with its end; None: it passes as it came."""
        content_end = end - 2 if text.endswith(b"\r\n", start, end) else end - 1
        try:
            if end - start > _LONG_BYTES:  # read as JSON, it would take ten times its size
                for line in shorter_lines(text, start, content_end):  # all of it is sound, or nothing of it is taken
                    self._read(line, 0, len(line))
                return self._in_several(text, start, content_end)
            try:
                return self._edited(text, start, content_end, tally)
            except BadExportLine:  # or it is only written in another way
                return self._usual(text[start:content_end], tally)
        except BadExportLine as error:
            if not self.force:
                raise UnreadableUnit(start, error.message) from None
            tally.bad_lines += 1
            tally.bad_bytes += end - start
            return ()

    def _usual(self, line: bytes, tally: Tally) -> Parts:
        usual = usual_form(line)
        edited = self._edited(usual, 0, len(usual), tally)
        return (usual, b"\n") if edited is None else edited

    def _in_several(self, text: bytes, start: int, end: int) -> Several:
        """What becomes of a line that is too long for servers: shorter ones."""
        for line in shorter_lines(text, start, end):
            counted = Tally()
            edited = self._edited(line, 0, len(line), counted)
            yield (line, b"\n") if edited is None else edited, counted

    def _read(self, text: bytes, start: int, end: int) -> _Line:
        at = places(text, start, end)
        if at is None:
            raise BadExportLine("it is torn")
        part = text[start : at.labels]
        labels: bytes = self._labels.get(part)
        times = self._times.of(text, at.times, at.times_end)
        values = text[at.values : at.values_end]
        words = words_in(values, strict=self.force)
        if values.count(b",") + 1 != times.samples:
            raise BadExportLine("it has more values than timestamps, or fewer")
        is_same = labels == part and (words is None or words == values)
        return _Line(part, labels, values if words is None else words, times, is_same, words is None, at.values_end)

    def _edited(self, text: bytes, start: int, end: int, tally: Tally) -> Parts | None:
        line = self._read(text, start, end)
        labels, times = line.labels, line.times
        if labels == NOT_CHOSEN:
            tally.other_jobs_lines += 1
            tally.other_jobs_samples += times.samples
            return ()
        if self._watch and times.chosen:
            self._watch(line.part, times.chosen, times.first_ms, times.last_ms)
        self._is_plain &= line.is_plain
        if times.kept is not None:
            return self._cut(labels, line.values, times, tally)
        tally.lines += 1
        tally.samples += times.samples
        if times.moved is not None:
            return [labels, VALUES, line.values, TIMESTAMPS, times.moved, LINE_END, b"\n"]
        if line.is_same:
            return None
        return [labels, VALUES, line.values, memoryview(text)[line.values_end : end], b"\n"]

    @staticmethod
    def _cut(labels: bytes, values: bytes, times: Times, tally: Tally) -> Parts:
        """A line of which only some samples stay, or none."""
        if times.left_out is not None:
            tally.add(times.left_out)
        if not times.kept or times.moved is None:
            return ()
        numbers = values.split(b",")
        tally.lines += 1
        tally.samples += len(times.kept)
        kept = b",".join([numbers[number] for number in times.kept])
        return (labels, VALUES, kept, TIMESTAMPS, times.moved, LINE_END, b"\n")
