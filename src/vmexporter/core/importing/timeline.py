"""How many samples lie before a moment, for a text of any length, in bounded memory.

Samples are told as so many from here to there. They are summed up for each pair of ends, since all series of a scrape
share them, and laid into buckets, which get wider as the range grows.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final

_FIRST_BUCKET_MS: Final = 60_000
_MOST_BUCKETS: Final = 512
_MOST_ENDS: Final = 8192


class Timeline:
    """Samples by time, evenly spread between the ends that were told."""

    def __init__(self) -> None:
        self.first_ms = 0
        self.last_ms = 0
        self.samples = 0
        self._bucket_ms = _FIRST_BUCKET_MS
        self._buckets: defaultdict[int, float] = defaultdict(float)
        self._ends: defaultdict[tuple[int, int], int] = defaultdict(int)

    def add(self, samples: int, first_ms: int, last_ms: int) -> None:
        """So many *samples* lie from *first_ms* to *last_ms*, both inclusive."""
        self.first_ms = min(self.first_ms, first_ms) if self.samples else first_ms
        self.last_ms = max(self.last_ms, last_ms) if self.samples else last_ms
        self.samples += samples
        self._ends[first_ms, last_ms] += samples
        if len(self._ends) > _MOST_ENDS:
            self._settle()

    def before(self, moment_ms: int) -> int:
        """About how many samples lie before *moment_ms*; exactly, where it is none or all."""
        if moment_ms <= self.first_ms:
            return 0
        if moment_ms > self.last_ms:
            return self.samples
        self._settle()
        number, within = divmod(moment_ms, self._bucket_ms)
        whole = sum(count for bucket, count in self._buckets.items() if bucket < number)
        return min(round(whole + self._buckets.get(number, 0) * within / self._bucket_ms), self.samples)

    def _settle(self) -> None:
        while (self.last_ms - self.first_ms) // self._bucket_ms >= _MOST_BUCKETS:
            self._widen()
        for (first_ms, last_ms), samples in self._ends.items():
            first, last = first_ms // self._bucket_ms, last_ms // self._bucket_ms
            for bucket in range(first, last + 1):
                self._buckets[bucket] += samples / (last + 1 - first)
        self._ends.clear()

    def _widen(self) -> None:
        self._bucket_ms *= 4
        narrow, self._buckets = self._buckets, defaultdict(float)
        for bucket, samples in narrow.items():
            self._buckets[bucket // 4] += samples
