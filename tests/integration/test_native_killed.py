"""Kills (kill -9) at random moments and a server that goes and comes back, over native blocks: then it is resumed."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.faults import Drip, from_window
from tests.fakes.proxy import FaultProxy
from tests.integration import nativesite, test_killed
from tests.integration import test_native_faults as faults
from tests.integration.driving import has_begun, is_complete
from tests.integration.exports import server_program
from tests.integration.faulty import Site, ended, resume_arguments, started
from tests.integration.nativesite import MonthsSite, NativeBundle
from tests.integration.test_killed import killed
from tests.integration.test_native_faults import SERVERS, SLOW
from tests.lab.asking import wait_until
from tests.lab.blocks import BlockReader
from tests.lab.lines import Samples, Series
from tests.lab.victoria import VictoriaMetrics

pytestmark = pytest.mark.real
reader, site, proxy = nativesite.reader, faults.site, faults.proxy
NUMBERS = itertools.count()
ABOUT_S = 2.5  # how long an export takes by the slow way


class TestKilled:
    def kill_and_resume(self, site: MonthsSite, slow: FaultProxy, folder: Path, seed: int) -> None:
        """Until an attempt comes through; what is on the disk in between is for the next one."""
        chance = random.Random(seed)
        slow.plan = from_window(1, SLOW)
        arguments = site.arguments(slow.url, folder)
        for attempt in range(1, 10):
            after_s = chance.uniform(0.4, 0.9 + ABOUT_S / attempt) if attempt < 4 else 60
            killed(started(arguments), folder, after_s)
            if is_complete(folder):
                break
            arguments = resume_arguments(folder) if has_begun(folder) else site.arguments(slow.url, folder)
            for path in () if has_begun(folder) else list(folder.iterdir()):
                path.unlink()
        for path in folder.glob("*.journal"):  # it was killed between the last two steps
            path.unlink()
        site.check_bundle(folder)

    @pytest.mark.parametrize("seed", range(4))  # of each server
    def test_a_few_times(self, site: MonthsSite, proxy: FaultProxy, tmp_path: Path, seed: int) -> None:
        self.kill_and_resume(site, proxy, tmp_path, seed)

    @pytest.mark.slow
    @pytest.mark.parametrize("seed", range(100, 115))
    def test_many_times(self, site: MonthsSite, proxy: FaultProxy, tmp_path: Path, seed: int) -> None:
        self.kill_and_resume(site, proxy, tmp_path, seed)


class TestAServerThatGoesAndComesBack:
    @pytest.mark.parametrize("which", SERVERS)
    def test_killed_and_started_again(
        self,
        start_victoria: Callable[..., VictoriaMetrics],
        start_fault_proxy: Callable[..., FaultProxy],
        reader: BlockReader,
        tmp_path: Path,
        which: str,
    ) -> None:
        server = start_victoria("-search.latencyOffset=0s", program=server_program(which))
        site = MonthsSite.in_server(server, "restarted")
        server.stop()  # so that everything is on its disk
        server.start()
        front = start_fault_proxy(server.url, from_window(1, Drip(6_000, 0.02)))
        process = started(site.arguments(front.url, tmp_path))
        front.wait_for("export/native", 4)
        server.kill()
        wait_until(lambda: len(front.of("export/native")) > 5, "the export asks again")
        server.start()
        ran = ended(process, tmp_path)
        assert ran.status == 0 and "Trying again" in ran.err, ran.err
        site.check_bundle(tmp_path)


@dataclass(frozen=True)
class TargetsSite(Site):
    """The site of the tests of lines, within one month: a slice is a target."""

    def content(self, path: Path) -> tuple[dict[Series, Samples], dict[str, Any]]:
        bundle = NativeBundle(path)
        return bundle.samples, bundle.manifest


class TestAtEachStepOnTheDisk(test_killed.TestAtEachStepOnTheDisk):
    """As there, with slices that are targets in the place of windows."""

    @pytest.fixture
    def site(self, shared_victoria: VictoriaMetrics, reader: BlockReader) -> Site:
        return TargetsSite.in_server(shared_victoria, f"steps-{next(NUMBERS)}")

    def crash(self, site: Site, folder: Path, *how: str) -> list[Path]:
        kind, *prepared = how
        return super().crash(site, folder, f"{kind}-native", *prepared)
