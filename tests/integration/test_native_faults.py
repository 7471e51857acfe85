"""Passing trouble over native blocks: an export loses no block, doubles none, or can be resumed.

The data lies in six months, and a slice of native blocks is a month.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fakes.exchange import Request
from tests.fakes.faults import (
    Answer,
    Cut,
    Drip,
    Drop,
    ErrorText,
    Fault,
    Stall,
    at_windows,
    failed_as_1_79,
    failed_as_1_150,
    from_window,
    too_many_requests,
    unavailable,
)
from tests.fakes.proxy import FaultProxy
from tests.integration import nativesite
from tests.integration.exports import server_program
from tests.integration.faulty import ended, part_in, started
from tests.integration.nativesite import WINDOWS, MonthsSite, NativeBundle
from tests.lab.blocks import BlockReader
from tests.lab.victoria import VictoriaMetrics
from vmexporter.errors import AccessDenied, EndpointMissing
from vmexporter.flows import forms
from vmexporter.flows.events import Divided, Retrying

pytestmark = pytest.mark.real
reader = nativesite.reader
SERVERS = ("installed", "current")

FAULTS: dict[str, Fault] = {
    "cut": Cut(30_000),
    "broken": Cut(30_000, "rst"),
    "cut within a chunk": Cut(30_000, inside_chunk=True),
    "cut within the range": Cut(7),
    "cut behind the range": Cut(16),
    "cut in place of the last chunk": Cut(100_000_000),
    "broken in place of the last chunk": Cut(100_000_000, "rst"),
    "error text, ended in order": ErrorText(after_bytes=30_000, between_lines=False, clean_end=True),
    "error text, aborted": ErrorText(after_bytes=30_000, between_lines=False),
    "error text first, ended in order": ErrorText(between_lines=False, clean_end=True),
    "error text behind the range": ErrorText(after_bytes=16, between_lines=False, clean_end=True),
    "error text at the end": ErrorText(after_bytes=100_000_000, between_lines=False, clean_end=True),
    "failed as 1.79 does": failed_as_1_79(30_000),
    "failed as 1.150 does": failed_as_1_150(30_000),
    "stalled before the first byte": Stall(5, 0),
    "stalled within a block": Stall(5, 30_000),
    "429": too_many_requests(None),
    "500": unavailable(500, "out of luck\n"),
    "502": unavailable(502, "<html><body>Bad Gateway</body></html>"),
    "503": unavailable(503, '{"status":"error","error":"shutting down"}'),
    "504": unavailable(504, ""),
    "closed without a word": Drop("fin"),
    "broken without a word": Drop("rst"),
    "a web page with 200": Answer(200, b"<html><title>Log in</title></html>", {"Content-Type": "text/html"}),
    "nothing with 200": Answer(200),
    "lines with 200": Answer(200, b'{"metric":{"__name__":"up"},"values":[1],"timestamps":[1]}\n'),
    "another range": Answer(200, bytes(16)),
}


@pytest.fixture(scope="module", params=SERVERS)
def site(request: pytest.FixtureRequest, reader: BlockReader) -> Iterator[MonthsSite]:
    with VictoriaMetrics("-search.latencyOffset=0s", program=server_program(request.param)) as server:
        yield MonthsSite.in_server(server, f"faults-{request.param}")


@pytest.fixture
def proxy(site: MonthsSite, start_fault_proxy: Callable[..., FaultProxy]) -> FaultProxy:
    return start_fault_proxy(site.victoria.url)


class TestOneFault:
    @pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
    def test_leaves_no_trace(self, site: MonthsSite, proxy: FaultProxy, tmp_path: Path, fault: Fault) -> None:
        proxy.plan = at_windows({3: fault})
        outcome = site.export(proxy.url, tmp_path, stall_timeout_s=0.3).checked()
        assert [struck for _, struck in proxy.struck] == [fault]
        assert len(outcome.of(Retrying)) == 1
        site.check_bundle(tmp_path)

    @pytest.mark.parametrize("fault", [Cut(25_000), Stall(5, 25_000)])
    def test_behind_what_was_written_leaves_no_trace(
        self, proxy: FaultProxy, tmp_path: Path, fault: Fault, site: MonthsSite, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What was written of a slice is taken back; read in small pieces, so that something was."""
        monkeypatch.setattr("vmexporter.tsdb.victoria.READ_BYTES", 4096)
        proxy.plan = at_windows({1: fault, 4: fault})
        site.export(proxy.url, tmp_path, stall_timeout_s=0.3).checked()
        assert proxy.struck
        site.check_bundle(tmp_path)

    def test_a_slow_drip_is_no_fault(self, site: MonthsSite, proxy: FaultProxy, tmp_path: Path) -> None:
        proxy.plan = from_window(1, Drip(3_000, 0.005))
        assert not site.export(proxy.url, tmp_path, stall_timeout_s=0.3).checked().of(Retrying)
        site.check_bundle(tmp_path)


class TestManyFaults:
    def test_every_month_meets_several(self, site: MonthsSite, proxy: FaultProxy, tmp_path: Path) -> None:
        """Pieces are targets of a month, so that there are enough of them."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(forms, "MOST_SAMPLES", 1_000)
            faults = random.Random(3).sample(list(FAULTS.values()), len(FAULTS))
            proxy.plan = at_windows({1 + 2 * place: fault for place, fault in enumerate(faults)})
            outcome = site.export(proxy.url, tmp_path, stall_timeout_s=0.2).checked()
        assert len(proxy.struck) > 15
        assert len(outcome.of(Retrying)) > 15
        windows = site.check_bundle(tmp_path)["windows"]
        assert len(windows) == 4 * (WINDOWS - 2) + 2, "the first and the last month are minutes"

    def test_what_is_too_heavy_is_divided_by_targets(self, site: MonthsSite, proxy: FaultProxy, tmp_path: Path) -> None:
        def plan(request: Request, count: int) -> Fault | None:
            several = "|" in request.param("match[]") or len(request.params.get("match[]", ())) > 1
            return unavailable(504, "") if request.is_window and several else None

        proxy.plan = plan
        outcome = site.export(proxy.url, tmp_path).checked()
        assert outcome.of(Divided)
        assert len(site.check_bundle(tmp_path)["windows"]) == 4 * WINDOWS


class TestResumable:
    @pytest.mark.parametrize(
        ("status", "error"), [(401, AccessDenied), (403, AccessDenied), (404, EndpointMissing), (405, EndpointMissing)]
    )
    def test_when_it_is_refused_in_the_middle(
        self, site: MonthsSite, proxy: FaultProxy, tmp_path: Path, status: int, error: type[Exception]
    ) -> None:
        proxy.plan = from_window(4, Answer(status, b"no\n"))
        assert isinstance(site.export(proxy.url, tmp_path).error, error)
        before = part_in(tmp_path).stat().st_size
        proxy.plan = lambda request, count: None
        asked = len([one for one in proxy.requests if one.is_window])
        site.resume(tmp_path).checked()
        assert before and len([one for one in proxy.requests if one.is_window]) - asked == WINDOWS - 3
        site.check_bundle(tmp_path)

    def test_at_another_address(self, site: MonthsSite, proxy: FaultProxy, tmp_path: Path) -> None:
        proxy.plan = from_window(4, Answer(403))
        assert site.export(proxy.url, tmp_path).error
        site.resume(tmp_path, url=site.victoria.url).checked()
        site.check_bundle(tmp_path)

    def test_to_standard_output_it_is_a_whole_stream(self, site: MonthsSite, proxy: FaultProxy, tmp_path: Path) -> None:
        proxy.plan = at_windows({2: Cut(30_000), 3: Drop(), 5: failed_as_1_79(30_000)})
        arguments = site.arguments(proxy.url, tmp_path, "--no-obfuscate")
        arguments[arguments.index("-o") + 1] = "-"
        stream = tmp_path / "stream"
        with stream.open("wb") as file:
            ran = ended(started(arguments, out=file), tmp_path)
        assert ran.status == 0, ran
        assert NativeBundle.reader.samples(stream.read_bytes()) == site.expected
