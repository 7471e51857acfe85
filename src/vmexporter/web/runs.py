"""The exports of this server: what is checked before one starts, and with what one goes on.

A run's id follows from where its bundle goes, so no two runs can be at work on one file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from vmexporter.bundle.mapfile import is_encrypted, read_map
from vmexporter.bundle.sealing import Seal
from vmexporter.bundle.writer import BundlePaths
from vmexporter.core.endpoints import candidates
from vmexporter.core.privacy.mapping import KEY_BYTES, PseudonymMap
from vmexporter.core.selectors import require_selector
from vmexporter.errors import InvalidInput
from vmexporter.flows import exporting as flow
from vmexporter.flows.naming import new_bundle_name
from vmexporter.flows.world import World
from vmexporter.web.bodies import ExportBody, LookBody, ResumeBody
from vmexporter.web.exportrun import ExportRun
from vmexporter.web.leftovers import leftovers, run_id
from vmexporter.web.outputs import OutputFolder
from vmexporter.web.runlist import RunList, Words, server_of
from vmexporter.web.snapshots import RangeAnswer, Snapshot, began


class Runs(RunList[ExportRun, Snapshot]):
    """The runs, and the key that previews and the next export share: so a preview shows what the bundle will have."""

    def __init__(self, folder: OutputFolder, max_runs: int, world: World) -> None:
        found = [ExportRun(snapshot, bundle, world) for bundle, snapshot in leftovers(folder)]
        super().__init__(found, max_runs, Words("export", "GET /api/runs lists them"), world)
        self.folder: Final = folder
        self._key = world.secret_bytes(KEY_BYTES)

    def known_map(self, body: LookBody) -> PseudonymMap:
        """The map that *body* names; without one, an empty one with the key of the next export.

        Raises:
            InvalidInput, BundleDamaged: it cannot be read.
        """
        if not body.map:
            return PseudonymMap(self._key)
        path = self.folder.file(body.map, "map", field="map")
        try:
            return read_map(path, _passphrase(body))
        except InvalidInput as error:
            raise _of_body(error, body) from None

    def start(self, body: ExportBody) -> ExportRun:
        """Start an export.

        Raises:
            InvalidInput: the request cannot be meant.
            Refused: too many run already.
        """
        request = body.request()
        candidates(request.connection.url, request.connection.tenant)
        for text in request.selection.selectors:
            require_selector(text)
        bundle = self.folder.new_bundle(body.file_name or new_bundle_name(self.world), body.folder)
        given_map, output = self.known_map(body) if body.map else None, self._output(body, bundle)
        now_ms = self.world.now_ms()
        first = Snapshot(
            id=run_id(bundle, self.folder),
            state="running",
            created_ms=now_ms,
            started_ms=now_ms,
            file_name=bundle.name,
            folder=str(bundle.parent),
            part_path=str(output.paths.part),
            server=server_of(request.connection.url),
            time_range=RangeAnswer(**request.time_range.model_dump()),
            rung="query_range" if request.selection.mode == "query" else "",
        )
        with self._lock:
            self._make_room()
            self._require_free(first.id, output.paths)
            self.folder.make_folder(bundle.parent)
            known_map = self._own_map() if given_map is None else given_map
            run = self._runs[first.id] = ExportRun(first, bundle, self.world)
            begin = partial(flow.export, request, output, self.world, known_map)
            run.begin(first, begin, began(RangeAnswer(**request.time_range.model_dump()), first.server))
        return run

    def resume(self, identity: str, body: ResumeBody) -> ExportRun:
        """Go on with a run that can; *body* brings the credentials again.

        Raises:
            Refused: there is no such run, it cannot go on, or too many run already.
        """
        run = self.run(identity)
        if body.connection.url:
            candidates(body.connection.url, body.connection.tenant)
        secret = body.map_passphrase.get_secret_value()
        passphrase = (lambda: secret) if secret else None
        begin = partial(flow.resume, run.paths.part, body.connection, self.world, passphrase)
        changed = {"server": server_of(body.connection.url)} if body.connection.url else {}
        self._go_on(run, begin, phase="connecting", retries=0, **changed)
        return run

    def _own_map(self) -> PseudonymMap:
        """An empty map with the key of the previews, which get another one: no two maps may share it."""
        made, self._key = PseudonymMap(self._key), self.world.secret_bytes(KEY_BYTES)
        return made

    def _output(self, body: ExportBody, bundle: Path) -> flow.Output:
        output = flow.Output(BundlePaths(bundle))
        if body.encrypt_map or (body.map and is_encrypted(self.folder.file(body.map, "map", field="map"))):
            return replace(
                output, seal=Seal.make(body.map_passphrase.get_secret_value())
            )  # what was encrypted stays so
        return output

    def _require_free(self, identity: str, paths: BundlePaths) -> None:
        other = self._runs.get(identity)
        if (other and other.snapshot.state == "running") or paths.part.exists():
            raise InvalidInput(
                f"cannot write {paths.bundle.name}: an unfinished export has that name",
                hint="resume it, cancel it, or choose another name",
                field="file_name",
            )


def _of_body(error: InvalidInput, body: LookBody) -> InvalidInput:
    """*error* of reading a map, with the name that the part of *body* has, and no hint for a command line."""
    if error.field != "passphrase":
        return InvalidInput(error.message, hint=error.hint, field="map")
    hint = error.hint if _passphrase(body) else "type the one that it was encrypted with"
    return InvalidInput(error.message, hint=hint, field="map_passphrase")


def _passphrase(body: LookBody) -> Callable[[], str] | None:
    secret = body.map_passphrase.get_secret_value()
    return (lambda: secret) if secret else None
