"""Whatever happens on the way, every sample arrives, and none twice; where that cannot be known, it is said."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.fakes.exchange import Request
from tests.fakes.faults import Answer, Drop, Fault, Lost, Plan, Refuse, nth, too_many_requests, unavailable
from tests.fakes.proxy import FaultProxy
from tests.integration.importsite import (
    START_MS,
    check_equal,
    events_of,
    finished,
    known_lines,
    no_journal,
    node,
    written,
)
from tests.lab.lines import line
from tests.lab.victoria import VictoriaMetrics
from vmexporter.core.importing.request import ImportRequest
from vmexporter.core.request import Connection
from vmexporter.errors import AccessDenied, QueryRejected
from vmexporter.flows.events import Retrying
from vmexporter.flows.importevents import ImportProgress
from vmexporter.flows.importing import import_metrics, resume_import
from vmexporter.flows.importrun import Manner
from vmexporter.flows.world import World

pytestmark = pytest.mark.real
LINES = known_lines(200, 240)
SMALL = Manner(body_bytes=64 << 10)
BROKE = Answer(500, b"it broke")


@pytest.fixture(params=["installed", pytest.param("current", marks=pytest.mark.slow)])
def target(request: pytest.FixtureRequest) -> Iterator[VictoriaMetrics]:
    with node(request.param) as server:
        yield server


@pytest.fixture
def proxy(target: VictoriaMetrics, start_fault_proxy: Callable[..., FaultProxy]) -> FaultProxy:
    return start_fault_proxy(target.url)


def on_import(faults: dict[int, Fault]) -> Plan:
    """Faults for bodies by their number; the first request only asks whether there is an import."""
    return nth("import", {number + 1: fault for number, fault in faults.items()})


class TestNothingIsLostOrDoubled:
    @pytest.mark.parametrize(
        "fault",
        [
            Lost(),
            Lost(0.3),
            unavailable(),
            *(
                pytest.param(fault, marks=pytest.mark.slow)
                for fault in (Drop(), Lost(kind="fin"), Lost(0.9), too_many_requests(), unavailable(502), BROKE)
            ),
        ],
        ids=lambda fault: f"{fault!r:.30}",
    )
    def test_under(self, target: VictoriaMetrics, proxy: FaultProxy, tmp_path: Path, fault: Fault) -> None:
        proxy.plan = on_import({1: fault, 4: fault, 5: fault, 9: fault})
        done = finished(events_of(written(LINES, tmp_path / "k.jsonl"), proxy.url, SMALL))
        assert len(proxy.struck) >= 3
        check_equal(LINES, target.api)
        assert done.verification.state == "same" and done.doubtful == 0
        no_journal(tmp_path)

    def test_a_line_in_several_bodies(self, target: VictoriaMetrics, proxy: FaultProxy, tmp_path: Path) -> None:
        """The import asks for it as one line, longer than servers take, and its bodies get lost in every way."""
        times = [START_MS + number for number in range(150_000)]
        long = line({"__name__": "long", "job": "job-1", "instance": "x"}, [at % 977 / 4 for at in times], times)
        assert len(long) > 2 << 20
        other = known_lines(5, 40)
        proxy.plan = on_import({1: Lost(), 2: Lost(0.5), 4: Drop(), 6: unavailable()})
        done = finished(events_of(written([*other[:3], long, *other[3:]], tmp_path / "k.jsonl"), proxy.url, SMALL))
        assert len(proxy.struck) >= 4
        check_equal([*other, long], target.api)
        assert done.verification.state == "same" and done.doubtful == 0

    def test_a_while_in_which_nobody_listens(self, target: VictoriaMetrics, proxy: FaultProxy, tmp_path: Path) -> None:
        proxy.plan = on_import({4: Refuse(0.7)})
        finished(events_of(written(LINES, tmp_path / "k.jsonl"), proxy.url, SMALL))
        assert proxy.struck
        check_equal(LINES, target.api)

    def test_a_limit_on_the_size_of_a_body(self, target: VictoriaMetrics, proxy: FaultProxy, tmp_path: Path) -> None:
        def plan(request: Request, count: int) -> Fault | None:
            return Answer(413, b"too large") if len(request.body) > 6_000 else None

        proxy.plan = plan
        done = finished(events_of(written(LINES, tmp_path / "k.jsonl"), proxy.url))
        assert proxy.struck and done.doubtful == 0
        check_equal(LINES, target.api)

    def test_a_server_that_stands_still_for_longer_than_is_waited(
        self, target: VictoriaMetrics, tmp_path: Path
    ) -> None:
        connection = Connection(url=target.url, stall_timeout_s=0.7)
        events = import_metrics(
            written(LINES, tmp_path / "k.jsonl"), ImportRequest(connection=connection), SMALL, World()
        )
        retried, stopped = 0, False
        for event in events:
            if isinstance(event, ImportProgress) and not stopped:
                stopped = True
                target.signal(signal.SIGSTOP)
                threading.Timer(2.5, target.signal, [signal.SIGCONT]).start()
            retried += isinstance(event, Retrying)
        assert retried
        check_equal(LINES, target.api)

    def test_a_line_longer_than_the_server_takes(self, tmp_path: Path) -> None:
        with node("current", "-import.maxLineLen=2KB") as target:
            done = finished(events_of(written(known_lines(20, 400), tmp_path / "k.jsonl"), target.url))
            check_equal(known_lines(20, 400), target.api)
            assert done.verification.state == "same"


class TestStopping:
    def test_denied_stops_and_is_resumed(self, target: VictoriaMetrics, proxy: FaultProxy, tmp_path: Path) -> None:
        path = written(LINES, tmp_path / "k.jsonl")
        proxy.plan = lambda request, count: Answer(403, b"no") if request.endpoint == "import" and count > 5 else None
        with pytest.raises(AccessDenied):
            list(events_of(path, proxy.url, SMALL))
        proxy.plan = lambda request, count: None
        [journal] = tmp_path.glob("*.import")
        done = finished(resume_import(journal, Connection(url=""), SMALL, World()))
        check_equal(LINES, target.api)
        assert done.verification.state == "same"
        no_journal(tmp_path)

    def test_refused_by_the_content_stops(self, target: VictoriaMetrics, proxy: FaultProxy, tmp_path: Path) -> None:
        proxy.plan = lambda request, count: Answer(400, b"no") if request.endpoint == "import" and count > 3 else None
        with pytest.raises(QueryRejected, match="cannot import: the server answered 400"):
            list(events_of(written(LINES, tmp_path / "k.jsonl"), proxy.url, SMALL))
        assert list(tmp_path.glob("*.import"))

    def test_closed_again_and_again_and_resumed(
        self, target: VictoriaMetrics, proxy: FaultProxy, tmp_path: Path
    ) -> None:
        def slowly(request: Request, count: int) -> Fault | None:
            time.sleep(0.1 if request.endpoint == "import" else 0)
            return None

        proxy.plan = slowly
        path, closed = written(LINES, tmp_path / "k.jsonl"), 0
        events = events_of(path, proxy.url, SMALL)
        for progress in (2, 3, 5, 1000):
            with closing(events) as running:  # type: ignore[type-var]
                seen = 0
                for event in running:
                    seen += isinstance(event, ImportProgress)
                    if seen == progress:
                        closed += 1
                        break
            if journals := list(tmp_path.glob("*.import")):
                events = resume_import(journals[0], Connection(url=""), SMALL, World())
        assert closed == 3
        check_equal(LINES, target.api)
        no_journal(tmp_path)
