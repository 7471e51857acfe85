"""The same question to two servers, one with the original data and one with a bundle of it: are the answers the same?

The map turns the pseudonyms in the second answer back; it is read as its documented JSON, not by the product.
"""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.lab.lines import DATA_FOLDER
from tests.lab.victoria import VictoriaMetrics, seconds

TABLES = DATA_FOLDER.parents[1] / "src" / "vmexporter" / "tables"

Answer = dict[tuple[tuple[str, str], ...], list[float]]
"""Values by label set."""


@dataclass(frozen=True)
class Span:
    """The time of the data."""

    start_ms: int
    end_ms: int
    step_s: int = 60


class Originals:
    """Turns pseudonyms back by the map at *path*."""

    def __init__(self, path: Path) -> None:
        kinds: Mapping[str, Mapping[str, str]] = json.loads(path.read_text())["kinds"]
        self.of = {
            pseudonym: original
            for kind, pairs in kinds.items()
            if kind != "removed"
            for pseudonym, original in pairs.items()
        }
        dashed = {
            pseudonym.replace(".", "-"): original.replace(".", "-")
            for pseudonym, original in self.of.items()
            if pseudonym.startswith("777.")
        }
        self.of |= dashed

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What finds a pseudonym, the longest first."""
        known = sorted(self.of, key=len, reverse=True)
        return re.compile(r"(?<![A-Za-z0-9])(?:" + "|".join(map(re.escape, known)) + r")(?![\w])")

    def undo(self, text: str) -> str:
        """*text* as it was."""
        return self.pattern.sub(lambda found: self.of[found[0]], text)

    def undone(self, answer: Answer) -> Answer:
        """The answer as the original server would give it."""
        return {
            tuple(sorted((self.undo(name), self.undo(value)) for name, value in labels)): values
            for labels, values in answer.items()
        }


def instant(server: VictoriaMetrics, query: str, span: Span) -> Answer:
    """The answer at the end of the span."""
    found = server.query(query, span.end_ms)
    return {_labels(one): [float(one["value"][1])] for one in found}


def over_time(server: VictoriaMetrics, query: str, span: Span) -> Answer:
    """The answer over the whole span."""
    times = {"start": seconds(span.start_ms), "end": seconds(span.end_ms), "step": f"{span.step_s}s"}
    found = server.api.get("/api/v1/query_range", query=query, nocache="1", **times).json()["data"]["result"]
    return {_labels(one): [float(value) for _, value in one["values"]] for one in found}


def _labels(one: Any) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(one["metric"].items()))


def differences(before: Answer, after: Answer) -> list[str]:
    """What is not the same, in words; sums may differ in the last digits, as they are added in another order."""
    found = [f"missing: {dict(labels)}" for labels in before if labels not in after]
    found += [f"too much: {dict(labels)}" for labels in after if labels not in before]
    for labels, values in before.items():
        if labels in after and not _alike(values, after[labels]):
            found.append(f"other values: {dict(labels)}: {values[:3]} and {after[labels][:3]}")
    return found


def _alike(before: list[float], after: list[float]) -> bool:
    return len(before) == len(after) and all(
        math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12) or (math.isnan(one) and math.isnan(other))
        for one, other in zip(before, after, strict=True)
    )


def table(name: str, folder: Path = DATA_FOLDER) -> Iterator[dict[str, str]]:
    """The rows of a TSV file of the test data, or of the product's tables; quotes are letters."""
    with (folder / name).open(newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def filled(query: str, row: Mapping[str, str]) -> str:
    """A query of support with its placeholders filled; a check without its comparison at the end."""
    query = re.sub(r" [<>] \$t$", "", query)
    for name, value in {"$sel": 'job!=""', "$w": "2m", "$r": "14m", "$t": row.get("threshold", "")}.items():
        query = query.replace(name, value)
    return query
