"""Pieces are whole units, cover the text without a gap, and are the same however the text arrives."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.import_texts import cut_anywhere, pieces_of, texts
from tests.unit.native_streams import HEADER, START_MS, block, name, unit
from vmexporter.core.importing.edits import Edits, editor_for
from vmexporter.core.importing.jsonline import STRETCH
from vmexporter.core.importing.pieces import MOST_UNIT_BYTES, TARGET_BYTES, Piece, Pieces
from vmexporter.errors import BundleDamaged

LINE = b'{"metric":{"__name__":"m"},"values":[1],"timestamps":[1700000000000]}\n'
PLACES = st.lists(st.integers(0, 2000), max_size=12)


def line_pieces(blocks: list[bytes], *, force: bool = False, target_bytes: int = 200) -> list[Piece]:
    return list(pieces_of(blocks, Pieces(editor_for("jsonl", Edits(), force=force), target_bytes=target_bytes)))


def check_cover(pieces: list[Piece], begin: int, end: int) -> None:
    places = [begin, *(piece.end for piece in pieces)]
    assert [piece.start for piece in pieces] == places[:-1]
    assert places[-1] == end


@given(texts, PLACES, st.booleans())
@settings(max_examples=200, deadline=None)
def test_a_text_cut_anywhere_gives_the_same_pieces(text: bytes, places: list[int], has_end: bool) -> None:
    text = text if has_end else text.rstrip(b"\r\n")
    whole = line_pieces([text])
    assert line_pieces(cut_anywhere(text, places)) == whole
    check_cover(whole, 0, len(text))
    plain = [line for line in text.replace(b"\r\n", b"\n").split(b"\n") if line]
    sent = b"".join(piece.body for piece in whole).replace(b"\r\n", b"\n").split(b"\n")
    assert [line for line in sent if line] == plain
    assert sum(piece.lines for piece in whole) == len(plain)


@given(texts, st.integers(0, 8), st.integers(0, 8), PLACES)
@settings(max_examples=200, deadline=None)
def test_what_is_done_is_not_given_out_again(text: bytes, first: int, last: int, places: list[int]) -> None:
    whole = line_pieces([text], target_bytes=1)
    first, last = sorted((first % (len(whole) + 1), last % (len(whole) + 1)))
    done = [(piece.start, piece.end) for piece in whole[first:last]]
    pieces = Pieces(editor_for("jsonl", Edits()), passed=done, target_bytes=1)
    left = list(pieces_of(cut_anywhere(text, places), pieces))
    assert left == whole[:first] + whole[last:]


@given(texts, st.integers(0, 8), PLACES)
@settings(max_examples=100, deadline=None)
def test_a_text_can_be_taken_up_at_any_border(text: bytes, number: int, places: list[int]) -> None:
    whole = line_pieces([text], target_bytes=1)
    offset = [0, *(piece.end for piece in whole)][number % (len(whole) + 1)]
    pieces = Pieces(editor_for("jsonl", Edits()), offset=offset, target_bytes=1)
    assert list(pieces_of(cut_anywhere(text[pieces.offset :], places), pieces)) == [
        piece for piece in whole if piece.start >= offset
    ]


def test_the_size_may_change_on_the_way() -> None:
    pieces = Pieces(editor_for("jsonl", Edits()), target_bytes=10 * len(LINE))
    first = list(pieces.feed(LINE * 11))
    pieces.target_bytes = len(LINE)
    rest = [*pieces.feed(LINE * 11), *pieces.finish()]
    assert [piece.lines for piece in first] == [10]
    assert {piece.lines for piece in rest[1:]} == {1}
    check_cover([*first, *rest], 0, 22 * len(LINE))


def test_a_line_larger_than_a_piece_is_a_piece() -> None:
    long = LINE.replace(b'"m"', b'"%b"' % (b"m" * 500))
    assert [piece.body for piece in line_pieces([LINE + long + LINE])] == [LINE, long, LINE]


@pytest.mark.parametrize("block_bytes", [1 << 18, 1 << 20, 1 << 26])
def test_a_gigantic_line_is_refused_or_counted(block_bytes: int) -> None:
    text = LINE + b'{"metric":{"__name__":"' + b"m" * MOST_UNIT_BYTES + b"\n" + LINE
    blocks = [text[at : at + block_bytes] for at in range(0, len(text), block_bytes)]
    with pytest.raises(BundleDamaged, match=r"line 2 \(at byte 70\): it is longer than 24 MiB"):
        line_pieces(blocks)
    pieces = line_pieces(blocks, force=True)
    assert b"".join(piece.body for piece in pieces) == LINE * 2
    assert sum(piece.tally.bad_lines for piece in pieces) == 1
    assert sum(piece.tally.bad_bytes for piece in pieces) == len(text) - 2 * len(LINE)
    check_cover(pieces, 0, len(text))


def long_line(samples: int) -> bytes:
    times = b",".join(b"%d" % (1_700_000_000_000 + number) for number in range(samples))
    values = b",".join(b"%d.5" % number for number in range(samples))
    return b'{"metric":{"__name__":"m","job":"a"},"values":[%b],"timestamps":[%b]}\n' % (values, times)


def test_a_line_that_is_too_long_for_servers_is_sent_as_several() -> None:
    long = long_line(200_000)
    assert len(long) > 4 << 20
    pieces = line_pieces([LINE + long + LINE], target_bytes=1 << 20)
    body = b"".join(piece.body for piece in pieces)
    assert body.startswith(LINE) and body.endswith(LINE)
    lines = [json.loads(line) for line in body[len(LINE) : -len(LINE)].split(b"\n") if line]
    assert max(len(line["values"]) for line in lines) == STRETCH
    assert (sum(piece.lines for piece in pieces), sum(piece.samples for piece in pieces)) == (len(lines) + 2, 200_002)
    first, *parts, last = pieces
    assert (first.start, first.end, first.is_continued) == (0, len(LINE), False)
    assert {(part.start, part.end, part.is_continued) for part in parts} == {(len(LINE), len(LINE + long), True)}
    assert (last.start, last.end, last.is_continued) == (len(LINE), len(LINE + long + LINE), False)
    assert max(len(piece.body) for piece in pieces) < 2 << 20
    whole = json.loads(long)
    for key in ("values", "timestamps"):
        assert [number for line in lines for number in line[key]] == whole[key]
    assert all(line["metric"] == whole["metric"] for line in lines)
    for bad in (
        long.replace(b",7.5", b","),
        long.replace(b",77.5", b""),
        long.replace(b"5],", b"5,],"),
        long[:-3] + b"\n",
    ):
        with pytest.raises(BundleDamaged, match="line 2"):
            line_pieces([LINE + bad])
        pieces = line_pieces([LINE + bad], force=True)
        assert b"".join(piece.body for piece in pieces) == LINE
        assert sum(piece.tally.bad_lines for piece in pieces) == 1


BAD_LINES = [
    b"{",
    b"null",
    b"cannot export: out of memory",
    LINE[:40],
    LINE[20:-1],
    LINE.replace(b"[1]", b"[1,2]")[:-1],
    LINE.replace(b"[1]", b"[x]")[:-1],
    LINE.replace(b"[1]", b"[]")[:-1],
    LINE.replace(b"[1]", b'["1.5"]')[:-1],
    LINE.replace(b"1700000000000", b"1.7e12")[:-1],
    LINE.replace(b"1700000000000", b"")[:-1],
    LINE.replace(b"1700000000000", b"1700000000000,")[:-1],
    LINE.replace(b"1700000000000", b"99999999999999999999")[:-1],
    LINE.replace(b'"__name__":"m"', b"")[:-1],
    LINE.replace(b'"m"', b'"\\ud800"')[:-1] + b" ",
    LINE.replace(b'"m"', b"7")[:-1],
    b"\xff\xfe\x00",
    b"[" * 100_000,
]


@pytest.mark.parametrize("bad", BAD_LINES, ids=range(len(BAD_LINES)))
def test_a_line_that_cannot_be_read_is_named_or_passed_over(bad: bytes) -> None:
    text = LINE * 3 + bad + b"\r\n" + LINE
    with pytest.raises(BundleDamaged, match=r"line 4 \(at byte 210\)") as caught:
        line_pieces([text])
    assert bad.decode("latin-1")[:20] not in caught.value.message or len(bad) < 5
    pieces = line_pieces([text], force=True, target_bytes=1 << 20)
    assert [piece.body for piece in pieces] == [LINE * 4]
    assert (pieces[0].tally.bad_lines, pieces[0].tally.bad_bytes) == (1, len(bad) + 2)


def test_with_force_every_number_is_looked_at() -> None:
    bad = LINE.replace(b"[1]", b"[1.2.3]")
    [piece] = line_pieces([LINE + bad], force=True)
    assert (piece.body, piece.tally.bad_lines) == (LINE, 1)


@given(st.lists(st.tuples(st.sampled_from([b"a", b"b"]), st.integers(1, 30)), max_size=8), PLACES)
@settings(max_examples=100, deadline=None)
def test_native_blocks_cut_anywhere_give_the_same_pieces(series: list[tuple[bytes, int]], places: list[int]) -> None:
    units = [unit(name(metric), block(list(range(START_MS, START_MS + 1000 * rows, 1000)))) for metric, rows in series]
    text = HEADER + b"".join(units)
    editor = editor_for("native", Edits(), head=HEADER)
    whole = list(pieces_of([text[16:]], Pieces(editor, target_bytes=1)))
    assert [piece.body for piece in whole] == [HEADER + content for content in units]
    check_cover(whole, 16, len(text)) if units else None
    assert [piece.samples for piece in whole] == [rows for _, rows in series]
    pieces = Pieces(editor, offset=16, target_bytes=1)
    assert list(pieces_of(cut_anywhere(text[16:], places), pieces)) == whole


def test_native_text_that_is_torn_is_refused_or_counted() -> None:
    good = unit(name(b"a"), block([START_MS]))
    for bad in (good[:-1], b"\xff" * 50, good[:6]):
        text = good + bad
        with pytest.raises(BundleDamaged, match=f"block at byte {16 + len(good)}: "):
            list(pieces_of([text], Pieces(editor_for("native", Edits(), head=HEADER))))
        pieces = list(pieces_of([text], Pieces(editor_for("native", Edits(), head=HEADER, force=True))))
        assert b"".join(piece.body for piece in pieces) == HEADER + good
        assert sum(piece.tally.bad_bytes for piece in pieces) == len(bad)
        check_cover(pieces, 16, 16 + len(text))


def test_a_piece_is_plain_when_all_its_values_are_numbers() -> None:
    odd = LINE.replace(b"[1]", b"[null]")
    pieces = line_pieces([LINE + odd + LINE], target_bytes=1)
    assert [piece.is_plain for piece in pieces] == [True, False, True]
    assert [piece.is_plain for piece in line_pieces([LINE + odd + LINE], target_bytes=1 << 20)] == [False]


def test_what_is_only_counted_is_counted_in_the_same_way() -> None:
    text = LINE * 3 + long_line(100_000) + LINE
    editor = editor_for("jsonl", Edits())
    counted = list(pieces_of([text], Pieces(editor, is_counted=True)))
    assert all(piece.body == b"" for piece in counted)
    assert sum(piece.samples for piece in counted) == 100_004
    whole = line_pieces([text], target_bytes=TARGET_BYTES)
    assert [(piece.start, piece.end) for piece in counted] == [(piece.start, piece.end) for piece in whole]
