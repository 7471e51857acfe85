"""What an import would bring, before anything is sent: series, samples, times, labels, and what the target drops."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass

from vmexporter.core.formats import Format
from vmexporter.core.importing.edits import Edits, Keeps
from vmexporter.core.importing.tally import Tally


@dataclass(frozen=True, slots=True)
class JobCount:
    """Distinct series and samples of one job (the empty name: series without one)."""

    series: int
    samples: int


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found. ``first_ms`` and ``last_ms`` are the bundle's own times (0 where there are no samples).

    ``series`` are distinct label sets; ``jobs`` counts by job, ``labels`` the series that have a label, ``label_counts``
    series by their number of labels (the name of the metric counts as one, as servers do), extra and dropped labels
    considered. ``tally`` is what edits without a shift and without retention would send and leave out. ``notes`` are
    sentences for the user, such as "timestamps look like seconds".
    """

    form: Format
    text_bytes: int
    series: int
    merged_series: int
    first_ms: int
    last_ms: int
    jobs: Mapping[str, JobCount]
    labels: Mapping[str, int]
    label_counts: Mapping[int, int]
    tally: Tally
    notes: tuple[str, ...]

    @property
    def most_labels(self) -> int:
        """The largest number of labels on one series."""
        return max(self.label_counts, default=0)

    def series_over(self, label_limit: int) -> int:
        """Series with more labels than that."""
        return sum(count for labels, count in self.label_counts.items() if labels > label_limit)

    def samples_outside(self, keeps: Keeps, shift_ms: int = 0) -> int:
        """About how many samples the target would drop for their time after such a shift; 0 and all are exact."""
        raise NotImplementedError


def survey(
    blocks: Iterable[bytes], form: Format, edits: Edits, *, head: bytes = b"", force: bool = False
) -> Generator[int, None, Survey]:
    """Look through a whole text (from byte 0); yields how many bytes of it were read and returns what was found.

    Memory is bounded but for eight bytes, twice, for each series.

    Raises:
        BundleDamaged: a unit cannot be read and *force* is not set.
    """
    raise NotImplementedError
