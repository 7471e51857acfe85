"""Imports from outside: a target is tested, a file looked at, sent and counted; what cannot be meant is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.faults import Answer
from tests.fakes.proxy import FaultProxy
from tests.integration.importsite import START_MS, check_equal
from tests.integration.pageimports import (
    END_MS,
    LINES,
    PASSWORD,
    SMALL,
    asked,
    started,
    surveyed,
)
from tests.integration.pageserver import PageServer
from tests.lab.lines import samples_by_series
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


def test_from_test_to_counts(page: PageServer, target: VictoriaMetrics) -> None:
    body = asked(page, target.url, LINES)
    found = page.post("/api/targets/test", {"connection": body["connection"]}).json()
    assert (found["insert_base"], found["query_base"]) == (target.url, target.url)
    assert found["retention"] == "100y" and found["retention_ms"] == 100 * 365 * 86_400_000
    assert [stage["name"] for stage in found["stages"]] == ["address", "insert", "api", "facts"]
    preflight = surveyed(page, body)["result"]
    assert (preflight["series"], preflight["samples"]) == (300, 300 * 400)
    assert (preflight["first_ms"], preflight["last_ms"], preflight["too_old"]) == (START_MS, END_MS, 0)
    assert {job["job"] for job in preflight["jobs"]} == {"job-0", "job-1", "job-2"}
    ended = page.ended_import(started(page, body))
    assert (ended["state"], ended["phase"], ended["done"]) == ("finished", "finished", 1.0), ended
    result = ended["result"]
    assert (result["verdict"], result["samples"], result["series"]) == ("same", 300 * 400, 300)
    assert sum(job["samples_found"] for job in result["jobs"]) == 300 * 400
    check_equal(LINES, target.api)
    log = page.get(f"/api/imports/{ended['id']}/events").json()
    kinds = [line["kind"] for line in log["events"]]
    assert kinds[0] == "started" and kinds[-2:] == ["verifying", "finished"]
    assert page.post(f"/api/imports/{ended['id']}/pause").status == 409


def test_options_are_done(page: PageServer, target: VictoriaMetrics) -> None:
    options = {
        "shift": {"mode": "by", "ms": 86_400_000},
        "extra_labels": [{"name": "bundle", "value": "case-1"}],
        "jobs": ["job-1"],
    }
    body = asked(page, target.url, SMALL, options=options)
    preflight = surveyed(page, body)["result"]
    assert (preflight["series"], preflight["samples"], preflight["shift_ms"]) == (10, 400, 86_400_000)
    assert preflight["left_out"]["other_jobs_samples"] == 800
    assert page.ended_import(started(page, body))["result"]["verdict"] == "same"
    stored = target.export('{bundle="case-1"}', START_MS, START_MS + 2 * 86_400_000)
    found = samples_by_series(stored)
    assert {dict(series)["job"] for series in found} == {"job-1"} and len(found) == 10
    assert min(at for samples in found.values() for at, _ in samples) == START_MS + 86_400_000


def test_a_preflight_says_what_the_target_drops(
    page: PageServer, start_victoria: Callable[..., VictoriaMetrics]
) -> None:
    target = start_victoria("-retentionPeriod=1d")
    body = asked(page, target.url, SMALL)
    found = surveyed(page, body)["result"]
    assert (found["too_old"], found["too_old_at_now"], found["samples"]) == (1200, 0, 1200)
    refused = page.ended_import(started(page, body))
    assert (refused["state"], refused["error"]["code"], refused["resumable"]) == ("failed", "invalid_input", False)
    assert "1,200 samples" in refused["error"]["message"] and "--shift-to-now" in refused["error"]["hint"]
    moved = surveyed(page, {**body, "options": {"shift": {"mode": "end-at-now"}}})["result"]
    assert moved["too_old"] == 0 and moved["shift_ms"] > 0
    merged = surveyed(page, {**body, "options": {"drop_labels": ["nothing"]}})["result"]
    assert merged["merged_series"] == 0


def test_a_target_that_takes_nothing(page: PageServer, start_fault_proxy: Callable[..., FaultProxy]) -> None:
    server = start_fault_proxy("", lambda request, count: Answer(404, b"no such page"))
    body = asked(page, server.url, SMALL)
    failed = page.post("/api/targets/test", {"connection": body["connection"]})
    assert failed.status == 404 and failed.json()["stages"][-1]["state"] == "failed"
    ended = surveyed(page, body)
    assert (ended["state"], ended["error"]["code"]) == ("failed", "endpoint_missing")
    live = page.ask("POST", "/api/targets/test?stream=1", json.dumps({"connection": body["connection"]}).encode(),
                    {"Authorization": f"Bearer {page.token}", "Content-Type": "application/json"})  # fmt: skip
    documents = [json.loads(line) for line in live.body.split(b"\n") if line]
    assert [next(iter(document)) for document in documents] == ["stage", "stage", "stage", "error"]


def test_a_damaged_bundle_is_refused_and_what_is_sound_of_it_taken(page: PageServer, target: VictoriaMetrics) -> None:
    lines = [*SMALL[:10], b'{"metric":{"__name__":"x"\n', *SMALL[10:]]
    body = asked(page, target.url, lines)
    refused = surveyed(page, body)
    assert (refused["state"], refused["error"]["code"]) == ("failed", "bundle_damaged")
    taken = surveyed(page, {**body, "force": True})["result"]
    assert (taken["left_out"]["bad_lines"], taken["samples"]) == (1, 1200)
    assert page.ended_import(started(page, {**body, "force": True}))["result"]["verdict"] == "same"
    check_equal(SMALL, target.api)


def test_recent_targets_hold_no_secret(page: PageServer, target: VictoriaMetrics) -> None:
    secret = target.url.replace("http://", f"http://user:{PASSWORD}@") + "/?token=pl4nted"
    body = asked(page, target.url, SMALL)
    page.ended_import(started(page, {**body, "connection": {"url": secret}}))
    told = page.get("/api/targets")
    assert [one["url"] for one in told.json()["targets"]] == [target.url]
    assert told.json()["remember"] is True and b"pl4nted" not in told.body
    identity = told.json()["targets"][0]["id"]
    assert page.post(f"/api/targets/{identity}", method="DELETE").json()["targets"] == []
    assert page.post(f"/api/targets/{identity}", method="DELETE").status == 404
    assert page.post("/api/targets", {"remember": False}).json() == {"targets": [], "remember": False}
    state = page.folder.with_name("out-state")
    assert not any(b"pl4nted" in path.read_bytes() for path in state.rglob("*") if path.is_file())
    assert "pl4nted" not in page.log


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"options": {"drop_labels": ["instance"]}}, "options"),
        ({"options": {"extra_labels": [{"name": "job", "value": "x"}]}}, "options.extra_labels"),
        ({"options": {"shift": {"mode": "none", "ms": 5}}}, "options.shift"),
        ({"options": {"odd": 1}}, "options.odd"),
        ({"source": {}}, "source"),
        ({"source": {"upload": "ab", "path": "cd"}}, "source"),
        ({"source": {"upload": "../../x"}}, "upload"),
        ({"source": {"path": "../x.zip"}}, "path"),
        ({"connection": {"url": "ftp://x"}}, "url"),
    ],
)
def test_what_cannot_be_meant(page: PageServer, changes: dict[str, Any], place: str) -> None:
    body = asked(page, "http://127.0.0.1:1", SMALL, **changes)
    for path in ("/api/imports", "/api/preflights"):
        reply = page.post(path, body)
        assert (reply.status, reply.json()["error"]["code"]) == (400, "invalid_input"), reply
        assert reply.json()["error"]["field"] == place
