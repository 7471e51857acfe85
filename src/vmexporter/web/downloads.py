"""The routes of files: what lies in the output folder, a bundle looked into, and downloads, in parts where asked."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from starlette.responses import FileResponse, Response

from vmexporter.bundle.reader import inspect as inspect_bundle
from vmexporter.flows.naming import new_bundle_name
from vmexporter.web import bodies, results
from vmexporter.web.outputs import FoundFile, Kind, OutputFolder, kind_of
from vmexporter.web.service import Here

router = APIRouter(tags=["Files"])

_TYPES: Final[dict[Kind | None, str]] = {
    "bundle": "application/zip",
    "checksum": "text/plain",
    "map": "application/json",
}
_FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in _TYPES.values()}},
    206: {"description": "The part that was asked for"},
    416: {"description": "The file has no such part"},
}


@router.get("/bundles")
def bundles(here: Here) -> results.BundlesAnswer:
    """The bundles and maps in the output folder, the newest first."""
    folder = here.runs.folder
    return results.BundlesAnswer(bundles=_listed(folder, "bundle"), maps=_listed(folder, "map"))


def _listed(folder: OutputFolder, kind: Kind) -> tuple[results.FileAnswer, ...]:
    newest_first = sorted(folder.files(kind), key=lambda found: -found.modified_ms)
    return tuple(map(_file, newest_first))


def _file(found: FoundFile) -> results.FileAnswer:
    path = str(found.path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    name = found.name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return results.FileAnswer(name=name, path=path, bytes=found.size_bytes, modified_ms=found.modified_ms)


@router.post("/destination")
def destination(body: bodies.DestinationBody, here: Here) -> results.DestinationAnswer:
    """Where a bundle would go, and whether it can; without a file name, one is given. Nothing is made."""
    folder = here.runs.folder
    path = folder.new_bundle(body.file_name or new_bundle_name(here.world), body.folder)
    return results.DestinationAnswer(
        path=str(path),
        file_name=path.name,
        folder=str(path.parent),
        writable=folder.is_writable(path.parent),
        free_bytes=folder.free_bytes,
    )


@router.post("/inspect")
def inspect(body: bodies.PathBody, here: Here) -> results.InspectAnswer:
    """Check a bundle's checksums and tell what is inside."""
    found = inspect_bundle(here.runs.folder.file(body.path, "bundle"))
    return results.InspectAnswer(
        manifest=found.manifest,
        entries=tuple(asdict(entry) for entry in found.entries),
        sha256=found.sha256,
        bundle_bytes=found.bundle_bytes,
        checksum_file=found.checksum_file,
    )


@router.head("/download", include_in_schema=False)
@router.get("/download", response_class=FileResponse, responses=_FILE)
def download(path: Annotated[str, Query()], here: Here, map: Annotated[bool, Query()] = False) -> Response:  # noqa: A002 - query parameters
    """A bundle or its checksum; with ``map=1`` a map, which must not leave the owner's hands. Ranges are served."""
    kinds: tuple[Kind, ...] = ("map",) if map else ("bundle", "checksum")
    found = here.runs.folder.file(path, *kinds)
    return FileResponse(found, media_type=_TYPES[kind_of(found)], filename=found.name)
