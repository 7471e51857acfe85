"""An import, and the preflight of one, as runs: what their events mean to what is seen of them, and to their log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar, Final

from vmexporter.bundle.files import remove_idle
from vmexporter.core.importing.edits import Keeps
from vmexporter.core.importing.tally import Tally
from vmexporter.core.times import format_span
from vmexporter.flows import importevents
from vmexporter.flows.events import Event, Note, Retrying
from vmexporter.flows.importevents import Imported, Surveyed, TargetFound
from vmexporter.flows.preparing import keeps_of
from vmexporter.flows.world import World
from vmexporter.web.answers import legible
from vmexporter.web.importanswers import (
    ImportAnswer,
    ImportSnapshot,
    JobAnswer,
    JobVerdict,
    LeftOut,
    PreflightAnswer,
    PreflightSnapshot,
    TargetFacts,
)
from vmexporter.web.run import Run
from vmexporter.web.snapshots import RunState, Told, sentence


class ImportRun(Run[ImportSnapshot, Event]):
    """One import of the file *source*; its journal is what it can go on with."""

    stopped: ClassVar[Mapping[RunState, Told]] = {
        "paused": ("paused", "Paused. What the target has is written down; credentials are not kept", "note"),
        "cancelled": ("cancelled", "Cancelled. What was sent stays at the target", "note"),
    }

    def __init__(self, first: ImportSnapshot, source: Path, world: World, journal: Path | None = None) -> None:
        super().__init__(first, world)
        self.source: Final = source
        self.journal = journal
        self._surveyed: Surveyed | None = None

    def after(self, before: ImportSnapshot, event: Event) -> ImportSnapshot:
        """As there."""
        changed: dict[str, Any] = {}
        if isinstance(event, TargetFound):
            changed = {"phase": "checking"}
        elif isinstance(event, Surveyed):
            self._surveyed = event
            changed = {"expected_samples": event.survey.samples - event.outside}
        elif isinstance(event, importevents.JournalKept):
            self.journal = event.path
            changed = {"phase": "sending"}
        elif isinstance(event, importevents.ImportProgress):
            changed = asdict(event)
        elif isinstance(event, Retrying):
            changed = {"pauses": before.pauses + 1}
        elif isinstance(event, importevents.Verifying):
            changed = {"phase": "verifying", "done": 1.0, "eta_s": None}
        elif isinstance(event, Imported):
            assert self._surveyed is not None
            answer = import_answer(self._surveyed, event)
            changed = {"samples": answer.samples, "elapsed_s": event.elapsed_s, "result": answer}
        return before.model_copy(update=changed) if changed else before

    def told(self, before: ImportSnapshot, event: Event) -> Told | None:
        """As there."""
        del before
        if isinstance(event, TargetFound):
            version = event.facts.program.release
            return "target", f"Data goes to {event.insert_base}{f', {version}' if version else ''}", "ok"
        if isinstance(event, Surveyed):
            found = event.survey
            return "surveyed", f"To import: {found.samples:,} samples of {found.series:,} series", "note"
        if isinstance(event, Note):
            return "note", sentence(event.text), "warn"
        if isinstance(event, Retrying):
            wait = f"waits {event.wait_s:.1f} s, then goes on"
            return "retrying", f"Attempt {event.attempt} failed: {wait}. {sentence(event.why)}", "warn"
        if isinstance(event, importevents.Verifying):
            return "verifying", "All is sent. What the target has is counted", "note"
        return told_at_end(event) if isinstance(event, Imported) else None

    def can_go_on(self) -> bool:
        """Whether its journal is there."""
        return self.journal is not None and self.journal.exists()

    def remove_files(self) -> None:
        """Remove the journal; what was sent cannot be taken back.

        Raises:
            OutputFailed: another process goes on with it, or it cannot be removed.
        """
        if self.journal is not None:
            remove_idle(self.journal)

    def at_end(self, now: ImportSnapshot, state: RunState) -> Mapping[str, Any]:
        """As there."""
        return {"phase": "finished", "done": 1.0} if state == "finished" else {"phase": now.phase}


class PreflightRun(Run[PreflightSnapshot, Event]):
    """One preflight: it leaves nothing behind."""

    stopped: ClassVar[Mapping[RunState, Told]] = {}

    def __init__(self, first: PreflightSnapshot, source: Path, tenant: str, world: World) -> None:
        super().__init__(first, world)
        self.source: Final = source
        self._tenant = tenant
        self._target: TargetFound | None = None
        self._warnings: list[str] = []

    def after(self, before: PreflightSnapshot, event: Event) -> PreflightSnapshot:
        """As there."""
        if isinstance(event, TargetFound):
            self._target = event
        elif isinstance(event, Note):
            self._warnings.append(event.text)
        elif isinstance(event, importevents.Surveying):
            return before.model_copy(update={"done": event.done})
        elif isinstance(event, Surveyed):
            return before.model_copy(update={"done": 1.0, "result": self._answer(event)})
        return before

    def told(self, before: PreflightSnapshot, event: Event) -> Told | None:
        """Nothing: it has no log."""
        del before, event
        return None

    def can_go_on(self) -> bool:
        """Never: it is begun anew."""
        return False

    def remove_files(self) -> None:
        """There are none."""

    def _answer(self, event: Surveyed) -> PreflightAnswer:
        assert self._target is not None
        found, facts, now_ms = event.survey, event.facts, self._world.now_ms()
        keeps = keeps_of(facts, now_ms)
        old, ahead = Keeps(oldest_ms=keeps.oldest_ms), Keeps(newest_ms=keeps.newest_ms)
        return PreflightAnswer(
            target=target_facts(self._target, self._tenant),
            warnings=tuple(map(legible, dict.fromkeys((*self._warnings, *found.notes)))),
            series=found.series,
            merged_series=found.merged_series,
            samples=found.samples,
            first_ms=found.first_ms,
            last_ms=found.last_ms,
            shift_ms=event.shift_ms,
            jobs=tuple(
                JobAnswer(job=legible(job), series=one.series, samples=one.samples)
                for job, one in sorted(found.jobs.items())
            ),
            labels={legible(name): series for name, series in found.labels.items()},
            most_labels=found.most_labels,
            series_over_limit=event.over_limit,
            too_old=found.samples_outside(old, event.shift_ms),
            too_old_at_now=found.samples_outside(old, now_ms - found.last_ms),
            in_the_future=found.samples_outside(ahead, event.shift_ms),
            lost=event.lost,
            left_out=left_out(found.tally),
        )


def target_facts(found: TargetFound, tenant: str) -> TargetFacts:
    """The answer about a target."""
    facts = found.facts
    return TargetFacts(
        kind=facts.program.name,
        version=facts.program.release,
        insert_base=found.insert_base,
        query_base=found.query_base,
        tenant=tenant,
        retention=facts.retention,
        retention_ms=facts.retention_ms,
        label_limit=facts.label_limit,
    )


def left_out(tally: Tally) -> LeftOut:
    """What *tally* counts beside that which is sent."""
    return LeftOut(**{name: getattr(tally, name) for name in LeftOut.model_fields})


def import_answer(seen: Surveyed, done: Imported) -> ImportAnswer:
    """The answer about a finished import: jobs that differ as they were counted, all others as they were sent."""
    verification = done.verification
    differing = {one.job: one for one in verification.differences}
    is_counted = verification.state != "unverified"
    jobs = []
    for job, sent in sorted(seen.survey.jobs.items()):
        other = differing.get(job)
        series = other.series_found if other else sent.series
        samples = other.samples_found if other else sent.samples
        jobs.append(
            JobVerdict(
                job=legible(job),
                series_sent=sent.series,
                series_found=series if is_counted else None,
                samples_sent=sent.samples,
                samples_found=samples if is_counted else None,
            )
        )
    return ImportAnswer(
        verdict=verification.state,
        series=seen.survey.series,
        samples=done.tally.samples,
        samples_found=verification.samples_found if is_counted else None,
        jobs=tuple(jobs),
        reasons=tuple(map(legible, verification.reasons)),
        left_out=left_out(done.tally),
        lost=done.lost,
        doubtful=done.doubtful,
        elapsed_s=done.elapsed_s,
    )


def told_at_end(done: Imported) -> Told:
    """The last line of the log."""
    span = format_span(max(round(done.elapsed_s), 1) * 1000)
    counted = {
        "same": "the target has all of it",
        "different": "the target has something else than was sent",
        "unverified": "what the target has could not be counted",
    }[done.verification.state]
    state: Any = {"same": "ok"}.get(done.verification.state, "warn")
    return "finished", f"{done.tally.samples:,} samples sent in {span}; {counted}", state
