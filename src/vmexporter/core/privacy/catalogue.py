"""What is known to be public: the tables, and the answers they give for a metric, a label and a value.

Two tables decide, and never by the label alone. ``public_labels.tsv`` says which values of a label are public; it asks
the value too, because a relabelling rule can put anything into any label. ``sensitive_labels.tsv`` says of what kind
everything else is. A pair that no row names is a ``custom_label``: private.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Final, NamedTuple

from vmexporter.core.privacy.wording import ANY_METRIC, Wording, fits, spelled_out

ANY: Final = "*"
DEFAULT_KIND: Final = "custom_label"
EXPORTED: Final = "exported_"
WORDS: Final = "@words"
FLAGS: Final = "@flags"

_REMEMBERED: Final = 65_536


class PublicRow(NamedTuple):
    """One row of ``public_labels.tsv``; ``level`` is the last one in which the values are public."""

    metric_pattern: str
    label: str
    values: str
    level: str
    why: str


class Rule(NamedTuple):
    """What a pair's value is when it is not public: its kind, and the row that says so."""

    kind: str
    metric_pattern: str
    label: str


class Flag(NamedTuple):
    """One row of ``flags.tsv``."""

    type: str
    kind: str
    default: str


class Catalogue:
    """The tables as *texts*, keyed by file name."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts: Final = texts
        self._rules: Final[dict[tuple[str, str], Rule]] = {}
        self._public: Final[dict[tuple[str, str], tuple[PublicRow, ...]]] = {}
        self._metrics: Final[dict[str, bool]] = {}
        self._judged: Final[dict[tuple[tuple[PublicRow, ...], str, str], PublicRow | None]] = {}
        self._grounds: Final[dict[tuple[str, tuple[PublicRow, ...]], int]] = {}

    def rule(self, metric: str, label: str) -> Rule:
        """What a value of *label* of *metric* is, unless it is public."""
        known = self._rules.get((metric, label))
        if known is None:
            _bound(self._rules)
            known = self._rules[metric, label] = self._find_rule(metric, label)
        return known

    def kind(self, metric: str, label: str) -> str:
        """The kind of :meth:`rule`."""
        return self.rule(metric, label).kind

    def public_rows(self, metric: str, label: str) -> tuple[PublicRow, ...]:
        """The rows that may make a value of *label* of *metric* public; ``exported_x`` has those of ``x``."""
        known = self._public.get((metric, label))
        if known is None:
            rows = self._public_rows.get(label) or self._public_rows.get(label.removeprefix(EXPORTED), [])
            known = tuple(row for row in rows if fits(row.metric_pattern, metric))
            _bound(self._public)
            self._public[metric, label] = known
        return known

    def ground(self, metric: str, label: str) -> int:
        """A number for what the tables say of a pair: where it is equal, a value is judged alike."""
        return self._grounds.setdefault((self.kind(metric, label), self.public_rows(metric, label)), len(self._grounds))

    def depends_on_metric(self, label: str) -> bool:
        """Whether a row of a table names *label* for some metrics only."""
        return label in self._specific or label.removeprefix(EXPORTED) in self._specific

    def public_row(self, metric: str, label: str, value: str, level: str) -> PublicRow | None:
        """The row that makes *value* public at *level* (``support`` or ``strict``), if there is one."""
        rows = self.public_rows(metric, label)
        if not rows:
            return None
        judged = (rows, value, level)
        if judged not in self._judged:
            _bound(self._judged)
            found = (row for row in rows if level != "strict" or row.level == "strict")
            self._judged[judged] = next((row for row in found if self.is_listed(row.values, value)), None)
        return self._judged[judged]

    def is_public(self, metric: str, label: str, value: str, level: str = "support") -> bool:
        """Whether *value* may stay as it is."""
        return self.public_row(metric, label, value, level) is not None

    def is_listed(self, values: str, value: str) -> bool:
        """Whether *value* is one of *values*: an expression, ``@words``, or ``@flags`` (a flag's name)."""
        if values == WORDS:
            return self.is_worded(value)
        if values == FLAGS:
            return value in self.flags or self.is_worded(value)
        return re.fullmatch(values, value) is not None

    def is_worded(self, value: str) -> bool:
        """Whether *value* is made of public words, and could not be a pseudonym (``word-7``)."""
        return self._wording.is_worded(value)

    def is_public_metric(self, name: str) -> bool:
        """Whether *name* is one that VictoriaMetrics' programs give themselves, also in versions to come."""
        known = self._metrics.get(name)
        if known is None:
            _bound(self._metrics)
            known = self._metrics[name] = self._wording.is_metric(name)
        return known

    def is_public_label(self, name: str) -> bool:
        """Whether the name of a label tells nothing of its owner."""
        return name in self._labels or name.removeprefix(EXPORTED) in self._labels

    @cached_property
    def flags(self) -> Mapping[str, Flag]:
        """Flag name → what its values are."""
        return {row[0]: Flag(row[1], row[4], row[5]) for row in self.rows("flags.tsv")}

    @cached_property
    def words(self) -> frozenset[str]:
        """The public words, in lower case."""
        return frozenset(self.listed("public_words.txt"))

    def rows(self, table: str) -> Iterator[list[str]]:
        """The cells of each row of a ``.tsv`` table, without its head."""
        for line in self._texts[table].split("\n")[1:]:
            if line:
                yield line.split("\t")

    def listed(self, table: str) -> Iterator[str]:
        """The entries of a ``.txt`` table; a line that begins with ``#`` is a comment."""
        for line in self._texts[table].split("\n"):
            if line and not line.startswith("#"):
                yield line

    def _find_rule(self, metric: str, label: str) -> Rule:
        base = label.removeprefix(EXPORTED)
        for name in dict.fromkeys((label, base)):
            if (rule := self._sensitive.get((metric, name))) is not None:
                return rule
            for rule in self._patterned.get(name, ()):
                if fits(rule.metric_pattern, metric):
                    return rule
        for wanted in ((ANY_METRIC, label), (ANY_METRIC, base), (metric, ANY)):
            if (rule := self._sensitive.get(wanted)) is not None:
                return rule
        return Rule(DEFAULT_KIND, ANY_METRIC, ANY)

    @cached_property
    def _public_rows(self) -> dict[str, list[PublicRow]]:
        found: dict[str, list[PublicRow]] = {}
        for row in self.rows("public_labels.tsv"):
            found.setdefault(row[1], []).append(PublicRow(*row))
        return found

    @cached_property
    def _sensitive(self) -> dict[tuple[str, str], Rule]:
        """(metric or ``.*``, label or ``*``) → rule; patterns are spelled out, so that few have to be searched."""
        found: dict[tuple[str, str], Rule] = {}
        for metric_pattern, label, _, kind, _ in self.rows("sensitive_labels.tsv"):
            for metric in spelled_out(metric_pattern):
                found.setdefault((metric, label), Rule(kind, metric_pattern, label))
        return found

    @cached_property
    def _patterned(self) -> dict[str, list[Rule]]:
        """Label → rules for metrics that cannot be spelled out (``alertmanager_.*``)."""
        found: dict[str, list[Rule]] = {}
        for metric_pattern, label, _, kind, _ in self.rows("sensitive_labels.tsv"):
            if not spelled_out(metric_pattern):
                found.setdefault(label, []).append(Rule(kind, metric_pattern, label))
        return found

    @cached_property
    def _specific(self) -> frozenset[str]:
        """Labels that a row names for some metrics only."""
        sensitive = {label for metric, label in self._sensitive if metric != ANY_METRIC} | self._patterned.keys()
        rows = (row for rows in self._public_rows.values() for row in rows)
        return frozenset(sensitive | {row.label for row in rows if row.metric_pattern != ANY_METRIC})

    @cached_property
    def _wording(self) -> Wording:
        families, names = tuple(self.listed("metric_names.txt")), frozenset(self.listed("metric_words.txt"))
        return Wording(self.words, names, families)

    @cached_property
    def _labels(self) -> frozenset[str]:
        return frozenset(self.listed("label_names.txt"))


def _bound(cache: dict[Any, Any]) -> None:
    """Keep a cache from growing with what a server sends."""
    if len(cache) >= _REMEMBERED:
        cache.clear()
