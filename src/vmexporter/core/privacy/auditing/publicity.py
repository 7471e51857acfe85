"""What may stand in a bundle as it is, read from the tables: values by metric and label, names of metrics and labels.

The tables are the one thing that the audit shares with the rewriting; how they are read is its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

DEFAULT_KIND: Final = "custom_label"
_WORD: Final = re.compile("[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_RUN: Final = re.compile("[A-Za-z0-9]+")
_METRIC: Final = re.compile("(?!metric_[0-9]+$)[A-Za-z_][A-Za-z0-9_]*")
_GRAPHIC: Final = re.compile("[!-~]*")
_ENDS_NUMBERED: Final = re.compile(".*[-_][0-9]+", re.DOTALL)
_LONGEST_NUMBER: Final = 6
_REMEMBERED: Final = 1 << 16


class Flag(NamedTuple):
    """One row of ``flags.tsv``."""

    type: str
    kind: str
    default: str


@dataclass(frozen=True, eq=False, slots=True)
class Context:
    """A label of a metric: the rows that may make its values public, and the kind of the others. Equal ones are one."""

    label: str
    rows: tuple[int, ...]
    kind: str


class _Values(NamedTuple):
    label: str
    metrics: re.Pattern[str]
    values: str
    pattern: re.Pattern[str] | None


class Publicity:
    """The tables, as *texts* by file name, at one *level* (``support`` or ``strict``)."""

    def __init__(self, texts: Mapping[str, str], level: str) -> None:
        self.strict: Final = level == "strict"
        self.structure: Final = frozenset(_spread(_listed(texts.get("structure_words.txt", ""))))
        self.words: Final = frozenset(_listed(texts["public_words.txt"]))
        self.metric_words: Final = self.words | frozenset(_listed(texts["metric_words.txt"]))
        self.flags: Final = {row[0]: Flag(row[1], row[4], row[5]) for row in _rows(texts["flags.tsv"])}
        self._label_names: Final = frozenset(_listed(texts["label_names.txt"]))
        self._families: Final = [re.compile(pattern) for pattern in _listed(texts["metric_names.txt"])]
        self._values_rows: Final = list(_values(texts["public_labels.tsv"], strict=self.strict))
        self._values: Final = _by_label(self._values_rows)
        self._kinds: Final = _kinds(texts["sensitive_labels.tsv"])
        self._contexts: Final[dict[tuple[str, str], Context]] = {}
        self._distinct: Final[dict[tuple[str, tuple[int, ...], str], Context]] = {}
        self._metrics: Final[dict[str, bool]] = {}

    def context(self, metric: str, label: str) -> Context:
        """What decides about the values of *label* of *metric*: equal contexts, equal answers."""
        key = (metric, label)
        if (found := self._contexts.get(key)) is None:
            rows = self._values.get(label) or self._values.get(label.removeprefix("exported_"), [])
            fitting = tuple(row for row in rows if self._values_rows[row].metrics.fullmatch(metric))
            same = (label, fitting, self._kind(metric, label))
            found = self._distinct.setdefault(same, Context(*same))
            if len(self._contexts) >= _REMEMBERED:
                self._contexts.clear()
            self._contexts[key] = found
        return found

    def is_public(self, context: Context, value: str) -> bool:
        """Whether *value* may stand there."""
        return any(self._fits(self._values_rows[row], value) for row in context.rows)

    def _fits(self, row: _Values, value: str) -> bool:
        if row.pattern is not None:
            return row.pattern.fullmatch(value) is not None
        return (row.values == "@flags" and value in self.flags) or self.is_worded(value)

    def is_worded(self, value: str) -> bool:
        """Whether *value* consists of public words, and is none of a kind with the pseudonyms."""
        if not _GRAPHIC.fullmatch(value) or _ENDS_NUMBERED.fullmatch(value):
            return False
        return all(run.lower() in self.words or self._all_known(run, self.words) for run in _RUN.findall(value))

    @staticmethod
    def _all_known(run: str, words: frozenset[str]) -> bool:
        parts = _WORD.findall(run)
        return all(part.lower() in words or (part.isdigit() and len(part) <= _LONGEST_NUMBER) for part in parts)

    def _kind(self, metric: str, label: str) -> str:
        rows = self._kinds.get(label) or self._kinds.get(label.removeprefix("exported_"), [])
        fitting = (kind for pattern, kind in (*rows, *self._kinds.get("*", [])) if pattern.fullmatch(metric))
        return next(fitting, DEFAULT_KIND)

    def is_listener(self, value: str) -> bool:
        """Whether *value* is an address to listen at that tells nothing."""
        return self.is_public(self.context("", "addr"), value)

    def is_place(self, value: str, *, is_zone: bool) -> bool:
        """Whether *value* is a region, or a time zone (*is_zone*), and places are public at this level."""
        return not self.strict and (is_zone or self.is_public(self.context("", "region"), value))

    def is_public_metric(self, name: str) -> bool:
        """Whether VictoriaMetrics' programs name their metrics like this."""
        if (found := self._metrics.get(name)) is None:
            found = (
                _METRIC.fullmatch(name) is not None
                and any(family.fullmatch(name) for family in self._families)
                and all(map(self._is_metric_word, name.split("_")))
            )
            if len(self._metrics) >= _REMEMBERED:
                self._metrics.clear()
            self._metrics[name] = found
        return found

    def _is_metric_word(self, run: str) -> bool:
        words = self.metric_words
        return run.lower() in words or all(part.isdigit() or part.lower() in words for part in _WORD.findall(run))

    def is_public_label(self, name: str) -> bool:
        """Whether the name of a label tells nothing of its owner."""
        return name == "__name__" or name in self._label_names or name.removeprefix("exported_") in self._label_names


def _by_label(rows: list[_Values]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for i, row in enumerate(rows):
        found.setdefault(row.label, []).append(i)
    return found


def _values(text: str, *, strict: bool) -> Iterator[_Values]:
    for metrics, label, values, until, _ in _rows(text):
        if until == "strict" or not strict:
            pattern = None if values.startswith("@") else re.compile(values)
            yield _Values(label, re.compile(metrics), values, pattern)


def _kinds(text: str) -> dict[str, list[tuple[re.Pattern[str], str]]]:
    """Label → its rows, those of a certain metric before those of any."""
    found: dict[str, list[tuple[re.Pattern[str], str]]] = {}
    for row in sorted(_rows(text), key=lambda row: row[0] == ".*"):
        found.setdefault(row[1], []).append((re.compile(row[0]), row[3]))
    return found


def _rows(text: str) -> Iterator[list[str]]:
    return (line.split("\t") for line in text.split("\n")[1:] if line and not line.startswith("#"))


def _listed(text: str) -> Iterator[str]:
    return (line for line in text.split("\n") if line and not line.startswith("#"))


def _spread(words: Iterator[str]) -> Iterator[str]:
    """Each word, and the runs of letters and digits that it has."""
    for word in words:
        yield word.lower()
        yield from (run.lower() for run in _RUN.findall(word))
