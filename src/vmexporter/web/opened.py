"""The application that shows opened bundles: overview, charts and findings of what a server holds, behind the guard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, cast

from fastapi import APIRouter, Depends, Request, Response

from vmexporter import __version__
from vmexporter.core.support.answers import Measured, Result
from vmexporter.core.support.legends import elsewhere
from vmexporter.core.support.tables import DASHBOARDS, Check, Panel
from vmexporter.errors import InvalidInput
from vmexporter.flows.dashboards import draw
from vmexporter.flows.findings import ask_checks
from vmexporter.flows.overview import overview as look_over
from vmexporter.web import openedbodies as bodies
from vmexporter.web.answers import legible
from vmexporter.web.app import bare_api, page
from vmexporter.web.gallery import Gallery
from vmexporter.web.guard import API, Doorkeeper, Guard
from vmexporter.web.vmui import VMUI, relay

PAGE = "open.html"

router = APIRouter(tags=["Opened"])


def make_opened_app(gallery: Gallery, doorkeeper: Doorkeeper) -> Guard:
    """The whole application for the bundles of *gallery*."""
    app = bare_api("Shows bundles that were imported into a server. Times are Unix milliseconds.")
    app.state.gallery = gallery
    app.include_router(router, prefix=API)
    return Guard(app, page(PAGE), doorkeeper, forms=VMUI)


def _gallery(request: Request) -> Gallery:
    return cast(Gallery, request.app.state.gallery)


async def _asked(request: Request) -> bytes:
    return await request.body() if request.method == "POST" else request.url.query.encode()


Here = Annotated[Gallery, Depends(_gallery)]


@router.get("/opened")
def opened(here: Here) -> bodies.OpenedAnswer:
    """What is open, and which charts there are."""
    return bodies.OpenedAnswer(
        version=__version__,
        bundles=tuple(bodies.BundleEntry(name=one.name, label=one.label, facts=one.facts) for one in here.bundles),
        vmui_url=here.vmui_url,
        dashboards=tuple(_dashboard(name, title, here.tables.panels) for name, title in DASHBOARDS.items()),
    )


@router.api_route("/vm/{path:path}", methods=["GET", "POST"], include_in_schema=False)
def vmui(path: str, request: Request, asked: Annotated[bytes, Depends(_asked)], here: Here) -> Response:
    """The server's own page, and what it asks."""
    return relay(here.session, path, request.method, asked)


@router.post("/overview")
def overview(body: bodies.FilterBody, here: Here) -> bodies.OverviewAnswer:
    """The first look: who was there, in which versions, and what happened."""
    view = here.view(body.bundle)
    found = look_over(view, body.filter(), here.tables.defaults)
    everyone = [
        {"component": one.component, "job": one.target.job, "instance": one.target.instance} for one in view.instances
    ]
    whole = {
        "start_ms": view.time_range.start_ms,
        "end_ms": view.time_range.end_ms,
        "interval_ms": view.interval_ms,
        "everyone": everyone,
    }
    return bodies.OverviewAnswer.model_validate(legible({**whole, **asdict(found)}))


@router.post("/draw")
def drawing(body: bodies.DrawBody, here: Here) -> bodies.DrawingAnswer:
    """One chart."""
    drawn = draw(here.view(body.bundle), _wanted(body, here), body.filter(), body.zoom)
    return bodies.DrawingAnswer.model_validate(legible(asdict(drawn)))


@router.post("/findings")
def findings(body: bodies.FilterBody, here: Here) -> bodies.FindingsAnswer:
    """What is wrong, worst first, and which checks could not tell."""
    results = ask_checks(here.view(body.bundle), here.tables.checks, body.filter())
    return bodies.FindingsAnswer(results=tuple(map(_result, results)))


def _dashboard(name: str, title: str, panels: Sequence[Panel]) -> bodies.DashboardEntry:
    entries = (
        bodies.PanelEntry(id=one.id, title=one.title, unit=one.unit, why=one.why, min_version=one.min_version)
        for one in panels
        if one.dashboard == name
    )
    return bodies.DashboardEntry(id=name, title=title, panels=tuple(entries))


def _wanted(body: bodies.DrawBody, here: Gallery) -> Panel | Check:
    found = here.tables.panel(body.panel) or here.tables.check(body.check)
    if found is None:
        raise InvalidInput("cannot draw: there is no chart of this name", field="panel")
    return found


def _result(result: Result) -> bodies.ResultEntry:
    check = asdict(result.check)
    del check["component"], check["condition"]
    measured = [_measured(one) for one in result.findings]
    more = {"state": result.state, "findings": measured, "measured": result.measured, "why": result.why}
    return bodies.ResultEntry.model_validate(legible({**check, "is_floor": result.check.is_floor, **more}))


def _measured(one: Measured) -> dict[str, object]:
    where = ", ".join(f"{name} {one.labels[name]}" for name in elsewhere(one.labels))
    job, instance = one.labels.get("job", ""), one.labels.get("instance", "")
    return {"job": job, "instance": instance, "where": where, "value": bodies.finite(one.value)}
