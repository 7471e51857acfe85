"""The guard raises no false alarm: whatever the policy makes passes, else an export would be stopped for nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.places import FLAG, FLAGS
from tests.policies import KEY, guarded, leak_of, policy
from tests.unit import privacy_values as having
from vmexporter.core.privacy.mapping import PseudonymMap
from vmexporter.core.request import ObfuscationChoice


@pytest.mark.parametrize("form", ["{}", '"{}"', "{},qzx", "qzx,{}"])
@pytest.mark.parametrize("value", having.PUBLIC)
def test_public_elements_of_lists_pass(value: str, form: str) -> None:
    for flag in FLAGS.values():
        known = PseudonymMap(KEY)
        labels = {"__name__": FLAG, "name": flag, "value": form.format(value)}
        assert leak_of(policy(pseudonyms=known).rewrite_labels(labels), ObfuscationChoice(), known) == ""


@pytest.mark.parametrize("label", ["path", "addr", "type", "le", "job"])
def test_what_its_owner_wants_mapped_passes_when_it_is(label: str) -> None:
    choice = ObfuscationChoice(map_labels=(label,))
    for value in (*having.PUBLIC, "acme"):
        for metric in ("up", "vm_http_requests_total", "vm_tcplistener_conns"):
            known = PseudonymMap(KEY)
            assert (
                leak_of(policy(choice, known).rewrite_labels({"__name__": metric, label: value}), choice, known) == ""
            )


@pytest.mark.parametrize("level", ["support", "strict", "none"])
@given(having.maps, st.lists(having.spots, max_size=6), having.metrics)
@settings(max_examples=300, deadline=None)
def test_whatever_the_policy_makes_passes(level: str, empty: PseudonymMap, some: list[Any], metric: str) -> None:
    """A false alarm would stop an export for nothing."""
    mapped = () if level == "none" else ("path", "addr", "type")
    choice = ObfuscationChoice.model_validate({"level": level, "keep_labels": ("zone",), "map_labels": mapped})
    tested, checked = policy(choice, empty), guarded(choice, empty)
    for of_metric, label, value, flag in some:
        labels = {"__name__": of_metric, label: value} | ({"name": flag} if of_metric == FLAG else {})
        assert checked(tested.rewrite_labels(labels)) == ""
        assert checked(tested.rewrite_labels({"__name__": metric, "zone": value})) == ""
