"""The bundle's own texts pass the audit: every word that the program writes there is known to it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from vmexporter.bundle.tables import read_tables
from vmexporter.core import manifest as manifests
from vmexporter.core.manifest import Manifest
from vmexporter.core.privacy.audit import Audit
from vmexporter.core.privacy.auditing.claims import Claims
from vmexporter.core.privacy.auditing.prose import PROSE_WORDS, prose_words
from vmexporter.flows import finishing
from vmexporter.flows.readme import readme

TEXTS = [
    "PARTIAL: this bundle does not hold everything that was asked for:",
    "a part of the server was down when components were looked for: some may be missing",
]


def manifest_of(**changes: object) -> Manifest:
    """A manifest in which every sentence of the README has its reason."""
    known: dict[str, object] = {
        "version": "1.2.3",
        "export_id": "vmexporter-20261123T150923Z-2wuao0",
        "export_date": "2026-11-23T15:09:23.206Z",
        "time_range": {"start": "2026-11-23T14:09:23Z", "end": "2026-11-23T15:09:23.171Z", "start_ms": 1, "end_ms": 2},
        "components": ["vmagent", "vmstorage", "unknown"],
        "jobs": ["vmagent-job-1"],
        "metrics_count": 7742,
        "obfuscated": True,
        "source": {"kind": "victoriametrics", "versions": ["v1.150.0-cluster"], "tenant": "hidden"},
        "selection": {"mode": "components", "selectors": ["hidden"], "query": "hidden", "step_ms": 0},
        "component_details": [{"name": "vmagent", "jobs": ["vmagent-job-1"], "instances": 1, "versions": ["v1.150.0"]}],
        "rungs": ["export", "raw", "query_range"],
        "partial": True,
        "partial_reasons": TEXTS,
        "counts": {"series": 2661, "samples": 947566, "lines": 7742, "bytes": 17530290},
        "sha256": {"metrics.jsonl": "44a1a15c80c62d05f916947cad8864161be650929c4852c5bbb625e24c3d5df8"},
        "map_id": "8c2fa60e2ac5e5f8",
        "label_policy": {"level": "support", "mapped_labels": ["instance", "job", "customer"], "kept_labels": ["team"]},
        "converted": {
            "format": "native",
            "sha256": "0b5ad9c1f7a4c4d52a1c96cd5f0b3c0f2f1f7a53e0b0c7d1de0b8e33b4f5a1c2",
            "samples": 947566,
            "rungs": ["native"],
            "server": "v1.150.0",
            "version": "1.2.3",
            "date": "2026-11-24T15:09:23.206Z",
        },
        "windows": [{"start_ms": 1, "end_ms": 2, "rung": "raw", "lines": 1, "samples": 1, "partial": True}],
    }
    return Manifest.model_validate({**known, **changes})


def findings(manifest: Manifest, *more: str) -> list[tuple[str, str, int]]:
    """What the audit says of the manifest and the README of *manifest*."""
    kinds = {"job": {"vmagent-job-1": "acme-vmagent"}}
    known = {"format": "vmexporter-obfuscation-map", "map_id": manifest.map_id, "kinds": kinds}
    audit = Audit(read_tables(), known, Claims.of_manifest(manifest.model_dump(mode="json")))
    for name in ("metrics.jsonl", "metadata.json", "README.txt"):
        audit.text("name", name)
    audit.text("metadata.json", manifest.to_json())
    audit.text("README.txt", readme(manifest))
    for text in more:
        audit.text("more", text)
    return [dataclasses.astuple(finding) for finding in audit.findings()]


@pytest.mark.parametrize("form", ["jsonl", "native"])
@pytest.mark.parametrize("level", ["support", "strict"])
@pytest.mark.parametrize("mode", ["components", "selectors", "query"])
@pytest.mark.parametrize("kind", ["vmsingle", "vmselect", "vmauth", "prometheus", "victoriametrics", "unknown"])
def test_manifest_and_readme_are_clean(form: str, level: str, mode: str, kind: str) -> None:
    manifest = manifest_of(
        label_policy={"level": level, "mapped_labels": ["instance", "customer"], "own_words": 3},
        selection={"mode": mode, "selectors": ["hidden"], "query": "hidden", "step_ms": 60_000},
        source={"kind": kind, "versions": ["v1.79.5", "v1.150.0-enterprise-cluster"], "tenant": "multitenant"},
        components=[] if mode != "components" else ["vmagent"],
        format=form,
    )
    assert findings(manifest, "everything was left by choice") == []


def test_every_reason_is_clean() -> None:
    assert findings(manifest_of(), *finishing_reasons()) == []


def finishing_reasons() -> Iterator[str]:
    """What the program says of partial windows."""
    for rung in ("query_range", "raw"):
        window = {"start_ms": 1, "end_ms": 2, "rung": rung, "lines": 1, "samples": 1, "step_ms": 60_000}
        record = type("Record", (), {**window, "partial": True})()
        yield from finishing._partial_reasons([record], "components")


def test_every_field_of_the_manifest_is_known() -> None:
    models = [one for one in vars(manifests).values() if isinstance(one, type) and issubclass(one, BaseModel)]
    fields = {word for model in models for field in model.model_fields for word in prose_words(field)}
    assert len(models) > 8
    assert fields <= PROSE_WORDS


def test_a_private_word_in_them_is_found() -> None:
    assert findings(manifest_of(jobs=["acme-vmagent"])) == [
        ("job", "metadata.json", 1),
        ("unaccounted", "metadata.json", 1),
    ]
    assert findings(manifest_of(partial_reasons=["payments"])) == [
        ("unaccounted", "README.txt", 1),
        ("unaccounted", "metadata.json", 1),
    ]


def test_jobs_that_were_kept_by_choice_may_stand_there() -> None:
    kept = manifest_of(
        jobs=["acme-vmagent"],
        component_details=[{"name": "vmagent", "jobs": ["acme-vmagent"], "instances": 1, "versions": []}],
        label_policy={"level": "support", "mapped_labels": ["instance"], "kept_labels": ["job"]},
    )
    assert findings(kept) == []
