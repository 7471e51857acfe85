"""Levels and the owner's own word: what stays, what is mapped, what goes, and words that vanish wherever they stand."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.places import FLAG, FLAGS, PLACES
from tests.policies import KEY, policy
from vmexporter.core.privacy.mapping import PseudonymMap
from vmexporter.core.privacy.policy import LabelPolicy
from vmexporter.core.request import ObfuscationChoice

UNTIL_STRICT = [
    ("up", "region", "eu-central-1"),
    ("up", "zone", "us-east-1a"),
    ("up", "availability_zone", "eu-west-1b"),
    ("up", "dc", "eu-west-1"),
    ("up", "env", "prod"),
    ("up", "environment", "staging"),
    ("vm_os_info", "release", "6.1.0-18-amd64"),
    ("vm_log_messages_total", "location", "lib/storage/storage.go:123"),
    ("vm_app_version", "k8s_version", "v1.30.2"),
    ("go_info_ext", "GOROOT", "/usr/local/go"),
]
ALWAYS = [
    ("vm_rows", "type", "indexdb/file"),
    ("vm_http_request_errors_total", "reason", "unsupported"),
    ("up", "code", "200"),
    ("up", "method", "GET"),
    ("vm_http_requests_total", "path", "/api/v1/write"),
    ("vm_app_version", "version", "vmstorage-20260814-142634-tags-v1.150.0-cluster-0-g31a38f2c38"),
    ("vm_app_version", "short_version", "v1.150.0"),
    ("flag", "name", "httpListenAddr"),
    ("flag", "is_set", "true"),
    ("vm_persistentqueue_bytes_dropped_total", "name", "1:secret-url"),
    ("vm_tcplistener_conns", "addr", ":8482"),
    ("vm_request_duration_seconds_bucket", "le", "+Inf"),
    ("vm_request_duration_seconds_bucket", "vmrange", "1.000e-01...1.136e-01"),
    ("vm_tenant_inserted_rows_total", "accountID", "0"),
    ("up", "tenant", "multitenant"),
    ("ALERTS", "alertstate", "firing"),
    ("ALERTS", "severity", "critical"),
    ("up", "container", "vmagent"),
]


def chosen(**choice: Any) -> LabelPolicy:
    return policy(ObfuscationChoice(**choice))


@pytest.mark.parametrize(("metric", "label", "value"), UNTIL_STRICT)
def test_what_tells_a_place_is_public_until_strict(metric: str, label: str, value: str) -> None:
    assert chosen().rewrite_value(label, value, metric) == value
    assert chosen(level="none").rewrite_value(label, value, metric) == value
    strict = chosen(level="strict").rewrite_value(label, value, metric) or value
    assert value not in strict and "/" not in strict


@pytest.mark.parametrize(("metric", "label", "value"), ALWAYS)
@pytest.mark.parametrize("level", ["support", "strict", "none"])
def test_what_support_needs_stays_at_every_level(level: str, metric: str, label: str, value: str) -> None:
    assert chosen(level=level).rewrite_value(label, value, metric) == value


@pytest.mark.parametrize(("metric", "label", "_"), [*UNTIL_STRICT, *ALWAYS])
def test_a_private_value_in_a_public_label_is_mapped(metric: str, label: str, _: str) -> None:
    """What is public is decided by the value, too: a relabelling rule can put anything into any label."""
    tested = chosen()
    for value in ("qzx", "qzx-7", "eu-qzx-1", "/qzx", "GET qzx", "1:qzx", "qzx.go:12", "v1.150.0-qzx"):
        assert "qzx" not in (tested.rewrite_value(label, value, metric, flag="qzx") or "qzx")


def test_keep_map_and_drop_are_the_owners_word() -> None:
    tested = chosen(keep_labels=("team", "path", "acme"), map_labels=("type", "env"), drop_labels=("pod",))
    assert tested.rewrite_value("team", "payments") == "payments"
    assert tested.rewrite_value("acme", "gold") == "gold"
    assert tested.rewrite_value("path", "/acme/data", "vm_free_disk_space_bytes") == "/acme/data"
    assert (tested.rewrite_value("type", "indexdb") or "").startswith("type-")
    assert (tested.rewrite_value("env", "prod") or "").startswith("env-")
    assert tested.rewrite_value("pod", "x-0") is None
    assert tested.label_name("acme").startswith("label_"), "the label's name is another matter"
    assert tested.rewrite_value("customer", "acme") != "acme", "no other label"


def test_a_kept_label_still_loses_its_secrets() -> None:
    known = PseudonymMap(KEY)
    tested = policy(ObfuscationChoice(keep_labels=("url", "value")), known)
    assert (
        tested.rewrite_value("url", "http://acme:S3CRET@acme/x?a=S3CRET") == "http://acme:<removed>@acme/x?a=<removed>"
    )
    assert tested.rewrite_value("value", "S3CRET", FLAG, flag=FLAGS["credential"]) == "<removed>"
    assert "S3CRET" not in known.to_json()


def test_without_obfuscation_every_place_keeps_its_value() -> None:
    tested = chosen(level="none")
    for metric, label in PLACES.values():
        assert tested.rewrite_value(label, "acme-7.acme.example:80", metric) == "acme-7.acme.example:80"
    assert tested.rewrite_labels({"__name__": "acme:rate", "acme": "x"}) == {"__name__": "acme:rate", "acme": "x"}


WORD_PLACES = [
    ("team", "acme"),
    ("customer", "x-ACME-y"),
    ("type", "Acme"),
    ("instance", "acme-7.acme.example:80"),
    ("url", "http://acme.example/acme?acme=1"),
    ("zone", "xacmey"),
    ("path", "/acme/data"),
]


@pytest.mark.parametrize(("label", "value"), WORD_PLACES)
@pytest.mark.parametrize("choice", [{}, {"keep_labels": ("team", "url", "zone", "type")}, {"level": "strict"}])
def test_own_words_vanish_wherever_they_stand(choice: dict[str, Any], label: str, value: str) -> None:
    tested = chosen(words=("acme",), **choice)
    assert "acme" not in (tested.rewrite_value(label, value) or "acme").lower()


def test_own_words_vanish_from_public_values_and_names() -> None:
    tested = chosen(words=("index", "goroutines", "reason", "zürich"), keep_labels=("zone",))
    assert (tested.rewrite_value("type", "indexdb/file", "vm_rows") or "").startswith("word-")
    labels = {"__name__": "go_goroutines", "reason": "x", "zone": "Große ZÜRICH"}
    found = tested.rewrite_labels(labels)
    assert found["__name__"].startswith("metric_")
    assert "reason" not in found
    assert "zürich" not in found["zone"].casefold()
    assert found["zone"].startswith("Große ")


def test_the_rest_of_a_kept_value_stays() -> None:
    tested = chosen(words=("acme", "acme corp"), keep_labels=("zone",))
    found = tested.rewrite_value("zone", "at ACME Corp, Acme's zone") or ""
    first, _, rest = found.removeprefix("at ").partition(", ")
    assert first.startswith("word-") and rest.startswith("word-") and rest.endswith("'s zone")
    assert first != rest.removesuffix("'s zone"), "the longer word is one word"


@given(st.sampled_from(["acme", "Zürich", "客户名", "a.b*c", "x(y"]), st.text(max_size=6), st.text(max_size=6))
def test_any_word_vanishes_in_any_case(word: str, before: str, after: str) -> None:
    tested = chosen(words=(word,), keep_labels=("zone",))
    for spelled in (word, word.upper(), word.lower(), word.title()):
        for label in ("zone", "customer", "type"):
            found = tested.rewrite_value(label, f"{before}{spelled}{after}") or ""
            assert word.casefold() not in found.casefold()


@pytest.mark.parametrize(
    "choice",
    [
        {"level": "everything"},
        {"keep_labels": ("a",), "drop_labels": ("a",)},
        {"map_labels": ("__name__",)},
        {"drop_labels": ("__name__",)},
        {"level": "none", "map_labels": ("a",)},
        {"level": "none", "words": ("acme",)},
        {"words": ("ab",)},
        {"words": ("   ",)},
        {"words": ("name",)},
        {"words": ("Removed",)},
        {"enabled": True},
    ],
)
def test_what_makes_no_sense_is_refused(choice: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ObfuscationChoice.model_validate(choice)
