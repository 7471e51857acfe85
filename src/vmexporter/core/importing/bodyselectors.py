"""Selectors for the series of a body, as narrow as they can be said shortly.

A server may hold several copies of a case, told apart by one label, and each has all names and jobs of the body. So a
label that all series of a selector have, with few values, is asked for, too. Nothing of the body can be missed: what
the server has of a series has just its labels.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from vmexporter.core.selectors import Matcher, Selector, escape_regex

_NAMES_PER_SELECTOR: Final = 60
_VALUES_PER_LABEL: Final = 100
_MOST_BYTES: Final = 4096
"""Of the further matchers of one selector. With names and job it stays below -search.maxQueryLen (16 KiB)."""


def body_selectors(series: Collection[Mapping[str, str]], mark: str) -> list[str]:
    """Selectors that match all *series*, each given by its labels, and perhaps others.

    *mark* is a job that no series has; it is asked for beside those of the series.
    """
    by_name: dict[str, list[Mapping[str, str]]] = {}
    for labels in series:
        by_name.setdefault(labels.get("__name__", ""), []).append(labels)
    names = sorted(by_name)
    packs = (names[at : at + _NAMES_PER_SELECTOR] for at in range(0, len(names), _NAMES_PER_SELECTOR))
    return [str(_selector([labels for name in pack for labels in by_name[name]], mark)) for pack in packs]


def _selector(series: list[Mapping[str, str]], mark: str) -> Selector:
    names = sorted({labels.get("__name__", "") for labels in series})
    jobs = sorted({labels.get("job", "") for labels in series})
    return Selector(((_one_of("__name__", names), _one_of("job", [*jobs, mark]), *_further(series)),))


def _further(series: list[Mapping[str, str]]) -> Iterator[Matcher]:
    """Matchers for labels that all *series* have, those with the fewest values first, as far as there is room."""
    shared = set.intersection(*({name for name, value in labels.items() if value} for labels in series))
    values = {name: sorted({labels[name] for labels in series}) for name in shared - {"__name__", "job"}}
    left_bytes = _MOST_BYTES
    for name in sorted(values, key=lambda name: (len(values[name]), name)):
        if len(values[name]) > _VALUES_PER_LABEL:
            return
        matcher = _one_of(name, values[name]) if len(values[name]) > 1 else Matcher(name, "=", values[name][0])
        text = str(matcher)
        if _is_read_by_all(name, text) and len(text.encode()) <= left_bytes:
            left_bytes -= len(text.encode())
            yield matcher


def _one_of(label: str, values: list[str]) -> Matcher:
    return Matcher(label, "=~", "|".join(map(escape_regex, values)))


def _is_read_by_all(name: str, text: str) -> bool:
    r"""Whether every version reads it: a quoted name is new, and ``\x`` in a regular expression has to be UTF-8."""
    return name.isascii() and name.isidentifier() and r"\x" not in text
