"""What happens to a slice that failed: decided by status and structure, and every way down ends."""

from __future__ import annotations

import pytest

from tests.unit.ladders import (
    HOUR,
    HOUR_MS,
    RUNGS,
    TARGETS,
    TINY,
    FakeServer,
    judge_often,
    ladder,
    plan,
    refused,
    unreachable,
)
from vmexporter.core.manifest import Rung
from vmexporter.core.windows import Slice
from vmexporter.errors import (
    AccessDenied,
    BadExportLine,
    EndpointMissing,
    LeakFound,
    OutputFailed,
    PartialData,
    VmexporterError,
)
from vmexporter.flows.ladder import MAX_ATTEMPTS, Retry, UseRung

FINAL = ["ServerUnreachable"]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        # a passing trouble is asked again; when it stays although the server answers, the slice may be too heavy
        (unreachable(), ["Retry"] * 4 + ["Divide"]),
        (unreachable(502), ["Retry"] * 4 + ["Divide"]),
        (unreachable(503), ["Retry"] * 4 + ["Divide"]),
        (unreachable(429), ["Retry"] * 9 + FINAL),
        # what speaks of weight is halved as soon as it comes back
        (unreachable(stalled=True), ["Retry", "Divide"]),
        (unreachable(500), ["Retry", "Divide"]),
        (unreachable(504), ["Retry", "Divide"]),
        # nobody but the operator can do anything about these
        (AccessDenied("cannot export"), ["AccessDenied"]),
        (OutputFailed("cannot write"), ["OutputFailed"]),
        (LeakFound("cannot export"), ["LeakFound"]),
        # a missing export API is left for good
        (EndpointMissing("cannot export"), ["UseRung"]),
    ],
    ids=lambda value: getattr(value, "code", "") and f"{value.code} {getattr(value, 'status', '')}",
)
def test_decisions_about_one_error(error: VmexporterError, expected: list[str]) -> None:
    assert judge_often(ladder(FakeServer()), error, len(expected)) == expected


@pytest.mark.parametrize("status", [None, 502, 503, 429, 500, 504])
@pytest.mark.parametrize("piece", [TINY, Slice(0, 10, (2,))])
def test_a_slice_that_cannot_be_divided_is_not_asked_for_for_ever(status: int | None, piece: Slice) -> None:
    """Every way down ends: with nothing left to divide, the attempts are counted to the end."""
    tested = ladder(FakeServer(), plan(targets=TARGETS[:1]) if not piece.targets else None)
    assert judge_often(tested, unreachable(status), 50, piece)[-1] == "ServerUnreachable"
    assert len(judge_often(tested, unreachable(status), 50, piece)) == 1


def test_without_any_answer_nothing_is_divided() -> None:
    """A server that is away would make slices ever smaller, for nothing."""
    tested = ladder(FakeServer(down=True))
    assert judge_often(tested, unreachable(), 50) == ["Retry"] * (MAX_ATTEMPTS - 1) + FINAL


@pytest.mark.parametrize("rung", ["export", "raw", "query_range"])
@pytest.mark.parametrize("error", [refused(), BadExportLine("cannot read")], ids=["refused", "bad line"])
def test_a_refused_slice_is_divided_only_if_a_tiny_one_is_not(rung: Rung, error: VmexporterError) -> None:
    """Too much is told from wrong by asking for almost nothing, not by the words."""
    right, wrong = FakeServer(longest_ms=1000), FakeServer()
    piece = Slice(HOUR_MS + 7, 2 * HOUR_MS)
    assert judge_often(ladder(right), error, 2, piece, rung) == ["Retry", "Divide"]
    assert judge_often(ladder(wrong), error, 2, piece, rung) == ["Retry", type(error).__name__]
    assert [asked[0] for asked in right.asked] == [rung]
    _, start_ms, end_ms, selectors = right.asked[0]
    assert start_ms == end_ms and start_ms % 15_000 == (0 if rung == "query_range" else 7)
    assert list(selectors) == plan().selectors_for(piece)


def test_a_missing_export_api_is_replaced_and_other_missing_things_are_errors() -> None:
    decision = ladder(FakeServer()).judge(EndpointMissing("cannot"), HOUR, "export", 0.0)
    assert isinstance(decision, UseRung) and (decision.rung, decision.only_here) == ("raw", False)
    for rung in RUNGS[1:]:
        with pytest.raises(EndpointMissing):
            ladder(FakeServer()).judge(EndpointMissing("cannot"), HOUR, rung, 0.0)


@pytest.mark.parametrize("rung", ["export", "raw"])
def test_a_503_of_a_partial_cluster_is_sampled_after_a_few_tries(rung: Rung) -> None:
    """A vmstorage that restarts is back soon; one that stays away makes the bundle partial, for this slice only."""
    server = FakeServer(partial=True)
    tested = ladder(server)
    assert judge_often(tested, unreachable(503), 2, rung=rung) == ["Retry"] * 2
    assert server.queries == []
    decision = tested.judge(unreachable(503), HOUR, rung, 0.0)
    assert isinstance(decision, UseRung) and (decision.rung, decision.only_here) == ("query_range", True)
    tested.passed(HOUR)
    assert judge_often(tested, unreachable(503), 1, rung=rung) == ["UseRung"], "the next slice need not try as long"
    server.partial = False
    tested.passed(HOUR)
    assert judge_often(tested, unreachable(503), 3, rung=rung) == ["Retry"] * 3, "until the cluster is whole again"


def test_a_sampled_slice_that_fails_is_not_sampled_again() -> None:
    names = judge_often(ladder(FakeServer(partial=True)), unreachable(503), 50, TINY, "query_range")
    assert "UseRung" not in names and names[-1] != "Retry"


@pytest.mark.parametrize("error", [PartialData("cannot"), unreachable(503)], ids=["partial", "503"])
def test_whoever_wants_everything_gets_an_error_in_place_of_a_part(error: VmexporterError) -> None:
    tested = ladder(FakeServer(partial=True), plan(require_complete=True))
    names = judge_often(tested, error, 5)
    assert names[-1] == "PartialData" and "UseRung" not in names


def test_partial_data_is_sampled_at_once() -> None:
    decision = ladder(FakeServer()).judge(PartialData("cannot"), HOUR, "raw", 0.0)
    assert isinstance(decision, UseRung) and (decision.rung, decision.only_here) == ("query_range", True)


def waits(error: VmexporterError, jitter: float) -> list[float]:
    tested = ladder(FakeServer(down=True))
    found = [tested.judge(error, HOUR, "export", jitter) for _ in range(MAX_ATTEMPTS - 1)]
    return [decision.wait_s for decision in found if isinstance(decision, Retry)]


def test_waits_grow_to_a_limit_and_are_jittered() -> None:
    longest, shortest = waits(unreachable(429), 1.0), waits(unreachable(429), 0.0)
    assert longest == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]
    assert shortest == [wait_s / 2 for wait_s in longest]


def test_the_server_says_how_long_to_wait_within_reason() -> None:
    assert waits(unreachable(429, retry_after_s=20), 1.0) == [20] * 6 + [30] * 3
    assert max(waits(unreachable(429, retry_after_s=10**9), 0.5)) == 300


def test_a_slice_that_passed_clears_the_attempts() -> None:
    tested = ladder(FakeServer())
    for _ in range(30):
        assert judge_often(tested, unreachable(500), 1) == ["Retry"]
        tested.passed(HOUR)
