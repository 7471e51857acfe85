"""The whole wizard by keys alone, each of which shows where it is."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import RECORDED
from tests.browser.keeping import Kept
from tests.browser.wizard import Wizard
from tests.lab.victoria import VictoriaMetrics

pytestmark = [pytest.mark.browser, pytest.mark.smoke, pytest.mark.real]
MOST_TABS = 60
VISIBLE = """() => {
    const one = document.activeElement;
    const around = [one, ...(one.labels ?? []), one.nextElementSibling].filter(Boolean);
    return around.map((each) => getComputedStyle(each)).some(({outlineStyle, outlineWidth, boxShadow}) =>
        (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || boxShadow !== 'none');
}"""


def tab_to(wizard: Wizard, target: Locator, key: str = "Tab") -> None:
    """Press Tab until *target* has the focus, and look whether it shows that."""
    expect(target).to_be_visible()
    for _ in range(MOST_TABS):
        if target.evaluate("(one) => one === document.activeElement"):
            assert wizard.page.evaluate(VISIBLE), f"nobody sees that {target} has the focus"
            return
        wizard.page.keyboard.press(key)
    pytest.fail(f"not reached with {MOST_TABS} times {key}: {target}")


def go_on(wizard: Wizard, step: str) -> None:
    expect(wizard.primary).not_to_have_attribute("aria-disabled", "true")
    tab_to(wizard, wizard.primary)
    wizard.page.keyboard.press("Enter")
    wizard.at(step)


def write(wizard: Wizard, label: str, text: str) -> None:
    tab_to(wizard, wizard.field(label))
    wizard.page.keyboard.press("Control+A")
    wizard.page.keyboard.type(text)


def test_from_the_address_to_the_bundle(wizard: Wizard, cluster: VictoriaMetrics) -> None:
    keys = wizard.open().at("welcome").page.keyboard
    go_on(wizard, "range")
    write(wizard, "From", RECORDED[0])
    write(wizard, "To", RECORDED[1])
    go_on(wizard, "connection")
    write(wizard, "Address", cluster.url)
    tab_to(wizard, wizard.page.locator("#run-test"))
    keys.press("Enter")
    wizard.passed()
    go_on(wizard, "components")
    tab_to(wizard, wizard.row("vmagent"))
    keys.press("Space")
    expect(wizard.box("vmagent")).not_to_be_checked()
    go_on(wizard, "obfuscation")
    tab_to(wizard, wizard.page.get_by_role("radio", name="Support", exact=True))
    keys.press("ArrowRight")
    expect(wizard.page.get_by_role("radio", name="Strict", exact=True)).to_be_checked()
    expect(wizard.label_row("instance")).to_be_visible()
    go_on(wizard, "export")
    tab_to(wizard, wizard.primary)
    keys.press("Enter")
    wizard.finished()
    tab_to(wizard, wizard.page.get_by_role("link", name="Download bundle"))
    tab_to(wizard, wizard.button("Copy SHA-256"))


def test_the_tree_by_arrows(wizard: Wizard, kept: Kept) -> None:
    keys = wizard.open("components", kept["components"]).at("components").page.keyboard
    wizard.row("vmagent").focus()
    keys.press("ArrowLeft")
    expect(wizard.row("vmagent")).to_have_attribute("aria-expanded", "false")
    keys.press("ArrowDown")
    expect(wizard.row("vmalert")).to_be_focused()
    keys.press("ArrowRight")
    expect(wizard.row("acme-vmalert")).to_be_focused()
    keys.press("ArrowRight")
    expect(wizard.row("10.20.31.51:8880")).to_be_focused()
    keys.press("Space")
    expect(wizard.box("vmalert")).not_to_be_checked()
    expect(wizard.row("10.20.31.51:8880")).to_be_focused()
    keys.press("ArrowLeft")
    expect(wizard.row("acme-vmalert")).to_be_focused()
    keys.press("Home")
    expect(wizard.row("vmagent")).to_be_focused()
    keys.press("Enter")
    expect(wizard.row("vmagent")).to_have_attribute("aria-expanded", "true")
    keys.press("End")
    expect(wizard.row("10.20.30.12:8482")).to_be_focused()


def test_a_part_of_the_range_by_arrows(wizard: Wizard, kept: Kept) -> None:
    page = wizard.open("components", kept["components"]).at("components").page
    start = page.get_by_role("slider", name="Start of the marked part")
    start.focus()
    page.keyboard.press("PageUp")
    page.keyboard.press("ArrowRight")
    expect(start).to_have_attribute("aria-valuetext", re.compile("^08:4[45]:"))
    expect(wizard.button("Narrow")).to_be_visible()
    page.keyboard.press("Escape")
    expect(wizard.button("Narrow")).to_be_hidden()
    page.keyboard.press("PageUp")
    with page.expect_request("**/api/discover") as asked:
        page.keyboard.press("Enter")
    assert Wizard.body(asked.value)["time_range"]["start_ms"] > kept["components"]["range"]["start_ms"]
    wizard.at("components")


def test_a_label_is_decided_by_arrows(wizard: Wizard, kept: Kept) -> None:
    page = wizard.open("obfuscation", kept["obfuscation"]).at("obfuscation").page
    decided = wizard.label_row("instance").get_by_role("radio", name="Map")
    decided.focus()
    with page.expect_response("**/api/labels"):
        page.keyboard.press("ArrowRight")
    expect(wizard.label_row("instance").get_by_role("radio", name="Drop")).to_be_checked()
    expect(wizard.label_row("instance").get_by_role("radio", name="Drop")).to_be_focused()
