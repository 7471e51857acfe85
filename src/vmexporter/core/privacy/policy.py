"""The label policy: what happens to each label of a series, and the only place where it is done.

Every label is kept, mapped to a pseudonym or dropped; a label that does not change keeps its bytes. Export, sample
and manifest ask the same object, so a preview cannot differ from the bundle. The work is per distinct label part and,
through a bounded cache, mostly per distinct label value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from vmexporter.core.privacy.labels import Pair, build, decode, encode, fingerprint, parse
from vmexporter.core.privacy.pseudonyms import Pseudonyms
from vmexporter.core.request import ObfuscationChoice

Action = Literal["keep", "map", "drop"]

_CACHED_VALUES: Final = 8192


class RewrittenLabels(NamedTuple):
    """A label part that may leave the machine, and the fingerprints of its label set after and before."""

    part: bytes
    fingerprint: int
    original_fingerprint: int


class LabelPolicy:
    """What *choice* says, done to label parts and label sets; without *pseudonyms* nothing is mapped, only dropped."""

    def __init__(self, choice: ObfuscationChoice, pseudonyms: Pseudonyms | None) -> None:
        if choice.enabled and pseudonyms is None:
            raise ValueError("obfuscation is chosen, but there is no map to take pseudonyms from")
        self._pseudonyms: Final = pseudonyms if choice.enabled else None
        mapped: tuple[str, ...] = choice.map_labels if choice.enabled else ()
        self._actions: Final[dict[str, Action]] = dict.fromkeys(mapped, "map")
        self._actions.update((label, "drop") for label in choice.drop_labels)
        self._raw_actions: Final[dict[bytes, Action]] = {encode(name): action for name, action in self._actions.items()}
        self._cache: Final[dict[Pair, Pair]] = {}

    def action(self, label: str) -> Action:
        """What happens to *label*."""
        return self._actions.get(label, "keep")

    def rewrite(self, label_part: bytes) -> bytes:
        """*label_part* (a line up to and including the ``}`` of its metric object) with the policy applied.

        Raises:
            BadExportLine: it is not exactly of that form.
        """
        pairs = parse(label_part)
        rewritten = self._rewrite(pairs)
        return label_part if rewritten is pairs else build(rewritten)

    def rewrite_part(self, label_part: bytes) -> RewrittenLabels:
        """:meth:`rewrite` and both fingerprints from one parse, for counting series before and after.

        Raises:
            BadExportLine: *label_part* is not exactly of the form that :meth:`rewrite` takes.
        """
        pairs = parse(label_part)
        rewritten = self._rewrite(pairs)
        original = fingerprint(pairs)
        if rewritten is pairs:
            return RewrittenLabels(label_part, original, original)
        return RewrittenLabels(build(rewritten), fingerprint(rewritten), original)

    def rewrite_labels(self, labels: Mapping[str, str]) -> dict[str, str]:
        """The same decisions for a label set that is not a line: name -> value, dropped labels absent."""
        rewritten = ((label, self.rewrite_value(label, value)) for label, value in labels.items())
        return {label: value for label, value in rewritten if value is not None}

    def rewrite_value(self, label: str, value: str) -> str | None:
        """What *value* of *label* becomes; None if the label is dropped."""
        action = self.action(label)
        if action == "map" and self._pseudonyms is not None:
            return self._pseudonyms.value(label, value)
        return None if action == "drop" else value

    def describe(self) -> dict[str, list[str]]:
        """The decisions for the manifest: label names only, ``{"mapped": [...], "dropped": [...]}``, as given."""
        return {
            "mapped": [label for label, action in self._actions.items() if action == "map"],
            "dropped": [label for label, action in self._actions.items() if action == "drop"],
        }

    def _rewrite(self, pairs: list[Pair]) -> list[Pair]:
        """*pairs* itself if nothing changes, else a new list."""
        actions = self._raw_actions
        result: list[Pair] = []
        changed = False
        for pair in pairs:
            name = pair[0]
            action = actions.get(name if b"\\" not in name else encode(decode(name)))
            if action is None:
                result.append(pair)
            elif action == "map":
                new = self._cache.get(pair) or self._mapped(pair)
                changed = changed or new != pair
                result.append(new)
            else:
                changed = True
        return result if changed else pairs

    def _mapped(self, pair: Pair) -> Pair:
        label, value = decode(pair[0]), decode(pair[1])
        new = self.rewrite_value(label, value)
        if len(self._cache) >= _CACHED_VALUES:
            self._cache.clear()
        # An unchanged value keeps its spelling, too: there is more than one way to escape a character.
        self._cache[pair] = pair if new is None or new == value else (pair[0], encode(new))
        return self._cache[pair]
