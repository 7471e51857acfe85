"""Signals while work goes on: asked to stop once; and a job that is to ignore Ctrl-C ignores it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from vmexporter.cli.stopping import StopSwitch


@pytest.fixture(params=[signal.SIGINT, signal.SIGTERM])
def number(request: pytest.FixtureRequest) -> Iterator[signal.Signals]:
    before = signal.getsignal(request.param)
    yield request.param
    signal.signal(request.param, before)


def unexpected(*_: object) -> None:
    raise AssertionError("the handler of whoever was there before")


@pytest.mark.parametrize(("before", "is_heard"), [(unexpected, True), (signal.SIG_IGN, False)])
def test_a_signal_is_heard_unless_it_is_to_be_ignored(
    number: signal.Signals, before: Callable[..., Any] | signal.Handlers, is_heard: bool
) -> None:
    signal.signal(number, before)
    with StopSwitch() as switch:
        assert not switch.pressed
        os.kill(os.getpid(), number)
        assert switch.pressed == (number if is_heard else 0)
    assert signal.getsignal(number) is before
    assert switch.exit_status == 128 + switch.pressed
