"""The map: which pseudonym stands for which original, by kind, and the random key behind the choice of numbers.

No original of a kind has two pseudonyms, and no pseudonym, of whatever kind, has two originals: an entry that would
break this is refused when it is added, so series can never merge and an answer can always be turned back. Entries are
only ever added, in an order that a journal can replay.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import count, islice
from typing import Final, NamedTuple

from vmexporter.core.privacy.mapkinds import IPV4_SUBNET, IPV6_SUBNET, POOLED, REMOVED, SHAPES, shape
from vmexporter.errors import BundleDamaged

FORMAT: Final = "vmexporter-obfuscation-map"
VERSION: Final = 2
#: Version 1 lacks the kinds dir, tenant, fingerprint, rule-id, metric, label-name, word and branch.
_READABLE: Final = frozenset({1, 2})
KEY_BYTES: Final = 32


class Entry(NamedTuple):
    """One line of the map."""

    kind: str
    original: str
    pseudonym: str


class PseudonymMap:
    """Pseudonym <-> original by kind; *key* is 32 random bytes that never leave the owner's machine."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"the key of a map has {KEY_BYTES} bytes, not {len(key)}")
        self.key: Final = bytes(key)
        # Subnets come before their hosts, here and therefore in every file and journal.
        self._pseudonyms: dict[str, dict[str, str]] = {kind: {} for kind in SHAPES}
        self._originals: dict[str, str] = {}
        self._taken: dict[str, int] = {}
        self._enrolling = False

    def __repr__(self) -> str:
        return f"<PseudonymMap {self.map_id}: {len(self)} entries>"

    def __len__(self) -> int:
        return len(self._originals)

    @property
    def map_id(self) -> str:
        """Sixteen hex digits that name this map and tell nothing about its key or content: safe to publish."""
        return hmac.digest(self.key, b"vmexporter map id", "sha256")[:8].hex()

    def entries(self) -> Iterator[Entry]:
        """Every entry, kind by kind, each kind in the order of its making."""
        for kind, pairs in self._pseudonyms.items():
            for original, pseudonym in pairs.items():
                yield Entry(kind, original, pseudonym)

    @property
    def originals(self) -> int:
        """How many originals there are to look for: subnets stand within their addresses, digests are no originals."""
        return len(self) - sum(map(self.count, (IPV4_SUBNET, IPV6_SUBNET, REMOVED)))

    def count(self, kind: str) -> int:
        """How many entries of *kind* there are."""
        return len(self._pseudonyms.get(kind, ()))

    def pseudonym_of(self, kind: str, original: str) -> str | None:
        """What *original* became, if it has been met."""
        pairs = self._pseudonyms.get(kind)
        return None if pairs is None else pairs.get(original)

    def original_of(self, pseudonym: str) -> str | None:
        """What *pseudonym* stands for, if this map made it."""
        return self._originals.get(pseudonym)

    def draws(self, kind: str, original: str) -> Iterator[int]:
        """Endless 64-bit numbers that follow from the key, *kind* and *original* alone, not from what came before."""
        if self._enrolling:
            return count(0 if kind in POOLED else self.count(kind))  # numbers below were given to others before
        return self._drawn(kind, original)

    @contextmanager
    def enrolling(self) -> Iterator[None]:
        """Within the block originals get the smallest free numbers; the caller's order must tell nothing."""
        self._enrolling = True
        try:
            yield
        finally:
            self._enrolling = False

    def _drawn(self, kind: str, original: str) -> Iterator[int]:
        seed = f"{kind}\0{original}\0".encode("utf-8", "surrogatepass")
        for block in count():
            digest = hmac.digest(self.key, seed + str(block).encode(), "sha256")
            for start in range(0, len(digest), 8):
                yield int.from_bytes(digest[start : start + 8], "big")

    def assign(self, kind: str, original: str, candidates: Iterable[str]) -> str:
        """Give *original*, not met before, the first of *candidates* that is free.

        Raises:
            BundleDamaged: none is free, which cannot happen to a map that only this program wrote.
        """
        for pseudonym in candidates:
            if pseudonym not in self._originals:
                self._pseudonyms.setdefault(kind, {})[original] = pseudonym
                self._originals[pseudonym] = original
                return pseudonym
        raise BundleDamaged(f"cannot extend the obfuscation map: no pseudonym of the kind {kind} is left")

    def add(self, entry: Entry | tuple[str, str, str]) -> None:
        """Replay one entry, from a journal for example; the same entry twice is one. It does not count as new.

        Raises:
            BundleDamaged: it contradicts an entry that is there, or its kind or form is unknown.
        """
        kind, original, pseudonym = entry
        form = shape(kind)
        if form is None:
            raise _damaged("one of its kinds is not known to this program")
        if not form.fullmatch(pseudonym):
            raise _damaged(f"a pseudonym of the kind {kind} does not have that kind's form")
        pairs = self._pseudonyms.setdefault(kind, {})
        if original in pairs and pairs[original] == pseudonym:
            return
        if original in pairs:
            raise _damaged(f"an original of the kind {kind} has two pseudonyms")
        if pseudonym in self._originals:
            raise _damaged(f"a pseudonym of the kind {kind} has two originals")
        nothing_pending = self._taken.get(kind, 0) == len(pairs)
        pairs[original] = pseudonym
        self._originals[pseudonym] = original
        if nothing_pending:
            self._taken[kind] = len(pairs)

    def take_new(self) -> list[Entry]:
        """The entries made since the last call, subnets before their hosts; replaying them all makes this map again."""
        new: list[Entry] = []
        for kind, pairs in self._pseudonyms.items():
            new += (Entry(kind, *pair) for pair in islice(pairs.items(), self._taken.get(kind, 0), None))
            self._taken[kind] = len(pairs)
        return new

    def json_chunks(self) -> Iterator[str]:
        """The text of :meth:`to_json` piece by piece, one entry a line, for maps too big to hold twice."""
        head = {"format": FORMAT, "version": VERSION, "map_id": self.map_id, "key": self.key.hex()}
        yield json.dumps(head, indent=1)[:-2] + ',\n "kinds": {'
        filled = ((kind, pairs) for kind, pairs in self._pseudonyms.items() if pairs)
        for number, (kind, pairs) in enumerate(filled):
            yield f"{',' if number else ''}\n  {json.dumps(kind)}: {{"
            for line, (original, pseudonym) in enumerate(pairs.items()):
                yield f"{',' if line else ''}\n   {json.dumps(pseudonym)}: {json.dumps(original)}"
            yield "\n  }"
        yield "\n }\n}\n"

    def to_json(self) -> str:
        """The whole map as ASCII JSON: format, version, map_id, key, and ``kinds: {kind: {pseudonym: original}}``."""
        return "".join(self.json_chunks())

    @classmethod
    def from_json(cls, text: str | bytes) -> PseudonymMap:
        """Read what :meth:`to_json` wrote.

        Raises:
            BundleDamaged: it is no map, a map of a newer version, or two of its entries contradict each other.
        """
        try:
            document = json.loads(text, object_pairs_hook=_object)
        except (ValueError, RecursionError) as error:
            raise _damaged("it is not JSON" if not isinstance(error, _TwiceError) else str(error)) from None
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            raise _damaged(f"it does not say that its format is {FORMAT}")
        if document.get("version") not in _READABLE:
            raise _damaged(
                "its version is not known to this program", hint="Use the program that wrote it, or a newer one."
            )
        new = cls(_key(document.get("key")))
        if document.get("map_id") != new.map_id:
            raise _damaged("its map_id does not belong to its key")
        for entry in _entries(document.get("kinds")):
            new.add(entry)
        return new


class _TwiceError(ValueError):
    """One key stands twice in a JSON object, which ``json`` would pass over in silence."""


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _TwiceError("a pseudonym or a key stands in it twice")
    return found


def _entries(kinds: object) -> Iterator[Entry]:
    if not isinstance(kinds, dict):
        raise _damaged("its kinds are missing")
    for kind, pairs in kinds.items():
        if not isinstance(pairs, dict):
            raise _damaged("one of its kinds is not an object")
        for pseudonym, original in pairs.items():
            if not isinstance(original, str):
                raise _damaged("an original is not a string")
            yield Entry(kind, original, pseudonym)


def _key(text: object) -> bytes:
    if isinstance(text, str) and re.fullmatch(f"[0-9a-f]{{{2 * KEY_BYTES}}}", text):
        return bytes.fromhex(text)
    raise _damaged("its key is not 64 hex digits")


def _damaged(why: str, hint: str = "") -> BundleDamaged:
    return BundleDamaged(f"cannot use the obfuscation map: {why}", hint=hint)
