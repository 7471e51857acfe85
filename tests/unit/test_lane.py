"""A lane works in order, in bounded memory, and never goes on after an error as if nothing had been."""

from __future__ import annotations

import threading
from functools import partial

import pytest

from vmexporter.bundle.lane import Lane


class BrokenError(Exception):
    """What the work of these tests fails with."""


class Work:
    """Notes what is done, and on which threads; can be held up, and can fail."""

    def __init__(self) -> None:
        self.done: list[int] = []
        self.threads: set[int] = set()
        self.gate = threading.Event()

    def note(self, number: int) -> None:
        self.threads.add(threading.get_ident())
        self.done.append(number)

    def wait(self) -> None:
        assert self.gate.wait(10)

    def fail(self) -> None:
        raise BrokenError


def test_work_is_done_in_order_on_another_thread() -> None:
    lane, work = Lane("t"), Work()
    for number in range(200):
        lane.submit(partial(work.note, number))
    lane.drain()
    lane.close()
    assert work.done == list(range(200))
    assert len(work.threads) == 1 and work.threads != {threading.get_ident()}


def test_submitting_waits_when_too_much_is_queued() -> None:
    """Else a slow disk would fill the memory."""
    lane, work, submitted = Lane("t"), Work(), list[int]()

    def submit_many() -> None:
        for number in range(20):
            lane.submit(partial(work.note, number))
            submitted.append(number)

    lane.submit(work.wait)
    submitter = threading.Thread(target=submit_many)
    submitter.start()
    submitter.join(0.2)
    assert submitter.is_alive() and len(submitted) < 5
    work.gate.set()
    submitter.join(10)
    lane.drain()
    lane.close()
    assert work.done == list(range(20))


def test_after_an_error_nothing_more_is_done_and_every_call_says_so() -> None:
    lane, work = Lane("t"), Work()
    lane.submit(partial(work.note, 1))
    lane.submit(work.fail)
    for _ in range(3):
        with pytest.raises(BrokenError):
            lane.drain()
        with pytest.raises(BrokenError):
            lane.submit(partial(work.note, 2))
    lane.close()
    assert work.done == [1]


def test_work_behind_the_failed_one_is_left_out() -> None:
    lane, work = Lane("t"), Work()
    lane.submit(work.wait)
    lane.submit(work.fail)
    lane.submit(partial(work.note, 1))
    work.gate.set()
    with pytest.raises(BrokenError):
        lane.drain()
    lane.close()
    assert work.done == []


def test_closing_finishes_what_was_submitted_and_raises_nothing() -> None:
    threads = threading.active_count()
    lane, work = Lane("t"), Work()
    for number in range(3):
        lane.submit(partial(work.note, number))
    lane.close()
    lane.close()
    assert work.done == [0, 1, 2]
    broken = Lane("t")
    broken.submit(work.fail)
    broken.close()
    assert threading.active_count() == threads
