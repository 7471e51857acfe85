"""The imports of this server, their preflights, and the files that were handed over for them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

from vmexporter.bundle.recenttargets import RecentTargets, state_folder
from vmexporter.bundle.uploads import Uploads
from vmexporter.flows import importing as flow
from vmexporter.flows.events import Event
from vmexporter.flows.importrun import Manner
from vmexporter.flows.world import World
from vmexporter.web.importanswers import ImportSnapshot, PreflightSnapshot
from vmexporter.web.importbodies import ImportBody, ImportResumeBody, SourceBody
from vmexporter.web.importleftovers import import_id, interrupted
from vmexporter.web.importrun import ImportRun, PreflightRun
from vmexporter.web.outputs import OutputFolder
from vmexporter.web.refusals import Refused
from vmexporter.web.run import Run
from vmexporter.web.runlist import RunList, Words, server_of

_MOST_PREFLIGHTS = 16
_PREFLIGHTS_KEPT = 8
_PREFLIGHT_WORDS = Words("preflight", "start another one", "wait for one of them to end")


class Preflights(RunList[PreflightRun, PreflightSnapshot]):
    """Those that run, and the last few that have ended."""

    def start(self, body: ImportBody, source: Path) -> PreflightRun:
        """Look through *source* and ask the target.

        Raises:
            Refused: too many run already.
        """
        first = PreflightSnapshot(
            id=self.world.secret_bytes(8).hex(),
            state="running",
            created_ms=self.world.now_ms(),
            started_ms=self.world.now_ms(),
            server=server_of(body.insert_url or body.connection.url),
            file_name=source.name,
        )
        begin = partial(flow.import_metrics, source, body.request(), Manner(check_only=True), self.world)
        with self._lock:
            self._make_room()
            ended = [run for run in self._runs.values() if run.snapshot.state != "running"]
            for old in ended[:-_PREFLIGHTS_KEPT]:
                del self._runs[old.snapshot.id]
            run = self._runs[first.id] = PreflightRun(first, source, body.connection.tenant, self.world)
            run.begin(first, begin, ("started", f"Preflight of {source.name}", "note"))
        return run

    def of(self, source: Path) -> tuple[PreflightRun, ...]:
        """Those of this file."""
        return tuple(run for run in self.all() if run.source == source)

    def end(self, identity: str) -> None:
        """Stop one and forget it.

        Raises:
            Refused: there is none.
        """
        if self.run(identity).snapshot.state == "running":
            self.stop(identity, "cancel")
        self.forget(identity)


class Imports(RunList[ImportRun, ImportSnapshot]):
    """All imports; those that were interrupted before the server was started are found by their journals."""

    def __init__(self, folder: OutputFolder, max_runs: int, world: World) -> None:
        self.uploads: Final = Uploads(folder.root)
        self.recent: Final = RecentTargets(state_folder())
        self.preflights: Final = Preflights((), _MOST_PREFLIGHTS, _PREFLIGHT_WORDS, world)
        places = (*folder.folders(), *(one.path.parent for one in self.uploads.all()), state_folder() / "imports")
        found = [ImportRun(snapshot, source, world, journal) for journal, source, snapshot in interrupted(places)]
        super().__init__(found, max_runs, Words("import", "GET /api/imports lists them"), world)
        self._folder = folder

    def source(self, body: SourceBody) -> Path:
        """The file that *body* means.

        Raises:
            InvalidInput: there is none.
        """
        return self.uploads.find(body.upload).path if body.upload else self._folder.source(body.path)

    def start(self, body: ImportBody) -> ImportRun:
        """Start an import.

        Raises:
            InvalidInput: the request cannot be meant.
            Refused: too many run already, or this file is being imported there.
        """
        source, address = self.source(body.source), body.insert_url or body.connection.url
        now_ms = self.world.now_ms()
        first = ImportSnapshot(
            id=import_id(source, address, body.connection.tenant),
            state="running",
            created_ms=now_ms,
            started_ms=now_ms,
            server=server_of(address),
            file_name=source.name,
        )
        begin = partial(flow.import_metrics, source, body.request(), Manner(), self.world)
        with self._lock:
            self._make_room()
            self._require_nobodys(first.id)
            run = self._runs[first.id] = ImportRun(first, source, self.world)
            run.begin(first, begin, ("started", f"Import of {source.name} into {first.server}", "note"))
        return run

    def resume(self, identity: str, body: ImportResumeBody) -> ImportRun:
        """Go on with an import that can; *body* brings the credentials again.

        Raises:
            Refused: there is no such import, it cannot go on, or too many run already.
        """
        run = self.run(identity)
        address = body.insert_url or body.connection.url
        changed: dict[str, Any] = {"server": server_of(address)} if address else {}

        def begin() -> Iterator[Event]:
            assert run.journal is not None
            return flow.resume_import(run.journal, body.connection, Manner(), self.world, body.insert_url)

        self._go_on(run, begin, phase="connecting", pauses=0, **changed)
        return run

    def remove_upload(self, identity: str) -> None:
        """Remove an upload, and what could have been gone on with.

        Raises:
            InvalidInput: there is none.
            Refused: it is being read.
        """
        path = self.uploads.find(identity).path
        with self._lock:
            of_it = {each: run for each, run in self._runs.items() if run.source == path}
            readers: tuple[Run[Any, Any], ...] = (*of_it.values(), *self.preflights.of(path))
            if any(run.snapshot.state == "running" for run in readers):
                why = "cannot delete this file: it is being read"
                raise Refused(409, "running", why, "wait for the import to end, or cancel it first")
            self.uploads.remove(identity)
            for each in of_it:
                del self._runs[each]

    def _require_nobodys(self, identity: str) -> None:
        other = self._runs.get(identity)
        if other and (other.snapshot.state == "running" or other.snapshot.resumable):
            raise Refused(
                409,
                "running",
                "cannot start the import: one of this file into this target runs, or was interrupted",
                "go on with it, or cancel it first",
            )
