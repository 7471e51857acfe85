"""The sample part of a line: what may stand in it, and thinning it to one sample a step.

Nothing but numbers can: a byte outside them, ``null`` and the three words for what is no finite number, stops the
export. ``bytes.translate`` looks at a gigabyte and more a second; timestamps are mostly those of the line before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from vmexporter.errors import BadExportLine, LeakFound

VALUES: Final = b',"values":['
TIMESTAMPS: Final = b'],"timestamps":['
LINE_END: Final = b"]}"

Thin = Callable[[bytes], tuple[bytes, int]]
"""Sample part → (thinned sample part, samples in it)."""

_IN_NUMBERS: Final = b"0123456789,.-+eE"
_IN_TIMESTAMPS: Final = b"0123456789,-"
_TIMESTAMP_DIGITS: Final = 13  # from 2001 to 2286
_KNOWN_BYTES: Final = 4 << 20
_NO_NUMBER: Final = re.compile(rb"[^,]*[^0-9,.+eE-][^,]*")
# Old servers write these without quotes, which is no JSON: they get the form of new servers.
_IN_JSON: Final[Mapping[bytes, bytes]] = MappingProxyType(
    {
        b"null": b"null",
        b'"NaN"': b'"NaN"',
        b'"Infinity"': b'"Infinity"',
        b'"-Infinity"': b'"-Infinity"',
        b"+Inf": b'"Infinity"',
        b"Inf": b'"Infinity"',
        b"-Inf": b'"-Infinity"',
        b"NaN": b"null",
    }
)


def checked_values(values: bytes) -> bytes | None:
    """None if *values*, without their brackets, are all plain numbers; else how they have to be written.

    Raises:
        BadExportLine: another line begins in them, so this one is torn.
        LeakFound: something else than numbers stands in them.
    """
    return _NO_NUMBER.sub(_in_json, values) if values.translate(None, _IN_NUMBERS) else None


class Scrapes:
    """The timestamps of one slice's lines: checked once for all series of a scrape, known again by comparing them.

    Series of one target have the same timestamps, but lines come by metric, so those of many targets take turns.
    Comparing is ten times as fast as checking and counting.
    """

    def __init__(self, start_ms: int, end_ms: int) -> None:
        """*start_ms* and *end_ms* (both inclusive) are what was asked for: a sample outside would be in two slices."""
        self._start_ms, self._end_ms = start_ms, end_ms
        self._known: dict[bytes, tuple[bytes, int]] = {}
        self._known_bytes = 0

    def count(self, text: bytes, start: int, end: int) -> int:
        """Samples in the line whose timestamps, without their brackets, are ``text[start:end]``.

        Raises:
            BadExportLine: they are no numbers, or from outside the slice.
        """
        first = text[start : start + _TIMESTAMP_DIGITS]
        known = self._known.get(first)
        if known is not None and len(known[0]) == end - start and text.startswith(known[0], start):
            return known[1]
        timestamps = text[start:end]
        samples = self._checked(timestamps)
        self._known_bytes += len(timestamps)
        if self._known_bytes > _KNOWN_BYTES:
            self._known.clear()
            self._known_bytes = len(timestamps)
        self._known[first] = timestamps, samples
        return samples

    def _checked(self, timestamps: bytes) -> int:
        try:
            if timestamps.translate(None, _IN_TIMESTAMPS):
                raise ValueError
            first_ms, last_ms = int(timestamps.partition(b",")[0]), int(timestamps.rpartition(b",")[2])
        except ValueError:
            raise BadExportLine("cannot read the export: a line's timestamps are not numbers") from None
        if not self._start_ms <= first_ms <= last_ms <= self._end_ms:
            raise BadExportLine(
                "cannot use the export: the server sent samples from outside the time that was asked for",
                hint="a proxy on the way may drop or change the arguments start and end",
            )
        return timestamps.count(b",") + 1


def _in_json(found: re.Match[bytes]) -> bytes:
    known = _IN_JSON.get(found[0])
    if known is not None:
        return known
    if b"{" in found[0]:  # the head of one line, the tail of another
        raise BadExportLine("cannot read the export: a line is torn or is not of the export format")
    raise LeakFound(
        "cannot export: something else than numbers stands among a line's samples",
        hint="nothing of it was written; ask for the same in a browser to see what the server sends",
        kind="something else than a number",
        place="samples",
    )


def thin_to_step(step_ms: int) -> Thin:
    """A function that keeps the last sample of each step; steps begin at multiples of *step_ms* since the epoch."""

    def thin(sample_part: bytes) -> tuple[bytes, int]:
        split = sample_part.rfind(TIMESTAMPS)
        values = sample_part[len(VALUES) : split].split(b",")
        timestamps = sample_part[split + len(TIMESTAMPS) : -len(LINE_END)].split(b",")
        if len(values) != len(timestamps):
            raise BadExportLine("cannot read the export: a line has more values than timestamps, or fewer")
        try:
            steps = [int(timestamp) // step_ms for timestamp in timestamps]
        except ValueError as error:
            raise BadExportLine("cannot read the export: a line's timestamps are not numbers") from error
        last = [i for i, step in enumerate(steps) if i + 1 == len(steps) or steps[i + 1] != step]
        kept = b",".join(values[i] for i in last), b",".join(timestamps[i] for i in last)
        return VALUES + kept[0] + TIMESTAMPS + kept[1] + LINE_END, len(last)

    return thin
