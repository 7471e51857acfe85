"""The audit of labels: what is accounted for passes, whatever else stands there is found, and its place is named."""

from __future__ import annotations

import pytest

from tests.unit.audit_bundles import CLEAN_LABELS, MANIFEST, ORIGINALS, audited, findings_of, with_policy


def kinds_of(*labels: dict[str, str], **policy: object) -> set[str]:
    """The kinds of findings in these label sets."""
    return {finding.kind for finding in findings_of(labels, with_policy(**policy))}


@pytest.mark.parametrize("labels", CLEAN_LABELS, ids=str)
def test_clean_labels_pass(labels: dict[str, str]) -> None:
    assert findings_of([labels]) == []


@pytest.mark.parametrize(
    ("label", "value"),
    [
        ("team", "payments"),
        ("team", "4712"),
        ("team", "vmagent"),
        ("team", "storage"),
        ("team", "team-9"),
        ("team", "ünïcode"),
        ("team", "team-1 é"),
        ("team", "team-1 of payments"),
        ("job", "vmagent"),
        ("job", "vmagent-job-7"),
        ("job", "payments-job-1"),
        ("instance", "db7:8428"),
        ("instance", "api:8428"),
        ("instance", "monitoring:8428"),
        ("instance", "777.777.1.9:8428"),
        ("instance", "[7777:7777::1:9]:8428"),
        ("instance", "name-1.payments.com:80"),
        ("instance", "ip-777-777-1-9"),
        ("pod", "checkout-vmstorage-0"),
        ("pod", "payments-0"),
        ("pod", "data-0"),
        ("accountID", "4243"),
        ("accountID", "777000005:7"),
        ("id", "42"),
        ("id", "15805274862012628583"),
        ("path", "/dir-1/payments/data"),
        ("path", "/dir-1/data/1_871CEA02A278095B"),
        ("path", "/dir-1/20261124/data"),
        ("url", "http://user-1:<removed>@name-1:80/insert/8/prometheus"),
        ("url", "http://payments:8480/api"),
        ("url", "http://name-1/api?token=abc"),
        ("url", "http://name-1/payments"),
        ("username", "bearer_token:hash:871CEA02A278095B"),
        ("type", "payments"),
        ("type", "type-7"),
        ("region", "datacenter-west"),
        ("version", "vmagent-20260101-101010-heads-payments-0-gabcdef0123"),
        ("location", "/home/payments/lib/storage/storage.go:123"),
    ],
)
def test_what_nothing_accounts_for_is_found(label: str, value: str) -> None:
    found = findings_of([{"__name__": "vm_app_version", label: value}])
    assert found
    assert all(finding.place == f"metrics.jsonl: label {label} of vm_app_version" for finding in found)
    assert not any(value in f"{finding}" for finding in found if len(value) > 7)


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        ("storageNode", "payments:8400"),
        ("storageNode", '777.777.1.1:8400,"payments:8400"'),
        ("storageDataPath", "/data/payments"),
        ("maxSamples", "payments"),
        ("loggerLevel", "payments"),
        ("remoteWrite.label", "team=payments"),
        ("remoteWrite.label", "payments=team-1"),
        ("httpListenAddr", "10.1.2.3:8428"),
        ("unheard.of", "payments"),
    ],
)
def test_flag_values_are_judged_by_their_flag(flag: str, value: str) -> None:
    labels = {"__name__": "flag", "name": flag, "value": value}
    assert "metrics.jsonl: label value of flag" in {finding.place for finding in findings_of([labels])}


@pytest.mark.parametrize("value", ["hunter2", "12345", "<removed>,hunter2"])
@pytest.mark.parametrize("policy", [{}, {"kept_labels": ["value", "name"]}])
def test_a_secret_flag_is_removed_in_any_case(value: str, policy: dict[str, object]) -> None:
    labels = {"__name__": "flag", "name": "datasource.bearerToken", "value": value}
    assert "secret-flag" in kinds_of(labels, **policy)


@pytest.mark.parametrize("value", ["", "secret", "<removed>", "<removed-7>", '<removed>,"<removed>"'])
def test_a_removed_secret_passes(value: str) -> None:
    assert kinds_of({"__name__": "flag", "name": "datasource.bearerToken", "value": value}) == set()


def test_names_of_labels_and_metrics() -> None:
    found = findings_of([{"__name__": "vm_rows", "gold_plan": "label-1"}, {"__name__": "acme_orders_total"}])
    assert [(finding.kind, finding.place) for finding in found] == [
        ("unaccounted", "metrics.jsonl: label __name__ of (private)"),
        ("unaccounted", "metrics.jsonl: name of a label"),
    ]
    assert findings_of([{"__name__": "metric_1_bucket", "le": "1"}]) == []
    assert findings_of([{"__name__": "metric_2"}])
    assert findings_of([{"__name__": "vm_rows:sum"}])


def test_the_place_tells_no_private_name() -> None:
    found = findings_of([{"__name__": "acme_orders_total", "gold_plan": "payments"}])
    assert "gold" not in str(found) and "acme" not in str(found) and "payments" not in str(found)


def test_a_public_value_is_no_leak_although_it_is_an_original() -> None:
    """At level strict ``fra1`` was mapped, with the same map; a host's part is no region."""
    assert kinds_of({"__name__": "up", "region": "fra1"}) == set()
    assert kinds_of({"__name__": "up", "region": "fra1"}, level="strict") == {"label:region", "unaccounted"}
    assert kinds_of({"__name__": "up", "instance": "vmagent.fra1:80"}) == {"label:region", "unaccounted"}


def test_common_originals_are_found_as_whole_values() -> None:
    for label, value in (("team", "storage"), ("team", "4711"), ("job", "vmstorage"), ("accountID", "4242")):
        assert kinds_of({"__name__": "up", label: value}) == {"unaccounted", "whole-value"}
    assert kinds_of({"__name__": "up", "pod": "vmstorage"}) == set()  # a job of this name, not a pod
    assert kinds_of({"__name__": "vm_rows", "type": "storage"}) == set()


def test_an_original_inside_a_public_word_is_no_leak() -> None:
    assert kinds_of({"__name__": "vm_rows", "url": "http://name-1/prometheus"}) == set()  # "prom" is an original
    assert "name" in kinds_of({"__name__": "vm_rows", "url": "http://name-1/prom"})


def test_a_pseudonym_that_is_also_an_original_is_no_leak() -> None:
    assert kinds_of({"__name__": "vm_rows", "path": "/dir-2/data"}) == set()
    with_it = {**ORIGINALS, "label:team": {**ORIGINALS["label:team"], "team-7": "dir-2"}}
    assert findings_of([{"__name__": "vm_rows", "path": "/dir-2/data"}], kinds=with_it) == []
    assert kinds_of({"__name__": "up", "instance": "[7777:7777::1:1]:80"}) == set()


@pytest.mark.parametrize(
    "labels",
    [
        {"__name__": "vm_rows", "region": "fra1"},
        {"__name__": "vm_rows", "type": "storage"},
        {"__name__": "vm_rows_total"},
        {"__name__": "up", "username": "name-1"},
        {"__name__": "up", "team": "Storage"},
    ],
    ids=str,
)
def test_own_words_may_stand_nowhere(labels: dict[str, str]) -> None:
    """Neither public values nor names nor labels that were kept may hold one."""
    words = ("fra1", "storage", "rows", "username", "team")
    kinds = {**ORIGINALS, "word": {f"word-{number}": word for number, word in enumerate(words, 1)}}
    for manifest in (MANIFEST, with_policy(kept_labels=["team", "username"])):
        assert "word" in {finding.kind for finding in findings_of([labels], manifest, kinds)}


def test_an_own_word_is_put_back_to_ask_the_tables() -> None:
    kinds = {**ORIGINALS, "word": {"word-3": "storage"}}
    assert findings_of([{"__name__": "up", "type": "word-3/small"}], kinds=kinds) == []
    assert findings_of([{"__name__": "up", "type": "word-3/payments"}], kinds=kinds)
    assert findings_of([{"__name__": "up", "type": "word-4/small"}], kinds=kinds)


def test_kept_labels_are_visible_by_choice() -> None:
    labels = {"__name__": "vm_rows", "team": "acme-prod of Secret Customer GmbH", "username": "jane.roe"}
    audit = audited([labels], with_policy(kept_labels=["team", "username"]))
    assert audit.findings() == []
    assert audit.visible_by_choice == 3


def test_a_kept_label_may_not_hold_a_secret() -> None:
    labels = {"__name__": "vm_rows", "team": "http://jane:hunter2@db"}
    assert kinds_of(labels, kept_labels=["team"]) == {"url-password"}


def test_dropped_labels_must_be_gone() -> None:
    assert "dropped-label" in kinds_of({"__name__": "up", "team": "team-1"}, dropped_labels=["team"])


def test_a_name_twice_is_found() -> None:
    audit = audited([])
    audit.labels([("__name__", "up"), ("team", "team-1"), ("team", "team-1")])
    assert [finding.kind for finding in audit.findings()] == ["label-twice"]


def test_without_obfuscation_only_secrets_are_looked_for() -> None:
    manifest = {"obfuscated": False}
    assert findings_of([{"__name__": "acme_orders", "team": "payments 10.1.2.3 a@b.example"}], manifest) == []
    assert findings_of([{"__name__": "acme_orders", "url": "http://a:b@c"}], manifest)


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("name-1-0:80", "name-99-0:80"),
        ("777.777.1.1:80", "777.777.1.2:80"),
        ("[7777:7777::1:1]:80", "[7777:7777::1:2]:80"),
        ("name-1-0:80", "name-1-payments:80"),
        ("name-1-0:80", "\x00-0:80"),
    ],
)
def test_a_template_vouches_for_pseudonyms_of_the_map_alone(good: str, bad: str) -> None:
    found = findings_of([{"__name__": "up", "instance": value} for value in (good, bad, bad.replace(":80", ":81"))])
    assert [finding.count for finding in found if finding.kind == "unaccounted"] == [2]
    assert findings_of([{"__name__": "up", "instance": good}]) == []
