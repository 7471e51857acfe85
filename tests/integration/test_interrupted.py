"""Ctrl-C and SIGTERM at any moment: the export ends soon, says how to go on, and what it left goes on to the same."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.exchange import Request
from tests.fakes.faults import Answer, Cut, Drip, Fault, Pass, Stall, at_windows, from_window, too_many_requests
from tests.fakes.proxy import FaultProxy
from tests.integration import faulty
from tests.integration.driving import HastyClock, wait_until_it_listens_to
from tests.integration.faulty import Site, ended, part_in, resume_arguments, started, vmexporter
from tests.lab.commandline import Ran
from tests.lab.lines import samples_by_series
from vmexporter.core.lines import LineRewriter, RawChunk
from vmexporter.core.request import Connection
from vmexporter.flows.events import Retrying, Waiting
from vmexporter.flows.exporting import Output, export, resume

pytestmark = pytest.mark.real
site = faulty.site

SLOW = Drip(8_000, 0.01)
SOON_S = 2.0  # a second, and what a busy machine adds
STATUS = {signal.SIGINT: 130, signal.SIGTERM: 143}


@pytest.fixture
def proxy(site: Site, start_fault_proxy: Callable[..., FaultProxy]) -> FaultProxy:
    return start_fault_proxy(site.victoria.url)


def stopped(process: subprocess.Popen[str], folder: Path, *numbers: signal.Signals) -> Ran:
    """Send these signals; it must end soon, as a program that was ended by them."""
    at_s = time.monotonic()
    for number in numbers:
        process.send_signal(number)
        time.sleep(0.02)
    ran = ended(process, folder)
    assert time.monotonic() - at_s < SOON_S
    late = -numbers[-1] if len(numbers) > 1 else None  # it was leaving already
    assert ran.status in {STATUS[numbers[0]], late}, ran
    return ran


def check_resumes(site: Site, proxy: FaultProxy, ran: Ran, folder: Path) -> None:
    """It has said how to go on, and that leads to the whole bundle."""
    assert "Stopped." in ran.err
    assert f"vmexporter resume {part_in(folder)}" in ran.words
    proxy.plan = lambda request, count: None
    again = vmexporter(resume_arguments(folder), folder)
    assert again.status == 0, again.err
    site.check_bundle(folder)


@contextmanager
def deaf_address() -> Iterator[str]:
    """``http://host:port`` of a listener whose queue is full: a connect to it waits for ever."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(3):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


class TestInTheMiddle:
    @pytest.mark.parametrize(("number", "seed"), [(signal.SIGINT, 0), (signal.SIGTERM, 1)])
    def test_of_the_windows(
        self, site: Site, proxy: FaultProxy, tmp_path: Path, number: signal.Signals, seed: int
    ) -> None:
        chance = random.Random(f"{seed}{number}")
        proxy.plan = from_window(1, SLOW)
        process = started(site.arguments(proxy.url, tmp_path))
        proxy.wait_for("export", chance.randint(2, faulty.WINDOWS))
        time.sleep(chance.uniform(0, 0.3))
        check_resumes(site, proxy, stopped(process, tmp_path, number), tmp_path)

    @pytest.mark.parametrize("after_bytes", [0, 30_000])
    def test_of_a_stall(self, site: Site, proxy: FaultProxy, tmp_path: Path, after_bytes: int) -> None:
        proxy.plan = at_windows({4: Stall(60, after_bytes)})
        process = started(site.arguments(proxy.url, tmp_path))
        proxy.wait_for("export", 5)
        time.sleep(0.3)
        check_resumes(site, proxy, stopped(process, tmp_path, signal.SIGINT), tmp_path)

    def test_of_the_wait_for_another_attempt(self, site: Site, proxy: FaultProxy, tmp_path: Path) -> None:
        proxy.plan = at_windows({4: too_many_requests(200)})
        process = started(site.arguments(proxy.url, tmp_path))
        proxy.wait_for("export", 5)
        time.sleep(0.3)
        ran = stopped(process, tmp_path, signal.SIGTERM)
        assert "Trying again in 200.0 s" in ran.err
        check_resumes(site, proxy, ran, tmp_path)

    def test_of_a_resumed_export_and_again(self, site: Site, proxy: FaultProxy, tmp_path: Path) -> None:
        proxy.plan = from_window(1, SLOW)
        process = started(site.arguments(proxy.url, tmp_path))
        for windows in (4, 8):
            proxy.wait_for("export", windows)
            stopped(process, tmp_path, signal.SIGINT)
            process = started(resume_arguments(tmp_path))
        proxy.wait_for("export", 12)
        check_resumes(site, proxy, stopped(process, tmp_path, signal.SIGINT), tmp_path)

    def test_of_a_stream_of_lines(self, site: Site, proxy: FaultProxy, tmp_path: Path) -> None:
        proxy.plan = from_window(1, SLOW)
        arguments = site.arguments(proxy.url, tmp_path, "--no-obfuscate")
        arguments[arguments.index("-o") + 1] = "-"
        lines = tmp_path / "lines.jsonl"
        with lines.open("wb") as file:
            process = started(arguments, out=file)
            proxy.wait_for("export", 6)
            stopped(process, tmp_path, signal.SIGINT)
        found = samples_by_series(lines.read_bytes().split(b"\n"))
        assert found.keys() == site.expected.keys()
        for series, samples in found.items():
            assert samples == site.expected[series][: len(samples)]
            assert len(samples) % 60 == 0, "whole windows"
        assert list(tmp_path.iterdir()) == [lines]

    def test_a_second_one_ends_it_at_once(self, site: Site, proxy: FaultProxy, tmp_path: Path) -> None:
        proxy.plan = from_window(4, Stall(60, 30_000))
        process = started(site.arguments(proxy.url, tmp_path))
        proxy.wait_for("export", 5)
        time.sleep(0.3)
        stopped(process, tmp_path, signal.SIGINT, signal.SIGINT, signal.SIGINT)
        proxy.plan = lambda request, count: None
        assert vmexporter(resume_arguments(tmp_path), tmp_path).status == 0
        site.check_bundle(tmp_path)

    def test_a_second_one_ends_it_even_when_nobody_reads_the_lines(self, site: Site, tmp_path: Path) -> None:
        arguments = site.arguments(site.victoria.url, tmp_path, "--no-obfuscate")
        arguments[arguments.index("-o") + 1] = "-"
        reading, writing = os.pipe()
        with os.fdopen(reading, "rb"), os.fdopen(writing, "wb") as pipe:
            process = started(arguments, out=pipe)
            time.sleep(1.5)
            stopped(process, tmp_path, signal.SIGINT, signal.SIGINT)

    def test_of_the_ladders_own_questions(self, site: Site, proxy: FaultProxy, tmp_path: Path) -> None:
        def plan(request: Request, count: int) -> Fault:
            if request.param("query") == "1":
                return Stall(60)
            return Cut(30_000) if request.is_window and len(proxy.of("export")) > 4 else Pass()

        proxy.plan = plan
        events = export(site.request(proxy.url), Output(faulty.paths_in(tmp_path)), HastyClock().world)
        with closing(events) as running:  # type: ignore[type-var]
            retried = 0
            for event in running:
                retried += isinstance(event, Retrying)
                if retried == 4 and isinstance(event, Waiting):
                    break
            at_s = time.monotonic()
        assert time.monotonic() - at_s < SOON_S
        proxy.plan = lambda request, count: None
        site.resume(tmp_path).checked()
        site.check_bundle(tmp_path)


class TestBeforeTheFirstWindow:
    @pytest.mark.parametrize("question", [1, 3, 5])
    def test_while_the_server_is_asked(self, site: Site, proxy: FaultProxy, tmp_path: Path, question: int) -> None:
        def plan(request: Request, count: int) -> Fault | None:
            return Stall(60) if request.endpoint == "query" and count >= question else None

        proxy.plan = plan
        process = started(site.arguments(proxy.url, tmp_path))
        proxy.wait_for("query", question)
        time.sleep(0.3)
        ran = stopped(process, tmp_path, signal.SIGINT)
        assert "Stopped." in ran.err
        assert not list(tmp_path.iterdir())

    def test_while_nobody_takes_the_connection(self, site: Site, tmp_path: Path) -> None:
        with deaf_address() as url:
            process = started(site.arguments(url, tmp_path))
            wait_until_it_listens_to(signal.SIGTERM, process.pid)
            ran = stopped(process, tmp_path, signal.SIGTERM)
        assert "Stopped." in ran.err
        assert not list(tmp_path.iterdir())

    def test_while_a_name_is_looked_up(self, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        asked, answer = threading.Event(), threading.Event()

        def slow(*arguments: Any, **options: Any) -> Any:
            asked.set()
            answer.wait(20)
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

        monkeypatch.setattr(socket, "getaddrinfo", slow)
        events = export(site.request("http://vmselect.invalid"), Output(faulty.paths_in(tmp_path)), HastyClock().world)
        with closing(events) as running:  # type: ignore[type-var]
            assert isinstance(next(running), Waiting)
            assert asked.wait(5)
            at_s = time.monotonic()
        assert time.monotonic() - at_s < SOON_S
        answer.set()

    def test_before_a_resumed_one_has_begun(self, site: Site, proxy: FaultProxy, tmp_path: Path) -> None:
        proxy.plan = from_window(4, SLOW)
        process = started(site.arguments(proxy.url, tmp_path))
        proxy.wait_for("export", 6)
        stopped(process, tmp_path, signal.SIGINT)
        proxy.plan = lambda request, count: Stall(60)
        process = started(resume_arguments(tmp_path))
        proxy.wait_for("query", len(proxy.of("query")) + 1)
        check_resumes(site, proxy, stopped(process, tmp_path, signal.SIGINT), tmp_path)

    def test_while_a_resumed_one_reads_what_there_is(
        self, site: Site, proxy: FaultProxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        proxy.plan = from_window(8, Answer(403))
        assert site.export(proxy.url, tmp_path).error
        feed = LineRewriter.feed

        def slowly(rewriter: LineRewriter, chunk: RawChunk) -> bytes:
            time.sleep(0.15)
            return feed(rewriter, chunk)

        monkeypatch.setattr(LineRewriter, "feed", slowly)
        events = resume(part_in(tmp_path), Connection(url=""), HastyClock().world)
        with closing(events) as running:  # type: ignore[type-var]
            assert isinstance(next(running), Waiting)
            at_s = time.monotonic()
        assert time.monotonic() - at_s < SOON_S
        monkeypatch.undo()
        proxy.plan = lambda request, count: None
        site.resume(tmp_path).checked()
        site.check_bundle(tmp_path)
