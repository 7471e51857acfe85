"""Where each kind of value stands: a metric and label for every kind of the tables, a flag for every kind of flag.

Tests of the privacy engine ask for values at these places, so that they go the way they go in an export.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple


class Place(NamedTuple):
    """A metric, and a label of it whose values are of one kind."""

    metric: str
    label: str


PLACES: Final[Mapping[str, Place]] = MappingProxyType(
    {
        "aggregator_name": Place("vm_streamaggr_output_samples_total", "name"),
        "alert_name": Place("vmalert_alerts_firing", "alertname"),
        "app_name": Place("up", "app_kubernetes_io_name"),
        "backup_name": Place("vm_backups_size_bytes", "backup"),
        "bucket_url": Place("up", "bucket"),
        "build_path": Place("go_info_ext", "GOROOT"),
        "build_version_may_hold_private_branch": Place("vm_app_version", "version"),
        "cluster_name": Place("up", "cluster"),
        "config_path": Place("vmagent_streamaggr_config_reloads_total", "path"),
        "custom_label": Place("up", "customer"),
        "custom_name": Place("alertmanager_notifications_total", "receiver"),
        "environment": Place("up", "env"),
        "flag_value": Place("config_parameter", "value"),
        "fs_path": Place("vm_free_disk_space_bytes", "path"),
        "fs_path_with_url_fingerprint": Place("vm_persistentqueue_bytes_dropped_total", "path"),
        "host": Place("up", "node"),
        "host_port": Place("vm_tcpdialer_conns", "addr"),
        "http_path": Place("vm_http_requests_total", "path"),
        "ip": Place("up", "host_ip"),
        "job_name": Place("up", "job"),
        "k8s_container": Place("up", "container"),
        "k8s_name": Place("operator_object_status", "name"),
        "k8s_namespace": Place("up", "namespace"),
        "k8s_pod": Place("up", "pod"),
        "kafka_topic_or_broker_or_group": Place("up", "topic"),
        "kernel_release": Place("vm_os_info", "release"),
        "listen_addr": Place("vm_tcplistener_conns", "addr"),
        "location": Place("up", "region"),
        "port_name": Place("up", "endpoint"),
        "public_enum": Place("config_parameter", "name"),
        "query_alias": Place("vmanomaly_reader_responses", "query_key"),
        "recording_rule_name": Place("vmalert_recording_rules_error", "recording"),
        "remote_write_url": Place("vm_persistentqueue_blocks_read_total", "name"),
        "replica": Place("up", "replica"),
        "rule_file": Place("vmalert_iteration_total", "file"),
        "rule_fingerprint": Place("vmalert_alerts_firing", "id"),
        "rule_group": Place("vmalert_iteration_total", "group"),
        "tenant_id": Place("vm_tenant_inserted_rows_total", "accountID"),
        "url": Place("vmalert_alerts_sent_total", "addr"),
        "url_with_credentials": Place("metrics_push_total", "url"),
        "username": Place("up", "user"),
        "username_or_token_fingerprint": Place("vmauth_user_requests_total", "username"),
    }
)
"""Kind of a label's value → a place of it."""

FLAG: Final = "flag"

FLAGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "bucket_url": "dst",
        "credential": "datasource.bearerToken",
        "credential_possible": "pushmetrics.header",
        "fs_path": "storageDataPath",
        "host": "remoteWrite.tlsServerName",
        "host_list": "storageNode",
        "identity": "datasource.basicAuth.username",
        "label_names_or_values": "remoteWrite.label",
        "listen_addr": "httpListenAddr",
        "location_or_service": "remoteWrite.aws.region",
        "name_or_free_text": "external.alert.source",
        "safe_by_type": "bigMergeConcurrency",
        "safe_by_value_shape": "retentionPeriod",
        "tenant_id": "accountID",
        "unknown": "acme.unknownFlag",
        "url_or_path": "remoteWrite.url",
    }
)
"""Kind of a flag's value → a flag of it."""
