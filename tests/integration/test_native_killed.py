"""Kills (kill -9) at each step on the disk and a server that goes and comes back, over native blocks."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.faults import Drip, from_window
from tests.fakes.proxy import FaultProxy
from tests.integration import nativesite, test_killed
from tests.integration.exports import server_program
from tests.integration.faulty import Site, ended, started
from tests.integration.nativesite import MonthsSite, NativeBundle
from tests.integration.test_native_faults import SERVERS
from tests.lab.asking import wait_until
from tests.lab.blocks import BlockReader
from tests.lab.lines import Samples, Series
from tests.lab.victoria import VictoriaMetrics

pytestmark = pytest.mark.real
reader = nativesite.reader
NUMBERS = itertools.count()


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
