"""What an import sends and what it leaves out, counted; totals add up piece by piece."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(slots=True)
class Tally:
    """Counts of one piece, or of many.

    ``lines`` (blocks, of a native text) and ``samples`` are what is sent. All others are left out: lines that cannot be
    read (with ``force``) and their bytes; lines of jobs that were not chosen and their samples; samples outside the
    chosen time range; samples before the target's retention or too far in the future, after the shift.
    """

    lines: int = 0
    samples: int = 0
    bad_lines: int = 0
    bad_bytes: int = 0
    other_jobs_lines: int = 0
    other_jobs_samples: int = 0
    outside_range: int = 0
    before_retention: int = 0
    in_the_future: int = 0

    def add(self, other: Tally) -> None:
        """Add *other* to these."""
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))
