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
        while len(self._waiting) >= _DEPTH:
            self._waiting.popleft().result()
        self._waiting.append(self._executor.submit(self._do, work))

    def drain(self) -> None:
        """Wait until all that was submitted is done; raises what it failed with."""
        while self._waiting:
            self._waiting.popleft().result()

    def close(self) -> None:
        """Let the work at hand end and drop the rest; raises nothing."""
        self._executor.shutdown(cancel_futures=True)

    def _do(self, work: Callable[[], None]) -> None:
        if self._failed:
            return
        self._failed = True  # until it has ended well
        work()
        self._failed = False
