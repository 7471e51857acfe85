"""Values that are no finite numbers are spelled as every server takes them, and nothing else in a line is touched."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lab.lines import line
from vmexporter.core.spelling import importable

TEXTS = st.text(max_size=8) | st.sampled_from(["null", '"Infinity"', '"NaN"', '},"values":[null'])
VALUES = st.lists(
    st.sampled_from(["1", "-2.5e+300", "null", '"Infinity"', '"-Infinity"', '"NaN"']), min_size=1, max_size=5
)


@pytest.mark.parametrize(
    ("values", "taken", "lost"),
    [
        ("1,null,3", "1,NaN,3", 1),
        ('"Infinity","-Infinity"', "1e999,-1e999", 0),
        ('"NaN",null', "NaN,NaN", 2),
        ("1,2.5e-300", "1,2.5e-300", 0),
    ],
)
def test_the_spelling(values: str, taken: str, lost: int) -> None:
    before = line({"__name__": "a"}, values.split(","), range(values.count(",") + 1))
    assert importable(before) == (before.replace(values.encode(), taken.encode()), lost)


def test_lines_of_plain_numbers_are_the_same_object() -> None:
    lines = line({"__name__": "a"}, [1, 2], [1, 2])
    assert importable(lines)[0] is lines


@given(st.lists(st.tuples(TEXTS, VALUES), max_size=4))
def test_only_values_change(series: list[tuple[str, list[str]]]) -> None:
    lines = [line({"__name__": "a", "b": text}, values, range(len(values))) for text, values in series]
    respelled, lost = importable(b"".join(lines))
    assert lost == sum(value in ("null", '"NaN"') for _, values in series for value in values)
    after = respelled.split(b"\n")
    assert after.pop() == b"" and len(after) == len(lines)
    for (text, values), line_after in zip(series, after, strict=True):
        read = json.loads(line_after)
        assert read["metric"] == {"__name__": "a", "b": text}
        assert read["timestamps"] == list(range(len(values)))
        assert list(map(repr, read["values"])) == [repr(meant(value)) for value in values]


def meant(value: str) -> float | int:
    """The number that *value* stands for."""
    named = {"null": math.nan, '"NaN"': math.nan, '"Infinity"': math.inf, '"-Infinity"': -math.inf}
    return named[value] if value in named else json.loads(value)
