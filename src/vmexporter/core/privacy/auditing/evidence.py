"""Whether a hit is a leak: not when it lies within public words or within pseudonyms of the map.

``prom`` inside ``prometheus`` tells nothing, and ``name-1`` may be both an original and the pseudonym of another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from vmexporter.core.privacy.auditing.known import OWN_WORD, KnownMap
from vmexporter.core.privacy.auditing.search import Hit
from vmexporter.core.privacy.auditing.spellings import as_bytes, folded

_WORD: Final = re.compile("[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\x00-\x7f]+")
_CUT: Final = re.compile("([-_])")
_AROUND: Final = re.compile(r"[A-Za-z0-9_:-]+(?:\.[0-9]+)*")
_ADDRESS: Final = re.compile("7777:[0-9a-f:]+")
_CONTEXT: Final = 128


class Evidence:
    """Judges hits by what stands around them."""

    def __init__(self, known: KnownMap) -> None:
        self._known: Final = known

    def is_leak(self, hit: Hit, reading: str, words: frozenset[str], *, everywhere: bool) -> bool:
        """Whether *hit*, in the folded bytes of *reading*, is an original in the open; *words* are public here.

        No public word excuses one of the owner's own words, if those had to vanish *everywhere* in such a text.
        """
        text, start, end = _window(hit, reading)
        is_certain = hit.kind == "fingerprint" or (hit.kind == OWN_WORD and everywhere)
        covered = list(self._pseudonyms(text, start, end))
        for found in _WORD.finditer(text):
            if found.end() <= start or found.start() >= end:
                continue
            if any(first <= max(found.start(), start) and min(found.end(), end) <= last for first, last in covered):
                continue
            if not (found[0].lower() in words or found[0].isdigit()) or is_certain:
                return True
        return False

    def _pseudonyms(self, text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The places of pseudonyms in the runs of characters that the hit touches."""
        for run in _AROUND.finditer(text):
            if run.end() <= start or run.start() >= end:
                continue
            for address in _ADDRESS.finditer(run[0]):
                if self._known.is_pseudonym(address[0]) or self._known.is_pseudonym(address[0].rpartition(":")[0]):
                    yield run.start() + address.start(), run.start() + address.end()
            yield from self._numbered(run[0], run.start())

    def _numbered(self, run: str, offset: int) -> Iterator[tuple[int, int]]:
        for token in re.finditer("[A-Za-z0-9_-]+", run):
            pieces = _CUT.split(token[0])
            ends = [offset + token.start()]
            for piece in pieces:
                ends.append(ends[-1] + len(piece))
            for i in range(0, len(pieces), 2):
                for j in range(i + 1, len(pieces) + 1, 2):
                    if self._known.is_pseudonym("".join(pieces[i:j])):
                        yield ends[i], ends[j]


def _window(hit: Hit, reading: str) -> tuple[str, int, int]:
    """The text around the hit; where in it the hit begins; where it ends."""
    text, start, end = reading, hit.start, hit.end
    if not reading.isascii():
        text = folded(reading)
        content = as_bytes(text)
        start = len(content[: hit.start].decode("utf-8", "surrogatepass"))
        end = len(content[: hit.end].decode("utf-8", "surrogatepass"))
    first = max(start - _CONTEXT, 0)
    return text[first : end + _CONTEXT], start - first, end - first
