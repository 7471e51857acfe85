"""Step 6 while the export runs: progress as it happens, retries, pause, cancel, failure, and going on."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import SMALL
from tests.browser.holding import held, windows_from
from tests.browser.keeping import Kept, through
from tests.browser.wizard import Wizard
from tests.fakes.exchange import Request
from tests.fakes.faults import Answer, Fault, at_windows, first_of, from_window, longer_than, unavailable
from tests.fakes.proxy import FaultProxy
from tests.integration.pageserver import PageServer

pytestmark = [pytest.mark.browser, pytest.mark.smoke, pytest.mark.real]
SHORT_S = 200
SMALL_MS = tuple(map(int, SMALL))


@pytest.fixture
def behind(wizard: Wizard, small: Kept, proxy: FaultProxy) -> Wizard:
    """The same through the proxy that plays faults."""
    wizard.open("export", through(small["export"], proxy.url)).at("export")
    expect(wizard.field("File name")).to_have_value(re.compile(r"\.zip$"))
    return wizard


def progress(wizard: Wizard) -> Locator:
    return wizard.page.get_by_role("progressbar", name="Windows written")


def test_progress_is_what_happens(behind: Wizard, proxy: FaultProxy, site: PageServer) -> None:
    with held(proxy, windows_from(3)) as gate:
        identity = behind.start()
        expect(behind.heading).to_have_text("Exporting")
        expect(progress(behind).locator(".ok")).to_have_count(2)
        assert site.run(identity)["windows_done"] == 2
        expect(progress(behind)).to_have_attribute("aria-valuenow", re.compile("^[1-9][0-9]$"))
        expect(behind.page.get_by_text("Export API: exact.")).to_be_visible()
        expect(behind.rail.get_by_role("link", name=re.compile("Export"))).to_have_count(0)
        expect(behind.why).to_contain_text("can be read, not changed")
        expect(behind.page).to_have_title(re.compile(r"^\d+ % exporting"))
        gate.open()
        behind.finished()


def test_cells_are_as_wide_as_windows_are_long(behind: Wizard, proxy: FaultProxy, site: PageServer) -> None:
    """Also when a window was too much for the server: its halves take its place."""
    with held(proxy, lambda request: request.is_window and request.range_s <= SHORT_S) as gate:
        proxy.plan = first_of(gate, longer_than(SHORT_S, Answer(500, b"too much\n")))
        identity = behind.start()
        expect(behind.page.get_by_role("region", name="Log")).to_contain_text("A window is divided into 2")
        gate.reached.wait(10)
        told = site.run(identity)["window_lengths_ms"]
        assert sum(told) == SMALL_MS[1] - SMALL_MS[0] + 1 and max(told) > 1.5 * min(told)
        expect(progress(behind).locator("i")).to_have_count(len(told))
        widths = (
            progress(behind).locator("i").evaluate_all("(all) => all.map((one) => one.getBoundingClientRect().width)")
        )
        assert [width / sum(widths) for width in widths] == pytest.approx([ms / sum(told) for ms in told], abs=0.01)
        gate.open()
        behind.finished()


def test_a_retry_is_told(behind: Wizard, proxy: FaultProxy) -> None:
    fails = at_windows({2: unavailable()})
    with held(proxy, windows_from(4)) as gate:

        def plan(request: Request, count: int) -> Fault | None:
            gate(request, count)
            return fails(request, count)

        proxy.plan = plan
        behind.start()
        log = behind.page.get_by_role("region", name="Log")
        expect(log.locator("li[data-state=warn]").first).to_contain_text("503")
        figures = behind.page.get_by_role("region", name="Progress").locator("dl")
        expect(figures.locator("div", has_text="Retries")).to_contain_text("1")
        gate.open()
        behind.finished()
    assert len(proxy.struck) == 1


def test_pause_and_resume(behind: Wizard, proxy: FaultProxy, site: PageServer) -> None:
    with held(proxy, windows_from(3)) as gate:
        identity = behind.start()
        expect(progress(behind).locator(".ok").first).to_be_visible()
        behind.button("Pause").click()
        gate.open()
        expect(behind.heading).to_have_text("Paused")
        assert site.run(identity)["resumable"]
        behind.button("Resume").click()
        behind.finished()
    expect(behind.page).to_have_url(re.compile(f"#/export/{identity}$"))
    manifest = site.run(identity)["result"]["manifest"]
    assert not manifest["partial"]


def test_cancelling_takes_two_clicks_and_leaves_nothing(behind: Wizard, proxy: FaultProxy, site: PageServer) -> None:
    with held(proxy, windows_from(3)) as gate:
        identity = behind.start()
        expect(progress(behind).locator(".ok").first).to_be_visible()
        behind.button("Cancel").click()
        expect(behind.button("Go on")).to_be_focused()
        behind.button("Cancel and delete what was written").click()
        gate.open()
        expect(behind.heading).to_have_text("Cancelled")
    run = site.run(identity)
    assert not list(site.folder.glob(f"{run['file_name']}*"))
    behind.button("Set up another export").click()
    behind.at("export")
    expect(behind.button("Start export")).to_be_visible()


def test_a_server_that_refuses_and_lets_in_again(behind: Wizard, proxy: FaultProxy, site: PageServer) -> None:
    proxy.plan = from_window(3, Answer(401, b"expired\n"))
    identity = behind.start()
    expect(behind.heading).to_have_text("Export failed")
    expect(behind.page.get_by_role("alert")).to_contain_text("Cannot")
    windows = site.run(identity)["windows"]
    assert windows >= 3
    expect(behind.page.get_by_text(f"2 windows of {windows} kept.")).to_be_visible()
    expect(behind.page.get_by_role("link", name="To the connection")).to_have_attribute("href", "#/connection")
    expect(behind.primary).to_have_text("Resume")
    proxy.plan = lambda request, count: None
    behind.button("Resume").click()
    behind.finished()
    assert site.run(identity)["result"]["manifest"]["rungs"] == ["export"]
