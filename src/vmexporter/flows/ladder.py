"""What to do when a slice fails: ask again, ask for less at once, ask in another way, or give up and say why.

Decided by status and structure, never by words. Passing trouble (no connection, a cut stream, 429, 502, 503) is retried
with growing waits. What may be too heavy (refused, stalled, 500, 504, or passing trouble that comes back) is halved. A
503 while queries say ``isPartial`` means that a part of the server is down.
"""

from __future__ import annotations

from dataclasses import dataclass

from vmexporter.core.manifest import Rung
from vmexporter.core.plan import Plan
from vmexporter.core.windows import Slice, divide_targets, halve
from vmexporter.errors import (
    BadExportLine,
    EndpointMissing,
    PartialData,
    QueryRejected,
    ServerUnreachable,
    VmexporterError,
)
from vmexporter.flows.fetching import fetch
from vmexporter.flows.session import Session

MAX_ATTEMPTS = 10
_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.5, 30.0
_LONGEST_ASKED_WAIT_S = 300.0
_MAX_TORN = 4  # attempts at what ends with an error of the server's and cannot be divided: a month of one target
_HEAVY_STATUS = frozenset({500, 504})
_MAYBE_HEAVY_STATUS = frozenset(
    {None, 502, 503}
)  # no answer, or a gateway's word for that; and some say 503 to a timeout
_PASSED_BEFORE_LONGER = 8
_BUSY_BEFORE_PARTIAL = 3  # a vmstorage that restarts is back after a few seconds


@dataclass(frozen=True, slots=True)
class Retry:
    """Ask for the same slice again after *wait_s*."""

    wait_s: float
    attempt: int


@dataclass(frozen=True, slots=True)
class Divide:
    """Ask for these slices instead."""

    into: list[Slice]


@dataclass(frozen=True, slots=True)
class UseRung:
    """Go on by another rung; for this slice only, when *only_here*."""

    rung: Rung
    why: str
    only_here: bool


Decision = Retry | Divide | UseRung


class Ladder:
    """Judges one failure after the other; ``passed`` says that a slice went through.

    What was too heavy is remembered by its length, so that not every slice has to fail before it is divided.
    """

    def __init__(self, session: Session, plan: Plan) -> None:
        self._session = session
        self._plan = plan
        self._attempts = 0
        self._passed = 0
        self._partial_known = False
        self._too_heavy_ms: dict[tuple[int, ...], int] = {}

    def passed(self, piece: Slice) -> None:
        """Forget the attempts: the server works. Now and then, what was too heavy before is tried again."""
        self._attempts = 0
        self._passed += 1
        if self._passed % _PASSED_BEFORE_LONGER == 0 and piece.targets in self._too_heavy_ms:
            self._too_heavy_ms[piece.targets] *= 2

    def known_too_heavy(self, piece: Slice) -> list[Slice]:
        """Slices to ask for in the place of *piece*, when one of the same targets and no longer was too heavy."""
        shortest_ms = self._too_heavy_ms.get(piece.targets)
        return [] if shortest_ms is None or piece.length_ms < shortest_ms else self._divided(piece)

    def judge(self, error: VmexporterError, piece: Slice, rung: Rung, jitter: float) -> Decision:
        """What to do about *error* at *piece*; *jitter* is random, 0 to 1.

        Raises:
            VmexporterError: *error*, or what was found to be its reason: nothing can be done about it.
        """
        self._attempts += 1
        if isinstance(error, PartialData):
            return self._partial(error)
        if isinstance(error, EndpointMissing) and rung == "native":
            error.hint = error.hint or "the server has no native export any more: begin anew with --format jsonl"
            raise error
        if isinstance(error, EndpointMissing) and rung == "export":
            return UseRung("raw", "the export API cannot be used here", only_here=False)
        if isinstance(error, ServerUnreachable):
            if rung != "query_range" and error.status == 503 and self._is_partial():
                return self._partial(error)
            if self._may_be_heavy(error) and (smaller := self._smaller(piece)):
                return Divide(smaller)
            if self._attempts < MAX_ATTEMPTS:
                return Retry(self._wait_s(error, jitter), self._attempts)
        if isinstance(error, QueryRejected | BadExportLine):
            if self._attempts == 1:
                return Retry(self._wait_s(None, jitter), 1)
            if self._works_when_tiny(piece, rung):
                if smaller := self._smaller(piece):
                    return Divide(smaller)
                if self._attempts < _MAX_TORN:
                    return Retry(self._wait_s(None, jitter), self._attempts)
        raise error

    def _may_be_heavy(self, error: ServerUnreachable) -> bool:
        if error.stalled or error.status in _HEAVY_STATUS:
            return self._attempts >= 2
        return self._attempts >= MAX_ATTEMPTS // 2 and error.status in _MAYBE_HEAVY_STATUS and self._answers()

    def _smaller(self, piece: Slice) -> list[Slice]:
        smaller = self._divided(piece)
        if smaller:
            self._attempts = self._passed = 0
            known_ms = self._too_heavy_ms.get(piece.targets, piece.length_ms)
            self._too_heavy_ms[piece.targets] = min(known_ms, piece.length_ms)
        return smaller

    def _divided(self, piece: Slice) -> list[Slice]:
        in_time = halve(piece, step_ms=self._plan.selection.step_ms) if self._plan.form == "jsonl" else []
        return in_time or divide_targets(piece, self._plan.jobs)

    def _works_when_tiny(self, piece: Slice, rung: Rung) -> bool:
        """Whether the same question about a single millisecond is answered: then it was too much, not wrong."""
        moment_ms = piece.start_ms
        if rung == "query_range":  # it is evaluated at multiples of the step only
            moment_ms -= moment_ms % self._plan.sampling_step_ms
        tiny = Slice(moment_ms, moment_ms, piece.targets)
        try:
            for _ in fetch(self._session, self._plan, [tiny], rung):
                pass
        except VmexporterError:
            return False
        return True

    def _answers(self) -> bool:
        try:
            self._session.api.instant("1", self._plan.time_range.end_ms)
        except VmexporterError:
            return False
        return True

    def _is_partial(self) -> bool:
        if not self._partial_known and self._attempts < _BUSY_BEFORE_PARTIAL:
            return False
        try:
            vector = self._session.api.instant("count(vm_app_version)", self._plan.time_range.end_ms)
        except VmexporterError:
            return False
        self._partial_known = vector.partial
        return vector.partial

    def _partial(self, error: VmexporterError) -> UseRung:
        self._partial_known = True
        if self._plan.require_complete or self._plan.form == "native":
            way = "leave --require-complete out" if self._plan.form == "jsonl" else "begin anew with --format jsonl"
            raise PartialData(
                f"cannot export completely: a part of the server is down: {error.message}",
                hint=f"wait until all vmstorage nodes are up, or {way} for a partial bundle",
            ) from error
        return UseRung("query_range", "a part of the server is down, so it refuses a complete export", only_here=True)

    def _wait_s(self, error: ServerUnreachable | None, jitter: float) -> float:
        grown_s: float = min(_FIRST_WAIT_S * 2 ** (self._attempts - 1), _LONGEST_WAIT_S)
        asked_s = min(error.retry_after_s or 0.0, _LONGEST_ASKED_WAIT_S) if error else 0.0
        return max(grown_s * (0.5 + jitter / 2), asked_s)
