"""Rewrites label parts by the policy, once per distinct one, and counts the distinct series that come out."""

from __future__ import annotations

from vmexporter.core.privacy.policy import LabelPolicy


class SeriesCounter:
    """The series of one export. When labels are dropped it also sees which series fall together."""

    def __init__(self, policy: LabelPolicy, *, watch_merges: bool) -> None:
        self._policy = policy
        self._watch = watch_merges
        self._seen: set[int] = set()
        self._origin: dict[int, int] = {}
        self._merged: set[int] = set()

    def rewrite(self, part: bytes) -> bytes:
        """The safe form of one label part.

        Raises:
            BadExportLine: the part is not of the export format.
        """
        labels = self._policy.rewrite_part(part)
        self._seen.add(labels.fingerprint)
        if self._watch:
            origin = self._origin.setdefault(labels.fingerprint, labels.original_fingerprint)
            if origin != labels.original_fingerprint:
                self._merged.add(labels.original_fingerprint)
        return labels.part

    def recount(self, fingerprints: set[int]) -> None:
        """Count series that stand in the bundle already, by ``series_fingerprint`` of their safe label parts."""
        self._seen |= fingerprints

    @property
    def series(self) -> int:
        """Distinct label sets, as they stand in the bundle."""
        return len(self._seen)

    @property
    def merged(self) -> int:
        """Series that became equal to another one because a label was dropped."""
        return len(self._merged)
