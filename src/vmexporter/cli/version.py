"""What ``--version`` says: the version, the commit, Python, and the libraries that decide how it behaves.

The commit stands in ``commit.txt``, which building the package makes (``hatch_build.py``). In a checkout there is no
such file, and git is asked.
"""

from __future__ import annotations

import platform
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path
from typing import Final

from vmexporter import __version__

COMMIT_FILE: Final = "commit.txt"
LIBRARIES: Final = ("ahocorasick_rs", "cryptography", "fastapi", "isal", "pydantic", "typer", "urllib3", "uvicorn")
_GIT_TIMEOUT_S: Final = 5


def version_text() -> str:
    """The lines of ``--version``; the first one is ``vmexporter`` and the version, as it always was."""
    python = f"{platform.python_implementation()} {platform.python_version()} on {sys.platform} {platform.machine()}"
    libraries = ", ".join(f"{name} {_installed(name)}" for name in LIBRARIES)
    return f"vmexporter {__version__}\ncommit {commit()}\nPython {python}\nlibraries {libraries}\n"


def commit() -> str:
    """The commit this was built from, with ``-dirty`` when files had been changed; ``unknown`` where nobody knows."""
    built = files("vmexporter") / COMMIT_FILE
    if built.is_file():
        return built.read_text("utf-8").strip()
    checkout = Path(__file__).parents[3]
    return described(checkout) if (checkout / "src" / "vmexporter").is_dir() else "unknown"


def described(checkout: Path) -> str:
    """What git says of *checkout*; ``unknown`` where it is none, or there is no git."""
    if not (checkout / ".git").exists():
        return "unknown"
    command = ["git", "-C", str(checkout), "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    try:
        said = subprocess.run(command, capture_output=True, timeout=_GIT_TIMEOUT_S, check=True)  # noqa: S603 no input
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return said.stdout.decode().strip() or "unknown"


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"
