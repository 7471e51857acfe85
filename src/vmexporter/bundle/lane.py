"""A background thread that does one thing after the other: the writer's way to use a second core.

Work is bounded (``submit`` waits when too much is queued), ordered, and fails once: after the first error nothing more
is done, and that error comes out of a later call on the lane, in the caller's thread.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

_DEPTH = 3


class Lane:
    """One ordered background worker; not for use from several threads at once."""

    def __init__(self, name: str) -> None:
        self._executor = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._waiting: deque[Future[None]] = deque()
        self._failed = False

    def submit(self, work: Callable[[], None]) -> None:
        """Queue *work*; raises what earlier work failed with."""
        self._settle(_DEPTH - 1)
        self._waiting.append(self._executor.submit(self._do, work))

    def drain(self) -> None:
        """Wait until all that was submitted is done; raises what it failed with."""
        self._settle(0)

    def close(self) -> None:
        """Let the work that was submitted end, and the thread with it; raises nothing."""
        self._executor.shutdown()

    def _settle(self, left: int) -> None:
        """Wait until at most *left* works wait; one that failed stays, so that every later call raises it."""
        while self._waiting and (len(self._waiting) > left or self._waiting[0].done()):
            self._waiting[0].result()
            self._waiting.popleft()

    def _do(self, work: Callable[[], None]) -> None:
        if self._failed:
            return
        self._failed = True  # until it has ended well
        work()
        self._failed = False
