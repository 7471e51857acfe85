"""Every kind of the tables: what its examples become, and that one original has one pseudonym wherever it stands."""

from __future__ import annotations

import re

import pytest

from tests.places import FLAG, FLAGS, PLACES
from tests.policies import KEY, catalogue, policy
from vmexporter.core.privacy.flags import FLAG_KINDS
from vmexporter.core.privacy.kinds import KINDS, STRICT_KINDS
from vmexporter.core.privacy.mapping import PseudonymMap
from vmexporter.core.privacy.policy import LabelPolicy

EXAMPLES = [
    ("aggregator_name", "acme-billing-5m", "name-#"),
    ("alert_name", "AcmePaymentsDown", "alertname-#"),
    ("app_name", "acme-vm", "name-#"),
    ("app_name", "vmagent-acme", "vmagent-name-#"),
    ("backup_name", "daily/2026-08-14", "dir-#/dir-#"),
    ("bucket_url", "s3://acme-vm-backups/prod", "s3://name-#/dir-#"),
    ("bucket_url", "gs://acme/latest/data", "gs://name-#/dir-#/data"),
    ("build_path", "/home/alice/sdk/go1.27", "/dir-#/dir-#/dir-#/dir-#"),
    ("build_version_may_hold_private_branch", "vmagent-20260101-101010-heads-acme-hotfix-0-gabcdef0123-dirty-9f8e7d6c",
     "vmagent-20260101-101010-heads-branch-#-0-gabcdef0123-dirty-9f8e7d6c"),
    ("build_version_may_hold_private_branch", "vmselect-acme-hotfix", "vmselect-branch-#"),
    ("build_version_may_hold_private_branch", "acme-own-build", "version-#"),
    ("cluster_name", "acme-eu-prod-1", "cluster-#"),
    ("config_path", "/etc/acme/vmagent/streamaggr.yml", "/dir-#/dir-#/vmagent/streamaggr.yml"),
    ("config_path", "http://config.acme.internal/stream.yml?token=x",
     "http://name-#.name-#.internal/dir-#.yml?token=<removed>"),
    ("custom_label", "payments", "customer-#"),
    ("custom_label", "payments.acme.example", "name-#.name-#.example"),
    ("custom_label", "10.20.0.5", "777.777.#.#"),
    ("custom_name", "acme-oncall", "receiver-#"),
    ("environment", "acme-blue", "env-#"),
    ("flag_value", "registry.acme.internal/victoriametrics", "value-#"),
    ("fs_path", "/mnt/acme/vmstorage", "/dir-#/dir-#/vmstorage"),
    ("fs_path", "/mnt/acme-prod/vmstorage-data/indexdb", "/dir-#/dir-#/vmstorage-data/indexdb"),
    ("fs_path", "C:\\acme\\data", "C:\\dir-#\\data"),
    ("fs_path", "acme", "dir-#"),
    ("fs_path_with_url_fingerprint", "/mnt/acme/vmagent/persistent-queue/1_871CEA02A278095A",
     "/dir-#/dir-#/vmagent/persistent-queue/1_~"),
    ("host", "ip-10-20-0-5.eu-west-1.compute.internal", "ip-777-777-#-#.name-#-1.compute.internal"),
    ("host", "db-host-7.acme.internal", "name-#-7.name-#.internal"),
    ("host_port", "vmstorage-0.vmstorage.monitoring.svc.cluster.local:8401",
     "vmstorage-0.vmstorage.name-#.svc.cluster.local:8401"),
    ("host_port", "[fd12:3456:789a::1]:8482", "[7777:7777::*:*]:8482"),
    ("http_path", "/insert/4242/prometheus/api/v1/write", "/insert/777#/prometheus/api/v1/write"),
    ("http_path", "/select/4242:7/prometheus/api/v1/query", "/select/777#:777#/prometheus/api/v1/query"),
    ("http_path", "/api/v1/namespaces/acme-payments", "/api/v1/dir-#/dir-#"),
    ("ip", "10.244.3.17", "777.777.#.#"),
    ("job_name", "acme-prod-vmstorage", "vmstorage-job-#"),
    ("job_name", "payments", "job-#"),
    ("k8s_container", "acme-sidecar", "name-#"),
    ("k8s_name", "monitoring/vmagent-acme", "name-#/vmagent-name-#"),
    ("k8s_namespace", "acme-payments", "name-#"),
    ("k8s_pod", "vmselect-acme-7d9c5b8f6d-x2x9q", "vmselect-name-#"),
    ("k8s_pod", "vmagent-acme-0", "vmagent-name-#-0"),
    ("kafka_topic_or_broker_or_group", "acme-metrics", "topic-#"),
    ("kafka_topic_or_broker_or_group", "kafka.acme.internal:9092", "name-#.name-#.internal:9092"),
    ("kernel_release", "6.1.0-acme-hardened", "release-#"),
    ("listen_addr", "10.20.0.5:8428", "777.777.#.#:8428"),
    ("location", "acme-dc-7", "region-#"),
    ("port_name", "acme-port", "endpoint-#"),
    ("public_enum", "ACME_IMAGE", "name-#"),
    ("query_alias", "acme_payments_latency", "query_key-#"),
    ("recording_rule_name", "acme:payments:rate5m", "metric_#"),
    ("remote_write_url", "1:http://user:pass@vm.acme.com/api/v1/write?token=x",
     "1:http://user-#:<removed>@name-#.name-#.com/api/v1/write?token=<removed>"),
    ("remote_write_url", "1:http://u:p@host/insert/4242:7/prometheus?token=x",
     "1:http://user-#:<removed>@name-#/insert/777#:777#/prometheus?token=<removed>"),
    ("replica", "vmagent-acme-0", "vmagent-name-#-0"),
    ("rule_file", "/etc/vmalert/config/vm-acme-rulefiles-0/monitoring-acme.yaml",
     "/dir-#/vmalert/config/dir-#/dir-#.yaml"),
    ("rule_fingerprint", "6667929307218984182", "###################"),
    ("rule_fingerprint", "E04D1C7870ED9B9B", "~"),
    ("rule_group", "acme-billing-slo", "group-#"),
    ("tenant_id", "4242", "777######"),
    ("tenant_id", "4242:7", "777######:777######"),
    ("tenant_id", "0:7", "0:777######"),
    ("tenant_id", "acme", "accountID-#"),
    ("url", "http://user:xxxxx@alertmanager.acme.internal:9093/api/v2/alerts",
     "http://user-#:<removed>@name-#.name-#.internal:9093/api/v2/alerts"),
    ("url_with_credentials", "http://user:xxxxx@vm.acme.internal:8428/api/v1/import/prometheus?authKey=s3cr3t",
     "http://user-#:<removed>@name-#.name-#.internal:8428/api/v1/import/prometheus?authKey=<removed>"),
    ("username", "jane@acme.example", "user-#@name-#.example"),
    ("username", "billing", "user-#"),
    ("username_or_token_fingerprint", "alice@acme.com", "user-#@name-#.com"),
    ("username_or_token_fingerprint", "bearer_token:hash:E04D1C7870ED9B9B", "bearer_token:hash:~"),
]  # fmt: skip


def form(text: str) -> str:
    """``#`` is a number (several of them: so many digits), ``~`` sixteen hex digits, ``*`` some."""
    escaped = re.escape(text).replace(r"\#", "#").replace(r"\~", "[0-9A-F]{16}").replace(r"\*", "[0-9a-f]+")
    return re.sub("#+", lambda run: r"\d+" if len(run[0]) == 1 else rf"\d{{{len(run[0])}}}", escaped)


@pytest.mark.parametrize(("kind", "value", "after"), EXAMPLES)
def test_examples(kind: str, value: str, after: str) -> None:
    tested = policy()
    metric, label = PLACES[kind]
    found = tested.rewrite_value(label, value, metric) or ""
    assert re.fullmatch(form(after), found), found
    assert tested.rewrite_value(label, value, metric) == found
    assert tested.rewrite_value(f"exported_{label}", value, metric) == found, "a label that a target had itself"


def test_every_kind_has_an_example_and_a_place() -> None:
    assert {kind for kind, _, _ in EXAMPLES} == set(PLACES) == set(KINDS) == set(STRICT_KINDS)
    assert {kind: catalogue().kind(*place) for kind, place in PLACES.items()} == {kind: kind for kind in PLACES}
    assert set(FLAGS) == set(FLAG_KINDS)
    known = {kind: catalogue().flags[flag].kind for kind, flag in FLAGS.items() if kind != "unknown"}
    assert known == {kind: kind for kind in FLAGS if kind != "unknown"}
    assert FLAGS["unknown"] not in catalogue().flags


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_no_kind_lets_a_private_word_through(kind: str) -> None:
    tested = policy()
    metric, label = PLACES[kind]
    for value in (
        "qzx",
        "Qzx Äqzx",
        "qzx-7.qzx:80",
        "/qzx/qzx.yml",
        "http://qzx:qzx@qzx/qzx?qzx=qzx",
        "1_qzx",
        "::qzx",
        "qzx:hash:e04d1c7870ed9b9b",
        "vmagent-20260101-101010-heads-qzx-0-gabcdef0123",
    ):
        assert "qzx" not in (tested.rewrite_value(label, value, metric) or "qzx").lower()
        assert tested.rewrite_value(label, "", metric) == "", "empty stays empty"


def every_place_of_a_host(tested: LabelPolicy, host: str) -> list[str]:
    """What *host* becomes in each place where it can stand; the rest of each value is cut away."""

    def at(kind: str, value: str) -> str:
        metric, label = PLACES[kind]
        return tested.rewrite_value(label, value, metric) or ""

    def of_flag(name: str, value: str) -> str:
        return tested.rewrite_value("value", value, FLAG, flag=name) or ""

    return [
        at("host", host),
        at("host_port", f"{host}:8401").removesuffix(":8401"),
        at("url", f"http://u:p@{host}:1/x").partition("@")[2].partition(":1/")[0],
        at("remote_write_url", f"2:https://{host}/").removeprefix("2:https://").removesuffix("/"),
        at("custom_label", f"{host}:9100").removesuffix(":9100"),
        tested.rewrite_value("instance", host) or "",
        of_flag("storageNode", f"{host},other:1").partition(",")[0],
        of_flag("remoteWrite.url", f'"http://{host}:1/a,b"').partition("://")[2].partition(":1/")[0],
        of_flag("httpListenAddr", f"{host}:80").removesuffix(":80"),
        of_flag("external.alert.source", f"{host}:80").removesuffix(":80"),
    ]


@pytest.mark.parametrize("host", ["10.20.0.5", "vmstorage-0.vmstorage.ns-a.svc.cluster.local", "db-7.acme.example"])
def test_a_host_is_the_same_everywhere(host: str) -> None:
    assert len(set(every_place_of_a_host(policy(), host))) == 1


def test_what_else_is_the_same_everywhere() -> None:
    tested = policy(pseudonyms=PseudonymMap(KEY))

    def at(kind: str, value: str) -> str:
        metric, label = PLACES[kind]
        return tested.rewrite_value(label, value, metric) or ""

    tenant = at("tenant_id", "4242")
    assert at("http_path", "/insert/4242/prometheus") == f"/insert/{tenant}/prometheus"
    assert (
        tested.rewrite_value("vm_account_id", "4242") == tenant == (tested.rewrite_value("tenant", "4242:0") or "")[:-2]
    )
    assert at("username", "jane") in at("url", "http://jane:p@h/")
    assert at("recording_rule_name", "acme:rate") == tested.rewrite_value("__name__", "acme:rate")
    assert at("rule_group", "acme") == tested.rewrite_value("alertgroup", "acme", "ALERTS")
    assert at("alert_name", "Acme") == tested.rewrite_value("alertname", "Acme", "ALERTS")
    assert at("job_name", "acme") == tested.rewrite_value("scrape_job", "acme")
    assert (
        at("k8s_namespace", "ns-a") == at("host", "x.ns-a.svc").split(".")[1] == at("k8s_name", "ns-a/x").split("/")[0]
    )
    assert at("k8s_pod", "vmstorage-acme-0") == at("host", "vmstorage-acme-0.x").partition(".")[0]
    assert at("fs_path", "/acme/data") == at("config_path", "/acme/data")
    of_flag = tested.rewrite_value("value", "/acme/data", FLAG, flag="storageDataPath")
    assert at("fs_path", "/acme/data") == of_flag


def test_other_spellings_of_an_address_stay_apart_and_share_their_host() -> None:
    tested = policy()
    spellings = ["[fd12::a]:80", "[FD12::A]:80", "[fd12:0:0:0:0:0:0:a]:80"]
    found = [tested.rewrite_value("instance", spelling) or "" for spelling in spellings]
    assert len(set(found)) == 3
    assert len({text.rpartition("::")[2] for text in found}) == 1
