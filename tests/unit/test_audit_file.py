"""The audit of a ZIP file: every place of it is looked at, and a leak anywhere stops the bundle."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from tests.unit.audit_bundles import (
    MANIFEST,
    README,
    TABLES,
    document,
    line,
    make_bundle,
    metrics,
    with_policy,
)
from vmexporter.errors import BundleDamaged, InvalidInput, LeakFound
from vmexporter.flows.auditing import AuditReport, audit_file, require_clean

SECRET = "acme-prod"


def audit(path: Path) -> AuditReport:
    """Its report, in which no value may stand."""
    report = audit_file(path, document(), TABLES)
    assert SECRET not in report.report_json()
    return report


def places(report: AuditReport) -> set[tuple[str, str]]:
    """Kind and place of each finding."""
    return {(finding.kind, finding.place) for finding in report.findings}


def test_a_clean_bundle(tmp_path: Path) -> None:
    path = make_bundle(tmp_path / "b.zip")
    report = require_clean(path, json.dumps(document()).encode(), TABLES)
    assert (report.found, report.findings, report.lines) == (0, (), 17)
    assert report.originals == 24 and report.spellings > 100
    assert [file.name for file in tmp_path.iterdir()] == ["b.zip"]


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("README.txt", f"{README}Host {SECRET}.\n", "README.txt"),
        ("metadata.json", json.dumps({**MANIFEST, "note": SECRET}), "metadata.json"),
        ("metadata.json", json.dumps({**MANIFEST, "jobs": [SECRET.upper()]}), "metadata.json"),
        ("metadata.json", json.dumps({**MANIFEST, SECRET: 1}), "metadata.json"),
        ("metadata.json", json.dumps({**MANIFEST, "export_id": SECRET}), "metadata.json"),
        ("more.txt", f"at {SECRET}", "entry 4"),
        (f"{SECRET}.txt", "", "name of entry 4"),
    ],
)
def test_texts_beside_the_samples(tmp_path: Path, name: str, text: str, place: str) -> None:
    assert ("name", place) in places(audit(make_bundle(tmp_path / "b.zip", {name: text.encode()})))


def test_an_unknown_word_in_a_text_is_found_although_it_is_no_original(tmp_path: Path) -> None:
    for name, text in (
        ("README.txt", README + "payments"),
        ("metadata.json", json.dumps({**MANIFEST, "a": "payments"})),
    ):
        report = audit(make_bundle(tmp_path / f"{name}.zip", {name: text.encode()}))
        assert places(report) == {("unaccounted", name)}


@pytest.mark.parametrize("field", ["export_id", "map_id"])
def test_chance_is_no_leak(tmp_path: Path, field: str) -> None:
    """An original of four letters may stand in an id or a checksum."""
    manifest = {**MANIFEST, "export_id": "vmexporter-20261123T150923Z-face7z", "sha256": {"metrics.jsonl": "face" * 16}}
    texts = {"metadata.json": json.dumps(manifest).encode(), "README.txt": f"bundle {manifest['export_id']}".encode()}
    assert audit(make_bundle(tmp_path / "b.zip", texts)).found == 0
    other = {**manifest, "map_id" if field == "export_id" else "a": "the face of 7"}
    if field == "map_id":
        path = make_bundle(tmp_path / "c.zip", {"metadata.json": json.dumps(other).encode()})
        assert ("dir", "metadata.json") in places(audit(path))


@pytest.mark.parametrize(
    ("labels", "kind", "place"),
    [
        ({"__name__": "vm_rows", "team": SECRET}, "name", "metrics.jsonl: label team of vm_rows"),
        ({"__name__": "vm_rows", "acme_prod": "x"}, "unaccounted", "metrics.jsonl: name of a label"),
        ({"__name__": "acme:rows:rate"}, "metric", "metrics.jsonl: label __name__ of (private)"),
        ({"__name__": "vm_rows", "type": f"x{SECRET}"}, "name", "metrics.jsonl: label type of vm_rows"),
    ],
)
def test_label_parts(tmp_path: Path, labels: dict[str, str], kind: str, place: str) -> None:
    path = make_bundle(tmp_path / "b.zip", {"metrics.jsonl": metrics([labels])})
    assert (kind, place) in places(audit(path))


def test_sample_parts(tmp_path: Path) -> None:
    bad = metrics() + line({"__name__": "up"}, f'1,"{SECRET}"') + b"acme-prod\n"
    report = audit(make_bundle(tmp_path / "b.zip", {"metrics.jsonl": bad}))
    assert places(report) == {("not-a-number", "metrics.jsonl"), ("not-a-line", "metrics.jsonl")}


def test_a_leak_stops_the_bundle_and_leaves_a_private_report(tmp_path: Path) -> None:
    part = make_bundle(tmp_path / "b.zip.part", {"README.txt": f"{README} {SECRET}".encode()})
    report_path = tmp_path / "b.leak_report.json"
    for _ in range(2):  # the second one takes the place of the first
        with pytest.raises(LeakFound) as caught:
            require_clean(part, document(), TABLES)
    assert SECRET not in str(caught.value) + caught.value.hint
    assert "1 name" in str(caught.value) and report_path.name in caught.value.hint
    assert stat.S_IMODE(report_path.stat().st_mode) == 0o600
    told = json.loads(report_path.read_text())
    assert told["found"] == 3 and told["by_kind"] == {"name": 1, "unaccounted": 2}
    assert {"kind": "name", "place": "README.txt", "count": 1} in told["findings"]
    assert SECRET not in report_path.read_text()


def test_a_map_of_another_export_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="another export"):
        audit_file(make_bundle(tmp_path / "b.zip"), {**document(), "map_id": "0" * 16}, TABLES)
    for text in (b"[]", b"no", b'{"format":"x"}'):
        with pytest.raises((BundleDamaged, InvalidInput)):
            audit_file(make_bundle(tmp_path / f"{len(text)}.zip"), text, TABLES)


def test_without_obfuscation_no_map_is_needed(tmp_path: Path) -> None:
    plain = {"metadata.json": json.dumps({**MANIFEST, "obfuscated": False, "map_id": ""}).encode()}
    labels = [{"__name__": "acme", "team": SECRET, "url": "http://10.1.2.3"}]
    assert (
        audit_file(make_bundle(tmp_path / "a.zip", {**plain, "metrics.jsonl": metrics(labels)}), {}, TABLES).found == 0
    )
    labels = [{"__name__": "acme", "url": "http://a:hunter2@10.1.2.3"}]
    report = audit_file(make_bundle(tmp_path / "b.zip", {**plain, "metrics.jsonl": metrics(labels)}), {}, TABLES)
    assert report.by_kind == {"url-password": 1}


def test_an_obfuscated_bundle_needs_its_map(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        audit_file(make_bundle(tmp_path / "b.zip"), {}, TABLES)


def test_the_level_of_the_manifest_counts(tmp_path: Path) -> None:
    strict = {"metadata.json": json.dumps(with_policy(level="strict")).encode()}
    report = audit(make_bundle(tmp_path / "b.zip", strict))
    assert report.level == "strict" and report.by_kind == {"label:region": 2, "unaccounted": 2}
