"""The tables of public knowledge: what they must call public, and what they must not.

The private values and the public ones are written down by hand, from servers and from what people put into labels, and
not made from the tables.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from scripts.check_tables import TABLES, cells_of, read, spelled
from vmexporter.core.privacy.catalogue import Catalogue

RECORDING = Path(__file__).resolve().parents[1] / "data" / "acme_cluster.jsonl.gz"
TEXTS = read(TABLES)
CATALOGUE = Catalogue(TEXTS)

PRIVATE = (
    *"acme acme-prod acme_prod acme.prod AcmeProd ACME acme-vmstorage vmstorage-acme prod-acme billing".split(),
    *"payments checkout customer-7 team-blue jane jane.roe jane.roe@acme.example Müller Köln".split(),
    *"monitoring-acme s3cr3t 10.20.30.40 10.20.30.40:8482 ip-10-20-30-40.ec2.internal".split(),
    *"[fd12:3456:789a::1]:8482 fd12:3456:789a::1 db-7 db-7.fra1.acme.example db-7.fra1.acme.example:8428".split(),
    *"vmselect-acme-7d9c5b8f6d-x2x9q acme:rows:rate /srv/acme-metrics /mnt/acme/vmstorage C:\\acme\\data".split(),
    *"/etc/acme/rules.yml s3://acme-backups/prod 4242:7 http://jane:pw@acme.example/x?token=t".split(),
    *"1:http://acme.example/api/v1/write bearer_token:hash:FEAB50F0C10C2BCA".split(),
    *"/insert/4242/prometheus/api/v1/write /select/4242:7/prometheus /api/v1/namespaces/acme/secrets".split(),
    *"127.0.0.11 eyJhbGciOiJIUzI1NiJ9.e30.abc AKIAIOSFODNN7EXAMPLE Zm9vOmJhcg== 1_871CEA02A278095A".split(),
    *"vmagent-20260101-101010-heads-acme-hotfix-0-gabcdef0123".split(),
    *"vmagent-20260821-150511-tags-v1.150.0-acme-0-g7d1b6a5 /home/jane/vm/lib/storage/storage.go:123".split(),
    *"app/vmstorage/acme.go:12 5.15.0-acme-hardened acme-eu-central-1 frankfurt-basement dc-acme".split(),
    *"eu-acme-1 prod-acme-eu acme/vmagent quantiles(0.5),acme name-7 dir-7 user-7 type-7 path-7 region-7".split(),
    *"env-7 vmstorage-job-7 777.777.1.7 777.777.1.7:8482 [7777:7777::1:7]:8482 metric_7 word-7".split(),
    "Secret Customer GmbH",
    "storage of acme",
    " storage",
    "storage\n",
    "stor\u200bage",
    "\uff53torage",
    "<removed>",
)
"""Values that may stand in any label, put there by relabelling, and must never be taken for public."""

NUMBERS_ANYWHERE = ("4242", "815", "5815815", "777000007", "6667929307218984182")
"""Tenants, customer numbers: private too, but in labels that hold numbers anyway."""
NUMBER_LABELS = frozenset(
    "le quantile vmrange code status_code position interval step release generation major minor patchlevel".split()
)

PUBLIC = (
    ("vm_app_version", "version", "victoria-metrics-20260821-150511-tags-v1.150.0-0-g7d1b6a5f2c"),
    ("vm_app_version", "version", "vmstorage-20260821-150511-tags-v1.150.0-cluster-0-g3f0c1d9e4b"),
    ("vm_app_version", "version", "vmagent-20240102-030405-tags-v1.97.1-enterprise-0-gabcdef0123"),
    ("vm_app_version", "version", "vmselect-20240102-030405-tags-v1.97.1-enterprise-cluster-0-gabcdef0123"),
    ("vm_app_version", "version", "vmalert-20240102-030405-heads-master-12-gabcdef0123-dirty-9f8e7d6c"),
    ("vm_app_version", "short_version", "v1.150.0-cluster"),
    ("vm_app_version", "k8s_version", "v1.31.4-eks-2d5f260"),
    ("vm_log_messages_total", "app_version", "vmauth-20260821-150511-tags-v1.150.0-0-g7d1b6a5f2c"),
    ("vm_log_messages_total", "location", "VictoriaMetrics/app/vmselect/promql/rollup_result_cache.go:104"),
    ("vm_log_messages_total", "location", "lib/storage/storage.go:1046"),
    ("vm_log_messages_total", "level", "info"),
    ("go_info", "version", "go1.19.8"),
    ("go_info", "version", "go1.27.3"),
    ("vm_os_info", "release", "5.15.0-1064-azure"),
    ("vm_os_info", "release", "6.1.119-129.201.amzn2023.x86_64"),
    ("vm_os_info", "release", "4.18.0-553.el8_10.x86_64"),
    ("vm_os_info", "release", "5.15.0-206.153.7.el8uek.x86_64"),
    ("vm_os_info", "release", "6.1.0-25-cloud-amd64"),
    ("vm_os_info", "release", "6.6.44+"),
    ("vm_os_info", "release", "6.10.14-linuxkit"),
    ("vm_fs_info", "fs_type", "ext2/ext3/ext4"),
    ("vm_http_requests_total", "path", "/select/{}/prometheus/api/v1/label/{}/values"),
    ("vm_http_requests_total", "path", "/select/{}/graphite/functions/<func_name>"),
    ("vm_http_requests_total", "path", "*/favicon.ico"),
    ("vm_http_requests_total", "path", "/debug/pprof/"),
    ("vmagent_http_requests_total", "path", "/-/reload"),
    ("vm_request_duration_seconds", "path", "/api/v1/query_range"),
    ("vm_http_requests_total", "protocol", "promremotewrite"),
    ("vm_requests_total", "action", "tagValueSuffixes"),
    ("vm_cache_entries", "type", "indexdb/tagFiltersToMetricIDs"),
    ("vm_cache_entries", "type", "storage/hour_metric_ids"),
    ("vm_promscrape_targets", "type", "ec2_sd_configs"),
    ("vm_rows_inserted_total", "type", "datadogv2"),
    ("vm_rows_ignored_total", "reason", "invalid_raw_metric_name"),
    ("vm_rpc_rows_sent_total", "rpc_call", "metricmetadata_rows"),
    ("vm_tcpdialer_conns", "name", "vminsert_metric_rows"),
    ("vm_tcplistener_conns", "name", "opentsdbhttp"),
    ("vm_tcplistener_conns", "addr", ":8428"),
    ("vm_tcplistener_conns", "addr", "[::]:8428"),
    ("vmalert_alerts_sent_total", "addr", "blackhole"),
    ("vm_persistentqueue_bytes_pending", "name", "1:secret-url"),
    ("vmagent_remotewrite_queues", "url", "12:secret-url"),
    ("vm_streamaggr_output_samples_total", "url", "dedup-global"),
    ("vm_streamaggr_output_samples_total", "name", "none"),
    ("vm_streamaggr_output_samples_total", "outputs", "quantiles,total,increase,count_samples,quantiles(0.5)"),
    ("vm_tenant_inserted_rows_total", "accountID", "0"),
    ("vm_tenant_inserted_rows_total", "projectID", "multitenant"),
    ("flag", "name", "remoteWrite.oauth2.endpointParams"),
    ("flag", "name", "remoteWrite.multitenantURL"),
    ("flag", "name", "search.maxSamplesPerSeries"),
    ("flag", "is_set", "true"),
    ("ALERTS", "alertgroup", "vm-health"),
    ("ALERTS", "severity", "critical"),
    ("vm_request_duration_seconds_bucket", "vmrange", "1.136e-05...1.292e-05"),
    ("go_gc_pauses_seconds_bucket", "le", "+Inf"),
    ("vmalert_iteration_duration_seconds", "quantile", "0.99"),
    ("config_parameter", "name", "VM_VMAGENTDEFAULT_RESOURCE_LIMIT_MEM"),
    ("operator_controller_objects_count", "controller", "vmservicescrape"),
    ("rest_client_request_duration_seconds", "api", "/apis/operator.victoriametrics.com/v1beta1/vmagents"),
    ("vmanomaly_model_runs", "stage", "fit_infer"),
    ("up", "datacenter", "fra1"),
    ("up", "region", "eu-west-1"),
    ("up", "zone", "europe-west3-b"),
    ("up", "zone", "eu-west-1b"),
    ("up", "region", "germanywestcentral"),
    ("up", "env", "prod"),
    ("up", "container", "vmstorage"),
    ("up", "endpoint", "http"),
    ("up", "exported_endpoint", "metrics"),
)
"""Values that VictoriaMetrics or its surroundings really give, and support needs."""

SUPPORT_ONLY = ("location", "release", "k8s_version", "datacenter", "region", "zone", "env")
RECORDED_PUBLIC = frozenset(
    """GOARCH GOOS action app_version block_type compiler datacenter fs_type is_printed is_set le level location net os
    projectID protocol quantile reason release rpc_call short_version status status_code type version vmrange""".split()
)


@cache
def recorded() -> frozenset[tuple[str, str, str]]:
    """Every (metric, label, value) of the recording."""
    metrics = [json.loads(line)["metric"] for line in gzip.decompress(RECORDING.read_bytes()).split(b"\n") if line]
    return frozenset((m["__name__"], label, value) for m in metrics for label, value in m.items() if value)


def public_pairs() -> Iterator[tuple[str, str]]:
    """A metric and a label for each way through each row of the table of public labels."""
    for pattern, label, *_ in cells_of(TEXTS["public_labels.tsv"]):
        for metric in spelled(pattern):
            yield metric, label


@pytest.mark.parametrize(("metric", "label", "value"), PUBLIC)
def test_what_servers_say_of_themselves_is_public(metric: str, label: str, value: str) -> None:
    assert CATALOGUE.is_public(metric, label, value, "support")
    assert CATALOGUE.is_public(metric, label, value, "strict") is (label not in SUPPORT_ONLY)


def test_public_labels_of_the_recording_stay_public() -> None:
    mapped = {
        (label, value)
        for metric, label, value in recorded()
        if label in RECORDED_PUBLIC and not CATALOGUE.is_public(metric, label, value, "support")
    }
    assert mapped == set()


def test_handlers_flags_and_listeners_of_the_recording_stay_public() -> None:
    handlers = [pair for pair in recorded() if pair[1] == "path" and "_http_req" in pair[0]]
    names = [pair for pair in recorded() if pair[1] == "name" and (pair[0] == "flag" or "tcp" in pair[0])]
    assert len(handlers) > 200
    assert len(names) > 500
    assert [pair for pair in handlers + names if not CATALOGUE.is_public(*pair, "strict")] == []


def test_no_private_value_of_the_recording_is_public() -> None:
    words = ("acme", "jane", "secret customer", "10.20.3", "db-7", "ip-10-20", "1011", "871cea", "feab50f0", "/srv/")
    public = {
        (label, value)
        for metric, label, value in recorded()
        if any(word in value.lower() for word in words)
        and label not in {"__name__", "le", "vmrange"}
        and CATALOGUE.is_public(metric, label, value, "support")
    }
    assert public == set()


@pytest.mark.parametrize("value", PRIVATE)
def test_a_private_value_is_public_in_no_label(value: str) -> None:
    assert [pair for pair in public_pairs() if CATALOGUE.is_public(*pair, value, "support")] == []


@pytest.mark.parametrize("value", NUMBERS_ANYWHERE)
def test_a_number_is_public_only_in_labels_of_numbers(value: str) -> None:
    pairs = [pair for pair in public_pairs() if CATALOGUE.is_public(*pair, value, "support")]
    assert {label for _, label in pairs} <= NUMBER_LABELS


def test_metric_names_of_the_recording_are_public_but_for_the_recording_rule() -> None:
    names = {metric for metric, *_ in recorded()}
    assert len(names) > 500
    assert {name for name in names if not CATALOGUE.is_public_metric(name)} == {"acme:rows:rate"}


@pytest.mark.parametrize(
    "name",
    """vm_data_size_bytes vm_indexdb_parts_pending_total vmagent_remotewrite_queue_oldest_block_age_seconds
    flag up ALERTS vmauth_user_requests_total vmalert_iteration_total go_memory_classes_heap_free_bytes
    process_pressure_io_waiting_seconds_total vmanomaly_reader_response_parsing_seconds
    controller_runtime_reconcile_total operator_controller_objects_count
    workqueue_unfinished_work_seconds rest_client_requests_total config_parameter vl_storage_parts
    vm_backups_size_bytes scrape_series_limit_samples_dropped promscrape_discovery_http_errors_total
    metrics_push_errors_total python_info""".split(),
)
def test_names_of_the_family_are_public(name: str) -> None:
    assert CATALOGUE.is_public_metric(name)


@pytest.mark.parametrize(
    "name",
    """acme:rows:rate vm:acme vm_acme_rows_total vmagent_acme vm_billing_total go_payments_total
    process_checkout_seconds node_acme acme_requests_total vm_customer_rows_total vm_jane_total up_acme
    vm_Müller job:up:sum""".split(),
)
def test_names_of_others_are_private(name: str) -> None:
    assert not CATALOGUE.is_public_metric(name)


@pytest.mark.parametrize(
    "label", "__name__ instance exported_job accountID team app_kubernetes_io_name vmrange".split()
)
def test_usual_label_names_are_public(label: str) -> None:
    assert CATALOGUE.is_public_label(label)


@pytest.mark.parametrize("label", "acme_team label_acme acme team_blue exported_acme Customer_Acme".split())
def test_other_label_names_are_private(label: str) -> None:
    assert not CATALOGUE.is_public_label(label)
