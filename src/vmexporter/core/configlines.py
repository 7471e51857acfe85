"""Finds the line of a key in a configuration file, which the parsers of TOML and JSON do not tell.

Only for messages: where a form is too unusual to be followed (an inline table over several lines), the line of the
section around it is the answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, Literal

Syntax = Literal["toml", "json"]

_KEY_PART: Final = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
_KEY: Final = rf"{_KEY_PART}(?:\s*\.\s*{_KEY_PART})*"
_TOML_TABLE: Final = re.compile(rf"\s*\[\[?\s*({_KEY})\s*\]\]?\s*(?:#.*)?")
_TOML_PAIR: Final = re.compile(rf"\s*({_KEY})\s*=")
_JSON_TOKEN: Final = re.compile(r'"((?:[^"\\]|\\.)*)"\s*(:?)|[{}\[\]\n]')


def line_of(text: str, place: Sequence[str], syntax: Syntax) -> int:
    """The line, counted from 1, where the key at *place* stands, or the nearest section around it; 0 if none does."""
    lines: dict[tuple[str, ...], int] = {}
    for path, line in _json_keys(text) if syntax == "json" else _toml_keys(text):
        for length in range(1, len(path) + 1):
            lines.setdefault(path[:length], line)
    return next((lines[tuple(place[:n])] for n in range(len(place), 0, -1) if tuple(place[:n]) in lines), 0)


def _toml_keys(text: str) -> Iterator[tuple[tuple[str, ...], int]]:
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.split("\n"), 1):
        if header := _TOML_TABLE.fullmatch(line.rstrip("\r")):
            table = _parts(header[1])
            yield table, number
        elif pair := _TOML_PAIR.match(line):
            yield (*table, *_parts(pair[1])), number


def _parts(key: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in re.findall(_KEY_PART, key))


def _json_keys(text: str) -> Iterator[tuple[tuple[str, ...], int]]:
    path: list[str] = []  # the key that each open bracket belongs to
    key, line = "", 1
    for token in _JSON_TOKEN.finditer(text):
        if token[0] == "\n":
            line += 1
        elif token[0] in "{[":
            path.append(key)
        elif token[0] in "}]":
            del path[-1:]
        elif token[2]:
            key = token[1]
            yield (*path[1:], key), line
            line += token[0].count("\n")
