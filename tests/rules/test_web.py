"""Every route of the web layer is guarded, and only the web layer serves HTTP.

The routes are taken from the application itself, so one that is added tomorrow is asked the same questions.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.applications import Starlette
from starlette.routing import Route

from tests.rules.source import Module, assert_kept, modules, sample_breaks
from tests.unit.asgi import BEARER, HOST, JSON, TOKEN, ask, service
from vmexporter.web import opened
from vmexporter.web.app import ROUTERS, STATIC, api, bare_api, make_app
from vmexporter.web.gallery import Gallery
from vmexporter.web.guard import API, BODY_LIMIT_BYTES, STREAM_TYPE, STREAMED, Doorkeeper, Guard
from vmexporter.web.service import Service
from vmexporter.web.vmui import VMUI

SERVERS = frozenset({"fastapi", "starlette", "uvicorn"})
WEB = "src/vmexporter/web/"


def requests(application: Starlette, *routers: APIRouter) -> list[str]:
    """``METHOD /path`` of every route there is."""
    plain = [(route.path, route) for route in application.routes if isinstance(route, Route)]
    below = [(f"{API}{route.path}", route) for router in routers for route in router.routes if isinstance(route, Route)]
    assert len(below) == sum(len(router.routes) for router in routers), "what is no plain route needs a thought here"
    found = {
        f"{method} {re.sub(r'{.*?}', 'x', path)}" for path, route in plain + below for method in route.methods or ()
    }
    return sorted(found)


WIZARD = requests(api(cast(Service, None)), *ROUTERS)
OPENED = requests(bare_api(""), opened.router)
REQUESTS = sorted({*WIZARD, *OPENED})
FILES = {" ".join(each) for each in STREAMED}
CHANGING = [line for line in REQUESTS if line.split()[0] not in {"GET", "HEAD"}]


def other_than(line: str) -> str:
    """The content type that this route does not take."""
    return "application/json" if line in FILES else STREAM_TYPE


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Guard]:
    """The application that has a route: that of the wizard, or that of opened bundles."""
    here = service(tmp_path_factory.mktemp("out"))
    wizard = make_app(here)
    bundles = opened.make_opened_app(cast(Gallery, None), Doorkeeper(here.settings))
    return lambda line: wizard if line in WIZARD else bundles


def test_all_routes_are_seen() -> None:
    assert len(REQUESTS) >= 25 and len(CHANGING) >= 15
    documented = api(cast(Service, None)).openapi()["paths"]
    assert {
        f"{method.upper()} {re.sub(r'{.*?}', 'x', path)}" for path, methods in documented.items() for method in methods
    } <= set(WIZARD)
    assert {"POST /api/export", "GET /api/download", "DELETE /api/runs/x", "GET /api/openapi.json"} <= set(WIZARD)
    assert {"GET /api/opened", "POST /api/draw"} <= set(OPENED)


@pytest.mark.parametrize("line", REQUESTS)
class TestEveryRoute:
    def test_is_below_the_api(self, line: str) -> None:
        assert line.split()[1].startswith(f"{API}/")

    def test_wants_the_token(self, app: Callable[[str], Guard], line: str) -> None:
        for headers in ({}, {"authorization": "Bearer x"}, {"cookie": "vmexporter-8080=x"}):
            assert ask(app(line), line, {**JSON, **headers}).status == 401
        assert ask(app(line), f"{line}?token={TOKEN}", JSON).status == 401

    def test_wants_our_name(self, app: Callable[[str], Guard], line: str) -> None:
        assert ask(app(line), line, {**BEARER, **JSON, "host": "evil.example"}).status == 403

    def test_refuses_other_pages(self, app: Callable[[str], Guard], line: str) -> None:
        for site in ("cross-site", "same-site"):
            assert ask(app(line), line, {**BEARER, **JSON, "sec-fetch-site": site}).status == 403

    def test_is_not_cached(self, app: Callable[[str], Guard], line: str) -> None:
        assert ask(app(line), line).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("line", CHANGING)
class TestEveryRouteThatChangesSomething:
    def test_refuses_other_origins(self, app: Callable[[str], Guard], line: str) -> None:
        for origin in ("http://evil.example", "null", "http://127.0.0.1:9"):
            assert ask(app(line), line, {**BEARER, **JSON, "origin": origin}).status == 403
        kind = {"content-type": STREAM_TYPE} if line in FILES else JSON
        assert ask(app(line), line, {**BEARER, **kind, "origin": f"http://{HOST}"}).status not in {401, 403, 415}

    def test_takes_what_a_form_cannot_send(self, app: Callable[[str], Guard], line: str) -> None:
        forms = ["text/plain", "multipart/form-data", "application/x-www-form-urlencoded"]
        for kind in (*(forms[:2] if VMUI in line else forms), other_than(line)):  # vmui itself sends forms
            headers = {**BEARER, "content-type": kind, "content-length": "2"}
            assert ask(app(line), line, headers, b"{}").status == 415

    def test_takes_small_bodies_only(self, app: Callable[[str], Guard], line: str) -> None:
        if line in FILES:
            pytest.skip("a file is streamed, and may be large")
        assert ask(app(line), line, {**BEARER, **JSON, "content-length": str(BODY_LIMIT_BYTES + 1)}).status == 413


def test_no_route_is_a_coroutine() -> None:
    """Flows block: they run in threads, and a coroutine that calls one would stop the whole server."""
    routes = [route for router in (*ROUTERS, opened.router) for route in router.routes if isinstance(route, APIRoute)]
    assert routes and not [route.path for route in routes if inspect.iscoroutinefunction(route.endpoint)]


def only_web_serves(module: Module) -> Iterator[tuple[int, str]]:
    """FastAPI, Starlette and uvicorn are known to the web layer alone."""
    for node in ast.walk(module.tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        if not module.name.startswith(WEB) and any(name.split(".")[0] in SERVERS for name in names):
            yield getattr(node, "lineno", 0), "serves HTTP: only web does"


def test_the_package_keeps_it() -> None:
    assert_kept(only_web_serves, modules("src"))


def test_samples() -> None:
    assert sample_breaks(only_web_serves, "from fastapi import FastAPI")
    assert sample_breaks(only_web_serves, "import starlette.types")
    assert not sample_breaks(only_web_serves, "import uvicorn", f"{WEB}server.py")
    assert not sample_breaks(only_web_serves, "from vmexporter.web import server", "src/vmexporter/cli/serving.py")


def test_the_page_lies_apart_from_the_code() -> None:
    """What is served without the token is one folder, and no Python is in it."""
    assert Path(STATIC).name == "static" and not list(STATIC.rglob("*.py"))
