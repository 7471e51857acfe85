"""What kind of program answers: by its own metrics, by what its API understands, and by the shape of its answers.

Rule: structure decides, never a word in an error: which label the program gives itself, whether it understands
MetricsQL, which keys an answer has. What a program says of itself counts only where it fits the API that answered.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Final, Literal

from vmexporter.errors import VmexporterError
from vmexporter.tsdb.transport import Answer, HttpClient, Limits

Kind = Literal["vmsingle", "vmselect", "vmauth", "prometheus", "victoriametrics", "unknown"]

METRICS_LIMITS = Limits(size_bytes=4 << 20, stall_timeout_s=3.0, total_s=6.0, cut=True)
SIDE_LIMITS = Limits(size_bytes=1 << 20, stall_timeout_s=10.0, total_s=20.0, cut=True)

KIND_OF_PROGRAM: Final[dict[str, Kind]] = {
    "victoria-metrics": "vmsingle",
    "vmselect": "vmselect",
    "vmauth": "vmauth",
    "prometheus": "prometheus",
}
# Builds without a version label are known by metrics that they have from their start; the first row that fits counts.
TELLTALES: tuple[tuple[str, tuple[bytes, ...]], ...] = (
    ("prometheus", (b"\nprometheus_build_info{",)),
    ("vmauth", (b"\nvmauth_",)),
    ("vmagent", (b"\nvmagent_",)),
    ("vmalert", (b"\nvmalert_",)),
    ("victoria-metrics", (b"\nvm_rollup_result_", b"\nvm_data_size_bytes")),
    ("vmselect", (b"\nvm_rollup_result_",)),
    ("vmstorage", (b"\nvm_data_size_bytes",)),
    ("vminsert", (b"\nvm_rpc_",)),
)

_OWN_VERSION = re.compile(rb'^vm_app_version\{[^}\n]*?\bversion="([^"]+)"', re.MULTILINE)
_PROGRAM = re.compile(r"(.+?)-\d{8}-\d{6}-")
_RELEASE = re.compile(r"v\d+\.\d+\.\d+")


@dataclass(frozen=True)
class Program:
    """What a program says of itself in its own metrics: ``vmselect``, ``v1.150.0``; "" for what it does not say."""

    name: str = ""
    release: str = ""


def program_at(client: HttpClient, url: str) -> Program:
    """Which program serves ``/metrics`` below *url*; nothing when that is not to be had at once."""
    try:
        answer = client.get(f"{url}/metrics", limits=METRICS_LIMITS)
    except VmexporterError:
        return Program()
    return read_program(answer.body) if answer.status == 200 and not answer.moved_to else Program()


def read_program(metrics: bytes) -> Program:
    """Which program these metrics are from."""
    own = _OWN_VERSION.search(metrics)
    version = own[1].decode("utf-8", "replace") if own else ""
    name = _PROGRAM.match(version)
    if name:
        return Program(name[1], release_of(version))
    text = b"\n" + metrics
    found = (program for program, signs in TELLTALES if all(sign in text for sign in signs))
    return Program(next(found, ""), release_of(version))


def release_of(version: str) -> str:
    """``v1.150.0`` from a version label such as ``vmselect-20260821-…-tags-v1.150.0-cluster-0-g3f0c1d9e4b``, or ""."""
    found = _RELEASE.search(version)
    return found[0] if found else ""


def releases_in(answer: dict[str, object]) -> tuple[str, ...]:
    """The releases in an instant query's answer to ``vm_app_version``, the newest last."""
    data = answer.get("data")
    series = data.get("result") if isinstance(data, dict) else None
    found = set()
    for one in series if isinstance(series, list) else ():
        labels = one.get("metric") if isinstance(one, dict) else None
        if isinstance(labels, dict):
            found.add(release_of(str(labels.get("short_version") or labels.get("version") or "")))
    return tuple(sorted(found - {""}, key=release_order))


def release_order(release: str) -> tuple[int, ...]:
    """Sorts ``v1.99.0`` before ``v1.150.0``."""
    return tuple(int(number) for number in release[1:].split("."))


def query_answer(answer: Answer) -> dict[str, object] | None:
    """The answer of an instant query when that is what it is: success, with a vector or a scalar; else None."""
    parsed = _parsed(answer.body) if answer.status == 200 else None
    data = parsed.get("data") if parsed else None
    if parsed is None or parsed.get("status") != "success" or not isinstance(data, dict):
        return None
    return parsed if data.get("resultType") in {"vector", "scalar"} and isinstance(data.get("result"), list) else None


def understands_metricsql(client: HttpClient, base: str, known: dict[str, object]) -> bool | None:
    """Whether *base*, which gave the query answer *known*, understands MetricsQL; None when it does not say.

    Newer servers tell by keys that no other has; older ones by ``now()``, a function that only MetricsQL has.
    """
    if "isPartial" in known or "stats" in known:
        return True
    try:
        answer = client.post(f"{base}/api/v1/query", [("query", "now()")], SIDE_LIMITS)
    except VmexporterError:
        return None
    if query_answer(answer) is not None:
        return True
    return False if answer.status in {400, 422} else None


def prometheus_release(client: HttpClient, base: str) -> str | None:
    """``v2.42.0`` of a Prometheus or its kin ("" if it does not say), None if *base* is none.

    They say which Go they were built with, VictoriaMetrics does not.
    https://prometheus.io/docs/prometheus/latest/querying/api/#build-information
    """
    try:
        answer = client.get(f"{base}/api/v1/status/buildinfo", limits=SIDE_LIMITS)
    except VmexporterError:
        return None
    parsed = _parsed(answer.body) if answer.status == 200 else None
    data = parsed.get("data") if parsed else None
    if not isinstance(data, dict) or "goVersion" not in data:
        return None
    return release_of(f"v{data.get('version', '')}")


def kind_of(program: Program, *, metricsql: bool | None, prometheus: bool, tenant_path: bool) -> Kind:
    """The kind of server, from the *program* that answers and what its API turned out to be."""
    kind = KIND_OF_PROGRAM.get(program.name, "unknown")
    fits = kind == "vmauth" or metricsql is None or metricsql == (kind != "prometheus")
    if kind != "unknown" and fits and not (kind == "vmsingle" and tenant_path):
        return kind
    if metricsql:
        return "vmselect" if tenant_path else "victoriametrics"
    return "prometheus" if prometheus else "unknown"


def _parsed(body: bytes) -> dict[str, object] | None:
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) else None
