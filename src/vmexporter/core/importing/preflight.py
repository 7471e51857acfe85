"""What an import would bring, before anything is sent: series, samples, times, labels, and what the target drops."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from vmexporter.core.formats import Format
from vmexporter.core.importing.edits import Editor, Edits, Keeps, editor_for
from vmexporter.core.importing.fingerprints import Fingerprints
from vmexporter.core.importing.labeledits import LabelEdits, job_of
from vmexporter.core.importing.pieces import Pieces
from vmexporter.core.importing.tally import Tally
from vmexporter.core.importing.timeline import Timeline
from vmexporter.core.privacy.labels import decode, fingerprint

OTHERS: Final = "…"
"""Stands for all jobs or labels beyond as many as anybody would read."""
_MOST_NAMES: Final = 10_000
_KNOWN_BYTES: Final = 8 << 20
_SECONDS_UNTIL: Final = 100_000_000_000
"""As milliseconds this is March 1973, as seconds the year 5138."""
_MICROSECONDS_FROM: Final = 100_000_000_000_000


@dataclass(slots=True)
class JobCount:
    """Distinct series and samples of one job (the empty name: series without one)."""

    series: int = 0
    samples: int = 0


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found of the jobs and the time range that were chosen.

    ``series`` are distinct label sets as they would be sent, ``merged_series`` how many fewer than came. The times are
    the bundle's own. ``jobs`` counts by job, ``labels`` the series that have a label, ``label_counts`` the series by
    their number of labels (the name of the metric counts as one, as it does for servers). ``tally`` is what these edits
    send and leave out, exactly. ``notes`` are sentences for the user, such as that timestamps look like seconds.
    """

    form: Format
    text_bytes: int
    series: int
    merged_series: int
    timeline: Timeline
    jobs: Mapping[str, JobCount]
    labels: Mapping[str, int]
    label_counts: Mapping[int, int]
    tally: Tally
    notes: tuple[str, ...]

    @property
    def first_ms(self) -> int:
        """The first sample's time in the bundle; 0 where there is none."""
        return self.timeline.first_ms

    @property
    def last_ms(self) -> int:
        """The last sample's time in the bundle."""
        return self.timeline.last_ms

    @property
    def samples(self) -> int:
        """All samples of the chosen jobs and range, whatever the target keeps of them."""
        return self.timeline.samples

    @property
    def most_labels(self) -> int:
        """The largest number of labels on one series."""
        return max(self.label_counts, default=0)

    def series_over(self, label_limit: int) -> int:
        """Series with more labels than that."""
        return sum(count for labels, count in self.label_counts.items() if labels > label_limit)

    def samples_outside(self, keeps: Keeps, shift_ms: int = 0) -> int:
        """About how many samples the target would drop for their time after such a shift; none and all are exact."""
        old = 0 if keeps.oldest_ms is None else self.timeline.before(keeps.oldest_ms - shift_ms)
        if keeps.newest_ms is None:
            return old
        return min(old + self.samples - self.timeline.before(keeps.newest_ms - shift_ms + 1), self.samples)


def survey(
    blocks: Iterable[bytes], form: Format, edits: Edits, *, head: bytes = b"", force: bool = False
) -> Generator[int, None, Survey]:
    """Look through a whole text, as ``MetricsFile.blocks()`` gives it; yields the bytes read, returns what it found.

    Memory is bounded but for twelve bytes, up to three times, for each series.

    Raises:
        BundleDamaged: a unit cannot be read and *force* is not set.
    """
    series = _Series(form, edits)
    editor = editor_for(form, edits, head=head, force=force, watch=series.see)
    pieces, tally = Pieces(editor, is_counted=True), Tally()
    unread = len(head)  # a survey begins at byte 0
    for block in blocks:
        text, unread = block[unread:], max(unread - len(block), 0)
        for piece in pieces.feed(text):
            tally.add(piece.tally)
        yield pieces.offset
    for piece in pieces.finish():
        tally.add(piece.tally)
    return series.found(form, pieces.offset, editor, tally)


class _Series:
    """The series of a text, each counted once."""

    def __init__(self, form: Format, edits: Edits) -> None:
        self._labels = LabelEdits(form, edits)
        self._timeline = Timeline()
        self._distinct = Fingerprints()
        self._jobs: dict[str, JobCount] = {}
        self._label_names: Counter[str] = Counter()
        self._label_counts: Counter[int] = Counter()
        self._known: dict[bytes, JobCount] = {}
        self._known_bytes = 0

    def see(self, part: bytes, samples: int, first_ms: int, last_ms: int) -> None:
        """Count a unit (see ``edits.Watch``)."""
        job = self._known.get(part)
        if job is None:
            job = self._learn(part)
        job.samples += samples
        self._timeline.add(samples, first_ms, last_ms)

    def found(self, form: Format, text_bytes: int, editor: Editor, tally: Tally) -> Survey:
        """All that was seen."""
        return Survey(
            form=form,
            text_bytes=text_bytes,
            series=len(self._distinct),
            merged_series=editor.merged,
            timeline=self._timeline,
            jobs=self._jobs,
            labels=self._label_names,
            label_counts=self._label_counts,
            tally=tally,
            notes=tuple(_notes(self._timeline, tally)),
        )

    def _learn(self, part: bytes) -> JobCount:
        _, pairs = self._labels.pairs(part)
        pairs = pairs or []  # what is not chosen is not seen
        job = _entry(self._jobs, job_of(pairs))
        if self._distinct.add(fingerprint(pairs)):
            job.series += 1
            self._label_counts[len(pairs)] += 1
            for name in {decode(name) for name, _ in pairs}:
                is_known = name in self._label_names or len(self._label_names) < _MOST_NAMES
                self._label_names[name if is_known else OTHERS] += 1
        self._known_bytes += len(part) + 150
        if self._known_bytes > _KNOWN_BYTES:
            self._known.clear()
            self._known_bytes = len(part) + 150
        self._known[part] = job
        return job


def _entry(jobs: dict[str, JobCount], name: str) -> JobCount:
    return jobs.setdefault(name if name in jobs or len(jobs) < _MOST_NAMES else OTHERS, JobCount())


def _notes(timeline: Timeline, tally: Tally) -> Iterable[str]:
    if timeline.samples and timeline.last_ms < _SECONDS_UNTIL:
        yield "the timestamps look like seconds; they are taken as milliseconds, as servers take them"
    if timeline.samples and timeline.first_ms > _MICROSECONDS_FROM:
        yield "the timestamps look like microseconds; they are taken as milliseconds, as servers take them"
    if tally.bad_lines:
        yield f"{tally.bad_lines:,} lines or blocks ({tally.bad_bytes:,} bytes) cannot be read and are left out"
    if not timeline.samples:
        yield "there are no samples to import"
