"""Whether a text is a selector or an expression is decided by parsing it, never by looking for parentheses."""

from __future__ import annotations

import pytest

from vmexporter.core.selectors import parse_selector, require_selector
from vmexporter.errors import InvalidInput

SELECTORS = [
    ("up", '{__name__="up"}'),
    ("node:cpu:rate5m", '{__name__="node:cpu:rate5m"}'),
    ('{a="b"}', '{a="b"}'),
    ("up{}", '{__name__="up"}'),
    ("up{job='a', instance!~`b\\d`,}", '{__name__="up",job="a",instance!~"b\\\\d"}'),
    (' {\n a = "b" , # why not }\n c =~ "d" }\n# end', '{a="b",c=~"d"}'),
    ('{a="b" or c="d"}', '{a="b" or c="d"}'),
    ('{a="b" OR c="d"}', '{a="b" or c="d"}'),
    ('up{a="b" or c="d",e!="f"}', '{__name__="up",a="b" or __name__="up",c="d",e!="f"}'),
    ('{or="or" or or="x"}', '{or="or" or or="x"}'),
    ('{"up",a="b"}', '{__name__="up",a="b"}'),
    ('{"a-b"="c"}', '{"a-b"="c"}'),
    ("foo\\-bar{x\\x2dy='1'}", '{__name__="foo-bar","x-y"="1"}'),
    ("größe", '{__name__="größe"}'),
    ('{a="\\u00e4\\xc3\\xa4\\303\\244\\t"}', '{a="äää\t"}'),
    ('{a="x#y"}', '{a="x#y"}'),
    ('{a="up[5m] + rate(x)"}', '{a="up[5m] + rate(x)"}'),
    ("offset", '{__name__="offset"}'),
    ("infra", '{__name__="infra"}'),
]
EXPRESSIONS = [
    "",
    "   ",
    "# nothing",
    "1",
    "1e3",
    "inf",
    "NaN",
    '"up"',
    "up[5m]",
    '{a="b"}[5m]',
    "up offset 5m",
    "up @ 0",
    "rate(up[5m])",
    "sum(up) by (job)",
    "(up)",
    '({a="b"})',
    "-up",
    "up + up",
    "up and up",
    "up > 0",
    "up == 1",
    "{a} or {b}",
    '{a="b"} or {c="d"}',
    "{a or b}",
    '{a="b"}{c="d"}',
    '{a="b"',
    'a="b"}',
    "{",
    "}",
    "{,}",
    '{a="b",,c="d"}',
    '{a="b" c="d"}',
    '{a="b" or}',
    '{or a="b"}',
    '{a="b", or c="d"}',
    "{a=b}",
    "{a=1}",
    '{a=="b"}',
    '{a>"b"}',
    '{a="b}',
    "{a='b\\'}",
    'with (x = {a="b"}) x',
    'up{a="b"} keep_metric_names',
    '{a="\\q"}',
    '{a=~"10\\.0\\.0\\.1"}',
    '{a="\\ud800"}',
    '{a="\\UFFFFFFFF"}',
    '{a="\\777"}',
    '{a="\\1"}',
    "up;",
    "$up",
]


@pytest.mark.parametrize(("text", "meant"), SELECTORS)
def test_what_is_a_selector(text: str, meant: str) -> None:
    found = parse_selector(text)
    assert str(found) == meant
    assert str(require_selector(text)) == str(require_selector(meant)) == meant


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_what_is_an_expression_or_nothing(text: str) -> None:
    assert parse_selector(text) is None
    with pytest.raises(InvalidInput) as refusal:
        require_selector(text)
    assert refusal.value.field == "selector" and "--query" in refusal.value.hint


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "{ }",
        '{a=""}',
        '{a!="b"}',
        '{a=~".*"}',
        '{a=~"x?"}',
        '{a!~"x"}',
        '{a="b" or c=""}',
        '{a="",b!="c"}',
        '{a=~""}',
    ],
)
def test_a_selector_without_a_condition_is_refused(text: str) -> None:
    """It would take everything that the server has, of every customer."""
    with pytest.raises(InvalidInput, match="every series"):
        require_selector(text)


@pytest.mark.parametrize(
    "text", ['{a!=""}', '{a=~".+"}', '{a="b",c=""}', '{a!~""}', '{__name__!=""}', '{a!~"x?",b!="c"}']
)
def test_a_selector_with_one_condition_is_enough(text: str) -> None:
    assert str(require_selector(text)) == text
