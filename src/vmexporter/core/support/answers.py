"""What a look at a bundle brings: instances and marks, charts, findings; made by flows, shown by page and report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from vmexporter.core.support.tables import Check

Points = tuple[float | None, ...]
Spans = tuple[tuple[int, int], ...]
Empty = Literal["", "no data", "zero", "older"]
State = Literal["found", "clear", "no data", "older", "absent", "failed"]


@dataclass(frozen=True, slots=True)
class Flag:
    """A flag that was set, with the value as it stands in the bundle; ``is_default``: it might as well not be."""

    name: str
    value: str
    is_default: bool


@dataclass(frozen=True, slots=True)
class InstanceRow:
    """One instance: the share of the range in which it was up, restarts in it, flags set, spans in which it was down.

    None where nothing tells.
    """

    component: str
    job: str
    instance: str
    versions: tuple[str, ...]
    first_ms: int
    last_ms: int
    up_share: float | None
    restarts: int | None
    flags: tuple[Flag, ...]
    down: Spans


@dataclass(frozen=True, slots=True)
class Mark:
    """Something to be marked on every chart; ``version`` is the new one, ``until_ms`` the end of a gap."""

    kind: Literal["restart", "version", "down"]
    at_ms: int
    component: str
    job: str
    instance: str
    version: str = ""
    until_ms: int = 0


@dataclass(frozen=True, slots=True)
class Overview:
    """Instances, marks in order of time, and what could not be found out."""

    rows: tuple[InstanceRow, ...]
    marks: tuple[Mark, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One curve of a chart, by the name that the legend has for it."""

    name: str
    values: Points


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart: lines by name, of very many those that reach highest.

    ``left_out`` is how many lines are not drawn; ``empty`` says why there is none.
    ``older``: all programs are of a release without its metrics; ``zero``: nothing is above zero, or is measured.
    """

    query: str
    step_ms: int
    times_ms: tuple[int, ...]
    lines: tuple[Line, ...]
    left_out: int = 0
    partial: bool = False
    empty: Empty = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """One series of a check's answer: whom and where its labels say, and the value."""

    labels: Mapping[str, str]
    value: float


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a check: ``findings`` worst first, ``measured`` how many series it looked at.

    ``clear``: measured and well. ``no data``: nothing was measured. ``older``: the programs do not have the metrics
    yet. ``absent``: there is no such component. ``failed``: the server did not answer, ``why`` says what it said.
    """

    check: Check
    state: State
    findings: tuple[Measured, ...] = ()
    measured: int = 0
    why: str = ""
