"""Two maps become one that turns back the answers to both: only when no pseudonym would be asked to mean two things.

That is so when one was extended from the other, or both from the same. Maps that were begun apart have given the same
pseudonyms to different originals, and no order of preference could make that good.
"""

from __future__ import annotations

from collections import Counter

from vmexporter.core.privacy.mapping import PseudonymMap
from vmexporter.errors import InvalidInput


def merge(first: PseudonymMap, second: PseudonymMap) -> PseudonymMap:
    """A new map with all entries of both, and the key (so the id) of *first*.

    Raises:
        InvalidInput: an original has two pseudonyms, or a pseudonym two originals; the message counts them by kind.
    """
    merged = PseudonymMap(first.key)
    for entry in first.entries():
        merged.add(entry)
    conflicts: Counter[str] = Counter()
    for entry in second.entries():
        known = merged.pseudonym_of(entry.kind, entry.original)
        if known == entry.pseudonym:
            continue
        if known is not None or merged.original_of(entry.pseudonym) is not None:
            conflicts[entry.kind] += 1
        else:
            merged.add(entry)
    if conflicts:
        by_kind = ", ".join(f"{count} of the kind {kind}" for kind, count in sorted(conflicts.items()))
        raise InvalidInput(
            f"cannot merge the maps: {conflicts.total()} of their entries contradict each other: {by_kind}",
            hint="maps can be merged when one was extended from the other, or both from the same;"
            " give --map to later exports, and keep maps that were begun apart in files of their own",
            field="map",
        )
    return merged
