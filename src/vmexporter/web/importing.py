"""The routes of imports: files, targets, preflights, and runs that are started, watched, stopped and resumed."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import JSONResponse, Response, StreamingResponse

from vmexporter.bundle.metricsfile import open_metrics
from vmexporter.bundle.recenttargets import RecentTarget
from vmexporter.core.addresses import parse_address
from vmexporter.core.insertpoints import insert_points
from vmexporter.errors import VmexporterError
from vmexporter.web import importanswers as answers
from vmexporter.web import importbodies as bodies
from vmexporter.web.answers import AddressAnswer
from vmexporter.web.bodies import AddressBody
from vmexporter.web.importsources import source_answer, sources_answer
from vmexporter.web.looking import NDJSON, json_lines
from vmexporter.web.refusals import Refused, error_answer
from vmexporter.web.service import Here, Service
from vmexporter.web.snapshots import LogAnswer
from vmexporter.web.targettest import TargetTest

router = APIRouter(tags=["Importing"])

Id = Annotated[str, Path(max_length=64)]


@router.get("/sources")
def sources(here: Here) -> answers.SourcesAnswer:
    """The files that can be imported: uploads, and those of the output folder."""
    return sources_answer(here.imports.uploads, here.runs.folder)


@router.post("/sources")
def check(body: bodies.CheckBody, here: Here) -> answers.SourceAnswer:
    """Check a file, and tell what it tells of itself."""
    path = here.imports.source(body.source)
    with open_metrics(path, force=body.force) as file:
        return source_answer(file, path)


@router.post("/targets/address")
def target_address(body: AddressBody) -> AddressAnswer:
    """Where data would be sent to; nothing is asked yet."""
    found = insert_points(body.url, body.tenant)
    first, *others = found.bases
    has_credentials = bool(parse_address(body.url).username.get_secret_value())
    return AddressAnswer(base=first, tenant=found.tenant, also_tried=tuple(others), has_credentials=has_credentials)


@router.post(
    "/targets/test",
    response_model=answers.TargetAnswer,
    responses={200: {"content": {NDJSON: {"schema": {"type": "string"}}}}},
)
def target_test(body: bodies.TargetTestBody, here: Here, stream: Annotated[bool, Query()] = False) -> Response:
    """Test a target with an empty body. With ``stream=1`` the stages come as they happen, then result or error."""
    test = TargetTest(body.target(), body.format, here.world)
    if stream:
        return StreamingResponse(json_lines(test.live()), media_type=NDJSON)
    try:
        return JSONResponse(test.result().model_dump(mode="json"))
    except VmexporterError as error:
        return error_answer(error, stages=[stage.model_dump(mode="json") for stage in test.stages])


@router.get("/targets")
def recent(here: Here) -> answers.RecentTargetsAnswer:
    """The targets that were imported to lately, without credentials."""
    return _recent(here)


@router.post("/targets")
def remember(body: bodies.RememberBody, here: Here) -> answers.RecentTargetsAnswer:
    """Keep such targets from now on; or none, and delete those that are kept."""
    here.imports.recent.switch(body.remember)
    return _recent(here)


@router.delete("/targets/{identity}")
def forget_target(identity: Id, here: Here) -> answers.RecentTargetsAnswer:
    """Delete one of them; what is left."""
    for target in here.imports.recent.targets():
        if _target_id(target) == identity:
            here.imports.recent.remove(target)
            return _recent(here)
    raise Refused(404, "not_found", "cannot find this target", "GET /api/targets lists them")


@router.post("/preflights", status_code=202)
def preflight(body: bodies.ImportBody, here: Here) -> answers.PreflightSnapshot:
    """Look through a file and ask the target what would become of it; nothing is sent."""
    return here.imports.preflights.start(body, here.imports.source(body.source)).snapshot


@router.get("/preflights/{identity}")
def preflight_now(identity: Id, here: Here) -> answers.PreflightSnapshot:
    """A preflight as it is now."""
    return here.imports.preflights.run(identity).snapshot


@router.delete("/preflights/{identity}", status_code=204)
def end_preflight(identity: Id, here: Here) -> None:
    """Stop a preflight, and forget it."""
    here.imports.preflights.end(identity)


@router.post("/imports", status_code=202)
def start(body: bodies.ImportBody, here: Here) -> answers.ImportSnapshot:
    """Start an import."""
    return here.imports.start(body).snapshot


@router.get("/imports")
def imports(here: Here) -> answers.ImportsAnswer:
    """All imports of this server, and those that were interrupted before it was started."""
    return answers.ImportsAnswer(runs=here.imports.snapshots())


@router.get("/imports/{identity}")
def import_now(identity: Id, here: Here) -> answers.ImportSnapshot:
    """One import as it is now."""
    return here.imports.run(identity).snapshot


@router.get("/imports/{identity}/events")
def events(identity: Id, here: Here, after: Annotated[int, Query(ge=0, le=1 << 53)] = 0) -> LogAnswer:
    """The log of an import, behind line *after*."""
    return here.imports.run(identity).log(after)


@router.post("/imports/{identity}/pause")
def pause(identity: Id, here: Here) -> answers.ImportSnapshot:
    """Stop an import where it can go on. Its credentials are dropped."""
    return here.imports.stop(identity, "pause")


@router.post("/imports/{identity}/cancel")
def cancel(identity: Id, here: Here) -> answers.ImportSnapshot:
    """Stop an import for good. What was sent stays at the target."""
    return here.imports.stop(identity, "cancel")


@router.post("/imports/{identity}/resume", status_code=202)
def resume(identity: Id, here: Here, body: bodies.ImportResumeBody | None = None) -> answers.ImportSnapshot:
    """Go on with an import that was interrupted; the credentials have to be given again."""
    return here.imports.resume(identity, body or bodies.ImportResumeBody()).snapshot


@router.delete("/imports/{identity}", status_code=204)
def forget(identity: Id, here: Here) -> None:
    """Take an import off the list; its journal stays."""
    here.imports.forget(identity)


def _recent(here: Service) -> answers.RecentTargetsAnswer:
    kept = here.imports.recent
    targets = tuple(answers.RecentTarget(id=_target_id(one), **asdict(one)) for one in kept.targets())
    return answers.RecentTargetsAnswer(targets=targets, remember=kept.is_on)


def _target_id(target: RecentTarget) -> str:
    text = f"{target.url}\n{target.insert_url}\n{target.tenant}"
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16]
