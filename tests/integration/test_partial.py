"""A cluster that lacks a vmstorage: what it still has is exported, by steps, and the bundle says so; or nothing is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fakes.exchange import Request
from tests.fakes.faults import Answer, Cut, Fault
from tests.fakes.outages import as_one_down
from tests.fakes.proxy import FaultProxy
from tests.integration import faulty
from tests.integration.faulty import STEPS, Site, check_failure, check_steps, resume_arguments, vmexporter
from vmexporter.core.request import Selection
from vmexporter.errors import AccessDenied, PartialData
from vmexporter.flows.events import Note, RungChanged

pytestmark = pytest.mark.real
site = faulty.site

MISSING = "a part of the server was down when components were looked for: some may be missing"


@dataclass
class Outage:
    """A plan: a vmstorage is down while windows that begin between two times of day (``10:02:00``) are exported."""

    first: str
    last: str
    down: bool = False

    def __call__(self, request: Request, count: int) -> Fault | None:
        if request.is_window:
            self.down = self.first <= request.param("start")[11:19] <= self.last
        return as_one_down(request) if self.down else None


@pytest.fixture
def proxy(site: Site, start_fault_proxy: Callable[..., FaultProxy]) -> FaultProxy:
    return start_fault_proxy(site.victoria.url)


class TestOneDown:
    def test_all_the_time(self, site: Site, proxy: FaultProxy, tmp_path: Path) -> None:
        proxy.plan = as_one_down
        outcome = site.export(proxy.url, tmp_path).checked()
        assert outcome.of(Note)
        assert {event.rung for event in outcome.of(RungChanged)} == {"query_range"}
        assert len(proxy.of("export")) < 2 * faulty.WINDOWS
        manifest = check_steps(site, tmp_path, MISSING)
        assert manifest["rungs"] == ["query_range"]
        assert site.decoded(tmp_path) == site.expected

    def test_the_command_line_says_so(self, site: Site, proxy: FaultProxy, tmp_path: Path) -> None:
        proxy.plan = as_one_down
        ran = vmexporter(site.arguments(proxy.url, tmp_path), tmp_path)
        assert ran.status == 0, ran.err
        assert STEPS in " ".join(ran.out.split())
        assert "secret-job" not in ran.out + ran.err
        check_steps(site, tmp_path, MISSING)

    def test_for_a_while(self, site: Site, proxy: FaultProxy, tmp_path: Path) -> None:
        proxy.plan = Outage("10:02:00", "10:04:00")
        site.export(proxy.url, tmp_path).checked()
        manifest = check_steps(site, tmp_path)
        rungs = [window["rung"] for window in manifest["windows"]]
        assert rungs == ["export"] * 2 + ["query_range"] * 3 + ["export"] * 5
        assert site.decoded(tmp_path) == site.expected

    def test_while_components_are_looked_for(self, site: Site, proxy: FaultProxy, tmp_path: Path) -> None:
        """It is back before the first window; but nobody knows what else there is."""
        proxy.plan = lambda request, count: as_one_down(request) if not proxy.of("export")[1:] else None
        site.export(proxy.url, tmp_path).checked()
        manifest = site.check_bundle(tmp_path, exact=False)
        assert (manifest["partial"], manifest["partial_reasons"]) == (True, [MISSING])
        assert manifest["rungs"] == ["export"]

    def test_for_a_moment_only_is_waited_for(self, site: Site, proxy: FaultProxy, tmp_path: Path) -> None:
        def plan(request: Request, count: int) -> Fault | None:
            moment = 4 <= len(proxy.of("export")) <= 5
            return as_one_down(request) if moment else None

        proxy.plan = plan
        site.export(proxy.url, tmp_path).checked()
        assert len(proxy.struck) >= 2
        site.check_bundle(tmp_path)

    def test_without_an_export_api(self, site: Site, proxy: FaultProxy, tmp_path: Path) -> None:
        proxy.plan = lambda request, count: (
            Answer(404, b"404 page not found") if request.endpoint == "export" else as_one_down(request)
        )
        site.export(proxy.url, tmp_path).checked()
        check_steps(site, tmp_path, MISSING)
        assert site.decoded(tmp_path) == site.expected

    def test_an_expression(self, site: Site, proxy: FaultProxy, tmp_path: Path) -> None:
        proxy.plan = as_one_down
        selection = Selection(query=f'sum(vm_rows{{job="{site.jobs[0]}"}}) by (job)', step_ms=15_000)
        site.export(proxy.url, tmp_path, selection=selection).checked()
        manifest = site.check_bundle(tmp_path, exact=False)
        assert manifest["partial"]
        assert manifest["partial_reasons"] == ["a part of the server was down while it answered"]

    def test_faults_of_the_steps_leave_no_trace(self, site: Site, proxy: FaultProxy, tmp_path: Path) -> None:
        def plan(request: Request, count: int) -> Fault | None:
            cut = request.endpoint == "query_range" and count in {2, 5, 6, 9}
            return Cut(30_000) if cut else as_one_down(request)

        proxy.plan = plan
        site.export(proxy.url, tmp_path).checked()
        check_steps(site, tmp_path, MISSING)
        assert site.decoded(tmp_path) == site.expected

    def test_steps_that_never_come_end_it(self, site: Site, proxy: FaultProxy, tmp_path: Path) -> None:
        proxy.plan = lambda request, count: Cut(300) if request.endpoint == "query_range" else as_one_down(request)
        outcome = site.export(proxy.url, tmp_path)
        assert outcome.error
        assert outcome.clock.slept_s < 300

    def test_the_reason_survives_a_stop(self, site: Site, proxy: FaultProxy, tmp_path: Path) -> None:
        outage = Outage("10:00:00", "10:03:00")
        proxy.plan = lambda request, count: (
            Answer(403) if request.is_window and request.param("start")[11:19] > "10:05:00" else outage(request, count)
        )
        assert isinstance(site.export(proxy.url, tmp_path).error, AccessDenied)
        proxy.plan = lambda request, count: None
        site.resume(tmp_path).checked()
        assert check_steps(site, tmp_path)["rungs"] == ["query_range", "export"]
        assert site.decoded(tmp_path) == site.expected


class TestRequireComplete:
    def test_refuses_and_can_be_resumed_when_all_are_back(self, site: Site, proxy: FaultProxy, tmp_path: Path) -> None:
        proxy.plan = Outage("10:02:00", "10:04:00")
        ran = vmexporter(site.arguments(proxy.url, tmp_path, "--require-complete"), tmp_path)
        check_failure(ran, 7, "a part of the server is down", "window 2021-01-30T10:02:00Z", "--require-complete")
        assert "secret-job" not in ran.err
        proxy.plan = lambda request, count: None
        assert vmexporter(resume_arguments(tmp_path), tmp_path).status == 0
        site.check_bundle(tmp_path)

    def test_refuses_when_components_may_be_missing(self, site: Site, proxy: FaultProxy, tmp_path: Path) -> None:
        proxy.plan = as_one_down
        outcome = site.export(proxy.url, tmp_path, require_complete=True)
        assert isinstance(outcome.error, PartialData)
        assert not list(tmp_path.iterdir())

    def test_refuses_an_incomplete_expression(self, site: Site, proxy: FaultProxy, tmp_path: Path) -> None:
        proxy.plan = as_one_down
        selection = Selection(query=f'sum(vm_rows{{job="{site.jobs[0]}"}})', step_ms=15_000)
        outcome = site.export(proxy.url, tmp_path, selection=selection, require_complete=True)
        assert isinstance(outcome.error, PartialData)
