"""Runs from outside: watched, paused, cancelled, resumed, refused when there are too many, found again after a kill."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.faults import Drip, at_windows, from_window, unavailable
from tests.fakes.proxy import FaultProxy
from tests.integration import faulty
from tests.integration.faulty import WINDOWS, Site, check_no_secret
from tests.integration.pageserver import PageServer, asked
from tests.lab.asking import Reply, wait_until
from vmexporter.bundle.files import lock, open_own

pytestmark = pytest.mark.real
site = faulty.site

SLOW = Drip(4_000, 0.01)


@pytest.fixture
def proxy(site: Site, start_fault_proxy: Callable[..., FaultProxy]) -> FaultProxy:
    return start_fault_proxy(site.victoria.url)


@pytest.fixture
def page(tmp_path: Path) -> Iterator[PageServer]:
    with PageServer(tmp_path / "out") as page:
        yield page
        assert "unexpected" not in page.log and "Traceback" not in page.log


def started(page: PageServer, site: Site, proxy: FaultProxy, **changes: Any) -> str:
    reply = page.post("/api/runs", asked(site, proxy.url, **changes))
    assert reply.status == 202, reply
    return str(reply.json()["id"])


def has_windows(page: PageServer, identity: str, number: int) -> None:
    wait_until(lambda: page.run(identity)["windows_done"] >= number, f"{number} windows")


def again(site: Site, proxy: FaultProxy) -> dict[str, Any]:
    """The connection, as a page sends it to resume."""
    return {"connection": asked(site, proxy.url)["connection"]}


def test_watched_from_start_to_end(page: PageServer, site: Site, proxy: FaultProxy) -> None:
    proxy.plan = at_windows({3: unavailable(), 6: Drip(20_000, 0.01)})
    identity = started(page, site, proxy, file_name="watched", folder="in")
    states: set[str] = set()
    while (snapshot := page.run(identity))["state"] == "running":
        states |= set(snapshot["window_states"])
        assert snapshot["result"] is None and 0 <= snapshot["done"] <= 1
        assert snapshot["server"] == str(proxy.address) and snapshot["file_name"] == "watched.zip"
    assert snapshot["state"] == "finished" and snapshot["phase"] == "finished"
    assert states >= {"ok", "again", "todo"}
    assert (snapshot["windows_done"], snapshot["windows"], snapshot["done"]) == (WINDOWS, WINDOWS, 1.0)
    assert (snapshot["retries"], snapshot["rung"], snapshot["resumable"]) == (1, "export", False)
    assert snapshot["result"]["manifest"] == site.check_bundle(page.folder / "in")
    assert snapshot["samples"] == snapshot["result"]["manifest"]["counts"]["samples"]
    log = page.get(f"/api/runs/{identity}/events").json()
    kinds = [line["kind"] for line in log["events"]]
    assert kinds[:4] == ["started", "connected", "discovered", "planned"] and kinds[-2:] == ["auditing", "finished"]
    assert kinds.count("retrying") == 1
    assert [line["text"] for line in log["events"] if line["kind"] == "window"][-1].startswith("Window")
    assert [line["n"] for line in log["events"]] == list(range(1, log["next"] + 1))
    later = page.get(f"/api/runs/{identity}/events?after={log['next'] - 1}").json()
    assert later == {"events": log["events"][-1:], "next": log["next"]}


def test_paused_and_resumed(page: PageServer, site: Site, proxy: FaultProxy) -> None:
    proxy.plan = from_window(4, SLOW)
    identity = started(page, site, proxy)
    has_windows(page, identity, 3)
    begun_s = time.monotonic()
    paused = page.post(f"/api/runs/{identity}/pause").json()
    assert time.monotonic() - begun_s < 2
    assert (paused["state"], paused["resumable"], paused["result"]) == ("paused", True, None)
    assert Path(paused["part_path"]).exists() and paused["window_states"].count("ok") == paused["windows_done"]
    denied = page.post(f"/api/runs/{identity}/pause")
    assert (denied.status, denied.json()["error"]["code"]) == (409, "not_running")
    proxy.plan = lambda request, count: None
    resumed = page.post(f"/api/runs/{identity}/resume", again(site, proxy))
    assert (resumed.status, resumed.json()["state"]) == (202, "running")
    ended = page.ended_run(identity)
    assert (ended["state"], ended["windows_done"]) == ("finished", WINDOWS)
    site.check_bundle(page.folder)
    assert page.post(f"/api/runs/{identity}/resume", again(site, proxy)).status == 409


def test_cancelled_it_leaves_nothing(page: PageServer, site: Site, proxy: FaultProxy) -> None:
    proxy.plan = from_window(2, SLOW)
    identity = started(page, site, proxy, file_name="again")
    has_windows(page, identity, 1)
    ended = page.post(f"/api/runs/{identity}/cancel").json()
    assert (ended["state"], ended["resumable"]) == ("cancelled", False)
    assert list(page.folder.iterdir()) == []
    assert page.post(f"/api/runs/{identity}/cancel").status == 409
    proxy.plan = lambda request, count: None
    assert started(page, site, proxy, file_name="again") == identity  # the name is free again
    assert page.ended_run(identity)["state"] == "finished"


def test_a_paused_one_can_be_cancelled_or_forgotten(page: PageServer, site: Site, proxy: FaultProxy) -> None:
    proxy.plan = from_window(2, SLOW)
    first, second = (started(page, site, proxy, file_name=name) for name in ("first", "second"))
    for identity in (first, second):
        has_windows(page, identity, 1)
        assert page.post(f"/api/runs/{identity}", method="DELETE").status == 409
        page.post(f"/api/runs/{identity}/pause")
    assert page.post(f"/api/runs/{first}/cancel").json()["state"] == "cancelled"
    assert page.post(f"/api/runs/{second}", method="DELETE").status == 204
    assert [run["id"] for run in page.get("/api/runs").json()["runs"]] == [first]
    assert sorted(path.name for path in page.folder.iterdir()) == ["second.zip.part", "second.zip.part.journal"]
    taken = page.post("/api/runs", asked(site, proxy.url, file_name="second"))
    assert (taken.status, taken.json()["error"]["field"]) == (400, "file_name")


def test_the_fourth_has_to_wait(page: PageServer, site: Site, proxy: FaultProxy) -> None:
    proxy.plan = from_window(1, SLOW)
    first, *_ = [started(page, site, proxy) for _ in range(3)]
    for path in ("/api/runs", "/api/export"):
        refused = page.post(path, asked(site, proxy.url))
        assert (refused.status, refused.json()["error"]["code"]) == (429, "too_many_runs")
        assert refused.json()["error"]["hint"]
    assert len(page.get("/api/runs").json()["runs"]) == 3
    page.post(f"/api/runs/{first}/cancel")
    started(page, site, proxy)


def test_no_more_than_was_asked_for(tmp_path: Path, site: Site, proxy: FaultProxy) -> None:
    proxy.plan = from_window(1, SLOW)
    with PageServer(tmp_path / "out", "--max-runs", "1") as page:
        started(page, site, proxy)
        assert page.post("/api/runs", asked(site, proxy.url)).status == 429


def test_many_that_start_at_once(page: PageServer, site: Site, proxy: FaultProxy) -> None:
    proxy.plan = from_window(1, SLOW)
    replies: list[Reply] = []
    threads = [
        threading.Thread(target=lambda: replies.append(page.post("/api/runs", asked(site, proxy.url))))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(reply.status for reply in replies) == [202] * 3 + [429] * 5


def test_a_failed_one_says_why_and_can_go_on(page: PageServer, site: Site, proxy: FaultProxy) -> None:
    proxy.plan = from_window(3, unavailable(403, "no"))
    identity = started(page, site, proxy, require_complete=True)
    ended = page.ended_run(identity)
    if ended["state"] == "finished":
        pytest.skip("the ladder found another way")
    assert (ended["state"], ended["error"]["code"], ended["resumable"]) == ("failed", "access_denied", True)
    proxy.plan = lambda request, count: None
    page.post(f"/api/runs/{identity}/resume", again(site, proxy))
    ended = page.ended_run(identity)
    assert (ended["state"], ended["error"]) == ("finished", None)
    site.check_bundle(page.folder)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_the_server_ends_in_the_middle(page: PageServer, site: Site, proxy: FaultProxy, number: signal.Signals) -> None:
    """Killed or stopped: what was exporting is offered again by the next server, under the same id."""
    proxy.plan = from_window(4, SLOW)
    identity = started(page, site, proxy, folder="in")
    has_windows(page, identity, 3)
    page.stop(number)
    old = page.token
    page.start()
    assert page.token != old
    assert page.ask("GET", "/api/runs", headers={"Authorization": f"Bearer {old}"}).status == 401
    [found] = page.get("/api/runs").json()["runs"]
    assert (found["id"], found["state"], found["resumable"]) == (identity, "interrupted", True)
    assert (found["server"], found["windows"]) == (str(proxy.address), WINDOWS) and found["windows_done"] >= 3
    assert found["time_range"] == {"start_ms": faulty.START_MS, "end_ms": faulty.END_MS}
    assert found["window_states"].count("ok") == found["windows_done"] and 0.29 < found["done"] < 0.6
    proxy.plan = lambda request, count: None
    assert page.post(f"/api/runs/{identity}/resume", again(site, proxy)).status == 202
    assert page.ended_run(identity)["state"] == "finished"
    site.check_bundle(page.folder / "in")


def test_what_another_program_works_on_is_not_offered(page: PageServer, site: Site, proxy: FaultProxy) -> None:
    proxy.plan = from_window(2, SLOW)
    arguments = site.arguments(proxy.url, page.folder)
    process = faulty.started(arguments)
    try:
        wait_until(lambda: bool(list(page.folder.glob("*.journal"))), "the other export has begun")
        page.stop()
        page.start()
        assert page.get("/api/runs").json()["runs"] == []
    finally:
        process.kill()
        process.communicate()
    page.stop()
    page.start()
    [run] = page.get("/api/runs").json()["runs"]
    assert run["state"] == "interrupted"
    with open_own(Path(run["part_path"])) as part:  # as whoever resumes it on the command line
        lock(part, Path(run["part_path"]))
        refused = page.post(f"/api/runs/{run['id']}/cancel")
        assert refused.status >= 400 and "another vmexporter is at work" in refused.json()["error"]["message"]
    assert len(list(page.folder.glob("*.journal"))) == 1
    assert page.post(f"/api/runs/{run['id']}/cancel").json()["state"] == "cancelled"
    assert not list(page.folder.iterdir())


def test_an_encrypted_one_needs_its_passphrase(page: PageServer, site: Site, proxy: FaultProxy) -> None:
    proxy.plan = from_window(3, SLOW)
    identity = started(page, site, proxy, encrypt_map=True, map_passphrase="correct horse")
    has_windows(page, identity, 2)
    page.stop(signal.SIGKILL)
    page.start()
    assert page.run(identity)["needs_passphrase"]
    proxy.plan = lambda request, count: None
    page.post(f"/api/runs/{identity}/resume", again(site, proxy))
    ended = page.ended_run(identity)
    assert (ended["state"], ended["error"]["field"], ended["resumable"]) == ("failed", "passphrase", True)
    page.post(f"/api/runs/{identity}/resume", {**again(site, proxy), "map_passphrase": "correct horse"})
    assert page.ended_run(identity)["state"] == "finished"
    check_no_secret(page.log, page.folder)


def test_nobody_waits_for_an_export_when_the_server_ends(page: PageServer, site: Site, proxy: FaultProxy) -> None:
    proxy.plan = from_window(2, SLOW)
    replies: list[Reply] = []
    waiting = threading.Thread(target=lambda: replies.append(page.post("/api/export", asked(site, proxy.url))))
    waiting.start()
    wait_until(lambda: any(run["windows_done"] for run in page.get("/api/runs").json()["runs"]), "it exports")
    begun_s = time.monotonic()
    page.stop()
    assert time.monotonic() - begun_s < 8
    waiting.join(5)
    assert replies[0].status == 409 and list(page.folder.glob("*.zip.part"))
