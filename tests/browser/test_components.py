"""Step 4, components: the tree with its ticks, totals, chart and lanes, and what the selection asks for then."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import RECORDED_MS
from tests.browser.keeping import Kept, over, through
from tests.browser.wizard import Wizard
from tests.fakes.proxy import FaultProxy
from tests.lab.family import RANGE_MS

pytestmark = [pytest.mark.browser, pytest.mark.real]
RECORDED = {"vmagent", "vmalert", "vmauth", "vminsert", "vmselect", "vmsingle", "vmstorage"}


@pytest.fixture
def recorded(wizard: Wizard, kept: Kept) -> Wizard:
    """The recorded cluster's components."""
    wizard.open("components", kept["connection"] | {"furthest": 3}).at("components")
    expect(wizard.tree).to_be_visible()
    return wizard


@pytest.fixture
def family(wizard: Wizard, kept: Kept) -> Wizard:
    """Two jobs of vmagent and one of vmalert."""
    wizard.open("components", over(kept["components"], RANGE_MS)).at("components")
    expect(wizard.tree).to_be_visible()
    return wizard


def names(wizard: Wizard, level: int) -> list[str]:
    return wizard.tree.locator(f"tr[aria-level='{level}'] label .name").filter(visible=True).all_inner_texts()


def figure(wizard: Wizard, name: str) -> str:
    term = wizard.page.locator("dl.stats dt", has_text=re.compile(f"^{name}$"))
    return term.locator("xpath=following-sibling::dd").inner_text()


def selection(wizard: Wizard) -> dict[str, Any]:
    """What the next step asks for."""
    with wizard.page.expect_request("**/api/labels") as asked:
        wizard.next()
        wizard.at("obfuscation")
    body: dict[str, Any] = Wizard.body(asked.value)["selection"]
    return body


def mixed(box: Locator) -> bool:
    return bool(box.evaluate("(box) => box.indeterminate"))


def test_a_recorded_cluster(recorded: Wizard) -> None:
    components = recorded.tree.locator("tr[aria-level='1']")
    expect(components).to_have_count(len(RECORDED))
    assert {row.locator("label .name").inner_text() for row in components.all()} == RECORDED
    assert figure(recorded, "Instances") == "8"
    assert figure(recorded, "Series") == "5,538"
    expect(recorded.why).to_contain_text("8 of 8 instances")
    assert "undefined" not in recorded.page.locator("#main").inner_text()
    assert "null" not in recorded.tree.inner_text()
    expect(recorded.page.get_by_text("Discovery failed")).to_have_count(0)


def test_rows_say_version_series_and_samples(family: Wizard) -> None:
    cells = family.row("agents-a").locator("td")
    expect(cells.nth(1)).to_have_text("v1.150.0")
    assert int(cells.nth(2).inner_text()) > 0 and int(cells.nth(3).inner_text()) > 0
    expect(family.row("vmalert").locator("td").nth(2)).to_have_text("5")
    assert family.tree.locator("tr[aria-level='3']").count() == 4
    assert figure(family, "Instances") == "4"


def test_everything_is_ticked_first(family: Wizard) -> None:
    expect(family.tree.locator("tbody input:checked")).to_have_count(9)
    assert selection(family) == {"components": ["vmagent", "vmalert"]}


def test_one_job_of_two(family: Wizard) -> None:
    family.box("agents-a").uncheck()
    assert mixed(family.box("vmagent"))
    expect(family.box("10.5.0.1:8429")).not_to_be_checked()
    expect(family.box("10.5.0.3:8429")).to_be_checked()
    assert figure(family, "Instances") == "2 of 4"
    targets = selection(family)["targets"]
    assert targets == [
        {"job": "agents-b", "instance": "10.5.0.3:8429"},
        {"job": "alerts", "instance": "10.5.0.4:8880"},
    ]


def test_a_job_ticks_its_component_and_back(family: Wizard) -> None:
    family.button("None").click()
    expect(family.box("vmagent")).not_to_be_checked()
    family.box("agents-b").check()
    assert mixed(family.box("vmagent"))
    expect(family.box("10.5.0.3:8429")).to_be_checked()
    expect(family.box("10.5.0.1:8429")).not_to_be_checked()
    family.box("agents-a").check()
    expect(family.box("vmagent")).to_be_checked()
    assert not mixed(family.box("vmagent"))
    assert selection(family) == {"components": ["vmagent"]}


def test_nothing_ticked_goes_nowhere(family: Wizard) -> None:
    family.box("vmagent").uncheck()
    family.box("alerts").uncheck()
    expect(family.box("vmalert")).not_to_be_checked()
    expect(family.why).to_have_text("Nothing is ticked")
    family.press_locked()
    expect(family.button("All")).to_be_focused()
    family.at("components")
    family.button("All").click()
    assert selection(family) == {"components": ["vmagent", "vmalert"]}


def test_finding_a_name(family: Wizard) -> None:
    search = family.page.get_by_role("searchbox", name="Find a component, job or instance")
    search.fill("10.5.0.3")
    assert names(family, 3) == ["10.5.0.3:8429"]
    assert names(family, 1) == ["vmagent"]
    search.fill("nothing of this name")
    expect(family.tree).to_contain_text("Nothing has “nothing of this name” in its name")
    search.fill("")
    assert len(names(family, 3)) == 4


def test_folding_a_component(family: Wizard) -> None:
    family.row("vmagent").get_by_role("button", name="vmagent").click()
    expect(family.row("vmagent")).to_have_attribute("aria-expanded", "false")
    assert names(family, 2) == ["alerts"]
    family.row("vmagent").get_by_role("button", name="vmagent").click()
    assert names(family, 2) == ["agents-a", "agents-b", "alerts"]


def test_dragging_over_the_chart_narrows_the_range(recorded: Wizard) -> None:
    plot = recorded.page.locator(".plot")
    expect(plot.locator("canvas")).to_be_visible()
    place = plot.bounding_box()
    assert place
    mouse, middle = recorded.page.mouse, place["y"] + place["height"] / 2
    mouse.move(place["x"] + place["width"] * 0.25, middle)
    mouse.down()
    mouse.move(place["x"] + place["width"] * 0.75, middle, steps=4)
    mouse.up()
    with recorded.page.expect_request("**/api/discover") as asked:
        recorded.button("Narrow").click()
    found = Wizard.body(asked.value)["time_range"]
    length = RECORDED_MS[1] - RECORDED_MS[0]
    assert abs(found["start_ms"] - (RECORDED_MS[0] + length / 4)) < 15_000
    assert abs(found["end_ms"] - (RECORDED_MS[0] + length * 3 / 4)) < 15_000
    expect(recorded.rail).to_contain_text("8 m")
    with recorded.page.expect_request("**/api/discover") as again:
        recorded.button("Whole range").click()
    whole = Wizard.body(again.value)["time_range"]
    assert (whole["start_ms"], whole["end_ms"]) == RECORDED_MS


def test_the_chart_speaks(recorded: Wizard) -> None:
    plot = recorded.page.locator(".plot[role=img]")
    expect(plot).to_have_accessible_name(re.compile(r"Between [\d.,k ]+ and [\d.,k ]+ rows per second"))


def test_a_range_without_anything(wizard: Wizard, kept: Kept) -> None:
    empty = over(kept["components"], (RANGE_MS[0] - 86_400_000, RANGE_MS[0] - 86_000_000))
    wizard.open("components", empty).at("components")
    expect(wizard.page.get_by_text("No VictoriaMetrics in this range")).to_be_visible()
    expect(wizard.primary).to_have_attribute("aria-disabled", "true")
    wizard.button("Take another range").click()
    wizard.at("range")


def test_a_server_that_went_away(wizard: Wizard, kept: Kept, proxy: FaultProxy) -> None:
    proxy.close()
    state = over(through(kept["components"], proxy.url), RANGE_MS)
    wizard.open("components", state).at("components")
    problem = wizard.page.locator("#main").get_by_role("alert")
    expect(problem).to_contain_text("Cannot reach")
    proxy.open()
    problem.get_by_role("button", name="Try again").click()
    expect(wizard.tree).to_be_visible()
    expect(problem).to_have_count(0)


def test_what_is_unticked_stays_so_over_a_reload(family: Wizard) -> None:
    family.box("agents-a").uncheck()
    family.page.reload()
    family.at("components")
    expect(family.tree).to_be_visible()
    expect(family.box("agents-a")).not_to_be_checked()
    expect(family.box("agents-b")).to_be_checked()
