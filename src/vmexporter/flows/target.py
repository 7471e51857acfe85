"""Where an import goes: the API that takes data in, the query side where there is one, and what the target is.

Without a query side (a vmagent, a write-only route) nothing can be read back and nothing verified; that is said.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from vmexporter.core.formats import Format
from vmexporter.core.importing.request import ImportRequest
from vmexporter.core.insertpoints import InsertPoints, insert_points
from vmexporter.core.request import Connection
from vmexporter.errors import VmexporterError
from vmexporter.flows.world import World
from vmexporter.tsdb.insertion import InsertApi, find_insert, force_flush
from vmexporter.tsdb.probe import Probe, probe
from vmexporter.tsdb.prometheus import PrometheusApi
from vmexporter.tsdb.stages import Stage, StageName, Stages
from vmexporter.tsdb.targetfacts import TargetFacts, facts_of, metrics_page, started_s
from vmexporter.tsdb.transport import HttpClient
from vmexporter.tsdb.victoria import ExportApi

VISIBLE_AFTER_S = 5.0
"""Where no flush is to be had: rows wait at most 2 s (1 s in old versions) in a storage, 1 s in a vminsert."""


@dataclass(frozen=True)
class Target:
    """One target in use. ``api`` and ``export`` are None where nothing can be asked; ``notes`` are for the user.

    ``roots`` are the programs that answer, the one that takes data in first; ``flushing`` those that flush when asked.
    """

    insert: InsertApi
    api: PrometheusApi | None
    export: ExportApi | None
    found: Probe | None
    facts: TargetFacts
    roots: tuple[tuple[HttpClient, str], ...]
    notes: tuple[str, ...]
    flushing: tuple[tuple[HttpClient, str], ...] = ()

    def flush(self) -> bool:
        """Make what was sent visible; False where that has to be waited for (``VISIBLE_AFTER_S``)."""
        flushed = [force_flush(client, url) for client, url in self.flushing]
        return any(flushed)

    def started(self) -> str:
        """When the program that takes data in was started, as it says; "" where it does not."""
        client, url = self.roots[0]
        return started_s(metrics_page(client, url))

    def strike_out(self, text: str) -> str:
        """*text* without credentials."""
        for client, _ in self.roots:
            text = client.strike_out(text)
        return text

    def interrupt(self) -> None:
        """End what other threads are waiting for."""
        for client, _ in self.roots:
            client.interrupt()


@dataclass(frozen=True)
class Ways:
    """The clients of one import: to send, and to ask; the same one where one address is for both."""

    sending: HttpClient
    asking: HttpClient
    points: InsertPoints
    connection: Connection

    def interrupt(self) -> None:
        """End what other threads are waiting for."""
        self.sending.interrupt()
        self.asking.interrupt()


@contextlib.contextmanager
def ways_of(request: ImportRequest) -> Iterator[Ways]:
    """The clients that *request* needs, until the block ends.

    Raises:
        InvalidInput: an address, a header or a file cannot be used.
    """
    connection = request.connection
    points = insert_points(request.insert_url or connection.url, connection.tenant)
    asked = connection if request.insert_url else connection.model_copy(update={"url": points.query_url})
    with contextlib.ExitStack() as stack:
        asking = stack.enter_context(HttpClient(connection))
        sending = asking
        if request.insert_url:
            sending = stack.enter_context(HttpClient(connection.model_copy(update={"url": request.insert_url})))
        yield Ways(sending, asking, points, asked)


def open_target(ways: Ways, form: Format, world: World, on_stage: Callable[[Stage], None] | None = None) -> Target:
    """Find both sides of the target; *on_stage* is told how far that is.

    Raises:
        VmexporterError: nothing takes data in; or a query address was given and does not answer.
    """
    stages = Stages(on_stage, world.monotonic_s)
    stages.passed("address", ways.points.bases[0])
    with _stage(stages, "insert") as passed:
        insert = find_insert(ways.sending, ways.points, form)
        passed(insert.base)
    notes: list[str] = []
    found = _query_side(ways, stages, notes)
    api = PrometheusApi(ways.asking, found.query_base) if found else None
    export = ExportApi(ways.asking, found.export_base) if found and found.export_base else None
    roots = [(ways.sending, ways.points.program_url)]
    if found and (root := program_root(found.query_base)) != ways.points.program_url:
        roots.append((ways.asking, root))
    stages.begin("facts")
    facts = facts_of([metrics_page(client, url) for client, url in roots], api, world.now_ms())
    told = f"{facts.retention}; at most {facts.labels or 'an unknown number of'} labels" if facts.retention else ""
    stages.end("facts", told or "not told by the target", state="done" if told else "skipped")
    notes += found.notes if found else ()
    flushing = tuple(root for root in roots if force_flush(*root))
    return Target(insert, api, export, found, facts, tuple(roots), tuple(notes), flushing)


def new_mark(world: World) -> str:
    """A job that nobody has, to make a selector new: servers remember for ten seconds which series fit a known one."""
    return f"vmexporter-{world.secret_bytes(6).hex()}"


def _query_side(ways: Ways, stages: Stages, notes: list[str]) -> Probe | None:
    try:
        with _stage(stages, "api") as passed:
            found = probe(ways.asking, ways.connection)
            passed(found.query_base)
        return found
    except VmexporterError as error:
        if ways.sending is not ways.asking:
            raise
        why = error.message.partition(": ")[2] or error.message
        notes.append(f"this target answers no queries here ({why}), so what it stores cannot be verified")
        return None


@contextlib.contextmanager
def _stage(stages: Stages, name: StageName) -> Iterator[Callable[[str], None]]:
    """Tell that *name* begins, and how it ends."""
    stages.begin(name)
    try:
        yield lambda words: stages.end(name, words)
    except VmexporterError as error:
        stages.end(name, error.message.partition(": ")[2] or error.message, state="failed")
        raise


def program_root(base: str) -> str:
    """Where the program at an API base has its own pages."""
    for marker in ("/select/", "/insert/"):
        if marker in base:
            return base.partition(marker)[0]
    return base.removesuffix("/prometheus")
