"""What is told before an import sends anything: what the bundle holds, and what the target would make of it."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Final

from vmexporter.bundle.metricsfile import MetricsFile
from vmexporter.core.importing.edits import Edits, Keeps
from vmexporter.core.importing.preflight import Survey, survey
from vmexporter.core.importing.request import ImportRequest
from vmexporter.core.times import format_span, format_utc
from vmexporter.errors import InvalidInput
from vmexporter.flows.events import Event
from vmexporter.flows.importevents import Surveyed, Surveying
from vmexporter.tsdb.targetfacts import TargetFacts

FUTURE_MS: Final = 2 * 24 * 3_600_000
"""Storages take samples of up to two days ahead (-futureRetention, and all versions before it)."""

_JOBS_NAMED: Final = 20


def keeps_of(facts: TargetFacts, now_ms: int) -> Keeps:
    """Which times the target keeps, as far as it is known."""
    kept_ms = facts.retention_ms
    return Keeps() if kept_ms is None else Keeps(now_ms - kept_ms, now_ms + FUTURE_MS)


def surveyed(file: MetricsFile, request: ImportRequest, facts: TargetFacts, now_ms: int) -> Generator[
    Event, None, tuple[Surveyed, Edits]
]:  # fmt: skip
    """Look through the whole text; what was found, and the edits with their shift.

    Raises:
        BundleDamaged: it cannot be read, and ``force`` is not set.
    """
    options = request.options
    looking = survey(file.blocks(), file.form, Edits.of(options, 0, Keeps()), head=file.head, force=request.force)
    found = yield from _told(looking, file)
    shift_ms = options.shift.by_ms(found.first_ms, found.last_ms, now_ms)
    keeps = keeps_of(facts, now_ms)
    outside, unshifted = found.samples_outside(keeps, shift_ms), found.samples_outside(keeps, 0)
    over = found.series_over(facts.label_limit) if facts.label_limit else 0
    warnings = tuple(_warnings(found, facts, outside, over))
    seen = Surveyed(found, facts, shift_ms, outside, unshifted, over, _lost(file, found), warnings)
    return seen, Edits.of(options, shift_ms, keeps)


def require_something(file: MetricsFile, seen: Surveyed, request: ImportRequest) -> Iterator[Event]:
    """Make sure that there is anything to send, or look again for what the file has instead.

    Raises:
        InvalidInput: there is not; the hint says what of the file could be sent.
    """
    found, options, left_out = seen.survey, request.options, seen.survey.tally
    if found.samples > seen.outside:
        return
    if found.samples:
        hint = "--shift-to-now moves all samples in time, so that the last one is of now"
        why = f"all {found.samples:,} samples lie outside of what the target keeps"
        kept = f" (-retentionPeriod={seen.facts.retention})" if seen.facts.retention else ""
        raise InvalidInput(f"cannot import: {why}{kept}", hint=hint, field="shift")
    if not left_out.other_jobs_samples and not left_out.outside_range:
        raise InvalidInput("cannot import: there are no samples in the file", field="source")
    everything = Edits.of(options.model_copy(update={"jobs": (), "time_range": None}), 0, Keeps())
    whole = yield from _told(survey(file.blocks(), file.form, everything, head=file.head, force=request.force), file)
    if left_out.outside_range:
        why, field = "no sample of it is of the chosen time", "time_range"
        hint = f"the file has {range_words(whole.first_ms, whole.last_ms)}"
    else:
        why, field = "none of the chosen jobs has a sample in the file", "jobs"
        hint = f"the file has {_jobs_named(sorted(whole.jobs))}"
    raise InvalidInput(f"cannot import: {why}", hint=hint, field=field)


def _jobs_named(jobs: list[str]) -> str:
    more = f" and {len(jobs) - _JOBS_NAMED} more" if len(jobs) > _JOBS_NAMED else ""
    return f"the jobs {', '.join(job or '(none)' for job in jobs[:_JOBS_NAMED])}{more}"


def _told(looking: Generator[int, None, Survey], file: MetricsFile) -> Generator[Event, None, Survey]:
    while True:
        try:
            next(looking)
        except StopIteration as end:
            found: Survey = end.value
            return found
        yield Surveying(min(file.read_bytes / file.file_bytes, 1.0) if file.file_bytes else 1.0)


def _lost(file: MetricsFile, found: Survey) -> int:
    if file.manifest is None:
        return 0
    read = found.samples + found.tally.other_jobs_samples + found.tally.outside_range
    return max(file.manifest.counts.samples - read, 0)


def _warnings(found: Survey, facts: TargetFacts, outside: int, over: int) -> list[str]:
    told = list(found.notes)
    if not facts.retention:
        told.append("the target does not tell its retention, so what it drops for its age shows only afterwards")
    elif outside:
        kept = f"-retentionPeriod={facts.retention}"
        told.append(
            f"{outside:,} samples lie outside of what the target keeps ({kept}) and are left out; --shift-to-now moves"
            " all of them in time"
        )
    if over:
        told.append(
            f"{over:,} series have more labels than the target takes ({facts.label_limit}): it drops them or some of"
            " their labels; --drop-label leaves labels out"
        )
    if found.merged_series:
        told.append(f"{found.merged_series:,} series become equal to others, because a label is dropped")
    return told


def range_words(first_ms: int, last_ms: int) -> str:
    """A range, and how long it is."""
    return f"{format_utc(first_ms)} to {format_utc(last_ms)} ({format_span(last_ms - first_ms)})"
