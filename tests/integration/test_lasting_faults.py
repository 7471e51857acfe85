"""Trouble that does not pass: an export gives up in bounded time, says which window and why, and can be resumed."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.fakes.exchange import Request
from tests.fakes.faults import (
    Answer,
    Cut,
    Drop,
    ErrorText,
    Fault,
    Refuse,
    Stall,
    failed_as_1_79,
    failed_as_1_150,
    from_window,
    too_many_requests,
    unavailable,
)
from tests.fakes.proxy import FaultProxy
from tests.integration import faulty
from tests.integration.faulty import TOKEN, Site, check_failure, ended, resume_arguments, started, vmexporter
from vmexporter.errors import (
    AccessDenied,
    BadExportLine,
    EndpointMissing,
    QueryRejected,
    ServerUnreachable,
    VmexporterError,
)

pytestmark = pytest.mark.real
site = faulty.site

PAGE = Answer(200, b"<html><head><title>Log in</title></head></html>", {"Content-Type": "text/html"})


class Trouble(NamedTuple):
    """A fault that stays, and how the export ends: the error's kind and some of its words."""

    fault: Fault
    kind: type[VmexporterError]
    words: str


LASTING = {
    "cut within a line": Trouble(Cut(3_000), ServerUnreachable, "cut off"),
    "cut between lines": Trouble(Cut(3_000, between_lines=True), ServerUnreachable, "cut off"),
    "error text within a line": Trouble(
        ErrorText(after_bytes=3_000, between_lines=False, clean_end=True),
        BadExportLine,
        "torn",
    ),
    "failed as 1.79 does": Trouble(failed_as_1_79(3_000), QueryRejected, "timeout exceeded during query execution"),
    "failed as 1.150 does": Trouble(failed_as_1_150(3_000), ServerUnreachable, "cut off"),
    "stalled": Trouble(Stall(5, 3_000), ServerUnreachable, "nothing more came in time"),
    "silent": Trouble(Stall(5, 0), ServerUnreachable, "in time"),
    "400": Trouble(Answer(400, b"cannot parse what was sent"), QueryRejected, "cannot parse what was sent"),
    "403": Trouble(Answer(403, b"no"), AccessDenied, "403"),
    "422": Trouble(Answer(422, b"too heavy today"), QueryRejected, "too heavy today"),
    "429": Trouble(too_many_requests(1), ServerUnreachable, "429"),
    "500": Trouble(unavailable(500, "out of luck"), ServerUnreachable, "out of luck"),
    "502": Trouble(unavailable(502, "<html><title>Bad Gateway</title></html>"), ServerUnreachable, "502"),
    "503": Trouble(unavailable(503, '{"error":"shutting down"}'), ServerUnreachable, "shutting down"),
    "504": Trouble(unavailable(504, ""), ServerUnreachable, "504"),
    "a web page": Trouble(PAGE, QueryRejected, ""),
    "broken without a word": Trouble(Drop(), ServerUnreachable, "closed before an answer"),
}
WINDOW_4 = "window 2021-01-30T10:03:00Z to"


@pytest.fixture
def proxy(site: Site, start_fault_proxy: Callable[..., FaultProxy]) -> FaultProxy:
    return start_fault_proxy(site.victoria.url)


class TestGivingUp:
    @pytest.mark.parametrize("trouble", LASTING.values(), ids=LASTING)
    def test_is_bounded_and_can_be_resumed(
        self, site: Site, proxy: FaultProxy, tmp_path: Path, trouble: Trouble
    ) -> None:
        proxy.plan = from_window(4, trouble.fault)
        outcome = site.export(proxy.url, tmp_path, stall_timeout_s=0.05)
        assert type(outcome.error) is trouble.kind
        assert trouble.words in outcome.error.message
        assert WINDOW_4 in outcome.error.message
        assert outcome.clock.slept_s < 300
        assert len(proxy.of("export")) < 100
        proxy.plan = lambda request, count: None
        site.resume(tmp_path).checked()
        site.check_bundle(tmp_path)

    def test_a_server_that_stays_away(self, site: Site, proxy: FaultProxy, tmp_path: Path) -> None:
        proxy.plan = from_window(4, Refuse(60))
        outcome = site.export(proxy.url, tmp_path)
        assert isinstance(outcome.error, ServerUnreachable)
        assert "connection refused" in outcome.error.message
        assert 60 < outcome.clock.slept_s < 300
        again = site.resume(tmp_path)  # it has not come back
        assert isinstance(again.error, ServerUnreachable)
        proxy.plan = lambda request, count: None
        proxy.open()
        site.resume(tmp_path).checked()
        site.check_bundle(tmp_path)

    def test_both_ways_gone(self, site: Site, proxy: FaultProxy, tmp_path: Path) -> None:
        def plan(request: Request, count: int) -> Fault | None:
            exports = sum(1 for one in proxy.of("export") if one.is_window)
            raw = request.param("query").endswith("ms]")
            return Answer(404, b"404 page not found") if exports > 3 and (request.is_window or raw) else None

        proxy.plan = plan
        outcome = site.export(proxy.url, tmp_path)
        assert isinstance(outcome.error, EndpointMissing)
        assert WINDOW_4 in outcome.error.message
        proxy.plan = lambda request, count: None
        site.resume(tmp_path).checked()
        assert site.check_bundle(tmp_path)["rungs"] == ["export"]


class TestOnTheCommandLine:
    def test_credentials_that_end_are_given_anew(self, site: Site, proxy: FaultProxy, tmp_path: Path) -> None:
        def plan(request: Request, count: int) -> Fault | None:
            ended = sum(1 for one in proxy.of("export") if one.is_window) > 3
            return (
                Answer(401, b"who are you?")
                if ended and request.headers["authorization"] != f"Bearer {TOKEN}"
                else None
            )

        proxy.plan = plan
        ran = vmexporter(site.arguments(proxy.url, tmp_path), tmp_path)
        check_failure(ran, 4, "401", WINDOW_4, f"vmexporter resume {faulty.part_in(tmp_path)}")
        check_failure(vmexporter(resume_arguments(tmp_path), tmp_path), 4, "401")
        right = {"VMEXPORTER_BEARER_TOKEN": TOKEN, "VMEXPORTER_HEADER_X_PLANTED": faulty.KEY}
        assert vmexporter(resume_arguments(tmp_path), tmp_path, right).status == 0
        site.check_bundle(tmp_path)

    def test_a_name_that_does_not_exist(self, site: Site, tmp_path: Path) -> None:
        ran = vmexporter(site.arguments("http://vmselect.invalid:8481", tmp_path), tmp_path)
        check_failure(ran, 3, "the name of the host is not known")
        assert not list(tmp_path.iterdir())

    def test_a_page_in_the_place_of_samples(self, site: Site, proxy: FaultProxy, tmp_path: Path) -> None:
        proxy.plan = from_window(4, PAGE)
        check_failure(vmexporter(site.arguments(proxy.url, tmp_path), tmp_path), 6, WINDOW_4)
        proxy.plan = lambda request, count: None
        assert vmexporter(resume_arguments(tmp_path), tmp_path).status == 0
        site.check_bundle(tmp_path)

    @pytest.mark.parametrize("status", [200, 401, 500])
    def test_a_server_that_repeats_what_it_was_told(
        self, site: Site, proxy: FaultProxy, tmp_path: Path, status: int
    ) -> None:
        words = f"you sent Authorization: Basic {faulty.BASIC} ({faulty.PASSWORD}) and X-Planted: {faulty.KEY}\n"
        proxy.plan = from_window(4, Answer(status, words.encode()))
        process = started(site.arguments(proxy.url, tmp_path))
        if status != 401:  # which ends it by itself; the others are tried again and again
            proxy.wait_for("export", 7)
            time.sleep(1)  # until the first attempts are told
            process.send_signal(signal.SIGINT)
        ran = ended(process, tmp_path)  # it looks for secrets in all that was said
        assert ran.status in {130, 4, 6}
        assert "you sent" in ran.err
