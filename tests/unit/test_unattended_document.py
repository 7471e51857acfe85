"""What docs/unattended.md shows is so: its file is one, its messages are those, its variables exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts.commandtree import tree
from scripts.manpage import SECRETS
from tests.lab.commandline import run_here
from tests.rules.source import ROOT
from vmexporter.cli.configuration import option_values
from vmexporter.core.configfile import parse_config

TEXT = (ROOT / "docs/unattended.md").read_text("utf-8")
[EXAMPLE] = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)


def test_the_example_is_a_configuration() -> None:
    values = option_values(parse_config(EXAMPLE, "support.toml", "toml"))
    assert values["component"] == ["vmstorage", "vmselect"] and values["log_format"] == "json"


def test_the_mistake_is_told_like_that(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    Path("support.toml").write_text(EXAMPLE.replace("components", "componets"))
    ran = run_here("export", "--config", "support.toml")
    shown = re.search(r"support\.toml\n(Error.*?)```", TEXT, re.DOTALL)
    assert shown and ran.status == 2
    assert ran.err == shown[1]


def test_the_variables_are_there() -> None:
    known = {each.variable for command in tree()[1] for each in command.parameters} | {name for name, _ in SECRETS}
    named = set(re.findall(r"VMEXPORTER_[A-Z_]*(?:<NAME>)?", TEXT)) - {"VMEXPORTER_", "VMEXPORTER_HEADER_X_SCOPE"}
    assert named <= known and len(named) > 6
