"""Import and its resumption, whole: open the file, find the target, look through, send, verify. The caller drives.

Closing the generator stops the import; its journal stays, and by it the import is taken up again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from vmexporter.bundle.importjournal import SUFFIX, ImportJournal, SourceFile, is_import_journal, require_same
from vmexporter.bundle.metricsfile import MetricsFile, open_metrics
from vmexporter.bundle.recenttargets import RecentTarget, RecentTargets, state_folder
from vmexporter.core.addresses import address_without_secrets
from vmexporter.core.importing.edits import Edits, Keeps
from vmexporter.core.importing.request import ImportOptions, ImportRequest
from vmexporter.core.request import Connection, TimeRange
from vmexporter.errors import BundleDamaged, OutputFailed
from vmexporter.flows.allocator import keep_freed_memory
from vmexporter.flows.events import Connected, Event, Note
from vmexporter.flows.importevents import (
    Counts,
    Imported,
    JournalKept,
    Surveyed,
    TargetFound,
    Verification,
    Verifying,
)
from vmexporter.flows.importrun import ImportRun, Manner, Source
from vmexporter.flows.preparing import require_something, surveyed
from vmexporter.flows.readahead import in_background
from vmexporter.flows.target import Target, Ways, open_target, ways_of
from vmexporter.flows.verifying import Check, Question, patiently_counted
from vmexporter.flows.world import World


@dataclass(frozen=True, slots=True)
class _Work:
    """One import, ready to send."""

    file: MetricsFile
    target: Target
    seen: Surveyed
    edits: Edits
    request: ImportRequest
    manner: Manner
    world: World

    @property
    def question(self) -> Question:
        """What to count in the target."""
        found, options = self.seen.survey, self.request.options
        within = TimeRange(start_ms=found.first_ms + self.edits.shift_ms, end_ms=found.last_ms + self.edits.shift_ms)
        expected = sum(one.samples for one in found.jobs.values())
        return Question(tuple(sorted(found.jobs)), options.extra_labels, within, expected)


def import_metrics(source: Path | BinaryIO, request: ImportRequest, manner: Manner, world: World) -> Iterator[Event]:
    """Import *source*: a bundle, JSON lines, or a stream of them.

    Raises:
        InvalidInput: nothing of it is left to send.
        VmexporterError: it could not be finished; what was sent is in the journal, if there is one.
    """
    with open_metrics(source, force=request.force) as file, ways_of(request) as ways:
        target = yield from _found(ways, file, world)
        if not manner.check_only:
            yield from _remembered(request)
        seen, edits = yield from surveyed(file, request, target.facts, world.now_ms())
        yield seen
        if manner.check_only:
            return
        yield from require_something(file, seen, request)
        work = _Work(file, target, seen, edits, request, manner, world)
        with ExitStack() as stack:
            journal = None
            if file.path is not None:
                journal = ImportJournal.create(_places(file.path, request), _header(work))
                stack.callback(journal.close)
            yield from _kept(journal)
            yield from _run(work, journal, None)


def resume_import(
    path: Path, connection: Connection, manner: Manner, world: World, insert_url: str = ""
) -> Iterator[Event]:
    """Go on with the import of the journal *path*; *connection* brings the credentials, which were not kept.

    Its address may be empty: then those of the interrupted import are used. With one, *insert_url* counts too.

    Raises:
        VmexporterError: as :func:`import_metrics`.
    """
    if not is_import_journal(path):
        raise BundleDamaged(f"cannot resume: {path} is no journal of an import")
    journal = ImportJournal.reopen(path)
    with closing(journal):
        header = journal.state.header
        request = _request_of(header, connection, insert_url)
        file_path = Path(header["source"]["path"])
        require_same(SourceFile.of(file_path), header["source"])
        with open_metrics(file_path, force=request.force) as file, ways_of(request) as ways:
            target = yield from _found(ways, file, world)
            yield from _remembered(request)
            yield from _elsewhere(header, request)
            seen, _ = yield from surveyed(file, request, target.facts, world.now_ms())
            keeps = Keeps(**header["keeps"])
            edits = Edits.of(request.options, int(header["shift_ms"]), keeps)
            yield seen
            yield from _kept(journal)
            yield from _run(_Work(file, target, seen, edits, request, manner, world), journal, journal.state.before)


def _found(ways: Ways, file: MetricsFile, world: World) -> Generator[Event, None, Target]:
    target = yield from in_background(partial(open_target, ways, file.form, world), ways.interrupt)
    if target.found is not None:
        yield Connected(target.found)
    yield TargetFound(target.insert.base, target.found.query_base if target.found else "", target.facts)
    for note in (*file.notes, *file.damage, *target.notes):
        yield Note(note)
    return target


def _remembered(request: ImportRequest) -> Iterator[Event]:
    """Put the target among the recent ones; where that cannot be done, the import goes on all the same."""
    connection = request.connection
    try:
        RecentTargets(state_folder()).note(RecentTarget(connection.url, request.insert_url, connection.tenant))
    except OutputFailed as error:
        yield Note(error.message)


def _elsewhere(header: dict[str, Any], request: ImportRequest) -> Iterator[Event]:
    """Say so where an import goes on at another target than the one it was begun with."""
    begun = (header["url"], header["insert_url"], header["tenant"])
    kept = _addresses(request)
    if (begun[1] or begun[0], begun[2]) != (kept["insert_url"] or kept["url"], kept["tenant"]):
        yield Note(
            "this import goes on at another address than it was begun with: what is written down as arrived is not sent"
            " again, so it has to be the same target"
        )


def _addresses(request: ImportRequest) -> dict[str, str]:
    """The target as it may be written down: neither user and password nor query strings."""
    return {
        "url": address_without_secrets(request.connection.url),
        "insert_url": address_without_secrets(request.insert_url) if request.insert_url else "",
        "tenant": request.connection.tenant,
    }


def _kept(journal: ImportJournal | None) -> Iterator[Event]:
    if journal is None:
        yield Note("standard input cannot be read again later: if this import is interrupted, it cannot be resumed")
    else:
        yield JournalKept(journal.path)


def _run(work: _Work, journal: ImportJournal | None, before: dict[str, Any] | None) -> Iterator[Event]:
    keep_freed_memory()
    started_s = work.world.monotonic_s()
    verify = work.manner.verify and work.target.api is not None and bool(work.seen.survey.jobs)
    counted: Counts = {job: (series, samples) for job, (series, samples) in (before or {}).items()}
    if verify and before is None:
        counted = yield from patiently_counted(work.target, work.question, work.world)
        if journal is not None:
            journal.note_before({job: list(numbers) for job, numbers in counted.items()})
    source = Source(work.file, work.edits, work.seen.survey.text_bytes, work.request.force)
    run = ImportRun(source, work.target, journal, work.world, work.manner)
    yield from run.events()
    outcome = Verification("unverified")
    if verify:
        yield Verifying()
        check = Check(work.target, work.question, counted, work.seen)
        outcome = yield from check.run(run.tally, work.world)
        if not outcome.is_good and (yield from run.again_if_restarted()):
            outcome = yield from check.run(run.tally, work.world)
    if journal is not None:
        journal.remove()
    yield Imported(run.tally, outcome, run.doubtful, work.seen.lost, work.world.monotonic_s() - started_s)


def _header(work: _Work) -> dict[str, Any]:
    """What the journal must hold to go on, without credentials."""
    request, path = work.request, work.file.path
    assert path is not None
    return {
        "source": asdict(SourceFile.of(path)),
        **_addresses(request),
        "options": request.options.model_dump(mode="json"),
        "force": request.force,
        "shift_ms": work.edits.shift_ms,
        "keeps": asdict(work.edits.keeps),
    }


def _request_of(header: dict[str, Any], connection: Connection, insert_url: str) -> ImportRequest:
    """The request of an interrupted import, with the credentials of today."""
    try:
        known = {"url": connection.url or header["url"], "tenant": connection.tenant or header["tenant"]}
        return ImportRequest(
            connection=connection.model_copy(update=known),
            insert_url=insert_url if connection.url else header["insert_url"],
            options=ImportOptions.model_validate(header["options"]),
            force=bool(header["force"]),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise BundleDamaged("cannot resume: the journal of this import does not hold what is needed") from error


def _places(path: Path, request: ImportRequest) -> list[Path]:
    """Where the journal may lie: beside the file, or with this user's state; one for each file and target."""
    meant = f"{address_without_secrets(request.insert_url or request.connection.url)} {request.connection.tenant}"
    mark = hashlib.sha256(meant.encode()).hexdigest()[:8]
    name = f"{path.name}.{mark}{SUFFIX}"
    return [path.absolute().with_name(name), state_folder() / "imports" / name]
