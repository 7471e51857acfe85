"""What lasts: a reload loses nothing but secrets, an export outlives its page, tabs do not disturb each other."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import RECORDED
from tests.browser.holding import held, windows_from
from tests.browser.keeping import Kept, through
from tests.browser.wizard import STEPS, Wizard
from tests.fakes.proxy import FaultProxy
from tests.lab.gateways import OPERATOR, VmAuth

pytestmark = [pytest.mark.browser, pytest.mark.real]


def without_counts(state: dict[str, Any]) -> dict[str, Any]:
    """What the server may count anew."""
    return {**state, "output": None}


@pytest.mark.parametrize("step", STEPS)
def test_a_reload_loses_nothing(step: str, wizard: Wizard, small: Kept) -> None:
    wizard.open(step, small["export"]).at(step)
    before = wizard.state()
    wizard.page.reload()
    wizard.at(step)
    assert without_counts(wizard.state()) == without_counts(before)
    expect(wizard.rail.locator(".done")).to_have_count(5)


def test_a_reload_forgets_secrets_only(wizard: Wizard, vmauth: VmAuth) -> None:
    wizard.open("range").at("range").take_range(*RECORDED)
    wizard.next()
    wizard.at("connection").sign_in("Basic", user=OPERATOR[0], password=OPERATOR[1])
    wizard.connect(vmauth.url)
    wizard.passed()
    wizard.page.reload()
    wizard.at("connection")
    expect(wizard.field("Address")).to_have_value(vmauth.url)
    expect(wizard.page.locator("#user")).to_have_value(OPERATOR[0])
    expect(wizard.field("Password")).to_have_value("")
    expect(wizard.why).to_have_text("The connection test has to pass first")
    wizard.back()
    expect(wizard.field("From")).to_have_value(RECORDED[0])


def test_a_reload_finds_the_running_export(wizard: Wizard, small: Kept, proxy: FaultProxy) -> None:
    with held(proxy, windows_from(3)) as gate:
        wizard.open("export", through(small["export"], proxy.url)).at("export")
        identity = wizard.start()
        expect(wizard.page.locator(".windows .ok").first).to_be_visible()
        wizard.page.reload()
        expect(wizard.heading).to_have_text("Exporting")
        expect(wizard.page).to_have_url(re.compile(f"#/export/{identity}$"))
        expect(wizard.page.locator(".windows .ok").first).to_be_visible()
        gate.open()
        wizard.finished()


def test_a_closed_page_ends_nothing(wizard: Wizard, small: Kept, proxy: FaultProxy) -> None:
    """A new tab finds the export at the beginning, and by its address."""
    with held(proxy, windows_from(3)) as gate:
        first = Wizard(wizard.page.context.new_page(), wizard.base)
        first.open("export", through(small["export"], proxy.url)).at("export")
        wizard.run = first.start()
        expect(first.page.locator(".windows .ok").first).to_be_visible()
        first.page.close()
        wizard.open().at("welcome")
        row = wizard.page.get_by_role("listitem").filter(has_text="Running export")
        row.get_by_role("button", name="Show").click()
        expect(wizard.heading).to_have_text("Exporting")
        gate.open()
        wizard.finished()
        expect(wizard.page).to_have_url(re.compile(f"#/export/{wizard.run}$"))


def test_steps_can_be_read_but_not_changed_while_it_runs(wizard: Wizard, small: Kept, proxy: FaultProxy) -> None:
    with held(proxy, windows_from(3)) as gate:
        wizard.open("export", through(small["export"], proxy.url)).at("export").start()
        expect(wizard.page.locator(".windows .ok").first).to_be_visible()
        wizard.rail.get_by_role("link", name=re.compile("Time range")).click()
        wizard.at("range")
        expect(wizard.field("From")).to_be_disabled()
        wizard.rail.get_by_role("link", name=re.compile("Export")).click()
        expect(wizard.heading).to_have_text("Exporting")
        gate.open()
        wizard.finished()


def test_two_tabs_are_two_wizards(wizard: Wizard, small: Kept) -> None:
    other = Wizard(wizard.page.context.new_page(), wizard.base)
    wizard.open("range", small["range"]).at("range").take_range("2026-11-23 01:00:00", "2026-11-23 02:00:00")
    other.open("range").at("range")
    expect(other.page.get_by_role("radio", name="1 h", exact=True)).to_be_checked()
    other.take_range("2026-11-22 03:00:00", "2026-11-22 04:00:00")
    wizard.page.reload()
    wizard.at("range")
    expect(wizard.sent).to_have_text("2026-11-23T01:00:00Z to 02:00:00Z")
    expect(other.sent).to_have_text("2026-11-22T03:00:00Z to 04:00:00Z")
    other.page.close()


def test_two_tabs_export_at_the_same_time(wizard: Wizard, small: Kept) -> None:
    other = Wizard(wizard.page.context.new_page(), wizard.base)
    for one in (wizard, other):
        one.open("export", small["export"]).at("export")
    identities = {wizard.start(), other.start()}
    for one in (wizard, other):
        one.finished()
    assert len(identities) == 2
    names = {
        one.page.get_by_role("region", name="Send to support").locator(".fname").inner_text() for one in (wizard, other)
    }
    assert len(names) == 2
    other.page.close()


def test_two_tabs_show_the_same_export(wizard: Wizard, small: Kept, proxy: FaultProxy) -> None:
    with held(proxy, windows_from(3)) as gate:
        wizard.open("export", through(small["export"], proxy.url)).at("export")
        identity = wizard.start()
        expect(wizard.page.locator(".windows .ok").first).to_be_visible()
        other = Wizard(wizard.page.context.new_page(), wizard.base).open(f"export/{identity}")
        expect(other.heading).to_have_text("Exporting")
        other.button("Pause").click()
        gate.open()
        for one in (wizard, other):
            expect(one.heading).to_have_text("Paused")
        wizard.button("Resume").click()
        wizard.finished()
        other.page.reload()
        other.finished()
        other.page.close()
