"""The bytes around a bundle's data: right for readers of every kind, also where sizes and places pass 4 GiB."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import struct
import subprocess
import zipfile
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.unit.bundles import begin, entries, window
from vmexporter.bundle import zipformat
from vmexporter.bundle.reader import inspect
from vmexporter.bundle.zipformat import Entry, central_directory, data_descriptor, local_header
from vmexporter.core.lines import SafeChunk

MODIFIED = datetime(2026, 11, 23, 8, 58, 59, tzinfo=UTC)
LIMIT = 0xFFFF_FFFF
TEXT = b'{"metric":{"a":"b"},"values":[1],"timestamps":[1]}\n' * 1000


def deflated(text: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-15)
    return compressor.compress(text) + compressor.flush()


def entry(name: str, offset: int, text: bytes, *, streamed: bool = False) -> Entry:
    return Entry(name, offset, zlib.crc32(text), len(deflated(text)), len(text), streamed)


def write_sparse(path: Path, gap: int) -> None:
    """A streamed entry, a hole of *gap* bytes, a small entry behind it, and the directory."""
    with path.open("wb") as file:
        streamed = entry("metrics.jsonl", 0, TEXT, streamed=True)
        file.write(local_header(streamed, MODIFIED) + deflated(TEXT) + data_descriptor(streamed))
        file.seek(gap, 1)
        small = entry("metadata.json", file.tell(), b"{}")
        file.write(local_header(small, MODIFIED) + deflated(b"{}"))
        file.write(central_directory([streamed, small], MODIFIED, file.tell()))


@pytest.mark.parametrize("gap", [0, 10, LIMIT - 1000, LIMIT + 1, 5 << 30])
def test_entries_behind_four_gib_are_found(tmp_path: Path, gap: int) -> None:
    path = tmp_path / "large.zip"
    write_sparse(path, gap)
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert archive.read("metrics.jsonl") == TEXT and archive.read("metadata.json") == b"{}"
        assert archive.getinfo("metadata.json").header_offset > gap


@pytest.mark.parametrize("command", [["unzip", "-tq"], ["7z", "t"]])
@pytest.mark.parametrize("gap", [0, 5 << 30])
def test_archive_programs_find_them_too(tmp_path: Path, command: list[str], gap: int) -> None:
    assert shutil.which(command[0]), f"{command[0]} is needed for this test: install it"
    write_sparse(tmp_path / "large.zip", gap)
    result = subprocess.run(
        [*command, "large.zip"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("directory_at", [LIMIT - 1, LIMIT, LIMIT + 1])
def test_the_limit_itself_means_zip64(tmp_path: Path, directory_at: int) -> None:
    """A number of all ones says: look into Zip64. So a directory at just that place needs the longer records."""
    small = entry("a", 0, b"x")
    head = local_header(small, MODIFIED) + deflated(b"x")
    path = tmp_path / "edge.zip"
    with path.open("wb") as file:
        file.write(head)
        file.seek(directory_at)
        file.write(central_directory([small], MODIFIED, directory_at))
    with zipfile.ZipFile(path) as archive:
        assert archive.read("a") == b"x" and archive.start_dir == directory_at
    assert (b"PK\x06\x06" in central_directory([small], MODIFIED, directory_at)) is (directory_at >= LIMIT)


@pytest.mark.parametrize(
    ("text_bytes", "compressed_bytes", "offset"),
    [
        (10, 5, 0),
        (LIMIT - 1, LIMIT - 1, LIMIT - 1),
        (LIMIT, 5, 0),
        (LIMIT + 1, LIMIT, 0),
        (1 << 40, 1 << 36, 1 << 35),
        (10, 5, LIMIT),
        (10, LIMIT + 7, 9),
    ],
)
def test_the_directory_tells_any_size_and_place(text_bytes: int, compressed_bytes: int, offset: int) -> None:
    """Read back by Python; only the directory is asked, so no such data is needed."""
    described = Entry("metrics.jsonl", offset, 0xDEADBEEF, compressed_bytes, text_bytes, streamed=True)
    directory = central_directory([described], MODIFIED, 0)
    with zipfile.ZipFile(io.BytesIO(directory)) as archive:
        info = archive.getinfo("metrics.jsonl")
    assert (info.file_size, info.compress_size, info.header_offset) == (text_bytes, compressed_bytes, offset)
    assert (info.CRC, info.date_time) == (0xDEADBEEF, (2026, 11, 23, 8, 58, 58))
    large = sum(number >= LIMIT for number in (text_bytes, compressed_bytes, offset))
    assert len(info.extra) == (4 + 8 * large if large else 0), "Zip64 only where a number needs it"


def test_a_streamed_entry_announces_numbers_of_64_bits() -> None:
    """Readers that go through the file without its directory take the sizes behind the data for 64-bit ones."""
    described = Entry("metrics.jsonl", 0, 1, 1 << 33, 1 << 40, streamed=True)
    header = local_header(described, MODIFIED)
    signature, version, flags, method = struct.unpack("<4sHHH", header[:10])
    assert (signature, version, flags, method) == (b"PK\x03\x04", 45, 0x0808, 8)
    assert struct.unpack("<III", header[14:26]) == (0, LIMIT, LIMIT)
    name_bytes, extra_bytes = struct.unpack("<HH", header[26:30])
    assert header[30 : 30 + name_bytes] == b"metrics.jsonl" and len(header) == 30 + name_bytes + extra_bytes
    assert struct.unpack("<HH", header[30 + name_bytes :][:4]) == (1, 16)
    assert data_descriptor(described) == struct.pack("<4sIQQ", b"PK\x07\x08", 1, 1 << 33, 1 << 40)


def test_a_moment_before_the_format_begins_does_not_break_it() -> None:
    assert zipformat.local_header(Entry("a", 0), datetime(1975, 1, 1, tzinfo=UTC))[12:14] == struct.pack("<H", 0x21)


@pytest.mark.slow
def test_more_than_four_gib_of_metrics_make_a_bundle_that_opens(tmp_path: Path) -> None:
    """The real thing: written window by window, read back by us and by the archive programs."""
    line = b'{"metric":{"a":"b"},"values":[0],"timestamps":[1]}\n'
    chunk, digest = SafeChunk(line * 200_000), hashlib.sha256()
    chunks = (LIMIT // len(chunk)) + 2
    writer = begin(tmp_path)
    for number in range(chunks):
        writer.write(chunk)
        digest.update(chunk)
        writer.commit(window(number, chunk))
    assert writer.text_sha256() == digest.hexdigest()
    manifest = json.loads(entries(b"", digest.hexdigest())["metadata.json"])
    manifest["counts"].update(lines=200_000 * chunks, bytes=len(chunk) * chunks)
    writer.close({"metadata.json": json.dumps(manifest).encode(), "README.txt": b""})
    assert inspect(writer.paths.bundle).entries[0].text_bytes == len(chunk) * chunks > LIMIT
    for command in (["unzip", "-tq"], ["7z", "t"]):
        result = subprocess.run([*command, "b.zip"], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stdout + result.stderr
