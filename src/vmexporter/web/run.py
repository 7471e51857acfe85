"""One export in the background: a thread drives the flow, everybody else sees frozen snapshots and the log.

Rule: credentials live in the flow's own frames and nowhere else. They go with it when the run ends, pauses or fails,
so what is kept of an error is its document and never the exception, whose traceback would hold the frames.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final, Literal

from vmexporter.bundle.files import remove
from vmexporter.bundle.writer import BundlePaths
from vmexporter.errors import VmexporterError
from vmexporter.flows.events import Event, Finished
from vmexporter.flows.world import World
from vmexporter.web.answers import ErrorDocument
from vmexporter.web.bundlesample import export_answer
from vmexporter.web.refusals import UNEXPECTED, error_document
from vmexporter.web.results import ExportAnswer
from vmexporter.web.snapshots import LogAnswer, LogEntry, RunState, Snapshot, Told, after, cells, sentence, told

Wish = Literal["pause", "cancel"]
Begin = Callable[[], Iterator[Event]]

_MOST_LINES = 1000
_STOPPED: Final[dict[RunState, Told]] = {
    "paused": ("paused", "Paused. What is complete so far is kept; credentials are not", "note"),
    "cancelled": ("cancelled", "Cancelled. Nothing of it is left in the folder", "note"),
}


class Run:
    """Starts as *first* says; ``begin`` may be called again whenever it is not running."""

    def __init__(self, first: Snapshot, bundle: Path, world: World) -> None:
        self.paths: Final = BundlePaths(bundle)
        self._world = world
        self._lock = threading.Lock()
        self._snapshot = first
        self._lines: deque[LogEntry] = deque(maxlen=_MOST_LINES)
        self._number = 0
        self._wish: Wish | None = None
        self._flow: Begin | None = None
        self._result: ExportAnswer | None = None
        self._ended = threading.Event()
        self._ended.set()

    @property
    def snapshot(self) -> Snapshot:
        """The run as it is now."""
        with self._lock:
            return self._snapshot

    def begin(self, first: Snapshot, begin: Begin, line: Told) -> None:
        """Run from *first* on, in a thread of its own; *line* begins the log."""
        with self._lock:
            self._snapshot, self._wish, self._flow, self._result = first, None, begin, None
            self._ended.clear()
        self._tell(line)
        threading.Thread(target=self._drive, name=f"run-{first.id}", daemon=True).start()

    def stop(self, wish: Wish) -> None:
        """Ask the thread to end; a cancelled run leaves no file behind, a paused one can go on."""
        with self._lock:
            self._wish = wish

    def wait(self, timeout_s: float | None = None) -> Snapshot:
        """The snapshot when it has ended, or as it is after *timeout_s*."""
        self._ended.wait(timeout_s)
        return self.snapshot

    def log(self, after_number: int) -> LogAnswer:
        """The lines behind the one of this number."""
        with self._lock:
            lines = tuple(line for line in self._lines if line.n > after_number)
            return LogAnswer(events=lines, next=self._number)

    def drop_files(self) -> None:
        """Remove what an ended run left to be resumed.

        Raises:
            OutputFailed: it cannot be removed.
        """
        remove(self.paths.part)
        remove(self.paths.journal)
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
                remove(self.paths.part)
                remove(self.paths.journal)
        except VmexporterError as failure:
            state, error = "failed", error_document(failure)
        self._end(state, error)

    def _events(self) -> RunState:
        begin, self._flow = self._flow, None  # from here on only this frame holds the credentials
        assert begin is not None
        with closing(begin()) as running:  # type: ignore[type-var]
            for event in running:
                self._take(event)
                if isinstance(event, Finished):
                    self._result = export_answer(event)
                    return "finished"
                if self._wish:
                    break
        can_go_on = self.paths.part.exists() and self.paths.journal.exists()
        return "paused" if self._wish == "pause" and can_go_on else "cancelled"

    def _take(self, event: Event) -> None:
        line = told(self.snapshot, event)
        with self._lock:
            self._snapshot = after(self._snapshot, event)
        if line:
            self._tell(line)

    def _end(self, state: RunState, error: dict[str, str] | None = None) -> None:
        resumable = state != "finished" and self.paths.part.exists() and self.paths.journal.exists()
        now = self.snapshot
        self._change(
            state=state,
            ended_ms=self._world.now_ms(),
            eta_s=None,
            resumable=resumable,
            phase="finished" if state == "finished" else now.phase,
            result=self._result,
            bundle_bytes=self._result.bundle_bytes if self._result else now.bundle_bytes,
            done=1.0 if self._result else now.done,
            window_states=cells(now.windows_done, now.windows, running=False),
            error=ErrorDocument(**error) if error else None,
        )
        if error:
            self._tell(("failed", sentence(error["message"]), "bad"))
        elif state in _STOPPED:
            self._tell(_STOPPED[state])
        self._ended.set()

    def _change(self, **changed: Any) -> None:
        with self._lock:
            self._snapshot = self._snapshot.model_copy(update=changed)

    def _tell(self, line: Told) -> None:
        kind, text, state = line
        at_ms = self._world.now_ms()
        with self._lock:
            self._number += 1
            self._lines.append(LogEntry(n=self._number, at_ms=at_ms, kind=kind, text=text, state=state))
