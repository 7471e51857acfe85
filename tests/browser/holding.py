"""Holding a server's answers back for as long as a test wants to look at what the page shows meanwhile."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.fakes.exchange import Request
from tests.fakes.proxy import FaultProxy

LONGEST_S = 60.0


class Gate:
    """A plan for a fault proxy: requests that *holds* names wait until ``open``; ``reached`` tells that one does."""

    def __init__(self, holds: Callable[[Request], bool]) -> None:
        self._holds, self._opened = holds, threading.Event()
        self.reached = threading.Event()

    def __call__(self, request: Request, count: int) -> None:
        if not self._opened.is_set() and self._holds(request):
            self.reached.set()
            self._opened.wait(LONGEST_S)

    def open(self) -> None:
        """Let everything pass from now on."""
        self._opened.set()


@contextmanager
def held(proxy: FaultProxy, holds: Callable[[Request], bool]) -> Iterator[Gate]:
    """Requests through *proxy* that *holds* names wait until the gate is opened, or the test is over."""
    gate = Gate(holds)
    proxy.plan = gate
    try:
        yield gate
    finally:
        gate.open()


def windows_from(number: int) -> Callable[[Request], bool]:
    """The exports of windows from this one on."""
    numbers = itertools.count(1)
    return lambda request: request.is_window and next(numbers) >= number


def to(endpoint: str) -> Callable[[Request], bool]:
    """Every request to an endpoint."""
    return lambda request: request.endpoint == endpoint
