"""Recent targets: the latest ten, without any secret, for the user alone, and none when that is wanted."""

from __future__ import annotations

from pathlib import Path

import pytest

from vmexporter.bundle.recenttargets import KEPT, RecentTargets, state_folder
from vmexporter.errors import OutputFailed


def test_the_latest_come_first_and_once(tmp_path: Path) -> None:
    known = RecentTargets(tmp_path)
    for number in [*range(15), 7]:
        known.note(f"http://h{number}:8428/select/0/prometheus")
    assert len(known.addresses()) == KEPT
    assert known.addresses()[:2] == ["http://h7:8428/select/0/prometheus", "http://h14:8428/select/0/prometheus"]


def test_no_secret_is_kept(tmp_path: Path) -> None:
    known = RecentTargets(tmp_path / "state")
    known.note("https://someone:hush@h/x?token=hush#hush")
    [file] = (tmp_path / "state").iterdir()
    assert b"hush" not in file.read_bytes() and b"someone" not in file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600 and file.parent.stat().st_mode & 0o777 == 0o700
    assert known.addresses() == ["https://h/x"]


def test_forgotten_one_by_one_or_all(tmp_path: Path) -> None:
    known = RecentTargets(tmp_path)
    known.note("http://a")
    known.note("http://b")
    assert known.forget("http://a") and not known.forget("http://c")
    assert known.addresses() == ["http://b"]
    assert known.forget()
    assert list(tmp_path.iterdir()) == []


def test_switched_off_nothing_is_kept(tmp_path: Path) -> None:
    known = RecentTargets(tmp_path)
    known.note("http://a")
    known.switch(False)
    known.note("http://b")
    assert known.addresses() == [] and not known.is_on
    known.switch(True)
    known.note("http://c")
    assert known.addresses() == ["http://c"]


def test_a_file_that_is_none_of_ours_is_as_good_as_none(tmp_path: Path) -> None:
    (tmp_path / "targets.json").write_text('{"a": 1')
    assert RecentTargets(tmp_path).addresses() == []


def test_a_user_without_a_home_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    targets = RecentTargets(state_folder())
    assert targets.is_on and targets.addresses() == []
    with pytest.raises(OutputFailed, match="cannot write"):
        targets.note("http://vm:8428")
