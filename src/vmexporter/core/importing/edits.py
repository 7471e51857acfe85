"""What happens to the samples on their way: labels, times, and what the target would drop or refuse.

The order is fixed: jobs and time range are chosen by what stands in the bundle, then samples move in time, then those
go that the target does not keep.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from vmexporter.core.formats import Format
from vmexporter.core.importing.request import ImportOptions, Label
from vmexporter.core.importing.tally import Tally
from vmexporter.core.request import TimeRange


@dataclass(frozen=True, slots=True)
class Keeps:
    """What the target keeps: samples from ``oldest_ms`` to ``newest_ms`` (inclusive; None: no such bound, or unknown).

    ``nulls``: whether a line may hold ``null``. VictoriaMetrics of before v1.8x answers 204 and drops the whole line.
    """

    oldest_ms: int | None = None
    newest_ms: int | None = None
    nulls: bool = True


@dataclass(frozen=True, slots=True)
class Edits:
    """All that is done to a unit, resolved: no clock is needed any more.

    ``time_range`` is in the bundle's time, ``keeps`` in the time after the shift.
    """

    shift_ms: int = 0
    extra_labels: tuple[Label, ...] = ()
    drop_labels: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()
    time_range: TimeRange | None = None
    keeps: Keeps = Keeps()

    @classmethod
    def of(cls, options: ImportOptions, shift_ms: int, keeps: Keeps) -> Edits:
        """The edits that *options* ask for, once the shift and the target are known."""
        return cls(shift_ms, options.extra_labels, options.drop_labels, options.jobs, options.time_range, keeps)


class Editor(Protocol):
    """Edits the units of one text, lines or native blocks; what it leaves out is in the tally of the piece."""

    head_bytes: int
    """Where the first unit begins: 0, or behind the range of a native text."""

    @property
    def merged(self) -> int:
        """How many series fewer there are than came, because the label that told them apart is dropped."""

    def head(self) -> bytes:
        """What every piece has to begin with."""

    def take(self, text: bytes, position: int, room: int) -> Taken:
        """The whole units of *text* from *position* on, edited, until *room* bytes are full (one unit always fits)."""


@dataclass(slots=True)
class Taken:
    """What :meth:`Editor.take` made: bytes to send, where it stopped, what it counted, whether more units are whole."""

    parts: list[bytes | memoryview]
    size: int
    stop: int
    tally: Tally
    is_full: bool


def editor_for(form: Format, edits: Edits, *, head: bytes = b"", force: bool = False) -> Editor:
    """The editor for a text of *form*; *head* is what a native text begins with (``MetricsFile.head``).

    With *force* a unit that cannot be read is passed over and counted, else it is an error.

    Raises:
        BundleDamaged: *head* is not the beginning of a native text.
    """
    raise NotImplementedError


Spans = Sequence[tuple[int, int]]
"""Byte ranges [start, end) of a text, at the borders of units, in order and apart."""
