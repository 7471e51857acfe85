"""What is written besides the bundle: lines to a stream, window by window, and private files that replace nothing."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import stat
from pathlib import Path
from typing import BinaryIO

import pytest

from tests.unit.bundles import TEXTS, begin, finish, window
from vmexporter.bundle.files import create_private, lock, open_own, publish, remove_idle, write_private
from vmexporter.bundle.linesink import LineSink
from vmexporter.bundle.mapfile import read_map, write_map
from vmexporter.bundle.reader import inspect
from vmexporter.core.lines import SafeChunk
from vmexporter.core.privacy.mapping import PseudonymMap
from vmexporter.errors import BundleDamaged, InvalidInput, OutputFailed


class Trickle(io.RawIOBase):
    """A stream that takes a few bytes at a time, as a pipe may."""

    def __init__(self) -> None:
        super().__init__()
        self.taken = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        part = bytes(memoryview(data)[:1000])  # type: ignore[arg-type]
        self.taken.extend(part)
        return len(part)


def test_only_whole_windows_reach_the_stream() -> None:
    """Its reader never sees a window twice, or a part of one that failed."""
    stream = io.BytesIO()
    sink = LineSink(stream)
    sink.write(SafeChunk(b"failed attempt\n"))
    sink.rollback()
    sink.write(SafeChunk(TEXTS[0]))
    assert stream.getvalue() == b""
    sink.commit(window(0, TEXTS[0]))
    sink.commit(window(1, b""))
    sink.write(SafeChunk(TEXTS[3]))
    assert stream.getvalue() == TEXTS[0]
    sink.commit(window(2, TEXTS[3]))
    assert sink.finish({"metadata.json": b"{}"}) == ""
    sink.publish()
    sink.abandon()
    assert stream.getvalue() == TEXTS[0] + TEXTS[3]
    assert sink.text_sha256() == hashlib.sha256(stream.getvalue()).hexdigest()
    assert sink.compressed_bytes == len(stream.getvalue())


def test_a_window_that_does_not_fit_into_memory_passes_too() -> None:
    stream, chunk = io.BytesIO(), b"x" * (1 << 20)
    sink = LineSink(stream)
    for number in range(12):
        sink.write(SafeChunk(chunk))
        if number == 10:
            sink.rollback()
            sink.write(SafeChunk(chunk * 9))
    sink.commit(window(0, b""))
    sink.abandon()
    assert len(stream.getvalue()) == 10 << 20


def test_a_stream_that_takes_little_at_a_time_gets_everything() -> None:
    stream = Trickle()
    sink = LineSink(stream)  # type: ignore[arg-type]
    sink.write(SafeChunk(TEXTS[3]))
    sink.commit(window(0, TEXTS[3]))
    sink.abandon()
    assert bytes(stream.taken) == TEXTS[3]


def write_one_window(stream: BinaryIO) -> None:
    sink = LineSink(stream)
    try:
        sink.write(SafeChunk(TEXTS[3]))
        sink.commit(window(0, TEXTS[3]))
    finally:
        sink.abandon()


def test_a_reader_that_is_gone_ends_the_export() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb", buffering=0) as stream, pytest.raises(OutputFailed, match="broken pipe"):
        write_one_window(stream)


def test_a_full_device_ends_the_export() -> None:
    with Path("/dev/full").open("wb", buffering=0) as stream, pytest.raises(OutputFailed, match="no space"):
        write_one_window(stream)


def test_a_private_file_is_new_and_for_the_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        create_private(tmp_path / "a").close()
        write_private(tmp_path / "b", b"x")
    finally:
        os.umask(before)
    assert [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in "ab"] == [0o600, 0o600]
    for write in (lambda: create_private(tmp_path / "b"), lambda: write_private(tmp_path / "b", b"y")):
        with pytest.raises(OutputFailed, match="exists") as refusal:
            write()
        assert "overwritten" in refusal.value.hint
    assert (tmp_path / "b").read_bytes() == b"x"


def test_nobodys_files_are_removed_and_those_of_somebody_at_work_are_not(tmp_path: Path) -> None:
    part, journal, gone = (tmp_path / name for name in ("a.part", "a.journal", "b.part"))
    for path in (part, journal):
        path.write_bytes(b"x")
    with open_own(part) as held:
        lock(held, part)
        with pytest.raises(OutputFailed, match="another vmexporter is at work"):
            remove_idle(part, journal)
        assert part.exists() and journal.exists()
    remove_idle(part, journal)
    remove_idle(gone, journal)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("code", [errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK])
def test_a_file_system_without_hard_links_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    def refuse(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "link", refuse)
    writer = begin(tmp_path, TEXTS)
    finish(writer, b"".join(TEXTS))
    assert inspect(writer.paths.bundle).checksum_file
    assert {path.name for path in tmp_path.iterdir()} == {"b.zip", "b.zip.sha256"}
    (tmp_path / "part").write_bytes(b"new")
    (tmp_path / "taken").write_bytes(b"old")
    with pytest.raises(OutputFailed, match="exists"):
        publish(tmp_path / "part", tmp_path / "taken", (tmp_path / "part").stat())
    assert ((tmp_path / "part").read_bytes(), (tmp_path / "taken").read_bytes()) == (b"new", b"old")


def test_a_map_is_private_and_reads_back(tmp_path: Path) -> None:
    path, made = tmp_path / "m.json", PseudonymMap(bytes(32))
    made.add(("job", "acme", "job-1"))
    write_map(path, made)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(read_map(path).entries()) == list(made.entries())
    with pytest.raises(OutputFailed, match="exists"):
        write_map(path, made)


def test_what_is_no_map_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as missing:
        read_map(tmp_path / "missing.json")
    assert missing.value.field == "map"
    (tmp_path / "m.json").write_bytes(b"{}")
    with pytest.raises(BundleDamaged):
        read_map(tmp_path / "m.json")
