"""The timestamps of a line on their way: which samples stay, and the milliseconds they are moved by.

The series of one scrape have the same timestamps, and mostly the same as the line before: they are read once, and known
again by comparing bytes. Only a new list of timestamps is parsed and printed.
"""

from __future__ import annotations

import json
from array import array
from dataclasses import dataclass
from typing import Final

from vmexporter.core.importing.edits import Edits
from vmexporter.core.importing.tally import Tally
from vmexporter.errors import BadExportLine

_DIGITS: Final = 13  # of a timestamp from 2001 to 2286
_IN_TIMESTAMPS: Final = b"0123456789,-"
_KNOWN_BYTES: Final = 4 << 20
_STRETCH_BYTES: Final = 1 << 18
_STRETCH: Final = 1 << 14
_INT64: Final = 1 << 63


@dataclass(slots=True)
class Times:
    """One list of timestamps. ``moved`` is its text after all edits; None where that is what came.

    ``kept`` are the numbers of the samples that stay; None when all do. ``samples`` came, ``left_out`` counts why some
    do not stay. ``chosen`` are within the chosen range, from ``first_ms`` to ``last_ms``.
    """

    text: bytes
    samples: int
    chosen: int
    first_ms: int
    last_ms: int
    moved: bytes | None = None
    kept: list[int] | None = None
    left_out: Tally | None = None


class TimesEdit:
    """Reads lists of timestamps and edits them."""

    def __init__(self, edits: Edits) -> None:
        self._shift_ms = edits.shift_ms
        chosen, keeps, shift_ms = edits.time_range, edits.keeps, edits.shift_ms
        # All three in the bundle's own time.
        self._chosen = (chosen.start_ms, chosen.end_ms) if chosen else (-_INT64, _INT64)
        self._oldest_ms = -_INT64 if keeps.oldest_ms is None else keeps.oldest_ms - shift_ms
        self._newest_ms = _INT64 if keeps.newest_ms is None else keeps.newest_ms - shift_ms
        self._first_ms = max(self._chosen[0], self._oldest_ms)
        self._last_ms = min(self._chosen[1], self._newest_ms)
        self._known: dict[tuple[bytes, int], Times] = {}
        self._known_bytes = 0

    def of(self, text: bytes, start: int, end: int) -> Times:
        """What is known of the timestamps ``text[start:end]``, which stand there without their brackets.

        Raises:
            BadExportLine: they are no whole numbers of 64 bits, before the shift or after.
        """
        key = text[start : start + _DIGITS], end - start
        known = self._known.get(key)
        if known is not None and text.startswith(known.text, start):
            return known
        times = self._read(text[start:end])
        if len(times.text) > _KNOWN_BYTES // 8:
            return times
        self._known_bytes += 4 * len(times.text)
        if self._known_bytes > _KNOWN_BYTES:
            self._known.clear()
            self._known_bytes = 4 * len(times.text)
        self._known[key] = times
        return times

    def _read(self, text: bytes) -> Times:
        numbers = numbers_in(text)
        first_ms, last_ms = min(numbers), max(numbers)
        times = Times(text, len(numbers), len(numbers), first_ms, last_ms)
        if first_ms < self._first_ms or last_ms > self._last_ms:
            self._cut(times, numbers)
            numbers = array("q", [numbers[number] for number in times.kept or ()])
        elif not self._shift_ms:
            return times
        shift_ms = self._shift_ms
        if numbers and not -_INT64 <= min(numbers) + shift_ms <= max(numbers) + shift_ms < _INT64:
            raise BadExportLine("its timestamps leave 64 bits when they are moved")
        times.moved = b",".join(
            ",".join([str(number + shift_ms) for number in numbers[at : at + _STRETCH]]).encode()
            for at in range(0, len(numbers), _STRETCH)
        )
        return times

    def _cut(self, times: Times, numbers: array[int]) -> None:
        start_ms, end_ms = self._chosen
        chosen = [time_ms for time_ms in numbers if start_ms <= time_ms <= end_ms]
        times.chosen, times.first_ms, times.last_ms = len(chosen), min(chosen, default=0), max(chosen, default=0)
        times.kept, out = [], Tally()
        for number, time_ms in enumerate(numbers):
            if not start_ms <= time_ms <= end_ms:
                out.outside_range += 1
            elif time_ms < self._oldest_ms:
                out.before_retention += 1
            elif time_ms > self._newest_ms:
                out.in_the_future += 1
            else:
                times.kept.append(number)
        times.left_out = out


def numbers_in(text: bytes) -> array[int]:
    """The timestamps in *text*, a stretch at a time: as Python's own numbers they would be ten times as large.

    Raises:
        BadExportLine: they are no whole numbers of 64 bits.
    """
    numbers, position = array("q"), 0
    try:
        if not text or text.endswith(b",") or text.translate(None, _IN_TIMESTAMPS):
            raise ValueError
        while position < len(text):
            end = text.find(b",", position + _STRETCH_BYTES)
            end = len(text) if end < 0 else end
            numbers.extend(json.loads(b"[%b]" % text[position:end]))
            position = end + 1
    except (ValueError, OverflowError):
        raise BadExportLine("its timestamps are no whole numbers of 64 bits") from None
    return numbers
