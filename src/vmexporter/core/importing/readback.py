"""What of a body a server has already, told from an export of the same series: so that nothing is sent twice.

A sample is known by its series and its timestamp; its value is not compared, since servers round some. Of JSON lines,
the missing samples alone are given out again. A native block is whole or missing for the most part; one of which the
server has a part is given out again whole, and counted: that part may be stored twice.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, Protocol

from vmexporter.core.formats import Format
from vmexporter.core.importing.bodyselectors import body_selectors
from vmexporter.core.lines import LABELS_END
from vmexporter.core.native.blocks import read_header, rows_in_range
from vmexporter.core.native.frames import Frames
from vmexporter.core.native.names import pairs_of
from vmexporter.core.native.stream import HEADER_BYTES
from vmexporter.core.privacy.labels import Pair, decode, fingerprint, parse
from vmexporter.core.samples import TIMESTAMPS
from vmexporter.errors import BadExportLine

_LENGTH: Final = struct.Struct(">I")
_RANGE: Final = struct.Struct(">QQ")


@dataclass(slots=True)
class Missing:
    """What is left to send: ``body`` (empty: nothing), its samples, and those of them that the server may have."""

    body: bytes
    samples: int
    doubtful: int = 0


@dataclass(slots=True)
class Asked:
    """What has to be exported to know: the selectors, and the time range (both ends inclusive)."""

    selectors: list[str]
    start_ms: int
    end_ms: int


@dataclass(slots=True)
class _Series:
    """One series of the body: its labels, and the times that the server has of it."""

    labels: dict[str, str]
    had: Counter[int] = field(default_factory=Counter)


class Readback(Protocol):
    """Compares one body with what a server has."""

    def asked(self, mark: str) -> Asked | None:
        """What to export; None when the body holds no sample.

        *mark* is a word that no job is called and that is another one every time: a server remembers for some seconds
        which series fit a selector, also that none did.
        """

    def take(self, lines: Iterable[bytes]) -> None:
        """Lines of that export."""

    def missing(self) -> Missing:
        """What the server does not have."""


def readback_of(form: Format, body: bytes) -> Readback:
    """The comparison for *body*, as it was sent.

    Raises:
        BadExportLine: it is not of its form.
    """
    return NativeReadback(body) if form == "native" else LineReadback(body)


class _Known:
    """The series of a body, and what a server has of them."""

    def __init__(self) -> None:
        self.series: dict[int, _Series] = {}
        self.first_ms, self.last_ms = 1 << 63, -(1 << 63)

    def note(self, pairs: list[Pair]) -> int:
        """Take note of a series; its fingerprint."""
        key = _key(pairs)
        if key not in self.series:
            self.series[key] = _Series({decode(name): decode(value) for name, value in pairs})
        return key

    def reach(self, first_ms: int, last_ms: int) -> None:
        """Widen the range to these times."""
        self.first_ms, self.last_ms = min(self.first_ms, first_ms), max(self.last_ms, last_ms)

    def asked(self, mark: str) -> Asked | None:
        """What to export."""
        if self.first_ms > self.last_ms:
            return None
        selectors = body_selectors([one.labels for one in self.series.values()], mark)
        return Asked(selectors, self.first_ms, self.last_ms)

    def take(self, lines: Iterable[bytes]) -> None:
        """Lines of the export."""
        for line in lines:
            key, times = _of_line(line)
            if key in self.series:
                self.series[key].had.update(times)


class LineReadback:
    """For JSON lines."""

    def __init__(self, body: bytes) -> None:
        """*body* is whole lines."""
        self._body = body
        self._known = _Known()
        for line in _lines(body):
            labels, times = _taken_apart(line)
            self._known.note(parse(labels))
            if times:
                self._known.reach(min(times), max(times))

    def asked(self, mark: str) -> Asked | None:
        """What to export."""
        return self._known.asked(mark)

    def take(self, lines: Iterable[bytes]) -> None:
        """Lines of that export."""
        self._known.take(lines)

    def missing(self) -> Missing:
        """What the server does not have; call it once."""
        parts: list[bytes] = []
        samples = 0
        for line in _lines(self._body):
            labels, times = _taken_apart(line)
            had = self._known.series[_key(parse(labels))].had
            keep = [at for at, time_ms in enumerate(times) if not _takes(had, time_ms)]
            samples += len(keep)
            if len(keep) == len(times):
                parts += (line, b"\n")
            elif keep:
                parts.append(_thinned(line, labels, times, keep))
        return Missing(b"".join(parts), samples)


class NativeReadback:
    """For native blocks."""

    def __init__(self, body: bytes) -> None:
        """*body* is a whole stream with its range."""
        self._head = body[:HEADER_BYTES]
        self._range = tuple((number >> 1) ^ -(number & 1) for number in _RANGE.unpack(self._head))
        self._known = _Known()
        self._body = body
        for name, block in Frames().feed(body):
            header = read_header(bytes(block))
            self._known.note(pairs_of(bytes(name)))
            self._known.reach(max(header.min_ms, self._range[0]), min(header.max_ms, self._range[1]))

    def asked(self, mark: str) -> Asked | None:
        """What to export."""
        return self._known.asked(mark)

    def take(self, lines: Iterable[bytes]) -> None:
        """Lines of that export."""
        self._known.take(lines)

    def missing(self) -> Missing:
        """What the server does not have."""
        parts: list[bytes] = []
        samples = doubtful = 0
        for name, block in Frames().feed(self._body):
            rows, header = rows_in_range(bytes(block), *self._range), read_header(bytes(block))
            first_ms, last_ms = max(header.min_ms, self._range[0]), min(header.max_ms, self._range[1])
            had = self._known.series[_key(pairs_of(bytes(name)))].had
            there = sum(count for time_ms, count in had.items() if first_ms <= time_ms <= last_ms)
            if there < rows:
                parts += (_LENGTH.pack(len(name)), bytes(name), _LENGTH.pack(len(block)), bytes(block))
                samples += rows
                doubtful += there
        return Missing(self._head + b"".join(parts) if parts else b"", samples, doubtful)


def _takes(had: Counter[int], time_ms: int) -> bool:
    """Whether the server has a sample of this time that no other of the body stands for yet."""
    if not had.get(time_ms):
        return False
    had[time_ms] -= 1
    return True


def _key(pairs: list[Pair]) -> int:
    """Names a series as a server stores it: a label without a value is none."""
    return fingerprint([pair for pair in pairs if pair[1]])


def _lines(body: bytes) -> Iterator[bytes]:
    return (line for line in body.split(b"\n") if line.strip())


def _of_line(line: bytes) -> tuple[int, list[int]]:
    labels, times = _taken_apart(line)
    return _key(parse(labels)), times


def _taken_apart(line: bytes) -> tuple[bytes, list[int]]:
    """The label part, and the timestamps."""
    split, times = line.find(LABELS_END), line.rfind(TIMESTAMPS)
    end = line.find(b"]", times + len(TIMESTAMPS))
    if split < 0 or times < 0 or end < 0:
        raise BadExportLine("cannot read the samples back: a line is not of the export format")
    text = line[times + len(TIMESTAMPS) : end]
    return line[: split + 1], [int(number) for number in text.split(b",")] if text else []


def _thinned(line: bytes, labels: bytes, times: list[int], keep: list[int]) -> bytes:
    values = line[len(labels) - 1 + len(LABELS_END) : line.rfind(TIMESTAMPS)].split(b",")
    chosen = b",".join(values[at] for at in keep)
    return b'%b,"values":[%b],"timestamps":[%b]}\n' % (labels, chosen, b",".join(b"%d" % times[at] for at in keep))
