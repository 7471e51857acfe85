"""Files that were handed over: whole or not there at all, private, and named so that no path is made of a name."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path
from typing import NamedTuple

import pytest

from vmexporter.bundle.uploads import FOLDER, Uploads, fit_name
from vmexporter.errors import InvalidInput, OutputFailed


class Usage(NamedTuple):
    """What the system says of a disk."""

    total: int
    used: int
    free: int


def left(root: Path) -> list[str]:
    """All files below *root*."""
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def uploaded(uploads: Uploads, name: str = "a.jsonl", body: bytes = b"{}\n") -> str:
    with uploads.begin(name) as incoming:
        incoming.write(body)
        return incoming.finish().identity


class TestWhole:
    def test_it_is_private_and_found_again(self, tmp_path: Path) -> None:
        identity = uploaded(Uploads(tmp_path), "case 7.zip", b"abc")
        found = Uploads(tmp_path).find(identity)
        assert (found.name, found.size_bytes, found.path.read_bytes()) == ("case 7.zip", 3, b"abc")
        assert stat.S_IMODE(found.path.stat().st_mode) == 0o600
        assert stat.S_IMODE((tmp_path / FOLDER).stat().st_mode) == 0o700
        assert Uploads(tmp_path).all() == (found,)

    def test_two_of_one_name_are_two(self, tmp_path: Path) -> None:
        uploads = Uploads(tmp_path)
        assert uploaded(uploads) != uploaded(uploads)
        assert len(uploads.all()) == 2

    def test_what_an_import_keeps_beside_it_is_no_upload(self, tmp_path: Path) -> None:
        uploads = Uploads(tmp_path)
        found = uploads.find(uploaded(uploads))
        journal = found.path.with_name(f"{found.name}.0badcafe.import")
        journal.write_bytes(b"x")
        assert uploads.all() == (found,)
        uploads.remove(found.identity)
        assert uploads.all() == () and left(tmp_path) == []


class TestNothingHalf:
    def test_one_that_breaks_off_leaves_nothing(self, tmp_path: Path) -> None:
        uploads = Uploads(tmp_path)
        with uploads.begin("a.zip") as incoming:
            incoming.write(b"half")
        assert left(tmp_path) == [] and uploads.all() == ()

    def test_an_empty_one_is_none(self, tmp_path: Path) -> None:
        uploads = Uploads(tmp_path)
        with pytest.raises(InvalidInput, match="empty"), uploads.begin("a.zip") as incoming:
            incoming.finish()
        assert left(tmp_path) == []

    def test_what_a_killed_program_left_is_removed(self, tmp_path: Path) -> None:
        folder = tmp_path / FOLDER / ("0" * 16)
        folder.mkdir(parents=True)
        (folder / "a.zip.part").write_bytes(b"half")
        whole = uploaded(Uploads(tmp_path))
        assert [one.identity for one in Uploads(tmp_path).all()] == [whole]
        assert not folder.exists()

    def test_what_another_program_is_writing_stays(self, tmp_path: Path) -> None:
        with Uploads(tmp_path).begin("a.zip") as incoming:
            incoming.write(b"half")
            assert Uploads(tmp_path).all() == ()
            incoming.write(b" whole")
            found = incoming.finish()
        assert found.path.read_bytes() == b"half whole"


class TestRoom:
    def free(self, monkeypatch: pytest.MonkeyPatch, size_bytes: int) -> None:
        monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(1 << 40, 0, size_bytes))

    def test_one_that_does_not_fit_is_not_begun(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.free(monkeypatch, (256 << 20) + 1000)
        uploads = Uploads(tmp_path)
        assert uploads.room_bytes == 1000
        with pytest.raises(OutputFailed, match="no room"):
            uploads.begin("a.zip", 1001)
        assert left(tmp_path) == [] and not (tmp_path / FOLDER).exists()

    def test_one_of_unknown_length_stops_when_the_disk_is_full(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        uploads = Uploads(tmp_path)
        with uploads.begin("a.zip") as incoming:
            incoming.write(b"x")
            self.free(monkeypatch, 256 << 20)
            with pytest.raises(OutputFailed, match="no room"):
                incoming.write(bytes(33 << 20))
        assert left(tmp_path) == []


@pytest.mark.parametrize(
    "identity", ["", "..", "../a", "0" * 15, "0" * 16, "G" * 16, f"{'0' * 16}/..", "0" * 16 + "\n"]
)
def test_no_path_is_made_of_an_id(tmp_path: Path, identity: str) -> None:
    uploads = Uploads(tmp_path / "out")
    (tmp_path / "out" / FOLDER).mkdir(parents=True)
    (tmp_path / "out" / "a.zip").write_bytes(b"x")
    with pytest.raises(InvalidInput):
        uploads.find(identity)
    with pytest.raises(InvalidInput):
        uploads.remove(identity)
    assert (tmp_path / "out" / "a.zip").exists()


@pytest.mark.parametrize(
    ("given", "fit"),
    [
        ("bundle.zip", "bundle.zip"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\jane\\case.zip", "case.zip"),
        ("..", "bundle"),
        ("/", "bundle"),
        (".hidden", "hidden"),
        ("a\x00b\n.zip", "a_b_.zip"),
        ("<img src=x onerror=1>.zip", "_img src=x onerror=1_.zip"),
        ("a.zip.part", "bundle"),
        ("x" * 300 + ".zip", "x" * 116 + ".zip"),
        ("\u0444\u0430\u0439\u043b.zip", "_.zip"),
    ],
)
def test_names_are_made_fit(given: str, fit: str) -> None:
    assert fit_name(given) == fit


def test_one_that_is_removed_while_all_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    uploads = Uploads(tmp_path)
    identity = uploaded(uploads)
    look = Path.lstat

    def late(self: Path) -> os.stat_result:
        if self.name == "a.jsonl":
            self.unlink(missing_ok=True)
        return look(self)

    monkeypatch.setattr(Path, "lstat", late)
    assert uploads.all() == ()
    with pytest.raises(InvalidInput, match="none of this id"):
        uploads.find(identity)


def test_the_bytes_are_on_the_disk_before_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names: list[list[str]] = []
    monkeypatch.setattr(os, "fsync", lambda _: names.append([Path(one).name for one in left(tmp_path)]))
    uploaded(Uploads(tmp_path))
    assert names[0] == ["a.jsonl.part"]
