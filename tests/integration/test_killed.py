"""Killed (kill -9) at each step on the disk, then resumed: the bundle is that of an uninterrupted export.

At random moments: tests/hard.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fakes.faults import Answer, Drip, from_window
from tests.fakes.proxy import FaultProxy
from tests.integration import faulty
from tests.integration.crashing import LENGTH_MS
from tests.integration.driving import has_begun, is_complete
from tests.integration.faulty import Site, check_failure, ended, resume_arguments, started, vmexporter
from tests.lab.commandline import Bundle, Ran, run_here
from vmexporter.bundle.writer import BundlePaths
from vmexporter.errors import BundleDamaged

pytestmark = pytest.mark.real
site = faulty.site

SLOW = Drip(8_000, 0.01)


@pytest.fixture
def slow(site: Site, start_fault_proxy: Callable[..., FaultProxy]) -> FaultProxy:
    return start_fault_proxy(site.victoria.url, from_window(1, SLOW))


def killed(process: subprocess.Popen[str], folder: Path, after_s: float) -> Ran:
    """Kill the process, unless it has ended by then."""
    try:
        process.wait(after_s)
    except subprocess.TimeoutExpired:
        process.kill()
    return ended(process, folder)


class TestAtEachStepOnTheDisk:
    def crash(self, site: Site, folder: Path, *how: str) -> list[Path]:
        """What is left of exports that died at their first, second, … step; the last one has come to its end."""
        folder.mkdir(exist_ok=True)
        what = (site.victoria.url, ",".join(site.jobs), str(folder))
        subprocess.run([sys.executable, "-m", "tests.integration.crashing", *what, *how], check=True, timeout=100)
        return sorted(folder.iterdir(), key=lambda path: int(path.name))

    def check(self, site: Site, folder: Path) -> str:
        """It is complete, or can be resumed, or had not begun; returns which."""
        end_ms = faulty.START_MS + LENGTH_MS
        expected = {series: [one for one in samples if one[0] < end_ms] for series, samples in site.expected.items()}
        state = "complete" if is_complete(folder) else "begun" if has_begun(folder) else "new"
        if state == "new":
            assert isinstance(site.resume(folder).error, BundleDamaged) if any(folder.iterdir()) else True
            return state
        if state == "begun":
            site.resume(folder).checked()
        for path in folder.glob("*.journal"):
            assert state == "complete"
            path.unlink()
        site.check_bundle(folder, exact=False)
        assert site.decoded(folder) == expected
        return state

    @pytest.mark.parametrize("kind", ["before", "torn"])
    def test_of_an_export(self, site: Site, tmp_path: Path, kind: str) -> None:
        states = [self.check(site, folder) for folder in self.crash(site, tmp_path, kind)]
        assert states.count("begun") > 15
        assert states.count("complete") >= 2
        assert states == sorted(states, key=["new", "begun", "complete"].index)

    @pytest.mark.parametrize("kind", [pytest.param(kind, marks=pytest.mark.slow) for kind in ("before", "torn")])
    def test_of_a_resumed_one(self, site: Site, tmp_path: Path, kind: str) -> None:
        left = self.crash(site, tmp_path / "first", kind)
        states = []
        for place in (8, -6):  # within the windows, and shortly before the end
            folders = self.crash(site, tmp_path / str(place), kind, str(left[place]))
            states += [self.check(site, folder) for folder in folders]
        assert "new" not in states
        assert states.count("begun") > 20


class TestResuming:
    def test_while_the_first_is_at_work_is_refused(self, site: Site, slow: FaultProxy, tmp_path: Path) -> None:
        process = started(site.arguments(slow.url, tmp_path))
        slow.wait_for("export", 4)
        check_failure(vmexporter(resume_arguments(tmp_path), tmp_path), 11, "another vmexporter is at work on it")
        assert ended(process, tmp_path).status == 0
        site.check_bundle(tmp_path)

    def test_twice_says_that_nothing_is_left_to_do(self, site: Site, slow: FaultProxy, tmp_path: Path) -> None:
        slow.plan = from_window(4, Answer(403))
        assert site.export(slow.url, tmp_path).error
        again = resume_arguments(tmp_path)
        slow.plan = lambda request, count: None
        assert vmexporter(again, tmp_path).status == 0
        check_failure(run_here(*again, env=faulty.SECRETS), 2, "nothing is left to do")
        site.check_bundle(tmp_path)

    def test_with_the_same_map_makes_the_same_pseudonyms(self, site: Site, slow: FaultProxy, tmp_path: Path) -> None:
        whole, stopped = tmp_path / "whole", tmp_path / "stopped"
        assert vmexporter(site.arguments(site.victoria.url, whole), whole).status == 0
        [known] = whole.glob("*.zip")
        known_map = BundlePaths(known).obfuscation_map
        process = started(site.arguments(slow.url, stopped, "--map", str(known_map)))
        slow.wait_for("export", 5)
        killed(process, stopped, 0.1)
        assert vmexporter(resume_arguments(stopped), stopped).status == 0
        [made] = stopped.glob("*.zip")
        assert Bundle.read(made).samples == Bundle.read(known).samples
        assert BundlePaths(made).obfuscation_map.read_bytes() == known_map.read_bytes()
        site.check_bundle(stopped)

    def test_by_another_address(self, site: Site, slow: FaultProxy, tmp_path: Path) -> None:
        process = started(site.arguments(slow.url, tmp_path))
        slow.wait_for("export", 4)
        killed(process, tmp_path, 0.1)
        slow.close()
        assert vmexporter([*resume_arguments(tmp_path), "--url", site.victoria.url], tmp_path).status == 0
        site.check_bundle(tmp_path)
