"""Planted credentials: in the browser they are in the memory of the page alone, and then not even there."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import RECORDED
from tests.browser.wizard import Wizard
from tests.fakes.proxy import FaultProxy
from tests.integration.pageserver import PageServer

pytestmark = [pytest.mark.browser, pytest.mark.smoke, pytest.mark.real]
PASSWORD, HEADER, TOKEN, IN_ADDRESS = (f"planted-{what}" for what in ("password", "header", "token", "address"))
PLACES = """async () => ({
    local: {...localStorage}, session: {...sessionStorage}, cookies: document.cookie, url: location.href,
    state: history.state, name: window.name, title: document.title, referrer: document.referrer,
    dom: document.documentElement.outerHTML,
    inputs: [...document.querySelectorAll('input:not([type=password]), textarea')].map((one) => one.value),
    databases: await indexedDB.databases(), caches: await caches.keys(),
})"""


def everywhere(page: Page) -> str:
    """All that the browser keeps of the page or shows."""
    history = page.context.new_cdp_session(page).send("Page.getNavigationHistory")
    return json.dumps([page.evaluate(PLACES), history, page.context.storage_state()])


def passwords(page: Page) -> list[str]:
    return list(page.evaluate("[...document.querySelectorAll('input[type=password]')].map((one) => one.value)"))


def heap(page: Page) -> str:
    """A snapshot of all that the page's scripts can reach, with its strings."""
    session = page.context.new_cdp_session(page)
    pieces: list[str] = []
    session.on("HeapProfiler.addHeapSnapshotChunk", lambda event: pieces.append(event["chunk"]))
    session.send("HeapProfiler.collectGarbage")
    session.send("HeapProfiler.takeHeapSnapshot", {"reportProgress": False})
    return "".join(pieces)


def planted(text: str) -> list[str]:
    pair = b64encode(f"operator:{PASSWORD}".encode()).decode()
    return [one for one in (PASSWORD, HEADER, TOKEN, IN_ADDRESS, pair) if one in text]


@pytest.mark.parametrize("way", ["basic", "bearer", "address"])
def test_nothing_of_them_lasts(way: str, new_wizard: Callable[..., Wizard], proxy: FaultProxy) -> None:
    wizard = new_wizard()
    wizard.open("range").at("range").take_range(*RECORDED)
    wizard.next()
    wizard.at("connection")
    give(wizard, way, proxy.url)
    wizard.button("Test connection").click()
    wizard.passed()
    for step in ("components", "obfuscation", "export"):
        expect(wizard.primary).not_to_have_attribute("aria-disabled", "true")
        wizard.next()
        wizard.at(step)
        assert planted(everywhere(wizard.page)) == []
    wizard.start()
    wizard.finished()
    assert planted(everywhere(wizard.page)) == []
    assert planted("".join(wizard.watch.console)) == []
    assert planted("".join(request.url for request in wizard.watch.requests)) == []
    assert all(one.headers.get("x-planted") == HEADER for one in proxy.requests)
    wizard.page.go_back()
    assert passwords(wizard.page) in ([], [""] * len(passwords(wizard.page)))
    answers = [wizard.page.request.get(f"{wizard.base}/api/{path}").text() for path in ("runs", "config", "bundles")]
    assert planted("".join(answers)) == []


def give(wizard: Wizard, way: str, url: str) -> None:
    """Sign in, and a header beside it."""
    if way == "basic":
        wizard.sign_in("Basic", user="operator", password=PASSWORD)
    elif way == "bearer":
        wizard.sign_in("Bearer", token=TOKEN)
    else:
        url = url.replace("://", f"://operator:{IN_ADDRESS}@")
    wizard.page.get_by_text("Tenant, TLS and extra headers").click()
    wizard.button("Add a header").click()
    wizard.page.locator("#name-0").fill("X-Planted")
    wizard.page.locator("#value-0").fill(HEADER)
    wizard.field("Address").fill(url)


def test_the_printed_token_leaves_the_address(site: PageServer, new_context: Callable[..., BrowserContext]) -> None:
    context = new_context(site)
    context.clear_cookies()
    page = context.new_page()
    page.goto(f"http://{site.host}/?token={site.token}")
    Wizard(page, f"http://{site.host}").at("welcome")
    assert site.token not in page.url
    history: dict[str, Any] = context.new_cdp_session(page).send("Page.getNavigationHistory")
    assert not [one["url"] for one in history["entries"] if site.token in one["url"]]
    assert site.token not in page.evaluate("document.cookie + document.documentElement.outerHTML + document.referrer")
    [cookie] = context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")


def test_the_pages_memory_lets_go_of_them(new_wizard: Callable[..., Wizard], proxy: FaultProxy) -> None:
    wizard = new_wizard()
    wizard.open("range").at("range").take_range(*RECORDED)
    wizard.next()
    give(wizard.at("connection"), "basic", proxy.url)
    wizard.button("Test connection").click()
    wizard.passed()
    assert PASSWORD in heap(wizard.page), "the search finds what is there"
    for step in ("components", "obfuscation", "export"):
        wizard.next()
        wizard.at(step)
    wizard.start()
    wizard.finished()
    assert PASSWORD not in heap(wizard.page)
