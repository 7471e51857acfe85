"""Charts of two bundles side by side: one scale, one legend, one zoom, and the address that holds the comparison."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.beside import WAITING, compared
from tests.browser.opened import OpenedPage
from tests.lab import troubled

pytestmark = [pytest.mark.browser, pytest.mark.real]


def plots(figure: Locator) -> Locator:
    """The plots of a figure, from the bundle that is shown to the one beside it."""
    expect(figure.locator(".plotbox")).to_have_count(2)
    return figure.get_by_role("slider")


def colours(figure: Locator, plot: int) -> set[str]:
    """The colours of what a plot's canvas holds, but for the marks, the grid and what lies between two colours."""
    found: list[str] = plots(figure).nth(plot).locator("canvas").evaluate(PIXELS)
    return set(found)


PIXELS = """canvas => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const style = getComputedStyle(document.documentElement);
  const known = Array.from({ length: 8 }, (_, place) => style.getPropertyValue(`--chart-${place + 1}`).trim());
  const hex = (at) => "#" + [0, 1, 2].map((part) => data[at + part].toString(16).padStart(2, "0")).join("");
  const seen = new Map();
  for (let at = 0; at < data.length; at += 4) {
    const colour = hex(at);
    if (data[at + 3] === 255 && known.includes(colour)) seen.set(colour, (seen.get(colour) ?? 0) + 1);
  }
  return [...seen].filter(([, many]) => many > 20).map(([colour]) => colour);
}"""


def swatch(page: Page, figure: Locator, name: str) -> str:
    """The colour that the legend has for a line, as six digits."""
    button = figure.locator(".legend").get_by_role("button", name=name, exact=True)
    stroke: str = button.locator("path").evaluate("path => getComputedStyle(path).stroke")
    return "#" + "".join(f"{int(part):02x}" for part in re.findall(r"\d+", stroke)[:3])


@pytest.mark.smoke
def test_both_plots_have_one_scale(pair: OpenedPage) -> None:
    figure = compared(pair, "vmagent").chart(WAITING)
    expect(figure.locator(".whose b")).to_have_text(["bad.zip", "good.zip"])
    expect(plots(figure).locator(".y")).to_have_text(["30 MB15 MB", "30 MB15 MB"])  # the second alone reaches 2.4 MB
    expect(figure.locator(".ticks").nth(0)).to_have_text(re.compile(r"^11:06.*12:06$"))
    expect(figure.locator(".ticks").nth(1)).to_have_text(re.compile(r"^11:06.*12:36$"))
    pair.filter("Compare with", "")
    expect(figure.locator(".plotbox")).to_have_count(1)
    pair.filter("Bundle", "good")
    expect(figure.locator(".y")).to_have_text("3 MB1.5 MB")


def test_a_name_has_one_colour_in_both(pair: OpenedPage) -> None:
    figure = compared(pair, "overview").chart("Scrape health")
    expect(figure.locator(".legend-of")).to_have_text(["Only in the plot of bad.zip", "Only in the plot of good.zip"])
    shared = figure.get_by_role("button", name="storage 10.0.0.2:8482", exact=True)
    expect(shared).to_have_count(1)
    shared.click()
    wanted = {swatch(pair.page, figure, "storage 10.0.0.2:8482")}
    assert (colours(figure, 0), colours(figure, 1)) == (wanted, wanted)
    shared.click()
    figure.get_by_role("button", name="gates 10.0.0.5:8427", exact=True).click()
    assert colours(figure, 0) == set()
    assert colours(figure, 1) == {swatch(pair.page, figure, "gates 10.0.0.5:8427")}


@pytest.mark.smoke
def test_the_address_holds_the_comparison(pair: OpenedPage) -> None:
    pair.open("vmagent")
    beside = pair.page.get_by_label("Compare with", exact=True)
    assert beside.locator("option").all_inner_texts() == ["Nothing", "good.zip"]
    pair.filter("Compare with", "good")
    expect(pair.page).to_have_url(re.compile(r"#/vmagent\?beside=good$"))
    expect(plots(pair.chart(WAITING))).to_have_count(2)
    pair.page.reload()
    expect(beside).to_have_value("good")
    expect(pair.page.locator(".eyebrow")).to_have_text("bad.zip, compared with good.zip")
    pair.page.get_by_role("link", name="Findings").click()
    expect(pair.page).to_have_url(re.compile(r"#/findings\?beside=good$"))
    pair.page.go_back()
    pair.page.go_back()
    expect(beside).to_have_value("")
    expect(pair.chart(WAITING).locator(".plotbox")).to_have_count(1)
    pair.go("vmagent?bundle=good&beside=bad")
    expect(pair.page.locator(".eyebrow")).to_have_text("good.zip, compared with bad.zip")
    pair.filter("Bundle", "bad")
    expect(pair.page).to_have_url(re.compile(r"#/vmagent\?bundle=bad&beside=good$"))


def test_the_cursor_is_at_the_same_distance_from_each_start(pair: OpenedPage) -> None:
    first, second = plots(compared(pair, "vmagent").chart(WAITING)).all()
    box = second.bounding_box()
    assert box
    second.hover(position={"x": box["width"] / 3, "y": 40})  # half an hour of an hour and a half
    expect(second.locator(".tip")).to_contain_text("2026-11-11 11:36")
    expect(first.locator(".tip")).to_be_hidden()
    left = first.locator(".u-cursor-x").evaluate("one => new DOMMatrix(getComputedStyle(one).transform).e")
    assert abs(left / box["width"] - 1 / 2) < 0.02
    expect(first.locator(".u-cursor-pt")).to_be_visible()
    second.hover(position={"x": box["width"] * 0.9, "y": 40})  # the first has ended by then
    expect(second.locator(".tip")).to_contain_text("2026-11-11 12:27")
    for part in (".u-cursor-x", ".u-cursor-pt"):
        expect(first.locator(part)).to_be_hidden()


def test_a_zoom_in_either_shows_the_same_part_of_both(pair: OpenedPage) -> None:
    figure = compared(pair, "vmagent").chart(WAITING)
    pair.drag(figure, 0.5, 0.75, plot=1)
    expect(figure.locator(".ticks").first).to_have_text(re.compile(r"^11:5\d"))
    zoom = pair.zoom()
    assert zoom and abs(zoom[0] - troubled.FIRST_MS - 2_700_000) < 60_000  # half of the second's hour and a half
    before, after = figure.locator(".ticks").all_inner_texts()
    assert before == after
    asked = [body["zoom"]["start_ms"] for body in pair.watch.bodies("/api/draw")[-2:] if body["zoom"]]
    assert sorted(asked) == [zoom[0] - 7 * 86_400_000, zoom[0]]
    pair.drag(figure, 0.85, 0.98, plot=1)
    expect(figure).to_contain_text("Outside its range")
    expect(figure).to_contain_text("This bundle is from 2026-11-18 11:06:40 UTC to 2026-11-18 12:06:40 UTC.")
    pair.page.get_by_role("button", name="Reset zoom").click()
    expect(plots(figure)).to_have_count(2)


def test_a_filter_that_only_one_has_is_told(pair: OpenedPage) -> None:
    compared(pair, "overview")
    pair.filter("Component", "vmagent")
    expect(plots(pair.chart("Scrape health"))).to_have_count(2)
    pair.filter("Component", "")
    pair.filter("Job", "gates")
    figure = pair.chart("Scrape health")
    expect(figure.locator(".plotbox")).to_have_count(1)
    expect(figure.locator(".state")).to_have_text("No instance fits the filterThere is no instance with job gates.")
    expect(figure.locator(".state").get_by_role("alert")).to_have_count(0)
    pair.page.get_by_role("link", name="Findings").click()
    expect(pair.page.locator(".finding .beside").first).to_have_text(
        "Not in bad.zip. There is no instance with job gates."
    )


def test_what_fails_in_one_leaves_the_other(pair: OpenedPage) -> None:
    broken = {"error": {"code": "query_rejected", "message": "cannot query: too heavy", "hint": "", "field": ""}}

    def answer(route: Route) -> None:
        body = route.request.post_data_json
        if body and body["bundle"] == "good":
            route.fulfill(status=422, json=broken)
        else:
            route.continue_()

    pair.page.route("**/api/draw", answer)
    figure = compared(pair, "vmagent").chart(WAITING)
    expect(figure.get_by_role("alert")).to_contain_text("Cannot query: too heavy")
    expect(figure.get_by_role("slider")).to_have_count(1)
    pair.page.unroute("**/api/draw")
    figure.get_by_role("button", name="Try again").click()
    expect(plots(figure)).to_have_count(2)
    pair.watch.console.clear()  # the browser notes each 422


def test_by_keys_alone(pair: OpenedPage) -> None:
    pair.open("vmagent")
    beside = pair.page.get_by_label("Compare with", exact=True)
    pair.page.get_by_label("Bundle", exact=True).focus()
    pair.page.keyboard.press("Tab")
    expect(beside).to_be_focused()
    pair.page.keyboard.press("ArrowDown")
    expect(beside).to_have_value("good")
    figure = pair.chart(WAITING)
    first, second = plots(figure).all()
    expect(second).to_have_accessible_name(f"{WAITING} over time, good.zip")
    first.focus()
    for _ in range(2):  # the link to vmui of the second bundle lies between
        pair.page.keyboard.press("Tab")
    expect(second).to_be_focused()
    for key in ("Home", "ArrowRight", "Enter", "PageDown", "Enter"):
        pair.page.keyboard.press(key)
    expect(pair.page.get_by_role("button", name="Reset zoom")).to_be_visible()
    zoom = pair.zoom()
    assert zoom and 0 <= zoom[0] - troubled.FIRST_MS < 600_000  # on the clock of the first
    expect(second).to_have_attribute("aria-valuetext", "Arrow keys read the chart")  # it was drawn anew
    expect(second).to_be_focused()
    pair.page.keyboard.press("Escape")
    expect(pair.page.get_by_role("button", name="Reset zoom")).to_be_hidden()
