"""Counts what a target has of an import, by job, over the whole range, and says what may have made a difference.

``count_over_time`` leaves staleness marks out and ``stale_samples_over_time`` counts them alone, so both are asked.
A window of either is open at its beginning and closed at its end, so windows that touch share no sample. What the
target had before the import is counted in the same way and taken off.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Final

from vmexporter.core.importing.request import Label
from vmexporter.core.importing.tally import Tally
from vmexporter.core.request import TimeRange
from vmexporter.core.selectors import Matcher, Selector, escape_regex
from vmexporter.errors import QueryRejected, ServerUnreachable
from vmexporter.flows.events import Event, Retrying, Waiting
from vmexporter.flows.importevents import Counts, JobDifference, Surveyed, Verification
from vmexporter.flows.readahead import TICK_S, in_background
from vmexporter.flows.target import Target, new_mark
from vmexporter.flows.world import World
from vmexporter.tsdb.prometheus import PrometheusApi

_SAMPLES: Final = ("sum(count_over_time(%s[%dms])) by (job)", "sum(stale_samples_over_time(%s[%dms])) by (job)")
_SERIES: Final = "count(count_over_time(%s[%dms])) by (job)"
_SAMPLES_AT_ONCE: Final = 50_000_000
_SERIES_AT_ONCE: Final = 200_000_000
_SHORTEST_MS: Final = 1_000
_LOOKS, _FLUSHED_LOOKS, _BETWEEN_S = 20, 3, 0.5
"""How often what is missing is looked for again before it is believed, also after a flush; the wait in between."""
_MOST_ATTEMPTS: Final = 10


@dataclass(frozen=True, slots=True)
class Question:
    """What to count: the series of these jobs with these labels, samples within the range (inclusive)."""

    jobs: tuple[str, ...]
    labels: tuple[Label, ...]
    within: TimeRange
    expected: int

    def selector(self, mark: str) -> str:
        """The series; *mark* is a job that none has, see ``target.new_mark``."""
        matchers = [Matcher("job", "=~", "|".join(map(escape_regex, (*self.jobs, mark))))]
        matchers += [Matcher(label.name, "=", label.value) for label in self.labels]
        return str(Selector((tuple(matchers),)))


def count(target: Target, question: Question, mark: str) -> Counts:
    """What the target has now.

    Raises:
        VmexporterError: it cannot be asked.
    """
    assert target.api is not None
    selector = question.selector(mark)
    samples: dict[str, int] = {}
    parts = max(1, -(-question.expected // _SAMPLES_AT_ONCE))
    length_ms = max(-(-question.within.length_ms // parts), _SHORTEST_MS)
    start_ms = question.within.start_ms
    while start_ms <= question.within.end_ms:
        end_ms = min(start_ms + length_ms - 1, question.within.end_ms)
        try:
            found = _samples(target.api, selector, start_ms, end_ms)
        except QueryRejected:
            if length_ms <= _SHORTEST_MS:
                raise
            length_ms = max(length_ms // 4, _SHORTEST_MS)
            continue
        for job, number in found:
            samples[job] = samples.get(job, 0) + number
        start_ms = end_ms + 1
    series = _series(target.api, question, selector)
    return {job: (None if series is None else series.get(job, 0), number) for job, number in samples.items()}


def patiently_counted(target: Target, question: Question, world: World) -> Generator[Event, None, Counts]:
    """As :func:`count`, also from a target that is just being started anew.

    Raises:
        VmexporterError: it cannot be asked, for a minute or so.
    """
    attempt = 0
    while True:
        try:
            return (yield from in_background(lambda: (count(target, question, new_mark(world)),), target.interrupt))[0]
        except ServerUnreachable as error:
            attempt += 1
            if attempt > _MOST_ATTEMPTS:
                raise
            wait_s = min(0.5 * 2**attempt, 10.0)
            yield Retrying(target.strike_out(error.message), attempt, wait_s)
            yield from _pause(wait_s, world)


def _pause(wait_s: float, world: World) -> Generator[Event, None, None]:
    until_s = world.monotonic_s() + wait_s
    while world.monotonic_s() < until_s:
        world.sleep(TICK_S)
        yield Waiting()


def _samples(api: PrometheusApi, selector: str, start_ms: int, end_ms: int) -> list[tuple[str, int]]:
    found = []
    for form in _SAMPLES:
        answer = api.instant(form % (selector, end_ms - start_ms + 1), end_ms)
        if answer.partial:
            raise ServerUnreachable("cannot count what was imported: a part of the server is down")
        found += [(labels.get("job", ""), round(float(value))) for labels, value in answer.series]
    return found


def _series(api: PrometheusApi, question: Question, selector: str) -> dict[str, int] | None:
    if question.expected > _SERIES_AT_ONCE:
        return None
    try:
        query = _SERIES % (selector, question.within.length_ms)
        answer = api.instant(query, question.within.end_ms)
    except QueryRejected:
        return None  # it would have to read everything at once
    return {labels.get("job", ""): round(float(value)) for labels, value in answer.series}


@dataclass(frozen=True, slots=True)
class Check:
    """One comparison; *before* is what the target had when nothing was sent."""

    target: Target
    question: Question
    before: Counts
    seen: Surveyed

    def run(self, tally: Tally, world: World) -> Generator[Event, None, Verification]:
        """Compare; what is missing is given some time to become visible. *tally* says what was left out.

        Raises:
            VmexporterError: the target cannot be asked.
        """
        differences: list[JobDifference] = []
        found: Counts = {}
        for look in range(_LOOKS):
            flushed = yield from in_background(lambda: (self.target.flush(),), self.target.interrupt)
            found = yield from patiently_counted(self.target, self.question, world)
            differences = self._differences(found)
            if not differences or (flushed[0] and look >= _FLUSHED_LOOKS):
                break
            yield from _pause(_BETWEEN_S, world)
        samples = _total(found) - _total(self.before)
        left_out = tally.before_retention + tally.in_the_future
        missing = sum(one.samples_sent - one.samples_found for one in differences)
        told_before = left_out and all(one.samples_found <= one.samples_sent for one in differences)
        if not differences or (told_before and missing == left_out):
            return Verification("same", samples)
        return Verification("different", samples, tuple(differences), tuple(self._reasons(differences, left_out)))

    def _reasons(self, differences: list[JobDifference], left_out: int) -> list[str]:
        """What may have made the differences, the likeliest first."""
        seen, facts = self.seen, self.seen.facts
        reasons = []
        if any(one.samples_found > one.samples_sent for one in differences):
            reasons.append("more than was sent: something else writes to these jobs too, or samples were stored twice")
        if any(map(_is_short, differences)):
            if seen.over_limit:
                reasons.append(f"label limit: {seen.over_limit} series have more than {facts.label_limit} labels")
            if left_out:
                reasons.append(f"retention: {left_out} samples were left out")
            if not facts.retention:
                reasons.append("retention: what the target keeps is not known, and it drops what is older")
            reasons.append("deduplication (-dedup.minScrapeInterval), or relabeling on the way in")
        return reasons

    def _differences(self, found: Counts) -> list[JobDifference]:
        differences = []
        for job, sent in sorted(self.seen.survey.jobs.items()):
            series_before, samples_before = self.before.get(job, (0, 0))
            series, samples = found.get(job, (0, 0))
            samples -= samples_before
            comparable = series if not samples_before and series_before is not None else None
            if samples != sent.samples or comparable not in {None, sent.series}:
                differences.append(JobDifference(job, sent.series, comparable, sent.samples, samples))
        return differences


def _total(counts: Counts) -> int:
    return sum(samples for _, samples in counts.values())


def _is_short(one: JobDifference) -> bool:
    """Whether something of the job is missing."""
    series_missing = one.series_found is not None and one.series_found < one.series_sent
    return series_missing or one.samples_found < one.samples_sent
