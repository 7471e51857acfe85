"""Edits are exact: compared with the same edits made the plain way."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.import_texts import TIMES, edited, plainly_edited, read, texts
from vmexporter.core.importing.edits import Edits, Keeps, editor_for
from vmexporter.core.importing.fingerprints import Fingerprints
from vmexporter.core.importing.labeledits import LabelEdits
from vmexporter.core.importing.pieces import Pieces
from vmexporter.core.importing.request import Label
from vmexporter.core.privacy.labels import Pair
from vmexporter.core.request import TimeRange

LINE = b'{"metric":{"__name__":"m","job":"a","zone":"1"},"values":[1,null,3],"timestamps":[10,20,30]}\n'


@st.composite
def all_edits(draw: st.DrawFn) -> Edits:
    shift_ms = draw(st.sampled_from([0, 1, -7, 86_400_000 * 400, -1_700_000_000_100]))
    bounds = sorted((draw(TIMES), draw(TIMES)))
    keeps = Keeps(
        oldest_ms=draw(st.none() | TIMES.map(lambda time_ms: time_ms + shift_ms)),
        newest_ms=draw(st.none() | TIMES.map(lambda time_ms: time_ms + shift_ms)),
    )
    return Edits(
        shift_ms=shift_ms,
        extra_labels=draw(st.sampled_from([(), (Label(name="bundle", value='c"1'), Label(name="zone", value="9"))])),
        drop_labels=draw(st.sampled_from([(), ("bundle2",)])),
        jobs=draw(st.sampled_from([(), ("a",), ('c"', "b")])),
        time_range=draw(st.none() | st.just(TimeRange(start_ms=bounds[0], end_ms=bounds[1]))),
        keeps=keeps,
    )


@given(texts, all_edits(), st.booleans())
@settings(max_examples=500, deadline=None)
def test_any_edits_are_those_made_the_plain_way(text: bytes, edits: Edits, force: bool) -> None:
    sent, tally = edited(text, edits, force=force)
    assert [read(line) for line in sent.split(b"\n") if line.strip()] == plainly_edited(text, edits)
    came = plainly_edited(text, Edits())
    left_out = tally.other_jobs_samples + tally.outside_range + tally.before_retention + tally.in_the_future
    assert tally.samples + left_out == sum(len(line["values"]) for line in came)
    assert tally.bad_lines == 0


@given(texts)
@settings(max_examples=100, deadline=None)
def test_without_edits_the_bytes_are_those_that_came(text: bytes) -> None:
    sent, _ = edited(text, Edits())
    assert [line for line in sent.split(b"\n") if line.strip()] == [line for line in text.split(b"\n") if line.strip()]


def test_what_is_left_out_is_counted_by_its_reason() -> None:
    edits = Edits(
        shift_ms=1000,
        time_range=TimeRange(start_ms=20, end_ms=1000),
        keeps=Keeps(oldest_ms=1021, newest_ms=1029),
    )
    sent, tally = edited(LINE, edits)
    assert (sent, tally.lines, tally.outside_range, tally.before_retention, tally.in_the_future) == (b"", 0, 1, 1, 1)


def test_a_line_written_in_another_way_is_put_into_the_usual_form() -> None:
    odd = b' {"timestamps" : [10, 20,30], "values":[1.50,null , "Infinity"],"metric": {"job": "a","__name__": "\xff"}} '
    sent, tally = edited(odd, Edits())
    usual = b'{"metric":{"job":"a","__name__":"\xff"},"values":[1.50,null,"Infinity"],"timestamps":[10,20,30]}\n'
    assert (sent, tally.samples) == (usual, 3)


def test_what_old_servers_write_for_infinity_is_put_into_json() -> None:
    sent, _ = edited(LINE.replace(b"[1,null,3]", b"[+Inf,NaN,-Inf]"), Edits())
    assert json.loads(sent)["values"] == ["Infinity", None, "-Infinity"]


def test_series_that_fall_together_are_counted() -> None:
    text = b"".join(LINE.replace(b'"zone":"1"', b'"zone":"%d"' % zone) for zone in range(5)) * 2
    for drop, merged in (("zone", 4), ("other", 0)):
        editor = editor_for("jsonl", Edits(drop_labels=(drop,)))
        pieces = Pieces(editor)
        assert [piece.lines for piece in (*pieces.feed(text), *pieces.finish())] == [10]
        assert editor.merged == merged


def test_timestamps_that_would_leave_64_bits_are_refused() -> None:
    sent, tally = edited(LINE, Edits(shift_ms=(1 << 63) - 1), force=True)
    assert (sent, tally.bad_lines) == (b"", 1)


def test_labels_are_edited_once_for_each_series(monkeypatch: pytest.MonkeyPatch) -> None:
    parts: list[bytes] = []
    pairs = LabelEdits.pairs

    def watched(labels: LabelEdits, part: bytes) -> tuple[list[Pair], list[Pair] | None]:
        parts.append(part)
        return pairs(labels, part)

    monkeypatch.setattr(LabelEdits, "pairs", watched)
    edited(LINE * 50, Edits(drop_labels=("zone",)))
    assert len(parts) == 1


@given(st.lists(st.integers(0, (1 << 64) - 1) | st.integers(0, 40).map(lambda number: number << 20)))
def test_fingerprints_are_a_set(numbers: list[int]) -> None:
    prints, known = Fingerprints(), set()
    for number in [*numbers, *numbers]:
        assert prints.add(number) == (number not in known)
        known.add(number)
    assert len(prints) == len(known)


def test_fingerprints_take_a_dozen_bytes_each() -> None:
    prints = Fingerprints()
    for number in range(50_000):
        assert prints.add(number * 0x9E3779B97F4A7C15 % (1 << 64))
    assert len(prints) == 50_000
    assert len(prints._places) * 8 < 50_000 * 22
