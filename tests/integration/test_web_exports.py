"""Exports by the API from outside: one call that waits, exact choices, maps, names, and what it says when it cannot."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration import faulty
from tests.integration.faulty import END_MS, PASSWORD, START_MS, Site
from tests.integration.pageserver import PageServer, asked

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


def test_it_waits_for_the_end(page: PageServer, site: Site, url: str) -> None:
    reply = page.post("/api/export", asked(site, url, file_name="whole", folder="whole"))
    assert reply.status == 200, reply
    found, folder = reply.json(), page.folder / "whole"
    assert site.check_bundle(folder) == found["manifest"]
    archive = Path(found["archive_path"])
    assert archive == folder / "whole.zip" and archive.stat().st_size == found["bundle_bytes"]
    assert found["sha256"] == hashlib.sha256(archive.read_bytes()).hexdigest()
    assert found["audit"]["originals"] and found["audit"]["found"] == 0
    assert found["sample_data"][0]["labels"]["job"].startswith("storage-job-")
    for path, extra in ((found["archive_path"], ""), (found["checksum_path"], ""), (found["map_path"], "&map=1")):
        assert page.get(f"/api/download?path={path}{extra}").body == Path(path).read_bytes()
    looked = page.post("/api/inspect", {"path": found["archive_path"]}).json()
    assert looked["sha256"] == found["sha256"] and looked["manifest"] == found["manifest"]
    assert "whole/whole.zip" in [one["name"] for one in page.get("/api/bundles").json()["bundles"]]


@pytest.mark.parametrize(("asked_for", "made"), [("native", "native"), ("auto", "native"), ("jsonl", "jsonl")])
def test_the_format_is_taken(page: PageServer, site: Site, url: str, asked_for: str, made: str) -> None:
    body = asked(site, url, format=asked_for, folder=f"format-{asked_for}", file_name="b")
    del body["window_ms"]
    reply = page.post("/api/export", body)
    assert reply.status == 200, reply
    found = reply.json()
    manifest = found["manifest"]
    assert (manifest["format"], list(manifest["sha256"])) == (made, [f"metrics.{made}"])
    assert manifest["counts"]["series"] == len(site.expected)
    assert manifest["counts"]["samples"] == sum(map(len, site.expected.values()))
    assert bool(manifest["counts"]["blocks"]) is (made == "native")
    shown = found["sample_data"]
    assert shown and all(one["labels"]["job"].startswith("storage-job-") for one in shown)
    assert {one["name"] for one in shown} == {"vm_app_version", "vm_rows"}
    looked = page.post("/api/inspect", {"path": found["archive_path"]}).json()
    assert looked["manifest"] == manifest


def test_a_format_that_cannot_be_is_refused(page: PageServer, site: Site, url: str) -> None:
    reply = page.post("/api/export", asked(site, url, format="csv"))
    assert reply.status in {400, 422} and "format" in json.dumps(reply.json())
    selection = {"query": f'sum(vm_rows{{job="{site.jobs[0]}"}})', "step_ms": 60_000}
    reply = page.post("/api/export", asked(site, url, format="native", selection=selection))
    assert (reply.status, reply.json()["error"]["field"]) == (400, "format")
    assert "cannot export natively" in reply.json()["error"]["message"]


def test_exactly_the_chosen_targets(page: PageServer, site: Site, url: str) -> None:
    """A cross pair: jobs and instances alone would name four."""
    chosen = [{"job": job, "instance": instance} for job, instance in pairs(page, site, url)]
    body = asked(site, url, selection={"targets": chosen}, obfuscation={"level": "none"}, folder="pairs")
    found = page.post("/api/export", body).json()
    counts, manifest = found["manifest"]["counts"], found["manifest"]
    assert counts["series"] == 2 * faulty.SERIES_PER_TARGET
    assert manifest["selection"]["mode"] == "components" and sorted(manifest["jobs"]) == sorted(site.jobs)


def pairs(page: PageServer, site: Site, url: str) -> list[tuple[str, str]]:
    found = page.post("/api/discover", {"url": url, "time_range": RANGE}).json()
    of_job: dict[str, list[str]] = {}
    for component in found["components"]:
        for one in component["instances"]:
            of_job.setdefault(one["job"], []).append(one["instance"])
    first, second = site.jobs
    return [(first, min(of_job[first])), (second, max(of_job[second]))]


def test_selectors_narrowed_to_targets(page: PageServer, site: Site, url: str) -> None:
    [(job, instance), _] = pairs(page, site, url)
    selection = {"selectors": ["vm_rows", "vm_app_version"], "targets": [{"job": job, "instance": instance}]}
    found = page.post("/api/export", asked(site, url, selection=selection)).json()
    assert found["manifest"]["counts"]["series"] == faulty.SERIES_PER_TARGET


def test_an_expression(page: PageServer, site: Site, url: str) -> None:
    selection = {"query": f'sum(vm_rows{{job="{site.jobs[0]}"}})', "step_ms": 60_000}
    found = page.post("/api/export", asked(site, url, selection=selection)).json()
    assert found["manifest"]["rungs"] == ["query_range"] and found["manifest"]["counts"]["series"] == 1


def test_the_preview_shows_what_the_bundle_has(page: PageServer, site: Site, url: str) -> None:
    [(job, instance), _] = pairs(page, site, url)
    selection = {"targets": [{"job": job, "instance": instance}]}
    body: dict[str, Any] = {**asked(site, url), "selection": selection, "obfuscation": {"map_labels": ["type"]}}
    look = {key: body[key] for key in ("connection", "time_range", "selection", "obfuscation")}
    seen = page.post("/api/sample", look).json()["metrics"]
    shown = {
        (one["before"][label], one["after"][label])
        for one in seen
        for label in ("job", "type")
        if label in one["after"]
    }
    shown |= {tuple(one[side]["instance"].partition(":")[0] for side in ("before", "after")) for one in seen}
    found = page.post("/api/export", body).json()
    kinds = json.loads(Path(found["map_path"]).read_text())["kinds"]
    originals = {pseudonym: original for kind in kinds.values() for pseudonym, original in kind.items()}
    assert len(shown) >= 3 and all(originals[after] == before for before, after in shown)
    again = page.post("/api/export", body).json()
    assert again["manifest"]["map_id"] != found["manifest"]["map_id"]


def test_an_encrypted_map_is_used_again(page: PageServer, site: Site, url: str) -> None:
    secret = {"map_passphrase": "correct horse", "encrypt_map": True}
    first = page.post("/api/export", asked(site, url, **secret)).json()
    text = Path(first["map_path"]).read_text()
    assert "vmexporter-encrypted-map" in text and site.jobs[0] not in text
    wrong = page.post("/api/export", asked(site, url, map=first["map_path"], map_passphrase="wrong"))
    assert (wrong.status, wrong.json()["error"]["field"]) == (400, "map_passphrase")
    look = {"url": url, "time_range": RANGE}
    none = page.post("/api/labels", {**look, "map": first["map_path"]}).json()["error"]
    assert (none["field"], none["hint"]) == ("map_passphrase", "type the one that it was encrypted with")
    assert page.post("/api/labels", {**look, "map": "no.obfuscation_map.json"}).json()["error"]["field"] == "map"
    body = asked(site, url, map=first["map_path"], map_passphrase="correct horse")
    second = page.post("/api/export", body).json()
    assert second["manifest"]["map_id"] == first["manifest"]["map_id"]
    assert "vmexporter-encrypted-map" in Path(second["map_path"]).read_text()


def test_no_map_is_kept_one_way(page: PageServer, site: Site, url: str) -> None:
    found = page.post("/api/export", asked(site, url, obfuscation={"one_way": True}, folder="one-way")).json()
    assert found["map_path"] == "" and found["manifest"]["obfuscated"]
    assert not list((page.folder / "one-way").glob("*map*"))


def test_it_fails_with_the_status_of_its_error(page: PageServer, site: Site, url: str) -> None:
    missing = page.post("/api/export", asked(site, url, selection={"jobs": ["none"]}))
    assert (missing.status, missing.json()["error"]["field"]) == (400, "job")
    refused = page.post("/api/export", asked(site, url, selection={"query": "sum(vm_rows"}))
    assert refused.status in {400, 422}


def test_a_name_is_never_taken_twice(page: PageServer, site: Site, url: str) -> None:
    assert page.post("/api/export", asked(site, url, file_name="twice")).status == 200
    again = page.post("/api/export", asked(site, url, file_name="twice"))
    assert (again.status, again.json()["error"]["field"]) == (400, "file_name")


def test_nothing_of_it_all_repeats_a_secret(page: PageServer) -> None:
    """All tests above sent it."""
    said = page.log + str(page.get("/api/runs").body) + str(page.get("/api/bundles").body)
    for run in page.get("/api/runs").json()["runs"]:
        said += str(page.get(f"/api/runs/{run['id']}/events").body)
    assert PASSWORD not in said and "correct horse" not in said and page.token not in said.partition("\n")[2]
    faulty.check_no_secret(said, page.folder)
