"""One line of JSON to import: where its parts are, and the usual form of a line that is written in another way.

Nearly all lines have the form that servers write. What a program or a person has written with spaces, or with its keys
in another order, is read as JSON and put into that form; numbers keep their digits.
Form: https://docs.victoriametrics.com/victoriametrics/#json-line-format
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any, Final, NamedTuple

from vmexporter.core.lines import LABELS_END, LINE_START
from vmexporter.core.privacy.labels import encode
from vmexporter.core.samples import LINE_END, TIMESTAMPS, VALUES, checked_values
from vmexporter.errors import BadExportLine, LeakFound

_NUMBER: Final = rb"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][-+]?[0-9]++)?"
_ITEM: Final = re.compile(rb'(?:%b|null|"-?Infinity"|"NaN"),' % _NUMBER)
STRETCH: Final = 16_384
"""Samples in one of the lines that a very long one is made into."""
_STRETCHES: Final = re.compile(rb"[^,]++(?:,[^,]++){0,%d}" % (STRETCH - 1))
_WORDS: Final = frozenset({"Infinity", "-Infinity", "NaN"})


class Places(NamedTuple):
    """Where parts of a line begin and end in its text: labels up to *labels*, then values, then timestamps."""

    labels: int
    values: int
    values_end: int
    times: int
    times_end: int


class _Number(str):
    """The digits of a number, as they came."""

    __slots__ = ()


def places(text: bytes, start: int, end: int) -> Places | None:
    """The parts of the line ``text[start:end]``; None when it is not of the servers' own form."""
    split = text.find(LABELS_END, start, end)
    values_end = text.find(b"]", split, end) if split >= 0 else -1
    whole = values_end >= 0 and text.startswith(TIMESTAMPS, values_end) and text.startswith(LINE_END, end - 2)
    times = values_end + len(TIMESTAMPS)
    if not whole or times > end - 2 or not text.startswith(LINE_START, start):
        return None
    return Places(split + 1, split + len(LABELS_END), values_end, times, end - 2)


def shorter_lines(text: bytes, start: int, end: int) -> Iterator[bytes]:
    """The line ``text[start:end]`` as several, each with at most ``STRETCH`` of its samples and all of its labels.

    Servers refuse lines of more than 10 MiB unless they are told otherwise (``-import.maxLineLen``).

    Raises:
        BadExportLine: the line is torn, or has more values than timestamps, or fewer.
    """
    at = places(text, start, end)
    if at is None or any(text.find(gap, at.values, at.times_end + 1) >= 0 for gap in (b",,", b",]", b"[,")):
        raise BadExportLine("it is torn")
    labels, stretches = text[start : at.labels], _STRETCHES.finditer
    for values, times in zip_longest(
        stretches(text, at.values, at.values_end), stretches(text, at.times, at.times_end)
    ):
        if values is None or times is None:
            raise BadExportLine("it has more values than timestamps, or fewer")
        yield b"".join((labels, VALUES, values[0], TIMESTAMPS, times[0], LINE_END))


def words_in(values: bytes, *, strict: bool) -> bytes | None:
    """None if *values*, without their brackets, are all plain numbers; else the same with their words as JSON has them.

    Raises:
        BadExportLine: something else than numbers stands among them. With *strict* each number is looked at, else only
            which bytes there are.
    """
    try:
        sound = checked_values(values)
    except (BadExportLine, LeakFound):
        raise BadExportLine("something else than numbers stands among its values") from None
    if not values or (strict and _ITEM.sub(b"", (values if sound is None else sound) + b",")):
        raise BadExportLine("something else than numbers stands among its values")
    return sound


def usual_form(line: bytes) -> bytes:
    """The line as servers write it.

    Raises:
        BadExportLine: it is no line with the labels, values and timestamps of one series.
    """
    try:
        text = line.decode("utf-8", "surrogateescape")
        found = json.loads(text, parse_int=_Number, parse_float=_Number, parse_constant=str)
    except (ValueError, RecursionError):
        raise BadExportLine("it is no JSON") from None
    metric = found.get("metric") if isinstance(found, dict) else None
    if not isinstance(metric, dict) or not all(isinstance(value, str) for value in metric.values()):
        raise BadExportLine("it has no labels of the form {name: value}")
    if any(isinstance(value, _Number) for value in metric.values()):
        raise BadExportLine("a label's value is a number, not a text")
    try:
        labels = b",".join(b'"%b":"%b"' % (encode(name), encode(value)) for name, value in metric.items())
    except UnicodeEncodeError:
        raise BadExportLine("a label holds half a character") from None
    values, times = (_texts(found.get(key), key) for key in ("values", "timestamps"))
    return LINE_START + labels + b"}" + VALUES + values + TIMESTAMPS + times + LINE_END


def _texts(numbers: Any, key: str) -> bytes:
    if not isinstance(numbers, list) or not numbers:
        raise BadExportLine(f"it has no {key}")
    return ",".join(_written(number) for number in numbers).encode()


def _written(number: object) -> str:
    if number is None:
        return "null"
    if isinstance(number, _Number):
        return str(number)
    if isinstance(number, str) and number in _WORDS:
        return f'"{number}"'
    raise BadExportLine("something else than numbers stands among its samples")
