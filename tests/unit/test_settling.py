"""Where an option's value comes from: the command line wins over the environment, and that over the file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.lab.commandline import Ran, run_here
from vmexporter.cli import exporting
from vmexporter.cli.configuration import OPTIONS
from vmexporter.cli.settling import RIVALS, Source, outdone
from vmexporter.core.configfile import config_schema


def test_the_nearer_source_wins_over_its_rival() -> None:
    assert outdone({"last": Source.FILE, "start": Source.COMMAND_LINE, "end": Source.NOBODY}) == ["last"]
    assert outdone({"last": Source.ENVIRONMENT, "start": Source.FILE, "end": Source.FILE}) == ["start", "end"]
    assert outdone({"component": Source.FILE, "job": Source.ENVIRONMENT, "selector": Source.NOBODY}) == []
    assert outdone({"last": Source.FILE, "start": Source.FILE}) == []
    known = set(OPTIONS.values()) | {"obfuscate"}
    assert {name for ways in RIVALS for way in ways for name in way} <= known


class Asked:
    """Notes the options that export is called with, in place of exporting."""

    def __init__(self, patch: pytest.MonkeyPatch, folder: Path) -> None:
        self.options: exporting.Options | None = None
        self._file = folder / "job.toml"
        patch.setattr(exporting, "export", self._note)

    def _note(self, options: exporting.Options) -> None:
        self.options = options

    def __call__(self, text: str, *arguments: str, env: Mapping[str, str] | None = None) -> exporting.Options:
        self.ran(text, *arguments, env=env).checked()
        assert self.options is not None
        return self.options

    def ran(self, text: str, *arguments: str, env: Mapping[str, str] | None = None) -> Ran:
        self._file.write_text(text)
        return run_here("export", *arguments, "--config", self._file, env=env)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Asked:
    return Asked(monkeypatch, tmp_path)


def test_flags_win_over_the_environment_over_the_file(asked: Asked) -> None:
    text = '[connection]\nurl = "http://file"\ntenant = "1"\n[output]\npath = "file/"\nquiet = true'
    env = {"VMEXPORTER_TENANT": "2", "VMEXPORTER_OUTPUT": "env/", "VMEXPORTER_INSECURE": "true"}
    options = asked(text, "-o", "flag/", env=env)
    assert options.connection.url == "http://file"
    assert (options.connection.tenant, options.output.output) == ("2", "flag/")
    assert options.output.quiet is True and options.connection.insecure is True
    assert asked(text, "http://flag", env={"VMEXPORTER_URL": "http://env"}).connection.url == "http://flag"
    assert asked(text, env={"VMEXPORTER_URL": "http://env"}).connection.url == "http://env"


def test_a_variable_of_a_list_has_one_value_a_line(asked: Asked) -> None:
    both = '{job="a b"}\n{job="c"}\n'
    options = asked("connection.url = 'u'\nselection.jobs = ['j']", env={"VMEXPORTER_SELECTOR": both})
    assert options.what.selector == ['{job="a b"}', '{job="c"}'] and options.what.job is None


def test_a_flag_replaces_what_the_file_says_in_another_way(asked: Asked) -> None:
    text = "connection.url = 'u'\n[time_range]\nlast = '1h'\n[selection]\ncomponents = ['vmagent']"
    options = asked(text, "--start", "now-2h", "--query", "up")
    assert (options.time.last, options.time.start, options.what.component, options.what.query) == (
        "", "now-2h", None, "up",
    )  # fmt: skip
    assert asked(text).what.component == ["vmagent"]


def test_a_missing_file_and_a_bad_value_end_with_2(asked: Asked, tmp_path: Path) -> None:
    missing = run_here("export", "--config", tmp_path / "none.toml")
    assert missing.status == 2 and "cannot read" in missing.err and "no such file" in missing.err
    assert asked.ran("connection.url = 'u'\noutput.log_format = 'xml'").status == 2
    assert asked.ran("").status == 2  # no address


def test_the_variable_of_config_and_its_schema_command(asked: Asked, tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    path.write_text('{"connection": {"url": "http://json"}}')
    run_here("export", env={"VMEXPORTER_CONFIG": str(path)}).checked()
    assert asked.options is not None and asked.options.connection.url == "http://json"
    assert run_here("config", "schema").json() == config_schema()
