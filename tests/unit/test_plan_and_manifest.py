"""Plan and manifest are the same after every way through text; what a reader cannot know it refuses."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.bundles import entries
from vmexporter.core.components import Instance
from vmexporter.core.manifest import read_manifest
from vmexporter.core.plan import Plan, read_plan
from vmexporter.core.request import ObfuscationChoice, Selection, TimeRange
from vmexporter.core.selectors import Target
from vmexporter.core.windows import Slice
from vmexporter.errors import BundleDamaged

texts = st.text(max_size=8)
millis = st.integers(0, 2**53)
targets = st.builds(Target, texts, texts, st.lists(st.tuples(texts, texts), max_size=2).map(tuple))
slices = st.builds(Slice, millis, millis, st.lists(st.integers(0, 99), max_size=3).map(tuple))
versions = st.lists(texts, max_size=2).map(tuple)
choices = st.builds(
    ObfuscationChoice,
    level=st.sampled_from(["support", "strict"]),
    keep_labels=versions.map(lambda some: tuple(f"keep{label}" for label in some)),
    map_labels=versions.map(lambda some: tuple(f"map{label}" for label in some)),
    drop_labels=versions.map(lambda some: tuple(f"drop{label}" for label in some)),
    words=versions.map(lambda some: tuple(f"acme{word}" for word in some)),
    one_way=st.booleans(),
) | st.builds(ObfuscationChoice, level=st.just("none"), drop_labels=versions)
instances = st.builds(Instance, targets, texts, versions, millis, millis, millis, st.one_of(st.none(), millis))
plans = st.builds(
    Plan,
    time_range=st.builds(
        lambda start_ms, more_ms: TimeRange(start_ms=start_ms, end_ms=start_ms + more_ms), millis, millis
    ),
    selection=st.builds(Selection, jobs=versions, step_ms=millis),
    obfuscation=choices,
    require_complete=st.booleans(),
    targets=st.lists(targets, max_size=3).map(tuple),
    selectors=versions,
    slices=st.lists(slices, max_size=3).map(tuple),
    instances=st.lists(instances, max_size=2).map(tuple),
    components_of_job=st.dictionaries(texts, st.frozensets(texts, max_size=2), max_size=2),
    sampling_step_ms=millis,
    estimated_samples=st.one_of(st.none(), millis),
    notes=versions,
    partial=st.booleans(),
)


@given(plans)
def test_a_plan_is_the_same_after_a_way_through_the_journal(plan: Plan) -> None:
    assert read_plan(json.loads(json.dumps(plan.to_json()))) == plan


@pytest.mark.parametrize(
    "value", [None, {}, [], "plan", {"time_range": {"start_ms": 1, "end_ms": 0}}, {"time_range": 1}]
)
def test_what_is_no_plan_is_refused(value: object) -> None:
    with pytest.raises(BundleDamaged):
        read_plan(value)


def test_a_slice_asks_for_its_own_targets_only() -> None:
    plan = Plan(
        time_range=TimeRange(start_ms=0, end_ms=1),
        selection=Selection(),
        obfuscation=ObfuscationChoice(),
        targets=(Target("a", "1"), Target("b", "2"), Target("b", "3")),
        selectors=("never",),
    )
    assert plan.selectors_for(Slice(0, 1)) == ['{job="a",instance="1"}', '{job="b",instance=~"2|3"}']
    assert plan.selectors_for(Slice(0, 1, (2,))) == ['{job="b",instance="3"}']
    assert plan.jobs == ("a", "b", "b")


def test_a_manifest_is_the_same_after_a_way_through_the_bundle() -> None:
    text = entries(b"x\n" * 3, "0" * 64)["metadata.json"]
    assert read_manifest(text).to_json().encode() == text


def test_the_keys_of_older_tools_have_their_places() -> None:
    found = json.loads(entries(b"x\n", "0" * 64)["metadata.json"])
    assert {"export_id", "export_date", "time_range", "components", "jobs", "metrics_count", "obfuscated"} <= set(found)
    assert {"start", "end"} <= set(found["time_range"])
    assert isinstance(found["components"], list) and isinstance(found["metrics_count"], int)


@given(st.binary(max_size=60))
def test_any_bytes_are_a_manifest_or_refused(content: bytes) -> None:
    with pytest.raises(BundleDamaged):
        read_manifest(content)


@pytest.mark.parametrize("key", ["version", "export_id", "time_range", "counts", "sha256", "obfuscated", "rungs"])
def test_a_manifest_that_lacks_something_is_refused(key: str) -> None:
    found = json.loads(entries(b"x\n", "0" * 64)["metadata.json"])
    del found[key]
    with pytest.raises(BundleDamaged, match=key):
        read_manifest(json.dumps(found).encode())
