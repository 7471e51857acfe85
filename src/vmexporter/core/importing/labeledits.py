"""Labels of a series on their way: jobs chosen, labels dropped and added; once for each distinct label part.

Dropping a label, or laying another one over it, can make two series one; how many, two sets of fingerprints tell.
"""

from __future__ import annotations

from typing import Final

from vmexporter.core.formats import Format
from vmexporter.core.importing.edits import Edits
from vmexporter.core.importing.fingerprints import Fingerprints
from vmexporter.core.lines import LabelCache
from vmexporter.core.native.names import name_of, pairs_of
from vmexporter.core.privacy.labels import Pair, build, decode, encode, fingerprint, parse
from vmexporter.errors import BadExportLine

NOT_CHOSEN: Final = b""
"""What becomes of the label part of a series whose job was not chosen."""


class LabelEdits:
    """Label part → edited label part, of either form; :data:`NOT_CHOSEN` where the series stays out."""

    def __init__(self, form: Format, edits: Edits) -> None:
        self._take_apart = pairs_of if form == "native" else parse
        self._put_together = name_of if form == "native" else build
        self._jobs = frozenset(edits.jobs)
        self._extra = [(encode(label.name), encode(label.value)) for label in edits.extra_labels]
        self._gone = frozenset(edits.drop_labels) | {label.name for label in edits.extra_labels}
        self._before, self._after = Fingerprints(), Fingerprints()
        self._cache = LabelCache(self._edited, max_bytes=8 << 20)
        self.get = self._cache.get

    @property
    def merged(self) -> int:
        """How many series fewer there are than came."""
        return len(self._before) - len(self._after)

    def pairs(self, part: bytes) -> tuple[list[Pair], list[Pair] | None]:
        """The labels of *part*, and what they become; None when the series stays out.

        Raises:
            BadExportLine: it is no label part, or no label is left.
        """
        before = self._take_apart(part)
        if self._jobs and job_of(before) not in self._jobs:
            return before, None
        if not self._gone:
            after = before
        else:
            after = [pair for pair in before if decode(pair[0]) not in self._gone] + self._extra
        if not after:
            raise BadExportLine("a series has no label")
        return before, after

    def _edited(self, part: bytes) -> bytes:
        before, after = self.pairs(part)
        if after is None:
            return NOT_CHOSEN
        if after is before:
            return part
        self._before.add(fingerprint(before))
        self._after.add(fingerprint(after))
        return self._put_together(after)


def job_of(pairs: list[Pair]) -> str:
    """The job of a series; empty when it has none."""
    return next((decode(value) for name, value in pairs if decode(name) == "job"), "")
