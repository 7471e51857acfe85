r"""The JSON-lines codec: bytes of ``/api/v1/export`` ⇄ (label part, untouched sample part).

``},"values":[`` cannot occur inside a JSON string (a quote there is escaped), so one ``find`` splits a line. Chunks are
split at ``\n`` only: U+2028, U+2029 and U+0085 arrive unescaped in label values. Only the label part is parsed, once
per distinct label part; values and timestamps pass through as the bytes that the server sent. (One exception: what
old servers write as ``+Inf``, ``-Inf`` or ``NaN`` is no JSON, and no server takes it; it gets the form of new servers.)

Format: https://docs.victoriametrics.com/victoriametrics/#how-to-export-data-in-json-line-format
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NewType

from vmexporter.core.samples import LINE_END as _LINE_END
from vmexporter.core.samples import TIMESTAMPS, VALUES, Scrapes, Thin, checked_values
from vmexporter.core.words import fit_to_show
from vmexporter.errors import BadExportLine, QueryRejected

RawChunk = NewType("RawChunk", bytes)
"""Bytes as a server sent them: nothing is known of what is in them."""
SafeChunk = NewType("SafeChunk", bytes)
"""Whole lines whose label parts the label policy has made; only ``LineRewriter`` turns a ``RawChunk`` into this. (In
``reveal --bundle`` the map's way back stands in the policy's place: such a bundle is its owner's alone.)"""

LABELS_END = b'},"values":['
LINE_START = b'{"metric":{'
RESULT_NAME = b"vmexporter_query"
"""The name of an expression's results that have lost theirs."""
_MAX_LINE_BYTES = 24 << 20


@dataclass(slots=True)
class Counts:
    """What passed: lines, samples, and bytes of safe text."""

    lines: int = 0
    samples: int = 0
    text_bytes: int = 0

    def add(self, other: Counts) -> None:
        """Add *other* to these."""
        self.lines += other.lines
        self.samples += other.samples
        self.text_bytes += other.text_bytes


@dataclass(slots=True)
class LabelCache:
    """Label part → rewritten label part, bounded: when full it is emptied, since a range comes in windows.

    ``rewrite`` is called once per distinct label part, and again after the cache was emptied.
    """

    rewrite: Callable[[bytes], bytes]
    max_bytes: int = 32 << 20
    _parts: dict[bytes, bytes] = field(default_factory=dict)
    _bytes: int = 0

    def get(self, part: bytes) -> bytes:
        """The rewritten form of one label part (up to and including the brace that closes the metric object).

        Raises:
            BadExportLine: the part is not of the export format.
        """
        rewritten = self._parts.get(part)
        if rewritten is None:
            rewritten = self.rewrite(part)
            self._bytes += len(part) + len(rewritten) + 200  # two objects and a dict entry
            if self._bytes > self.max_bytes:
                self._parts.clear()
                self._bytes = len(part) + len(rewritten) + 200
            self._parts[part] = rewritten
        return rewritten


class LineRewriter:
    """Rewrites one slice's stream: raw chunks in, safe whole lines out; what it has counted is in ``counts``.

    Lines may be held back until *group_bytes* of them have come, and are then given out by their first timestamp. The
    series of one scrape have the same timestamps, so deflate finds a line's timestamps in the line before: a day of
    5,677 series takes 86 MB in place of 129 MB, and is compressed at one and a half times the speed.
    """

    def __init__(
        self, labels: LabelCache, start_ms: int, end_ms: int, *, thin: Thin | None = None, group_bytes: int = 0
    ) -> None:
        """*start_ms* and *end_ms* (both inclusive) are what was asked for: a sample outside would be in two slices."""
        self._labels = labels
        self._scrapes = Scrapes(start_ms, end_ms)
        self._thin = thin
        self._group_bytes = group_bytes
        self._groups: dict[bytes, list[bytes | memoryview]] = {}
        self._held_bytes = 0
        self._rest = b""
        self.counts = Counts()

    def feed(self, chunk: RawChunk) -> SafeChunk:
        """Whole lines, rewritten: those that *chunk* completes, or held ones when enough are together.

        Raises:
            BadExportLine: a line is not of the export format, is too long, or has samples outside the slice.
            QueryRejected: a line is no JSON: the server's words about an error that it met after it said 200.
            LeakFound: a line's labels or samples hold something that may not leave.
        """
        position = 0
        if self._rest:  # only the first line is put together; the chunk itself is not copied
            position = chunk.find(b"\n") + 1 or len(chunk)
            self._rest += chunk[:position]
            if self._rest.endswith(b"\n"):
                self._line(self._rest, 0, len(self._rest) - 1)
                self._rest = b""
        while (line_end := chunk.find(b"\n", position)) >= 0:
            if line_end > position:
                self._line(chunk, position, line_end)
            position = line_end + 1
        self._rest += chunk[position:]
        if len(self._rest) > _MAX_LINE_BYTES:
            raise BadExportLine("cannot read the export: a line is longer than 24 MiB")
        return self._given_out() if self._held_bytes >= self._group_bytes else SafeChunk(b"")

    def finish(self) -> SafeChunk:
        """The lines that are still held, when the stream ended at the end of a line.

        Raises:
            BadExportLine: it ended within one.
            QueryRejected: it ended with the server's words about an error.
        """
        if self._rest.strip():
            self._refuse(self._rest)
        return self._given_out()

    def _given_out(self) -> SafeChunk:
        joined = b"".join(part for _, group in sorted(self._groups.items()) for part in group)
        self._groups.clear()
        self._held_bytes = 0
        self.counts.text_bytes += len(joined)
        return SafeChunk(joined)

    def _line(self, text: bytes, start: int, end: int) -> None:
        split = text.find(LABELS_END, start, end)
        values_end = text.find(b"]", split, end) if split >= 0 else -1
        whole = values_end >= 0 and text.startswith(TIMESTAMPS, values_end) and text.startswith(_LINE_END, end - 2)
        if not whole:
            self._refuse(text[start:end])
        timestamps = values_end + len(TIMESTAMPS)
        labels = self._labels.get(text[start : split + 1])
        samples = self._scrapes.count(text, timestamps, end - 2)
        self.counts.lines += 1
        sample_part: bytes | memoryview = memoryview(text)[split + 1 : end]
        if (values := checked_values(text[split + len(LABELS_END) : values_end])) is not None:
            sample_part = VALUES + values + text[values_end:end]
        if self._thin is not None:
            sample_part, samples = self._thin(bytes(sample_part))
        self.counts.samples += samples
        self._held_bytes += end - start
        first_timestamp = text[timestamps : timestamps + 13] if self._group_bytes else b""  # "": as they came
        group = self._groups.setdefault(first_timestamp, [])
        group += (labels, sample_part, b"\n")

    @staticmethod
    def _refuse(line: bytes) -> None:
        """Raise what is wrong with *line*; a server's own words are kept, a line of data is not shown."""
        words = line.strip()
        if words.startswith(b"{"):
            raise BadExportLine("cannot read the export: a line is torn or is not of the export format")
        shown = fit_to_show(words.decode("utf-8", "replace"))
        raise QueryRejected(f"cannot export: the server stopped with an error after it had said 200: {shown}")


def with_name(line: RawChunk) -> RawChunk:
    """The same line, its series named ``RESULT_NAME`` when it has no name: nothing can be imported without one."""
    if b'"__name__":' in line[: line.find(LABELS_END)]:
        return line
    labels = line[len(LINE_START) :]
    name = b'"__name__":"%b"%b' % (RESULT_NAME, b"" if labels.startswith(b"}") else b",")
    return RawChunk(LINE_START + name + labels)


def export_line(labels_json: str, values: list[str], timestamps_ms: list[int]) -> RawChunk:
    """One line of the export format; *labels_json* is a JSON object, *values* are JSON texts, taken as they are."""
    timestamps = ",".join(map(str, timestamps_ms))
    text = f'{{"metric":{labels_json},"values":[{",".join(values)}],"timestamps":[{timestamps}]}}\n'
    return RawChunk(text.encode("utf-8", "surrogateescape"))
