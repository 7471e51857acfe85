"""A bundle that is not what it says is refused with one error, whatever is wrong with it and whoever made it."""

from __future__ import annotations

import hashlib
import json
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.bundles import METRICS, TEXTS, WHOLE, entries, make_bundle
from vmexporter.bundle.reader import inspect
from vmexporter.errors import BundleDamaged

SHA256 = "0" * 64


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return make_bundle(tmp_path, TEXTS)


def put(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_a_sound_bundle_is_described(bundle: Path) -> None:
    found = inspect(bundle)
    assert found.checksum_file
    assert [entry.name for entry in found.entries] == [METRICS, "metadata.json", "README.txt"]
    assert found.entries[0].text_bytes == len(WHOLE) == found.manifest.counts.bytes
    assert 0 < found.entries[0].compressed_bytes < len(WHOLE)


def test_without_its_checksum_file_it_is_sound_too(bundle: Path) -> None:
    bundle.with_name("b.zip.sha256").unlink()
    assert not inspect(bundle).checksum_file


def test_what_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleDamaged, match="no such file"):
        inspect(tmp_path / "missing.zip")
    with pytest.raises(BundleDamaged, match="directory"):
        inspect(tmp_path)


@pytest.mark.parametrize("checksum", ["", "\n", "0" * 64 + "  b.zip\n", "sha", "\xff" * 10_000, "\0"])
def test_a_wrong_checksum_file_is_refused(bundle: Path, checksum: str) -> None:
    bundle.with_name("b.zip.sha256").write_text(checksum, "latin-1")
    with pytest.raises(BundleDamaged, match="another SHA-256"):
        inspect(bundle)


def make(path: Path, change: Callable[[dict[str, bytes]], object], text: bytes = WHOLE) -> Path:
    """A well-formed ZIP whose entries someone has changed."""
    found = {METRICS: text, **entries(text, hashlib.sha256(text).hexdigest())}
    change(found)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in found.items():
            archive.writestr(name, content)
    return path


def in_manifest(**values: object) -> Callable[[dict[str, bytes]], object]:
    def change(found: dict[str, bytes]) -> None:
        found["metadata.json"] = json.dumps({**json.loads(found["metadata.json"]), **values}).encode()

    return change


def without(name: str) -> Callable[[dict[str, bytes]], object]:
    return lambda found: found.pop(name)


def metadata(content: bytes) -> Callable[[dict[str, bytes]], object]:
    return lambda found: found.update({"metadata.json": content})


def test_a_bundle_that_another_program_packed_anew_is_sound(tmp_path: Path) -> None:
    assert inspect(make(tmp_path / "b.zip", lambda _: None)).manifest.counts.bytes == len(WHOLE)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (without(METRICS), "holds no metrics.jsonl"),
        (without("metadata.json"), "holds no metadata.json"),
        (without("README.txt"), "holds no README.txt"),
        (in_manifest(sha256={METRICS: SHA256}), "not the one"),
        (in_manifest(sha256={}), "not the one"),
        (in_manifest(counts={"series": 1, "samples": 1, "lines": 1, "bytes": len(WHOLE)}), "other lines or bytes"),
        (in_manifest(counts={"series": 1, "samples": 1, "lines": 1241, "bytes": 1}), "other lines or bytes"),
        (in_manifest(counts="many"), "not of its schema: counts"),
        (in_manifest(schema_version=2), "schema version 2"),
        (in_manifest(schema_version="x" * 10**6), "schema version 'xxx"),
        (in_manifest(schema_version=None), "no schema version, so it is of another tool"),
        (metadata(b""), "no JSON object"),
        (metadata(b"[]"), "no JSON object"),
        (metadata(b"\xff\xfe\x00"), "no JSON object"),
        (metadata(b'{"schema_version":1}'), "not of its schema"),
        (metadata(b"[" * 1_000_000), "no JSON object"),
        (metadata(b'{"a":' * 200_000), "no JSON object"),
        (metadata(b'{"schema_version":1,"a":' + b"9" * 10_000 + b"}"), "no JSON object"),
        (metadata(b" " * (65 << 20)), "too large"),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused(
    tmp_path: Path, change: Callable[[dict[str, bytes]], object], why: str
) -> None:
    with pytest.raises(BundleDamaged, match=why) as damage:
        inspect(make(tmp_path / "b.zip", change))
    assert len(damage.value.message) < 400


def test_keys_of_later_versions_do_not_matter(tmp_path: Path) -> None:
    assert inspect(make(tmp_path / "b.zip", in_manifest(something_new=[1]))).manifest.export_id == "x"


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    """Programs differ in which of them they take: the one that was checked may not be the one that is used."""
    path = make(tmp_path / "b.zip", lambda _: None)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(METRICS, b"another\n")
    with pytest.raises(BundleDamaged, match="two files"):
        inspect(path)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_entries_that_are_not_deflated_are_refused(tmp_path: Path, method: int) -> None:
    path = make(tmp_path / "b.zip", without(METRICS))
    with zipfile.ZipFile(path, "a", method) as archive:
        archive.writestr(METRICS, WHOLE)
    with pytest.raises(BundleDamaged, match="not deflated"):
        inspect(path)


def test_a_bomb_is_refused_within_bounded_memory(tmp_path: Path) -> None:
    path = make(tmp_path / "b.zip", in_manifest(), b"\n" * (64 << 20))
    content = path.read_bytes()
    directory = content.index(b"PK\x01\x02")
    assert path.stat().st_size < 100_000
    for claimed in (100, 1 << 20, 0xFFFF_0000):
        claims = content[: directory + 24] + struct.pack("<I", claimed) + content[directory + 28 :]
        tracemalloc.start()
        try:
            with pytest.raises(BundleDamaged):
                inspect(put(path, claims))
            assert tracemalloc.get_traced_memory()[1] < 8 << 20
        finally:
            tracemalloc.stop()
