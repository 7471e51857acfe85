"""Runs an iterator in a thread of its own, a few items ahead: the next bytes arrive while the last ones are worked on.

What the iterator raises comes out of ``get`` in its place behind the items. ``close`` ends the thread when it waits for
a server's answer, by way of *interrupt*; a thread that nothing can wake (it looks up a name, or opens a connection) is
left to end by itself, and keeps nobody from leaving.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Generator, Iterator
from typing import Generic, TypeVar

from vmexporter.flows.events import Waiting

Item = TypeVar("Item")
TICK_S = 0.1
_DEPTH = 4
_CLOSING_TURNS, _TURN_S = 25, 0.02  # half a second


class Exhausted(Exception):
    """The iterator has ended."""


class ReadAhead(Generic[Item]):
    """At most a few items of *items* are held in memory."""

    def __init__(self, items: Iterator[Item], interrupt: Callable[[], None]) -> None:
        """*interrupt* makes a blocked read of the iterator fail; it is called from the closing thread."""
        self._items = items
        self._interrupt = interrupt
        self._queue: queue.Queue[Item | None] = queue.Queue(_DEPTH)
        self._closed, self._ended = threading.Event(), threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="read-ahead", daemon=True)
        self._thread.start()

    def get(self, timeout_s: float) -> Item | None:
        """The next item, or None when none came in time.

        Raises:
            Exhausted: there are no more.
            BaseException: what the iterator raised.
        """
        try:
            item = self._queue.get(timeout=timeout_s)
        except queue.Empty:
            return None
        if item is None:
            raise self._error or Exhausted
        return item

    def close(self) -> None:
        """Stop reading and end the thread; items not yet taken are lost."""
        self._closed.set()
        for _ in range(_CLOSING_TURNS):
            if not self._thread.is_alive():
                return
            if not self._ended.is_set():
                self._interrupt()  # again and again: it may just have begun to wait
            with contextlib.suppress(queue.Empty):
                while True:
                    self._queue.get_nowait()
            self._thread.join(_TURN_S)

    def _run(self) -> None:
        try:
            with contextlib.ExitStack() as stack:
                if isinstance(self._items, Generator):
                    stack.callback(self._items.close)  # in the thread that runs it: it holds a connection
                for item in self._items:
                    if self._closed.is_set():
                        break
                    self._queue.put(item)
        except BaseException as error:
            self._error = error  # it goes on in the thread that takes the items
            if not isinstance(error, Exception):
                raise
        finally:
            self._ended.set()
            self._queue.put(None)


def _nothing() -> None:
    """Work that waits for no server has nothing to interrupt."""


def in_background(work: Callable[[], Item], interrupt: Callable[[], None] = _nothing) -> Generator[Waiting, None, Item]:
    """The result of *work*, with a ``Waiting`` now and then as long as it lasts, so that the caller can stop.

    Raises:
        BaseException: what *work* raised.
    """
    ahead = ReadAhead((job() for job in (work,)), interrupt)
    try:
        while (result := ahead.get(TICK_S)) is None:
            yield Waiting()
        return result
    finally:
        ahead.close()
