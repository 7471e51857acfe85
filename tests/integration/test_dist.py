"""What is built and shipped: wheel and source distribution hold all that is needed, and nothing else.

The wheel is installed into an environment of its own and used from there. The quick way takes the libraries from this
environment; the slow one installs those that requirements/runtime.txt pins.
"""

from __future__ import annotations

import email
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest

from tests.rules.source import ROOT
from tests.rules.test_repository import committable
from vmexporter import __version__
from vmexporter.cli.version import described

PACKAGE = "src/vmexporter/"
UPLOT_LICENCE = "src/vmexporter/web/static/vendor/uPlot/LICENSE"
SHARED = (
    "man/man1/vmexporter.1",
    "bash-completion/completions/vmexporter",
    "zsh/site-functions/_vmexporter",
    "fish/vendor_completions.d/vmexporter.fish",
)
PINNED_MOMENT = {"SOURCE_DATE_EPOCH": "1700000000"}


def build(folder: Path, source: Path = ROOT, *options: str) -> Path:
    """Build *source* into *folder*, both forms unless an option says otherwise."""
    command = [sys.executable, "-m", "build", "--no-isolation", *options, "--outdir", str(folder), str(source)]
    ended = subprocess.run(command, env={**os.environ, **PINNED_MOMENT}, capture_output=True, check=False, timeout=100)
    assert ended.returncode == 0, ended.stderr.decode()
    return folder


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with both."""
    return build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def wheel(dist: Path) -> Path:
    return dist / f"vmexporter-{__version__}-py3-none-any.whl"


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    sources = [path.relative_to(ROOT).as_posix() for path in committable()]
    package = {name.removeprefix("src/") for name in sources if name.startswith(PACKAGE)}
    about = f"vmexporter-{__version__}.dist-info"
    metadata = {f"{about}/{name}" for name in ("METADATA", "WHEEL", "RECORD", "entry_points.txt")}
    licences = {f"{about}/licenses/{name}" for name in ("LICENSE", UPLOT_LICENCE)}
    shared = {f"vmexporter-{__version__}.data/data/share/{name}" for name in SHARED}
    with zipfile.ZipFile(wheel) as file:
        assert set(file.namelist()) == package | metadata | licences | shared | {"vmexporter/commit.txt"}
        assert file.read("vmexporter/commit.txt").decode().strip() == described(ROOT)
    assert {"vmexporter/py.typed", "vmexporter/web/static/index.html", "vmexporter/tables/flags.tsv"} <= package


def test_the_metadata(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as file:
        about = email.message_from_bytes(file.read(f"vmexporter-{__version__}.dist-info/METADATA"))
        entry_points = file.read(f"vmexporter-{__version__}.dist-info/entry_points.txt").decode()
    assert (about["Name"], about["Version"], about["Requires-Python"]) == ("vmexporter", __version__, ">=3.11")
    assert about["License-Expression"] == "Apache-2.0 AND MIT"
    assert about.get_all("License-File") == ["LICENSE", UPLOT_LICENCE]
    assert "Typing :: Typed" in (about.get_all("Classifier") or [])
    assert "vmexporter = vmexporter.cli.main:main" in entry_points


def test_the_source_distribution_builds_the_same_wheel(dist: Path, wheel: Path, tmp_path: Path) -> None:
    with tarfile.open(dist / f"vmexporter-{__version__}.tar.gz") as file:
        file.extraction_filter = getattr(tarfile, "data_filter", None)  # of Python 3.11.4 and later
        file.extractall(tmp_path)
        names = {name.partition("/")[2] for name in file.getnames()}
    assert {"README.md", "CHANGELOG.md", "LICENSE", "hatch_build.py", "requirements/runtime.txt"} <= names
    assert not [name for name in names if name.startswith(("tests/", "bench/", ".venv")) or ".part" in name]
    again = build(tmp_path / "again", tmp_path / f"vmexporter-{__version__}")
    assert (again / wheel.name).read_bytes() == wheel.read_bytes()


def test_two_builds_are_the_same_bytes(dist: Path, tmp_path: Path) -> None:
    again = build(tmp_path)
    assert {path.name: path.read_bytes() for path in dist.iterdir()} == {
        path.name: path.read_bytes() for path in again.iterdir()
    }


def test_what_the_image_is_built_from_makes_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    """The builder gets what .dockerignore lets through, and the commit from outside."""
    source = tmp_path / "source"
    for name in (line[1:] for line in (ROOT / ".dockerignore").read_text().split("\n") if line.startswith("!")):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, source / name)
    (source / "src/vmexporter/commit.txt").write_text(f"{described(ROOT)}\n")
    again = build(tmp_path / "image", source, "--wheel")
    assert (again / wheel.name).read_bytes() == wheel.read_bytes()


class Installed:
    """The wheel in an environment of its own."""

    def __init__(self, folder: Path, wheel: Path, *, own_libraries: bool) -> None:
        venv.create(folder, with_pip=False, symlinks=True)
        pip = [sys.executable, "-m", "pip", "--python", str(folder), "install", "--quiet"]
        if own_libraries:
            subprocess.run([*pip, "--require-hashes", "-r", ROOT / "requirements/runtime.txt"], check=True)
        else:
            [site] = folder.glob("lib/python*/site-packages")
            (site / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
        subprocess.run([*pip, "--no-deps", "--no-index", str(wheel)], check=True)
        self.program = folder / "bin" / "vmexporter"
        self.folder = folder

    def use(self) -> None:
        """Say the version, and serve the page with the tables and scripts behind it."""
        env = {"PATH": "/usr/bin:/bin", "HOME": str(self.folder)}
        said = subprocess.run([self.program, "--version"], env=env, capture_output=True, check=True, encoding="utf-8")
        assert said.stdout.startswith(f"vmexporter {__version__}\ncommit {described(ROOT)}\nPython ")
        assert all((self.folder / "share" / name).is_file() for name in SHARED)
        assert subprocess.run([self.program, "policy"], env=env, capture_output=True, check=True).stdout
        command = [str(self.program), "serve", "--port", "0", "--no-browser"]
        with subprocess.Popen(
            command, env=env, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8"
        ) as child:
            try:
                assert child.stdout is not None
                address = child.stdout.readline().strip()
                base = address.partition("?")[0]
                for path in ("", "js/main.js", "vendor/uPlot/uPlot.iife.min.js", "vendor/uPlot/LICENSE"):
                    with urllib.request.urlopen(base + path, timeout=20) as answer:
                        assert answer.status == 200 and answer.read()
            finally:
                child.terminate()


def test_the_wheel_works_in_an_environment_of_its_own(wheel: Path, tmp_path: Path) -> None:
    Installed(tmp_path / "venv", wheel, own_libraries=False).use()


@pytest.mark.slow
def test_the_wheel_works_with_the_pinned_libraries(wheel: Path, tmp_path: Path) -> None:
    Installed(tmp_path / "venv", wheel, own_libraries=True).use()
