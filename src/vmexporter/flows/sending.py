"""Several bodies under way at once: a few threads, each bringing one piece to the target; the caller drives.

The caller submits pieces as long as there is room and takes what comes back: events of the way, and pieces that are
there. An error of a thread comes out of ``get``. ``close`` ends all threads, also those that wait for the target.
"""

from __future__ import annotations

import queue
import threading
from dataclasses import dataclass

from vmexporter.core.importing.pieces import Piece
from vmexporter.flows.delivering import Delivery, Stopped
from vmexporter.flows.events import Event

_CLOSING_S, _TURN_S = 3.0, 0.05


@dataclass(frozen=True, slots=True)
class Arrived:
    """The target has said that it has all of this piece."""

    piece: Piece


class Sending:
    """The threads of one import."""

    def __init__(self, delivery: Delivery, parallel: int) -> None:
        self._delivery = delivery
        self._todo: queue.Queue[tuple[Piece, bool] | None] = queue.Queue()
        self._told: queue.Queue[Event | Arrived | BaseException] = queue.Queue()
        self._room = parallel + 1  # one is waiting, so that no thread has to
        self.under_way = 0
        delivery.told.event = self._told.put
        names = (f"import-{number}" for number in range(parallel))
        self._threads = [threading.Thread(target=self._work, name=name, daemon=True) for name in names]
        for thread in self._threads:
            thread.start()

    @property
    def has_room(self) -> bool:
        """Whether another piece may be submitted now."""
        return self.under_way < self._room

    def submit(self, piece: Piece, *, suspect: bool) -> None:
        """Have *piece* brought there; *suspect*: the target may have some of it."""
        self.under_way += 1
        self._todo.put((piece, suspect))

    def get(self, timeout_s: float) -> Event | Arrived | None:
        """What came next, or None when nothing did in time.

        Raises:
            BaseException: what a thread failed with; the import cannot go on.
        """
        try:
            told = self._told.get(timeout=timeout_s)
        except queue.Empty:
            return None
        if isinstance(told, BaseException):
            raise told
        if isinstance(told, Arrived):
            self.under_way -= 1
        return told

    def close(self) -> None:
        """End all threads; what was under way is left in doubt."""
        self._delivery.stopped.set()
        for _ in self._threads:
            self._todo.put(None)
        for thread in self._threads:
            for _ in range(round(_CLOSING_S / _TURN_S)):
                thread.join(_TURN_S)
                if not thread.is_alive():
                    break
                self._delivery.target.interrupt()  # again and again: it may just have begun to wait

    def _work(self) -> None:
        while (job := self._todo.get()) is not None and not self._delivery.stopped.is_set():
            piece, suspect = job
            try:
                self._delivery.deliver(piece.body, piece.samples, suspect=suspect)
            except Stopped:
                return
            except BaseException as error:
                self._told.put(error)  # it goes on in the caller's thread
                if not isinstance(error, Exception):
                    raise
                return
            self._told.put(Arrived(piece))
