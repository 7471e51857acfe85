"""A server that takes only short slices gets them: everything is asked for once, and not all has to fail before."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.ladders import HOUR_MS, TARGETS, FakeServer, ladder, plan, unreachable
from vmexporter.core.windows import Slice
from vmexporter.flows.ladder import Decision, Divide, Ladder


def divided(decision: Decision) -> list[Slice]:
    assert isinstance(decision, Divide)
    return decision.into


def run_to_the_end(tested: Ladder, slices: list[Slice], longest_ms: int) -> tuple[list[Slice], int]:
    """The slices that a server takes which refuses all longer ones, and how often it refused."""
    done: list[Slice] = []
    failures = 0
    pending = list(slices)
    while pending:
        if smaller := tested.known_too_heavy(pending[0]):
            pending[:1] = smaller
        elif pending[0].length_ms <= longest_ms or len(pending[0].targets) == 1:
            done.append(pending.pop(0))
            tested.passed(done[-1])
        else:
            tested.judge(unreachable(504), pending[0], "export", 0.0)
            failures += 1
            decision = tested.judge(unreachable(504), pending[0], "export", 0.0)
            pending[:1] = divided(decision)
    return done, failures


@given(st.integers(4000, 8 * HOUR_MS), st.integers(1, 8), st.sampled_from([0, 60_000]))
@settings(max_examples=15, deadline=None)
def test_a_server_with_a_limit_gets_everything_in_the_end(longest_ms: int, count: int, step_ms: int) -> None:
    """Each target's every millisecond is asked for once, and not every slice has to fail before it is divided."""
    slices = [Slice(number * 6 * HOUR_MS, (number + 1) * 6 * HOUR_MS - 1) for number in range(count)]
    done, failures = run_to_the_end(ladder(FakeServer(), plan(step_ms=step_ms)), slices, max(longest_ms, step_ms))
    for target in range(len(TARGETS)):
        of_target = [piece for piece in done if target in (piece.targets or range(len(TARGETS)))]
        assert sum(piece.length_ms for piece in of_target) == count * 6 * HOUR_MS
        ends = sorted((piece.start_ms, piece.end_ms) for piece in of_target)
        assert all(left[1] + 1 == right[0] for left, right in pairwise(ends))
    assert failures <= 20 + len(done) / 4
