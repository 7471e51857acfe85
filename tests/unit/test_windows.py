"""A range becomes slices that share no sample and miss none, however it is cut, halved and divided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmexporter.core.request import TimeRange
from vmexporter.core.windows import SMALLEST_MS, Slice, divide_targets, halve, split_range

HOUR_MS = 3_600_000
steps_ms = st.one_of(st.just(0), st.integers(1, 1000), st.sampled_from([1000, 15_000, 60_000, HOUR_MS]))
starts_ms = st.one_of(st.integers(0, 10**6), st.integers(1_700_000_000_000, 1_900_000_000_000))


def assert_tiles(pieces: list[Slice], start_ms: int, end_ms: int) -> None:
    """The pieces cover the range in order: each begins in the millisecond after the last one's end."""
    assert pieces[0].start_ms == start_ms
    assert pieces[-1].end_ms == end_ms
    for left, right in pairwise(pieces):
        assert right.start_ms == left.end_ms + 1
    assert all(piece.start_ms <= piece.end_ms for piece in pieces)


def assert_no_step_torn(pieces: list[Slice], step_ms: int) -> None:
    """No two neighbours have milliseconds of the same step, so thinning a slice is thinning the whole."""
    for left, right in pairwise(pieces):
        assert left.end_ms // step_ms < right.start_ms // step_ms


@given(starts_ms, st.integers(0, 400), st.integers(1, 10**8), steps_ms, st.integers(0, 10**7))
def test_slices_cover_the_range_without_gap_or_overlap(
    start_ms: int, windows: int, window_ms: int, step_ms: int, rest_ms: int
) -> None:
    end_ms = start_ms + windows * max(window_ms, step_ms) + rest_ms % max(window_ms, step_ms)
    pieces = split_range(TimeRange(start_ms=start_ms, end_ms=end_ms), window_ms, step_ms=step_ms)
    assert_tiles(pieces, start_ms, end_ms)
    assert max(piece.length_ms for piece in pieces) <= 1.04 * max(window_ms, step_ms), "two tiny rests at most"
    assert len(pieces) == 1 or min(piece.length_ms for piece in pieces) > max(window_ms, step_ms) // 100
    if step_ms:
        assert_no_step_torn(pieces, step_ms)


@given(starts_ms, starts_ms, st.integers(1, 300), st.integers(1000, 10**7))
def test_borders_do_not_depend_on_the_range(first_ms: int, second_ms: int, count: int, window_ms: int) -> None:
    """Two exports of overlapping ranges ask for the same slices where both have them whole."""
    for start_ms in (first_ms, second_ms):
        pieces = split_range(TimeRange(start_ms=start_ms, end_ms=start_ms + count * window_ms), window_ms)
        assert all(piece.start_ms % window_ms == 0 for piece in pieces[1:])


@pytest.mark.parametrize(
    ("start_ms", "end_ms", "window_ms", "expected"),
    [
        (0, 0, 1000, [(0, 0)]),
        (0, 999, 1000, [(0, 999)]),
        (0, 1000, 1000, [(0, 1000)]),
        (0, 1019, 1000, [(0, 1019)]),
        (0, 1020, 1000, [(0, 999), (1000, 1020)]),
        (979, 2000, 1000, [(979, 999), (1000, 2000)]),
        (980, 2019, 1000, [(980, 2019)]),
        (500, 2500, 1000, [(500, 999), (1000, 1999), (2000, 2500)]),
        (1000, 1999, 1000, [(1000, 1999)]),
        (7, 9, 1, [(7, 7), (8, 8), (9, 9)]),
    ],
)
def test_slices_of_known_ranges(start_ms: int, end_ms: int, window_ms: int, expected: list[tuple[int, int]]) -> None:
    pieces = split_range(TimeRange(start_ms=start_ms, end_ms=end_ms), window_ms)
    assert [(piece.start_ms, piece.end_ms) for piece in pieces] == expected


def test_a_window_shorter_than_a_step_is_a_step() -> None:
    pieces = split_range(TimeRange(start_ms=0, end_ms=5 * HOUR_MS - 1), 60_000, step_ms=HOUR_MS)
    assert [piece.length_ms for piece in pieces] == [HOUR_MS] * 5


@given(starts_ms, st.integers(0, 10**9), steps_ms)
def test_halves_are_the_whole(start_ms: int, more_ms: int, step_ms: int) -> None:
    piece = Slice(start_ms, start_ms + more_ms, (3, 1))
    halves = halve(piece, step_ms=step_ms)
    if halves:
        assert len(halves) == 2
        assert_tiles(halves, piece.start_ms, piece.end_ms)
        assert {half.targets for half in halves} == {(3, 1)}
        assert_no_step_torn(halves, step_ms or 1)


@given(starts_ms, st.integers(0, 10**7), steps_ms)
def test_a_slice_is_halved_whenever_it_can_be(start_ms: int, more_ms: int, step_ms: int) -> None:
    """Else a slice that is too heavy would fail although a smaller question would be answered."""
    piece = Slice(start_ms, start_ms + more_ms)
    has_border = piece.end_ms // (step_ms or 1) > piece.start_ms // (step_ms or 1)
    assert bool(halve(piece, step_ms=step_ms)) is (piece.length_ms >= 2 * SMALLEST_MS and has_border)


@given(starts_ms, st.integers(2 * SMALLEST_MS - 1, 10**9))
def test_without_a_step_halves_are_equal(start_ms: int, more_ms: int) -> None:
    left, right = halve(Slice(start_ms, start_ms + more_ms))
    assert abs(left.length_ms - right.length_ms) <= 1
    assert min(left.length_ms, right.length_ms) >= SMALLEST_MS


@pytest.mark.parametrize(("length_ms", "smallest_ms"), [(6 * HOUR_MS, 5273), (HOUR_MS, 7031), (10_000, 5000)])
def test_halving_goes_down_to_five_seconds(length_ms: int, smallest_ms: int) -> None:
    piece = Slice(0, length_ms - 1)
    while halves := halve(piece):
        piece = halves[0]
    assert piece.length_ms == smallest_ms < 2 * SMALLEST_MS


def divided_to_the_end(piece: Slice, divide: Callable[[Slice], list[Slice]]) -> list[Slice]:
    """The leaves, in order, of dividing again and again."""
    parts = divide(piece)
    return [leaf for part in parts for leaf in divided_to_the_end(part, divide)] if parts else [piece]


@given(starts_ms, st.integers(0, 300_000), st.sampled_from([0, 1000, 15_000, 7000]))
def test_halving_to_the_end_still_covers_everything(start_ms: int, more_ms: int, step_ms: int) -> None:
    leaves = divided_to_the_end(Slice(start_ms, start_ms + more_ms), lambda piece: halve(piece, step_ms=step_ms))
    assert_tiles(leaves, start_ms, start_ms + more_ms)
    if step_ms:
        assert_no_step_torn(leaves, step_ms)


@given(st.lists(st.sampled_from(["a", "b", "c", ""]), min_size=1, max_size=12), st.data())
def test_dividing_by_targets_loses_and_doubles_none(jobs: list[str], data: st.DataObject) -> None:
    some = data.draw(st.sets(st.integers(0, len(jobs) - 1)).map(sorted))
    piece = Slice(0, 9999, tuple(some))
    meant = some or list(range(len(jobs)))
    parts = divide_targets(piece, jobs)
    assert all((part.start_ms, part.end_ms) == (0, 9999) for part in parts)
    assert all(part.targets for part in parts), "a slice without targets would mean all of them"
    if parts:
        assert sorted(target for part in parts for target in part.targets) == meant
    leaves = divided_to_the_end(piece, lambda part: divide_targets(part, jobs))
    expected = [replace(piece, targets=(target,)) for target in meant]
    assert sorted(leaves, key=lambda leaf: leaf.targets) == (expected if len(meant) > 1 else [piece])


def test_targets_are_divided_by_job_first_and_by_instance_then() -> None:
    jobs = ["vmagent", "vmselect", "vmagent"]
    by_job = divide_targets(Slice(0, 1), jobs)
    assert [part.targets for part in by_job] == [(0, 2), (1,)]
    assert [part.targets for part in divide_targets(by_job[0], jobs)] == [(0,), (2,)]
    assert divide_targets(by_job[1], jobs) == []


def test_without_targets_there_is_nothing_to_divide() -> None:
    assert divide_targets(Slice(0, 1), []) == []
    assert divide_targets(Slice(0, 1), ["only"]) == []
