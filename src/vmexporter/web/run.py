"""One run in the background: a thread drives a flow, everybody else sees frozen snapshots and the log.

What a flow's events mean to its snapshot, and what an interrupted one leaves behind, each kind of run says for itself.
Rule: credentials live in the flow's own frames and nowhere else. They go with it when the run ends, pauses or fails,
so what is kept of an error is its document and never the exception, whose traceback would hold the frames.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from typing import Any, ClassVar, Generic, Literal, TypeVar

from vmexporter.errors import VmexporterError
from vmexporter.flows.world import World
from vmexporter.web.answers import ErrorDocument
from vmexporter.web.refusals import UNEXPECTED, error_document
from vmexporter.web.snapshots import LogAnswer, LogEntry, RunSnapshot, RunState, Told, sentence

Wish = Literal["pause", "cancel"]
S = TypeVar("S", bound=RunSnapshot)
E = TypeVar("E")

_MOST_LINES = 1000


class Run(ABC, Generic[S, E]):
    """Starts as *first* says; ``begin`` may be called again whenever it is not running."""

    stopped: ClassVar[Mapping[RunState, Told]]
    """What the log says of a run that was stopped."""

    def __init__(self, first: S, world: World) -> None:
        self._world = world
        self._lock = threading.Lock()
        self._snapshot = first
        self._last: S | None = None  # with the result, which nobody sees before the run has ended
        self._lines: deque[LogEntry] = deque(maxlen=_MOST_LINES)
        self._number = 0
        self._wish: Wish | None = None
        self._flow: Callable[[], Iterator[E]] | None = None
        self._ended = threading.Event()
        self._ended.set()

    @abstractmethod
    def after(self, before: S, event: E) -> S:
        """The snapshot that follows *before* when *event* comes; one with a result ends the run."""

    @abstractmethod
    def told(self, before: S, event: E) -> Told | None:
        """The log line for *event*, which came after *before*, if it deserves one."""

    @abstractmethod
    def can_go_on(self) -> bool:
        """Whether what is left of it can be resumed."""

    @abstractmethod
    def remove_files(self) -> None:
        """Remove what a cancelled run would leave behind."""

    def at_end(self, now: S, state: RunState) -> Mapping[str, Any]:
        """What else changes in *now* when the run has come to *state*."""
        del now, state
        return {}

    @property
    def snapshot(self) -> S:
        """The run as it is now."""
        with self._lock:
            return self._snapshot

    def begin(self, first: S, begin: Callable[[], Iterator[E]], line: Told) -> None:
        """Run from *first* on, in a thread of its own; *line* begins the log."""
        with self._lock:
            self._snapshot, self._wish, self._flow = first, None, begin
            self._ended.clear()
        self.tell(line)
        threading.Thread(target=self._drive, name=f"run-{first.id}", daemon=True).start()

    def stop(self, wish: Wish) -> None:
        """Ask the thread to end; a cancelled run leaves no file behind, a paused one can go on."""
        with self._lock:
            self._wish = wish

    def wait(self, timeout_s: float | None = None) -> S:
        """The snapshot when it has ended, or as it is after *timeout_s*."""
        self._ended.wait(timeout_s)
        return self.snapshot

    def log(self, after_number: int) -> LogAnswer:
        """The lines behind the one of this number."""
        with self._lock:
            lines = tuple(line for line in self._lines if line.n > after_number)
            return LogAnswer(events=lines, next=self._number)

    def tell(self, line: Told) -> None:
        """Put a line into the log."""
        kind, text, state = line
        at_ms = self._world.now_ms()
        with self._lock:
            self._number += 1
            self._lines.append(LogEntry(n=self._number, at_ms=at_ms, kind=kind, text=text, state=state))

    def drop_files(self) -> None:
        """Remove what an ended run left to be resumed.

        Raises:
            OutputFailed: it cannot be removed.
        """
        self.remove_files()
        self._end("cancelled")

    def _drive(self) -> None:
        state: RunState = "failed"
        error: dict[str, str] = {}
        try:
            state = self._events()
        except VmexporterError as failure:
            error = error_document(failure)
        except Exception as failure:  # a mistake of ours ends the run, not the server; its words may hold anything
            error = {"code": "error", "message": f"{UNEXPECTED} ({type(failure).__name__})"}
        try:
            if state == "cancelled":
                self.remove_files()
        except VmexporterError as failure:
            state, error = "failed", error_document(failure)
        self._end(state, error)

    def _events(self) -> RunState:
        begin, self._flow = self._flow, None  # from here on only this frame holds the credentials
        assert begin is not None
        with closing(begin()) as running:  # type: ignore[type-var]
            for event in running:
                if self._take(event):
                    return "finished"
                if self._wish:
                    break
        return "paused" if self._wish == "pause" and self.can_go_on() else "cancelled"

    def _take(self, event: E) -> bool:
        before = self.snapshot
        line, after = self.told(before, event), self.after(before, event)
        if after.has_result:
            self._last = after
        else:
            with self._lock:
                self._snapshot = after
        if line:
            self.tell(line)
        return self._last is not None

    def _end(self, state: RunState, error: dict[str, str] | None = None) -> None:
        now, self._last = self._last or self.snapshot, None
        changed = {
            "state": state,
            "ended_ms": self._world.now_ms(),
            "eta_s": None,
            "resumable": state != "finished" and self.can_go_on(),
            "error": ErrorDocument(**error) if error else None,
            **self.at_end(now, state),
        }
        with self._lock:
            self._snapshot = now.model_copy(update=changed)
        if error:
            self.tell(("failed", sentence(error["message"]), "bad"))
        elif state in self.stopped:
            self.tell(self.stopped[state])
        self._ended.set()
