"""A server's error text is shown without what it quotes: label values, selectors and addresses stay where they are."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vmexporter.core.words import fit_to_show

SECRET = "acme-prod"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("connection refused", "connection refused"),
        ("  two\n lines\t", "two lines"),
        (f'cannot parse "{SECRET}": bad', "cannot parse …: bad"),
        (f'cannot parse "{{job=\\"{SECRET}\\"}}": bad', "cannot parse …: bad"),
        (f'"a \\\\\\"{SECRET}\\\\\\" b": bad', "…: bad"),
        (f'error \\"{SECRET}\\" and \\"b\\" end', "error … end"),
        (f'error \\"a \\\\\\"{SECRET}\\\\\\"\\" end', "error … end"),
        (f'up{{job="{SECRET}}}x",a="}}"}} end', "up… end"),
        (f"filters=[{{job='{SECRET}'}}], timeRange=[1..2]: cannot dial", "filters=[…], timeRange=[1..2]: cannot dial"),
        (f"at '{SECRET}' and `{SECRET}` end", "at … and … end"),
        ("can't", "can't"),
        (f"GET http://x/api?match={SECRET} failed", "GET … failed"),
        (f"a &#34;{SECRET}&#34; b", "a … b"),
        (f'torn "{SECRET}', "torn …"),
        (f'torn "{SECRET}\\', "torn …"),
        (f'torn \\"{SECRET}', "torn …"),
        (f"torn {{{SECRET}", "torn …"),
        (f"torn `{SECRET}", "torn …"),
    ],
)
def test_what_is_quoted_is_not_shown(text: str, shown: str) -> None:
    assert fit_to_show(text) == shown


@given(st.text(max_size=30), st.integers(0, 3))
def test_a_quoted_value_is_hidden_however_deep_it_is_quoted(around: str, depth: int) -> None:
    text = json.dumps(f"{around}{SECRET}{around}", ensure_ascii=False)
    for _ in range(depth):
        text = json.dumps(f"in {text} out", ensure_ascii=False)
    assert SECRET not in fit_to_show(f"cannot do {text}: {around}")


@given(st.integers(0, 3000))
def test_a_value_that_is_cut_in_two_is_hidden(before: int) -> None:
    assert SECRET not in fit_to_show("x" * before + ' "' + f"{SECRET} " * 400 + '"')


@pytest.mark.parametrize(
    "text", ["x" * 10**6, '"' * 10**6, "\\" * 10**6, "{" * 10**6, "a? " * 10**6, "a'" * 10**6, '\\"' * 10**6]
)
def test_an_endless_text_is_short_and_quick(text: str) -> None:
    begun_s = time.process_time()
    assert len(fit_to_show(text)) <= 300
    assert time.process_time() - begun_s < 2
