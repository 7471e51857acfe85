"""What the fault matrix found, kept as docs/faults.md: written when the long form has played every cell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "faults.md"
BEGIN, END = "<!-- made by `make test-hard` -->", "<!-- end -->"


@dataclass
class Ledger:
    """How each cell (row, column) ended, seed by seed; *seeds* says how many seeds each row has."""

    seeds: Mapping[str, int]
    columns: Sequence[str]
    endings: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))

    @property
    def is_full(self) -> bool:
        """Whether every cell was played with all of its seeds."""
        return all(
            len(self.endings[row, column]) >= count for row, count in self.seeds.items() for column in self.columns
        )

    def table(self) -> Iterator[str]:
        """The lines of the table: in a cell the number of runs, and the ways in which they ended."""
        yield f"| trouble | runs | {' | '.join(self.columns)} |"
        yield "|---" * (len(self.columns) + 2) + "|"
        for row, count in self.seeds.items():
            cells = ("<br>".join(sorted(set(self.endings[row, column]))) for column in self.columns)
            yield f"| {row} | {count} each | {' | '.join(cells)} |"

    def keep(self) -> None:
        """Put the table into the document."""
        text = DOCUMENT.read_text(encoding="utf-8")
        before, after = text.split(BEGIN)[0], text.split(END)[1]
        DOCUMENT.write_text(before + "\n".join([BEGIN, "", *self.table(), "", END]) + after, encoding="utf-8")


def kept_cells() -> dict[tuple[str, str], str]:
    """The cells of the table in the document."""
    lines = DOCUMENT.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0].strip().split("\n")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    columns = rows[0][2:]
    return {(row[0], column): cell for row in rows[2:] for column, cell in zip(columns, row[2:], strict=True)}
