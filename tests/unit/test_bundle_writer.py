"""A finished bundle is a ZIP that every program opens, private, with its checksum; nothing is left or overwritten."""

from __future__ import annotations

import hashlib
import shutil
import stat
import subprocess
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.bundles import (
    HEADER,
    LARGE,
    METRICS,
    MODIFIED,
    begin,
    entries,
    finish,
    make_bundle,
    window_text,
    write_window,
)
from vmexporter.bundle.journal import read_journal
from vmexporter.bundle.reader import inspect
from vmexporter.bundle.writer import BundlePaths, BundleWriter, Head
from vmexporter.core.lines import SafeChunk
from vmexporter.errors import OutputFailed

TEXTS = [window_text(0, 500), b"", window_text(2, 1), window_text(3, 3000)]


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run an archive program; a machine without it cannot say whether bundles open."""
    assert shutil.which(command[0]), f"{command[0]} is needed for this test: install it"
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=60, check=False)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_python_reads_the_bundle(tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path, TEXTS)
    with zipfile.ZipFile(bundle) as archive:
        assert archive.namelist() == [METRICS, "metadata.json", "README.txt"]
        assert archive.testzip() is None
        assert archive.read(METRICS) == b"".join(TEXTS)
        info = archive.getinfo(METRICS)
        assert info.date_time == (2026, 11, 23, 8, 58, 58)
        assert stat.S_IMODE(info.external_attr >> 16) == 0o600


@pytest.mark.parametrize("command", [["unzip", "-t"], ["7z", "t"]])
@pytest.mark.parametrize("texts", [TEXTS, [b""], []], ids=["windows", "an empty window", "no window"])
def test_archive_programs_accept_the_bundle(tmp_path: Path, command: list[str], texts: list[bytes]) -> None:
    make_bundle(tmp_path, texts)
    result = run(*command, "b.zip", cwd=tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "warning" not in (result.stdout + result.stderr).lower()


def test_unzip_gives_the_text_back(tmp_path: Path) -> None:
    make_bundle(tmp_path, TEXTS)
    assert run("unzip", "-q", "b.zip", "-d", "out", cwd=tmp_path).returncode == 0
    assert (tmp_path / "out" / METRICS).read_bytes() == b"".join(TEXTS)
    assert stat.S_IMODE((tmp_path / "out" / METRICS).stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["b.zip", "two words ä.zip"])
def test_sha256sum_accepts_the_checksum(tmp_path: Path, name: str) -> None:
    bundle = make_bundle(tmp_path, TEXTS, name)
    result = run("sha256sum", "-c", f"{name}.sha256", cwd=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    bundle.write_bytes(bundle.read_bytes()[:-1])
    assert run("sha256sum", "-c", f"{name}.sha256", cwd=tmp_path).returncode != 0


def test_the_hash_that_is_told_is_that_of_the_file(tmp_path: Path) -> None:
    writer = begin(tmp_path, TEXTS)
    told = finish(writer, b"".join(TEXTS))
    assert told == hashlib.sha256(writer.paths.bundle.read_bytes()).hexdigest()
    found = inspect(writer.paths.bundle)
    assert (found.sha256, found.checksum_file) == (told, True)
    assert found.bundle_bytes == writer.paths.bundle.stat().st_size == writer.compressed_bytes


def test_only_bundle_and_checksum_stay_and_both_are_private(tmp_path: Path) -> None:
    writer = begin(tmp_path, TEXTS)
    assert names(tmp_path) == {"b.zip.part", "b.zip.part.journal"}
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in tmp_path.iterdir())
    finish(writer, b"".join(TEXTS))
    assert names(tmp_path) == {"b.zip", "b.zip.sha256"}
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in tmp_path.iterdir())


def test_the_text_is_hashed_as_committed(tmp_path: Path) -> None:
    writer = begin(tmp_path, TEXTS)
    assert writer.text_sha256() == hashlib.sha256(b"".join(TEXTS)).hexdigest()
    writer.abandon()


steps = st.lists(
    st.tuples(st.sampled_from(["write", "commit", "rollback"]), st.integers(0, 400)), min_size=1, max_size=12
)


@given(steps)
@settings(max_examples=40, deadline=None)
def test_a_failed_attempt_leaves_no_trace(
    tmp_path_factory: pytest.TempPathFactory, done: list[tuple[str, int]]
) -> None:
    """However writing, committing and rolling back follow each other, the bundle holds what was committed."""
    folder = tmp_path_factory.mktemp("steps")
    writer, committed, current = begin(folder), b"", b""
    for number, (what, lines) in enumerate(done):
        text = window_text(number, lines) if lines < 370 else LARGE
        if what == "rollback":
            writer.write(SafeChunk(text))
            writer.rollback()
            current = b""
        elif what == "write":
            writer.write(SafeChunk(text))
            current += text
        else:
            write_window(writer, number, text)
            committed, current = committed + current + text, b""
    writer.rollback()
    finish(writer, committed)
    assert inspect(writer.paths.bundle).manifest.counts.bytes == len(committed)
    with zipfile.ZipFile(writer.paths.bundle) as archive:
        assert archive.read(METRICS) == committed
    shutil.rmtree(folder)


def test_a_rolled_back_window_takes_no_room(tmp_path: Path) -> None:
    writer = begin(tmp_path, TEXTS[:1])
    writer.drain()
    before = writer.paths.part.read_bytes()
    writer.write(SafeChunk(LARGE))
    writer.drain()
    assert len(writer.paths.part.read_bytes()) > len(before)
    writer.rollback()
    assert writer.paths.part.read_bytes() == before
    writer.abandon()


def test_the_journal_speaks_only_of_what_is_in_the_file(tmp_path: Path) -> None:
    """A window's record comes after its bytes, and the pseudonyms it uses come before it."""
    writer = begin(tmp_path, TEXTS)
    writer.note_split({"slice": {}, "into": []})
    writer.drain()
    state = read_journal(writer.paths.journal)
    size = writer.paths.part.stat().st_size
    offsets = [record.offset for record in state.windows]
    assert offsets == sorted(offsets) and offsets[-1] == size == writer.compressed_bytes
    assert [record.text_bytes for record in state.windows] == [
        sum(map(len, TEXTS[: count + 1])) for count in range(len(TEXTS))
    ]
    kinds = [line.split(b'"')[1] for line in writer.paths.journal.read_bytes().splitlines()]
    assert kinds == [b"header", *([b"map", b"window"] * len(TEXTS)), b"split"]
    assert state.header == {"format": 1, **HEADER}
    assert state.map_entries == [("job", f"original-{number}", f"job-{number + 1}") for number in range(len(TEXTS))]
    writer.abandon()


def test_what_was_committed_is_kept_when_it_stops_at_once(tmp_path: Path) -> None:
    """Stopping right after a commit does not lose the window."""
    writer = begin(tmp_path, TEXTS)
    writer.abandon()
    assert len(read_journal(writer.paths.journal).windows) == len(TEXTS)


@pytest.mark.parametrize(
    "taken", ["b.zip", "b.zip.part", "b.zip.part.journal", "b.zip.sha256", "b.obfuscation_map.json"]
)
def test_a_file_that_is_there_is_never_overwritten(tmp_path: Path, taken: str) -> None:
    (tmp_path / taken).write_bytes(b"someone's")
    with pytest.raises(OutputFailed, match=r"cannot write .*exists") as refusal:
        begin(tmp_path)
    assert "overwritten" in refusal.value.hint
    assert names(tmp_path) == {taken}
    assert (tmp_path / taken).read_bytes() == b"someone's"


@pytest.mark.parametrize("link", ["b.zip", "b.zip.part", "b.zip.part.journal"])
def test_a_link_is_not_followed(tmp_path: Path, link: str) -> None:
    """In a folder that others may write to, a link would send the data elsewhere."""
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / link).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OutputFailed):
        finish(begin(folder), b"")
    assert not (tmp_path / "elsewhere").exists()
    assert (folder / link).is_symlink()


def test_a_name_that_was_taken_meanwhile_stays_the_others(tmp_path: Path) -> None:
    writer = begin(tmp_path, TEXTS)
    writer.paths.bundle.write_bytes(b"someone's")
    with pytest.raises(OutputFailed, match="exists"):
        finish(writer, b"".join(TEXTS))
    writer.abandon()
    assert writer.paths.bundle.read_bytes() == b"someone's"
    assert names(tmp_path) == {"b.zip", "b.zip.part", "b.zip.part.journal"}


def test_two_bundles_in_one_folder_do_not_meet(tmp_path: Path) -> None:
    first, second = begin(tmp_path, TEXTS, "a.zip"), begin(tmp_path, TEXTS[:1], "b.zip")
    write_window(first, 9, TEXTS[2])
    finish(second, TEXTS[0])
    finish(first, b"".join([*TEXTS, TEXTS[2]]))
    for writer, size in ((first, 5), (second, 1)):
        assert inspect(writer.paths.bundle).manifest.counts.bytes == sum(map(len, [*TEXTS, TEXTS[2]][:size]))


def test_a_second_writer_of_the_same_name_is_refused(tmp_path: Path) -> None:
    writer = begin(tmp_path, TEXTS[:1])
    with pytest.raises(OutputFailed, match="exists"):
        begin(tmp_path)
    finish(writer, TEXTS[0])
    assert inspect(writer.paths.bundle).checksum_file


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(OutputFailed, match="no such file") as refusal:
        begin(tmp_path / "missing")
    assert "folder" in refusal.value.hint


def test_a_discarded_bundle_leaves_nothing(tmp_path: Path) -> None:
    begin(tmp_path, TEXTS).discard()
    assert names(tmp_path) == set()


def test_a_bundle_ends_although_its_small_entries_are_large(tmp_path: Path) -> None:
    writer = BundleWriter.create(BundlePaths(tmp_path / "b.zip"), {}, Head(MODIFIED))
    large = {**entries(b"", writer.text_sha256()), "README.txt": window_text(1, 30_000)}
    writer.close(large)
    with zipfile.ZipFile(writer.paths.bundle) as archive:
        assert archive.read("README.txt") == large["README.txt"]
    inspect(writer.paths.bundle)
