"""Several bodies under way at once: a few threads, each bringing one piece to the target; the caller drives.

The caller submits pieces as long as there is room and takes what comes back: events of the way, and pieces that are
there. An error of a thread comes out of ``get``. ``close`` ends all threads, also those that wait for the target.
"""

from __future__ import annotations

import queue
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from vmexporter.core.importing.pieces import Piece
from vmexporter.flows.delivering import Delivery
from vmexporter.flows.events import Event

_CLOSING_TURNS, _TURN_S = 60, 0.05


@dataclass(frozen=True, slots=True)
class Arrived:
    """The target has said that it has all of this piece."""

    piece: Piece


class Sending:
    """The threads of one import."""

    def __init__(self, delivery: Delivery, parallel: int) -> None:
        self._delivery = delivery
        self._threads = ThreadPoolExecutor(parallel, thread_name_prefix="import")
        self._told: queue.Queue[Event | Future[Arrived]] = queue.Queue()
        self._room = parallel + 1  # one is waiting, so that no thread has to
        self._under_way: set[Future[Arrived]] = set()
        delivery.told.event = self._told.put

    @property
    def under_way(self) -> int:
        """How many pieces were submitted and are not there yet."""
        return len(self._under_way)

    @property
    def has_room(self) -> bool:
        """Whether another piece may be submitted now."""
        return len(self._under_way) < self._room

    def submit(self, piece: Piece, *, suspect: bool) -> None:
        """Have *piece* brought there; *suspect*: the target may have some of it."""
        work = self._threads.submit(self._bring, piece, suspect)
        self._under_way.add(work)
        work.add_done_callback(self._told.put)

    def get(self, timeout_s: float) -> Event | Arrived | None:
        """What came next, or None when nothing did in time.

        Raises:
            VmexporterError: a piece cannot be brought there; the import cannot go on.
        """
        try:
            told = self._told.get(timeout=timeout_s) if timeout_s else self._told.get_nowait()
        except queue.Empty:
            return None
        if isinstance(told, Event):
            return told
        self._under_way.discard(told)
        return told.result()

    def close(self) -> None:
        """End all threads; what was under way is left in doubt."""
        self._delivery.stopped.set()
        self._threads.shutdown(wait=False, cancel_futures=True)
        for _ in range(_CLOSING_TURNS):
            if not wait(self._under_way, _TURN_S).not_done:
                return
            self._delivery.target.interrupt()  # again and again: it may just have begun to wait

    def _bring(self, piece: Piece, suspect: bool) -> Arrived:
        self._delivery.deliver(piece, suspect=suspect)
        return Arrived(piece)
