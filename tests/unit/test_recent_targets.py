"""Recent targets: the latest ten, without any secret, for the user alone, and none when that is wanted."""

from __future__ import annotations

from pathlib import Path

import pytest

from vmexporter.bundle.recenttargets import KEPT, RecentTarget, RecentTargets, state_folder
from vmexporter.errors import OutputFailed


def test_the_latest_come_first_and_once(tmp_path: Path) -> None:
    known = RecentTargets(tmp_path)
    for number in [*range(15), 7]:
        known.note(RecentTarget(f"http://h{number}:8428/select/0/prometheus"))
    assert len(known.targets()) == KEPT
    assert known.targets()[:2] == [RecentTarget(f"http://h{number}:8428/select/0/prometheus") for number in (7, 14)]


def test_no_secret_is_kept(tmp_path: Path) -> None:
    known = RecentTargets(tmp_path / "state")
    known.note(RecentTarget("https://someone:hush@h/x?token=hush#hush"))
    [file] = (tmp_path / "state").iterdir()
    assert b"hush" not in file.read_bytes() and b"someone" not in file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600 and file.parent.stat().st_mode & 0o777 == 0o700
    assert known.targets() == [RecentTarget("https://h/x")]


def test_both_addresses_of_a_cluster_and_its_tenant(tmp_path: Path) -> None:
    known = RecentTargets(tmp_path)
    cluster = RecentTarget("http://vmselect:8481", "http://vminsert:8480", "5:7")
    other = RecentTarget("http://vmselect:8481", "http://vminsert:8480", "5:8")
    known.note(other)
    known.note(RecentTarget("http://vmselect:8481/?x=hush", "http://someone:hush@vminsert:8480/?y=hush", "5:7"))
    assert known.targets() == [cluster, other]
    assert b"hush" not in (tmp_path / "targets.json").read_bytes()
    known.remove(other)
    assert known.targets() == [cluster]
    assert known.forget("http://vminsert:8480") and known.targets() == []


def test_a_list_of_addresses_alone_is_read(tmp_path: Path) -> None:
    (tmp_path / "targets.json").write_text(
        '["http://a", 5, {"url": 5}, {"insert_url": "http://b"}, {"url": "http://c"}]'
    )
    known = RecentTargets(tmp_path)
    assert known.targets() == [RecentTarget("http://a"), RecentTarget("http://c")]
    known.note(RecentTarget("http://d"))
    assert RecentTargets(tmp_path).targets() == [RecentTarget(f"http://{name}") for name in "dac"]


def test_forgotten_one_by_one_or_all(tmp_path: Path) -> None:
    known = RecentTargets(tmp_path)
    known.note(RecentTarget("http://a"))
    known.note(RecentTarget("http://b"))
    assert known.forget("http://a") and not known.forget("http://c")
    assert known.targets() == [RecentTarget("http://b")]
    assert known.forget()
    assert list(tmp_path.iterdir()) == []


def test_switched_off_nothing_is_kept(tmp_path: Path) -> None:
    known = RecentTargets(tmp_path)
    known.note(RecentTarget("http://a"))
    known.switch(False)
    known.note(RecentTarget("http://b"))
    assert known.targets() == [] and not known.is_on
    known.switch(True)
    known.note(RecentTarget("http://c"))
    assert known.targets() == [RecentTarget("http://c")]


def test_a_file_that_is_none_of_ours_is_as_good_as_none(tmp_path: Path) -> None:
    (tmp_path / "targets.json").write_text('{"a": 1')
    assert RecentTargets(tmp_path).targets() == []


def test_a_user_without_a_home_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    targets = RecentTargets(state_folder())
    assert targets.is_on and targets.targets() == []
    with pytest.raises(OutputFailed, match="cannot write"):
        targets.note(RecentTarget("http://vm:8428"))
