"""What follows from the code is what the code says today: man page, completions, schema of the configuration."""

from __future__ import annotations

import re

import pytest

from scripts.commandtree import tree
from scripts.generated import texts
from tests.rules.source import ROOT


@pytest.mark.parametrize("name", sorted(texts()))
def test_the_file_is_current(name: str) -> None:
    assert (ROOT / name).read_text("utf-8") == texts()[name], "out of date: make generated"


def test_every_command_and_option_is_in_each_of_them() -> None:
    _, commands = tree()
    assert {"export", "resume", "serve", "map show", "config schema"} <= {command.path for command in commands}
    shells = [text for name, text in texts().items() if "completions" in name]
    page = texts()["packaging/man/vmexporter.1"].replace("\\-", "-")
    for command in commands:
        assert f".SS vmexporter {command.path}" in page
        for option in command.options:
            for flag in option.flags:
                assert f"\\fB{flag}\\fR" in page
                told = rf"{flag}\b|-l {flag[2:]} "
                assert not flag.startswith("--") or all(re.search(told, text) for text in shells), flag


def test_no_two_options_of_a_command_share_a_variable() -> None:
    for command in tree()[1]:
        variables = [each.variable for each in command.parameters if each.variable]
        assert len(variables) == len(set(variables)), command.path
