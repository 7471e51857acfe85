"""Step 4 where not everything was up all the time: one was down for a while, one died, and one has a very long name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.keeping import Kept, over, through
from tests.browser.wizard import Wizard
from tests.lab.family import FIRST_MS, SCRAPES, STEP_MS, Program, lines_of
from tests.lab.victoria import VictoriaMetrics

pytestmark = [pytest.mark.browser, pytest.mark.real]
STEADY = Program("vmstorage", "storage", "10.7.0.1:8482")
DOWN = Program("vmagent", "agents", "10.7.0.2:8429")
DIED = Program("vmalert", "alerts", "10.7.0.3:8880")
LONG = Program("vmauth", "gateways", f"vmauth-{'0123456789' * 8}.example:8427")
GAP, LAST = range(20, 35), 40  # the scrapes that failed, and the last one of the program that died
WHOLE = (FIRST_MS, FIRST_MS + (SCRAPES - 1) * STEP_MS)
BEFORE_DEATH = (FIRST_MS, FIRST_MS + (LAST - 2) * STEP_MS)
# Lanes are drawn by steps of 30 s, which begin 10 s after the first scrape: the first and last empty ones are these.
DOWN_S, DEAD_S = (310, 520), (610, 880)
WIDTH = 720


@pytest.fixture(scope="module")
def troubled() -> Iterator[VictoriaMetrics]:
    with VictoriaMetrics("-search.latencyOffset=0s") as server:
        server.import_jsonl(lines_of([STEADY, LONG]))
        server.import_jsonl(with_scrapes(lines_of([DOWN]), [at for at in range(SCRAPES) if at not in GAP]))
        server.import_jsonl(with_scrapes(lines_of([DIED]), range(LAST + 1)))
        yield server


def with_scrapes(lines: list[bytes], scrapes: list[int] | range) -> list[bytes]:
    """Only these scrapes of what *lines* hold."""
    cut = []
    for text in lines:
        series = json.loads(text)
        for column in ("values", "timestamps"):
            series[column] = [series[column][at] for at in scrapes]
        cut.append(json.dumps(series).encode() + b"\n")
    return cut


def shown(wizard: Wizard, kept: Kept, server: VictoriaMetrics, range_ms: tuple[int, int]) -> Wizard:
    wizard.open("components", over(through(kept["components"], server.url), range_ms)).at("components")
    expect(wizard.page.locator(".plotbox")).not_to_contain_text("Reading")
    return wizard


def lane(wizard: Wizard, program: Program) -> Locator:
    return wizard.row(program.instance).locator("svg.lane")


def reds(wizard: Wizard, program: Program) -> list[tuple[float, float]]:
    """From where to where the lane is red, in seconds from the beginning of the whole range."""
    found = (
        lane(wizard, program)
        .locator("rect.off")
        .evaluate_all("(all) => all.map((one) => ['x', 'width'].map((name) => Number(one.getAttribute(name))))")
    )
    scale = (WHOLE[1] - WHOLE[0]) / 1000 / WIDTH
    return [(round(x * scale), round((x + width) * scale)) for x, width in found]


def test_the_red_part_is_when_it_was_down(wizard: Wizard, kept: Kept, troubled: VictoriaMetrics) -> None:
    shown(wizard, kept, troubled, WHOLE)
    expect(lane(wizard, DOWN).locator("rect.off")).to_have_count(1)
    assert reds(wizard, DOWN) == [DOWN_S]
    assert reds(wizard, DIED) == [DEAD_S]
    assert reds(wizard, STEADY) == reds(wizard, LONG) == []
    expect(lane(wizard, DOWN).locator("rect.on")).to_have_count(2)
    expect(lane(wizard, DIED).locator("rect.on")).to_have_count(1)
    expect(wizard.page.get_by_text("2 instances of 4 were down for a while.")).to_be_visible()


def test_lanes_say_it_too(wizard: Wizard, kept: Kept, troubled: VictoriaMetrics) -> None:
    shown(wizard, kept, troubled, WHOLE)
    words = {
        STEADY: "Seen 08:53:20 to 09:08:20 UTC, without a gap",
        DOWN: "Seen 08:53:20 to 09:08:20 UTC, down 08:58 to 09:02",
        DIED: "Seen 08:53:20 to 09:03:20 UTC, down 09:03 to 09:08",
    }
    for program, told in words.items():
        expect(lane(wizard, program)).to_have_accessible_name(told)
        expect(wizard.row(program.instance).locator("td.full")).to_have_attribute("title", told)
    expect(wizard.row(DIED.instance).locator(".seen")).to_have_text("08:53:20 to 09:03:20")


def test_the_one_that_was_down_is_named(wizard: Wizard, kept: Kept, troubled: VictoriaMetrics) -> None:
    shown(wizard, kept, troubled, BEFORE_DEATH)
    words = f"{DOWN.instance} was down from 08:59 to 09:02 UTC."  # by steps of a minute, in the shorter range
    expect(wizard.page.get_by_text(words)).to_be_visible()
    expect(wizard.page.get_by_text("Keep vmagent: this may be what support looks for.")).to_be_visible()


def test_what_nobody_recorded_is_not_called_up(wizard: Wizard, kept: Kept) -> None:
    """The recording begins after the range does, and ends before it."""
    wizard.open("components", kept["connection"] | {"furthest": 3}).at("components")
    expect(wizard.page.get_by_text(re.compile("Nothing was recorded before .* and after"))).to_be_visible()
    for each in wizard.tree.locator("svg.lane").all():
        expect(each).to_have_accessible_name(re.compile(r"^Seen 08:4\d:\d\d to 08:5\d:\d\d UTC, "))


@pytest.mark.parametrize("width", [1280, 320])
def test_a_long_name_breaks(wizard: Wizard, kept: Kept, troubled: VictoriaMetrics, width: int) -> None:
    wizard.page.set_viewport_size({"width": width, "height": 900})
    shown(wizard, kept, troubled, WHOLE)
    name = wizard.row(LONG.instance).locator(".name").first
    expect(name).to_have_text(LONG.instance)
    inside = name.evaluate("""(one) => {
        const text = document.createRange();
        text.selectNodeContents(one);
        const [part, whole] = [text.getBoundingClientRect(), one.closest('td').getBoundingClientRect()];
        return part.right <= whole.right + 0.5 && part.bottom <= whole.bottom + 0.5 && part.height > 30;
    }""")
    assert inside
    assert wizard.page.evaluate("document.scrollingElement.scrollWidth") <= width
