"""Public words: when a value or the name of a metric is made of nothing else, and when a pattern means a metric."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

ANY_METRIC: Final = ".*"

_RUN: Final = re.compile("[A-Za-z0-9]+")
_PART: Final = re.compile("[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_PLAIN: Final = re.compile("[!-~]*")  # no blank: an enumeration has none; no letter beyond ASCII
_NUMBERED: Final = re.compile(r".*[-_][0-9]+", re.DOTALL)
_ALONE: Final = re.compile("(?<![A-Za-z0-9_])[0-9]+(?![A-Za-z0-9_])")
_SOURCE_LINE: Final = re.compile(r"(.*\.go):[0-9]{1,5}", re.DOTALL)
_LETTER: Final = re.compile("[A-Za-z]")
_LONGEST_NUMBER: Final = 6
_LONGEST_IN_METRIC: Final = 3
_LITERAL: Final = re.compile(r"[\w:]*")
_GROUP: Final = re.compile(r"\((?:\?:)?([\w:|]*)\)(\?)?")


class Wording:
    """*words* are public anywhere, *metric_words* in names of metrics; *families* are patterns of such names."""

    def __init__(self, words: frozenset[str], metric_words: frozenset[str], families: Iterable[str]) -> None:
        self._words: Final = words
        self._metric_words: Final = words | metric_words
        self._families: Final = tuple(families)

    def is_worded(self, value: str) -> bool:
        """Whether *value* is made of public words, and could not be a pseudonym (``word-7``).

        A number stands alone in a line of source code only (``main.go:18``): anywhere else it can be an address or a
        tenant.
        """
        line = _SOURCE_LINE.fullmatch(value)
        text = line[1] if line else value
        return (
            _PLAIN.fullmatch(text) is not None
            and _NUMBERED.fullmatch(text) is None
            and _ALONE.search(text) is None
            and _LETTER.search(text) is not None
            and all(self._is_public_run(run) for run in _RUN.findall(text))
        )

    def is_metric(self, name: str) -> bool:
        """Whether *name* is one that VictoriaMetrics' programs give themselves, also in versions to come."""
        if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) is None or re.fullmatch(r"metric_[0-9]+", name):
            return False
        if not any(fits(pattern, name) for pattern in self._families):
            return False
        return all(self._is_metric_word(run) for run in name.split("_") if run)

    def _is_metric_word(self, run: str) -> bool:
        known = self._metric_words
        return run.lower() in known or all(
            len(part) <= _LONGEST_IN_METRIC if part.isdigit() else part.lower() in known for part in _PART.findall(run)
        )

    def _is_public_run(self, run: str) -> bool:
        lower = run.lower()
        if lower in self._words:
            return True
        return all(
            len(part) <= _LONGEST_NUMBER if part.isdigit() else part.lower() in self._words
            for part in _PART.findall(run)
        )


def spelled_out(pattern: str) -> list[str]:
    """All names that *pattern* means: alternatives in parentheses, perhaps optional; ``.*`` alone means any.

    None if they are more than a list can hold.
    """
    if pattern == ANY_METRIC:
        return [pattern]
    group = _GROUP.search(pattern)
    if group is None:
        return [pattern] if _LITERAL.fullmatch(pattern) else []
    options = [*group[1].split("|"), *([""] if group[2] else [])]
    before, after = pattern[: group.start()], pattern[group.end() :]
    return [name for option in options for name in spelled_out(before + option + after)]


def fits(pattern: str, metric: str) -> bool:
    """Whether the metric name *metric* is meant by *pattern*, an anchored expression; plain ones need no compiling."""
    if pattern == ANY_METRIC:
        return True
    if _LITERAL.fullmatch(pattern):
        return pattern == metric
    return re.fullmatch(pattern, metric) is not None
