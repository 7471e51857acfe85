"""What starts when nothing is said: the page's server, and a browser where there is a screen."""

from __future__ import annotations

import webbrowser
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from vmexporter.cli import commands, serving
from vmexporter.cli.main import app
from vmexporter.web.server import PageServer

assert commands.__doc__  # importing it puts the commands into the app


class Started:
    """Runs the command line; servers end at once, and the browser only notes what it was to open."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.opened: list[str] = []
        self.servers: list[PageServer] = []
        patch.setattr(webbrowser, "open", self.opened.append)

        def ran(server: PageServer) -> None:
            self.servers.append(server)
            server.close()

        patch.setattr(PageServer, "run", ran)

    def __call__(self, *arguments: str) -> Result:
        return CliRunner().invoke(app, arguments, catch_exceptions=False)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Started:
    """On a machine without a screen, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    return Started(monkeypatch)


@pytest.mark.parametrize("variable", ["DISPLAY", "WAYLAND_DISPLAY"])
def test_without_arguments_it_serves_and_opens_a_browser(
    started: Started, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str
) -> None:
    monkeypatch.setenv(variable, ":0")
    said = started()
    [server] = started.servers
    assert said.exit_code == 0
    assert f"{server.settings.address}/?token={server.settings.token}" in said.stdout
    assert server.settings.output.resolve() == tmp_path
    [opened] = started.opened
    assert opened.startswith(f"{server.settings.address}/?once=") and server.settings.token not in opened


def test_without_a_screen_it_only_says_where(started: Started) -> None:
    said = started()
    assert said.exit_code == 0 and "?token=" in said.stdout
    assert len(started.servers) == 1 and started.opened == []


@pytest.mark.parametrize(("arguments", "opened"), [((), 1), (("--no-browser",), 0)])
def test_no_browser_is_opened_when_none_is_wanted(
    started: Started, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], opened: int
) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    assert started("serve", "--port", "0", *arguments).exit_code == 0
    assert len(started.opened) == opened


@pytest.mark.parametrize(
    ("platform", "variables", "is_there"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ""}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("darwin", {}, True),
        ("win32", {}, True),
    ],
)
def test_where_there_is_a_screen(
    started: Started, monkeypatch: pytest.MonkeyPatch, platform: str, variables: dict[str, str], is_there: bool
) -> None:
    assert started.opened == []
    monkeypatch.setattr("sys.platform", platform)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert serving.has_screen() is is_there


def test_the_version_serves_nothing(started: Started) -> None:
    assert started("--version").stdout.startswith("vmexporter ")
    assert started.servers == []
