"""Whatever holds metrics is opened by what is in it; what cannot be right is refused."""

from __future__ import annotations

import gzip
import io
import json
import os
import threading
import zipfile
from pathlib import Path
from typing import BinaryIO

import pytest

from tests.unit.bundles import TEXTS, WHOLE, make_bundle
from vmexporter.bundle.metricsfile import MetricsFile, open_metrics
from vmexporter.errors import BundleDamaged

METADATA = {
    "export_id": "export-1",
    "time_range": {"start": "2025-01-01T00:00:00Z", "end": "2025-01-01T01:00:00Z"},
    "components": ["vmagent"],
    "jobs": ["a"],
    "metrics_count": 1241,
    "obfuscated": True,
}


def zipped(path: Path, entries: list[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return path


def all_of(source: Path | BinaryIO, *, force: bool = False) -> tuple[bytes, MetricsFile]:
    with open_metrics(source, force=force) as metrics:
        text = b"".join(metrics.blocks())
        assert text == b"".join(metrics.blocks()), "it can be read again"
        for offset in (1, 300_000, len(text)):
            assert b"".join(metrics.blocks(offset)) == text[offset:]
        assert metrics.read_bytes <= metrics.file_bytes
        return text, metrics


def test_our_bundles(tmp_path: Path) -> None:
    text, metrics = all_of(make_bundle(tmp_path, TEXTS))
    assert (text, metrics.kind, metrics.form, metrics.text_bytes) == (WHOLE, "bundle", "jsonl", len(WHOLE))
    assert metrics.manifest and metrics.manifest.export_id == "x" and not metrics.told and not metrics.notes


@pytest.mark.parametrize("name", ["metrics.jsonl", "Metrics.JSONL", "../../etc/metrics.jsonl", "/data/other.jsonl"])
@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_bundles_of_other_tools(tmp_path: Path, name: str, method: int) -> None:
    entries = [("metadata.json", json.dumps(METADATA).encode()), (name, WHOLE), ("README.txt", b"x")]
    text, metrics = all_of(zipped(tmp_path / "b.zip", entries, method))
    assert (text, metrics.kind, metrics.notes, metrics.damage) == (WHOLE, "foreign bundle", [], [])
    assert metrics.told and (metrics.told.export_id, metrics.told.metrics_count) == ("export-1", 1241)
    assert [file.name for file in tmp_path.iterdir()] == ["b.zip"]


@pytest.mark.parametrize("metadata", [None, b"{broken", b"[]", b'{"pad": "%b"}' % (b" " * (2 << 20))])
def test_metadata_of_others_may_be_missing_or_broken(tmp_path: Path, metadata: bytes | None) -> None:
    entries = [("metrics.jsonl", WHOLE), *([("metadata.json", metadata)] if metadata else [])]
    text, metrics = all_of(zipped(tmp_path / "b.zip", entries))
    assert (text, len(metrics.notes), metrics.told) == (WHOLE, 1, None)


def test_lines_gzipped_or_not_whatever_they_are_called(tmp_path: Path) -> None:
    members = gzip.compress(WHOLE[:5000]) + gzip.compress(WHOLE[5000:]) + bytes(100)
    for content, kind in ((WHOLE, "text"), (gzip.compress(WHOLE), "gzip"), (members, "gzip")):
        path = tmp_path / "metrics.zip"
        path.write_bytes(content)
        text, metrics = all_of(path)
        assert (text, metrics.kind) == (WHOLE, kind)
        assert metrics.text_bytes == (len(WHOLE) if kind == "text" else None)


def test_standard_input(tmp_path: Path) -> None:
    for content in (WHOLE, gzip.compress(WHOLE), make_bundle(tmp_path, TEXTS).read_bytes()):
        text, metrics = all_of(io.BytesIO(content))
        assert (text, metrics.path) == (WHOLE, None)
        assert "cannot be taken up again" in metrics.notes[0]


def test_a_pipe_with_a_name(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(WHOLE,))
    writer.start()
    text, metrics = all_of(pipe)
    writer.join()
    assert (text, metrics.path) == (WHOLE, None)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "it is empty"),
        (b"<html>", "neither a bundle nor JSON lines"),
        (gzip.compress(b"<html>"), "neither a bundle nor JSON lines"),
        (b"PK\x03\x04 and no more", "no ZIP file, or a damaged one"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "f").write_bytes(content)
    with pytest.raises(BundleDamaged, match=words):
        open_metrics(tmp_path / "f")
    for missing in (tmp_path, tmp_path / "none"):
        with pytest.raises(BundleDamaged, match="cannot read"):
            open_metrics(missing)


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("names", [["a.jsonl", "b.JSONL"], ["metrics.jsonl", "metrics.native"], []])
def test_a_zip_holds_one_file_of_metrics(tmp_path: Path, names: list[str], force: bool) -> None:
    path = zipped(tmp_path / "b.zip", [(name, WHOLE) for name in ["x.txt", *names]])
    with pytest.raises(BundleDamaged, match="two metrics files" if names else "no metrics"):
        open_metrics(path, force=force)


def test_nothing_stays_open_when_it_is_refused(tmp_path: Path) -> None:
    before = set(Path("/proc/self/fd").iterdir())
    for content in (b"", b"PK\x03\x04", b"x"):
        (tmp_path / "f").write_bytes(content)
        with pytest.raises(BundleDamaged):
            open_metrics(tmp_path / "f")
    assert set(Path("/proc/self/fd").iterdir()) <= before


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_what_is_packed_otherwise_and_damaged(tmp_path: Path, method: int) -> None:
    path = zipped(tmp_path / "b.zip", [("metrics.jsonl", WHOLE)], method)
    assert all_of(path)[0] == WHOLE
    content = bytearray(path.read_bytes())
    content[60:140] = bytes(byte ^ 0x5A for byte in content[60:140])
    path.write_bytes(content)
    with open_metrics(path) as metrics, pytest.raises(BundleDamaged):
        list(metrics.blocks())
