"""The axes of a report's charts: moments in UTC, and the upper end of a scale."""

from __future__ import annotations

import math
from collections.abc import Iterable

from vmexporter.core.request import TimeRange
from vmexporter.core.support.answers import Line
from vmexporter.core.support.tables import Unit
from vmexporter.core.times import format_utc

_DIGITS = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
_SPANS_S = (86_400.0, 3600.0, 60.0)  # hours read well as 1, 2 or 6, not as 5000 seconds
_TICKS = 4
_SHORT_MS = 1_200_000
_DAY_MS = 86_400_000


def clock(at_ms: int, within: TimeRange) -> str:
    """``10:20`` of a moment, with seconds in short ranges and the day in long ones; UTC."""
    text = format_utc(at_ms // 1000 * 1000)
    time = text[11:19] if within.length_ms < _SHORT_MS else text[11:16]
    return f"{text[5:10]} {time}" if within.length_ms > _DAY_MS else time


def moment(at_ms: int) -> str:
    """``2026-11-23 12:20:00 UTC``."""
    return format_utc(at_ms // 1000 * 1000).replace("T", " ").replace("Z", " UTC")


def ticks(within: TimeRange) -> list[str]:
    """The clock at a few moments, from the range's start to its end."""
    last = _TICKS - 1
    return [
        clock(within.start_ms + (within.end_ms - within.start_ms) * place // last, within) for place in range(_TICKS)
    ]


def scale(lines: Iterable[Line], unit: Unit) -> tuple[float, float]:
    """The ends of the y axis: from zero, or from below it where values are, to a number that reads well."""
    values = [value for line in lines for value in line.values if value is not None]
    lowest, highest = min(values, default=0.0), max(values, default=0.0)
    top = _up_to(highest * 1.05, unit) if highest > 0 else 0.0 if lowest < 0 else 1.0
    return (-_up_to(-lowest * 1.05, unit) if lowest < 0 else 0.0), top


def _up_to(value: float, unit: Unit) -> float:
    size = next((span for span in _SPANS_S if unit == "seconds" and value >= span), 1.0)
    power = 10.0 ** math.floor(math.log10(value / size))
    return size * power * next((digit for digit in _DIGITS if digit * power >= value / size), 10.0)
