"""The routes of exports: one that waits for the end, and runs that are started, watched, stopped and resumed."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Path, Query
from starlette.responses import JSONResponse, Response

from vmexporter.errors import VmexporterError
from vmexporter.web import bodies
from vmexporter.web.refusals import Refused
from vmexporter.web.results import ExportAnswer
from vmexporter.web.service import Here
from vmexporter.web.snapshots import LogAnswer, RunsAnswer, Snapshot

router = APIRouter(tags=["Exporting"])

Id = Annotated[str, Path(max_length=64)]
_STATUS: Final = {each.code: each.http_status for each in VmexporterError.__subclasses__()}


@router.post("/export", response_model=ExportAnswer)
def export(body: bodies.ExportBody, here: Here) -> Response:
    """Export and wait for the end."""
    ended = here.runs.start(body).wait()
    if ended.result is not None:
        return JSONResponse(ended.result.model_dump(mode="json"))
    if ended.error is not None:
        return JSONResponse({"error": ended.error.model_dump()}, _STATUS.get(ended.error.code, 500))
    raise Refused(409, "stopped", "cannot finish the export: it was stopped", "POST /api/runs/{id}/resume goes on")


@router.post("/runs", status_code=202)
def start(body: bodies.ExportBody, here: Here) -> Snapshot:
    """Start an export and do not wait."""
    return here.runs.start(body).snapshot


@router.get("/runs")
def runs(here: Here) -> RunsAnswer:
    """All exports of this server, and those that were interrupted before it was started."""
    return RunsAnswer(runs=here.runs.snapshots())


@router.get("/runs/{identity}")
def run(identity: Id, here: Here) -> Snapshot:
    """One export as it is now."""
    return here.runs.run(identity).snapshot


@router.get("/runs/{identity}/events")
def events(identity: Id, here: Here, after: Annotated[int, Query(ge=0, le=1 << 53)] = 0) -> LogAnswer:
    """The log of an export, behind line *after*."""
    return here.runs.run(identity).log(after)


@router.post("/runs/{identity}/pause")
def pause(identity: Id, here: Here) -> Snapshot:
    """Stop an export where it can go on. Its credentials are dropped."""
    return here.runs.stop(identity, "pause")


@router.post("/runs/{identity}/cancel")
def cancel(identity: Id, here: Here) -> Snapshot:
    """Stop an export and remove what it has written."""
    return here.runs.stop(identity, "cancel")


@router.post("/runs/{identity}/resume", status_code=202)
def resume(identity: Id, here: Here, body: bodies.ResumeBody | None = None) -> Snapshot:
    """Go on with an export that was interrupted; the credentials have to be given again."""
    return here.runs.resume(identity, body or bodies.ResumeBody()).snapshot


@router.delete("/runs/{identity}", status_code=204)
def forget(identity: Id, here: Here) -> None:
    """Take an export off the list; its files stay."""
    here.runs.forget(identity)
