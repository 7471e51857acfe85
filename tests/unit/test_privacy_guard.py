"""The guard: value by value, what it lets pass and what it stops, without a word of it in the error."""

from __future__ import annotations

from typing import Any

import pytest

from tests.places import FLAG, FLAGS, PLACES, Place
from tests.policies import KEY, catalogue, guarded, leak_of
from vmexporter.core.privacy.mapping import Entry, PseudonymMap
from vmexporter.core.request import ObfuscationChoice

ENTRIES = [
    Entry("label:tenant", "acme", "tenant-9"),
    Entry("label:id", "acme", "id-4"),
    Entry("ipv4", "10.1.2.3", "777.777.4.9"),
    Entry("ipv6", "fd12::1", "7777:7777::1:a"),
    Entry("job", "acme", "job-3"),
    Entry("name", "acme", "name-17"),
    Entry("name", "zone", "name-18"),
    Entry("dir", "acme", "dir-4"),
    Entry("tenant", "4242", "777318225"),
    Entry("fingerprint", "E04D1C7870ED9B9B", "A7D75464A0BBDFDE"),
    Entry("rule-id", "6667929307218984182", "3601685489981396486"),
    Entry("metric", "acme:rate", "metric_7"),
    Entry("label-name", "acme_tier", "label_9"),
    Entry("branch", "acme", "branch-5"),
    Entry("word", "acme", "word-8"),
    Entry("word", "IndexDB", "word-9"),
    Entry("label:customer", "acme", "customer-6"),
    Entry("label:label", "acme", "label-6"),
    Entry("label:user", "jane", "user-2"),
    Entry("label:value", "acme", "value-6"),
]


def known_map() -> PseudonymMap:
    known = PseudonymMap(KEY)
    for entry in ENTRIES:
        known.add(entry)
    return known


def verdict(place: Place, value: str, *, flag: str = "", **choice: Any) -> str:
    """What the guard says of a value at a place; "" for nothing."""
    labels = {"__name__": place.metric, place.label: value} | ({"name": flag} if flag else {})
    return leak_of(labels, ObfuscationChoice(**choice), known_map())


PASSES = [
    ("host_port", ""),
    ("host_port", "777.777.4.9:8401"),
    ("host_port", "[7777:7777::1:a]:80"),
    ("host_port", ":8401"),
    ("host_port", "127.0.0.1:8401"),
    ("host_port", "vmstorage-0.vmstorage.name-17.svc.cluster.local:8401"),
    ("host", "ip-777-777-4-9.name-17-1.compute.internal"),
    ("host", "name-17.example"),
    ("fs_path", "/dir-4/vmstorage-data/indexdb"),
    ("fs_path", "C:\\dir-4\\data"),
    ("fs_path_with_url_fingerprint", "/dir-4/persistent-queue/1_A7D75464A0BBDFDE"),
    ("remote_write_url", "1:http://user-2:<removed>@name-17:80/insert/777318225/prometheus?token=<removed-4>"),
    ("remote_write_url", "1:secret-url"),
    ("tenant_id", "777318225"),
    ("tenant_id", "0"),
    ("tenant_id", "tenant-9"),
    ("rule_fingerprint", "id-4"),
    ("fs_path_with_url_fingerprint", "dir-4"),
    ("rule_fingerprint", "3601685489981396486"),
    ("username_or_token_fingerprint", "bearer_token:hash:A7D75464A0BBDFDE"),
    ("job_name", "job-3"),
    ("job_name", "vmstorage-vmagent-job-3"),
    ("build_version_may_hold_private_branch", "vmagent-20260101-101010-heads-branch-5-0-gabcdef0123"),
    ("build_path", "/dir-4/dir-4"),
    ("custom_label", "customer-6"),
    ("recording_rule_name", "metric_7"),
]
STOPPED = [
    ("host_port", "10.1.2.3:8401"),
    ("host_port", "777.777.4.9.acme:80"),
    ("host_port", "192.168.0.1"),
    ("host_port", "10-1-2-3"),
    ("host_port", "10_1_2_3:80"),
    ("host_port", "acme:80"),
    ("host_port", "[fd12::1]:80"),
    ("host_port", "[7777:7777::1:acme]:80"),
    ("host", "name-17.acme.example"),
    ("host", "vmstorage-acme-0"),
    ("fs_path", "/dir-4/acme"),
    ("fs_path", "/ACME/data"),
    ("fs_path_with_url_fingerprint", "/dir-4/persistent-queue/1_E04D1C7870ED9B9B"),
    ("remote_write_url", "1:http://jane:<removed>@name-17/"),
    ("remote_write_url", "1:http://user-2:S3CRET@name-17/"),
    ("remote_write_url", "1:http://name-17/?token=S3CRET"),
    ("remote_write_url", "1:http://name-17/insert/4242/prometheus"),
    ("remote_write_url", "1:http://name-17/insert/777318225:7/prometheus"),
    ("tenant_id", "4242"),
    ("tenant_id", "tenant-8"),
    ("tenant_id", "4242-9"),
    ("tenant_id", "777318225:7"),
    ("rule_fingerprint", "6667929307218984182"),
    ("rule_fingerprint", "12345"),
    ("username", "jane"),
    ("username", "jane@name-17.example"),
    ("job_name", "acme-vmstorage"),
    ("build_version_may_hold_private_branch", "vmagent-20260101-101010-heads-acme-0-gabcdef0123"),
    ("build_path", "/home/alice/lib/storage/storage.go:123"),
    ("custom_label", "acme"),
    ("custom_label", "ACME"),
    ("custom_label", "xacmex"),
    ("custom_label", "客户"),
    ("custom_label", "\u200b客"),
    ("custom_label", "1234567"),
    ("custom_label", "acme customer-6"),
    ("recording_rule_name", "acme:rate"),
]


@pytest.mark.parametrize(("kind", "value"), PASSES)
def test_what_is_accounted_for_passes(kind: str, value: str) -> None:
    assert verdict(PLACES[kind], value) == ""


@pytest.mark.parametrize(("kind", "value"), STOPPED)
def test_what_is_not_is_stopped_without_a_word_of_it(kind: str, value: str) -> None:
    for level in ("support", "strict"):
        found = verdict(PLACES[kind], value, level=level)
        assert found
        assert value not in found and "acme" not in found.lower() and "S3CRET" not in found


def test_a_line_of_source_code_passes_below_a_private_folder() -> None:
    location = Place("vm_log_messages_total", "location")
    assert verdict(location, "/dir-4/dir-4/lib/storage/storage.go:123") == ""
    assert verdict(location, "lib/storage/storage.go:123") == ""
    assert verdict(location, "/home/alice/lib/storage/storage.go:123")
    assert verdict(location, "/dir-4/lib/acme/storage.go:123")
    assert verdict(location, "lib/storage/storage.go:123", level="strict")


@pytest.mark.parametrize(
    ("labels", "stopped"),
    [
        ({"__name__": "up"}, False),
        ({"__name__": "metric_7"}, False),
        ({"__name__": "metric_8"}, True),
        ({"__name__": "acme:rate"}, True),
        ({"__name__": "vm_acme_total"}, True),
        ({"__name__": "name-17"}, True),
        ({"label_9": "label-6"}, False),
        ({"label_8": "label-6"}, True),
        ({"acme_tier": "label-6"}, True),
        ({"acme_tier": ""}, True),
        ({"label_9": "acme"}, True),
        ({"exported_job": "job-3"}, False),
        ({"exported_acme": "job-3"}, True),
        ({"": ""}, True),
    ],
)
def test_names_of_metrics_and_labels(labels: dict[str, str], stopped: bool) -> None:
    assert bool(leak_of(labels, ObfuscationChoice(), known_map())) is stopped


FLAG_VALUES = [
    ("safe_by_type", "16", ""),
    ("safe_by_value_shape", "30d", ""),
    ("location_or_service", "eu-central-1", ""),
    ("fs_path", "/dir-4/data", ""),
    ("fs_path", "/acme/data", "acme"),
    ("listen_addr", ":8428,777.777.4.9:80", ""),
    ("listen_addr", "10.1.2.3:80", "10.1"),
    ("listen_addr", "0.0.0.0:80", ""),
    ("url_or_path", "http://user-2:<removed>@name-17/", ""),
    ("url_or_path", "http://user-2:S3CRET@name-17/", "S3CRET"),
    ("url_or_path", "http://name-17/insert/4242/prometheus", "4242"),
    ("name_or_free_text", "value-6", ""),
    ("name_or_free_text", "acme", "acme"),
    ("name_or_free_text", "1h30m acme2", "acme"),
    ("credential", "secret", ""),
    ("credential", "<removed>", ""),
    ("credential", "S3CRET", "S3CRET"),
    ("label_names_or_values", "label_9=label-6", ""),
    ("label_names_or_values", "acme_tier=label-6", "acme"),
    ("unknown", "acme", "acme"),
]


@pytest.mark.parametrize(("kind", "value", "private"), FLAG_VALUES)
def test_values_of_flags(kind: str, value: str, private: str) -> None:
    found = verdict(Place(FLAG, "value"), value, flag=FLAGS[kind])
    assert bool(found) is bool(private)
    assert not private or private not in found


def test_the_same_value_may_stand_at_one_metric_and_not_at_another() -> None:
    """What was found to be good is remembered, but only for where it is good."""
    checked = guarded(ObfuscationChoice(), known_map())
    assert checked({"__name__": FLAG, "name": "httpListenAddr", "value": "0.0.0.0:80"}) == ""
    assert checked({"__name__": FLAG, "name": "loggerTimezone", "value": "Europe/Zurich"}) == ""
    assert checked({"__name__": "vm_rows", "name": "httpListenAddr"})
    assert checked({"__name__": "up", "value": "Europe/Zurich"})
    assert checked({"__name__": "vm_persistentqueue_bytes_dropped_total", "name": "1:secret-url"}) == ""
    assert checked({"__name__": "vm_rows", "name": "1:secret-url"})


def test_kept_labels_and_level_none_pass_but_for_passwords_in_urls() -> None:
    place = Place("up", "customer")
    for choice in ({"keep_labels": ("customer",)}, {"level": "none"}):
        assert verdict(place, "acme 10.1.2.3", **choice) == ""
        assert verdict(place, "http://u:S3CRET@h/", **choice)
        assert verdict(place, "http://u:<removed>@h/", **choice) == ""
    assert verdict(Place("up", "label_9"), "acme", keep_labels=("acme_tier",)) == ""
    assert verdict(Place("up", "label_9"), "acme", keep_labels=("acme_other",))


def test_own_words_are_stopped_in_kept_labels_and_names_too() -> None:
    for labels in ({"zone": "x ACME y"}, {"__name__": "vm_rows", "job": "acme"}, {"type": "Acme"}, {"acmetype": ""}):
        assert leak_of(labels, ObfuscationChoice(words=("acme",), keep_labels=("zone", "type")), known_map())
    passes = [{"zone": "word-8"}, {"zone": "x word-8y"}, {"__name__": "vm_rows", "type": "word-9/file"}]
    for labels in passes:
        assert leak_of(labels, ObfuscationChoice(words=("acme", "indexdb"), keep_labels=("zone",)), known_map()) == ""


def test_the_guards_words_are_words_of_structure() -> None:
    assert catalogue().flags and "vmstorage" in set(catalogue().listed("structure_words.txt"))
    assert not {"acme", "secret-url"} & set(catalogue().listed("structure_words.txt"))
