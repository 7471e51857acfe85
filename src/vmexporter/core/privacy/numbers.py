"""The numbers in pseudonyms: small, without order, and the same whenever the same key meets the same original.

A number is drawn by the key from a first range; if another original has it already, the range is widened for this
original alone. So only a collision makes a number depend on what came before, and large numbers do not mean "late".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from vmexporter.core.privacy.mapping import PseudonymMap

#: First ranges of the numbers: 1 to this.
FEW: Final = 999
MANY: Final = 9999
HEX: Final = 0xFFF

_WIDEST: Final = 1 << 48


def decimal(draws: Iterator[int], first_limit: int) -> Iterator[int]:
    """Candidates from 1 to *first_limit* (99, 999, ...), each further one from a range with one more digit."""
    return _widening(draws, first_limit, 10)


def hexadecimal(draws: Iterator[int], first_limit: int = HEX) -> Iterator[int]:
    """Candidates from 1 to *first_limit* (0xff, 0xfff, ...), each further one with one more hex digit."""
    return _widening(draws, first_limit, 16)


def numbered(pseudonyms: PseudonymMap, kind: str, original: str, prefix: str, first_limit: int = MANY) -> str:
    """The pseudonym of *original*: the one it has, or a new ``<prefix>-N``."""
    known = pseudonyms.pseudonym_of(kind, original)
    if known is not None:
        return known
    numbers = decimal(pseudonyms.draws(kind, original), first_limit)
    return pseudonyms.assign(kind, original, (f"{prefix}-{number}" for number in numbers))


def _widening(draws: Iterator[int], limit: int, base: int) -> Iterator[int]:
    for draw in draws:
        yield 1 + draw % limit
        if limit < _WIDEST:
            limit = limit * base + base - 1
