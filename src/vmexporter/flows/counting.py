"""Rewrites label parts by the policy, once per distinct one, has the guard look at them, and counts the series."""

from __future__ import annotations

from vmexporter.core.privacy.guard import Guard
from vmexporter.core.privacy.labels import decode, fingerprint, parse
from vmexporter.core.privacy.policy import LabelPolicy


class SeriesCounter:
    """The series of one export. When labels are dropped it also sees which series fall together."""

    def __init__(self, policy: LabelPolicy, guard: Guard, *, watch_merges: bool) -> None:
        self.policy, self._guard = policy, guard
        self._watch = watch_merges
        self._seen: set[int] = set()
        self._origin: dict[int, int] = {}
        self._merged: set[int] = set()

    def rewrite(self, part: bytes) -> bytes:
        """The safe form of one label part.

        Raises:
            BadExportLine: the part is not of the export format.
            LeakFound: something private is in its safe form.
        """
        labels = self.policy.rewrite_part(part)
        self._guard.check(labels.after)
        after = fingerprint(labels.after)
        self._seen.add(after)
        if self._watch:
            before = fingerprint(labels.before)
            if self._origin.setdefault(after, before) != before:
                self._merged.add(before)
        return labels.part

    def note(self, safe_part: bytes) -> int:
        """The fingerprint of a label part that stands in a bundle already; the policy learns which labels it has."""
        pairs = parse(safe_part)
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
