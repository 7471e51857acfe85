"""Looks for every original of the map at once: one automaton for tens of thousands of patterns, in bounded slices.

What could not be told from public text (short, digits only, public words only) is no pattern; such originals are
compared with whole values instead. Addresses are found by their shape.
https://docs.rs/aho-corasick
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

from ahocorasick_rs import BytesAhoCorasick, Implementation

from vmexporter.core.privacy.auditing.known import ADDRESSES, LABEL_PREFIX, OWN_WORD, KnownMap
from vmexporter.core.privacy.auditing.spellings import folded, forms

FEWEST_CHARACTERS: Final = 4
SLICE_PATTERNS: Final = 200_000

#: ``label:`` kinds that are named for what they hold, not for a label.
_OWN_PREFIXES: Final = frozenset({"arg", "label", "user"})

IsCommon = Callable[[str], bool]


class Hit(NamedTuple):
    """Where a text holds an original: byte offsets, and the original's kind."""

    kind: str
    start: int
    end: int


class _Slice(NamedTuple):
    automaton: BytesAhoCorasick
    kinds: list[str]
    firsts: list[int]  # the first pattern of each kind


class OriginalSearch:
    """All originals of *known*; ``patterns`` counts what is searched for anywhere."""

    def __init__(self, known: KnownMap, is_common: IsCommon, slice_patterns: int = SLICE_PATTERNS) -> None:
        """*is_common* says whether a text consists of public words."""
        self.patterns = 0
        self._whole: Final[dict[str, set[str]]] = {}
        self._slices: Final[list[_Slice]] = []
        patterns = self._patterns(known, is_common)
        while part := list(islice(patterns, slice_patterns)):
            self._slices.append(_slice(part))

    def hits(self, folded_text: bytes) -> Iterator[Hit]:
        """Every place of *folded_text* that holds an original, overlapping ones too."""
        for automaton, kinds, firsts in self._slices:
            for pattern, start, end in automaton.find_matches_as_indexes(folded_text, overlapping=True):
                yield Hit(kinds[bisect_right(firsts, pattern) - 1], start, end)

    def is_whole(self, kind: str, value: str) -> bool:
        """Whether *value* is an original of *kind* that is only looked for as a whole value."""
        return folded(value) in self._whole.get(kind, ())

    def _patterns(self, known: KnownMap, is_common: IsCommon) -> Iterator[tuple[str, bytes]]:
        for kind in known.kinds():
            if kind in ADDRESSES:
                continue
            whole = self._whole.setdefault(kind, set())
            for original in known.pairs(kind).values():
                if kind != OWN_WORD and _is_unspecific(original, is_common, kind):
                    whole.add(folded(original))
                    continue
                for pattern in forms(original):
                    self.patterns += 1
                    yield kind, pattern


def _is_unspecific(original: str, is_common: IsCommon, kind: str) -> bool:
    if len(original) < FEWEST_CHARACTERS or not any(map(str.isalpha, original)):
        return True
    return kind != "fingerprint" and is_common(original)


def _slice(patterns: Sequence[tuple[str, bytes]]) -> _Slice:
    kinds: list[str] = []
    firsts: list[int] = []
    for i, (kind, _) in enumerate(patterns):
        if not kinds or kinds[-1] != kind:
            kinds.append(kind)
            firsts.append(i)
    automaton = BytesAhoCorasick([pattern for _, pattern in patterns], implementation=Implementation.ContiguousNFA)
    return _Slice(automaton, kinds, firsts)


def shown_kind(kind: str, is_public_label: Callable[[str], bool]) -> str:
    """*kind* for a report: the name of a private label is not told."""
    label = kind.removeprefix(LABEL_PREFIX)
    return kind if label == kind or label in _OWN_PREFIXES or is_public_label(label) else LABEL_PREFIX + "*"
