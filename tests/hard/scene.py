"""One cell of the fault matrix while it is played: an operation, the proxy before its server, a folder, and chance."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

from tests.fakes.exchange import Request
from tests.fakes.faults import Fault, Plan
from tests.fakes.proxy import FaultProxy
from tests.hard.operations import Operation
from tests.integration.driving import HastyClock, Outcome
from tests.integration.faulty import CREDENTIALS, SECRETS
from tests.lab.victoria import VictoriaMetrics
from vmexporter.core.request import Connection, Tls

AT_ONCE = "complete"


@dataclass
class Scene:
    """What a trouble needs to strike. *place* is a number from 0 to 1, evenly spread over the seeds of a cell."""

    operation: Operation
    server: VictoriaMetrics
    proxy: FaultProxy
    folder: Path
    chance: Random
    place: float
    patch: pytest.MonkeyPatch
    ca_file: str = ""
    stall_timeout_s: float = 20.0
    clock: HastyClock = field(default_factory=HastyClock)
    lift: Callable[[], object] = lambda: None
    struck: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.passes = self.chance.random() < 0.5
        """Whether the trouble goes away by itself."""
        self.step = self.chance.randint(1, self.operation.steps)
        """The request with which it comes."""
        self.byte = self.chance.randrange(self.operation.step_bytes)

    def at(self, fault: Fault | Callable[[], Fault | None]) -> Plan:
        """The fault (or what is done, and its result) meets the step, and when it does not pass, all later ones."""
        numbers = itertools.count(1)

        def plan(request: Request, count: int) -> Fault | None:
            if not self.operation.carries(request):
                return None
            number = next(numbers)
            if number != self.step and (self.passes or number < self.step):
                return None
            self.struck.set()
            return fault() if callable(fault) else fault

        return plan

    def slow(self) -> Fault:
        """What makes a request of the operation slow."""
        slow = self.operation.slow(self.proxy)
        return slow() if callable(slow) else slow

    def new_folder(self, name: str) -> Path:
        """A folder beside that of the operation."""
        made = self.folder.with_name(name)
        made.mkdir()
        return made

    def third_attempt_brings(self, mending: Callable[[], object]) -> None:
        """What mends the trouble is done when the operation has waited for the second time."""
        waits = itertools.count(1)
        self.clock.on_sleep = lambda: mending() if next(waits) == 2 else None

    def connection(self) -> Connection:
        """To the proxy, with planted credentials."""
        tls = Tls(ca_file=self.ca_file)
        return Connection(url=self.proxy.url, stall_timeout_s=self.stall_timeout_s, tls=tls, **CREDENTIALS)

    def meet(self, fault: Fault | Callable[[], Fault | None]) -> str:
        """Run the operation into the fault, lift it, and go on; returns how it went."""
        self.proxy.plan = self.at(fault)
        outcome = self.operation.run(self.connection(), self.folder, self.clock)
        assert self.struck.is_set(), "the trouble did take effect"
        return self.gone_on(outcome)

    def gone_on(self, outcome: Outcome) -> str:
        """What an ended attempt left, brought to its end; returns how it went."""
        self.clear()
        error = outcome.error
        if error is None:
            self.operation.check(self.folder)
            return AT_ONCE
        assert error.message.startswith("cannot ") and not any(secret in str(error) for secret in SECRETS.values())
        return f"`{error.code}`, {self.finish()}"

    def clear(self) -> None:
        """Nothing is in the way any more."""
        self.lift()
        self.proxy.plan = lambda request, count: None
        self.proxy.open()

    def finish(self, *, killed: bool = False) -> str:
        """Go on with what is there; returns how."""
        how = self.operation.go_on(self.connection(), self.folder, killed=killed)
        self.operation.check(self.folder)
        return how


@contextmanager
def playing(scene: Scene) -> Iterator[Scene]:
    """The scene, prepared; at its end the server runs again and nothing is patched."""
    scene.operation.prepare(scene.proxy, scene.folder)
    try:
        yield scene
    finally:
        scene.patch.undo()
        if not scene.server.running:
            scene.server.start()
