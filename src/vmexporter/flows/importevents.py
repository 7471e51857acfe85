"""What an import tells while it runs, beside the events that every flow has (``flows.events``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from vmexporter.core.importing.preflight import Survey
from vmexporter.core.importing.tally import Tally
from vmexporter.flows.events import Event
from vmexporter.tsdb.targetfacts import TargetFacts


@dataclass(frozen=True, slots=True)
class TargetFound(Event):
    """The target answered: where data goes in, where it can be asked for ("" where it cannot), and what it is."""

    insert_base: str
    query_base: str
    facts: TargetFacts


@dataclass(frozen=True, slots=True)
class Surveying(Event):
    """The bundle is being looked through; *done* is a fraction."""

    done: float


@dataclass(frozen=True, slots=True)
class Surveyed(Event):
    """What the import would bring, and what would become of it; nothing was sent so far.

    ``outside`` are the samples that the target would drop for their time after a shift by ``shift_ms``,
    ``outside_unshifted`` those without a shift. ``over_limit`` are series with more labels than the target takes.
    ``lost`` are samples that the manifest of a damaged bundle promises and that cannot be read. ``warnings`` are
    sentences for the user.
    """

    survey: Survey
    facts: TargetFacts
    shift_ms: int
    outside: int
    outside_unshifted: int
    over_limit: int
    lost: int
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportProgress(Event):
    """How far the import has come: *done* is a fraction of the text, *at_once* how many bodies may be under way."""

    done: float
    samples: int
    text_bytes_per_s: float
    elapsed_s: float
    eta_s: float | None
    at_once: int


@dataclass(frozen=True, slots=True)
class Verifying(Event):
    """All is sent; what the target has is being counted."""


@dataclass(frozen=True, slots=True)
class JobDifference:
    """A job of which the target has another number of series or samples than were sent."""

    job: str
    series_sent: int
    series_found: int | None
    samples_sent: int
    samples_found: int


@dataclass(frozen=True, slots=True)
class Verification:
    """What the target has, compared with what was sent. ``state`` is ``unverified`` where nothing can be asked.

    ``reasons`` are sentences about what may have made a difference, the likeliest first.
    """

    state: str
    samples_found: int = 0
    differences: tuple[JobDifference, ...] = ()
    reasons: tuple[str, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether nothing is missing or too much, as far as could be told."""
        return self.state != "different"


@dataclass(frozen=True, slots=True)
class Imported(Event):
    """The import is done. *tally* counts what was sent and left out; *doubtful* samples may stand there twice.

    *lost* are samples of a damaged bundle that could not be read (see :class:`Surveyed`).
    """

    tally: Tally
    verification: Verification
    doubtful: int
    lost: int
    elapsed_s: float


@dataclass(frozen=True, slots=True)
class JournalKept(Event):
    """From here on the import can be taken up again by this journal."""

    path: Path


Counts = Mapping[str, tuple[int | None, int]]
"""By job: distinct series (None where that was too much to ask) and samples."""
