"""The words of the bundle's own texts: the manifest's fields, the README's sentences.

A test compares them with what the program writes, so that a new sentence there is not taken for a leak here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

PROSE_WORDS: Final = frozenset(
    """a and answered api app are arguments as asked at audit back be before blocks both bundle by bytes can
    cannot choice chosen complete component components connected content converted count counts curl date details does
    down dropped end ends everything export expression false file for format found g h had has hidden hold how
    http id ids import in included instances is it its job jobs json jsonl kept kind label labels left level
    line lines load looked m made map mapped may merged metadata metrics missing mode ms name native newer no
    nobody none not null obfuscated object of one or originals out own outside part partial passwords person
    policy post private prometheus pseudonyms query range raw read readme reasons refused removed rung rungs s
    sample samples says schema selection selector selectors series server sha short so some source spellings
    stand start stay stayed step steps strict support t tenant that the them these they this time timestamps
    to tokens tool topology true turns txt uncompressed unknown url use v values version versions victoria
    victoriametrics visible vm vmexporter vmselect vmsingle was were when while who whole whom windows with
    without words x z""".split()
)
_TOKEN: Final = re.compile("[A-Za-z0-9_-]+|[^\x00-\x7f]+")
_WORD: Final = re.compile("[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\x00-\x7f]+")
_CUT: Final = re.compile("([-_])")


def prose_words(text: str, is_pseudonym: Callable[[str], bool] = lambda _: False) -> Iterator[str]:
    """The words of *text* that are part of no pseudonym."""
    for token in _TOKEN.findall(text):
        pieces = _CUT.split(token)
        i = 0
        while i < len(pieces):
            joined = (j for j in range(len(pieces), i, -2) if is_pseudonym("".join(pieces[i:j])))
            if end := next(joined, 0):
                i = end + 1
                continue
            yield from _WORD.findall(pieces[i])
            i += 2
