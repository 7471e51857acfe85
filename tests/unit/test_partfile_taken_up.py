"""An interrupted bundle belongs to one process at a time, may be taken up again and again, and is never mistaken."""

from __future__ import annotations

import errno
import os
import stat
import tracemalloc
from pathlib import Path

import pytest

from tests.unit.bundles import (
    MODIFIED,
    TEXTS,
    Stopped,
    begin,
    go_on,
    resume,
    stop_within_a_window,
    window,
    write_window,
)
from vmexporter.bundle.journal import read_journal
from vmexporter.bundle.partfile import reopen, require_unfinished
from vmexporter.bundle.writer import Head
from vmexporter.core.lines import SafeChunk
from vmexporter.errors import BundleDamaged, InvalidInput, OutputFailed


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Stopped:
    return stop_within_a_window(tmp_path_factory.mktemp("stopped"))


def test_going_on_may_be_interrupted_again_and_again(tmp_path: Path, stopped: Stopped) -> None:
    paths = stopped._replace(part=stopped.part[: stopped.offsets[1]]).put(tmp_path)
    for number in (2, 3):
        writer, kept = resume(paths)
        assert kept == number
        write_window(writer, number, TEXTS[number])
        writer.abandon()
        assert stat.S_IMODE(paths.journal.stat().st_mode) == stat.S_IMODE(0o600)
    writer, kept = resume(paths)
    go_on(writer, kept)


def test_a_journal_keeps_what_it_said(tmp_path: Path, stopped: Stopped) -> None:
    paths = stopped.put(tmp_path)
    before = read_journal(paths.journal)
    paths.journal.with_name("b.zip.part.journal.new").write_bytes(b"of an attempt that was stopped")
    resume(paths)[0].abandon()
    assert read_journal(paths.journal) == before
    assert {path.name for path in tmp_path.iterdir()} == {"b.zip.part", "b.zip.part.journal"}


def test_only_one_can_have_a_part(tmp_path: Path, stopped: Stopped) -> None:
    paths = stopped.put(tmp_path)
    writer, kept = resume(paths)
    part, journal = paths.part.read_bytes(), paths.journal.read_bytes()
    with pytest.raises(OutputFailed, match="another vmexporter"):
        resume(paths)
    assert (paths.part.read_bytes(), paths.journal.read_bytes()) == (part, journal)
    go_on(writer, kept)


def test_a_part_that_is_being_written_cannot_be_resumed(tmp_path: Path) -> None:
    writer = begin(tmp_path, TEXTS[:2])
    writer.drain()
    with pytest.raises(OutputFailed, match="another vmexporter"):
        resume(writer.paths)
    go_on(writer, 2)


def test_a_bundle_stopped_in_its_last_step_goes_on(tmp_path: Path, stopped: Stopped) -> None:
    """Then the file has both names; what is written to one must not harm the other."""
    paths = stopped.put(tmp_path)
    paths.bundle.hardlink_to(paths.part)
    paths.checksum.write_text("not of this file")
    writer, kept = resume(paths)
    go_on(writer, kept)


def test_a_bundle_that_is_done_is_said_to_be(tmp_path: Path, stopped: Stopped) -> None:
    paths = stopped.put(tmp_path)
    require_unfinished(paths)
    go_on(*resume(paths))
    paths.journal.write_bytes(stopped.journal)
    before = paths.bundle.read_bytes()
    with pytest.raises(InvalidInput, match="complete"):
        require_unfinished(paths)
    assert paths.bundle.read_bytes() == before and not paths.journal.exists()


def test_what_belongs_together_must_be_there(tmp_path: Path, stopped: Stopped) -> None:
    paths = stopped.put(tmp_path)
    paths.part.unlink()
    with pytest.raises(BundleDamaged):
        resume(paths)
    stopped.put(tmp_path).journal.unlink()
    with pytest.raises(BundleDamaged) as damage:
        resume(paths)
    assert ".journal" in damage.value.hint
    assert paths.part.read_bytes() == stopped.part


def test_a_file_that_is_no_bundle_stays_as_it_is(tmp_path: Path, stopped: Stopped) -> None:
    paths = stopped._replace(part=b"PK\x03\x04 something else" * 100).put(tmp_path)
    with pytest.raises(BundleDamaged):
        resume(paths)
    assert paths.part.read_bytes() == b"PK\x03\x04 something else" * 100


def test_quiet_metrics_are_read_back_within_bounded_memory(tmp_path: Path) -> None:
    """They shrink to almost nothing: a window must not be unpacked at once."""
    line = b'{"metric":{"a":"b"},"values":[0],"timestamps":[1]}\n' * 20_000
    writer = begin(tmp_path)
    for _ in range(64):
        writer.write(SafeChunk(line))
    writer.commit(window(0, line * 64))
    writer.abandon()
    sizes = []
    tracemalloc.start()
    try:
        journal = read_journal(writer.paths.journal)
        reopen(writer.paths, journal, Head(MODIFIED), lambda _, text: sizes.append(len(text))).abandon()
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()
    assert sum(sizes) == 64 * len(line) and len(journal.windows) == 1


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES])
def test_one_that_may_not_be_written_to_is_not_damaged(
    stopped: Stopped, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    paths = stopped.put(tmp_path)

    def refuse(path: object, *how: int) -> int:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refuse)
        with pytest.raises(OutputFailed, match=os.strerror(code).lower()) as refusal:
            resume(paths)
    assert "copy it and its .journal" in refusal.value.hint
    go_on(*resume(paths))
