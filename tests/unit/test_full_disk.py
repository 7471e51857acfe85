"""A disk that fills up ends the export with an error that says so; what was committed before can be gone on with.

The disk is played by the process's own limit on file sizes, which hits every write at whatever byte it is set to.
"""

from __future__ import annotations

import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.unit.bundles import TEXTS, WHOLE, begin, finish, go_on, resume, write_window
from vmexporter.bundle.deflate import DeflateStream
from vmexporter.bundle.files import write_private
from vmexporter.bundle.journal import read_journal
from vmexporter.bundle.writer import BundlePaths, BundleWriter
from vmexporter.core.lines import SafeChunk
from vmexporter.errors import OutputFailed


@contextmanager
def room_for(size_bytes: int) -> Iterator[None]:
    """No file grows beyond this size within the block."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def export(folder: Path) -> str:
    """A whole export; its files are closed whatever happens."""
    writer = begin(folder)
    try:
        for number, text in enumerate(TEXTS):
            write_window(writer, number, text)
        return finish(writer, WHOLE)
    finally:
        writer.abandon()


@given(st.integers(0, 20_000))
@example(0)
@example(1)
@example(80)
@settings(max_examples=80, deadline=None)
def test_a_disk_may_fill_up_at_any_byte(tmp_path_factory: pytest.TempPathFactory, room: int) -> None:
    """Either the bundle is complete, or it can be gone on with, or nothing at all was begun."""
    folder = tmp_path_factory.mktemp("full")
    paths = BundlePaths(folder / "b.zip")
    failed = ""
    with room_for(room):
        try:
            export(folder)
        except OutputFailed as failure:
            failed = failure.message
    assert bool(failed) is not paths.bundle.exists()
    if failed and paths.part.exists():
        assert not paths.checksum.exists(), "a checksum beside no bundle would be taken for one"
        go_on(*resume(paths))
    elif failed:
        assert list(folder.iterdir()) == []
    assert not failed or "too large" in failed
    shutil.rmtree(folder)


def test_after_the_disk_was_full_nothing_more_is_taken(tmp_path: Path) -> None:
    """A window that came after the failure would else be in the journal, but not in the file."""
    writer = begin(tmp_path, TEXTS[:1])
    writer.drain()
    with room_for(writer.compressed_bytes + 100):
        with pytest.raises(OutputFailed):
            write_until_it_fails(writer)
        for again in (writer.drain, writer.rollback, lambda: write_window(writer, 1, TEXTS[1]), writer.text_sha256):
            with pytest.raises(OutputFailed):
                again()
    with pytest.raises(OutputFailed):
        finish(writer, TEXTS[0])
    writer.abandon()
    assert len(read_journal(writer.paths.journal).windows) == 1
    go_on(*resume(writer.paths))


def write_until_it_fails(writer: BundleWriter) -> None:
    for _ in range(100):
        writer.write(SafeChunk(TEXTS[3]))


def test_going_on_while_the_disk_is_full_loses_nothing(tmp_path: Path) -> None:
    writer = begin(tmp_path, TEXTS[:4])
    writer.abandon()
    part, journal = writer.paths.part.read_bytes(), writer.paths.journal.read_bytes()
    for room in (0, 100, len(journal) // 2):
        with room_for(room), pytest.raises(OutputFailed):
            resume(writer.paths)
        assert (writer.paths.part.read_bytes(), writer.paths.journal.read_bytes()) == (part, journal)
        assert len(list(tmp_path.iterdir())) == 2
    go_on(*resume(writer.paths))


def test_a_small_file_is_whole_or_absent(tmp_path: Path) -> None:
    with room_for(10), pytest.raises(OutputFailed, match=r"map\.json"):
        write_private(tmp_path / "map.json", b"x" * 11)
    assert list(tmp_path.iterdir()) == []
    write_private(tmp_path / "map.json", b"x" * 11)
    with pytest.raises(OutputFailed):
        write_private(tmp_path / "map.json", b"y")
    assert (tmp_path / "map.json").read_bytes() == b"x" * 11


def test_a_bundle_that_cannot_be_begun_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: DeflateStream) -> None:
        raise OutputFailed("cannot write: no space left")

    monkeypatch.setattr(DeflateStream, "end_segment", refuse)
    with pytest.raises(OutputFailed):
        begin(tmp_path)
    assert list(tmp_path.iterdir()) == []
