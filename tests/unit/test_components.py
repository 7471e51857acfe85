"""Which component a target ran, from what it reported; and that choosing never takes anything else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmexporter.core.components import (
    FAMILY,
    SIGNATURE_FLAGS,
    SIGNATURE_METRICS,
    UNKNOWN,
    Instance,
    Sighting,
    choose,
    component_of,
    components_of_jobs,
    instances_of,
    signatures,
    target_of,
    with_series,
)
from vmexporter.core.request import Selection
from vmexporter.core.selectors import Target
from vmexporter.errors import InvalidInput

RECORDED = Path(__file__).parent.parent / "data" / "acme_api.jsonl"


def sighting(first_ms: int = 0, last_ms: int = 1000, scrapes: int = 10, **labels: str) -> Sighting:
    return Sighting({"__name__": "vm_app_version", "job": "j", "instance": "i", **labels}, first_ms, last_ms, scrapes)


def instance(component: str, job: str = "j", name: str = "i") -> Instance:
    return Instance(Target(job, name), component, (), 0, 1000, 10)


@pytest.mark.parametrize(
    ("version", "component"),
    [
        ("victoria-metrics-20260821-150511-tags-v1.150.0-0-g7d1b6a5f2c", "vmsingle"),
        ("vmstorage-20260821-150511-tags-v1.150.0-cluster-0-g3f0c1d9e4b", "vmstorage"),
        ("vmagent-20260821-150511-heads-master-0-g7d1b6a5f2c-dirty-1a2b", "vmagent"),
        ("vmalert-tool-20260821-150511-tags-v1.150.0-0-g7d1b6a5f2c", "vmalert-tool"),
        ("vmanomaly-v1.26.0", "vmanomaly"),
        ("victoria-logs-20260821-150511-tags-v1.40.0-victorialogs-0-g1", "vlsingle"),
        ("victoria-traces-20260821-150511-tags-v0.5.0-0-g1", "vtsingle"),
        ("vm-operator-v0.60.1", "operator"),
        ("acme-billing-app-1.2.3", "acme-billing-app"),
        ("", ""),
        ("v1.150.0", ""),
        ("20260821-150511", ""),
        ("unknown", ""),
    ],
)
def test_the_build_names_the_component(version: str, component: str) -> None:
    assert component_of(version) == component


def test_the_recorded_cluster_is_recognised() -> None:
    exchanges = (json.loads(line) for line in RECORDED.read_text("utf-8").split("\n") if line)
    body = next(json.loads(each["body"]) for each in exchanges if each["name"] == "cluster: components")
    found = instances_of([Sighting(series["metric"], 0, 1, 1) for series in body["data"]["result"]], {})
    assert components_of_jobs(found) == {
        "acme-billing-app": {"vmsingle"},
        "acme-production-vminsert": {"vminsert"},
        "acme-production-vmselect": {"vmselect"},
        "acme-production-vmstorage": {"vmstorage"},
        "acme-vmagent": {"vmagent"},
        "acme-vmalert": {"vmalert"},
        "acme-vmauth": {"vmauth"},
        "acme-vmsingle": {"vmsingle"},
    }
    assert {instance.component for instance in found} <= FAMILY
    assert {instance.versions for instance in found} == {("v1.150.0",), ("v1.150.0-cluster",)}
    assert [instance.target.instance for instance in found][-2:] == ["10.20.30.11:8482", "10.20.30.12:8482"]


@pytest.mark.parametrize(("flag", "component"), SIGNATURE_FLAGS.items())
def test_a_build_without_a_version_is_told_by_its_flags(flag: str, component: str) -> None:
    signed = signatures(
        [
            {"__name__": "flag", "name": flag, "job": "j", "instance": "i"},
            {"__name__": "flag", "name": "httpListenAddr", "job": "j", "instance": "i"},
            {"__name__": "vm_vminsert_conns", "job": "j", "instance": "i"},
        ]
    )
    assert signed == {Target("j", "i"): component}
    assert instances_of([sighting(version="")], signed)[0].component == component


@given(st.permutations(list(SIGNATURE_METRICS)))
def test_the_more_telling_metric_wins_in_whatever_order_they_come(names: list[str]) -> None:
    """A single node has metrics of the components that it is made of."""
    labels = {"job": "j", "instance": "i"}
    for count in range(1, len(names) + 1):
        telling = min(names[:count], key=list(SIGNATURE_METRICS).index)
        signed = signatures([{"__name__": name, **labels} for name in names[:count]])
        assert signed == {Target("j", "i"): SIGNATURE_METRICS[telling]}


def test_without_any_sign_it_is_unknown() -> None:
    assert instances_of([sighting()], {})[0].component == UNKNOWN
    assert signatures([{"__name__": "up", "job": "j"}, {"__name__": "flag", "name": "x"}, {}]) == {}


def test_a_change_of_version_inside_the_range_shows() -> None:
    old = sighting(0, 1000, 4, version="vmagent-20250101-000000-tags-v1.100.0-0-g1", short_version="v1.100.0")
    new = sighting(1500, 3000, 6, version="vmagent-20260101-000000-tags-v1.150.0-0-g2", short_version="v1.150.0")
    (found,) = instances_of([new, old], {})
    assert found.versions == ("v1.100.0", "v1.150.0")
    assert (found.first_ms, found.last_ms, found.scrapes) == (0, 3000, 10)


def test_the_newest_build_that_names_a_component_decides() -> None:
    single = sighting(0, 10, version="victoria-metrics-20250101-000000-tags-v1.100.0-0-g1")
    storage = sighting(20, 30, version="vmstorage-20250101-000000-tags-v1.100.0-cluster-0-g1")
    nameless = sighting(40, 50, version="")
    assert [found.component for found in instances_of([nameless, storage, single], {})] == ["vmstorage"]


@pytest.mark.parametrize(
    ("version", "shown"),
    [
        ("vmagent-20260821-150511-tags-v1.150.0-0-g7d1b6a5f2c", "v1.150.0"),
        ("vmagent-20260821-150511-tags-v1.150.0-cluster-0-g7d1b6a5f2c-dirty-1", "v1.150.0-cluster"),
        ("vmagent-20260821-150511-heads-my-branch-12-gabc", "my-branch"),
        ("something", "something"),
    ],
)
def test_a_version_without_its_short_form_is_shortened(version: str, shown: str) -> None:
    assert instances_of([sighting(version=version)], {})[0].versions == (shown,)


def test_tenants_are_told_apart() -> None:
    both = [sighting(vm_account_id=tenant, vm_project_id="0", version="vmagent-v1.2") for tenant in ("1", "2")]
    assert [found.target.tenant_labels for found in instances_of(both, {})] == [
        (("vm_account_id", "1"), ("vm_project_id", "0")),
        (("vm_account_id", "2"), ("vm_project_id", "0")),
    ]
    assert target_of({}) == Target("", "")


def test_estimates_are_unknown_where_counts_are() -> None:
    counted, not_counted = with_series([instance("vmagent"), instance("vmauth", "k")], {Target("j", "i"): 7})
    assert (counted.samples, not_counted.samples) == (70, None)


ALL = [
    instance("vmagent", "a", "1"),
    instance("vmagent", "a", "2"),
    instance("vmauth", "b", "1"),
    instance(UNKNOWN, "c"),
]
FOREIGN = instance("acme-billing-app", "a", "3")


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(), ALL),
        (Selection(components=("vmagent",)), ALL[:2]),
        (Selection(components=("vmagent", "vmauth")), ALL[:3]),
        (Selection(components=("acme-billing-app",)), [FOREIGN]),
        (Selection(jobs=("a",)), ALL[:2]),
        (Selection(instances=("1",)), [ALL[0], ALL[2]]),
        (Selection(jobs=("a",), instances=("2",)), [ALL[1]]),
        (Selection(components=(UNKNOWN,)), [ALL[3]]),
    ],
)
def test_choosing_takes_what_was_meant_and_no_foreign_program(selection: Selection, expected: list[Instance]) -> None:
    assert choose([*ALL, FOREIGN], selection) == expected


@pytest.mark.parametrize(
    ("selection", "field", "why"),
    [
        (Selection(components=("vmselect",)), "component", "vmselect"),
        (Selection(jobs=("a", "x", "y")), "job", "x, y"),
        (Selection(instances=("9",)), "instance", "9"),
        (Selection(jobs=("b",), instances=("2",)), "", "fits all"),
        (Selection(components=("vmauth",), jobs=("a",)), "", "fits all"),
        (Selection(instances=("3",)), "", "fits all"),
    ],
)
def test_a_choice_that_finds_nothing_is_an_error(selection: Selection, field: str, why: str) -> None:
    with pytest.raises(InvalidInput, match=why) as refusal:
        choose([*ALL, FOREIGN], selection)
    assert refusal.value.field == field and "discover" in refusal.value.hint
