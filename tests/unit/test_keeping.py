"""Which bytes of an import are done: those that the target has lived on with for long enough, whole units alone."""

from __future__ import annotations

from vmexporter.core.importing.pieces import Piece
from vmexporter.core.importing.tally import Tally
from vmexporter.flows.keeping import KEPT_AFTER_S, Keeping, Life

FIRST, SECOND = Life("1000"), Life("2000")


def keeping(*pieces: Piece) -> Keeping:
    """All of *pieces* have arrived at the second 0, in the first life."""
    kept = Keeping(None)
    kept.life = FIRST
    for piece in pieces:
        kept.arrived(piece, 0.0)
    return kept


def piece(start: int, end: int, *, is_continued: bool = False) -> Piece:
    return Piece(start, end, b"x", Tally(), is_continued)


def test_what_has_arrived_is_done_when_the_target_has_lived_on() -> None:
    kept = keeping(piece(0, 10), piece(10, 30))
    kept.settle(FIRST, KEPT_AFTER_S - 1)
    assert (kept.done, kept.in_doubt, kept.there_bytes) == ([], [], 30)
    kept.settle(FIRST, KEPT_AFTER_S)
    assert (kept.done, kept.in_doubt, kept.there_bytes) == ([(0, 30)], [], 30)


def test_what_has_arrived_is_in_doubt_when_it_was_started_anew() -> None:
    kept = keeping(piece(0, 10))
    kept.settle(FIRST, KEPT_AFTER_S)
    kept.arrived(piece(10, 30), KEPT_AFTER_S)
    kept.settle(SECOND, 2 * KEPT_AFTER_S)
    assert (kept.done, kept.in_doubt, kept.life) == ([(0, 10)], [(10, 30)], SECOND)


def test_a_target_that_does_not_tell_lives_on_while_nothing_fails() -> None:
    assert Life("", 3).lives_on(Life("", 3)) and not Life("", 4).lives_on(Life("", 3))


def test_a_unit_in_several_pieces_is_done_with_its_last() -> None:
    kept = keeping(piece(0, 10, is_continued=True), piece(0, 10, is_continued=True))
    kept.settle(FIRST, KEPT_AFTER_S)
    assert (kept.done, kept.there_bytes) == ([], 0)
    kept.arrived(piece(0, 20), KEPT_AFTER_S)
    kept.settle(FIRST, 2 * KEPT_AFTER_S)
    assert kept.done == [(0, 20)]


def test_any_of_its_pieces_puts_all_of_it_in_doubt() -> None:
    kept = keeping(piece(0, 10, is_continued=True))
    kept.settle(SECOND, 1.0)
    assert kept.in_doubt == [(0, 10)]
