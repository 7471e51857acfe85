"""The guard in the pipe: looks at every label part as it will stand in the bundle, and stops the export at a doubt.

It does not ask the policy. Every word of a value has to be accounted for: the tables know the value to be public, its
owner keeps the label, or nothing is left of it but structure (component words, ``svc``, known folders, ...), pseudonyms
of the map, and short numbers such as ports and ordinals. Whatever a mistake in the rewriting lets through, an unknown
word or address it is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from vmexporter.core.privacy.catalogue import Catalogue
from vmexporter.core.privacy.labels import Pair, decode
from vmexporter.core.privacy.mapkinds import LABEL_NAME, METRIC
from vmexporter.core.privacy.mapping import PseudonymMap
from vmexporter.core.privacy.suspicion import Suspicion, is_masked, open_secret
from vmexporter.core.request import ObfuscationChoice
from vmexporter.errors import LeakFound

_PLACE_KIND: Final = "location_or_service"
_ZONE: Final = re.compile("UTC|Local|[A-Z][A-Za-z_]+(?:/[A-Z][A-Za-z_-]+){1,2}")
#: A word that had to vanish from a public value; put back, the tables know it again.
_OWN_WORD: Final = re.compile("word-[0-9]+(?![0-9])")
_FLAG: Final = "flag"
_FLAG_VALUES: Final = frozenset({b"value", b"exported_value"})
_REMEMBERED: Final = 16_384


class Guard:
    """Checks label parts of one export; remembers what it has found to be good, within bounds."""

    def __init__(self, choice: ObfuscationChoice, pseudonyms: PseudonymMap, catalogue: Catalogue) -> None:
        self._map, self._catalogue, self._level = pseudonyms, catalogue, choice.level
        self._kept: Final = frozenset(choice.keep_labels)
        self._mapped: Final = frozenset(choice.map_labels)
        self._words: Final = [word.strip().casefold() for word in choice.words]
        self._suspicion: Final = Suspicion(pseudonyms, catalogue, choice.level)
        self._good: Final[set[tuple[int, Pair, bytes]]] = set()
        self._grounds: Final[dict[tuple[bytes, bytes], int]] = {}

    def check(self, pairs: Sequence[Pair]) -> None:
        """Nothing, if all of *pairs*, the raw names and values of a rewritten label part, may leave.

        Raises:
            LeakFound: something in it is not accounted for; the message tells the kind of place, never the value.
        """
        metric = next((value for name, value in pairs if name == b"__name__"), b"")
        flag = self._flag_of(pairs) if metric == b"flag" else b""
        good, grounds = self._good, self._grounds
        for pair in pairs:
            of_flag = flag if pair[0] in _FLAG_VALUES else b""
            if (grounds.get((metric, pair[0])), pair, of_flag) not in good:
                self._check_new(metric, pair, of_flag)

    def _check_new(self, metric: bytes, pair: Pair, flag: bytes) -> None:
        """Check a pair, and remember it for all metrics that the tables treat alike."""
        of_metric, label = decode(metric), decode(pair[0])
        self._check_pair(of_metric, label, decode(pair[1]), decode(flag))
        if len(self._good) >= _REMEMBERED:
            self._good.clear()
            self._grounds.clear()
        ground = self._grounds[metric, pair[0]] = self._catalogue.ground(of_metric, label)
        self._good.add((ground, pair, flag))

    @staticmethod
    def _flag_of(pairs: Iterable[Pair]) -> bytes:
        found = dict(pairs)
        return found.get(b"exported_name") or found.get(b"name", b"")

    def _check_pair(self, metric: str, label: str, value: str, flag: str) -> None:
        if why := open_secret(value):
            raise _leak(why, label="")
        of_flag = metric == _FLAG and label.encode() in _FLAG_VALUES
        if of_flag and self._takes_secret(flag) and not is_masked(value):
            raise _leak("the secret of a flag", label)
        if self._level == "none":
            return
        if self._words and any(word in text.casefold() for word in self._words for text in (label, value)):
            raise _leak("one of the words that have to vanish", label="")
        restored = _OWN_WORD.sub(self._own_word, value)
        if label == "__name__":
            is_public = label in self._kept or self._catalogue.is_public_metric(value)
            if not is_public and not self._is_pseudonym(METRIC, value):
                raise _leak("the name of a metric", label)
            return
        public_name = self._catalogue.is_public_label(label)
        if not public_name and not self._is_pseudonym(LABEL_NAME, label):
            raise _leak("the name of a label", label="")
        original = self._map.original_of(label) if not public_name else label
        if not value or original in self._kept:
            return
        if self._catalogue.is_public(metric, label, restored, self._level):
            if original in self._mapped:
                raise _leak("a value that you want mapped", label)
            return
        if of_flag:
            restored = self._private_elements(flag, restored)
        if restored and (why := self._suspicion.of(metric, label, restored, flag if of_flag else None)):
            raise _leak(why, label)

    def _own_word(self, found: re.Match[str]) -> str:
        return self._map.original_of(found[0]) or found[0]

    def _is_pseudonym(self, kind: str, text: str) -> bool:
        original = self._map.original_of(text)
        return original is not None and self._map.pseudonym_of(kind, original) == text

    def _takes_secret(self, flag: str) -> bool:
        known = self._catalogue.flags.get(flag)
        return known is not None and known.kind.startswith("credential")

    def _private_elements(self, flag: str, value: str) -> str:
        """What is left of a flag's value without the elements that are public by themselves; "" if all of them are."""
        known = self._catalogue.flags.get(flag)
        if self._takes_secret(flag) or value == "secret" or (known is not None and value == known.default):
            return ""  # is_masked has looked at secrets
        places = known is not None and known.kind == _PLACE_KIND and self._level != "strict"
        return ",".join(
            part for part in value.split(",") if not self._is_public_element(part.strip("\"'"), places=places)
        )

    def _is_public_element(self, part: str, *, places: bool) -> bool:
        is_public, level = self._catalogue.is_public, self._level
        is_place = places and (_ZONE.fullmatch(part) is not None or is_public("", "region", part, level))
        return is_place or is_public("", "addr", part, level)


def _leak(what: str, label: str) -> LeakFound:
    where = f" at the label {label}" if label.isascii() and label else ""
    return LeakFound(
        f"cannot export: {what} would have left the machine{where}",
        hint="no bundle was written; choose for that label with --map-label, --drop-label or --keep-label,"
        " and please report it as a bug of vmexporter",
        kind=what,
        place=f"label {label}" if where else "a label",
    )
