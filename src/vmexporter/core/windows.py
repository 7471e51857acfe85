"""A time range → slices that share no sample: the units that are fetched, retried and committed whole.

Both ends of a server's range are inclusive, so a slice is ``[start_ms, next_start_ms - 1]``. A slice that is too heavy
for the server is halved in time, down to ``SMALLEST_MS``; then its targets are divided, by job and by instance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise

from vmexporter.core.request import TimeRange

SMALLEST_MS = 5_000
_TINY_PART = 50  # a rest below a fiftieth of a window is not worth a request of its own


@dataclass(frozen=True, slots=True)
class Slice:
    """One request's worth of data: a window of time, and which of the plan's targets (empty: all of them)."""

    start_ms: int
    end_ms: int
    targets: tuple[int, ...] = ()

    @property
    def length_ms(self) -> int:
        """Milliseconds in the slice, both ends counted."""
        return self.end_ms - self.start_ms + 1


def split_range(time_range: TimeRange, window_ms: int, *, step_ms: int = 0) -> list[Slice]:
    """Slices of *window_ms* which cover *time_range* without gap or overlap; a tiny rest goes with its neighbour.

    Borders lie on multiples of the window (of *step_ms*, when given, so that no step is torn), so that two exports of
    overlapping ranges ask the server the same questions.
    """
    if step_ms:
        window_ms = max(step_ms, window_ms - window_ms % step_ms)
    first_border = time_range.start_ms - time_range.start_ms % window_ms + window_ms
    tiny_ms = window_ms // _TINY_PART
    inner = range(first_border, time_range.end_ms + 1, window_ms)
    begin_ms, end_ms = time_range.start_ms, time_range.end_ms + 1
    borders = [begin_ms, *(at_ms for at_ms in inner if tiny_ms < at_ms - begin_ms and tiny_ms < end_ms - at_ms), end_ms]
    return [Slice(start_ms, next_start_ms - 1) for start_ms, next_start_ms in pairwise(borders)]


def split_by_month(time_range: TimeRange) -> list[Slice]:
    """Slices which cover *time_range* and end where months do (UTC).

    A native block is sent whole to everyone who asks for a part of it, and servers merge blocks as they like; only
    between months, whose data they keep apart, no block ever crosses. Further division is by targets.
    https://docs.victoriametrics.com/victoriametrics/#storage
    """
    slices, start_ms = [], time_range.start_ms
    while start_ms <= time_range.end_ms:
        begin = datetime.fromtimestamp(start_ms / 1000, UTC)
        following = datetime(begin.year + begin.month // 12, begin.month % 12 + 1, 1, tzinfo=UTC)
        next_start_ms = min(round(following.timestamp() * 1000), time_range.end_ms + 1)
        slices.append(Slice(start_ms, next_start_ms - 1))
        start_ms = next_start_ms
    return slices


def halve(piece: Slice, *, step_ms: int = 0) -> list[Slice]:
    """The two halves of a slice in time, or nothing when it cannot be halved."""
    unit_ms = max(step_ms, 1)
    middle_ms = (piece.start_ms + piece.end_ms + 1) // 2
    middle_ms -= middle_ms % unit_ms
    if middle_ms <= piece.start_ms:
        middle_ms += unit_ms
    if piece.length_ms < 2 * SMALLEST_MS or middle_ms > piece.end_ms:
        return []
    return [replace(piece, end_ms=middle_ms - 1), replace(piece, start_ms=middle_ms)]


def divide_targets(piece: Slice, jobs: Sequence[str]) -> list[Slice]:
    """The slice's targets by job, or by instance when they are of one job; nothing when there is nothing to divide.

    ``jobs`` holds the job of each of the plan's targets.
    """
    targets = piece.targets or tuple(range(len(jobs)))
    by_job: dict[str, list[int]] = {}
    for target in targets:
        by_job.setdefault(jobs[target], []).append(target)
    if len(by_job) > 1:
        return [replace(piece, targets=tuple(of_job)) for of_job in by_job.values()]
    if len(targets) > 1:
        return [replace(piece, targets=(target,)) for target in targets]
    return []
