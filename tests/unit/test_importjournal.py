"""The journal of an import: what it promises stands there before anything is sent, and a torn end is cut off."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmexporter.bundle.files import lock
from vmexporter.bundle.importjournal import (
    ImportJournal,
    SourceFile,
    is_import_journal,
    merged,
    read_import,
    require_same,
    without,
)
from vmexporter.bundle.journal import Journal
from vmexporter.errors import BundleDamaged, InvalidInput, OutputFailed
from vmexporter.web.importleftovers import interrupted

SPANS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=8)


def bytes_in(spans: list[tuple[int, int]]) -> set[int]:
    return {at for start, end in spans for at in range(start, end)}


@given(SPANS, SPANS)
def test_spans_are_sets_of_bytes(some: list[tuple[int, int]], others: list[tuple[int, int]]) -> None:
    assert bytes_in(merged(some)) == bytes_in(some)
    assert bytes_in(without(some, others)) == bytes_in(some) - bytes_in(others)
    assert all(one[1] < other[0] for one, other in zip(merged(some), merged(some)[1:], strict=False))


def journal_at(path: Path) -> ImportJournal:
    journal = ImportJournal.create([path], {"url": "http://h"})
    journal.note_before({"j": [1, 2]})
    journal.promise(100)
    journal.note_done([(0, 30), (30, 50)])
    journal.promise(90)  # less than before: nothing to say
    return journal


def test_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "x.import"
    journal_at(path).close()
    assert path.stat().st_mode & 0o777 == 0o600
    assert is_import_journal(path)
    again = ImportJournal.reopen(path)
    assert (again.state.header["url"], again.state.before, again.state.upto) == ("http://h", {"j": [1, 2]}, 100)
    assert again.state.done == [(0, 50)]
    again.remove()
    assert not path.exists()


def test_is_good_wherever_it_is_torn(tmp_path: Path) -> None:
    path = tmp_path / "x.import"
    journal_at(path).close()
    whole = path.read_bytes()
    first = whole.index(b"\n") + 1
    for length in range(first, len(whole)):
        path.write_bytes(whole[:length])
        journal = ImportJournal.reopen(path)
        journal.promise(700)
        journal.close()
        state, read = read_import(path.read_bytes())
        assert (state.upto, read) == (700, len(path.read_bytes()))
    path.write_bytes(whole[: first - 3])
    with pytest.raises(BundleDamaged):
        ImportJournal.reopen(path)


def test_is_for_one_process(tmp_path: Path) -> None:
    path = tmp_path / "x.import"
    journal = journal_at(path)
    with pytest.raises(OutputFailed, match="at work on it"):
        ImportJournal.reopen(path)
    journal.close()
    with pytest.raises(OutputFailed, match="was interrupted") as caught:
        ImportJournal.create([path], {})
    assert "vmexporter resume" in caught.value.hint


def test_one_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    source, path = tmp_path / "x.jsonl", tmp_path / "x.import"
    source.write_bytes(b"{}")
    header = {"url": "http://h", "insert_url": "", "tenant": "", "source": {"path": str(source)}}
    ImportJournal.create([path], header).close()
    assert [journal for journal, _, _ in interrupted([tmp_path])] == [path]
    path.unlink()
    ImportJournal.create([path], {**header, "format": 2}).close()
    assert not list(interrupted([tmp_path]))
    with pytest.raises(BundleDamaged, match="that this version knows"):
        ImportJournal.reopen(path)


def test_goes_elsewhere_where_it_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    journal = ImportJournal.create([tmp_path / "file" / "x.import", tmp_path / "state" / "x.import"], {})
    assert journal.path == tmp_path / "state" / "x.import"
    journal.close()


def test_another_file_in_the_place_of_the_source_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "k.jsonl"
    path.write_bytes(b"one")
    known = SourceFile.of(path)
    require_same(known, {"size_bytes": known.size_bytes, "ends_sha256": known.ends_sha256})
    path.write_bytes(b"two")
    with pytest.raises(InvalidInput, match="not the file"):
        require_same(SourceFile.of(path), {"size_bytes": known.size_bytes, "ends_sha256": known.ends_sha256})


def test_goes_elsewhere_where_there_is_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be written is not left behind: it would look like an import that was interrupted."""
    full, roomy = tmp_path / "full" / "x.import", tmp_path / "state" / "x.import"
    write = Journal.append

    def append(journal: Journal, kind: str, record: object) -> None:
        if journal.path == full:
            raise OutputFailed(f"cannot write {journal.path}: no space left on device")
        write(journal, kind, record)

    monkeypatch.setattr(Journal, "append", append)
    with pytest.raises(OutputFailed, match="no space"):
        ImportJournal.create([full], {})
    assert not full.exists()
    journal = ImportJournal.create([full, roomy], {})
    assert (journal.path, full.exists()) == (roomy, False)
    journal.close()


def test_nobody_goes_on_with_one_that_is_being_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.import"
    journal = journal_at(path)
    unlink = Path.unlink
    refused = []

    def watched(self: Path, missing_ok: bool = False) -> None:
        with pytest.raises(OutputFailed, match="at work on it") as caught:
            ImportJournal.reopen(path)
        refused.append(caught.value)
        unlink(self, missing_ok)

    monkeypatch.setattr(Path, "unlink", watched)
    journal.remove()
    assert len(refused) == 1 and not path.exists()


def test_one_that_was_finished_between_opening_and_locking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.import"
    journal_at(path).close()

    def late(file: BinaryIO, at: Path) -> None:
        lock(file, at)
        at.unlink()

    monkeypatch.setattr("vmexporter.bundle.importjournal.lock", late)
    with pytest.raises(OutputFailed, match="no such file"):
        ImportJournal.reopen(path)
