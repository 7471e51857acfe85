"""Imports that are stopped: paused, cancelled, killed with the server, and what goes on afterwards."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.browser.holding import held
from tests.fakes.exchange import Request
from tests.fakes.faults import Answer, too_many_requests
from tests.fakes.proxy import FaultProxy
from tests.integration.importsite import check_equal
from tests.integration.pageimports import (
    LINES,
    SMALL,
    STARTED_S,
    asked,
    bodies_from,
    has_data,
    started,
)
from tests.integration.pageserver import PageServer
from tests.lab.victoria import VictoriaMetrics

pytestmark = pytest.mark.real


@pytest.fixture
def page(tmp_path: Path) -> Iterator[PageServer]:
    with PageServer(tmp_path / "out") as page:
        yield page
        assert "unexpected" not in page.log and "Traceback" not in page.log


@pytest.fixture
def target(start_victoria: Callable[..., VictoriaMetrics]) -> VictoriaMetrics:
    return start_victoria("-search.latencyOffset=0s")


@pytest.fixture
def proxy(target: VictoriaMetrics, start_fault_proxy: Callable[..., FaultProxy]) -> FaultProxy:
    return start_fault_proxy(target.url)


def test_paused_and_resumed(page: PageServer, target: VictoriaMetrics, proxy: FaultProxy) -> None:
    body = asked(page, proxy.url, LINES)
    with held(proxy, bodies_from(2)) as gate:
        identity = started(page, body)
        assert gate.reached.wait(STARTED_S)
        assert page.post("/api/imports", body).json()["error"]["code"] == "running"
        assert page.post(f"/api/uploads/{body['source']['upload']}", method="DELETE").status == 409
        paused = page.post(f"/api/imports/{identity}/pause").json()
        assert (paused["state"], paused["resumable"]) == ("paused", True)
    assert page.post("/api/imports", body).status == 409, "one that was interrupted is gone on with"
    resumed = page.post(f"/api/imports/{identity}/resume", {"connection": body["connection"]})
    assert (resumed.status, resumed.json()["state"]) == (202, "running")
    ended = page.ended_import(identity)
    assert (ended["state"], ended["result"]["verdict"]) == ("finished", "same"), ended
    check_equal(LINES, target.api)
    assert not list(page.folder.rglob("*.import"))


def test_cancelled_it_cannot_go_on(page: PageServer, proxy: FaultProxy) -> None:
    body = asked(page, proxy.url, LINES)
    with held(proxy, bodies_from(1)) as gate:
        identity = started(page, body)
        assert gate.reached.wait(STARTED_S)
        ended = page.post(f"/api/imports/{identity}/cancel").json()
        assert (ended["state"], ended["resumable"]) == ("cancelled", False)
    assert not list(page.folder.rglob("*.import"))
    assert page.post(f"/api/imports/{identity}/resume", {}).status == 409
    assert page.post(f"/api/imports/{identity}", method="DELETE").status == 204
    assert page.post(f"/api/uploads/{body['source']['upload']}", method="DELETE").status == 204


def test_found_again_after_a_kill(page: PageServer, target: VictoriaMetrics, proxy: FaultProxy) -> None:
    body = asked(page, proxy.url, LINES)
    with held(proxy, bodies_from(2)) as gate:
        identity = started(page, body)
        assert gate.reached.wait(STARTED_S)
        page.stop(signal.SIGKILL)
    page.start()
    (found,) = page.get("/api/imports").json()["runs"]
    assert (found["id"], found["state"], found["resumable"]) == (identity, "interrupted", True)
    assert found["server"] == str(proxy.address) and found["file_name"] == "known.jsonl"
    assert page.post(f"/api/imports/{identity}/resume", {"connection": body["connection"]}).status == 202
    ended = page.ended_import(identity)
    assert (ended["state"], ended["result"]["verdict"]) == ("finished", "same"), ended
    check_equal(LINES, target.api)


def test_a_stopped_server_pauses_it(page: PageServer, target: VictoriaMetrics, proxy: FaultProxy) -> None:
    body = asked(page, proxy.url, LINES)
    with held(proxy, bodies_from(2)) as gate:
        identity = started(page, body)
        assert gate.reached.wait(STARTED_S)
        page.stop()
    page.start()
    assert page.imported(identity)["state"] == "interrupted"
    assert page.post(f"/api/imports/{identity}/resume", {"connection": body["connection"]}).status == 202
    assert page.ended_import(identity)["result"]["verdict"] == "same"
    check_equal(LINES, target.api)


def test_pauses_of_the_target_are_counted(page: PageServer, proxy: FaultProxy) -> None:
    refused: list[Request] = []

    def plan(request: Request, count: int) -> Answer | None:
        if has_data(request) and not refused:
            refused.append(request)
            return too_many_requests(1)
        return None

    body = asked(page, proxy.url, SMALL)
    proxy.plan = plan
    ended = page.ended_import(started(page, body))
    assert (ended["state"], ended["pauses"]) == ("finished", 1)
    log = page.get(f"/api/imports/{ended['id']}/events").json()["events"]
    assert [line["state"] for line in log if line["kind"] == "retrying"] == ["warn"]
