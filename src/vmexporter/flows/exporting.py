"""Export and resume, whole: connect, discover, plan, run the slices, finish the bundle. The caller drives by iterating.

Progress is the last event; closing the generator stops the export and leaves a resumable ``.part``.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from vmexporter.bundle.files import remove
from vmexporter.bundle.journal import read_journal
from vmexporter.bundle.linesink import LineSink
from vmexporter.bundle.mapfile import write_map
from vmexporter.bundle.partfile import reopen, require_unfinished
from vmexporter.bundle.sealing import Seal
from vmexporter.bundle.tables import read_tables
from vmexporter.bundle.writer import BundlePaths, BundleWriter, Head
from vmexporter.core.formats import ENTRIES
from vmexporter.core.manifest import Manifest
from vmexporter.core.plan import Plan, read_plan
from vmexporter.core.privacy.mapping import Entry, PseudonymMap
from vmexporter.core.privacy.policy import LabelPolicy
from vmexporter.core.request import Connection, ExportRequest
from vmexporter.core.windows import Slice
from vmexporter.errors import BundleDamaged, InvalidInput, LeakFound, QueryRejected
from vmexporter.flows.allocator import keep_freed_memory
from vmexporter.flows.auditing import require_clean
from vmexporter.flows.counting import SeriesCounter
from vmexporter.flows.events import Auditing, Connected, Discovered, Event, Finished, Note, Planned
from vmexporter.flows.finishing import (
    Identity,
    complete_manifest,
    make_manifest,
    new_identity,
    with_audit,
)
from vmexporter.flows.leaks import leave_report
from vmexporter.flows.leftover import slice_of, slices_left
from vmexporter.flows.obfuscation import obfuscation
from vmexporter.flows.planning import make_plan
from vmexporter.flows.readahead import in_background
from vmexporter.flows.readme import readme
from vmexporter.flows.recount import Recount
from vmexporter.flows.running import Run, Sink, Tally
from vmexporter.flows.samesource import has_moved, same_source
from vmexporter.flows.session import Session, open_session
from vmexporter.flows.world import World
from vmexporter.tsdb.transport import HttpClient

MAP_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Output:
    """Where the result goes: a bundle, or plain lines to ``stream`` (then the bundle's name only names the map).

    ``seal`` encrypts the map, and the journal on the way to it.
    """

    paths: BundlePaths
    stream: BinaryIO | None = None
    seal: Seal | None = None


@dataclass(slots=True)
class _Export:
    """What stays the same from the first window to the last."""

    identity: Identity
    plan: Plan
    output: Output
    pseudonyms: PseudonymMap
    world: World
    counter: SeriesCounter = field(init=False)
    policy: LabelPolicy = field(init=False)

    def __post_init__(self) -> None:
        plan = self.plan
        made = obfuscation(plan.obfuscation, self.pseudonyms, plan.components_of_job, plan.targets)
        self.policy = made.policy
        self.counter = SeriesCounter(made.policy, made.guard, watch_merges=bool(plan.obfuscation.drop_labels))

    @property
    def map_id(self) -> str:
        """The map's public name; "" without obfuscation."""
        return self.pseudonyms.map_id if self.plan.obfuscation.enabled else ""

    @property
    def head(self) -> Head:
        """How the bundle begins."""
        return Head(datetime.fromtimestamp(self.identity.created_ms / 1000, UTC), ENTRIES[self.plan.form])

    def header(self, base: str) -> dict[str, Any]:
        """What the journal must hold to go on: originals, but no secret; *base* is the API base that answered."""
        return {
            "export_id": self.identity.export_id,
            "created_ms": self.identity.created_ms,
            "url": base,
            "plan": self.plan.to_json(),
            "map_key": self.pseudonyms.key.hex(),
            "map": [list(entry) for entry in self.pseudonyms.entries()],
        }


def export(
    request: ExportRequest, output: Output, world: World, known_map: PseudonymMap | None = None
) -> Iterator[Event]:
    """Run one export; *known_map* is extended, so that its pseudonyms stay what they were.

    Raises:
        VmexporterError: it could not be finished; once windows were committed, a ``.part`` stays that can be resumed.
    """
    with HttpClient(request.connection) as client:
        session = yield from in_background(lambda: open_session(client, request.connection), client.interrupt)
        yield Connected(session.found)
        plan = yield from in_background(lambda: make_plan(session, request), client.interrupt)
        yield Discovered(plan.instances)
        created_ms = world.now_ms()
        identity = new_identity(output.paths.bundle.name, created_ms, world)
        pseudonyms = PseudonymMap(world.secret_bytes(MAP_KEY_BYTES)) if known_map is None else known_map
        work = _Export(identity, plan, output, pseudonyms, world)
        manifest = make_manifest(identity, plan, session.found, work.policy, work.map_id)
        sink: Sink
        if output.stream is None:
            header = work.header(session.found.query_base)
            sink = BundleWriter.create(output.paths, header, work.head, output.seal)
        else:
            sink = LineSink(output.stream)
        yield from _run(work, session, sink, manifest, (list(plan.slices), Tally()))


def resume(
    part: Path, connection: Connection, world: World, passphrase: Callable[[], str] | None = None
) -> Iterator[Event]:
    """Go on with an interrupted export; *connection* brings the credentials, which were not kept.

    Its address may be empty: then the one of the interrupted export is used. *passphrase* is asked for when the
    export's map is to be encrypted.

    Raises:
        VmexporterError: it could not be finished; what was committed stays resumable.
    """
    paths = BundlePaths(part.with_name(part.name.removesuffix(".part")))
    if part.suffix != ".part" or paths.bundle.suffix != ".zip":
        raise InvalidInput(f"cannot resume {part.name}: it is no interrupted export", hint="name the .zip.part file")
    require_unfinished(paths)
    state = read_journal(paths.journal, passphrase)
    work = _export_of(state.header, Output(paths, seal=state.seal), world)
    for entry in state.map_entries:
        work.pseudonyms.add(entry)
    tally = Tally()
    slices_left(work.plan, state)  # a journal that contradicts itself is left as it is
    recount = Recount(work.counter, tally, work.plan)
    reopening = partial(reopen, paths, state, work.head, recount.on_text)
    sink = yield from in_background(reopening, recount.stop)
    with contextlib.ExitStack() as stack:
        stack.callback(sink.abandon)
        known = connection.model_copy(update={"url": connection.url or str(state.header["url"])})
        client = stack.enter_context(HttpClient(known))
        session = yield from in_background(lambda: open_session(client, known), client.interrupt)
        yield Connected(session.found)
        if has_moved(session, str(state.header["url"])):
            checking = partial(same_source, session, work.plan, tally.windows)
            yield Note((yield from in_background(checking, client.interrupt)))
        yield Discovered(work.plan.instances)
        manifest = make_manifest(work.identity, work.plan, session.found, work.policy, work.map_id)
        yield from _run(work, session, sink, manifest, (slices_left(work.plan, state), tally))


def _run(
    work: _Export, session: Session, sink: Sink, manifest: Manifest, state: tuple[list[Slice], Tally]
) -> Iterator[Event]:
    keep_freed_memory()
    pending, tally = state
    started_s = work.world.monotonic_s()
    destination = work.output.paths.bundle if work.output.stream is None else None
    try:
        all_slices = [*(slice_of(window) for window in tally.windows), *pending]
        shares_ms = tuple(map(work.plan.share_ms, all_slices))
        yield Planned(len(pending), work.plan.estimated_samples, destination, shares_ms, work.plan.form)
        for note in work.plan.notes:
            yield Note(note)
        run = Run(session, work.plan, work.counter.rewrite, sink, work.world)
        yield from run.events(pending, tally, work.pseudonyms.take_new)
        manifest = complete_manifest(manifest, run.tally, work.counter, sink.text_sha256())
        yield from _finish(work, sink, manifest, started_s)
    except LeakFound as error:
        sink.discard()  # asking again would find the same
        if error.kind and work.output.stream is None:
            error.hint = f"{error.hint}; {leave_report(work.output.paths.bundle, error)} keeps this"
        raise
    except QueryRejected:
        if not tally.windows:
            sink.discard()  # the question is wrong: asking it again would not help
        raise
    finally:
        sink.abandon()


def _finish(work: _Export, sink: Sink, manifest: Manifest, started_s: float) -> Iterator[Event]:
    """Make the bundle whole, have it audited, and only then let it have its name."""
    output, audit = work.output, None
    paths = output.paths
    if manifest.obfuscated:
        manifest = with_audit(manifest, work.pseudonyms.originals)
    sha256 = sink.finish({"metadata.json": manifest.to_json().encode(), "README.txt": readme(manifest).encode()})
    if manifest.obfuscated and output.stream is None:
        yield Auditing()
        document = work.pseudonyms.to_json().encode()
        audit = yield from in_background(lambda: require_clean(paths.part, document, read_tables()))
    map_path = paths.obfuscation_map if manifest.obfuscated and not work.plan.obfuscation.one_way else None
    if map_path:
        if output.stream is None:
            remove(map_path)  # ours: of an attempt to finish that failed
        write_map(map_path, work.pseudonyms, output.seal or "")
    sink.publish()
    yield Finished(
        manifest=manifest,
        bundle=paths.bundle if output.stream is None else None,
        sha256=sha256,
        bundle_bytes=sink.compressed_bytes,
        obfuscation_map=map_path,
        audit=audit,
        elapsed_s=work.world.monotonic_s() - started_s,
    )


def _export_of(header: dict[str, Any], output: Output, world: World) -> _Export:
    try:
        pseudonyms = PseudonymMap(bytes.fromhex(header["map_key"]))
        for entry in header["map"]:
            pseudonyms.add(Entry(*entry))
        identity = Identity(str(header["export_id"]), int(header["created_ms"]))
    except (KeyError, ValueError, TypeError) as error:
        raise BundleDamaged("cannot resume: the journal's header is incomplete") from error
    return _Export(identity, read_plan(header.get("plan")), output, pseudonyms, world)
