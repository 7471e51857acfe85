"""What a server says of itself in ``-retentionPeriod`` and ``-maxLabelsPerTimeseries`` → milliseconds and a number.

https://docs.victoriametrics.com/victoriametrics/#retention
"""

from __future__ import annotations


def retention_ms(text: str) -> int | None:
    """How long samples are kept, in milliseconds; None when *text* is no such period.

    A number without a unit counts months of 31 days; units are h, d, w, M (a month) and y (365 days).
    """
    raise NotImplementedError


def label_limit(text: str) -> int | None:
    """How many labels a series may have; None when *text* is no number or there is no limit."""
    raise NotImplementedError
