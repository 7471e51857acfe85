"""Native blocks on the ladder: never divided in time, never replaced by values at steps, asked for again when torn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.unit.ladders import HOUR, TARGETS, FakeServer, judge_often, ladder, plan, refused, unreachable
from vmexporter.core.lines import RawChunk
from vmexporter.core.windows import Slice
from vmexporter.errors import BadExportLine, EndpointMissing, PartialData, VmexporterError
from vmexporter.flows.ladder import Divide, Ladder

ONE_TARGET = replace(HOUR, targets=(1,))


class BlockServer(FakeServer):
    """It has a native export, too."""

    def native(self, selectors: list[str], start_ms: int, end_ms: int) -> Iterator[RawChunk]:
        return self._ask("native", selectors, start_ms, end_ms)


def native_ladder(server: FakeServer, **options: object) -> Ladder:
    return ladder(server, replace(plan(**options), form="native"))  # type: ignore[arg-type]


def test_it_is_divided_by_targets_alone() -> None:
    tested = native_ladder(BlockServer())
    pieces: list[Slice] = []
    pending = [HOUR]
    while pending:
        piece = pending.pop()
        if len(piece.targets) == 1:
            pieces.append(piece)
            continue
        decisions = [tested.judge(unreachable(504), piece, "native", 0.5) for _ in range(2)]
        assert isinstance(decisions[1], Divide)
        pending += decisions[1].into
    assert sorted(pieces, key=lambda piece: piece.targets) == [
        replace(HOUR, targets=(number,)) for number in range(len(TARGETS))
    ]


@pytest.mark.parametrize("error", [refused(), BadExportLine("cannot read")], ids=["error text", "torn"])
def test_what_is_torn_and_cannot_be_divided_is_asked_for_a_few_times(error: VmexporterError) -> None:
    """A server's error after its 200 may pass; when not even a moment can be had, the question is wrong."""
    name = type(error).__name__
    works, fails = BlockServer(longest_ms=1000), BlockServer()
    assert judge_often(native_ladder(works), error, 9, ONE_TARGET, "native") == ["Retry"] * 3 + [name]
    assert judge_often(native_ladder(fails), error, 9, ONE_TARGET, "native") == ["Retry", name]
    assert judge_often(native_ladder(works, targets=()), error, 9, HOUR, "native") == ["Retry"] * 3 + [name]
    assert {asked[0] for asked in works.asked} == {"native"}


def test_a_part_of_the_server_that_is_down_ends_it() -> None:
    server = BlockServer(partial=True)
    assert judge_often(native_ladder(server), unreachable(503), 9, rung="native") == ["Retry"] * 2 + ["PartialData"]
    with pytest.raises(PartialData) as error:
        native_ladder(server).judge(PartialData("cannot export: a part"), HOUR, "native", 0.5)
    assert "--format jsonl" in error.value.hint


def test_a_route_that_vanishes_ends_it() -> None:
    with pytest.raises(EndpointMissing) as error:
        native_ladder(BlockServer()).judge(EndpointMissing("cannot export"), Slice(0, 10), "native", 0.5)
    assert "--format jsonl" in error.value.hint
