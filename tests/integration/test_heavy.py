"""Questions that are too heavy for the server: windows are halved, then divided by job and by instance, exactly."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.exchange import Request
from tests.fakes.faults import (
    Answer,
    Cut,
    Fault,
    Plan,
    Stall,
    failed_as_1_79,
    first_of,
    longer_than,
    unavailable,
)
from tests.fakes.proxy import FaultProxy
from tests.integration import faulty
from tests.integration.faulty import Site
from vmexporter.core.request import Selection, TimeRange
from vmexporter.errors import QueryRejected
from vmexporter.flows.events import Divided, Retrying

pytestmark = pytest.mark.real
site = faulty.site

TIMED_OUT = b"cannot execute query: timeout exceeded during query execution: 30 seconds"
TOO_HEAVY: dict[str, Fault] = {
    "400": Answer(400, TIMED_OUT),
    "413": Answer(413, b"too much"),
    "422": Answer(422, b"the number of matching timeseries exceeds 300000; either narrow down the search"),
    "500": unavailable(500, "out of memory"),
    "503": unavailable(503, TIMED_OUT.decode()),
    "504": unavailable(504, "<html><head><title>504 Gateway Time-out</title></head></html>"),
    "fails after 200": failed_as_1_79(3_000),
    "stalls": Stall(5, 0),
}
ONE_WINDOW_MS = 3_600_000


@pytest.fixture
def proxy(site: Site, start_fault_proxy: Callable[..., FaultProxy]) -> FaultProxy:
    return start_fault_proxy(site.victoria.url)


def longest_s(manifest: dict[str, Any]) -> float:
    longest_ms: int = max(window["end_ms"] + 1 - window["start_ms"] for window in manifest["windows"])
    return longest_ms / 1000


def more_targets_than(count: int, fault: Fault) -> Plan:
    """Exports of more targets than *count* meet *fault*; a target's instance stands in the selectors."""

    def plan(request: Request, number: int) -> Fault | None:
        asked = " ".join(request.params.get("match[]", ()))
        return fault if request.is_window and asked.count("10.7.") + asked.count(r"10\\.7\\.") > count else None

    return plan


class TestLongRanges:
    @pytest.mark.parametrize("fault", TOO_HEAVY.values(), ids=TOO_HEAVY)
    def test_are_halved_until_the_server_can(self, site: Site, proxy: FaultProxy, tmp_path: Path, fault: Fault) -> None:
        proxy.plan = longer_than(50, fault)
        outcome = site.export(proxy.url, tmp_path, stall_timeout_s=0.05, window_ms=ONE_WINDOW_MS).checked()
        assert outcome.of(Divided)
        assert outcome.clock.slept_s < 120
        assert 18 < longest_s(site.check_bundle(tmp_path)) < 50
        assert len(proxy.struck) < 30

    def test_down_to_five_seconds(self, site: Site, proxy: FaultProxy, tmp_path: Path) -> None:
        proxy.plan = longer_than(6, Answer(422, TIMED_OUT))
        outcome = site.export(proxy.url, tmp_path, window_ms=80_000).checked()
        assert 5 <= longest_s(site.check_bundle(tmp_path)) < 6
        assert len(outcome.of(Retrying)) < 40, "what was too heavy once is not asked for again every time"
        assert outcome.clock.slept_s < 30

    def test_one_heavy_stretch_makes_only_its_own_windows_small(
        self, site: Site, proxy: FaultProxy, tmp_path: Path
    ) -> None:
        def plan(request: Request, count: int) -> Fault | None:
            within = "10:02:00" <= request.param("start")[11:19] < "10:04:00"
            return Answer(422, TIMED_OUT) if request.is_window and request.range_s > 10 and within else None

        proxy.plan = plan
        site.export(proxy.url, tmp_path).checked()
        windows = site.check_bundle(tmp_path)["windows"]
        assert len(windows) < 50
        assert windows[-1]["end_ms"] + 1 - windows[-1]["start_ms"] > 25_000

    def test_a_server_that_dies_of_long_answers(self, site: Site, proxy: FaultProxy, tmp_path: Path) -> None:
        fatal = Cut(300_000, "rst", only_longer=True)
        proxy.plan = lambda request, count: fatal if request.is_window else None
        outcome = site.export(proxy.url, tmp_path, window_ms=ONE_WINDOW_MS).checked()
        assert proxy.struck
        assert outcome.clock.slept_s < 120
        site.check_bundle(tmp_path)

    def test_the_way_by_queries_is_divided_too(self, site: Site, proxy: FaultProxy, tmp_path: Path) -> None:
        def no_export(request: Request, count: int) -> Fault | None:
            return Answer(404, b"404 page not found") if request.endpoint == "export" else None

        def heavy(request: Request, count: int) -> Fault | None:
            raw = request.param("query").endswith("ms]")
            return Answer(422, TIMED_OUT) if raw and request.range_s > 50 else None

        proxy.plan = first_of(no_export, heavy)
        site.export(proxy.url, tmp_path, window_ms=ONE_WINDOW_MS).checked()
        manifest = site.check_bundle(tmp_path)
        assert manifest["rungs"] == ["raw"]
        assert longest_s(manifest) < 50

    def test_steps_are_not_torn(self, site: Site, proxy: FaultProxy, tmp_path: Path) -> None:
        proxy.plan = longer_than(50, Answer(422, TIMED_OUT))
        selection = Selection(jobs=site.jobs, step_ms=7_000)
        site.export(proxy.url, tmp_path, window_ms=ONE_WINDOW_MS, selection=selection).checked()
        manifest = site.check_bundle(tmp_path, exact=False)
        assert longest_s(manifest) < 50
        steps = {time_ms // 7_000 for time_ms in range(faulty.START_MS, faulty.END_MS + 1, faulty.STEP_MS)}
        assert manifest["counts"]["samples"] == len(steps) * len(site.expected)


class TestManyTargets:
    @pytest.mark.parametrize(("most", "slices"), [(2, 2), (1, 4)])
    def test_short_windows_are_divided_by_job_then_by_instance(
        self, site: Site, proxy: FaultProxy, tmp_path: Path, most: int, slices: int
    ) -> None:  # fmt: skip
        proxy.plan = more_targets_than(most, Answer(422, TIMED_OUT))
        time_range = TimeRange(start_ms=faulty.START_MS, end_ms=faulty.START_MS + 19_999)
        site.export(proxy.url, tmp_path, time_range=time_range, window_ms=8_000).checked()
        windows = site.check_bundle(tmp_path, exact=False)["windows"]
        assert len(windows) == slices * len({window["start_ms"] for window in windows})
        assert sum(window["samples"] for window in windows) == 20 * len(site.expected)

    def test_long_windows_are_halved_first(self, site: Site, proxy: FaultProxy, tmp_path: Path) -> None:
        proxy.plan = more_targets_than(1, unavailable(504, ""))
        outcome = site.export(proxy.url, tmp_path).checked()
        assert outcome.clock.slept_s < 120
        site.check_bundle(tmp_path)

    def test_an_export_that_was_divided_can_be_resumed(self, site: Site, proxy: FaultProxy, tmp_path: Path) -> None:
        heavy = first_of(longer_than(20, Answer(422, TIMED_OUT)), more_targets_than(2, Answer(422, TIMED_OUT)))

        def plan(request: Request, count: int) -> Fault | None:
            return heavy(request, count) or (Answer(403) if request.is_window and count > at else None)

        proxy.plan = plan
        for at in (30, 60, 90):
            outcome = site.resume(tmp_path) if at > 30 else site.export(proxy.url, tmp_path)
            assert outcome.error, "it is stopped three times"
        proxy.plan = heavy
        site.resume(tmp_path).checked()
        site.check_bundle(tmp_path)


class TestWrongQuestions:
    """What no smaller question would mend is told at once."""

    def test_a_selector_that_the_server_refuses(self, site: Site, proxy: FaultProxy, tmp_path: Path) -> None:
        selection = Selection(selectors=('{job=~"a|(?<b>"}',))
        outcome = site.export(proxy.url, tmp_path, selection=selection)
        assert isinstance(outcome.error, QueryRejected)
        assert len(proxy.of("export")) <= 4
        assert not outcome.of(Divided)
        assert not list(tmp_path.iterdir())

    def test_an_expression_that_the_server_refuses(self, site: Site, proxy: FaultProxy, tmp_path: Path) -> None:
        selection = Selection(query="no_such_function(up)", step_ms=7_000)  # no step at the window's start
        outcome = site.export(proxy.url, tmp_path, selection=selection)
        assert isinstance(outcome.error, QueryRejected)
        assert len(proxy.of("query_range")) <= 4
        assert not outcome.of(Divided)
        assert not list(tmp_path.iterdir())
