"""The charts of opened bundles: fetched when seen, read by pointer and keys, with one cursor and one zoom."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.opened import OpenedPage
from tests.lab import troubled

pytestmark = [pytest.mark.browser, pytest.mark.real]


def test_charts_are_fetched_when_they_come_into_sight(tab: OpenedPage) -> None:
    tab.open("resources")
    expect(tab.figure("CPU used, share of the limit")).to_contain_text("No data")
    tab.asked.clear()
    expect(tab.figure("Goroutines")).to_contain_text("No data")
    assert 0 < tab.asked.count("draw") < 9
    tab.figure("CPU used, share of the limit")
    expect(tab.page.get_by_text("Reading", exact=True)).to_have_count(0)
    assert tab.asked.count("draw") < 10


def test_hovering_tells_values_and_moves_the_cursor_of_all(tab: OpenedPage) -> None:
    tab.open()
    other = tab.chart("Running versions")
    tab.page.evaluate("scrollTo(0, 0)")
    first = tab.chart("Scrape health")
    first.locator(".plotbox").hover(position={"x": 200, "y": 40})
    expect(first.locator(".tip")).to_contain_text("UTC")
    expect(first.locator(".tip")).to_contain_text("storage 10.0.0.1:8482")
    moved = other.locator(".u-cursor-x").evaluate("one => getComputedStyle(one).transform")
    assert float(moved.split(",")[4]) > 50
    expect(other.locator(".tip")).to_be_hidden()


@pytest.mark.smoke
def test_a_drag_zooms_all_charts_and_a_click_shows_all_again(tab: OpenedPage) -> None:
    tab.open()
    tab.drag(tab.chart("Scrape health"), 0.25, 0.5)
    expect(tab.page.get_by_role("button", name="Reset zoom")).to_be_visible()
    zoom = tab.zoom()
    assert zoom and abs(zoom[0] - troubled.FIRST_MS - 900_000) < 60_000 and 840_000 < zoom[1] - zoom[0] < 960_000
    clock = re.compile(r"^\d\d:\d\d:\d\d$")
    for title in ("Scrape health", "Running versions"):
        expect(tab.chart(title).locator(".ticks span").first).to_have_text(clock)
    tab.page.reload()
    expect(tab.chart("Scrape health").locator(".ticks span").first).to_have_text(clock)
    tab.page.get_by_role("button", name="Reset zoom").click()
    expect(tab.page.get_by_role("button", name="Reset zoom")).to_be_hidden()
    assert tab.zoom() is None
    expect(tab.chart("Running versions").locator(".ticks span").first).to_have_text(re.compile(r"^\d\d:\d\d$"))


def test_a_chart_can_be_read_and_zoomed_by_keys(tab: OpenedPage) -> None:
    tab.open()
    slider = tab.chart("Scrape health").get_by_role("slider")
    slider.focus()
    for key in ("Home", "ArrowRight", "ArrowRight"):
        slider.press(key)
    expect(slider).to_have_attribute("aria-valuenow", "2")
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"UTC: .*storage 10\.0\.0\.1:8482 1(;|$)"))
    slider.press("Enter")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("^Zoom begins here"))
    slider.press("End")
    slider.press("PageUp")
    slider.press("Enter")
    expect(tab.page.get_by_role("button", name="Reset zoom")).to_be_visible()
    assert tab.zoom()
    expect(slider).to_have_attribute("aria-valuetext", "Arrow keys read the chart")  # it was drawn anew
    expect(slider).to_be_focused()
    tab.page.keyboard.press("Escape")
    expect(tab.page.get_by_role("button", name="Reset zoom")).to_be_hidden()


def test_a_line_is_shown_alone(tab: OpenedPage) -> None:
    tab.open()
    button = tab.chart("Scrape health").get_by_role("button", name="agents 10.0.0.3:8429")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")


def test_an_empty_chart_says_why(tab: OpenedPage) -> None:
    tab.open("resources?job=old")
    expect(tab.figure("Wait of ready goroutines for a CPU, p99")).to_contain_text("Not in this version")
    expect(tab.figure("Wait of ready goroutines for a CPU, p99")).to_contain_text("came with v1.96.0")
    expect(tab.figure("Disk bytes per second")).to_contain_text("Nothing above zero")
    expect(tab.figure("Goroutines")).to_contain_text("No data")


def test_the_servers_own_page_is_a_click_away(tab: OpenedPage) -> None:
    url = tab.open().site.url
    expect(tab.page.get_by_role("link", name="Open its vmui")).to_have_attribute("href", f"{url}/vmui")
    link = tab.chart("Scrape health").get_by_role("link", name="vmui")
    expect(link).to_have_attribute("href", re.compile(rf"^{re.escape(url)}/vmui/#/\?g0\.expr=min\+by"))


def test_what_fails_is_told_in_its_place(tab: OpenedPage) -> None:
    broken = {"error": {"code": "query_rejected", "message": "cannot query: too heavy", "hint": "", "field": ""}}
    tab.page.route("**/api/draw", lambda route: route.fulfill(status=422, json=broken))
    tab.open()
    figure = tab.figure("Scrape health")
    expect(figure.get_by_role("alert")).to_contain_text("Cannot query: too heavy")
    tab.page.unroute("**/api/draw")
    figure.get_by_role("button", name="Try again").click()
    expect(figure.locator("canvas")).to_be_visible()
    tab.watch.console.clear()  # the browser notes each 422
