"""An import in words and in JSON: what its preflight found, how it ended."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vmexporter.cli.render import count, size
from vmexporter.core.times import format_span
from vmexporter.flows.importevents import Imported, Surveyed, Verification
from vmexporter.flows.preparing import range_words

_LABELS_SHOWN = 12


def preflight(seen: Surveyed) -> list[tuple[str, object]]:
    """Names and values."""
    found, facts = seen.survey, seen.facts
    release = facts.program.release or "version not told"
    told: list[tuple[str, object]] = [
        ("series", f"{count(found.series)} of {len(found.jobs)} jobs"),
        ("samples", f"{count(found.tally.samples)} in {count(found.tally.lines)} lines, {size(found.text_bytes)}"),
        ("range", range_words(found.first_ms, found.last_ms)),
        ("labels", f"at most {found.most_labels} on a series; {_names(found.labels)}"),
        ("target", f"{facts.program.name or 'unknown program'} ({release})"),
        ("keeps", f"-retentionPeriod={facts.retention}" if facts.retention else "unknown"),
        ("label limit", facts.label_limit or "unknown"),
    ]
    if seen.shift_ms:
        moved = f"{'back' if seen.shift_ms < 0 else 'on'} by {format_span(abs(seen.shift_ms))}"
        told.append(("moved", f"{moved}: {range_words(found.first_ms + seen.shift_ms, found.last_ms + seen.shift_ms)}"))
    if seen.outside or seen.outside_unshifted:
        told.append(("outside", f"{count(seen.outside)} samples; without a shift {count(seen.outside_unshifted)}"))
    if seen.over_limit:
        told.append(("too many labels", f"{count(seen.over_limit)} series"))
    if seen.lost:
        told.append(("LOST", _lost(seen.lost)))
    return [*told, *(("note", warning) for warning in seen.warnings)]


def preflight_json(seen: Surveyed) -> dict[str, Any]:
    """The same as data."""
    found, facts = seen.survey, seen.facts
    return {
        "series": found.series,
        "samples": found.tally.samples,
        "lines": found.tally.lines,
        "text_bytes": found.text_bytes,
        "first_ms": found.first_ms,
        "last_ms": found.last_ms,
        "jobs": {job: {"series": one.series, "samples": one.samples} for job, one in found.jobs.items()},
        "labels": dict(found.labels),
        "most_labels": found.most_labels,
        "target": {"program": facts.program.name, "release": facts.program.release, "retention": facts.retention},
        "retention_ms": facts.retention_ms,
        "label_limit": facts.label_limit,
        "shift_ms": seen.shift_ms,
        "samples_outside": seen.outside,
        "samples_outside_unshifted": seen.outside_unshifted,
        "series_over_label_limit": seen.over_limit,
        "samples_lost": seen.lost,
        "warnings": list(seen.warnings),
    }


def result(done: Imported) -> list[tuple[str, object]]:
    """Names and values."""
    tally, checked = done.tally, done.verification
    told: list[tuple[str, object]] = [
        ("sent", f"{count(tally.samples)} samples in {count(tally.lines)} lines"),
        ("verified", _verified(checked)),
        ("took", f"{done.elapsed_s:.1f} s"),
    ]
    left_out = {
        "of other jobs": tally.other_jobs_samples,
        "outside the chosen time": tally.outside_range,
        "older than the target keeps": tally.before_retention,
        "too far in the future": tally.in_the_future,
    }
    if told_out := [f"{count(number)} {why}" for why, number in left_out.items() if number]:
        told.append(("left out", ", ".join(told_out)))
    if tally.bad_lines:
        told.append(("UNREADABLE", f"{count(tally.bad_lines)} lines, {size(tally.bad_bytes)}"))
    if done.lost:
        told.append(("LOST", _lost(done.lost)))
    if done.doubtful:
        told.append(("DOUBTFUL", f"{count(done.doubtful)} samples may be stored twice: a request's fate is not known"))
    return told


def _lost(samples: int) -> str:
    return f"{count(samples)} samples that the bundle's manifest promises cannot be read"


def differences(checked: Verification) -> Iterator[tuple[str, ...]]:
    """Rows: job, series sent and found, samples sent and found."""
    for one in checked.differences:
        series = "-" if one.series_found is None else count(one.series_found)
        yield one.job or "(none)", count(one.series_sent), series, count(one.samples_sent), count(one.samples_found)


def _verified(checked: Verification) -> str:
    if checked.state == "same":
        return f"yes: the target has {count(checked.samples_found)} samples more than before, job by job"
    if checked.state == "unverified":
        return "no: the target was not asked"
    return f"DIFFERENT in {len(checked.differences)} jobs"


def _names(labels: Any) -> str:
    names = sorted(labels, key=lambda name: (-labels[name], name))
    more = f" and {len(names) - _LABELS_SHOWN} more" if len(names) > _LABELS_SHOWN else ""
    return ", ".join(names[:_LABELS_SHOWN]) + more
