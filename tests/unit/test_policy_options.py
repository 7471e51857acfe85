"""The options of the policy and its file: what they add up to, and what is refused with a word on what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from vmexporter.cli.privacy_options import MapOptions, PolicyOptions, PrivacyOptions
from vmexporter.core.request import ObfuscationChoice
from vmexporter.errors import InvalidInput

SHARED = """
level = "strict"
words = ["acme", "Zürich AG"]
[labels]
team = "map"
pod = "drop"
zone = "keep"
"""


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    path = tmp_path / "policy.toml"
    path.write_text(SHARED, "utf-8")
    return path


def test_without_options_the_choice_is_the_default() -> None:
    assert PolicyOptions().resolve() == ObfuscationChoice()
    assert PolicyOptions(obfuscate=False).resolve() == ObfuscationChoice(level="none")
    assert PolicyOptions(level="none").resolve() == ObfuscationChoice(level="none")
    assert PolicyOptions(obfuscate=False, level="none").resolve() == ObfuscationChoice(level="none")


def test_a_policy_file_says_it_all(shared: Path) -> None:
    assert PolicyOptions(policy=shared).resolve() == ObfuscationChoice(
        level="strict", words=("acme", "Zürich AG"), map_labels=("team",), drop_labels=("pod",), keep_labels=("zone",)
    )


def test_the_command_line_adds_to_the_file_and_wins(shared: Path, tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("# customers\nBeta Corp \n\n  gamma\n#delta\n", "utf-8")
    options = PolicyOptions(
        policy=shared,
        level="support",
        keep_label=["team", "env"],
        drop_label=["x"],
        map_label=["zone"],
        words_file=words,
    )
    found = options.resolve()
    assert found.level == "support"
    assert set(found.keep_labels) == {"team", "env"}
    assert set(found.drop_labels) == {"pod", "x"}
    assert found.map_labels == ("zone",)
    assert found.words == ("acme", "Zürich AG", "Beta Corp", "gamma")


def test_a_label_named_twice_for_one_thing_is_one() -> None:
    assert PolicyOptions(keep_label=["a", "b", "a"]).resolve().keep_labels == ("a", "b")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("level = ", "no TOML"),
        ("level = 1", "level"),
        ('level = "everything"', "level"),
        ('colour = "red"', "nobody knows colour"),
        ("labels = 1", "[labels]"),
        ('[labels]\nteam = "hide"', "[labels]"),
        ("[labels]\nteam = 1", "[labels]"),
        ("[labels]\nteam = []", "[labels]"),
        ('[labels]\nteam = { a = "keep" }', "[labels]"),
        ('words = "acme"', "words"),
        ("words = [1]", "words"),
        ('words = ["ab"]', "at least"),
        ('words = ["name"]', "pseudonyms"),
        ('[labels]\n__name__ = "drop"', "__name__"),
        ('level = "none"\nwords = ["acme"]', "without obfuscation"),
        ('level = "none"\n[labels]\nteam = "map"', "without obfuscation"),
    ],
)
def test_a_file_that_is_no_policy_is_refused(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(InvalidInput) as refusal:
        PolicyOptions(policy=path).resolve()
    assert words in refusal.value.message
    assert "acme" not in refusal.value.message.replace(str(path), "")


def test_files_that_cannot_be_read_are_told_by_name(tmp_path: Path) -> None:
    latin = tmp_path / "latin.txt"
    latin.write_bytes(b"Z\xfcrich")
    for path, why in ((tmp_path / "missing", "no such file"), (tmp_path, "directory"), (latin, "not text")):
        for options in (PolicyOptions(policy=path), PolicyOptions(words_file=path)):
            with pytest.raises(InvalidInput, match=why) as refusal:
                options.resolve()
            assert path.name in refusal.value.message


@pytest.mark.parametrize(
    ("options", "field"),
    [
        (PolicyOptions(obfuscate=False, level="strict"), "level"),
        (PolicyOptions(level="everything"), "level"),
        (PolicyOptions(keep_label=["a"], drop_label=["a"]), None),
        (PolicyOptions(map_label=["__name__"]), None),
        (PolicyOptions(obfuscate=False, map_label=["a"]), None),
        (PrivacyOptions(obfuscate=False, map=Path("m.json")), "map"),
        (PrivacyOptions(level="none", map=Path("m.json")), "map"),
        (MapOptions(obfuscate=False, one_way=True), "map"),
        (MapOptions(level="none", encrypt_map=True), "map"),
        (MapOptions(one_way=True, map=Path("m.json")), "one-way"),
        (MapOptions(one_way=True, encrypt_map=True), "one-way"),
    ],
)
def test_options_that_contradict_each_other_are_refused(options: Any, field: str | None) -> None:
    with pytest.raises(InvalidInput) as refusal:
        options.choice() if isinstance(options, PrivacyOptions) else options.resolve()
    assert field is None or refusal.value.field == field


def test_one_way_and_the_map_reach_the_choice() -> None:
    assert MapOptions(one_way=True).choice().one_way
    assert not MapOptions(map=Path("m.json"), encrypt_map=True).choice().one_way
    assert PrivacyOptions(map=Path("m.json")).choice() == ObfuscationChoice()
