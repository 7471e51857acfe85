"""The frame of the wizard: order of the steps, Back and Next, deep links, the browser's own buttons, theme."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.wizard import STEPS, TITLES, Wizard

pytestmark = pytest.mark.browser
Kept = dict[str, dict[str, Any]]


def test_the_welcome_page_says_what_it_is(wizard: Wizard) -> None:
    page = wizard.open().at("welcome").page
    expect(page).to_have_title("Welcome, step 1 of 6: vmexporter")
    expect(page.get_by_role("banner").get_by_role("link", name="vmexporter")).to_be_visible()
    expect(wizard.primary).to_have_text("Next: Time range")
    expect(wizard.primary).to_be_in_viewport()
    expect(page.get_by_text("Step 1 of 6")).to_be_visible()


def test_the_welcome_page_tells_what_leaves_and_what_never_does(wizard: Wizard) -> None:
    page = wizard.open().at("welcome").page
    expect(page.locator(".lead")).to_contain_text("It sends nothing anywhere")
    for name in ("Stays as it is", "Becomes a pseudonym", "Never gets in"):
        part = page.locator("section").filter(has=page.get_by_role("heading", name=name)).last
        expect(part.get_by_role("listitem")).to_have_count(4)
        expect(part.locator("svg")).to_be_visible()
    specimen = page.get_by_role("region", name="One series, before and after")
    expect(specimen.get_by_role("row", name="On your server")).to_contain_text("10.20.4.31:8482")
    expect(specimen.get_by_role("row", name="In the bundle")).to_contain_text("777.777.1.3:8482")
    expect(page.get_by_text("for support").first).to_be_visible()


def test_the_frame_is_plain(wizard: Wizard) -> None:
    page = wizard.open().at("welcome").page
    images = page.evaluate("[...document.querySelectorAll('*')].map((one) => getComputedStyle(one).backgroundImage)")
    assert not [image for image in images if "gradient" in image]
    assert page.evaluate("document.querySelectorAll('img').length") == 0


def test_next_and_back(wizard: Wizard) -> None:
    page = wizard.open().at("welcome").page
    expect(page.locator("#bar").get_by_role("link", name="Back")).to_have_count(0)
    wizard.next()
    wizard.at("range")
    expect(page.get_by_text("Step 2 of 6")).to_be_visible()
    expect(page).to_have_title("Time range, step 2 of 6: vmexporter")
    expect(wizard.rail.locator("[aria-current=step]")).to_contain_text("Time range")
    wizard.back()
    wizard.at("welcome")
    expect(wizard.rail.locator("[aria-current=step]")).to_contain_text("Welcome")


def test_the_rail_keeps_what_was_answered(wizard: Wizard) -> None:
    wizard.open().at("welcome")
    expect(wizard.rail.get_by_role("link")).to_have_count(0)
    expect(wizard.rail.locator(".done")).to_have_count(0)
    wizard.next()
    wizard.at("range")
    expect(wizard.rail.locator(".done")).to_have_count(1)
    expect(wizard.rail.get_by_role("link", name=re.compile("Welcome"))).to_contain_text("VictoriaMetrics components")
    wizard.take_range("2026-11-23 08:43:20", "2026-11-23 09:00:00")
    wizard.next()
    wizard.at("connection")
    expect(wizard.rail.locator(".done")).to_have_count(2)
    expect(wizard.rail.get_by_role("link", name=re.compile("Time range"))).to_contain_text("16 m 40 s to 23 Nov 09:00")
    expect(wizard.page.get_by_text("No server has been contacted yet.")).to_be_visible()


def test_connection_is_reached_with_a_typed_range(wizard: Wizard) -> None:
    wizard.open("range").at("range").take_range("2026-11-23 08:43:20", "2026-11-23 09:00:00")
    wizard.next()
    wizard.at("connection")
    expect(wizard.page.get_by_text("Step 3 of 6")).to_be_visible()
    wizard.back()
    wizard.at("range")
    expect(wizard.field("From")).to_have_value("2026-11-23 08:43:20")
    expect(wizard.field("To")).to_have_value("2026-11-23 09:00:00")


@pytest.mark.parametrize("step", STEPS)
def test_each_step_has_an_address(step: str, wizard: Wizard, kept: Kept) -> None:
    wizard.open(step, kept["export"]).at(step)
    expect(wizard.page).to_have_url(re.compile(f"#/{step}$"))
    expect(wizard.page.get_by_text(f"Step {STEPS.index(step) + 1} of 6")).to_be_visible()
    assert wizard.page.get_by_role("heading", level=1).count() == 1


def test_an_address_too_far_leads_to_what_is_missing(wizard: Wizard) -> None:
    wizard.open("export").at("connection")
    expect(wizard.page).to_have_url(re.compile("#/connection$"))


@pytest.mark.parametrize("address", ["nonsense", "%3Cscript%3E", "export/unknown", "export/../../x"])
def test_an_address_that_is_none_leads_to_a_step(address: str, wizard: Wizard) -> None:
    wizard.open(address)
    expect(wizard.heading).to_have_text(re.compile("|".join(TITLES.values())))


def test_the_browsers_own_back_and_forward(wizard: Wizard) -> None:
    wizard.open().at("welcome").next()
    wizard.at("range").next()
    wizard.at("connection")
    wizard.page.go_back()
    wizard.at("range")
    wizard.page.go_back()
    wizard.at("welcome")
    wizard.page.go_forward()
    wizard.at("range")


def test_next_shows_what_is_missing(wizard: Wizard) -> None:
    wizard.open("connection").at("connection")
    expect(wizard.primary).to_have_accessible_description("An address is needed")
    wizard.press_locked()
    expect(wizard.field("Address")).to_be_focused()
    wizard.field("Address").fill("vmsingle:8428")
    expect(wizard.why).to_have_text("The connection test has to pass first")
    wizard.press_locked()
    expect(wizard.button("Test connection")).to_be_focused()
    wizard.at("connection")


def test_the_skip_link_leads_past_the_rail(wizard: Wizard) -> None:
    page = wizard.open().at("welcome").page
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    wizard.at("welcome")


def test_the_theme_is_kept_and_shared_by_tabs(new_wizard: Callable[..., Wizard]) -> None:
    wizard = new_wizard(color_scheme="light")
    page = wizard.open().at("welcome").page
    light = background(wizard)
    other = Wizard(page.context.new_page(), wizard.base).open("range").at("range")
    wizard.choose("Theme", "Dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(other.page.locator("html")).to_have_attribute("data-theme", "dark")
    assert background(wizard) != light
    page.reload()
    wizard.at("welcome")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    wizard.choose("Theme", "Auto")
    expect(page.locator("html")).not_to_have_attribute("data-theme", "dark")
    assert background(wizard) == light


def test_dark_is_the_same_by_system_and_by_switch(new_wizard: Callable[..., Wizard]) -> None:
    wizard = new_wizard(color_scheme="dark")
    by_system = colours(wizard.open().at("welcome"))
    wizard.page.emulate_media(color_scheme="light")
    assert colours(wizard) != by_system
    wizard.choose("Theme", "Dark")
    assert colours(wizard) == by_system


def colours(wizard: Wizard) -> dict[str, str]:
    """All values that the theme's rules set, and what they are now."""
    found: dict[str, str] = wizard.page.evaluate("""() => {
        const names = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules])
            .flatMap((rule) => [...(rule.style ?? [])]).filter((name) => name.startsWith('--'));
        const now = getComputedStyle(document.documentElement);
        return Object.fromEntries(names.map((name) => [name, now.getPropertyValue(name)]));
    }""")
    return found


def background(wizard: Wizard) -> str:
    return str(wizard.page.evaluate("getComputedStyle(document.body).backgroundColor"))
