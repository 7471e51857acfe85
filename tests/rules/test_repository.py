"""The repository works anywhere: it names no folder of the machine it was written on and no package index.

Checked is what git would commit: tracked files, and new ones that are not ignored.
"""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

import pytest

from tests.rules.source import ROOT

# A checkout may lie directly in one of these; naming them in a text gives nothing away.
PLACES_OF_EVERYONE = frozenset(
    map(Path, ("/", "/tmp", "/home", "/root", "/opt", "/srv", "/mnt", "/var/tmp", "/usr/src"))
)
FOREIGN_LOCK_FILES = frozenset({"uv.lock", "poetry.lock", "Pipfile.lock", "package-lock.json", "yarn.lock"})
INDEX_OPTION = re.compile(r"(?:^|\s)(?:--(?:extra-)?index-url|--find-links|--trusted-host|-i|-f)(?:[\s=]|$)")
PINNED = re.compile(r"[a-z0-9-]+==[^\s]+ \\|    --hash=sha256:[0-9a-f]{64}(?: \\)?|\s*#.*|")


def committable() -> list[Path]:
    """The files git would commit, from the project's root."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout.decode()
    return [ROOT / name for name in listing.split("\0") if name and (ROOT / name).is_file()]


def own_place(root: Path) -> re.Pattern[bytes]:
    """What finds a path of this checkout, or of the folder around it unless everyone has that one."""
    folders = [folder for folder in (root, root.parent) if folder not in PLACES_OF_EVERYONE]
    return re.compile(
        b"|".join(rb"(?<![\w./~-])" + re.escape(bytes(folder)) + rb"(?![\w-])" for folder in folders) or b"$."
    )


def index_lines(text: str) -> list[str]:
    """The lines of a requirements file that name where packages come from."""
    return [line for line in text.split("\n") if INDEX_OPTION.search(line) or "://" in line]


def unpinned_lines(text: str) -> list[str]:
    """The lines of a compiled requirements file that pin no version and no hash."""
    return [line for line in text.split("\n") if not PINNED.fullmatch(line)]


def foreign_lock_files(paths: Iterable[PurePosixPath]) -> list[str]:
    """Lock files of package managers that write the address of the index they used."""
    return [str(path) for path in paths if path.name in FOREIGN_LOCK_FILES]


def test_no_file_names_the_own_place() -> None:
    place = own_place(ROOT)
    assert [str(path.relative_to(ROOT)) for path in committable() if place.search(path.read_bytes())] == []


def test_no_foreign_lock_files() -> None:
    assert foreign_lock_files(PurePosixPath(path.relative_to(ROOT).as_posix()) for path in committable()) == []


@pytest.mark.parametrize("path", sorted((ROOT / "requirements").iterdir()), ids=lambda path: str(path.name))
def test_requirements_name_no_index(path: Path) -> None:
    assert index_lines(path.read_text()) == []


@pytest.mark.parametrize("name", ["runtime", "dev"])
def test_requirements_are_pinned(name: str) -> None:
    assert unpinned_lines((ROOT / f"requirements/{name}.txt").read_text()) == []


def test_runtime_requirements_are_those_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    listed = (ROOT / "requirements/runtime.in").read_text().split("\n")
    assert [line for line in listed if line and not line.startswith("#")] == project["dependencies"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see /fab/build/x.py", True),
        ("see /fab/main", True),
        ('path = "/fab"', True),
        ("/fabric/x", False),
        ("http://host/fab/x", False),
        ("./fab/main", False),
    ],
)
def test_a_path_of_the_own_place_is_found(text: str, found: bool) -> None:
    assert bool(own_place(Path("/fab/main")).search(text.encode())) is found


def test_a_folder_that_everyone_has_is_no_own_place() -> None:
    assert not own_place(Path("/tmp/main")).search(b"/tmp/x")
    assert own_place(Path("/tmp/main")).search(b"/tmp/main/x")


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("--index-url https://index.example/simple", True),
        ("--extra-index-url=https://index.example/simple", True),
        ("#    pip-compile --find-links wheels dev.in", True),
        ("-f wheels", True),
        ("thing @ https://index.example/thing.whl", True),
        ("thing==1.0 \\", False),
        ("#    -r runtime.txt", False),
    ],
)
def test_an_index_is_found(line: str, found: bool) -> None:
    assert bool(index_lines(line)) is found


def test_what_is_not_pinned_is_found() -> None:
    assert unpinned_lines("thing>=1.0") == ["thing>=1.0"]
    assert unpinned_lines("thing==1.0") == ["thing==1.0"]
    assert unpinned_lines(f"thing==1.0 \\\n    --hash=sha256:{'0' * 64}\n    # via other\n") == []
    assert foreign_lock_files([PurePosixPath("web/package-lock.json"), PurePosixPath("uv.lock.md")]) != []


def test_chromium_is_started_in_one_way() -> None:
    """With what keeps it quiet; what asks others by itself would be found only by looking."""
    starts = re.compile(rb"\bchromium\.launch\w*\(")
    paths = [path.relative_to(ROOT) for path in committable() if starts.search(path.read_bytes())]
    assert [path.as_posix() for path in paths] == ["tests/browser/chromium.py"]
