"""The routes that only look: address, connection, tenants, components, chart, samples, labels, queries."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import JSONResponse, Response, StreamingResponse

from vmexporter import __version__
from vmexporter.core.endpoints import candidates
from vmexporter.errors import EndpointMissing, VmexporterError
from vmexporter.flows import preview
from vmexporter.flows.charting import chart as draw
from vmexporter.flows.discovery import discover as find
from vmexporter.flows.labeltable import label_table
from vmexporter.flows.queryjudging import chosen_target, judge
from vmexporter.flows.session import connect
from vmexporter.tsdb.victoria import list_tenants
from vmexporter.web import answers, bodies
from vmexporter.web.connecting import ConnectionTest
from vmexporter.web.discovered import discovered
from vmexporter.web.refusals import error_answer
from vmexporter.web.service import Here, time_zone

SAMPLES_PER_JOB = 3
NAMELESS = "(no name)"
NDJSON = "application/x-ndjson"

router = APIRouter(tags=["Looking"])


@router.get("/health")
def health() -> answers.Health:
    """Whether the server lives."""
    return answers.Health(version=__version__)


@router.get("/config")
def config(here: Here) -> answers.Config:
    """What the page needs to know beforehand."""
    folder = here.runs.folder
    return answers.Config(
        version=__version__,
        output_folder=str(folder.root),
        free_bytes=folder.free_bytes,
        max_runs=here.runs.max_runs,
        time_zone=time_zone(),
        now_ms=here.world.now_ms(),
        levels=("support", "strict", "none"),
        address=here.settings.address,
        metrics_server=here.settings.metrics_server,
    )


@router.post("/address")
def address(body: bodies.AddressBody) -> answers.AddressAnswer:
    """What an address is understood as; nothing is asked yet."""
    found = candidates(body.url, body.tenant)
    first, *others = found.candidates
    return answers.AddressAnswer(
        base=first.url,
        tenant=found.tenant or first.tenant,
        also_tried=tuple(other.url for other in others),
        has_credentials=bool(found.username.get_secret_value()),
    )


@router.post(
    "/validate",
    response_model=answers.ValidateAnswer,
    responses={200: {"content": {NDJSON: {"schema": {"type": "string"}}}}},
)
def validate(body: bodies.ConnectionBody, here: Here, stream: Annotated[bool, Query()] = False) -> Response:
    """Test a connection. With ``stream=1`` its stages come as they happen: ``{"stage": …}``, then result or error."""
    test = ConnectionTest(body.connection, here.world)
    if stream:
        return StreamingResponse(json_lines(test.live()), media_type=NDJSON)
    try:
        return JSONResponse(test.result().model_dump(mode="json"))
    except VmexporterError as error:
        return error_answer(error, stages=[stage.model_dump(mode="json") for stage in test.stages])


def json_lines(documents: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    """*documents* as lines of JSON."""
    for document in documents:
        yield json.dumps(document).encode() + b"\n"


@router.post("/tenants")
def tenants(body: bodies.ConnectionBody) -> answers.TenantsAnswer:
    """The tenants of a cluster, where it tells them; none where it does not."""
    with connect(body.connection) as session:
        try:
            return answers.TenantsAnswer(tenants=tuple(list_tenants(session.client, session.found.query_base)))
        except EndpointMissing:
            return answers.TenantsAnswer(tenants=())


@router.post("/discover")
def discover(body: bodies.RangedBody) -> answers.DiscoverAnswer:
    """The VictoriaMetrics components of a range, also those that died in it."""
    with connect(body.connection) as session:
        return discovered(find(session, body.time_range.resolve()))


@router.post("/chart")
def chart(body: bodies.ChartBody) -> answers.ChartAnswer:
    """Rows taken in per second, and when each target was not there."""
    chosen = map(chosen_target, body.targets)
    with connect(body.connection) as session:
        drawn = draw(session, body.time_range.resolve(), chosen)
    return answers.ChartAnswer(
        step_ms=drawn.step_ms,
        times_ms=drawn.times_ms,
        rows_per_s=drawn.rows_per_s,
        rows_metric=drawn.rows_metric,
        up=tuple(answers.LaneAnswer(**answers.legible(asdict(lane))) for lane in drawn.lanes),
    )


@router.post("/sample")
def sample(body: bodies.LookBody, here: Here) -> answers.SampleAnswer:
    """A few real series of every job: as they are, and as support would see them."""
    request, known_map = body.request(), here.runs.known_map(body)
    with connect(body.connection) as session:
        found = [asdict(one) for one in preview.sample(session, request, known_map, SAMPLES_PER_JOB)]
    rows = ({**answers.legible(one), "name": answers.legible(one["name"]) or NAMELESS} for one in found)
    return answers.SampleAnswer(metrics=tuple(answers.SeriesAnswer(**row, labels=row["after"]) for row in rows))


@router.post("/labels")
def labels(body: bodies.LookBody, here: Here) -> answers.LabelsAnswer:
    """Every label of a selection: how many values, what becomes of them and why, and examples."""
    request, known_map = body.request(), here.runs.known_map(body)
    with connect(body.connection) as session:
        rows = [answers.legible(asdict(row)) for row in label_table(session, request, known_map)]
    return answers.LabelsAnswer.model_validate({"labels": rows})


@router.post("/validate-query")
def validate_query(body: bodies.QueryBody) -> answers.QueryAnswer:
    """Whether a text is a selector or an expression, whether the server takes it, and what it finds."""
    with connect(body.connection) as session:
        found = judge(session, body.text, body.time_range.resolve())
    return answers.QueryAnswer.model_validate(answers.legible(asdict(found)))
