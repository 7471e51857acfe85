"""Reading ahead keeps order and errors in place, holds little in memory, and ends when it is told to."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vmexporter.errors import ServerUnreachable
from vmexporter.flows.events import Waiting
from vmexporter.flows.readahead import Exhausted, ReadAhead, in_background

WAIT_S = 10.0


class Source:
    """A generator that can wait for a server until it is interrupted."""

    def __init__(self, items: list[int], *, then: str) -> None:
        self.items, self.then = items, then
        self.taken: list[int] = []
        self.interrupts = 0
        self.interrupted, self.ended = threading.Event(), threading.Event()

    def interrupt(self) -> None:
        self.interrupts += 1
        self.interrupted.set()

    def __iter__(self) -> Iterator[int]:
        try:
            for item in self.items:
                self.taken.append(item)
                yield item
            if self.then == "wait":
                assert self.interrupted.wait(WAIT_S)
            if self.then != "end":
                raise ServerUnreachable("cannot read the answer: it was cut")
        finally:
            self.ended.set()


def start(source: Source) -> ReadAhead[int]:
    return ReadAhead(iter(source), source.interrupt)


def read_all(ahead: ReadAhead[int]) -> list[int]:
    """Every item up to the end, which is an exception."""
    found: list[int] = []
    try:
        while (item := ahead.get(WAIT_S)) is not None:
            found.append(item)
    except Exhausted:
        return found
    pytest.fail("nothing came, and no end either")


@given(st.lists(st.integers(), max_size=40))
@settings(max_examples=30, deadline=None)
def test_every_item_comes_in_order_and_then_the_end(items: list[int]) -> None:
    ahead = start(Source(items, then="end"))
    assert read_all(ahead) == items
    ahead.close()


@given(st.integers(0, 12))
@settings(max_examples=13, deadline=None)
def test_an_error_comes_behind_the_items_before_it(count: int) -> None:
    """A window that was read whole before the connection broke is not lost."""
    ahead = start(Source(list(range(count)), then="fail"))
    assert [ahead.get(WAIT_S) for _ in range(count)] == list(range(count))
    with pytest.raises(ServerUnreachable, match="cut"):
        ahead.get(WAIT_S)
    ahead.close()


def test_a_server_that_says_nothing_is_no_end() -> None:
    """The one who drives must be able to tick and to be stopped meanwhile."""
    source = Source([1], then="wait")
    ahead = start(source)
    assert ahead.get(WAIT_S) == 1
    assert ahead.get(0.05) is None
    assert ahead.get(0.0001) is None
    ahead.close()


def test_little_is_read_ahead() -> None:
    source = Source(list(range(1000)), then="end")
    ahead = start(source)
    assert ahead.get(WAIT_S) == 0
    time.sleep(0.1)
    assert len(source.taken) <= 8
    ahead.close()


@pytest.mark.parametrize(
    ("count", "then"), [(0, "wait"), (1, "wait"), (1000, "end"), (2, "fail"), (0, "end"), (4, "wait")]
)
def test_closing_ends_the_thread_and_the_iterator(count: int, then: str) -> None:
    """Also while it waits for the server, or for room: the connection must not stay behind."""
    threads = threading.active_count()
    source = Source(list(range(count)), then=then)
    ahead = start(source)
    begun_s = time.monotonic()
    ahead.close()
    assert time.monotonic() - begun_s < WAIT_S / 2
    assert threading.active_count() == threads
    assert source.ended.is_set(), "the iterator's own clean-up has been run"
    ahead.close()


def test_a_finished_reader_is_not_interrupted() -> None:
    """The connection may be used by someone else by then."""
    source = Source([1, 2], then="end")
    ahead = start(source)
    assert read_all(ahead) == [1, 2]
    ahead.close()
    assert source.interrupts == 0


def test_a_thread_that_nothing_can_wake_keeps_nobody() -> None:
    """Opening a connection cannot be interrupted; the operator who has pressed Ctrl-C is not made to wait for it."""
    release = threading.Event()

    def deaf() -> Iterator[int]:
        assert release.wait(WAIT_S)
        yield 1

    ahead = ReadAhead(deaf(), lambda: None)
    begun_s = time.monotonic()
    ahead.close()
    assert time.monotonic() - begun_s < WAIT_S / 2
    release.set()


def test_work_in_the_background_lets_its_caller_stop() -> None:
    release = threading.Event()
    working = in_background(lambda: release.wait(WAIT_S), release.set)
    assert isinstance(next(working), Waiting)
    assert isinstance(next(working), Waiting)
    working.close()
    assert release.is_set()


def test_work_in_the_background_gives_its_result_or_its_error() -> None:
    def fail() -> int:
        raise ServerUnreachable("cannot connect")

    quick = in_background(lambda: 7, lambda: None)
    with pytest.raises(StopIteration) as end:
        next(quick)
    assert end.value.value == 7
    with pytest.raises(ServerUnreachable):
        next(in_background(fail, lambda: None))
