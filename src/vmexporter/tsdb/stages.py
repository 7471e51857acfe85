"""The stages of a probe as they pass, with what was tried and how long it took: for a face that shows them one by one.

Rule: a stage is told when it begins and when it ends, in the order of ``StageName``; one that cannot be judged any more
is not told at all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

StageName = Literal["address", "network", "tls", "api", "auth", "tenant", "export", "insert", "facts"]
StageState = Literal["running", "done", "failed", "skipped"]


@dataclass(frozen=True)
class Attempt:
    """One question to one base: its status (0: no answer came) and the server's short words."""

    asked: Literal["query", "export"]
    url: str
    status: int
    words: str = ""


@dataclass(frozen=True)
class Stage:
    """One stage: ``words`` say what was found, or why it failed; ``took_s`` is 0 while it is running."""

    name: StageName
    state: StageState
    words: str = ""
    took_s: float = 0.0
    attempts: tuple[Attempt, ...] = ()


class Stages:
    """Tells the stages to *on_stage* and measures them by *clock* (seconds, monotonic)."""

    def __init__(self, on_stage: Callable[[Stage], None] | None, clock: Callable[[], float]) -> None:
        self._on_stage = on_stage
        self._clock = clock
        self._begun_s = clock()

    def begin(self, name: StageName) -> None:
        """Tell that *name* runs now."""
        self._begun_s = self._clock()
        self._tell(Stage(name, "running"))

    def go_on(self, name: StageName) -> None:
        """Tell that *name* runs now, and ran already while the stages before it were measured apart."""
        self._tell(Stage(name, "running"))

    def end(
        self, name: StageName, words: str, attempts: tuple[Attempt, ...] = (), *, state: StageState = "done"
    ) -> None:
        """Tell how *name*, the latest stage that was begun, ended."""
        took_s = max(0.0, self._clock() - self._begun_s)
        self._tell(Stage(name, state, words, took_s, attempts))

    def passed(self, name: StageName, words: str, took_s: float = 0.0, *, state: StageState = "done") -> None:
        """Tell of a stage that was a part of another one, and does not count there."""
        self._begun_s += took_s
        self._tell(Stage(name, state, words, took_s))

    def _tell(self, stage: Stage) -> None:
        if self._on_stage is not None:
            self._on_stage(stage)
