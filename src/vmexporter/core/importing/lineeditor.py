"""Edits JSON lines. What no option touches passes as the bytes that it is, and is only looked at and counted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from vmexporter.core.importing.edits import Body, Edits, UnreadableUnit, Watch
from vmexporter.core.importing.jsonline import places, shorter_lines, sound_values, usual_form
from vmexporter.core.importing.labeledits import NOT_CHOSEN, LabelEdits
from vmexporter.core.importing.tally import Tally
from vmexporter.core.importing.timesedit import Times, TimesEdit
from vmexporter.core.samples import LINE_END, TIMESTAMPS, VALUES
from vmexporter.errors import BadExportLine

_Parts = Sequence[bytes | memoryview]
_LONG_BYTES: Final = 2 << 20
_BLANK_LINES: Final = re.compile(rb"\n++|(?:\r\n)++")


class LineEditor:
    """See ``edits.Editor``."""

    head_bytes = 0
    unit = "line"

    def __init__(self, edits: Edits, *, force: bool = False, watch: Watch | None = None) -> None:
        """With *force* every number is looked at: what is damaged may still look like a line."""
        self.force = force
        self._watch = watch
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
        while position < stop and (end := text.find(b"\n", position) + 1) and body.has_room(end - position):
            if end - position <= len(b"\r\n") and (blanks := _BLANK_LINES.match(text, position, stop)):
                edited: _Parts | None = ()
                end = blanks.end()
            else:
                edited = self._line(text, position, end, body.tally)
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

    def _line(self, text: bytes, start: int, end: int, tally: Tally) -> _Parts | None:
        """What becomes of a line with its end; None: it passes as it came."""
        content_end = end - 2 if text.endswith(b"\r\n", start, end) else end - 1
        try:
            if end - start > _LONG_BYTES:  # read as JSON, it would take ten times its size
                return self._in_several(text, start, content_end, tally)
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

    def _usual(self, line: bytes, tally: Tally) -> _Parts:
        usual = usual_form(line)
        edited = self._edited(usual, 0, len(usual), tally)
        return (usual, b"\n") if edited is None else edited

    def _in_several(self, text: bytes, start: int, end: int, tally: Tally) -> _Parts:
        """What becomes of a line that is too long for servers: shorter ones, or nothing if any of it is bad."""
        parts: list[bytes | memoryview] = []
        counted = Tally()
        for line in shorter_lines(text, start, end):
            edited = self._edited(line, 0, len(line), counted)
            parts += (line, b"\n") if edited is None else edited
        tally.add(counted)
        return parts

    def _edited(self, text: bytes, start: int, end: int, tally: Tally) -> _Parts | None:
        at = places(text, start, end)
        if at is None:
            raise BadExportLine("it is torn")
        part = text[start : at.labels]
        labels = self._labels.get(part)
        times = self._times.of(text, at.times, at.times_end)
        values = text[at.values : at.values_end]
        sound = sound_values(values, strict=self.force)
        if values.count(b",") + 1 != times.samples:
            raise BadExportLine("it has more values than timestamps, or fewer")
        if labels == NOT_CHOSEN:
            tally.other_jobs_lines += 1
            tally.other_jobs_samples += times.samples
            return ()
        if self._watch and times.chosen:
            self._watch(part, times.chosen, times.first_ms, times.last_ms)
        if times.kept is not None:
            return self._cut(labels, sound, times, tally)
        tally.lines += 1
        tally.samples += times.samples
        if times.moved is not None:
            return [labels, VALUES, sound, TIMESTAMPS, times.moved, LINE_END, b"\n"]
        if labels == part and sound is values:
            return None
        return [labels, VALUES, sound, memoryview(text)[at.values_end : end], b"\n"]

    @staticmethod
    def _cut(labels: bytes, values: bytes, times: Times, tally: Tally) -> _Parts:
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
