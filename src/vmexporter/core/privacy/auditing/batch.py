"""Gathers texts and searches them together: one pass of the automaton over many short values.

A text stands in the batch in each of its readings; a hit belongs to one reading, never to two that lie side by side.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from vmexporter.core.privacy.auditing.search import Hit, OriginalSearch
from vmexporter.core.privacy.auditing.spellings import as_bytes, folded, readings

_BATCH_BYTES: Final = 1 << 18


class Source(NamedTuple):
    """Where a text stands, and how it is judged there: ``mapped``, ``public``, ``kept`` or ``text``."""

    place: str
    standing: str


class Found(NamedTuple):
    """A hit, in the reading that it was found in."""

    source: Source
    hit: Hit
    reading: str


class Batch:
    """Texts that wait for the search; *on_flush* gets the sources and readings of each full batch."""

    def __init__(
        self,
        search: OriginalSearch,
        is_known: Callable[[str], bool],
        on_found: Callable[[Found], None],
        on_texts: Callable[[list[tuple[Source, str]]], None],
    ) -> None:
        self._search = search
        self._is_known = is_known
        self._on_found, self._on_texts = on_found, on_texts
        self._waiting: list[tuple[Source, str]] = []
        self._bytes = 0

    def add(self, source: Source, text: str) -> None:
        """One text."""
        for reading in readings(text, self._is_known):
            self._waiting.append((source, reading))
            self._bytes += len(reading)
        if self._bytes >= _BATCH_BYTES:
            self.flush()

    def flush(self) -> None:
        """Search what waits."""
        waiting, self._waiting, self._bytes = self._waiting, [], 0
        if not waiting:
            return
        for found in self._hits(waiting):
            self._on_found(found)
        self._on_texts(waiting)

    def _hits(self, waiting: list[tuple[Source, str]]) -> Iterator[Found]:
        pieces = [as_bytes(folded(reading)) for _, reading in waiting]
        firsts, position = [], 0
        for piece in pieces:
            firsts.append(position)
            position += len(piece) + 1
        for hit in self._search.hits(b"\n".join(pieces)):
            i = bisect_right(firsts, hit.start) - 1
            if hit.end <= firsts[i] + len(pieces[i]):
                source, reading = waiting[i]
                yield Found(source, Hit(hit.kind, hit.start - firsts[i], hit.end - firsts[i]), reading)
