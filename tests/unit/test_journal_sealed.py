"""A sealed journal keeps originals from the disk at every moment, and resumes like any other with its passphrase."""

from __future__ import annotations

import shutil
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.bundles import HEADER, LARGE, MODIFIED, TEXTS, Reader, Stopped, begin, go_on, write_window
from vmexporter.bundle.deflate import DeflateStream, StreamState
from vmexporter.bundle.files import create_private, lock
from vmexporter.bundle.journal import Journal, read_journal
from vmexporter.bundle.mapfile import read_map, write_map
from vmexporter.bundle.partfile import reopen
from vmexporter.bundle.sealing import Cost, Seal
from vmexporter.bundle.writer import BundlePaths, BundleWriter, Head
from vmexporter.core.lines import SafeChunk
from vmexporter.core.privacy.mapping import Entry, PseudonymMap
from vmexporter.errors import BundleDamaged, InvalidInput

PASSPHRASE = "correct horse"
PLANTED = ("acme-billing", "10.87.65.43", "secret-plan")
SEALED_HEADER = {**HEADER, "map_key": "5a" * 32, "plan": {"targets": list(PLANTED)}}


def asked() -> str:
    return PASSPHRASE


def cheap_seal() -> Seal:
    return Seal.make(PASSPHRASE, Cost(n=1 << 10))


def sealed_writer(folder: Path, seal: Seal) -> BundleWriter:
    """What an export begins with that is to leave nothing in clear."""
    paths = BundlePaths(folder / "b.zip")
    file = create_private(paths.part)
    lock(file, paths.part)
    stream = DeflateStream(paths.part, file, StreamState.after(b""))
    writer = BundleWriter(paths, stream, Journal.create(paths.journal, SEALED_HEADER, seal), Head(MODIFIED))
    stream.put(Head(MODIFIED).to_bytes())
    stream.end_segment()
    return writer


def stop_sealed(folder: Path) -> Stopped:
    """A sealed export of ``TEXTS`` that was stopped in its last window."""
    writer = sealed_writer(folder, cheap_seal())
    for number, text in enumerate(TEXTS[:4]):
        write_window(writer, number, text)
    writer.note_split({"slice": PLANTED[0], "into": []})
    writer.write(SafeChunk(LARGE))
    writer.drain()
    writer.abandon()
    journal = writer.paths.journal.read_bytes()
    offsets = [record.offset for record in read_journal(writer.paths.journal, asked).windows]
    ends = [at + 1 for at, byte in enumerate(journal) if byte == 0x0A]
    return Stopped(writer.paths.part.read_bytes(), journal, offsets, ends[3:10:2])


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Stopped:
    return stop_sealed(tmp_path_factory.mktemp("stopped"))


def resume(paths: BundlePaths) -> tuple[BundleWriter, int]:
    journal, seen = read_journal(paths.journal, asked), Reader()
    writer = reopen(paths, journal, Head(MODIFIED), seen.on_text)
    assert seen.whole == TEXTS[: len(journal.windows)]
    return writer, len(seen.whole)


def in_clear(folder: Path) -> list[str]:
    words = (*PLANTED, "original-", "map_key", "5a5a5a", PASSPHRASE, '"window"', "offset")
    contents = [path.read_bytes() for path in folder.iterdir()]
    return [word for word in words if any(word.encode() in content for content in contents)]


def relined(lines: list[bytes]) -> bytes:
    return b"".join(b"%08x %b\n" % (zlib.crc32(line), line) for line in lines)


def lines_of(journal: bytes) -> list[bytes]:
    return [line[9:] for line in journal.split(b"\n")[:-1]]


def test_it_says_what_an_open_one_says(tmp_path: Path, stopped: Stopped) -> None:
    writer = begin(tmp_path, TEXTS[:4])
    writer.drain()
    writer.abandon()
    plain = read_journal(writer.paths.journal, lambda: pytest.fail("an open one needs no passphrase"))
    (tmp_path / "sealed").write_bytes(stopped.journal)
    sealed = read_journal(tmp_path / "sealed", asked)
    assert (sealed.windows, sealed.map_entries) == (plain.windows, plain.map_entries)
    assert sealed.header == {"format": 1, **SEALED_HEADER} and sealed.splits == [{"slice": PLANTED[0], "into": []}]
    assert sealed.seal and plain.seal is None


def test_an_interrupted_export_goes_on_again_and_again(tmp_path: Path, stopped: Stopped) -> None:
    paths = stopped._replace(part=stopped.part[: stopped.offsets[1]]).put(tmp_path)
    for number in (2, 3):
        writer, kept = resume(paths)
        assert kept == number
        write_window(writer, number, TEXTS[number])
        writer.abandon()
        assert in_clear(tmp_path) == []
    go_on(*resume(paths))


def test_nothing_is_in_clear_at_any_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Watched after every single write to the journal, the new one of a resume included, up to the sealed map."""
    append, moments = Journal.append, []

    def watched(journal: Journal, kind: str, record: object) -> None:
        append(journal, kind, record)
        assert in_clear(tmp_path) == []
        moments.append({path.name for path in tmp_path.iterdir()})

    monkeypatch.setattr(Journal, "append", watched)
    writer = sealed_writer(tmp_path, cheap_seal())
    for number, text in enumerate(TEXTS[:3]):
        write_window(writer, number, text)
    writer.note_map([["job", PLANTED[0], "job-77"]])
    writer.drain()
    writer.abandon()
    paths = writer.paths
    journal = read_journal(paths.journal, asked)
    assert [*journal.map_entries][-1] == ("job", PLANTED[0], "job-77")
    known = PseudonymMap(bytes.fromhex("5a" * 32))
    for entry in journal.map_entries:
        known.add(Entry(*entry))
    writer = reopen(paths, journal, Head(MODIFIED), lambda *_: None)
    write_window(writer, 3, TEXTS[3])
    assert journal.seal
    write_map(paths.obfuscation_map, known, journal.seal)
    writer.close({"metadata.json": b"{}", "README.txt": b""})
    assert in_clear(tmp_path) == [] and len(moments) >= 15 and {"b.zip.part.journal.new"} < set.union(*moments)
    assert {path.name for path in tmp_path.iterdir()} == {"b.zip", "b.zip.sha256", "b.obfuscation_map.json"}
    assert read_map(paths.obfuscation_map, asked).original_of("job-77") == PLANTED[0]


@pytest.mark.parametrize("wrong", ["Correct horse", "", None])
def test_without_its_passphrase_nothing_is_changed(tmp_path: Path, stopped: Stopped, wrong: str | None) -> None:
    paths = stopped.put(tmp_path)
    with pytest.raises(InvalidInput) as error:
        read_journal(paths.journal, None if wrong is None else lambda: wrong)
    assert error.value.field == "passphrase" and error.value.hint
    assert (paths.part.read_bytes(), paths.journal.read_bytes()) == (stopped.part, stopped.journal)
    assert len(list(tmp_path.iterdir())) == 2
    go_on(*resume(paths))


@given(st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_cut_anywhere_it_goes_on(tmp_path_factory: pytest.TempPathFactory, stopped: Stopped, at: int) -> None:
    """A process that is killed, or a machine that loses power, may leave any beginning of the file."""
    folder, cut = tmp_path_factory.mktemp("cut"), at % (len(stopped.journal) + 1)
    paths = stopped._replace(journal=stopped.journal[:cut]).put(folder)
    if cut < line_ends(stopped.journal)[1]:
        with pytest.raises(BundleDamaged):
            read_journal(paths.journal, asked)
    else:
        writer, kept = resume(paths)
        assert kept == sum(offset <= cut for offset in stopped.journal_offsets)
        go_on(writer, kept)
    shutil.rmtree(folder)


@given(st.integers(0, 10**6), st.integers(1, 255))
@settings(max_examples=60, deadline=None)
def test_damaged_it_is_cut_back(tmp_path_factory: pytest.TempPathFactory, stopped: Stopped, at: int, flip: int) -> None:
    """Also where somebody made the line's checksum right again."""
    damaged = bytearray(stopped.journal)
    at %= len(damaged)
    damaged[at] ^= flip
    ends = line_ends(stopped.journal)
    for journal in (bytes(damaged), relined([line[9:] for line in bytes(damaged).split(b"\n")[:-1]])):
        if journal == stopped.journal:  # the damage was in a checksum
            continue
        folder = tmp_path_factory.mktemp("damage")
        paths = stopped._replace(journal=journal).put(folder)
        if at < ends[1]:
            with pytest.raises((BundleDamaged, InvalidInput)):
                read_journal(paths.journal, asked)
        else:
            found = read_journal(paths.journal, asked)
            assert len(found.windows) == sum(offset <= at for offset in stopped.journal_offsets)
        shutil.rmtree(folder)


def line_ends(journal: bytes) -> list[int]:
    return [at + 1 for at, byte in enumerate(journal) if byte == 0x0A]


def rearranged(stopped: Stopped, other: Stopped) -> Iterator[tuple[str, list[bytes], int]]:
    """Journals that nobody wrote, each of sound records: what was done, the lines, how many windows still hold."""
    lines, others = lines_of(stopped.journal), lines_of(other.journal)
    yield "as it was", lines, 4
    yield "a window left out", [*lines[:3], *lines[4:]], 0
    yield "a map left out", [*lines[:4], *lines[5:]], 1
    yield "two windows changed places", [*lines[:3], lines[5], lines[4], lines[3], *lines[6:]], 0
    yield "a window twice", [*lines[:4], lines[3], *lines[4:]], 1
    yield "a record of another journal", [*lines[:5], others[5], *lines[6:]], 1
    yield "the rest of another journal", [*lines[:5], *others[5:]], 1
    yield "a record in clear", [*lines[:5], b'{"map":[["job","x","job-9"]]}', *lines[5:]], 1


def test_records_cannot_be_moved_or_left_out(tmp_path: Path, stopped: Stopped) -> None:
    """*other* is the same export, of the same seal: its journal after a resume."""
    paths = stopped.put(tmp_path)
    resume(paths)[0].abandon()
    other = stopped._replace(journal=paths.journal.read_bytes())
    for what, lines, windows in rearranged(stopped, other):
        paths.journal.write_bytes(relined(lines))
        found = read_journal(paths.journal, asked)
        assert (len(found.windows), found.windows) == (windows, found.windows[:windows]), what
        assert all(entry[1].startswith("original-") for entry in found.map_entries), what


def test_a_head_of_another_journal_opens_nothing(tmp_path: Path, stopped: Stopped) -> None:
    paths = stopped.put(tmp_path)
    resume(paths)[0].abandon()
    lines, others = lines_of(stopped.journal), lines_of(paths.journal.read_bytes())
    for mixed in ([others[0], *lines[1:]], lines[1:], [lines[0]], [lines[0], *lines[2:]]):
        paths.journal.write_bytes(relined(mixed))
        with pytest.raises(BundleDamaged):
            read_journal(paths.journal, asked)


@pytest.mark.parametrize(
    "head",
    [
        b'{"sealed":{}}',
        b'{"sealed":[]}',
        b'{"sealed":5}',
        b'{"sealed":',
        b'{"sealed":' + b"[" * 100_000,
        b'{"sealed":{"cipher":"rot13","kdf":{}}}',
        b'{"sealed":{"cipher":"aes-256-gcm","kdf":{"name":"scrypt","n":1073741824,"r":8,"p":1}}}',
    ],
)
def test_a_head_that_nobody_wrote_is_refused(tmp_path: Path, head: bytes) -> None:
    (tmp_path / "journal").write_bytes(relined([head, b"AAAA"]))
    with pytest.raises(BundleDamaged):
        read_journal(tmp_path / "journal", asked)
