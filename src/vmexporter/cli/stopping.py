"""Ctrl-C and SIGTERM while work goes on: the first asks it to stop where it can be resumed, the second ends it."""

from __future__ import annotations

import os
import signal
from types import FrameType, TracebackType
from typing import Self


class StopSwitch:
    """While entered, ``pressed`` holds the number of the signal that came, 0 before."""

    def __init__(self) -> None:
        self.pressed = 0
        self._before: dict[int, object] = {}

    def __enter__(self) -> Self:
        """Take over the signals; one that is to be ignored stays so, as for a script's job behind ``&``."""
        for number in (signal.SIGINT, signal.SIGTERM):
            if signal.getsignal(number) is not signal.SIG_IGN:
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
