"""Discovery looks at the whole range: who was there, when, in which version, with how many series."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.exchange import Request
from tests.fakes.faults import Answer, Fault
from tests.fakes.proxy import FaultProxy
from tests.integration.exports import (
    DAY,
    HOUR,
    MINUTE,
    AllSamples,
    asked,
    between,
    day,
    export,
    flow_export,
    run,
    target_lines,
    targets_of,
)
from tests.lab.gateways import Location, Nginx
from tests.lab.hosts import AGENT_JOB, GATEWAY_JOB, SHARED_JOB, ManyHosts
from tests.lab.lines import cluster_lines, line
from tests.lab.victoria import VictoriaMetrics
from vmexporter.errors import InvalidInput

pytestmark = pytest.mark.real

START, END = day(40), day(40) + 12 * HOUR
FAMILY = {
    "victoria-metrics": "vmsingle",
    "vmstorage": "vmstorage",
    "vmalert": "vmalert",
    "vmbackupmanager": "vmbackupmanager",
    "vmanomaly": "vmanomaly",
    "operator": "operator",
    "victoria-logs": "vlsingle",
    "vlstorage": "vlstorage",
    "victoria-traces": "vtsingle",
    "vmctl": "vmctl",
}


def moments(start_ms: int, count: int) -> list[int]:
    return [start_ms + number * MINUTE for number in range(count)]


def discovered(url: str, folder: Path, *options: str) -> dict[str, dict[str, Any]]:
    """What ``discover --json`` lists, by instance."""
    outcome = run("discover", url, *options, "--json", cwd=folder)
    assert outcome.status == 0, outcome
    return {entry["target"]["instance"]: entry for entry in outcome.json()["instances"]}


@pytest.fixture(scope="module")
def history(shared_victoria: VictoriaMetrics) -> VictoriaMetrics:
    """Twelve hours in which one dies, one is born, one is upgraded twice, one is restarted as another component."""
    lines = target_lines("storage", "dead:8482", moments(START + 5 * MINUTE, 30))
    lines += target_lines("storage", "born:8482", moments(END - 20 * MINUTE, 20))
    for number, version in enumerate(("v1.9.0", "v1.149.0", "v1.150.0-cluster")):
        build = f"vmstorage-20260101-000000-tags-{version}"
        lines += target_lines("storage", "upgraded:8482", moments(START + number * 4 * HOUR, 180), version=build)
    for number, program in enumerate(("vminsert", "vmselect")):
        build = f"{program}-20260101-000000-tags-v1.150.0"
        lines += target_lines("reused", "reused:80", moments(START + number * 6 * HOUR, 60), version=build)
    shared_victoria.import_jsonl(lines)
    return shared_victoria


def test_the_whole_range_counts_not_its_end(history: VictoriaMetrics, tmp_path: Path) -> None:
    found = discovered(history.url, tmp_path, *between(START, END))
    assert set(found) == {"dead:8482", "born:8482", "upgraded:8482", "reused:80"}
    seen = {name: (entry["first_ms"], entry["last_ms"], entry["scrapes"]) for name, entry in found.items()}
    assert seen["dead:8482"] == (START + 5 * MINUTE, START + 34 * MINUTE, 30)
    assert seen["born:8482"] == (END - 20 * MINUTE, END - MINUTE, 20)
    assert seen["upgraded:8482"] == (START, START + 8 * HOUR + 179 * MINUTE, 540)
    assert found["upgraded:8482"]["versions"] == ["v1.9.0", "v1.149.0", "v1.150.0-cluster"]
    assert (found["reused:80"]["component"], found["reused:80"]["versions"]) == ("vmselect", ["v1.150.0"])
    assert {entry["series"] for entry in found.values()} == {5}, "each is counted when it was last seen"


def test_a_part_of_the_range_shows_that_part_only(history: VictoriaMetrics, tmp_path: Path) -> None:
    found = discovered(history.url, tmp_path, *between(START + 5 * HOUR, START + 5 * HOUR + MINUTE))
    assert set(found) == {"upgraded:8482"} and found["upgraded:8482"]["versions"] == ["v1.149.0"]


def test_the_table_says_the_same(history: VictoriaMetrics, tmp_path: Path) -> None:
    outcome = run("discover", history.url, *between(START, END), cwd=tmp_path)
    rows = {row.split()[2]: row for row in outcome.text.splitlines() if ":8" in row}
    assert set(rows) == {"dead:8482", "born:8482", "upgraded:8482", "reused:80"}
    assert "v1.9.0 → v1.149.0 → v1.150.0-cluster" in rows["upgraded:8482"]
    assert rows["dead:8482"].split()[-2:] == ["2015-02-10T00:05:00Z", "2015-02-10T00:34:00Z"]
    assert "samples in this range" in outcome.err


def test_the_family_is_known_by_its_builds(shared_victoria: VictoriaMetrics, tmp_path: Path) -> None:
    """Also the products that are not VictoriaMetrics itself."""
    start_ms = day(42)
    for program in FAMILY:
        version = f"{program}-20260821-150511-tags-v1.150.0-0-g7d1b6a5f2c"
        shared_victoria.import_jsonl(target_lines("all", f"{program}:1", moments(start_ms, 10), version=version))
    found = discovered(shared_victoria.url, tmp_path, *between(start_ms, start_ms + HOUR))
    assert {name.removesuffix(":1"): entry["component"] for name, entry in found.items()} == FAMILY
    bundle, _ = flow_export(asked(shared_victoria.url, start_ms, start_ms + HOUR), tmp_path)
    assert set(bundle.manifest["components"]) == set(FAMILY.values())


def test_a_living_site_of_builds_without_a_version_is_told_apart_and_exported(
    start_many_hosts: Callable[..., ManyHosts], tmp_path: Path
) -> None:
    site = start_many_hosts()
    site.wait_for_scrapes(2)
    found = discovered(site.url, tmp_path, "--last", "10m").values()
    components = {(entry["target"]["job"], entry["component"]) for entry in found}
    assert components == {(SHARED_JOB, "vmsingle"), (GATEWAY_JOB, "vmauth"), (AGENT_JOB, "vmagent")}
    assert all(entry["series"] > 100 for entry in found)
    bundle = export(site.url, "--last", "10m", cwd=tmp_path)
    assert bundle.targets == site.own_targets and b"billing_" not in bundle.metrics, "the foreign program shares a job"
    scraped: AllSamples = {series: [] for series in bundle.undone if ("__name__", "scrape_samples_scraped") in series}
    assert targets_of(scraped) == site.own_targets, "vmagent's own metrics of a target belong to it"


def test_estimates_are_near_the_truth(start_victoria: Callable[..., VictoriaMetrics], tmp_path: Path) -> None:
    server = start_victoria()
    server.import_jsonl(cluster_lines())
    start_ms, end_ms = 1_795_423_430_000, 1_795_424_310_000
    listed = run("discover", server.url, *between(start_ms, end_ms), "--json", cwd=tmp_path).json()
    bundle, _ = flow_export(asked(server.url, start_ms, end_ms), tmp_path)
    counts = bundle.manifest["counts"]
    assert sum(entry["series"] for entry in listed["instances"]) == pytest.approx(counts["series"], rel=0.05)
    assert listed["estimated_samples"] == pytest.approx(counts["samples"], rel=0.1)
    assert counts["samples"] < listed["estimated_bundle_bytes"] < 10 * bundle.path.stat().st_size


def test_a_count_that_fails_leaves_one_row_unknown(
    history: VictoriaMetrics, start_fault_proxy: Callable[..., FaultProxy], tmp_path: Path
) -> None:
    def plan(request: Request, count: int) -> Fault | None:
        counting = request.param("query").startswith("count(") and '"reused"' in request.param("query")
        return Answer(422, b'{"status":"error","errorType":"422","error":"too many series"}') if counting else None

    proxy = start_fault_proxy(history.url, plan)
    outcome = run("discover", proxy.url, *between(START, END), cwd=tmp_path)
    [unknown] = [row for row in outcome.text.splitlines() if "unknown" in row]
    assert proxy.struck and "reused:80" in unknown
    assert len([row for row in outcome.text.splitlines() if row.startswith("vmstorage") and " 5 " in row]) == 3
    assert "could not be counted" in outcome.err and outcome.status == 0
    listed = run("discover", proxy.url, *between(START, END), "--json", cwd=tmp_path).json()
    assert listed["estimated_samples"] is None and listed["estimated_bundle_bytes"] is None
    bundle, _ = flow_export(asked(proxy.url, START, END), tmp_path)
    assert len(bundle.targets) == 4, "an unknown count keeps nobody from being exported"


def test_nothing_found_says_why_and_what_to_try(shared_victoria: VictoriaMetrics, tmp_path: Path) -> None:
    start_ms = day(50)
    shared_victoria.import_jsonl([line({"__name__": "up", "job": "x", "instance": "y"}, [1], [start_ms])])
    for command in ("discover", "export", "sample"):
        outcome = run(command, shared_victoria.url, *between(start_ms, start_ms + HOUR), cwd=tmp_path)
        assert outcome.status == 2 and not outcome.out
        assert all(word in outcome.err for word in ("vm_app_version", "tenant", "longer range", "--selector"))
    assert not list(tmp_path.iterdir())


def test_a_sample_of_the_past_is_shown_before_and_after(history: VictoriaMetrics, tmp_path: Path) -> None:
    """At the moment when the targets were last seen, however long ago; the same pseudonyms as an export's."""
    bundle, _ = flow_export(asked(history.url, START, START + HOUR), tmp_path)
    options = (*between(START, START + HOUR), "--map", str(bundle.map_path), "--json")
    series = run("sample", history.url, *options, cwd=tmp_path).json()["metrics"]
    assert {one["before"]["instance"] for one in series} >= {"reused:80"} and len(series) == 6
    exported = {dict(labels)["instance"] for labels in bundle.samples}
    for one in series:
        assert one["after"]["instance"] in exported
        assert bundle.originals[one["after"]["job"]] == one["before"]["job"]
        assert one["labels"] == one["after"] and one["after"]["__name__"] == one["name"]
    plain = run("sample", history.url, *between(START, START + HOUR), "--no-obfuscate", "--json", cwd=tmp_path)
    assert all(one["before"] == one["after"] for one in plain.json()["metrics"])


def test_another_tenants_data_is_never_shown_instead(
    start_victoria: Callable[..., VictoriaMetrics], start_nginx: Callable[..., Nginx], tmp_path: Path
) -> None:
    """One project's address fails, or is empty, while the account's and the root's answer."""
    start_ms = day(60)
    wanted, other = start_victoria(path_prefix="/select/5:7"), start_victoria()
    other.import_jsonl(target_lines("theirs", "theirs:1", moments(start_ms, 10)))
    gate = start_nginx(
        Location("/select/5:7/", f"http://{wanted.address}"),
        Location("/select/5:8/", f"http://{wanted.address}"),
        Location("/select/5/prometheus/", f"{other.url}/"),
        Location("/", f"{other.url}/"),
    )
    for tenant, status in (("5:7", 2), ("5:8", 5)):
        outcome = run("discover", f"{gate.url}/select/{tenant}", *between(start_ms, start_ms + DAY), cwd=tmp_path)
        assert outcome.status == status and "theirs" not in outcome.text, outcome
    with pytest.raises(InvalidInput):
        flow_export(asked(f"{gate.url}/select/5:7/prometheus", start_ms, start_ms + DAY), tmp_path)
    wanted.import_jsonl(target_lines("ours", "ours:1", moments(start_ms, 10)))
    bundle, _ = flow_export(asked(f"{gate.url}/select/5:7/prometheus", start_ms, start_ms + DAY), tmp_path)
    assert bundle.targets == {("ours", "ours:1")} and bundle.manifest["source"]["tenant"] not in {"", "5:7", "hidden"}
