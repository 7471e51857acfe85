"""The check of licences finds what is not allowed, not stated, or lacks its text."""

from __future__ import annotations

from email.message import Message
from pathlib import Path

import pytest

from scripts import check_licences
from scripts.check_licences import PINNED, findings, stated, unlicensed


def described(**fields: str) -> Message:
    message = Message()
    for name, value in fields.items():
        message[name.replace("_", "-")] = value
    return message


def test_all_that_is_pinned_may_be_used() -> None:
    assert list(findings(PINNED.read_text())) == []


@pytest.mark.parametrize(
    ("fields", "licences"),
    [
        ({"License_Expression": "Apache-2.0 OR BSD-3-Clause"}, ["Apache-2.0", "BSD-3-Clause"]),
        ({"License": "ISC License"}, ["ISC"]),
        ({"Classifier": "License :: OSI Approved :: MIT License"}, ["MIT"]),
        ({"Classifier": "Typing :: Typed"}, []),
    ],
)
def test_what_a_package_states(fields: dict[str, str], licences: list[str]) -> None:
    assert stated(described(**fields)) == licences


@pytest.mark.parametrize("licence", ["AGPL-3.0-only", "", "MIT AND GPL-3.0-only"])
def test_another_licence_is_found(monkeypatch: pytest.MonkeyPatch, licence: str) -> None:
    monkeypatch.setattr(check_licences, "metadata", lambda name: described(License_Expression=licence))
    [finding] = findings("some-package==1.0 \\\n    --hash=sha256:00\n")
    assert finding.startswith("some-package: its licence is ")


def test_a_part_without_the_text_of_its_licence_is_found(tmp_path: Path) -> None:
    for part, file in (("good", "LICENSE"), ("bad", "part.js")):
        (tmp_path / part).mkdir()
        (tmp_path / part / file).touch()
    assert [finding.split(":")[0] for finding in unlicensed(tmp_path)] == ["bad"]
