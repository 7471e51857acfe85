"""The page's own server is killed while it exports, or started anew: the page says so, and the export goes on."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import sign_in
from tests.browser.holding import held, windows_from
from tests.browser.keeping import Kept, through
from tests.browser.wizard import Wizard
from tests.fakes.proxy import FaultProxy
from tests.integration.pageserver import PageServer
from tests.lab.processes import free_address

pytestmark = [pytest.mark.browser, pytest.mark.smoke, pytest.mark.real]


@pytest.fixture
def own(tmp_path: Path) -> Iterator[PageServer]:
    """A server that may be killed; it comes back at the same port."""
    with PageServer(tmp_path / "out", port=free_address().port) as server:
        yield server


@pytest.fixture
def tab(own: PageServer, new_context: Callable[..., BrowserContext]) -> Wizard:
    return Wizard(new_context(own).new_page(), f"http://{own.host}")


def test_killed_in_the_middle_and_started_again(tab: Wizard, own: PageServer, small: Kept, proxy: FaultProxy) -> None:
    with held(proxy, windows_from(3)) as gate:
        tab.open("export", through(small["export"], proxy.url)).at("export").start()
        expect(tab.page.locator(".windows .ok")).to_have_count(2)
        own.stop(signal.SIGKILL)
        expect(tab.page.get_by_text("Cannot reach vmexporter on this machine")).to_be_visible()
        expect(tab.page.get_by_text("Start it again and open the address that it prints")).to_be_visible()
        gate.open()
    own.start()
    expect(tab.page.get_by_text("Open the address that vmexporter printed")).to_be_visible()
    tab.page.goto(f"{tab.base}/?token={own.token}")
    tab.at("welcome")
    assert "token" not in tab.page.url
    row = tab.page.get_by_role("listitem").filter(has_text="Interrupted export")
    expect(row).to_contain_text(re.compile(r"\d of \d windows"))
    row.get_by_role("button", name="Continue").click()
    expect(tab.heading).to_have_text("Interrupted export")
    expect(tab.page.locator("#main")).to_contain_text(re.compile(r"2 windows of [34] kept"))
    tab.button("Resume").click()
    tab.finished()
    [bundle] = own.folder.glob("*.zip")
    expect(tab.page.get_by_role("region", name="Send to support")).to_contain_text(bundle.name)
    assert not list(own.folder.glob("*.part*"))


def test_the_tab_goes_on_when_its_cookie_is_new(tab: Wizard, own: PageServer, small: Kept, proxy: FaultProxy) -> None:
    """The printed address is opened in another tab: the first one offers to resume by itself."""
    with held(proxy, windows_from(3)) as gate:
        tab.open("export", through(small["export"], proxy.url)).at("export").start()
        expect(tab.page.locator(".windows .ok").first).to_be_visible()
        own.stop(signal.SIGKILL)
        gate.open()
    own.start()
    sign_in(tab.page.context, own)
    expect(tab.heading).to_have_text("Interrupted export")
    tab.button("Resume").click()
    tab.finished()


def test_stopped_in_order_it_can_be_resumed_too(tab: Wizard, own: PageServer, small: Kept, proxy: FaultProxy) -> None:
    with held(proxy, windows_from(3)) as gate:
        tab.open("export", through(small["export"], proxy.url)).at("export").start()
        expect(tab.page.locator(".windows .ok").first).to_be_visible()
        own.stop()
        gate.open()
    own.start()
    sign_in(tab.page.context, own)
    expect(tab.heading).to_have_text(re.compile("Interrupted export|Paused"))
    tab.button("Resume").click()
    tab.finished()


def test_without_the_token_the_page_says_where_it_is(chromium_tab: Wizard) -> None:
    chromium_tab.open()
    problem = chromium_tab.page.locator("#main").get_by_role("alert")
    expect(problem).to_contain_text("Open the address that vmexporter printed")
    expect(chromium_tab.heading).to_have_text("This page has no key")
    expect(chromium_tab.page.locator("#bar")).to_be_hidden()
    expect(chromium_tab.page).to_have_title("This page has no key: vmexporter")


def test_a_reload_after_a_restart_says_it_too(tab: Wizard, own: PageServer) -> None:
    tab.open("range").at("range")
    own.stop()
    own.start()
    tab.page.reload()
    expect(tab.heading).to_have_text("This page has no key")
    expect(tab.page.locator("#bar")).to_be_hidden()
    tab.page.goto(f"{tab.base}/?token={own.token}")
    expect(tab.at("welcome").page.locator("#bar")).to_be_visible()


@pytest.fixture
def chromium_tab(own: PageServer, new_context: Callable[..., BrowserContext]) -> Wizard:
    """A tab that has never seen the printed address."""
    context = new_context(own)
    context.clear_cookies()
    return Wizard(context.new_page(), f"http://{own.host}")


def test_a_step_whose_server_is_gone(tab: Wizard, own: PageServer, small: Kept) -> None:
    tab.open("connection", small["connection"]).at("connection")
    own.stop(signal.SIGKILL)
    tab.next()
    problem = tab.page.get_by_role("alert").first
    expect(problem).to_contain_text("Cannot reach vmexporter on this machine")


def test_no_more_runs_than_allowed(
    tmp_path: Path, small: Kept, proxy: FaultProxy, new_context: Callable[..., BrowserContext]
) -> None:
    with PageServer(tmp_path / "few", "--max-runs", "1") as server, held(proxy, windows_from(2)):
        context = new_context(server)
        first, second = (Wizard(context.new_page(), f"http://{server.host}") for _ in range(2))
        state = through(small["export"], proxy.url)
        second.open("obfuscation", state).at("obfuscation")
        first.open("export", state).at("export").start()
        expect(first.heading).to_have_text("Exporting")
        second.next()
        second.at("export").primary.click()
        problem = second.page.get_by_role("alert")
        expect(problem).to_contain_text("Cannot")
        second.at("export")
        server.post(f"/api/runs/{first.run}/cancel", {})
