"""Passing trouble between us and the server: an export meets every fault there is, loses nothing, doubles nothing."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.exchange import Request
from tests.fakes.faults import (
    Answer,
    Cut,
    Drip,
    Drop,
    ErrorText,
    Fault,
    Refuse,
    Stall,
    at_windows,
    failed_as_1_79,
    failed_as_1_150,
    from_window,
    too_many_requests,
    unavailable,
)
from tests.fakes.proxy import FaultProxy
from tests.integration import faulty
from tests.integration.faulty import Site, started
from tests.lab.asking import wait_until
from tests.lab.commandline import ended, run_here
from tests.lab.gateways import Location, Nginx
from tests.lab.lines import samples_by_series
from tests.lab.victoria import VictoriaMetrics
from vmexporter.flows.events import Retrying, RungChanged

pytestmark = pytest.mark.real
site = faulty.site

PAGE = Answer(200, b"<html><head><title>Log in</title></head></html>", {"Content-Type": "text/html"})
FAULTS: dict[str, Fault] = {
    "cut within a line": Cut(30_000),
    "broken within a line": Cut(30_000, "rst"),
    "cut between lines": Cut(30_000, between_lines=True),
    "broken between lines": Cut(30_000, "rst", between_lines=True),
    "cut within a chunk": Cut(30_000, inside_chunk=True),
    "cut within a chunk between lines": Cut(30_000, between_lines=True, inside_chunk=True),
    "cut in place of the last chunk": Cut(100_000_000),
    "broken in place of the last chunk": Cut(100_000_000, "rst"),
    "error text within a line, ended in order": ErrorText(after_bytes=30_000, between_lines=False, clean_end=True),
    "error text within a line, aborted": ErrorText(after_bytes=30_000, between_lines=False),
    "error text between lines, ended in order": ErrorText(after_bytes=30_000, clean_end=True),
    "error text between lines, aborted": ErrorText(after_bytes=30_000),
    "error text first, ended in order": ErrorText(between_lines=False, clean_end=True),
    "error text first, aborted": ErrorText(between_lines=False),
    "failed as 1.79 does": failed_as_1_79(30_000),
    "failed as 1.150 does": failed_as_1_150(30_000),
    "stalled before the first byte": Stall(5, 0),
    "stalled within a line": Stall(5, 30_000),
    "429": too_many_requests(None),
    "500": unavailable(500, "out of luck\n"),
    "502": unavailable(502, "<html><body>Bad Gateway</body></html>"),
    "503": unavailable(503, '{"status":"error","error":"shutting down"}'),
    "504": unavailable(504, ""),
    "closed without a word": Drop("fin"),
    "broken without a word": Drop("rst"),
    "a web page with 200": PAGE,
}


@pytest.fixture
def proxy(site: Site, start_fault_proxy: Callable[..., FaultProxy]) -> FaultProxy:
    return start_fault_proxy(site.victoria.url)


class TestOneFault:
    @pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
    def test_leaves_no_trace(self, site: Site, proxy: FaultProxy, tmp_path: Path, fault: Fault) -> None:
        proxy.plan = at_windows({4: fault})
        outcome = site.export(proxy.url, tmp_path, stall_timeout_s=0.3).checked()
        assert [struck for _, struck in proxy.struck] == [fault]
        assert len(outcome.of(Retrying)) == 1
        site.check_bundle(tmp_path)

    @pytest.mark.parametrize("fault", [Cut(1_100_000), Cut(1_100_000, between_lines=True), Stall(5, 1_100_000)])
    def test_behind_what_was_written_leaves_no_trace(
        self, site: Site, proxy: FaultProxy, tmp_path: Path, fault: Fault
    ) -> None:
        proxy.plan = at_windows({1: fault})
        site.export(proxy.url, tmp_path, stall_timeout_s=0.3, window_ms=3_600_000).checked()
        assert [struck for _, struck in proxy.struck] == [fault]
        site.check_bundle(tmp_path)

    def test_a_slow_drip_is_no_fault(self, site: Site, proxy: FaultProxy, tmp_path: Path) -> None:
        proxy.plan = from_window(1, Drip(10_000, 0.005))
        assert not site.export(proxy.url, tmp_path, stall_timeout_s=0.3).checked().of(Retrying)
        assert len(proxy.struck) >= faulty.WINDOWS
        site.check_bundle(tmp_path)

    def test_what_the_server_asks_to_wait_is_waited(self, site: Site, proxy: FaultProxy, tmp_path: Path) -> None:
        proxy.plan = at_windows({2: too_many_requests(17), 3: too_many_requests(1), 7: unavailable(503)})
        outcome = site.export(proxy.url, tmp_path).checked()
        assert outcome.waits_s == [17, 1, 0.5]
        assert 18 < outcome.clock.slept_s < 19
        site.check_bundle(tmp_path)


class TestManyFaults:
    def test_every_window_meets_another_one(self, site: Site, proxy: FaultProxy, tmp_path: Path) -> None:
        faults = list(FAULTS.values())
        proxy.plan = at_windows({1 + 2 * place: fault for place, fault in enumerate(faults)})
        outcome = site.export(proxy.url, tmp_path, stall_timeout_s=0.2, window_ms=22_000).checked()
        assert [struck for _, struck in proxy.struck] == faults
        assert len(outcome.of(Retrying)) == len(faults)
        site.check_bundle(tmp_path)

    def test_waits_grow_and_begin_anew_with_each_window(self, site: Site, proxy: FaultProxy, tmp_path: Path) -> None:
        proxy.plan = at_windows({**dict.fromkeys((2, 3, 4), Drop()), 6: Drop()})
        assert site.export(proxy.url, tmp_path).checked().waits_s == [0.5, 1, 2, 0.5]
        site.check_bundle(tmp_path)

    def test_a_stream_of_lines_holds_each_sample_once(self, site: Site, proxy: FaultProxy, tmp_path: Path) -> None:
        proxy.plan = at_windows({2: Cut(30_000), 3: Drop(), 5: failed_as_1_79(30_000), 9: unavailable(502)})
        arguments = site.arguments(proxy.url, tmp_path, "--no-obfuscate")
        arguments[arguments.index("-o") + 1] = "-"
        ran = run_here(*arguments, env=faulty.SECRETS).checked()
        assert len(proxy.struck) == 4
        assert samples_by_series(ran.out.encode().split(b"\n")) == site.expected
        faulty.check_no_secret(ran.out + ran.err, tmp_path)


class TestAServerThatGoesAndComesBack:
    def test_refused_connections(self, site: Site, proxy: FaultProxy, tmp_path: Path) -> None:
        proxy.plan = at_windows({3: Refuse(1.5)})
        ran = faulty.vmexporter(site.arguments(proxy.url, tmp_path), tmp_path)
        assert ran.status == 0, ran.err
        assert "Trying again" in ran.err
        assert "connection refused" in ran.words
        site.check_bundle(tmp_path)

    def test_a_server_that_is_killed_and_started_again(
        self,
        start_victoria: Callable[..., VictoriaMetrics],
        start_fault_proxy: Callable[..., FaultProxy],
        tmp_path: Path,
    ) -> None:
        server = start_victoria("-search.latencyOffset=0s")
        site = Site.in_server(server, "restarted")
        server.stop()  # so that everything is on its disk
        server.start()
        reached = threading.Event()

        def plan(request: Request, count: int) -> Fault | None:
            if request.is_window and len(front.of("export")) == 5:
                reached.set()
            return Drip(20_000, 0.02) if request.is_window else None

        front = start_fault_proxy(server.url, plan)
        process = started(site.arguments(front.url, tmp_path))
        assert reached.wait(20)
        server.kill()
        wait_until(lambda: len(front.of("export")) > 6, "the export asks again")
        server.start()
        ran = ended(process)
        assert ran.status == 0, ran.err
        assert "Trying again" in ran.err
        site.check_bundle(tmp_path)

    def test_a_name_that_is_unknown_for_a_while(
        self, site: Site, proxy: FaultProxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        look_up, failures = socket.getaddrinfo, iter(range(3))

        def unknown(*arguments: Any, **options: Any) -> Any:
            if proxy.struck and next(failures, None) is not None:
                raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
            return look_up(*arguments, **options)

        monkeypatch.setattr(socket, "getaddrinfo", unknown)
        proxy.plan = at_windows({3: Drop()})
        outcome = site.export(proxy.url.replace("127.0.0.1", "localhost"), tmp_path).checked()
        assert ["the name of the host is not known" in event.why for event in outcome.of(Retrying)] == [
            *(False, True, True, True)
        ]
        site.check_bundle(tmp_path)


class TestAnExportRouteThatVanishes:
    @pytest.mark.parametrize("status", [404, 405, 501])
    def test_the_rest_comes_by_queries_and_is_exact(
        self, site: Site, proxy: FaultProxy, tmp_path: Path, status: int
    ) -> None:
        proxy.plan = from_window(4, Answer(status, b'unsupported path requested: "/api/v1/export"\n'))
        [changed] = site.export(proxy.url, tmp_path).checked().of(RungChanged)
        assert changed.rung == "raw"
        manifest = site.check_bundle(tmp_path)
        assert manifest["rungs"] == ["export", "raw"]
        assert [window["rung"] for window in manifest["windows"]] == ["export"] * 3 + ["raw"] * 7

    def test_faults_of_the_queries_leave_no_trace_either(self, site: Site, proxy: FaultProxy, tmp_path: Path) -> None:
        def plan(request: Request, count: int) -> Fault | None:
            if request.endpoint == "export":
                return Answer(404, b"404 page not found\n")
            raw = [one for one in proxy.of("query") if one.param("query").endswith("ms]")]
            return faults.get(len(raw)) if raw and request is raw[-1] else None

        faults: dict[int, Fault] = {
            2: Cut(30_000),
            4: Cut(30_000, "rst"),
            6: failed_as_1_79(30_000),
            9: Drop(),
            11: unavailable(502),
        }
        proxy.plan = plan
        site.export(proxy.url, tmp_path).checked()
        assert [struck for _, struck in proxy.struck if struck in faults.values()] == list(faults.values())
        assert site.check_bundle(tmp_path)["rungs"] == ["raw"]


class TestAWayThatHidesCuts:
    """An HTTP/1.0 answer without a length ends with the connection, cut or not; nginx makes a whole one of it."""

    @pytest.fixture
    def old(self, site: Site, start_fault_proxy: Callable[..., FaultProxy]) -> FaultProxy:
        return start_fault_proxy(site.victoria.url, until_close=True)

    @pytest.fixture(params=["at the old proxy", "behind nginx"])
    def url(self, old: FaultProxy, start_nginx: Callable[..., Nginx], request: pytest.FixtureRequest) -> str:
        return start_nginx(Location("/", old.url)).url if request.param == "behind nginx" else old.url

    @pytest.mark.parametrize("after_bytes", [0, 3_000])
    def test_a_cut_is_seen_all_the_same(
        self, site: Site, old: FaultProxy, url: str, tmp_path: Path, after_bytes: int
    ) -> None:
        old.plan = at_windows({3: Cut(after_bytes, packed=True)})
        assert site.export(url, tmp_path).checked().of(Retrying)
        assert old.struck
        site.check_bundle(tmp_path)

    def test_without_compression_it_comes_by_queries(self, site: Site, old: FaultProxy, tmp_path: Path) -> None:
        old.plan = lambda request, count: Cut(30_000, between_lines=True) if request.is_window else None  # never packed
        site.export(old.url, tmp_path).checked()
        assert site.check_bundle(tmp_path)["rungs"] == ["raw"]
