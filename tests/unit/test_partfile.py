"""An interrupted bundle goes on where it is whole: after any cut or damage it ends as if nothing had happened."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.unit.bundles import MODIFIED, Stopped, go_on, resume, stop_within_a_window
from vmexporter.bundle.journal import WindowRecord, read_journal
from vmexporter.bundle.partfile import reopen
from vmexporter.bundle.writer import Head
from vmexporter.errors import BadExportLine, BundleDamaged, QueryRejected

HEAD = len(Head(MODIFIED).to_bytes())


class Place(NamedTuple):
    """A place in a file: anywhere, or just before the end of a window."""

    anywhere: int
    window: int | None
    before: int

    def within(self, ends: list[int], size: int = 0, first: int = HEAD) -> int:
        """The place in a file of *size* bytes (0: up to the last window's end), not before *first*."""
        if self.window is not None:
            return ends[self.window] - self.before
        return first + self.anywhere % ((size or ends[-1]) - first)


places = st.builds(Place, st.integers(0, 10**6), st.one_of(st.none(), st.integers(0, 3)), st.integers(1, 7))


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Stopped:
    return stop_within_a_window(tmp_path_factory.mktemp("stopped"))


def test_an_interrupted_bundle_goes_on(tmp_path: Path, stopped: Stopped) -> None:
    writer, kept = resume(stopped.put(tmp_path))
    assert kept == 4
    go_on(writer, kept)


@given(places)
@settings(max_examples=80, deadline=None)
@example(Place(0, None, 0))
@example(Place(HEAD - 1, None, 0))
@example(Place(HEAD, None, 0))
def test_a_part_cut_anywhere_goes_on(tmp_path_factory: pytest.TempPathFactory, stopped: Stopped, place: Place) -> None:
    """A machine that loses power may keep any beginning of the file, whatever the journal says."""
    folder = tmp_path_factory.mktemp("cut")
    cut = place.within(stopped.offsets, len(stopped.part) + 1, first=0)
    writer, kept = resume(stopped._replace(part=stopped.part[:cut]).put(folder))
    assert kept == sum(offset <= cut for offset in stopped.offsets)
    go_on(writer, kept)
    shutil.rmtree(folder)


@given(places)
@settings(max_examples=80, deadline=None)
def test_a_journal_cut_anywhere_goes_on(
    tmp_path_factory: pytest.TempPathFactory, stopped: Stopped, place: Place
) -> None:
    """Its last line may be torn; windows behind it are written anew."""
    folder = tmp_path_factory.mktemp("cut")
    cut = place.within(stopped.journal_offsets, len(stopped.journal) + 1, first=0)
    paths = stopped._replace(journal=stopped.journal[:cut]).put(folder)
    if cut <= stopped.journal.index(b"\n"):
        with pytest.raises(BundleDamaged):
            read_journal(paths.journal)
    else:
        writer, kept = resume(paths)
        assert kept == sum(offset <= cut for offset in stopped.journal_offsets)
        go_on(writer, kept)
    shutil.rmtree(folder)


@given(places, st.one_of(st.sampled_from([1 << bit for bit in range(8)]), st.integers(1, 255)))
@settings(max_examples=150, deadline=None)
def test_a_damaged_part_is_cut_back_to_its_last_good_window(
    tmp_path_factory: pytest.TempPathFactory, stopped: Stopped, place: Place, flip: int
) -> None:
    """Also where the damage does not show in the text: in the bits between two windows."""
    folder = tmp_path_factory.mktemp("damage")
    at = place.within(stopped.offsets)
    damaged = bytearray(stopped.part)
    damaged[at] ^= flip
    writer, kept = resume(stopped._replace(part=bytes(damaged)).put(folder))
    good = sum(offset <= at for offset in stopped.offsets)
    go_on(writer, kept)
    assert kept >= good, "more only where the damage changes nothing: in bits that fill up a byte, in unused codes"
    shutil.rmtree(folder)


@pytest.mark.parametrize("before", range(1, 8))
@pytest.mark.parametrize("bit", range(8))
def test_damage_between_two_windows_does_not_break_what_follows(
    tmp_path: Path, stopped: Stopped, before: int, bit: int
) -> None:
    """The text of the window is right, and yet nothing that is written behind it might be read."""
    damaged = bytearray(stopped.part)
    damaged[stopped.offsets[0] - before] ^= 1 << bit
    go_on(*resume(stopped._replace(part=bytes(damaged)).put(tmp_path)))


@given(st.integers(0), st.integers(1, 255))
@settings(max_examples=80, deadline=None)
def test_a_damaged_journal_is_cut_back_to_its_last_good_line(
    tmp_path_factory: pytest.TempPathFactory, stopped: Stopped, at: int, flip: int
) -> None:
    folder = tmp_path_factory.mktemp("damage")
    at %= len(stopped.journal)
    damaged = bytearray(stopped.journal)
    damaged[at] ^= flip
    paths = stopped._replace(journal=bytes(damaged)).put(folder)
    if at <= stopped.journal.index(b"\n"):
        with pytest.raises(BundleDamaged):
            read_journal(paths.journal)
    else:
        writer, kept = resume(paths)
        assert kept == sum(offset <= at for offset in stopped.journal_offsets)
        go_on(writer, kept)
    shutil.rmtree(folder)


def test_a_window_whose_lines_cannot_be_read_is_cut_off(tmp_path: Path, stopped: Stopped) -> None:
    """The one who counts the lines again may refuse them, too."""
    for error in (BadExportLine("cannot read"), QueryRejected("cannot read")):
        paths = stopped.put(tmp_path)
        journal = read_journal(paths.journal)
        asked: list[int] = []

        def on_text(record: WindowRecord, text: bytes, error: Exception = error, asked: list[int] = asked) -> None:
            asked.append(record.start_ms)
            if record.start_ms == 3000:
                raise error

        writer = reopen(paths, journal, Head(MODIFIED), on_text)
        writer.abandon()
        assert len(journal.windows) == 3 and asked[-1] == 3000
        assert len(read_journal(paths.journal).windows) == 3
