"""A ladder for tests, and the server that it asks: one that is down, partial, or takes slices up to a length."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

from vmexporter.core.lines import RawChunk
from vmexporter.core.manifest import Rung
from vmexporter.core.plan import Plan
from vmexporter.core.request import ObfuscationChoice, Selection, TimeRange
from vmexporter.core.selectors import Target
from vmexporter.core.windows import SMALLEST_MS, Slice
from vmexporter.errors import QueryRejected, ServerUnreachable, VmexporterError
from vmexporter.flows.ladder import Ladder
from vmexporter.flows.session import Session
from vmexporter.tsdb.prometheus import Vector

RUNGS: tuple[Rung, ...] = ("export", "raw", "query_range")
HOUR_MS = 3_600_000
HOUR = Slice(0, HOUR_MS - 1)
TINY = Slice(0, 2 * SMALLEST_MS - 2)
TARGETS = (Target("a", "1"), Target("b", "1"), Target("b", "2"))


def refused() -> VmexporterError:
    return QueryRejected("cannot export: too many series")


def unreachable(
    status: int | None = None, *, stalled: bool = False, retry_after_s: float | None = None
) -> VmexporterError:
    return ServerUnreachable("cannot reach", status=status, stalled=stalled, retry_after_s=retry_after_s)


@dataclass
class FakeServer:
    """Both APIs of a session: answers queries, exports slices up to a length, notes what it is asked."""

    down: bool = False
    partial: bool = False
    longest_ms: int = 0
    queries: list[str] = field(default_factory=list)
    asked: list[tuple[str, int, int, tuple[str, ...]]] = field(default_factory=list)

    def instant(self, query: str, time_ms: int) -> Vector:
        self.queries.append(query)
        if self.down:
            raise unreachable()
        return Vector([({}, "1")], partial=self.partial)

    def export(self, selectors: list[str], start_ms: int, end_ms: int, *, whole_lines: bool) -> Iterator[RawChunk]:
        return self._ask("export", selectors, start_ms, end_ms)

    def raw_samples(self, selectors: list[str], start_ms: int, end_ms: int) -> Iterator[RawChunk]:
        return self._ask("raw", selectors, start_ms, end_ms)

    def sampled(self, selectors: list[str], start_ms: int, end_ms: int, step_ms: int) -> Iterator[RawChunk | bool]:
        yield from self._ask("query_range", selectors, start_ms, end_ms)
        yield self.partial

    def _ask(self, rung: str, selectors: list[str], start_ms: int, end_ms: int) -> Iterator[RawChunk]:
        self.asked.append((rung, start_ms, end_ms, tuple(selectors)))
        if end_ms - start_ms + 1 > self.longest_ms:
            raise refused()
        yield RawChunk(b"")


def plan(*, targets: tuple[Target, ...] = TARGETS, step_ms: int = 0, require_complete: bool = False) -> Plan:
    return Plan(
        time_range=TimeRange(start_ms=0, end_ms=24 * HOUR_MS),
        selection=Selection(step_ms=step_ms),
        obfuscation=ObfuscationChoice(),
        require_complete=require_complete,
        targets=targets,
        selectors=("up",) if not targets else (),
    )


def ladder(server: FakeServer, its_plan: Plan | None = None) -> Ladder:
    session = cast("Session", type("FakeSession", (), {"api": server, "export": server})())
    return Ladder(session, its_plan or plan())


def judge_often(
    tested: Ladder, error: VmexporterError, times: int, piece: Slice = HOUR, rung: Rung = "export"
) -> list[str]:
    """The names of the decisions about the same error, again and again; the error's own name ends the list."""
    found: list[str] = []
    for _ in range(times):
        try:
            found.append(type(tested.judge(error, piece, rung, 0.5)).__name__)
        except VmexporterError as raised:
            return [*found, type(raised).__name__]
    return found
