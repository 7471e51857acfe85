"""Ctrl-C and SIGTERM while work goes on: the first asks it to stop where it can be resumed, the second ends it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import closing
from types import FrameType, TracebackType
from typing import Self

from vmexporter.cli import render
from vmexporter.cli.options import FormatOptions
from vmexporter.flows.events import Event, Finished


class StopSwitch:
    """While entered, ``pressed`` holds the number of the signal that came, 0 before."""

    def __init__(self) -> None:
        self.pressed = 0
        self._before: dict[int, object] = {}

    def __enter__(self) -> Self:
        """Take over the signals."""
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._press)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the signals back."""
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    @property
    def exit_status(self) -> int:
        """What a shell expects of a program that a signal ended."""
        return 128 + self.pressed

    def _press(self, number: int, frame: FrameType | None) -> None:
        del frame
        if self.pressed:
            os._exit(128 + number)  # at once: the journal is good at every moment
        self.pressed = number


def to_the_end(events: Iterator[Event], form: FormatOptions) -> Finished:
    """Drive what leaves nothing behind when it is stopped; the process ends then.

    Raises:
        VmexporterError: it could not be finished.
    """
    with (
        StopSwitch() as switch,
        closing(events) as running,  # type: ignore[type-var]
        render.watching(quiet=form.quiet) as watcher,
    ):
        for event in running:
            if isinstance(event, Finished):
                return event
            if switch.pressed:
                break
            watcher.show(event)
    render.say("Stopped.")
    sys.exit(switch.exit_status)
