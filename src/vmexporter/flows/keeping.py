"""What of an import a target keeps for certain: bytes that it has acknowledged and lived on with for long enough.

A target acknowledges what it holds in memory. Servers bring that to the disk within seconds (-inmemoryDataFlushInterval
is 5 s, rows wait at most 2 s before); killed before, they lose it. So bytes are ``done`` only when the program that
took them has lived on for ``KEPT_AFTER_S``. When it was started anew in between, they are ``in_doubt``.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final, NamedTuple

from vmexporter.bundle.importjournal import ImportJournal, Span, merged, without
from vmexporter.core.importing.pieces import Piece

KEPT_AFTER_S: Final = 20.0
"""Rows 2 s, parts 5 s, and a look at them every 5 s, each a little longer on a busy machine."""


@dataclass(frozen=True, slots=True)
class Life:
    """When the target was started, as it says, and how many requests had failed when that was looked at."""

    started: str = ""
    failures: int = 0

    def lives_on(self, before: Life) -> bool:
        """Whether it is the life that was seen before; where that was not told, nothing may have failed since."""
        if before.started:
            return self.started == before.started
        return self.failures == before.failures


class _Arrival(NamedTuple):
    """When these bytes were acknowledged; ``is_continued``: more of them was still to come."""

    at_s: float
    span: Span
    is_continued: bool


class Keeping:
    """The bytes of one import's text: ``done`` and ``in_doubt``, and between them those that arrived lately."""

    def __init__(self, journal: ImportJournal | None) -> None:
        """With a *journal*, go on where it ends: what may have been sent is in doubt."""
        self.life = Life()
        self.done: list[Span] = []
        self.in_doubt: list[Span] = []
        self._arrived: deque[_Arrival] = deque()
        self._journal = journal
        if journal is not None:
            self.done = list(journal.state.done)
            self.in_doubt = without([(0, journal.state.upto)], self.done)

    @property
    def there_bytes(self) -> int:
        """How many bytes are done or have arrived."""
        arrived = [arrival.span for arrival in self._arrived if not arrival.is_continued]
        return sum(end - start for start, end in (*self.done, *arrived))

    def arrived(self, piece: Piece, at_s: float) -> None:
        """*piece* is there; of a unit in several pieces, the last has to come last."""
        self._arrived.append(_Arrival(at_s, (piece.start, piece.end), piece.is_continued))

    def settle(self, life: Life, now_s: float) -> None:
        """Take what arrived long enough ago as done, if the target has lived on since; else put all of it in doubt."""
        lives_on, self.life = life.lives_on(self.life), life
        if not lives_on:
            self.in_doubt = merged([*self.in_doubt, *(arrival.span for arrival in self._arrived)])
            self._arrived.clear()
            return
        ripe = []
        while self._arrived and now_s - self._arrived[0].at_s >= KEPT_AFTER_S:
            arrival = self._arrived.popleft()
            ripe += [] if arrival.is_continued else [arrival.span]
        self.done = merged([*self.done, *ripe])
        if self._journal is not None:
            self._journal.note_done(ripe)
