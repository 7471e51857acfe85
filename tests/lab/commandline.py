"""The command line as a user starts it: a process of its own, and what it left behind.

The environment is the test's own without any setting of vmexporter or of a proxy; ``env`` adds to it. There is no
terminal: standard input is empty. ``run_here`` takes the same way within this process, which is quicker.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from tests.lab.lines import Samples, Series, samples_by_series
from vmexporter.cli.main import main

TIMEOUT_S = 60.0


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    status: int
    out: str
    err: str

    def json(self) -> Any:
        """What it printed as JSON; the test fails when it ended with an error."""
        return json.loads(self.checked().out)

    def checked(self) -> Ran:
        """Itself; the test fails when it ended with an error."""
        assert self.status == 0, f"exit status {self.status}: {self.err}"
        return self

    @property
    def words(self) -> str:
        """All it said on standard error, on one line as if the terminal were endless."""
        return " ".join(self.err.split())


def environment(env: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a command that is given *env*."""
    kept = {name: value for name, value in os.environ.items() if not _is_setting(name)}
    return {**kept, **(env or {})}


def _is_setting(name: str) -> bool:
    return name.lower().endswith("_proxy") or (
        name.startswith("VMEXPORTER_") and not name.startswith(("VMEXPORTER_TEST_", "VMEXPORTER_LAB_"))
    )


def command(*arguments: str | Path) -> list[str]:
    """The whole command line with *arguments*."""
    return [sys.executable, "-m", "vmexporter", *map(str, arguments)]


def start(arguments: Sequence[str | Path], env: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
    """Start the command and do not wait."""
    return subprocess.Popen(
        command(*arguments), env=environment(env), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
    )  # fmt: skip


def ended(process: subprocess.Popen[str]) -> Ran:
    """Wait for a command that ``start`` began."""
    try:
        out, err = process.communicate(timeout=TIMEOUT_S)
    finally:
        process.kill()
    return Ran(process.returncode, out, err)


def run(*arguments: str | Path, env: Mapping[str, str] | None = None) -> Ran:
    """Run the command to its end."""
    return ended(start(arguments, env))


def run_here(*arguments: str | Path, env: Mapping[str, str] | None = None) -> Ran:
    """Run the command in this process."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n") for _ in range(2))
    status = 0
    with (
        patch.object(sys, "argv", ["vmexporter", *map(str, arguments)]),
        patch.object(sys, "stdin", io.StringIO()),
        patch.dict(os.environ, environment(env), clear=True),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as ending:
            status = ending.code if isinstance(ending.code, int) else int(ending.code is not None)
    return Ran(status, *(_written(text) for text in (out, err)))


def _written(text: io.TextIOWrapper) -> str:
    text.flush()
    buffer = text.detach()
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode()


@dataclass(frozen=True)
class Bundle:
    """What is in a bundle; ``manifest`` is its metadata.json."""

    samples: dict[Series, Samples]
    manifest: dict[str, Any]

    @classmethod
    def read(cls, path: str | Path) -> Bundle:
        """Read the bundle at *path*."""
        with zipfile.ZipFile(path) as file:
            lines = file.read("metrics.jsonl").split(b"\n")
            return cls(samples_by_series(lines), json.loads(file.read("metadata.json")))
