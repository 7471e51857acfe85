"""What --version says, in a checkout and where nobody knows the commit."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.lab.commandline import run_here
from tests.rules.source import ROOT
from vmexporter import __version__
from vmexporter.cli import version


def git(folder: Path, *words: str) -> str:
    command = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@example", *words]
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout.strip()


def test_it_names_version_commit_python_and_libraries() -> None:
    first, commit, python, libraries = run_here("--version").checked().out.rstrip("\n").split("\n")
    assert first == f"vmexporter {__version__}" and commit == f"commit {version.commit()}"
    assert python.startswith(f"Python CPython {sys.version.split()[0]} on {sys.platform}")
    assert all(f"{name} " in libraries for name in version.LIBRARIES) and "unknown" not in libraries


def test_a_checkout_is_asked_and_a_change_is_told(tmp_path: Path) -> None:
    assert version.described(tmp_path) == "unknown"
    git(tmp_path, "init", "--quiet")
    (tmp_path / "file").write_text("1")
    git(tmp_path, "add", "file")
    git(tmp_path, "commit", "--quiet", "--message", "one")
    commit = git(tmp_path, "rev-parse", "--short=12", "HEAD")
    assert version.described(tmp_path) == commit
    (tmp_path / "file").write_text("2")
    assert version.described(tmp_path) == f"{commit}-dirty"


def test_without_git_nobody_knows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert version.described(ROOT) == "unknown"
