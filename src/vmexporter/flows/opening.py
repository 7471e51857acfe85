"""Opens bundles to be looked at: all of them go into one private VictoriaMetrics, which runs until the caller is done.

Progress comes as events, the server as the last of them; closing the generator ends it, and removes its data.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from vmexporter.bundle.files import new_folder, remove_folder, scratch_folder
from vmexporter.bundle.metricsfile import MetricsFile, open_metrics
from vmexporter.core.importing.edits import Edits
from vmexporter.core.importing.request import Label
from vmexporter.core.manifest import Manifest
from vmexporter.core.request import Connection, TimeRange
from vmexporter.flows.bundleview import OpenedBundle
from vmexporter.flows.events import Event, Note
from vmexporter.flows.loading import Load
from vmexporter.flows.readahead import in_background
from vmexporter.flows.session import Session, open_session
from vmexporter.flows.starting import start_server
from vmexporter.flows.world import World
from vmexporter.tsdb.private import PrivateServer, find_program

BUNDLE_LABEL = "bundle"
"""Tells the series of several bundles apart."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What to open; *program* is the VictoriaMetrics to use, "" for the one on PATH.

    *keep* is the folder for the server's data, which stays once all is loaded; None for a temporary one. *force* opens
    what is sound of a damaged file.
    """

    files: tuple[Path, ...]
    program: str = ""
    keep: Path | None = None
    force: bool = False


@dataclass(frozen=True, slots=True)
class Opened(Event):
    """The bundles are in the server of *session*, until the generator is closed; *connection* says how to be let in."""

    session: Session
    connection: Connection
    bundles: tuple[OpenedBundle, ...]


def open_bundles(opening: Opening, world: World) -> Iterator[Event]:
    """Load all files of *opening*; the last event is ``Opened``.

    Raises:
        BundleDamaged: a file cannot be read, or is not what its checksums say.
        InvalidInput: there is no VictoriaMetrics to use.
        OutputFailed: the folder to be kept exists, or cannot be made.
        QueryRejected: the VictoriaMetrics cannot read it.
        VmexporterError: the VictoriaMetrics does not start, or ends.
    """
    program = find_program(opening.program)
    with ExitStack() as undoing, ExitStack() as stack:
        folder = _folder(opening.keep, undoing)
        files: list[MetricsFile] = []
        for path in opening.files:
            opened = yield from in_background(partial(open_metrics, path, force=opening.force))
            files.append(stack.enter_context(opened))
        server = yield from start_server(stack, program, folder, keep=opening.keep is not None)
        bundles: list[OpenedBundle] = []
        for path, file in zip(opening.files, files, strict=True):
            label = _free_label(path, bundles) if len(files) > 1 else ""
            yield from _loaded(server, file, label, world)
            bundles.append(OpenedBundle(_name(path), _facts(file), label, _within(file)))
        session = yield from in_background(lambda: open_session(server.client, server.connection))
        if opening.keep is not None:
            undoing.pop_all()  # all is there: now it is worth keeping
        yield Opened(session, server.connection, tuple(bundles))


def _folder(keep: Path | None, undoing: ExitStack) -> Path:
    """The folder for the server's data, removed by *undoing*."""
    if keep is None:
        return undoing.enter_context(scratch_folder())
    undoing.callback(remove_folder, new_folder(keep))
    return keep


def _name(path: Path) -> str:
    """The name of a file as text: what is no character is replaced, since it becomes a label and JSON."""
    return os.fsencode(path.name).decode("utf-8", "replace")


def _free_label(path: Path, others: list[OpenedBundle]) -> str:
    """The name of a bundle by which its series are told apart."""
    name = _name(path).removesuffix(".zip") or _name(path)
    taken = {one.label for one in others}
    return next(label for number in range(1, len(others) + 2) if (label := _numbered(name, number)) not in taken)


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name} ({number})"


def _loaded(server: PrivateServer, file: MetricsFile, label: str, world: World) -> Iterator[Event]:
    extra = (Label(name=BUNDLE_LABEL, value=label),) if label else ()
    load = Load(server, file, Edits(extra_labels=extra))
    yield from load.events(world)
    for words in (*file.notes, *file.damage):
        yield Note(words)


def _within(file: MetricsFile) -> TimeRange | None:
    """The range of which a bundle of ours is."""
    if file.manifest is None:
        return None
    return TimeRange(start_ms=file.manifest.time_range.start_ms, end_ms=file.manifest.time_range.end_ms)


def _facts(file: MetricsFile) -> tuple[str, ...]:
    """What its manifest says, in a few words each."""
    if file.manifest is not None:
        return _facts_of(file.manifest)
    told = file.told
    if told is None:
        return ("no manifest: nothing is known of where it is from",)
    masked = {True: ("obfuscated",), False: ("not obfuscated",), None: ()}[told.obfuscated]
    return ("made by another tool", *((f"exported {told.export_date}",) if told.export_date else ()), *masked)


def _facts_of(manifest: Manifest) -> tuple[str, ...]:
    source, counts = manifest.source, manifest.counts
    return (
        "checksums match",
        f"exported {manifest.export_date}",
        f"from {' '.join((source.kind, ', '.join(source.versions))).strip()}",
        f"{counts.series:,} series, {counts.samples:,} samples",
        f"obfuscated, level {manifest.label_policy.level}" if manifest.obfuscated else "not obfuscated",
        *(("partial: " + "; ".join(manifest.partial_reasons),) if manifest.partial else ()),
    )
