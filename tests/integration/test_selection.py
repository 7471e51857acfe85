"""Components are exported by exact (job, instance) pairs: all of their series, and never one of anything else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.exports import (
    HOUR,
    MINUTE,
    AllSamples,
    Bundle,
    asked,
    between,
    day,
    export,
    flow_export,
    plain_export,
    run,
    target_lines,
    targets_of,
)
from tests.lab.lines import cluster_lines, line
from tests.lab.victoria import VictoriaMetrics
from vmexporter.core.request import Selection
from vmexporter.errors import InvalidInput

pytestmark = pytest.mark.real

START_OF_RECORDING, END_OF_RECORDING = 1_795_423_430_000, 1_795_424_310_000
ODD_JOB = "a.b*c|(d)[e]{2}^$+? \"q\" 'r' \\ `s` ö"
ODD_INSTANCES = ('x"y\\z w:1', "h.1:80", "h|2:80", "line\nbreak:80", "{job=~'.*'}", "🙂:8428")
DECOYS = ("x", "hX1:80", "h", "2:80", "linenbreak:80", "job", ".*")


def times(start_ms: int, hours: float = 2) -> list[int]:
    return list(range(start_ms, start_ms + int(hours * HOUR) + 1, 5 * MINUTE))


def foreign_lines(job: str, instance: str, times_ms: list[int]) -> list[bytes]:
    """A program of somebody else: no build of the family, and metrics of the same names."""
    target = {"job": job, "instance": instance, "customer": "Example Customer"}
    names = ("up", "go_goroutines", "vm_rows", "billing_requests_total")
    return [line({"__name__": name, **target}, [7] * len(times_ms), times_ms) for name in names]


@pytest.fixture(scope="module")
def site(shared_victoria: VictoriaMetrics) -> tuple[VictoriaMetrics, int]:
    """A server with two hours of some components and of a foreign program, and when they begin."""
    start_ms = day(10)
    moments = times(start_ms)
    for job, instance, program in (
        ("storage", "10.0.0.1:8482", "vmstorage"),
        ("select-a", "10.0.0.2:8481", "vmselect"),
        ("select-b", "10.0.0.3:8481", "vmselect"),
        ("mixed", "10.0.0.4:8480", "vminsert"),
        ("mixed", "10.0.0.5:8429", "vmagent"),
        ("single", "10.0.0.6:8428", "victoria-metrics"),
        ("rules", "10.0.0.6:8428", "vmalert"),
    ):
        version = f"{program}-20260101-000000-tags-v1.150.0"
        shared_victoria.import_jsonl(target_lines(job, instance, moments, version=version))
    shared_victoria.import_jsonl(foreign_lines("mixed", "10.0.0.9:9100", moments))
    shared_victoria.import_jsonl(foreign_lines("billing", "10.0.0.1:8482", moments))
    return shared_victoria, start_ms


def of_targets(server: VictoriaMetrics, start_ms: int, end_ms: int, targets: set[tuple[str, str]]) -> AllSamples:
    """What the server has of these targets, picked out of everything it has."""
    everything = plain_export(server, '{job!=""}', start_ms, end_ms)
    return {series: samples for series, samples in everything.items() if targets_of({series: samples}) <= targets}


STORAGE, SELECT_A, SELECT_B, INSERT, AGENT, SINGLE, ALERT = ALL = (
    ("storage", "10.0.0.1:8482"), ("select-a", "10.0.0.2:8481"), ("select-b", "10.0.0.3:8481"),
    ("mixed", "10.0.0.4:8480"), ("mixed", "10.0.0.5:8429"), ("single", "10.0.0.6:8428"),
    ("rules", "10.0.0.6:8428"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("selection", "targets"),
    [
        (Selection(components=("vmstorage",)), {STORAGE}),
        (Selection(components=("vmstorage", "vmselect")), {STORAGE, SELECT_A, SELECT_B}),
        (Selection(components=("vmselect",), jobs=("select-b",)), {SELECT_B}),
        (Selection(components=("vmagent",)), {AGENT}),
        (Selection(jobs=("mixed",)), {INSERT, AGENT}),
        (Selection(instances=("10.0.0.1:8482",)), {STORAGE}),
        (Selection(instances=("10.0.0.6:8428",)), {SINGLE, ALERT}),
        (Selection(components=("vmalert",)), {ALERT}),
    ],
    ids=[
        "one job",
        "jobs",
        "one of two jobs",
        "one of a shared job",
        "shared job",
        "address",
        "two jobs",
        "one of two",
    ],
)
def test_what_is_chosen_is_exported_and_nothing_else(
    site: tuple[VictoriaMetrics, int], selection: Selection, targets: set[tuple[str, str]], tmp_path: Path
) -> None:
    server, start_ms = site
    bundle, _ = flow_export(asked(server.url, start_ms, start_ms + 2 * HOUR, selection), tmp_path)
    check_bundle_of(bundle, site, targets)


def test_every_component_is_exported_by_default(site: tuple[VictoriaMetrics, int], tmp_path: Path) -> None:
    server, start_ms = site
    bundle = export(server.url, *between(start_ms, start_ms + 2 * HOUR), cwd=tmp_path)
    check_bundle_of(bundle, site, {*ALL})


def test_options_of_the_command_choose(site: tuple[VictoriaMetrics, int], tmp_path: Path) -> None:
    server, start_ms = site
    options = ("--component", "vmsingle", "--component", "vminsert", "--job", "mixed", "--job", "single")
    bundle = export(server.url, *options, *between(start_ms, start_ms + 2 * HOUR), cwd=tmp_path)
    check_bundle_of(bundle, site, {SINGLE, INSERT})


def check_bundle_of(bundle: Bundle, site: tuple[VictoriaMetrics, int], targets: set[tuple[str, str]]) -> None:
    """All of these targets and nothing else, in the data and in the manifest."""
    server, start_ms = site
    assert bundle.targets == targets
    assert bundle.undone == of_targets(server, start_ms, start_ms + 2 * HOUR, targets)
    assert {dict(series)["__name__"] for series in bundle.samples} >= {"up", "scrape_duration_seconds"}
    details = bundle.manifest["component_details"]
    assert {entry["name"] for entry in details} == set(bundle.manifest["components"])
    assert sum(entry["instances"] for entry in details) == len(targets)
    jobs = {bundle.originals[job] for entry in details for job in entry["jobs"]}
    assert jobs == {job for job, _ in targets}
    assert b"Example Customer" not in bundle.metrics


def test_a_name_that_is_not_there_is_an_error(site: tuple[VictoriaMetrics, int], tmp_path: Path) -> None:
    server, start_ms = site
    outcome = run("export", server.url, "--component", "vmstorag", *between(start_ms, start_ms + HOUR), cwd=tmp_path)
    assert outcome.status == 2 and "component vmstorag" in outcome.err and "discover" in outcome.err
    for selection in (Selection(jobs=("billing",)), Selection(instances=("10.0.0.9:9100",))):
        with pytest.raises(InvalidInput, match="reported no vm_app_version"):
            flow_export(asked(server.url, start_ms, start_ms + HOUR, selection), tmp_path)
    assert not list(tmp_path.rglob("*.zip*"))


def test_names_with_every_kind_of_character_are_meant_literally(
    shared_victoria: VictoriaMetrics, tmp_path: Path
) -> None:
    start_ms = day(0)
    moments = times(start_ms)
    for instance in ODD_INSTANCES:
        shared_victoria.import_jsonl(target_lines(ODD_JOB, instance, moments))
    for instance in DECOYS:
        shared_victoria.import_jsonl(foreign_lines(ODD_JOB, instance, moments))
    for job in ("aXbbc", "a.b*c", "d", "", "a.b*c|(d)[e]{2}^$+? "):
        shared_victoria.import_jsonl(foreign_lines(job, ODD_INSTANCES[1], moments))
    wanted = {(ODD_JOB, instance) for instance in ODD_INSTANCES}
    bundle = export(shared_victoria.url, *between(start_ms, start_ms + 2 * HOUR), "--no-obfuscate", cwd=tmp_path)
    assert bundle.targets == wanted
    assert bundle.samples == of_targets(shared_victoria, start_ms, start_ms + 2 * HOUR, wanted)
    one = ("--job", ODD_JOB, "--instance", ODD_INSTANCES[1])
    bundle = export(shared_victoria.url, *one, *between(start_ms, start_ms + 2 * HOUR), cwd=tmp_path)
    assert bundle.targets == {(ODD_JOB, ODD_INSTANCES[1])}


def test_hundreds_of_instances_of_a_job_come_once_each(shared_victoria: VictoriaMetrics, tmp_path: Path) -> None:
    start_ms = day(1)
    moments = times(start_ms, 0.5)
    wanted = {("fleet", f"node-{number}.example:8429") for number in range(230)}
    lines = [text for job, instance in sorted(wanted) for text in target_lines(job, instance, moments)]
    shared_victoria.import_jsonl([*lines, *foreign_lines("fleet", "node-1xexample:8429", moments)])
    bundle = export(shared_victoria.url, *between(start_ms, start_ms + HOUR), cwd=tmp_path)
    assert bundle.undone == of_targets(shared_victoria, start_ms, start_ms + HOUR, wanted)
    assert bundle.targets == wanted


def test_what_happened_inside_the_range_counts(shared_victoria: VictoriaMetrics, tmp_path: Path) -> None:
    """A component that died, one that was born late, one that was upgraded; all of their samples are in."""
    start_ms = day(2)
    end_ms = start_ms + 12 * HOUR
    dead, late, upgraded = ("storage", "10.0.0.1:8482"), ("storage", "10.0.0.2:8482"), ("storage", "10.0.0.3:8482")
    shared_victoria.import_jsonl(target_lines(*dead, times(start_ms, 1)))
    shared_victoria.import_jsonl(target_lines(*late, [end_ms - 1, end_ms]))
    for version, begin_ms in (("v1.149.0", start_ms), ("v1.150.0", start_ms + 6 * HOUR + MINUTE)):
        build = f"vmstorage-20260101-000000-tags-{version}"
        shared_victoria.import_jsonl(target_lines(*upgraded, times(begin_ms, 5), version=build))
    shared_victoria.import_jsonl(target_lines("storage", "10.0.0.4:8482", times(start_ms - HOUR, 0.9)))
    bundle = export(shared_victoria.url, *between(start_ms, end_ms), cwd=tmp_path)
    assert bundle.targets == {dead, late, upgraded}
    assert bundle.undone == of_targets(shared_victoria, start_ms, end_ms, bundle.targets)
    [entry] = bundle.manifest["component_details"]
    assert sorted(entry["versions"]) == ["v1.149.0", "v1.150.0"]


def test_series_that_belong_to_no_target_stay_out(shared_victoria: VictoriaMetrics, tmp_path: Path) -> None:
    """Recording rules keep the job and lose the instance; a build without job and instance selects nothing at all."""
    start_ms = day(3)
    moments = times(start_ms)
    shared_victoria.import_jsonl(target_lines("storage", "10.0.0.1:8482", moments))
    shared_victoria.import_jsonl([line({"__name__": "job:up:sum", "job": "storage"}, [1] * len(moments), moments)])
    build = {"__name__": "vm_app_version", "version": "vmauth-20260101-000000-tags-v1.150.0"}
    shared_victoria.import_jsonl([line(build, [1] * len(moments), moments)])
    shared_victoria.import_jsonl(foreign_lines("", "", moments))
    time_range = between(start_ms, start_ms + 2 * HOUR)
    bundle = export(shared_victoria.url, *time_range, cwd=tmp_path)
    assert bundle.targets == {("storage", "10.0.0.1:8482")}
    assert "without job and instance" in bundle.outcome.err
    alone = run("export", shared_victoria.url, "--component", "vmauth", *time_range, cwd=tmp_path)
    assert (alone.status, "--selector" in alone.err) == (2, True)


def test_a_strange_program_is_listed_and_exported_only_when_asked_for(
    shared_victoria: VictoriaMetrics, tmp_path: Path
) -> None:
    start_ms = day(4)
    strange = ("apps", "10.0.0.7:9090")
    version = "acme-billing-20260101-000000-tags-v2.1.0"
    shared_victoria.import_jsonl(target_lines(*strange, times(start_ms), version=version))
    shared_victoria.import_jsonl(target_lines("apps", "10.0.0.1:8482", times(start_ms)))
    time_range = between(start_ms, start_ms + 2 * HOUR)
    listed = run("discover", shared_victoria.url, *time_range, "--json", cwd=tmp_path).json()["instances"]
    assert {entry["component"] for entry in listed} == {"acme-billing", "vmstorage"}
    assert export(shared_victoria.url, *time_range, cwd=tmp_path).targets == {("apps", "10.0.0.1:8482")}
    chosen = export(shared_victoria.url, "--component", "acme-billing", *time_range, cwd=tmp_path)
    assert chosen.targets == {strange}


def test_a_recorded_cluster_is_exported_whole(start_victoria: Callable[..., VictoriaMetrics], tmp_path: Path) -> None:
    """All series of its eight targets, none of the program that has nothing to do with it."""
    server = start_victoria()
    server.import_jsonl(cluster_lines())
    builds = [json.loads(text)["metric"] for text in cluster_lines() if b'"__name__":"vm_app_version"' in text]
    wanted = {(build["job"], build["instance"]) for build in builds}
    bundle = export(server.url, *between(START_OF_RECORDING, END_OF_RECORDING), "--window", "5m", cwd=tmp_path)
    assert len(wanted) == 8 and bundle.targets == wanted
    assert bundle.undone == of_targets(server, START_OF_RECORDING, END_OF_RECORDING, wanted)
