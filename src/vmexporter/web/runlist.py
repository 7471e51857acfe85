"""The runs of one kind: at most so many at once; pausing, cancelling, forgetting."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from vmexporter.core.addresses import parse_address
from vmexporter.flows.world import World
from vmexporter.web.refusals import Refused
from vmexporter.web.run import Run, Wish
from vmexporter.web.snapshots import RunSnapshot

R = TypeVar("R", bound=Run[Any, Any])
S = TypeVar("S", bound=RunSnapshot)

MOST_ENDED: Final = 100
_STOPPING_S = 5.0
_CLOSING_S = 10.0


@dataclass(frozen=True, slots=True)
class Words:
    """What such a run is called in errors, what lists them all, and what helps when too many run."""

    name: str
    listed: str
    room: str = "wait for one of them to end, or pause it; vmexporter serve --max-runs allows more"


class RunList(Generic[R, S]):
    """Begins with the runs that were *found*."""

    def __init__(self, found: Iterable[R], max_runs: int, words: Words, world: World) -> None:
        self.max_runs: Final = max_runs
        self.world: Final = world
        self._words = words
        self._lock = threading.Lock()
        self._runs: dict[str, R] = {run.snapshot.id: run for run in found}

    def stop(self, identity: str, wish: Wish) -> S:
        """Pause or cancel a run, and wait until it has stopped; cancelling one that does not run removes its files.

        Raises:
            Refused: there is no such run, or nothing to stop.
        """
        run = self.run(identity)
        before = run.snapshot
        if before.state == "running":
            run.stop(wish)
            stopped: S = run.wait(_STOPPING_S)
            return stopped
        if wish == "pause" or before.state in {"finished", "cancelled"}:
            raise Refused(409, "not_running", f"cannot {wish} this {self._words.name}: it has ended", "")
        with self._lock:
            if run.snapshot.state != "running":
                run.drop_files()
            left: S = run.snapshot
            return left

    def forget(self, identity: str) -> None:
        """Take a run off the list; its files stay.

        Raises:
            Refused: there is no such run, or it is running.
        """
        with self._lock:
            if self.run(identity).snapshot.state == "running":
                why = f"cannot forget this {self._words.name}: it is running"
                raise Refused(409, "running", why, "pause or cancel it first")
            del self._runs[identity]

    def run(self, identity: str) -> R:
        """The run of this id.

        Raises:
            Refused: there is none.
        """
        found = self._runs.get(identity)
        if found is None:
            raise Refused(404, "not_found", f"cannot find this {self._words.name}", self._words.listed)
        return found

    def all(self) -> tuple[R, ...]:
        """All runs, the oldest first."""
        return tuple(self._runs.values())

    def snapshots(self) -> tuple[S, ...]:
        """All runs, the newest first."""
        found = [run.snapshot for run in self.all()]
        return tuple(sorted(found, key=lambda snapshot: -snapshot.created_ms))

    def close(self) -> None:
        """Pause all, so that they can be resumed when the server is started again."""
        runs = self.all()
        for run in runs:
            run.stop("pause")
        for run in runs:
            run.wait(_CLOSING_S)

    def _go_on(self, run: R, begin: Callable[[], Iterator[Any]], **changed: Any) -> None:
        with self._lock:
            before = run.snapshot
            if before.state == "running" or not before.resumable:
                why = f"cannot resume: the {self._words.name} is running, or nothing of it is left"
                raise Refused(409, "not_resumable", why)
            self._make_room()
            changed |= {"state": "running", "started_ms": self.world.now_ms(), "ended_ms": None, "error": None}
            changed |= {"resumable": False, "elapsed_s": 0.0}
            run.begin(before.model_copy(update=changed), begin, ("resumed", "Goes on where it stopped", "note"))

    def _make_room(self) -> None:
        """Refuse one too many; of those that have ended for good, the last ones stay: a server may run for months."""
        running = sum(run.snapshot.state == "running" for run in self._runs.values())
        if running >= self.max_runs:
            raise Refused(
                429,
                "too_many_runs",
                f"cannot start the {self._words.name}: {running} are running already",
                self._words.room,
            )
        ended = [one for one in self.snapshots() if one.state != "running" and not one.resumable]
        for one in ended[MOST_ENDED - 1 :]:
            del self._runs[one.id]


def server_of(url: str) -> str:
    """Host and port of an address, for people."""
    return parse_address(url).origin.partition("://")[2]
