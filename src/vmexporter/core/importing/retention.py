"""What a server says of itself in ``-retentionPeriod`` and ``-maxLabelsPerTimeseries`` → milliseconds and a number.

https://docs.victoriametrics.com/victoriametrics/#retention
"""

from __future__ import annotations

import re
from typing import Final

_MONTH_MS: Final = 31 * 86_400_000
_LONGEST_MS: Final = 1200 * _MONTH_MS
"""A hundred years, by months of 31 days: what a server takes when it is told 0."""
_UNIT_MS: Final = {
    "ms": 1,
    "s": 1000,
    "m": 60_000,
    "h": 3_600_000,
    "d": 86_400_000,
    "w": 7 * 86_400_000,
    "y": 365 * 86_400_000,
}
_MONTHS: Final = re.compile(r"([0-9]{1,6}(?:\.[0-9]{0,12})?|\.[0-9]{1,12})M?")
_PART: Final = re.compile(r"([0-9]{1,15}(?:\.[0-9]{0,12})?|\.[0-9]{1,12})(ms|[smhdwy])")
_SPAN: Final = re.compile(rf"(?:{_PART.pattern})+")
_LIMIT: Final = re.compile(r"-?[0-9]{1,18}")


def retention_ms(text: str) -> int | None:
    """How long samples are kept, in milliseconds; None when *text* is no such period.

    A number alone, or with a capital M, counts months of 31 days; else spans of h, d, w and y (365 days), also several
    of them (``1y2w``), in either case of letters. What ends in minutes is refused, as it is by servers: they would be
    taken for months. ``0`` is a hundred years.
    """
    text = text.strip()
    if months := _MONTHS.fullmatch(text):
        span_ms = float(months[1]) * _MONTH_MS
    else:
        lower = text.lower()
        if not _SPAN.fullmatch(lower) or lower.endswith("m"):
            return None
        span_ms = sum(float(number) * _UNIT_MS[unit] for number, unit in _PART.findall(lower))
    if span_ms > _LONGEST_MS:
        return None
    return int(span_ms) or _LONGEST_MS


def label_limit(text: str) -> int | None:
    """How many labels a series may have, its name counted; None when *text* is no number, or 0: no limit."""
    text = text.strip()
    limit = int(text) if _LIMIT.fullmatch(text) else 0
    return limit if limit > 0 else None
