"""The one-file executable of `make binary`, on a machine without Python: starts, serves the page, exports, imports.

It is built once for all, which takes a minute: these tests ask only one that is there already.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.lab.victoria import VictoriaMetrics
from tests.rules.source import ROOT
from vmexporter import __version__

pytestmark = [pytest.mark.slow, pytest.mark.real]
START_MS = 1_700_000_000_000
PAGE_S = 30.0  # under two on a machine that does nothing else


@pytest.fixture(scope="module")
def binary() -> Path:
    """The executable; ``VMEXPORTER_TEST_BINARY`` names another."""
    path = Path(os.environ.get("VMEXPORTER_TEST_BINARY", ROOT / "dist" / "vmexporter"))
    if not path.is_file():
        pytest.skip(f"no executable at {path}: make binary")
    return path


class Machine:
    """A machine with nothing but the executable: an empty PATH, no Python and nothing of this environment."""

    def __init__(self, binary: Path, home: Path) -> None:
        self.binary, self.home = binary, home
        self.environment = {"PATH": str(home / "nothing"), "HOME": str(home), "TMPDIR": str(home), "LANG": "C.UTF-8"}

    def run(self, *arguments: str | Path) -> str:
        """Standard output of a command that ends well."""
        command = [str(self.binary), *map(str, arguments)]
        ended = subprocess.run(
            command, env=self.environment, cwd=self.home, capture_output=True, check=False, timeout=60, encoding="utf-8"
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    @contextmanager
    def page(self) -> Iterator[tuple[str, float]]:
        """The page's address, and the seconds it took until the page was there."""
        began = time.monotonic()
        child = subprocess.Popen(
            [self.binary, "serve", "--port", "0", "--no-browser"],
            env=self.environment, cwd=self.home, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8",
        )  # fmt: skip
        try:
            assert child.stdout is not None
            address = child.stdout.readline().strip()
            with urllib.request.urlopen(address, timeout=20) as answer:
                assert b'<script type="module"' in answer.read()
            yield address, time.monotonic() - began
        finally:
            child.send_signal(signal.SIGINT)
            child.communicate(timeout=30)
        assert child.returncode in {0, 130}


@pytest.fixture
def machine(binary: Path, tmp_path: Path) -> Machine:
    return Machine(binary, tmp_path)


def test_it_says_its_version_and_where_it_comes_from(machine: Machine) -> None:
    said = machine.run("--version")
    assert said.startswith(f"vmexporter {__version__}\ncommit ") and "unknown" not in said
    assert "audit" in machine.run("--help")


def test_the_wizard_is_there_soon_and_its_api_answers(machine: Machine, record_property: Callable[..., None]) -> None:
    with machine.page() as (address, seconds):
        record_property("seconds_to_page", round(seconds, 2))
        parts = urlsplit(address)
        [token] = parse_qs(parts.query)["token"]
        request = urllib.request.Request(
            f"http://{parts.netloc}/api/health", headers={"Authorization": f"Bearer {token}"}
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            assert json.load(answer)
    assert seconds < PAGE_S


@pytest.mark.parametrize("form", ["jsonl", "native"])
def test_it_exports_audits_reveals_and_imports(
    machine: Machine, start_victoria: Callable[..., VictoriaMetrics], form: str
) -> None:
    server = start_victoria()
    times = [START_MS + 15_000 * i for i in range(240)]
    series = {
        "__name__": "vm_app_version",
        "job": "acme",
        "instance": "db.acme.example:8482",
        "version": "vmstorage-v1",
    }
    server.import_jsonl([json.dumps({"metric": series, "values": times, "timestamps": times}).encode() + b"\n"])
    span = ("--start", str(START_MS), "--end", str(times[-1]))
    done = json.loads(machine.run("export", server.url, *span, "--format", form, "--json", "-o", f"{form}/"))
    assert done["manifest"]["counts"]["samples"] == len(times) and done["manifest"]["format"] == form
    assert "0 found" in machine.run("inspect", done["bundle"])
    assert "0" in machine.run("audit", done["bundle"], "--map", done["map"])
    assert "acme" in machine.run("reveal", "--map", done["map"], *done["manifest"]["jobs"])
    if form == "jsonl":  # native blocks need a server of v1.82
        target = start_victoria()
        machine.run("import", done["bundle"], target.url)
        imported = target.export('{job!=""}', START_MS, times[-1])
        assert sum(len(json.loads(line)["timestamps"]) for line in imported) == len(times)
    table = machine.run("discover", server.url, *span)
    assert "vmstorage" in table and "db.acme.example:8482" in table
