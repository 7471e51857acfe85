"""Writes the commit into what is built, so that ``vmexporter --version`` can name it where there is no git.

A source distribution holds the file already; what is built from it takes that one over.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from tempfile import mkstemp
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

COMMIT_FILE = "src/vmexporter/commit.txt"


class CommitHook(BuildHookInterface[Any]):
    """Adds ``vmexporter/commit.txt`` to wheel and source distribution."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Ask git, unless the file is there or this is an editable install, which asks git when it is run."""
        self._made = ""
        root = Path(self.root)
        if version == "editable" or (root / COMMIT_FILE).exists():
            return
        handle, self._made = mkstemp(prefix="vmexporter-commit-")
        os.write(handle, f"{_commit(root)}\n".encode())
        os.close(handle)
        Path(self._made).chmod(0o644)
        inside = COMMIT_FILE if self.target_name == "sdist" else COMMIT_FILE.removeprefix("src/")
        build_data["force_include"][self._made] = inside

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Leave nothing behind."""
        del version, build_data, artifact_path
        Path(self._made).unlink() if self._made else None


def _commit(root: Path) -> str:
    command = ["git", "-C", str(root), "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    if not (root / ".git").exists():
        return "unknown"
    try:
        said = subprocess.run(command, capture_output=True, check=True)  # noqa: S603 no input
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return said.stdout.decode().strip() or "unknown"
