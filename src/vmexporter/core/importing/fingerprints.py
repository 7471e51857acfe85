"""A set of 64-bit fingerprints in 8 bytes each, where Python's own would take a hundred.

Open addressing in an array whose length is a power of two; fingerprints are evenly spread already, so their lowest
bits are the place to begin looking.
"""

from __future__ import annotations

from array import array
from typing import Final

_FIRST_LENGTH: Final = 1 << 10


class Fingerprints:
    """Distinct fingerprints; 12 bytes each on average, between a half and three quarters of its places are taken."""

    def __init__(self) -> None:
        self._places = array("Q", bytes(8 * _FIRST_LENGTH))
        self._count = 0
        self._has_zero = False  # an empty place is a zero

    def add(self, fingerprint: int) -> bool:
        """Whether it is new."""
        if not fingerprint:
            is_new, self._has_zero = not self._has_zero, True
            return is_new
        is_new = _put(self._places, fingerprint)
        self._count += is_new
        if self._count * 4 > len(self._places) * 3:
            larger = array("Q", bytes(16 * len(self._places)))
            for known in self._places:
                if known:
                    _put(larger, known)
            self._places = larger
        return is_new

    def __len__(self) -> int:
        return self._count + self._has_zero


def _put(places: array[int], fingerprint: int) -> bool:
    mask = len(places) - 1
    at = fingerprint & mask
    while (known := places[at]) and known != fingerprint:
        at = (at + 1) & mask
    places[at] = fingerprint
    return not known
