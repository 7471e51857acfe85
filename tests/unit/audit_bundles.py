"""A small bundle that is clean, its map and its tables, and ways to put something into it that does not belong."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from vmexporter.core.privacy.audit import Audit, Finding
from vmexporter.core.privacy.auditing.claims import Claims
from vmexporter.core.privacy.auditing.lines import LineAudit


def table(*rows: str) -> str:
    """A table of these rows."""
    return "\n".join(rows) + "\n"


def listed(words: str) -> str:
    """A list of these words."""
    return table(*words.split())


MAP_ID = "8c2fa60e2ac5e5f8"
ORIGINALS: dict[str, dict[str, str]] = {
    "ipv4-subnet": {"777.777.1": "10.20.30"},
    "ipv4": {"777.777.1.1": "10.20.30.41"},
    "ipv6-subnet": {"7777:7777::1": "fd12:3456:789a::/64"},
    "ipv6": {"7777:7777::1:1": "fd12:3456:789a::1"},
    "name": {"name-1": "acme-prod", "name-2": "münchen-db", "name-3": "monitoring", "name-4": "prom", "name-5": "db1"},
    "job": {"vmagent-job-1": "acme-vmagent", "vmstorage-job-2": "vmstorage"},
    "dir": {"dir-1": "acme-data", "dir-2": "face"},
    "label:team": {"team-1": "Secret Customer GmbH", "team-2": "storage", "team-3": "4711"},
    "label:user": {"user-1": "jane.roe"},
    "label:group": {"group-1": 'say "acme"\nslo'},
    "label:region": {"region-1": "fra1"},
    "tenant": {"777000005": "4242"},
    "rule-id": {"9358714997757931774": "15805274862012628582"},
    "fingerprint": {"0123456789ABCDEF": "871CEA02A278095A"},
    "metric": {"metric_1": "acme:rows:rate"},
    "label-name": {"label_1": "acme_tier"},
    "branch": {"branch-1": "acme-hotfix"},
    "removed": {"http://user-1:<removed>@name-1/": "00112233445566778899aabbccddeeff"},
}
#: An original of each kind that is searched for anywhere, with the kind that the audit gives it.
SEARCHED = {
    "ipv4": "10.20.30.41",
    "ipv6": "fd12:3456:789a::1",
    "name": "acme-prod",
    "job": "acme-vmagent",
    "dir": "acme-data",
    "label:team": "Secret Customer GmbH",
    "label:user": "jane.roe",
    "fingerprint": "871CEA02A278095A",
    "metric": "acme:rows:rate",
    "label-name": "acme_tier",
    "branch": "acme-hotfix",
}
TABLES = {
    "public_labels.tsv": table(
        "metric_pattern\tlabel\tvalues\tlevel\twhy",
        ".*\ttype\t@words\tstrict\t-",
        ".*\tle\t[0-9.]+\tstrict\t-",
        ".*\tregion\tfra1|eu-central-1\tsupport\t-",
        ".*\taddr\t(?:0\\.0\\.0\\.0|127\\.0\\.0\\.1)?:[0-9]{1,5}\tstrict\t-",
        ".*\tpath\t/api/v1/query|/metrics\tstrict\t-",
        ".*\taccountID\t0\tstrict\t-",
        "flag\tname\t@flags\tstrict\t-",
        "vm_app_version\tversion\tvmagent-[0-9]{8}-[0-9]{6}-(?:heads-master|tags-v1[.0-9]+)-0-g[0-9a-f]+\tstrict\t-",
    ),
    "sensitive_labels.tsv": table(
        "metric_pattern\tlabel\tcomponent\tkind\texample",
        ".*\tjob\tall\tjob_name\t-",
        ".*\tinstance\tall\thost_port\t-",
        ".*\taddr\tall\thost_port\t-",
        ".*\turl\tall\turl\t-",
        ".*\tpath\tall\tfs_path\t-",
        ".*\taccountID\tall\ttenant_id\t-",
        ".*\tid\tall\trule_fingerprint\t-",
        ".*\tgroup\tall\trule_group\t-",
        ".*\tpod\tall\tk8s_pod\t-",
        ".*\tusername\tall\tusername_or_token_fingerprint\t-",
        "flag\tvalue\tall\tflag_value\t-",
        "vm_app_version\tversion\tall\tbuild_version_may_hold_private_branch\t-",
        "vm_log_messages_total\tlocation\tall\tbuild_path\t-",
    ),
    "flags.tsv": table(
        "flag\ttype\tcomponents\tmasked_by_vm_v1.150\tkind\tdefault",
        "storageNode\tarray\tvminsert\tno\thost_list\t",
        "storageDataPath\tstring\tvmstorage\tno\tfs_path\tvictoria-metrics-data",
        "maxSamples\tint\tvmselect\tno\tsafe_by_type\t",
        "loggerLevel\tstring\tall\tno\tsafe_by_value_shape\tINFO",
        "remoteWrite.label\tarray\tvmagent\tno\tlabel_names_or_values\t",
        "datasource.bearerToken\tstring\tvmalert\tno\tcredential\t",
        "httpListenAddr\tarray\tall\tno\tlisten_addr\t:8428",
    ),
    "public_words.txt": listed("lib go info monitoring storage small prometheus select type cache 2xx"),
    "metric_names.txt": "vm_.*\nup\nflag",
    "metric_words.txt": listed("vm rows total up flag app version log messages requests"),
    "label_names.txt": listed(
        """job instance type le addr path accountID id group pod name value version url team region username location
        customer_id"""
    ),
    "structure_words.txt": listed(
        """vmagent vmstorage vmselect svc cluster local http https insert select prometheus api v1 data indexdb yml lib
        user name job bearer_token hash token authorization monitoring"""
    ),
}
CLEAN_LABELS: list[dict[str, str]] = [
    {"__name__": "up", "job": "vmagent-job-1", "instance": "777.777.1.1:8429"},
    {"__name__": "up", "job": "vmstorage-job-2", "instance": "[7777:7777::1:1]:8482"},
    {"__name__": "vm_rows", "type": "storage/small", "instance": "vmstorage-0.vmstorage.name-3.svc.cluster.local:8482"},
    {
        "__name__": "vm_rows",
        "instance": "ip-777-777-1-1.name-1:80",
        "le": "0.5",
        "label_1": "label-1",
        "team": "team-1",
    },
    {
        "__name__": "vm_rows",
        "url": "1:http://user-1:<removed>@name-1:80/insert/777000005/prometheus/api?token=<removed>",
    },
    {"__name__": "vm_rows", "path": "/dir-1/data/1_0123456789ABCDEF/name.yml", "accountID": "777000005"},
    {"__name__": "vm_rows", "path": "/api/v1/query", "accountID": "0", "id": "9358714997757931774"},
    {"__name__": "vm_rows", "addr": "127.0.0.1:8428", "username": "bearer_token:hash:0123456789ABCDEF"},
    {"__name__": "metric_1", "region": "fra1", "group": "group-1", "pod": "name-1-vmstorage-0"},
    {"__name__": "flag", "name": "storageNode", "value": '777.777.1.1:8400,"name-2:80",vmstorage-1.name-1'},
    {"__name__": "flag", "name": "storageDataPath", "value": "victoria-metrics-data"},
    {"__name__": "flag", "name": "maxSamples", "value": "1000000000"},
    {"__name__": "flag", "name": "loggerLevel", "value": "INFO"},
    {"__name__": "flag", "name": "remoteWrite.label", "value": "team=team-1,region=fra1,label_1=label-1"},
    {"__name__": "flag", "name": "datasource.bearerToken", "value": "secret"},
    {"__name__": "vm_app_version", "version": "vmagent-20260101-101010-heads-branch-1-0-gabcdef0123"},
    {"__name__": "vm_log_messages_total", "location": "/dir-1/lib/storage/storage.go:123"},
]
# The documents' label values that no map entry stands for: added so that the labels above are accounted for.
ORIGINALS["label:label"] = {"label-1": "gold-plated"}
MANIFEST: dict[str, Any] = {
    "schema_version": 1,
    "tool": "vmexporter",
    "export_id": "vmexporter-20261123T150923Z-2wuao0",
    "jobs": ["vmagent-job-1", "vmstorage-job-2"],
    "obfuscated": True,
    "sha256": {"metrics.jsonl": "44a1a15c80c62d05f916947cad8864161be650929c4852c5bbb625e24c3d5df8"},
    "map_id": MAP_ID,
    "selection": {"mode": "selectors", "selectors": ["hidden"], "query": "", "step_ms": 0},
    "label_policy": {
        "level": "support",
        "mapped_labels": ["instance", "job", "customer_id"],
        "kept_labels": [],
        "dropped_labels": [],
        "merged_series": 0,
        "own_words": 0,
    },
}
README = (
    "VictoriaMetrics metrics bundle vmexporter-20261123T150923Z-2wuao0\n\nContent: 17 series, jobs vmagent-job-1.\n"
)


def document(kinds: Mapping[str, Mapping[str, str]] = ORIGINALS) -> dict[str, Any]:
    """A map with these entries."""
    return {"format": "vmexporter-obfuscation-map", "version": 2, "map_id": MAP_ID, "key": "00" * 32, "kinds": kinds}


def with_policy(**changes: object) -> dict[str, Any]:
    """The manifest with another label policy."""
    return {**MANIFEST, "label_policy": {**MANIFEST["label_policy"], **changes}}


def line(
    labels: Mapping[str, str], values: str = "1,2,null", timestamps: str = "1795444714637,1795444719637,0"
) -> bytes:
    """One line of ``metrics.jsonl``."""
    metric = json.dumps(labels, ensure_ascii=False, separators=(",", ":"))
    return f'{{"metric":{metric},"values":[{values}],"timestamps":[{timestamps}]}}\n'.encode("utf-8", "surrogateescape")


def metrics(more: Iterable[Mapping[str, str]] = ()) -> bytes:
    """The clean lines, and *more*."""
    return b"".join(map(line, [*CLEAN_LABELS, *more]))


def make_bundle(path: Path, entries: Mapping[str, bytes] | None = None) -> Path:
    """A bundle at *path*, each of its entries clean unless *entries* has another."""
    texts = {"metrics.jsonl": metrics(), "metadata.json": json.dumps(MANIFEST).encode(), "README.txt": README.encode()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {**texts, **(entries or {})}.items():
            archive.writestr(name, text)
    return path


def findings_of(
    labels: Iterable[Mapping[str, str]],
    manifest: Mapping[str, Any] = MANIFEST,
    kinds: Mapping[str, Mapping[str, str]] = ORIGINALS,
) -> list[Finding]:
    """What the audit finds in these label sets alone."""
    return audited(labels, manifest, kinds).findings()


def audited(
    labels: Iterable[Mapping[str, str]],
    manifest: Mapping[str, Any] = MANIFEST,
    kinds: Mapping[str, Mapping[str, str]] = ORIGINALS,
) -> Audit:
    """An audit that has read these label sets."""
    audit = Audit(TABLES, document(kinds), Claims.of_manifest(manifest))
    lines = LineAudit(audit.labels)
    lines.feed(b"".join(map(line, labels)))
    lines.finish()
    audit.note("not-a-line", "metrics.jsonl", lines.bad_lines)
    return audit
