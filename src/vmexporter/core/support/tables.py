"""The tables of panels and checks, read: what to draw, what to look for, and the queries with their placeholders.

Plain TSV: one head line, split at tabs only, quotes and backslashes are letters. Panels and dashboards come most useful
first. A check's ``chart`` is the panel that shows it, ``own``: its own condition over time, or ``none``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeVar

Unit = Literal["short", "ops", "bytes", "seconds", "percent"]
Severity = Literal["critical", "warning", "info"]

PANELS: Final = "support_panels.tsv"
CHECKS: Final = "support_checks.tsv"
FLAGS: Final = "flags.tsv"
OWN_CHART: Final = "own"
NO_CHART: Final = "none"
SEVERITIES: Final[tuple[Severity, ...]] = ("critical", "warning", "info")
DASHBOARDS: Final[Mapping[str, str]] = {
    "overview": "Overview",
    "resources": "Resources",
    "ingestion": "Ingestion",
    "storage": "Storage and merges",
    "queries": "Queries",
    "caches": "Caches",
    "vmagent": "Remote write",
    "vmalert": "Alerting",
    "vmauth": "Authorization",
}
"""Dashboard as the table has it → its title."""

_TABLED = TypeVar("_TABLED", "Panel", "Check")


@dataclass(frozen=True, slots=True)
class Panel:
    """A chart: a range query with ``$sel`` and ``$w``; ``min_version`` is that of the metrics it needs, or ""."""

    id: str
    dashboard: str
    title: str
    unit: Unit
    legend: str
    query: str
    why: str
    min_version: str = ""

    @property
    def is_empty_when_well(self) -> bool:
        """Whether it leaves out what is zero."""
        return self.query.endswith(("> 0", "> 0)"))


@dataclass(frozen=True, slots=True)
class Check:
    """A finding: an instant query whose series are findings; ``threshold`` is what ``$t`` becomes."""

    id: str
    title: str
    severity: Severity
    component: str
    condition: str
    threshold: str
    meaning: str
    action: str
    docs: str
    unit: Unit
    chart: str
    min_version: str = ""

    @property
    def measure(self) -> str:
        """The condition without its tail: what is measured."""
        return self.condition[: -len(" > $t")]

    @property
    def is_floor(self) -> bool:
        """Whether values below the threshold are the findings, not those above."""
        return self.condition.endswith(" < $t")

    @property
    def counts(self) -> bool:
        """Whether it counts what should not be there, so that no answer is a good one."""
        return self.condition.startswith("count by")

    def holds(self, value: float) -> bool:
        """Whether *value* is a finding; what is no number is none."""
        limit = float(self.threshold)
        return value < limit if self.is_floor else value > limit


def read_panels(text: str) -> tuple[Panel, ...]:
    """The panels of a table.

    Raises:
        ValueError: a row is none; the message names it.
    """
    return _rows(text, Panel)


def read_checks(text: str) -> tuple[Check, ...]:
    """The checks of a table.

    Raises:
        ValueError: a row is none; the message names it.
    """
    return _rows(text, Check)


def read_defaults(text: str) -> dict[str, str]:
    """Flag → its default, of those that the table of flags knows."""
    rows = (line.split("\t") for line in text.split("\n")[1:] if line)
    return {row[0]: row[5] for row in rows}


def _rows(text: str, kind: type[_TABLED]) -> tuple[_TABLED, ...]:
    head, *lines = text.removesuffix("\n").split("\n")
    names = head.split("\t")
    if names != list(kind.__dataclass_fields__):
        raise ValueError(f"the head of a table of {kind.__name__.lower()}s is none: {head[:60]!r}")
    rows = []
    for number, line in enumerate(lines, 2):
        cells = line.split("\t")
        if len(cells) != len(names):
            raise ValueError(f"line {number} has {len(cells)} cells, not {len(names)}")
        rows.append(kind(*cells))  # type: ignore[arg-type] # the words are checked with the tables
    return tuple(rows)
