"""Rewrites labels by the policy, once per distinct series, has the guard look at them, and counts the series."""

from __future__ import annotations

from vmexporter.core.privacy.guard import Guard
from vmexporter.core.privacy.labels import Pair, decode, fingerprint
from vmexporter.core.privacy.policy import LabelPolicy


class SeriesCounter:
    """The series of one export. When labels are dropped it also sees which series fall together."""

    def __init__(self, policy: LabelPolicy, guard: Guard, *, watch_merges: bool) -> None:
        self.policy, self._guard = policy, guard
        self._watch = watch_merges
        self._seen: set[int] = set()
        self._origin: dict[int, int] = {}
        self._merged: set[int] = set()

    def rewrite(self, pairs: list[Pair]) -> list[Pair]:
        """The safe form of the labels of one series; the same list where nothing changes.

        Raises:
            BadExportLine: they are not of the export format.
            LeakFound: something private is in their safe form.
        """
        safe = self.policy.rewrite_pairs(pairs)
        self._guard.check(safe)
        after = fingerprint(safe)
        self._seen.add(after)
        if self._watch:
            before = fingerprint(pairs)
            if self._origin.setdefault(after, before) != before:
                self._merged.add(before)
        return safe

    def note(self, pairs: list[Pair]) -> int:
        """The fingerprint of a series that stands in a bundle already; the policy learns which labels it has."""
        labels = {decode(name): decode(value) for name, value in pairs}
        for label, value in labels.items():
            self.policy.note(labels.get("__name__", ""), label, value)
        return fingerprint(pairs)

    def recount(self, fingerprints: set[int]) -> None:
        """Count series that stand in the bundle already, by what :meth:`note` said of them."""
        self._seen |= fingerprints

    @property
    def series(self) -> int:
        """Distinct label sets, as they stand in the bundle."""
        return len(self._seen)

    @property
    def merged(self) -> int:
        """Series that became equal to another one because a label was dropped."""
        return len(self._merged)
