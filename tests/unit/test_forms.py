"""How a range is cut for native blocks: at the ends of months, then by job, then by target."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmexporter.core.formats import Edges, form_of, label_cache, rewriter, stream_head, whole_units
from vmexporter.core.request import TimeRange
from vmexporter.core.windows import Slice, split_by_month
from vmexporter.flows import forms
from vmexporter.flows.forms import native_slices

FEB, MARCH, APRIL = 1_612_137_600_000, 1_614_556_800_000, 1_617_235_200_000


def month_of(time_ms: int) -> tuple[int, int]:
    moment = datetime.fromtimestamp(time_ms / 1000, UTC)
    return moment.year, moment.month


@given(st.integers(0, 4 * 10**12), st.integers(0, 10**11))
def test_months_cover_the_range_and_no_slice_has_two(start_ms: int, length_ms: int) -> None:
    slices = split_by_month(TimeRange(start_ms=start_ms, end_ms=start_ms + length_ms))
    assert (slices[0].start_ms, slices[-1].end_ms) == (start_ms, start_ms + length_ms)
    assert all(left.end_ms + 1 == right.start_ms for left, right in pairwise(slices))
    months = [month_of(piece.start_ms) for piece in slices]
    assert months == [month_of(piece.end_ms) for piece in slices]
    assert len(set(months)) == len(months)


@pytest.mark.parametrize(
    ("start_ms", "end_ms", "ends"),
    [
        (FEB, MARCH - 1, [MARCH - 1]),
        (FEB - 1, FEB - 1, [FEB - 1]),
        (FEB - 1, FEB, [FEB - 1, FEB]),
        (FEB, APRIL, [MARCH - 1, APRIL - 1, APRIL]),
    ],
)
def test_borders(start_ms: int, end_ms: int, ends: list[int]) -> None:
    assert [piece.end_ms for piece in split_by_month(TimeRange(start_ms=start_ms, end_ms=end_ms))] == ends


def test_only_what_is_too_much_is_divided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "MOST_SAMPLES", 1000)
    whole = TimeRange(start_ms=FEB, end_ms=MARCH - 1)
    jobs = ["a", "a", "b"]
    assert native_slices(whole, jobs, None) == native_slices(whole, jobs, 1000) == [Slice(FEB, MARCH - 1)]
    by_job = [Slice(FEB, MARCH - 1, (0, 1)), Slice(FEB, MARCH - 1, (2,))]
    assert native_slices(whole, jobs, 1400) == by_job
    by_target = [Slice(FEB, MARCH - 1, (number,)) for number in range(3)]
    assert native_slices(whole, jobs, 2000) == by_target == native_slices(whole, jobs, 10**9)


def test_months_that_hold_little_are_left_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "MOST_SAMPLES", 1000)
    slices = native_slices(TimeRange(start_ms=FEB - 1000, end_ms=MARCH - 1), ["a", "b"], 1500)
    assert [(piece.end_ms, piece.targets) for piece in slices] == [
        (FEB - 1, ()), (MARCH - 1, (0,)), (MARCH - 1, (1,)),
    ]  # fmt: skip


def test_the_form_of_a_bundle_is_told_by_its_one_entry() -> None:
    assert form_of(["README.txt", "metrics.native"]) == "native"
    assert form_of(["metrics.jsonl"]) == "jsonl"
    assert form_of(["metrics.jsonl", "metrics.native"]) is form_of(["README.txt"]) is None
    assert form_of(["metrics.native", "metrics.native"]) is None


def test_a_stream_of_lines_has_no_head() -> None:
    assert stream_head("jsonl", FEB, MARCH) == b"" and len(stream_head("native", FEB, MARCH)) == 16
    assert type(whole_units("jsonl")) is not type(whole_units("native"))
    for form in ("jsonl", "native"):
        made = rewriter(form, label_cache(form, list), Edges(FEB, MARCH))
        assert made.finish() == b"" and (made.counts.lines, made.counts.samples) == (0, 0)
