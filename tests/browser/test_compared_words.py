"""What is said of two bundles side by side: findings and components told apart; hostile names stay text."""

from __future__ import annotations

import re
from typing import Literal

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.axe import violations
from tests.browser.beside import WAITING, compared
from tests.browser.opened import OpenedPage, OpenedSite, new_page, opened_tab
from vmexporter.flows.bundleview import OpenedBundle

pytestmark = [pytest.mark.browser, pytest.mark.real]

IMAGE = '<img src=x onerror="window.planted=1">'
TABS = ("overview", "findings", "vmagent")


@pytest.mark.smoke
def test_findings_say_whether_the_other_has_them(pair: OpenedPage) -> None:
    compared(pair, "findings")
    main = pair.page.locator("#main")
    expect(main.get_by_role("heading", level=2)).to_have_text(["In bad.zip", "Only in good.zip"])
    expect(main.locator(".lead").nth(2)).to_have_text("1 in both, 4 found only in bad.zip, 1 found only in good.zip.")
    found = main.get_by_role("region", name="In bad.zip", exact=True)
    expect(found.get_by_role("heading", level=3).filter(has_text=re.compile("^(Instances|Different)"))).to_have_count(2)
    for title, words in (
        ("Instances down", "Not in good.zip: all is well, 4 measured."),
        ("Little free disk space", "Cannot be told of good.zip: nothing was measured."),
        ("Different releases", "In good.zip, too: 4 of 4 above 1."),
    ):
        expect(found.get_by_role("region", name=title, exact=True).locator(".beside")).to_have_text(words)
    found.get_by_text("Those in good.zip").click()
    expect(found.get_by_role("row").filter(has_text="10.0.0.5:8427")).to_contain_text("short_version v1.150.0")
    other = main.get_by_role("region", name="Only in good.zip", exact=True)
    expect(other.locator(".finding h3").first).to_have_text("Configuration not reloaded")
    expect(other.locator(".beside")).to_have_text("Cannot be told of bad.zip: nothing was measured.")
    expect(other.get_by_role("row").filter(has_text="10.0.0.5:8427")).to_be_visible()
    pair.page.get_by_text("44 checks without a finding in either").click()
    item = pair.page.get_by_role("listitem")
    expect(item.filter(has_text="Slow inserts")).to_contain_text("both: nothing was measured")
    expect(item.filter(has_text="Unknown tokens")).to_contain_text("bad.zip: no such component; good.zip: nothing was")


def test_components_stand_beside_each_other(pair: OpenedPage) -> None:
    compared(pair, "overview")
    panel = pair.page.get_by_role("region", name="Both bundles", exact=True)
    expect(panel).to_contain_text("bad.zip: 1 hour, 2026-11-18 11:06:40 UTC to 2026-11-18 12:06:40 UTC")
    expect(panel).to_contain_text("good.zip: 1 hour 30 minutes, 2026-11-11 11:06:40 UTC")
    expect(panel).to_contain_text("the second begins 7 days earlier")
    texts = [" ".join(row.split()) for row in panel.locator("tbody tr").all_inner_texts()]
    assert texts == [
        "vmagent bad.zip 1 v1.149.0, v1.150.0 1 100 %",
        "good.zip 1 v1.149.0 0 100 %",
        "vmauth bad.zip none",
        "good.zip 1 v1.150.0 0 100 %",
        "vmsingle bad.zip 1 v1.79.5 0 100 %",
        "good.zip none",
        "vmstorage bad.zip 2 v1.150.0-cluster 0 95.8 %",
        "good.zip 2 v1.150.0-cluster 0 100 %",
    ]
    expect(pair.page.get_by_role("region", name="Instances of good.zip", exact=True)).to_contain_text("10.0.0.5:8427")


def test_hostile_names_stay_text(chromium: Browser, both: OpenedSite) -> None:
    bundles = (OpenedBundle("bad.zip", label="bad"), OpenedBundle(f"{IMAGE}.zip", label="good"))
    with OpenedSite(both.url, bundles) as site, new_page(chromium) as page, opened_tab(page, site) as tab:
        for name, words in (("overview", "Both bundles"), ("findings", f"Only in {IMAGE}.zip"), ("vmagent", WAITING)):
            compared(tab, name)
            expect(page.locator("#main")).to_contain_text(words)
        expect(tab.chart(WAITING).locator(".whose").nth(1)).to_contain_text("onerror=")
        assert page.evaluate("window.planted") is None
        assert page.locator("#main img, #main [onerror]").count() == 0


@pytest.mark.parametrize("look", [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")])
def test_nothing_is_out_of_reach(
    chromium: Browser, both: OpenedSite, look: tuple[int, Literal["light", "dark"]]
) -> None:
    width, scheme = look
    with new_page(chromium, width, scheme) as page, opened_tab(page, both) as tab:
        for name in TABS:
            compared(tab, name)
            page.locator("figure").first.scroll_into_view_if_needed()
            expect(page.locator("figure .whose").first).to_be_visible()
            page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
            assert violations(page) == [], name
            assert page.evaluate("document.documentElement.scrollWidth") <= width
