"""The way back: pseudonyms in any text become the originals again.

One expression finds whatever has the shape of a pseudonym, the map says whether it is one. A shape ends where a word
ends, so ``vmstorage-job-1`` is not found in ``vmstorage-job-10``; inside a word only the pieces of host names, paths
and versions count.
An original that was put in is not looked at again. Ports, ordinals and kept words stay, removed secrets stay removed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Final

from vmexporter.core.privacy.mapping import PseudonymMap

#: Letters in front of a pseudonym that belong to an escape: %22 in a URL, \n and \u0022 in JSON.
_ESCAPE_ENDS: Final = r"(?<=%[0-9A-Fa-f]{2})|(?<=\\[nrtbf])|(?<=\\u[0-9A-Fa-f]{4})"
_ESCAPE: Final = {"%": re.compile("[0-9A-Fa-f]{2}"), "\\": re.compile("[nrtbf]|u[0-9A-Fa-f]{4}")}

_SHAPES: Final = re.compile(
    rf"(?:(?<![\w:.])|{_ESCAPE_ENDS})(?P<ipv6>7777:[0-9a-f]{{4,}}(?::[0-9a-f]+)?::[0-9a-f]+(?::[0-9a-f]+){{1,3}})"
    # In a regular expression, which may stand in JSON, a dot is escaped once or twice.
    rf"|(?:(?<![\w.])|{_ESCAPE_ENDS})(?P<ipv4>777(?P<dot>\\{{0,2}}\.)[0-9]+(?:(?P=dot)[0-9]+){{2}})(?!\w|\.[0-9])"
    r"|(?<![\w-])(?P<word>(?=[\w-]*[_-][0-9])[\w-]+)"
    # Tenants, rule ids, fingerprints.
    rf"|(?:(?<![\w-])|{_ESCAPE_ENDS})(?P<number>[0-9]{{9,20}}|(?:[0-9]+_)?[0-9A-Fa-f]{{16}})(?![\w-])",
    re.ASCII,
)
#: What host names, paths and versions are made of, beside kept words; an address can be written with dashes.
_PIECES: Final = re.compile(
    r"(?<![^_-])(?:(?:name|branch|dir)-[0-9]+|777(?P<dash>[_-])[0-9]{3,}(?P=dash)[0-9]+(?P=dash)[0-9]+"
    r"|[0-9A-Fa-f]{16})(?![^_-])"
)
#: A word that had to vanish stood anywhere, also within other words.
_OWN_WORD: Final = re.compile("word-[0-9]+(?![0-9])")


def reveal(text: str, pseudonyms: PseudonymMap) -> str:
    """*text* with every pseudonym of the map turned back into its original; everything else stays as it is.

    Originals are put in as they are: in text of a format with escapes (JSON, say), reveal its strings, not the whole.
    """
    return _SHAPES.sub(partial(_revealed, pseudonyms), text)


def reveal_labels(labels: Iterable[tuple[str, str]], pseudonyms: PseudonymMap) -> Iterator[tuple[str, str]]:
    """Label names and values turned back; a value that is a pseudonym as a whole is not looked into."""
    for name, value in labels:
        whole = pseudonyms.original_of(value) if "<removed" not in value else None
        yield pseudonyms.original_of(name) or name, reveal(value, pseudonyms) if whole is None else whole


def _revealed(pseudonyms: PseudonymMap, found: re.Match[str]) -> str:
    if found["ipv6"]:
        return _ipv6(pseudonyms, found["ipv6"])
    if found["ipv4"]:
        original = pseudonyms.original_of(found["ipv4"].replace("\\", ""))
        return found[0] if original is None else original.replace(".", found["dot"])
    word = found["word"] or found["number"]
    revealed, hits = _word(pseudonyms, word)
    before = found.string[found.start() - 1 : found.start()]
    escape = _ESCAPE[before].match(word) if before in _ESCAPE else None
    if escape:
        behind, more_hits = _word(pseudonyms, word[escape.end() :])
        return escape[0] + behind if more_hits > hits else revealed
    return revealed


def _ipv6(pseudonyms: PseudonymMap, text: str) -> str:
    """*text* with its longest beginning that is a pseudonym revealed; a port without brackets stays behind it."""
    end = len(text)
    while end > 0:
        original = pseudonyms.original_of(text[:end])
        if original is not None:
            return original + text[end:]
        end = text.rfind(":", 0, end)
    return text


def _word(pseudonyms: PseudonymMap, word: str) -> tuple[str, int]:
    """*word* revealed as a whole or else piece by piece, and how many pseudonyms were in it."""
    core = word.strip("-_")
    original = pseudonyms.original_of(core)
    if original is not None:
        before, _, after = word.partition(core)
        return before + original + after, 1
    own = _OWN_WORD.sub(lambda found: pseudonyms.original_of(found[0]) or found[0], word)
    if own != word:
        revealed, hits = _word(pseudonyms, own)
        return revealed, hits + 1
    result: list[str] = []
    done = 0
    for piece in _PIECES.finditer(word):
        original = _piece(pseudonyms, piece)
        if original is not None:
            result += (word[done : piece.start()], original)
            done = piece.end()
    return "".join(result) + word[done:], len(result) // 2


def _piece(pseudonyms: PseudonymMap, piece: re.Match[str]) -> str | None:
    dash = piece["dash"]
    if dash is None:
        return pseudonyms.original_of(piece[0])
    original = pseudonyms.original_of(piece[0].replace(dash, "."))
    return None if original is None else original.replace(".", dash)
