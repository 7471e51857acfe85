"""Drives a flow to its end in a world where waiting takes no time, and keeps what happened."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vmexporter.errors import VmexporterError
from vmexporter.flows.events import Event, Retrying
from vmexporter.flows.world import World


@dataclass
class HastyClock:
    """A world in which waiting takes no time: ``slept_s`` says how long it would have been.

    Its calendar can be set (``ahead_ms``), and *on_sleep* is called after each wait, in the thread of the flow.
    """

    slept_s: float = 0.0
    ahead_ms: int = 0
    on_sleep: Callable[[], object] = lambda: None

    @property
    def world(self) -> World:
        return World(
            now_ms=lambda: time.time_ns() // 1_000_000 + self.ahead_ms,
            monotonic_s=lambda: time.monotonic() + self.slept_s,
            sleep=self._sleep,
            jitter=lambda: 1.0,
        )

    def _sleep(self, seconds: float) -> None:
        self.slept_s += seconds
        self.on_sleep()


class SteadyClock(HastyClock):
    """A world in which waiting takes its time."""

    def _sleep(self, seconds: float) -> None:
        time.sleep(seconds)
        self.on_sleep()


@dataclass
class Outcome:
    """How a flow went: its events, and the error that ended it."""

    clock: HastyClock = field(default_factory=HastyClock)
    events: list[Event] = field(default_factory=list)
    error: VmexporterError | None = None

    def drive(self, events: Callable[[World], Iterator[Event]]) -> Outcome:
        try:
            for event in events(self.clock.world):
                self.events.append(event)
        except VmexporterError as error:
            self.error = error
        return self

    def of(self, kind: type[Event]) -> list[Any]:
        """The events of one kind."""
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def waits_s(self) -> list[float]:
        """How long it waited before each new attempt."""
        return [event.wait_s for event in self.of(Retrying)]

    def checked(self) -> Outcome:
        """Itself; the test fails when an error ended it."""
        assert self.error is None, self.error
        return self


def wait_until_it_listens_to(number: int, pid: int) -> None:
    """Wait until a process has taken over a signal; how long it takes to start is the machine's affair."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        time.sleep(2.0)
        return
    for _ in range(1000):
        caught = re.search(r"SigCgt:\s*([0-9a-f]+)", status.read_text())
        if caught and int(caught[1], 16) >> (number - 1) & 1:
            return
        time.sleep(0.02)
    raise AssertionError(f"the process has not taken over signal {number}")


def is_complete(folder: Path) -> bool:
    """Whether a folder holds a bundle, and no export that is not done."""
    return bool(list(folder.glob("*.zip"))) and not list(folder.glob("*.part"))


def has_begun(folder: Path) -> bool:
    """Whether there is an export to go on with: its plan is on the disk."""
    return any(b"\n" in path.read_bytes() for path in folder.glob("*.journal"))
