"""What of a body is sent again after a failure, how a body is halved, and how values are spelled on the way."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lab.lines import line, samples_by_series
from tests.unit.native_streams import block, name, unit
from vmexporter.core.importing.halving import halves
from vmexporter.core.importing.readback import readback_of
from vmexporter.core.importing.spellings import spelled_for_all
from vmexporter.core.importing.stalemarks import stale_marks
from vmexporter.core.native.stream import stream_header

T = 1_760_000_000_000
TIMES = st.lists(st.integers(T, T + 30), min_size=1, max_size=12)
BODIES = st.lists(st.tuples(st.sampled_from("abc"), TIMES), min_size=1, max_size=8)


def body_of(series: list[tuple[str, list[int]]]) -> bytes:
    return b"".join(
        line({"__name__": name, "job": "j"}, [float(at) for at in range(len(times))], times) for name, times in series
    )


def times_in(body: bytes) -> Counter[tuple[object, int]]:
    found = samples_by_series(body.split(b"\n"))
    return Counter((series, at) for series, samples in found.items() for at, _ in samples)


@given(BODIES, BODIES, st.booleans())
def test_what_is_there_and_what_is_missing_is_the_body(
    sent: list[tuple[str, list[int]]], there: list[tuple[str, list[int]]], is_part: bool
) -> None:
    body, has = body_of(sent), body_of(sent[: len(sent) // 2] if is_part else there)
    comparison = readback_of("jsonl", body)
    comparison.take(has.split(b"\n")[:-1])
    missing = comparison.missing()
    assert times_in(missing.body) == times_in(body) - times_in(has)
    assert missing.samples == sum((times_in(body) - times_in(has)).values())


def test_values_stay_with_their_times() -> None:
    body = line({"__name__": "a", "job": "j"}, [1, "null", '"Infinity"', 4], [T, T + 1, T + 2, T + 3])
    comparison = readback_of("jsonl", body)
    comparison.take([line({"job": "j", "__name__": "a"}, [9, 9], [T, T + 3]).strip()])
    assert comparison.missing().body == line({"__name__": "a", "job": "j"}, ["null", '"Infinity"'], [T + 1, T + 2])


def test_a_label_without_a_value_is_none() -> None:
    comparison = readback_of("jsonl", line({"__name__": "a", "job": "j", "gone": ""}, [1], [T]))
    comparison.take([line({"__name__": "a", "job": "j"}, [1], [T]).strip()])
    assert comparison.missing().body == b""


def test_every_question_is_a_new_one_about_the_same_series() -> None:
    comparison = readback_of("jsonl", body_of([("a", [T, T + 5]), ("b", [T - 1])]))
    asked = comparison.asked("mark-1")
    assert asked is not None
    assert asked.selectors == ['{__name__=~"a|b",job=~"j|mark-1"}']
    assert (asked.start_ms, asked.end_ms) == (T - 1, T + 5)


class TestBlocks:
    """A native body: one series with two blocks, another with one; the stream's range cuts the first."""

    RANGE = T + 10, T + 2_000
    UNITS = (
        unit(name(b"a", (b"job", b"j")), block([T, T + 10, T + 20, T + 30])),
        unit(name(b"a", (b"job", b"j")), block([T + 1_000, T + 1_010])),
        unit(name(b"b", (b"job", b"j")), block([T, T + 10])),
    )
    BODY = stream_header(*RANGE) + b"".join(UNITS)

    def left_of(self, *there: tuple[str, list[int]]) -> tuple[list[bytes], int, int]:
        """The units that are left when the server has these samples; their samples, and the doubtful ones."""
        comparison = readback_of("native", self.BODY)
        comparison.take(body_of(list(there)).split(b"\n")[:-1])
        missing = comparison.missing()
        assert missing.body[:16] in {b"", self.BODY[:16]}
        content = missing.body[16:]
        left = [one for one in self.UNITS if one in content]
        assert content == b"".join(left)
        return left, missing.samples, missing.doubtful

    def test_all_of_a_body_is_missing_where_nothing_of_it_is(self) -> None:
        assert self.left_of() == (list(self.UNITS), 3 + 2 + 1, 0)

    def test_what_is_whole_is_not_sent_again(self) -> None:
        assert self.left_of(("a", [T + 10, T + 20, T + 30]), ("b", [T + 10])) == ([self.UNITS[1]], 2, 0)

    def test_nothing_is_left_where_all_is_there(self) -> None:
        assert self.left_of(("a", [T + 10, T + 20, T + 30, T + 1_000, T + 1_010]), ("b", [T + 10])) == ([], 0, 0)

    def test_a_block_of_which_a_part_is_there_is_doubtful(self) -> None:
        left = self.left_of(("a", [T + 20, T + 1_000, T + 1_010]), ("b", [T + 10]), ("c", [T + 10]))
        assert left == ([self.UNITS[0]], 3, 1)

    def test_the_question_is_about_the_range_that_is_sent(self) -> None:
        asked = readback_of("native", self.BODY).asked("mark")
        assert asked is not None
        assert asked.selectors == ['{__name__=~"a|b",job=~"j|mark"}']
        assert (asked.start_ms, asked.end_ms) == (T + 10, T + 1_010)


@given(BODIES)
def test_halves_hold_what_the_whole_held(series: list[tuple[str, list[int]]]) -> None:
    body = body_of(series)
    parts = halves("jsonl", body)
    if parts is None:
        assert sum(times_in(body).values()) == 1
    else:
        assert all(len(times_in(part)) for part in parts)
        assert times_in(parts[0]) + times_in(parts[1]) == times_in(body)


def test_values_are_spelled_so_that_all_versions_read_them_and_labels_are_left_alone() -> None:
    odd = line({"__name__": "a", "x": "null", "y": "Infinity"}, ["null", '"Infinity"', '"-Infinity"', 1], [1, 2, 3, 4])
    spelled = spelled_for_all(odd + odd)
    assert spelled.count(b"[NaN,1e999,-1e999,1]") == 2
    assert spelled.count(b'"x":"null","y":"Infinity"') == 2
    assert spelled_for_all(body_of([("a", [T])])) == body_of([("a", [T])])


@pytest.mark.parametrize("mark", ["null", "NaN"])
def test_marks_are_written_with_all_labels_and_their_own_bits(mark: str) -> None:
    body = line({"__name__": "a", "job": 'q"\n'}, [1, mark, 2, mark], [T, T + 1, T + 2, T + 3])
    request = stale_marks(body)
    assert request.count(bytes.fromhex("09020000000000f07f")) == 2
    assert json.dumps('q"\n').encode() not in request and b'q"\n' in request
    assert stale_marks(line({"__name__": "a", "x": "null"}, [1], [T])) == b""
