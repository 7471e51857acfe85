"""Reports: nothing of a label becomes markup, lines break where values are missing, the policy fits the style."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest

from vmexporter.core.report.axes import clock, moment, scale, ticks
from vmexporter.core.report.charts import figure, path
from vmexporter.core.report.document import ReportContents, document
from vmexporter.core.report.markup import Markup, element
from vmexporter.core.report.summary import mark_words
from vmexporter.core.request import TimeRange
from vmexporter.core.support.answers import Drawing, Flag, InstanceRow, Line, Mark, Measured, Overview, Result
from vmexporter.core.support.tables import Check

HOSTILE = "</style><script>alert(1)</script>\"'&\x00\udcff"
HOUR = TimeRange(start_ms=0, end_ms=3_600_000)
CHECK = Check("down", "Down", "critical", "all", "up{$sel} > $t", "0.5", "It means.", "Do.", "https://x.example/", "percent", "none")  # fmt: skip  # noqa: E501


class TestMarkup:
    def test_text_is_never_markup(self) -> None:
        made = element("p.a.b", {"title": HOSTILE, "hidden": None}, HOSTILE, [element("b", None, "x"), None])
        assert made.startswith('<p class="a b" title="&lt;/style&gt;') and made.endswith("<b>x</b></p>")
        assert "<script" not in made and "\x00" not in made and "hidden" not in made

    def test_what_has_no_end(self) -> None:
        assert element("meta", {"charset": "utf-8"}) == '<meta charset="utf-8">'
        assert element("path.c1", {"d": "M0 0"}) == '<path class="c1" d="M0 0"/>'
        assert element("path", None, element("title", None, "a")) == "<path><title>a</title></path>"
        assert element("td", None, None, "") == "<td></td>"

    def test_only_markup_is_taken_as_it_is(self) -> None:
        assert element("p", None, Markup("<i>a</i>"), "<i>") == "<p><i>a</i>&lt;i&gt;</p>"


@pytest.mark.parametrize(
    ("values", "drawn"),
    [
        ((0.0, 10.0, 5.0), "M0 100L1 0L2 50"),
        ((0.0, None, 5.0), "M0 100h2M2 50h2"),
        ((None, 10.0, 10.0), "M1 0L2 0"),
        ((None, None, None), ""),
    ],
)
def test_a_line_breaks_where_it_has_no_value(values: tuple[float | None, ...], drawn: str) -> None:
    assert path([0, 1, 2], values, (0.0, 10.0)) == drawn


@pytest.mark.parametrize(
    ("values", "unit", "ends"),
    [
        ((0.0, 9.0), "short", (0.0, 10.0)),
        ((-3.0, 1.0), "short", (-4.0, 1.5)),
        ((-3.0, None), "short", (-4.0, 0.0)),
        ((0.0,), "short", (0.0, 1.0)),
        ((3700.0,), "seconds", (0.0, 5400.0)),
        ((100_000.0,), "seconds", (0.0, 129_600.0)),
    ],
)
def test_scales_read_well(values: tuple[float | None, ...], unit: str, ends: tuple[float, float]) -> None:
    assert scale([Line("a", values)], unit) == pytest.approx(ends)  # type: ignore[arg-type] # the words of the table


def test_moments() -> None:
    assert moment(1_795_424_309_670) == "2026-11-23 08:58:29 UTC"
    assert clock(1_795_424_309_670, HOUR) == "08:58"
    assert clock(0, TimeRange(start_ms=0, end_ms=60_000)) == "00:00:00"
    assert clock(0, TimeRange(start_ms=0, end_ms=200_000_000)) == "01-01 00:00"
    assert ticks(HOUR) == ["00:00", "00:20", "00:40", "01:00"]


@pytest.mark.parametrize(
    ("mark", "words"),
    [
        (Mark("restart", 1, "vmagent", "j", "a:1"), "vmagent a:1 restarted"),
        (Mark("restart", 1, "vmagent", "j", "a:1", "v2"), "vmagent a:1 restarted as v2"),
        (Mark("version", 1, "vmagent", "j", "a:1", "v2"), "vmagent a:1 became v2"),
        (Mark("down", 0, "vmagent", "j", "a:1", until_ms=90_000), "vmagent a:1 down for 1m30s"),
    ],
)
def test_marks_in_words(mark: Mark, words: str) -> None:
    assert mark_words(mark) == words


def drawing(*lines: Line) -> Drawing:
    return Drawing("q", 1_800_000, (0, 1_800_000, 3_600_000), lines, left_out=2)


def test_a_chart_says_what_is_drawn() -> None:
    mark = Mark("restart", 1_800_000, "vmagent", "j", "i")
    line = Line("a b", (1.0, None, 4_000.0))
    made = figure("Samples", "ops", "why not", (drawing(line), HOUR, [mark]))
    assert "1/s to 4 k/s" in made and "2 more, all of them lower" in made and "Why not" in made
    assert 'class="mark" d="M360.0 0v100"' in made and "<title>a b</title>" in made
    many = figure("Many", "short", "", (drawing(*(Line(f"l{n}", (1.0, 2.0, 3.0)) for n in range(10))), HOUR, []))
    assert many.count('class="c1"') == 4 and 'stroke-dasharray="6 3"' in many and 'stroke-dasharray="2 3"' in many


def test_a_document_allows_its_own_style_and_nothing_else() -> None:
    row = InstanceRow("vmagent", HOSTILE, HOSTILE, (HOSTILE,), 0, 3_600_000, 0.5, None, (Flag(HOSTILE, HOSTILE, is_default=False),), ((600_000, 1_200_000),))  # fmt: skip  # noqa: E501
    found = Overview((row,), (Mark("restart", 9, "vmagent", HOSTILE, HOSTILE),), (HOSTILE,))
    result = Result(CHECK, "found", (Measured({"job": HOSTILE, "instance": HOSTILE, "url": HOSTILE}, 0.9),), 3)
    failed = Result(CHECK, "failed", why=HOSTILE)
    text = document([ReportContents(HOSTILE, (HOSTILE,), HOUR, found, (result, failed), ())], "p{color:red}", "made")
    assert "<script" not in text and text.count("<style>") == 1 and "\x00" not in text
    digest = base64.b64encode(hashlib.sha256(b"p{color:red}").digest()).decode()
    [policy] = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert policy.startswith("default-src &#x27;none&#x27;") and f"sha256-{digest}" in policy
    assert "unsafe" not in policy and not re.search(r'<[^>]* (?:style|on\w+)="', text)
    assert "1 of 2 checks found something, 0 found all well, 1 could not tell." in text
    text.encode()
