"""The command import, and resume for an import: what is told before, on the way and at the end."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from vmexporter.cli import importwords, render
from vmexporter.cli.credentials import connection_of
from vmexporter.cli.exporting import warn_of_risks
from vmexporter.cli.import_options import ContentOptions, InsertOptions, MannerOptions
from vmexporter.cli.models import build_model
from vmexporter.cli.options import ConnectionOptions, FormatOptions, ResumeOptions
from vmexporter.cli.stopping import StopSwitch
from vmexporter.core.importing.request import ImportRequest
from vmexporter.errors import ImportDiffers, VmexporterError
from vmexporter.flows.events import Event
from vmexporter.flows.importevents import Imported, JournalKept, Surveyed
from vmexporter.flows.importing import import_metrics, resume_import
from vmexporter.flows.importrun import Manner
from vmexporter.flows.world import World


@dataclass(frozen=True)
class Options:
    """All options of the import command."""

    connection: ConnectionOptions
    insert: InsertOptions
    content: ContentOptions
    manner: MannerOptions


@dataclass
class _Seen:
    """The events that the end of a command is told by."""

    journal: Path | None = None
    survey: Surveyed | None = None
    result: Imported | None = None


def import_(bundle: str, options: Options) -> None:
    """Run the command.

    Raises:
        VmexporterError: it could not be finished.
    """
    world = World()
    request = build_model(
        ImportRequest,
        connection=connection_of(options.connection),
        insert_url=options.insert.insert_url,
        options=options.content.resolve(world.now_ms()),
        force=options.manner.force,
    )
    warn_of_risks(options.connection)
    manner = Manner(options.manner.check_only, not options.manner.no_verify, options.manner.parallel)
    source = sys.stdin.buffer if bundle == "-" else Path(bundle)
    _drive(import_metrics(source, request, manner, world), options.manner)


def resume(journal: Path, access: ResumeOptions, form: FormatOptions) -> None:
    """Run the command for an import's journal.

    Raises:
        VmexporterError: it could not be finished.
    """
    warn_of_risks(access)
    _drive(resume_import(journal, connection_of(access), Manner(), World()), form)


def _drive(events: Iterator[Event], form: FormatOptions) -> None:
    seen = _Seen()
    with StopSwitch() as switch, closing(events) as running:  # type: ignore[type-var]
        try:
            with render.watching(quiet=form.quiet) as watcher:
                for event in running:
                    _note(event, seen, form)
                    watcher.show(event)
                    if switch.pressed:
                        break
        except VmexporterError:
            _tell_resumable(seen)
            raise
    if seen.result is None and switch.pressed:
        render.say("Stopped.")
        _tell_resumable(seen)
        sys.exit(switch.exit_status)
    _tell_end(seen, form)


def _note(event: Event, seen: _Seen, form: FormatOptions) -> None:
    if isinstance(event, JournalKept):
        seen.journal = event.path
    elif isinstance(event, Surveyed):
        seen.survey = event
        is_result = isinstance(form, MannerOptions) and form.check_only
        if not form.json and (is_result or not form.quiet):
            render.print_facts("Preflight", importwords.preflight(event))
    elif isinstance(event, Imported):
        seen.result = event


def _tell_resumable(seen: _Seen) -> None:
    if seen.journal is not None and seen.journal.exists():
        render.say(f"What arrived is remembered. To go on: vmexporter resume {seen.journal}", "bold")


def _tell_end(seen: _Seen, form: FormatOptions) -> None:
    result = seen.result
    if form.json:
        document = {"preflight": importwords.preflight_json(seen.survey) if seen.survey else None}
        render.print_json({**document, "result": asdict(result) if result else None})
    elif result is not None:
        render.print_facts("Imported", importwords.result(result))
        if result.verification.differences:
            columns = ("job", "series sent", "found", "samples sent", "found")
            render.print_table(columns, importwords.differences(result.verification), right=(1, 2, 3, 4))
    if result is not None and not result.verification.is_good:
        raise ImportDiffers(
            "cannot confirm the import: the target has something else than was sent",
            hint="; ".join(result.verification.reasons),
        )
