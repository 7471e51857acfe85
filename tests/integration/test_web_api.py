"""The API from outside, against a real server: connections, components, samples, labels, queries, the chart."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator

import pytest

from tests.fakes.faults import Stall, always
from tests.fakes.proxy import FaultProxy
from tests.integration import faulty
from tests.integration.faulty import END_MS, START_MS, Site
from tests.integration.pageserver import PageServer
from tests.lab.lines import line
from tests.lab.victoria import VictoriaMetrics

pytestmark = pytest.mark.real
site = faulty.site

RANGE = {"start_ms": START_MS, "end_ms": END_MS}


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageServer]:
    with PageServer(tmp_path_factory.mktemp("page") / "out") as page:
        yield page


@pytest.fixture(scope="module")
def url(site: Site) -> str:
    return site.victoria.url


class TestValidate:
    def test_it_works(self, page: PageServer, url: str) -> None:
        found = page.post("/api/validate", {"url": url, "auth": {"type": "none"}}).json()
        assert (found["success"], found["kind"]) == (True, "vmsingle")
        assert "vmsingle" in found["vm_components"]  # and what other tests have left in the server they share
        assert (found["query_base"], found["export"], found["tenant"], found["tenants"]) == (url, "available", "", [])
        names = [(stage["name"], stage["state"]) for stage in found["stages"]]
        assert names == [
            ("address", "done"), ("network", "done"), ("tls", "skipped"), ("api", "done"), ("auth", "done"),
            ("tenant", "skipped"), ("export", "done"),
        ]  # fmt: skip
        assert found == page.post("/api/validate", {"connection": {"url": url}}).json() | {"stages": found["stages"]}

    def test_stages_come_one_by_one(self, page: PageServer, url: str) -> None:
        reply = page.post("/api/validate?stream=1", {"url": url})
        assert reply.headers["content-type"].startswith("application/x-ndjson")
        *stages, last = [json.loads(text) for text in reply.body.split(b"\n") if text]
        assert last["result"]["success"]
        told = [(one["stage"]["name"], one["stage"]["state"]) for one in stages]
        assert told[:3] == [("address", "running"), ("address", "done"), ("network", "running")]
        assert told[-1] == ("export", "done")

    def test_they_come_while_it_waits(
        self, page: PageServer, url: str, start_fault_proxy: Callable[..., FaultProxy]
    ) -> None:
        proxy = start_fault_proxy(url, always("export", Stall(2.0)))
        body = json.dumps({"url": proxy.url}).encode()
        headers = {"Authorization": f"Bearer {page.token}", "Content-Type": "application/json"}
        with socket.create_connection(("127.0.0.1", page.port), timeout=20) as wire:
            wire.sendall(page.head("POST", "/api/validate?stream=1", body, headers) + body)
            begun_s = time.monotonic()
            seen = b""
            while b'"export", "state": "running"' not in seen:
                seen += wire.recv(65536)
            assert time.monotonic() - begun_s < 1.5 and b"result" not in seen

    def test_it_fails_with_its_stages(self, page: PageServer) -> None:
        reply = page.post("/api/validate", {"url": "http://127.0.0.1:1"})
        found = reply.json()
        assert (reply.status, found["error"]["code"]) == (502, "server_unreachable")
        assert [stage["state"] for stage in found["stages"]] == ["done", "failed"]
        *_, last = page.post("/api/validate?stream=1", {"url": "http://127.0.0.1:1"}).body.strip().split(b"\n")
        assert json.loads(last)["error"] == found["error"]

    @pytest.mark.parametrize("path", ["validate", "tenants", "discover", "sample", "labels", "chart", "export"])
    def test_a_dead_host_is_told_alike_everywhere(self, page: PageServer, path: str) -> None:
        ranged = {} if path in {"validate", "tenants"} else {"time_range": RANGE}
        reply = page.post(f"/api/{path}", {"url": "http://127.0.0.1:1", "auth": {"type": "none"}, **ranged})
        assert reply.status == 502 and "cannot reach http://127.0.0.1:1" in reply.json()["error"]["message"]


class TestLooking:
    def test_config(self, page: PageServer) -> None:
        found = page.get("/api/config").json()
        assert found["output_folder"] == str(page.folder)
        assert found["max_runs"] == 3 and found["levels"] == ["support", "strict", "none"]
        assert found["address"] == f"http://127.0.0.1:{page.port}"

    def test_discover(self, page: PageServer, site: Site, url: str) -> None:
        found = page.post("/api/discover", {"url": url, "time_range": RANGE}).json()
        assert not found["partial"]
        [storage] = [one for one in found["components"] if one["name"] == "vmstorage"]
        assert set(site.jobs) <= set(storage["jobs"]) and storage["family"]
        ours = [one for one in storage["instances"] if one["job"] in site.jobs]
        assert len(ours) == 4 and {one["series"] for one in ours} == {faulty.SERIES_PER_TARGET}
        assert storage["versions"] == ["v1.150.0"]
        assert found["totals"]["instances"] >= 4 and found["totals"]["bundle_bytes"] > 20_000

    def test_a_range_without_anything(self, page: PageServer, url: str) -> None:
        body = {"url": url, "time_range": {"start_ms": 1_000_000, "end_ms": 2_000_000}}
        found = page.post("/api/discover", body).json()
        assert found["components"] == [] and found["totals"]["instances"] == 0
        assert page.post("/api/sample", body).json()["error"]["code"] == "invalid_input"

    def test_sample(self, page: PageServer, site: Site, url: str) -> None:
        body = {"url": url, "time_range": RANGE, "selection": {"jobs": list(site.jobs)}}
        found = page.post("/api/sample", body).json()["metrics"]
        assert {one["before"]["job"] for one in found} == set(site.jobs)
        assert all(one["name"] and one["labels"] == one["after"] for one in found)
        assert all(one["after"]["job"].startswith("storage-job-") for one in found)
        clear = page.post("/api/sample", {**body, "obfuscation": {"level": "none"}}).json()["metrics"]
        assert all(one["after"] == one["before"] for one in clear)

    def test_labels(self, page: PageServer, site: Site, url: str) -> None:
        body = {"url": url, "time_range": RANGE, "selection": {"jobs": list(site.jobs)}}
        rows = {row["label"]: row for row in page.post("/api/labels", body).json()["labels"]}
        assert rows["instance"]["action"] == "map" and rows["instance"]["values"] == 4
        before, after = rows["job"]["examples"][0]
        assert before in site.jobs and after.startswith("storage-job-")
        dropped = page.post("/api/labels", {**body, "obfuscation": {"drop_labels": ["type"]}}).json()["labels"]
        assert [row["action"] for row in dropped if row["label"] == "type"] == ["drop"]

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ('vm_rows{job="JOB"}', ("selector", True, 48)),
            ('{job="JOB"}', ("selector", True, 51)),
            ('{nothing="x"}', ("selector", True, 0)),
            ("{}", ("selector", False, 0)),
            ('sum(vm_rows{job="JOB"}) by (job,instance)', ("expression", True, 2)),
            ("sum(vm_rows", ("expression", False, 0)),
            ("vm_rows[5m]", ("expression", False, 0)),
            ("1 + 1", ("expression", True, 1)),
            ("", ("expression", False, 0)),
        ],
    )
    def test_validate_query(self, page: PageServer, site: Site, text: str, expected: tuple[str, bool, int]) -> None:
        kind, ok, series = expected
        body = {"url": site.victoria.url, "time_range": RANGE, "text": text.replace("JOB", site.jobs[0])}
        found = page.post("/api/validate-query", body).json()
        assert (found["kind"], found["ok"], found["series"]) == (kind, ok, series), found
        assert bool(found["message"]) is (not ok or not series)
        if series > 1:
            assert [job["job"] for job in found["jobs"]] == [site.jobs[0]]
        if kind == "selector" and series:
            assert found["samples"] == pytest.approx(series * (END_MS - START_MS) / 1000, rel=0.02)
        else:
            assert found["samples"] is None

    def test_chart(self, page: PageServer, shared_victoria: VictoriaMetrics, unique_job: str) -> None:
        """Rows per second, and a lane with the time in which the target was not there."""
        times = [START_MS + place * 5_000 for place in range(120) if not 40 <= place < 60]
        target = {"job": unique_job, "instance": "10.9.9.9:8428"}
        build = {"__name__": "vm_app_version", "version": faulty.BUILD, **target}
        rows = {"__name__": "vm_rows_inserted_total", "type": "x", **target}
        shared_victoria.import_jsonl(
            [line(build, [1] * len(times), times), line(rows, [at_ms // 100 for at_ms in times], times)]
        )
        body = {"url": shared_victoria.url, "time_range": RANGE, "targets": [target]}
        found = page.post("/api/chart", body).json()
        [lane] = found["up"]
        assert (lane["job"], lane["instance"]) == (unique_job, "10.9.9.9:8428")
        [(from_ms, to_ms)] = lane["down"]
        assert abs(from_ms - (START_MS + 200_000)) <= 20_000 and abs(to_ms - (START_MS + 300_000)) <= 20_000
        known = [rate for rate in found["rows_per_s"] if rate]
        assert len(found["times_ms"]) == len(found["rows_per_s"]) and found["rows_metric"] == "vm_rows_inserted_total"
        assert sorted(known)[len(known) // 2] == pytest.approx(10, rel=0.1)
