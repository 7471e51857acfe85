"""What happens to the samples on their way: labels, times, and what the target would drop.

The order is fixed: jobs and time range are chosen by what stands in the bundle, then samples move in time, then those
go that the target does not keep.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from vmexporter.core.formats import Format
from vmexporter.core.importing.request import ImportOptions, Label
from vmexporter.core.importing.tally import Tally
from vmexporter.core.request import TimeRange


@dataclass(frozen=True, slots=True)
class Keeps:
    """The samples that the target keeps: from ``oldest_ms`` to ``newest_ms``, inclusive; None: no bound, or unknown."""

    oldest_ms: int | None = None
    newest_ms: int | None = None


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


Watch = Callable[[bytes, int, int, int], None]
"""Told of each unit that was chosen: its label part, its samples in the chosen range, and the first and last of their
times, before the shift (of a native block that reaches beyond the range: the range's end)."""


class UnreadableUnit(Exception):
    """The unit at ``position`` of the text cannot be read; ``reason`` says why in words that show nothing of it.

    ``lost``: nor can what follows, because its border cannot be found.
    """

    def __init__(self, position: int, reason: str, *, lost: bool = False) -> None:
        super().__init__(reason)
        self.position, self.reason, self.lost = position, reason, lost


Parts = Sequence[bytes | memoryview]
Several = Iterator[tuple[Parts, Tally]]
"""The edited parts of a unit that is too long for one body, each with what was counted in it."""


@dataclass(slots=True)
class Body:
    """A body under way: its parts, their bytes, what was counted, and how large it may get.

    ``is_full``: the next unit is whole, but does not fit any more. One unit always fits, or is continued: ``rest`` is
    what of it has to stand in the next body. ``settled`` parts stand alone; where a body ``is_counted`` only, they are
    not kept. ``lines`` were read for it, blank ones too; ``is_plain``: all their values are numbers.
    """

    most_bytes: int
    is_counted: bool = False
    parts: list[bytes | memoryview] = field(default_factory=list)
    size: int = 0
    tally: Tally = field(default_factory=Tally)
    is_full: bool = False
    settled: int = 0
    lines: int = 0
    is_plain: bool = True
    rest: Several | None = None

    def has_room(self, size: int) -> bool:
        """Whether *size* bytes more fit; if not, the body is full."""
        self.is_full = bool(self.size) and self.size + size > self.most_bytes
        return not self.is_full

    def put(self, parts: Parts) -> None:
        """Add edited bytes."""
        self.parts += parts
        self.size += sum(map(len, parts))

    def fill(self, rest: Several) -> None:
        """Add as much of *rest* as fits."""
        self.rest, self.is_plain = rest, False
        while self.size < self.most_bytes:
            found = next(rest, None)
            if found is None:
                self.rest = None
                return
            self.put(found[0])
            self.tally.add(found[1])

    def settle(self) -> None:
        """Let go of the text that parts are views of."""
        self.parts[self.settled :] = [] if self.is_counted else [b"".join(self.parts[self.settled :])]
        self.settled = len(self.parts)


class Editor(Protocol):
    """Edits the units of one text, lines or native blocks."""

    head_bytes: int
    """Where the first unit begins: 0, or behind the range of a native text."""
    force: bool
    """Whether a unit that cannot be read is passed over and counted."""
    unit: str
    """What a unit is called."""

    @property
    def merged(self) -> int:
        """How many series fewer there are than came, because the label that told them apart is gone."""

    def head(self) -> bytes:
        """What every body has to begin with."""

    def border(self, text: bytes) -> int:
        """Where in *text* the unit ends that began before it, for all that can be seen; -1: not in it."""

    def take(self, text: bytes, position: int, stop: int, body: Body) -> int:
        """Add to *body* the whole units from *position* on that begin before *stop*, edited; where the next one begins.

        Raises:
            UnreadableUnit: and *force* is not set, or what follows is lost.
        """


def editor_for(
    form: Format, edits: Edits, *, head: bytes = b"", force: bool = False, watch: Watch | None = None
) -> Editor:
    """The editor for a text of *form*; *head* is what a native text begins with (``MetricsFile.head``).

    With *force* a unit that cannot be read is passed over and counted, else it is an error.

    Raises:
        BundleDamaged: *head* is not the beginning of a native text.
    """
    if form == "native":
        from vmexporter.core.importing.blockeditor import BlockEditor

        return BlockEditor(edits, head, force=force, watch=watch)
    from vmexporter.core.importing.lineeditor import LineEditor

    return LineEditor(edits, force=force, watch=watch)
