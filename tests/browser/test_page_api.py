"""The page's API as a script in the page, or beside it, meets it: one shape of error, and paths that gateways have."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import APIResponse, BrowserContext, expect

from tests.browser.wizard import Wizard
from tests.integration.pageserver import PageServer
from tests.lab.family import RANGE_MS
from tests.lab.gateways import Location, Nginx
from tests.lab.victoria import VictoriaMetrics

pytestmark = [pytest.mark.browser, pytest.mark.real]
DEAD = "http://127.0.0.1:1"
TIMES = {"start_ms": RANGE_MS[0], "end_ms": RANGE_MS[1]}
PATHS = ("/1011/rw/prometheus", "/1011/prometheus", "/1011/ui/prometheus", "/1011/r/prometheus")


@pytest.fixture(scope="module")
def gateway(cluster: VictoriaMetrics) -> Iterator[Nginx]:
    """An nginx that strips ``/1011/{rw,r,}/prometheus`` and knows no other path."""
    stripped = ("/1011/rw/prometheus/", "/1011/r/prometheus/", "/1011/prometheus/")
    with Nginx(*(Location(path, f"{cluster.url}/") for path in stripped)) as server:
        yield server


@pytest.fixture
def post(profile: BrowserContext, site: PageServer) -> Callable[..., APIResponse]:
    """``post(path, body)`` with the browser's cookie."""

    def ask(path: str, body: Any) -> APIResponse:
        return profile.request.post(f"http://{site.host}/api/{path}", data=body, timeout=60_000)

    return ask


def failed(answer: APIResponse) -> dict[str, Any]:
    """The error of an answer, which has just this shape."""
    assert answer.status >= 400
    assert answer.headers["content-type"] == "application/json"
    error: dict[str, Any] = answer.json()["error"]
    assert set(error) == {"code", "message", "hint", "field"}
    assert error["message"].startswith("cannot ")
    return error


@pytest.mark.parametrize("path", ["sample", "export", "discover", "labels", "chart", "tenants", "validate"])
def test_a_host_that_is_dead(path: str, post: Callable[..., APIResponse]) -> None:
    body = {"connection": {"url": DEAD}}
    answer = post(path, body if path in {"tenants", "validate"} else {**body, "time_range": TIMES})
    error = failed_test(answer) if path == "validate" else failed(answer)
    assert (answer.status, error["code"]) == (502, "server_unreachable")
    assert "127.0.0.1:1" in error["message"]


def failed_test(answer: APIResponse) -> dict[str, Any]:
    """A failed test says its stages beside the error."""
    assert answer.json()["stages"][-1]["state"] == "failed"
    error: dict[str, Any] = answer.json()["error"]
    return error


@pytest.mark.parametrize("body", [{"url": 7}, {}, [], {"connection": {"url": "x", "auth": {"type": "magic"}}}])
def test_a_body_that_is_none(body: Any, post: Callable[..., APIResponse]) -> None:
    error = failed(post("validate", body))
    assert error["code"] == "invalid_input"


def test_a_download_of_nothing(profile: BrowserContext, site: PageServer) -> None:
    answer = profile.request.get(f"http://{site.host}/api/download")
    assert answer.status == 400
    assert "Missing path parameter" in answer.json()["error"]["message"]


def test_a_route_that_is_none(profile: BrowserContext, site: PageServer) -> None:
    answer = profile.request.get(f"http://{site.host}/api/nothing")
    assert (answer.status, answer.json()["error"]["code"]) == (404, "not_found")


def test_a_foreign_page_gets_nothing(wizard: Wizard, site: PageServer) -> None:
    """A page of another origin (the same server under its other name) cannot ask, not even with the cookie."""
    wizard.open().at("welcome")
    foreign = f"http://localhost:{site.port}"
    asked = f"fetch('{foreign}/api/config').then((answer) => answer.status, (error) => error.name)"
    assert wizard.page.evaluate(asked) == "TypeError"
    headers = {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"}
    answer = wizard.page.request.post(f"{wizard.base}/api/address", data={"url": "x"}, headers=headers)
    assert answer.status == 403
    wizard.watch.console.clear()
    wizard.watch.requests.clear()


@pytest.mark.parametrize("path", PATHS)
def test_paths_of_gateways_are_exported_from(path: str, gateway: Nginx, post: Callable[..., APIResponse]) -> None:
    """Query and export find the same base; no attempt ends in a missing route."""
    answer = post("export", {"connection": {"url": f"{gateway.url}{path}"}, "time_range": TIMES})
    assert answer.status == 200, answer.text()
    manifest = answer.json()["manifest"]
    assert manifest["rungs"] == ["export"]
    assert manifest["counts"]["series"] == 20
    assert "missing route" not in answer.text()


@pytest.mark.parametrize("path", PATHS)
def test_paths_of_gateways_are_sampled_from(path: str, gateway: Nginx, post: Callable[..., APIResponse]) -> None:
    answer = post("sample", {"connection": {"url": f"{gateway.url}{path}"}, "time_range": TIMES})
    assert answer.status == 200, answer.text()
    metrics = answer.json()["metrics"]
    assert metrics and all(one["name"] and one["labels"]["job"] for one in metrics)


def test_a_flat_body_is_a_connection(cluster: VictoriaMetrics, post: Callable[..., APIResponse]) -> None:
    bare = cluster.url.removeprefix("http://")
    answer = post("sample", {"url": bare, "auth": {"type": "none"}, "time_range": TIMES})
    assert answer.status == 200, answer.text()
    assert answer.json()["metrics"][0]["name"]


def test_an_export_that_cannot_be_names_where(gateway: Nginx, post: Callable[..., APIResponse]) -> None:
    error = failed(post("export", {"connection": {"url": f"{gateway.url}/2022/rw/prometheus"}, "time_range": TIMES}))
    assert "/2022/rw/prometheus" in error["message"]
    assert re.search(r"\b404\b", error["message"])


def test_the_api_describes_itself(profile: BrowserContext, site: PageServer) -> None:
    answer = profile.request.get(f"http://{site.host}/api/openapi.json")
    expect(answer).to_be_ok()
    document = answer.json()
    assert document["openapi"].startswith("3.")
    assert {"/api/validate", "/api/discover", "/api/sample", "/api/export", "/api/download"} <= set(document["paths"])
