"""Planted secrets where nobody looks: in a core file, a crash report, temporary files, and the memory after a run.

docs/security.md says what remains in memory, and why.
"""

from __future__ import annotations

import re
import resource
import signal
import subprocess
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fakes.faults import Drip, Stall, from_window
from tests.fakes.proxy import FaultProxy
from tests.integration import faulty
from tests.integration.faulty import BASIC, KEY, PASSWORD, SECRETS, Site
from tests.integration.pageserver import PageServer, asked
from tests.lab import commandline
from tests.lab.asking import wait_until
from tests.lab.memory import copies

pytestmark = [pytest.mark.real, pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="this reads /proc")]
site = faulty.site
OF_A_RUN = "planted-in-one-run-2077"
RUNS, MOST_COPIES = 16, 8
"""One to six were seen, after one run and after thirty: freed memory that nothing was written over yet."""


@pytest.fixture
def proxy(site: Site, start_fault_proxy: Callable[..., FaultProxy]) -> FaultProxy:
    return start_fault_proxy(site.victoria.url, from_window(3, Stall(60, 10_000)))


class TestACrash:
    @pytest.fixture
    def crashed(self, site: Site, proxy: FaultProxy, tmp_path: Path) -> tuple[str, Path]:
        """What an export said that crashed in the middle, and the folder it was started in."""
        place, out = tmp_path / "place", tmp_path / "out"
        place.mkdir()
        out.mkdir()
        before = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (before[1], before[1]))  # what a child inherits
        try:
            process = subprocess.Popen(
                commandline.command(*site.arguments(proxy.url, out)), stdin=subprocess.DEVNULL, cwd=place,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
                env=commandline.environment({**SECRETS, "PYTHONFAULTHANDLER": "1", "TMPDIR": str(place)}),
            )  # fmt: skip
        finally:
            resource.setrlimit(resource.RLIMIT_CORE, before)
        try:
            proxy.wait_for("export", 4)
            limits = Path(f"/proc/{process.pid}/limits").read_text()
            assert re.search(r"^Max core file size +0 ", limits, re.MULTILINE), limits
            assert copies(process.pid, PASSWORD) > 0, "an export needs them: the search works"
        finally:
            process.send_signal(signal.SIGSEGV)
            said = commandline.ended(process)
        assert said.status == -signal.SIGSEGV
        return said.out + said.err, place

    def test_leaves_a_report_without_data_and_no_core(self, crashed: tuple[str, Path]) -> None:
        said, place = crashed
        assert "Segmentation fault" in said and "most recent call first" in said
        assert not [secret for secret in (PASSWORD, KEY, BASIC) if secret in said]
        assert not list(place.iterdir()), "neither a core nor a temporary file"

    def test_leaves_none_in_its_files(self, crashed: tuple[str, Path], site: Site, tmp_path: Path) -> None:
        faulty.check_no_secret("", tmp_path)
        site.resume(tmp_path / "out", url=site.victoria.url).checked()
        site.check_bundle(tmp_path / "out")


class TestTheMemoryOfThePagesServer:
    @pytest.fixture
    def page(self, tmp_path: Path) -> Iterator[PageServer]:
        with PageServer(tmp_path / "out") as page:
            yield page

    def run(self, page: PageServer, site: Site, url: str) -> str:
        """Begin an export with a password of its own."""
        body = asked(site, url)
        body["connection"]["auth"]["password"] = OF_A_RUN
        identity: str = page.post("/api/runs", body).json()["id"]
        return identity

    def test_what_is_left_does_not_grow(self, page: PageServer, site: Site, proxy: FaultProxy) -> None:
        """No object holds them any more (test_web_secrets); what is left are bytes that were freed."""
        encoded = b64encode(f"planted-user:{OF_A_RUN}".encode()).decode()
        proxy.plan = from_window(1, Drip(20_000, 0.01))
        assert copies(page.pid, OF_A_RUN) == 0
        identity = self.run(page, site, proxy.url)
        wait_until(lambda: page.run(identity)["windows_done"] > 0, "it exports")
        assert copies(page.pid, OF_A_RUN) > 0 and copies(page.pid, encoded) > 0, "a running export needs them"
        for _ in range(RUNS):
            assert page.ended_run(identity)["state"] == "finished"
            identity = self.run(page, site, site.victoria.url)
        assert page.ended_run(identity)["state"] == "finished"
        assert copies(page.pid, OF_A_RUN) <= MOST_COPIES
        assert copies(page.pid, encoded) <= MOST_COPIES
