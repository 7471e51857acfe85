"""What a survey finds in a text is what is in it; its memory does not grow with the text."""

from __future__ import annotations

from collections.abc import Generator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.import_texts import plainly_edited, texts
from tests.unit.native_streams import END_MS, HEADER, START_MS, block, name, unit
from vmexporter.core.importing.edits import Edits, Keeps
from vmexporter.core.importing.preflight import JobCount, Survey, survey
from vmexporter.core.importing.request import Label
from vmexporter.core.importing.timeline import Timeline
from vmexporter.core.request import TimeRange

DAY_MS = 86_400_000


def found_in(surveying: Generator[int, None, Survey]) -> tuple[Survey, list[int]]:
    """What a survey returns, and the bytes it told of on the way."""
    read = []
    while True:
        try:
            read.append(next(surveying))
        except StopIteration as stopped:
            found: Survey = stopped.value
            return found, read


@given(texts, st.sampled_from([(), ("a",)]), st.none() | st.just((1_700_000_000_100, 1_700_000_000_200)))
@settings(max_examples=200, deadline=None)
def test_it_counts_what_is_there(text: bytes, jobs: tuple[str, ...], chosen: tuple[int, int] | None) -> None:
    time_range = TimeRange(start_ms=chosen[0], end_ms=chosen[1]) if chosen else None
    edits = Edits(jobs=jobs, time_range=time_range, extra_labels=(Label(name="bundle", value="x"),))
    found, read = found_in(survey([text, b""], "jsonl", edits))
    plain = plainly_edited(text, edits)
    series = {tuple(sorted(line["metric"].items())) for line in plain}
    times = [int(time_ms) for line in plain for time_ms in line["timestamps"]]
    assert (found.series, found.samples) == (len(series), len(times))
    assert (found.first_ms, found.last_ms) == (min(times, default=0), max(times, default=0))
    assert found.most_labels == max(map(len, series), default=0)
    assert found.labels.get("bundle", 0) == len(series)
    assert found.series_over(3) == sum(len(labels) > 3 for labels in series)
    for job in {dict(labels)["job"] for labels in series}:
        samples = sum(len(line["values"]) for line in plain if line["metric"]["job"] == job)
        assert found.jobs[job] == JobCount(sum(dict(labels)["job"] == job for labels in series), samples)
    assert found.tally.samples == len(times)
    assert (read, found.text_bytes) == ([len(text)] * 2, len(text))


def test_it_looks_into_native_blocks() -> None:
    text = HEADER + b"".join(
        unit(name(b"vm_rows", (b"job", job)), block(list(range(START_MS, START_MS + 1000 * rows, 1000))))
        for job, rows in ((b"a", 10), (b"b", 5), (b"a", 10))
    )
    found, _ = found_in(survey([text[:7], text[7:30], text[30:]], "native", Edits(), head=HEADER))
    assert found.jobs == {"a": JobCount(1, 20), "b": JobCount(1, 5)}
    assert (found.series, found.first_ms, found.last_ms) == (2, START_MS, START_MS + 9_000)
    late = TimeRange(start_ms=START_MS + 8_000, end_ms=END_MS)
    found, _ = found_in(survey([text], "native", Edits(time_range=late), head=HEADER))
    assert (found.samples, found.tally.outside_range, found.first_ms) == (4, 21, START_MS + 8_000)


@pytest.mark.parametrize(
    ("times", "words"),
    [
        ([1_700_000_000], "look like seconds"),
        ([1_700_000_000_000_000], "look like microseconds"),
        ([], "no samples"),
        ([1_700_000_000_000], ""),
    ],
)
def test_times_of_another_unit_are_told_and_left_alone(times: list[int], words: str) -> None:
    lines = [b'{"metric":{"__name__":"m"},"values":[1],"timestamps":[%d]}\n' % time for time in times]
    found, _ = found_in(survey(lines, "jsonl", Edits()))
    assert (words in "".join(found.notes)) if words else not found.notes
    assert found.samples == len(times)


def test_what_a_target_drops_is_told_with_a_shift_and_without() -> None:
    lines = [
        b'{"metric":{"__name__":"m%d"},"values":[1,2],"timestamps":[%d,%d]}\n'
        % (day, day * DAY_MS, (day + 1) * DAY_MS - 1)
        for day in range(100, 200)
    ]
    found, _ = found_in(survey(lines, "jsonl", Edits()))
    assert found.samples_outside(Keeps()) == 0
    assert found.samples_outside(Keeps(oldest_ms=200 * DAY_MS)) == found.samples == 200
    assert found.samples_outside(Keeps(oldest_ms=200 * DAY_MS), shift_ms=100 * DAY_MS) == 0
    assert found.samples_outside(Keeps(oldest_ms=150 * DAY_MS)) == pytest.approx(100, abs=2)
    assert found.samples_outside(Keeps(oldest_ms=150 * DAY_MS, newest_ms=160 * DAY_MS)) == pytest.approx(180, abs=3)
    assert found.samples_outside(Keeps(newest_ms=99 * DAY_MS)) == 200


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(0, 10**13), st.integers(0, 10**8)), max_size=30), st.data())
@settings(max_examples=100, deadline=None)
def test_a_timeline_is_bounded_and_grows_with_time(told: list[tuple[int, int, int]], data: st.DataObject) -> None:
    timeline = Timeline()
    for samples, first_ms, length_ms in told:
        timeline.add(samples, first_ms, first_ms + length_ms)
    moments = sorted(data.draw(st.lists(st.integers(-1, 2 * 10**13), max_size=6)))
    counts = [timeline.before(moment_ms) for moment_ms in moments]
    assert counts == sorted(counts)
    assert timeline.before(timeline.last_ms + 1) == sum(samples for samples, _, _ in told) or not told
    assert len(timeline._buckets) <= 1025
