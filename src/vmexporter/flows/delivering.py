"""Brings one body to a target, whatever it takes, without sending anything of it twice.

Rule: only what the target cannot have seen is simply sent again: no connection came about, or it said 413 or 429. In
every other failure a part may be stored, and stored samples sent again would stand there twice, for good. So the body's
series are read back through the export API, and only what is missing is sent. A request may still be at work there
when its connection is lost, so what is missing is counted until two counts agree.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from vmexporter.core.formats import Format
from vmexporter.core.importing.halving import halves
from vmexporter.core.importing.pieces import Piece
from vmexporter.core.importing.readback import Missing, readback_of
from vmexporter.errors import QueryRejected, ServerUnreachable
from vmexporter.flows.events import Event, Note, Retrying
from vmexporter.flows.target import VISIBLE_AFTER_S, Target, new_mark
from vmexporter.flows.world import World

FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 30.0
MOST_ATTEMPTS = 14  # about five minutes of a target that does not answer
SETTLE_S = 1.0


class _Refused(Exception):
    """The target read a body and refused it."""

    def __init__(self, why: QueryRejected) -> None:
        super().__init__(why.message)
        self.why = why


class Stopped(Exception):
    """The import is being stopped: a worker's way out of a wait."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A body on its way, and what is known of it: the target may have some of it; ``lost``: may still be at work on it.

    (``settled``: the target has answered, or long enough ago.)
    """

    body: bytes
    fate: Literal["new", "settled", "lost"] = "new"


class Gate:
    """How many bodies may be under way at once: fewer when the target is overloaded, more when it takes them."""

    def __init__(self, most: int) -> None:
        self._most, self._allowed, self._inside, self._calm = most, most, 0, 0
        self._changed = threading.Condition()

    def enter(self, stopped: threading.Event) -> None:
        """Wait for a place. Raises: Stopped."""
        with self._changed:
            while self._inside >= self._allowed:
                if stopped.is_set():
                    raise Stopped
                self._changed.wait(0.1)
            self._inside += 1

    def leave(self, *, overloaded: bool) -> None:
        """Give the place back, and say how it went."""
        with self._changed:
            self._inside -= 1
            self._calm = 0 if overloaded else self._calm + 1
            if overloaded:
                self._allowed = max(1, self._allowed // 2)
            elif self._calm >= 8 and self._allowed < self._most:
                self._allowed, self._calm = self._allowed + 1, 0
            self._changed.notify_all()

    @property
    def allowed(self) -> int:
        """How many places there are now."""
        return self._allowed


@dataclass(slots=True)
class Told:
    """What workers tell on the way, from their threads."""

    too_large: Callable[[int], None]
    event: Callable[[Event], None] = field(init=False)
    doubtful: int = 0
    failures: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def failed(self) -> None:
        """A request's connection was lost, or never came about: the target may have been restarted."""
        with self.lock:
            self.failures += 1

    def may_be_doubled(self, samples: int) -> None:
        """So many samples were sent though the target may have them."""
        with self.lock:
            self.doubtful += samples


@dataclass(slots=True)
class Delivery:
    """The way to one target; used by all workers at once."""

    target: Target
    form: Format
    world: World
    gate: Gate
    told: Told
    stopped: threading.Event = field(default_factory=threading.Event)
    reading: threading.Lock = field(default_factory=threading.Lock)

    def deliver(self, piece: Piece, *, suspect: bool) -> None:
        """Return when the target has said that it has all of *piece*; *suspect*: it may have some already.

        Raises:
            VmexporterError: it cannot be brought there.
            Stopped: the import is being stopped.
        """
        todo = deque([_Part(piece.body, "settled" if suspect else "new")])
        attempt = 0
        while todo:
            part = todo[0].body
            try:
                if todo[0].fate != "new" and not (part := self._left_of(todo[0], piece.samples)):
                    todo.popleft()
                    continue
                todo[0] = _Part(part)
                self._send(part, is_plain=piece.is_plain)
                todo.popleft()
                attempt = 0
            except _Refused as refusal:
                todo.popleft()
                todo.extendleft(reversed(self._divided(part, refusal.why)))
            except ServerUnreachable as error:
                attempt += 1
                if not error.unsent and error.status != 429:
                    todo[0] = _Part(todo[0].body, "lost")
                self._wait(error, attempt)

    def _send(self, body: bytes, *, is_plain: bool) -> None:
        self.gate.enter(self.stopped)
        overloaded = False
        try:
            if self.stopped.is_set():
                raise Stopped
            self.target.insert.send(self.form, body, is_plain=is_plain)
        except ServerUnreachable as error:
            overloaded = error.status in {429, 503}
            raise
        except QueryRejected as error:
            raise _Refused(error) from error
        finally:
            self.gate.leave(overloaded=overloaded)

    def _divided(self, part: bytes, error: QueryRejected) -> list[_Part]:
        """The halves of a body that was refused. Raises: the error, when it is not for its size or cannot be halved.

        A line that is too long is answered with 400; no limit is for native blocks but that of a gateway, 413.
        """
        for_size = {413} if self.form == "native" else {400, 413}
        if error.status not in for_size or (parts := halves(self.form, part)) is None:
            raise error
        self.told.too_large(len(part) // 2)
        return [_Part(half, "new" if error.status == 413 else "settled") for half in parts]  # 413 looks at no line

    def _wait(self, error: ServerUnreachable, attempt: int) -> None:
        if self.stopped.is_set():
            raise Stopped
        if error.status != 429:
            self.told.failed()
        if attempt > MOST_ATTEMPTS:
            raise error
        wait_s = min(FIRST_WAIT_S * 2 ** (attempt - 1), LONGEST_WAIT_S) * (0.75 + self.world.jitter() / 2)
        wait_s = max(wait_s, min(error.retry_after_s or 0.0, 10 * LONGEST_WAIT_S))
        self.told.event(Retrying(self.target.strike_out(error.message), attempt, wait_s))
        self._pause(wait_s)

    def _pause(self, wait_s: float) -> None:
        if self.stopped.wait(wait_s):
            raise Stopped

    def _left_of(self, part: _Part, samples: int) -> bytes:
        """What of *part* the target does not have, once it has come to rest; all of it where that cannot be told."""
        if self.target.export is None:
            self.told.may_be_doubled(samples)
            self.told.event(Note("a part was sent again that the target may have: it cannot be read back here"))
            return part.body
        with self.reading:  # the series of one body at a time are in memory
            before = self._missing(part.body)
            while before.body and part.fate == "lost":
                self._pause(SETTLE_S)
                now = self._missing(part.body)
                if now == before:
                    break
                before = now
        if before.doubtful:
            self.told.may_be_doubled(before.doubtful)
        return before.body

    def _missing(self, part: bytes) -> Missing:
        if not self.target.flush():
            self._pause(VISIBLE_AFTER_S)
        comparison = readback_of(self.form, part)
        asked = comparison.asked(new_mark(self.world))
        if asked is not None and self.target.export is not None:
            chunks = self.target.export.export(asked.selectors, asked.start_ms, asked.end_ms, whole_lines=False)
            comparison.take(_lines_of(chunks))
        return comparison.missing()


def _lines_of(chunks: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from (line for line in lines if line)
    if rest.strip():
        raise QueryRejected("cannot read the samples back: the server stopped within its answer")
