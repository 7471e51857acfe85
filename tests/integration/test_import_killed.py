"""Killed (kill -9) at any moment, the importer or the server: every sample is there in the end, and none twice."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fakes.exchange import Request
from tests.fakes.faults import Fault
from tests.fakes.proxy import FaultProxy
from tests.integration.importsite import check_equal, events_of, finished, known_lines, no_journal, node, written
from tests.lab.asking import wait_until
from tests.lab.commandline import ended, start
from tests.lab.victoria import VictoriaMetrics
from vmexporter.flows.importrun import Manner

pytestmark = pytest.mark.real
LINES = known_lines(300, 600)  # about four megabytes
SLOW_S = 0.25  # for each body
MANY = [pytest.param(seed, marks=pytest.mark.slow) for seed in range(100, 120)]


def slowly(request: Request, count: int) -> Fault | None:
    """A target that needs its time."""
    time.sleep(SLOW_S if request.endpoint == "import" and count > 1 else 0)
    return None


@pytest.fixture(params=["installed", pytest.param("current", marks=pytest.mark.slow)])
def target(request: pytest.FixtureRequest) -> Iterator[VictoriaMetrics]:
    with node(request.param) as server:
        yield server


@pytest.fixture
def slow(target: VictoriaMetrics, start_fault_proxy: Callable[..., FaultProxy]) -> FaultProxy:
    return start_fault_proxy(target.url, slowly)


class TestTheImporter:
    @pytest.mark.parametrize("seed", [1, *MANY])
    def test_is_killed_and_resumed(self, target: VictoriaMetrics, slow: FaultProxy, tmp_path: Path, seed: int) -> None:
        chance = random.Random(seed)
        path = written(LINES, tmp_path / "known.jsonl.gz")
        state = {"XDG_STATE_HOME": str(tmp_path / "state")}
        resumed = 0
        for attempt in range(8):
            journals = list(tmp_path.glob("*.import"))
            resumed += bool(journals)
            arguments: list[str | Path] = ["resume", journals[0]] if journals else ["import", path, slow.url]
            process = start(arguments, env=state)
            if attempt < 3:
                wait_until(lambda: any(tmp_path.glob("*.import")), "the import has begun")
                time.sleep(chance.uniform(0, 2.0 if resumed else 0.5))  # a resumed one has to look through it first
                process.kill()
            if ended(process).status == 0:
                break
        assert resumed
        check_equal(LINES, target.api)
        no_journal(tmp_path)


class TestTheServer:
    @pytest.mark.parametrize("seed", [1, *MANY])
    def test_is_killed_and_started_again(
        self, target: VictoriaMetrics, slow: FaultProxy, tmp_path: Path, seed: int
    ) -> None:
        over = threading.Event()
        killing = threading.Thread(target=self.kill, args=(target, random.Random(seed), over))
        events = events_of(written(LINES, tmp_path / "known.jsonl"), slow.url, Manner(body_bytes=200_000))
        begun = False
        last = next(events)
        for last in events:
            if not begun and type(last).__name__ == "ImportProgress":
                begun = True
                killing.start()
        done = finished(iter([last]))
        check_equal(LINES, target.api)
        over.set()
        killing.join()
        assert done.verification.state == "same" and done.doubtful == 0

    @staticmethod
    def kill(target: VictoriaMetrics, chance: random.Random, over: threading.Event) -> None:
        """Kill it twice; a server dies with the thread that started it, so this one stays until the test is over."""
        for _ in range(2):
            time.sleep(chance.uniform(0.1, 1.5))
            target.kill()
            time.sleep(chance.uniform(0, 0.5))
            target.start()
        over.wait(120)
