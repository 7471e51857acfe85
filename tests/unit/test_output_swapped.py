"""Somebody else who may write to the folder swaps files or folders while an export runs: nothing is written for them.

They can destroy what is in their own folder; but our bundle is never theirs, no file elsewhere is touched, and the map
goes nowhere that the export was not begun in.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.bundles import TEXTS, WHOLE, begin, entries, finish, make_bundle, resume
from vmexporter.bundle.writer import BundlePaths
from vmexporter.errors import BundleDamaged, OutputFailed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "out"
    made.mkdir()
    return made


def to_another_file(paths: BundlePaths, elsewhere: Path) -> None:
    paths.part.unlink()
    paths.part.write_bytes(b"theirs")


def to_a_link(paths: BundlePaths, elsewhere: Path) -> None:
    paths.part.rename(elsewhere / "ours")
    paths.part.symlink_to(elsewhere / "ours")


def to_a_link_for_the_folder(paths: BundlePaths, elsewhere: Path) -> None:
    folder = paths.part.parent
    folder.rename(folder.with_name("moved"))
    folder.symlink_to(elsewhere)


SWAPS = [to_another_file, to_a_link, to_a_link_for_the_folder]


@pytest.mark.parametrize("swap", SWAPS)
def test_before_the_bundle_is_whole(folder: Path, tmp_path: Path, swap: Callable[[BundlePaths, Path], None]) -> None:
    """It is found out before the map is written, which comes after ``finish``."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    writer = begin(folder, TEXTS)
    swap(writer.paths, elsewhere)
    with pytest.raises(OutputFailed, match=r"cannot write .*another file stands in its place|no such file"):
        writer.finish(entries(WHOLE, writer.text_sha256()))
    writer.abandon()
    assert {path.name for path in elsewhere.iterdir()} <= {"ours"}
    assert not writer.paths.bundle.exists() and not writer.paths.checksum.exists()


@pytest.mark.parametrize("swap", SWAPS)
def test_in_the_last_step(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, swap: Callable[[BundlePaths, Path], None]
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    writer = begin(folder, TEXTS)
    writer.finish(entries(WHOLE, writer.text_sha256()))
    link = os.link

    def too_late(part: Path, final: Path) -> None:
        swap(writer.paths, elsewhere)
        link(part, final, follow_symlinks=False)

    monkeypatch.setattr(os, "link", too_late)
    with pytest.raises(OutputFailed):
        writer.publish()
    writer.abandon()
    assert not writer.paths.bundle.exists() and not writer.paths.bundle.is_symlink()
    assert {path.name for path in elsewhere.iterdir()} <= {"ours"}


def test_a_link_in_the_place_of_what_is_to_be_resumed(folder: Path, tmp_path: Path) -> None:
    """What it leads to is not cut back to what a journal says."""
    writer = begin(folder, TEXTS)
    writer.abandon()
    whole = writer.paths.part.read_bytes() + b"more"
    (tmp_path / "precious").write_bytes(whole)
    writer.paths.part.unlink()
    writer.paths.part.symlink_to(tmp_path / "precious")
    with pytest.raises(BundleDamaged, match="symbolic links"):
        resume(writer.paths)
    assert (tmp_path / "precious").read_bytes() == whole


def test_without_hard_links_a_name_that_was_reserved_in_vain_is_given_back(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = begin(folder, TEXTS)
    writer.finish(entries(WHOLE, writer.text_sha256()))

    def refuse(*arguments: object, **options: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    with monkeypatch.context() as patch:
        patch.setattr(os, "link", refuse)
        patch.setattr(Path, "replace", refuse)
        with pytest.raises(OutputFailed, match="not permitted"):
            writer.publish()
    writer.abandon()
    assert {path.suffix for path in folder.iterdir()} == {".part", ".journal"}
    finish(resume(writer.paths)[0], WHOLE)
    assert make_bundle(folder, TEXTS, name="same.zip").read_bytes() == writer.paths.bundle.read_bytes()
