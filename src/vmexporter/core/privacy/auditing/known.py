"""The map as the audit reads it: from its documented JSON alone, which pseudonyms there are and for which originals.

A pseudonym is looked up by its form; nothing is copied, because a map may hold a million hosts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from vmexporter.errors import BundleDamaged

MAP_FORMAT: Final = "vmexporter-obfuscation-map"
LABEL_PREFIX: Final = "label:"
#: Kinds whose "originals" are digests or parts of others: they are not searched.
NOT_ORIGINALS: Final = frozenset({"removed", "ipv4-subnet", "ipv6-subnet"})
#: Kinds that are found by their shape, wherever an address stands.
ADDRESSES: Final = frozenset({"ipv4", "ipv6"})
#: The user's own words: these may not even stand in public values.
OWN_WORD: Final = "word"
#: Kinds of numbers and digits, which have no prefix.
_BARE: Final = ("ipv4", "ipv6", "tenant", "rule-id", "fingerprint")
_UNDERSCORED: Final = {"metric": "metric", "label": "label-name"}
_NUMBERED: Final = re.compile(r"(.+)([-_])[1-9][0-9]*", re.DOTALL)
_NONE: Final[Mapping[str, str]] = {}


class KnownMap:
    """The pseudonyms and originals of one map."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        """*document* is the parsed map; an empty one stands for an export that mapped nothing.

        Raises:
            BundleDamaged: it is no map.
        """
        kinds = document.get("kinds", {})
        if document and (document.get("format") != MAP_FORMAT or not isinstance(kinds, dict)):
            raise BundleDamaged(f"cannot audit with this map: it does not say that its format is {MAP_FORMAT}")
        self.map_id: Final = str(document.get("map_id", ""))
        self._kinds: Final[Mapping[str, Mapping[str, str]]] = kinds
        self._bare: Final = [kinds[kind] for kind in _BARE if kind in kinds]

    def pairs(self, kind: str) -> Mapping[str, str]:
        """Pseudonym → original."""
        return self._kinds.get(kind, _NONE)

    def kinds(self) -> Iterator[str]:
        """The kinds that have originals."""
        return (kind for kind in self._kinds if kind not in NOT_ORIGINALS)

    @property
    def originals(self) -> int:
        """How many originals there are to be looked for."""
        return sum(len(self._kinds[kind]) for kind in self.kinds())

    def is_pseudonym(self, text: str) -> bool:
        """Whether *text* as a whole is a pseudonym of this map."""
        if any(text in pairs for pairs in self._bare):
            return True
        numbered = _NUMBERED.fullmatch(text)
        if numbered is None:
            return False
        prefix, mark = numbered[1], numbered[2]
        if mark == "_":
            return text in self.pairs(_UNDERSCORED.get(prefix, ""))
        kind = "job" if prefix == "job" or prefix.endswith("-job") else prefix
        return text in self.pairs(kind) or text in self.pairs(LABEL_PREFIX + prefix)
