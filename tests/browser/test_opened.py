"""The page of opened bundles: overview, findings, filters, several bundles; hostile values stay text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.axe import violations
from tests.browser.opened import OpenedPage, OpenedSite, new_page, opened_tab
from tests.lab import troubled
from tests.lab.victoria import VictoriaMetrics
from vmexporter.flows.bundleview import OpenedBundle

pytestmark = [pytest.mark.browser, pytest.mark.real]

IMAGE = '<img src=x onerror="window.planted=1">'
TABS = ("overview", "findings", "resources", "storage", "vmagent")


@pytest.mark.smoke
def test_the_overview_tells_what_happened(tab: OpenedPage) -> None:
    tab.open()
    expect(tab.page).to_have_title("Overview: vmexporter")
    expect(tab.page.locator(".eyebrow")).to_have_text("case-123.zip, checksums match, obfuscated")
    table = tab.page.get_by_role("region", name="Instances", exact=True)
    agent = table.get_by_role("row").filter(has_text="10.0.0.3:8429")
    expect(agent).to_contain_text("v1.149.0 → v1.150.0")
    expect(agent.get_by_role("img")).to_have_attribute("aria-label", re.compile(r"^restarted as v1\.150\.0 \d\d:\d\d"))
    gone = table.get_by_role("row").filter(has_text="10.0.0.2:8482")
    expect(gone).to_contain_text("91.6 %")
    expect(gone.get_by_role("img")).to_have_attribute("aria-label", re.compile(r"^down \d\d:\d\d to \d\d:\d\d UTC$"))
    expect(tab.page.get_by_text("Marked on every chart")).to_contain_text("10.0.0.2:8482 down for 5 minutes")


def test_flags_are_told_from_defaults(tab: OpenedPage) -> None:
    tab.open().page.get_by_text("2 flags set to other than the default").click()
    flags = tab.page.locator("details ul.flags").first
    expect(flags).to_contain_text("-loggerLevel=INFO (the default)")
    expect(flags.get_by_text("-retentionPeriod=12")).to_be_visible()


@pytest.mark.smoke
def test_findings_come_worst_first_with_their_charts(tab: OpenedPage) -> None:
    tab.open("findings")
    expect(tab.page.locator(".finding h2")).to_have_text(
        ["Instances down", "Little free disk space", "vmagent's backlog grows", "Errors logged", "Different releases"]
    )
    expect(tab.page.locator(".lead")).to_contain_text("5 checks of 50 found something")
    first = tab.page.locator(".finding").first
    expect(first).to_contain_text("critical")
    expect(first).to_contain_text("What to do: Look at its log")
    expect(first.get_by_role("row").filter(has_text="10.0.0.2:8482")).to_contain_text("8.37 %")
    expect(first.get_by_role("link", name="Documentation")).to_have_attribute("href", re.compile("#cluster-instab"))
    expect(tab.chart("Scrape health")).to_be_visible()
    expect(tab.chart("Little free disk space: over time")).to_be_visible()
    tab.page.get_by_text("45 checks without a finding").click()
    expect(tab.page.get_by_role("listitem").filter(has_text="Slow inserts")).to_contain_text("nothing was measured")


def test_every_dashboard_opens(tab: OpenedPage) -> None:
    tab.open()
    names = tab.page.get_by_role("navigation", name="Dashboards").get_by_role("link")
    expect(names).to_have_count(10)
    for link in names.all():
        link.click()
        expect(tab.heading).to_have_text(link.inner_text())
        expect(link).to_have_attribute("aria-current", "page")
        expect(tab.page.locator("#main .panel").first).to_be_visible()


def test_filters_narrow_everything(tab: OpenedPage) -> None:
    tab.open()
    tab.chart("Scrape health")
    tab.filter("Component", "vmagent")
    expect(tab.page.get_by_role("heading", name="1 instance", exact=True)).to_be_visible()
    expect(tab.chart("Scrape health").locator(".legend li")).to_have_text(["agents 10.0.0.3:8429"])
    assert tab.page.get_by_label("Instance", exact=True).locator("option").all_inner_texts() == [
        "All 1",
        "10.0.0.3:8429",
    ]
    tab.page.get_by_role("link", name="Findings").click()
    expect(tab.page.locator(".finding h2")).to_have_text(["vmagent's backlog grows", "Errors logged"])
    tab.page.reload()
    expect(tab.page.get_by_label("Component", exact=True)).to_have_value("vmagent")
    tab.filter("Component", "")
    expect(tab.page.locator(".finding")).to_have_count(5)
    tab.page.go_back()
    expect(tab.page.locator(".finding")).to_have_count(2)


def test_without_the_key_nothing_is_shown(chromium: Browser, opened_site: OpenedSite) -> None:
    with new_page(chromium) as page:
        page.goto(f"http://{opened_site.host}/")
        expect(page.get_by_role("alert")).to_contain_text("this page has no key")


def test_several_bundles_are_shown_one_at_a_time(
    chromium: Browser, start_victoria: Callable[..., VictoriaMetrics]
) -> None:
    server = start_victoria("-search.latencyOffset=0s")
    for name in ("one", "two"):
        server.import_jsonl(troubled.troubled_lines({"bundle": name}, mark=f"to-{name}"))
    bundles = tuple(OpenedBundle(f"{name}.zip", label=name) for name in ("one", "two"))
    with OpenedSite(server.url, bundles) as site, new_page(chromium) as page, opened_tab(page, site) as tab:
        tab.open("vmagent")
        waiting = "Data waiting to be sent"
        expect(tab.chart(waiting).locator(".legend li")).to_have_text(["10.0.0.3:8429 1:to-one"])
        tab.filter("Bundle", "two")
        expect(tab.page.locator(".eyebrow")).to_have_text("two.zip")
        expect(tab.chart(waiting).locator(".legend li")).to_have_text(["10.0.0.3:8429 1:to-two"])


@pytest.mark.smoke
def test_hostile_values_stay_text(chromium: Browser, start_victoria: Callable[..., VictoriaMetrics]) -> None:
    server = start_victoria("-search.latencyOffset=0s")
    hostile = json.dumps(f"agents{IMAGE}").encode()
    lines = troubled.troubled_lines(mark=IMAGE)
    named = (line.replace(b'"agents"', hostile) for line in lines)
    server.import_jsonl(line.replace(b'"INFO"', json.dumps(IMAGE).encode()) for line in named)
    with OpenedSite(server.url) as site, new_page(chromium) as page, opened_tab(page, site) as tab:
        tab.open()
        expect(tab.page.get_by_role("region", name="Instances", exact=True)).to_contain_text("onerror=")
        tab.page.get_by_text("flags set to other").click()
        expect(tab.page.locator("ul.flags").first).to_contain_text("onerror=")
        tab.chart("Scrape health").locator(".plotbox").hover()
        expect(tab.page.locator(".tip").first).to_contain_text("onerror=")
        tab.filter("Job", f"agents{IMAGE}")
        expect(tab.chart("Scrape health").locator(".legend")).to_contain_text("onerror=")
        tab.go("findings")
        expect(tab.page.locator(".finding").first).to_contain_text("onerror=")
        assert tab.page.evaluate("window.planted") is None
        assert tab.page.locator("#main img, #main [onerror]").count() == 0


@pytest.mark.parametrize("look", [(1280, "light"), (1280, "dark"), (390, "light")])
def test_nothing_is_out_of_reach(
    chromium: Browser, opened_site: OpenedSite, look: tuple[int, Literal["light", "dark"]]
) -> None:
    width, scheme = look
    with new_page(chromium, width, scheme) as page, opened_tab(page, opened_site) as tab:
        tab.open()
        for name in TABS:
            tab.go(name)
            expect(page.locator("figure").first).not_to_contain_text("Reading")
            page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
            assert violations(page) == [], name
            assert page.evaluate("document.documentElement.scrollWidth") <= width
