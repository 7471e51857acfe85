"""A real browser before the page's real server: one Chromium, one server and one recorded cluster for the session.

``wizard`` is a tab of its own for each test. ``kept`` holds, for each step, what the tab of somebody who went there
would keep over a reload, recorded once by going there: a test begins at its step by ``wizard.open(step, kept[step])``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ViewportSize, expect, sync_playwright

from tests.browser.beside import both, pair
from tests.browser.chromium import launched
from tests.browser.importing import bundle, importer, many_lines, many_taken, taken, target, way
from tests.browser.keeping import Kept
from tests.browser.opened import OpenedPage, OpenedSite, new_page, opened_tab
from tests.browser.scene import Scene
from tests.browser.wizard import STEPS, Wizard
from tests.fakes.proxy import FaultProxy
from tests.integration.pageserver import PageServer
from tests.lab.family import FIRST_MS, SCRAPES, STEP_MS, Program, lines_of
from tests.lab.gateways import VmAuth, usual_vmauth_config
from tests.lab.lines import cluster_lines
from tests.lab.tenants import TenantSite
from tests.lab.troubled import troubled_lines
from tests.lab.victoria import VictoriaMetrics

__all__ = ["both", "bundle", "importer", "many_lines", "many_taken", "pair", "taken", "target", "way"]

RECORDED = ("2026-11-23 08:43:20", "2026-11-23 09:00:00")
SMALL = (str(FIRST_MS), str(FIRST_MS + (SCRAPES - 1) * STEP_MS))
RECORDED_MS = (1_795_423_400_000, 1_795_424_400_000)
SIZE: ViewportSize = {"width": 1280, "height": 900}
WAIT_MS = 10_000

PROGRAMS = [
    Program("vmagent", "agents-a", "10.5.0.1:8429"),
    Program("vmagent", "agents-a", "10.5.0.2:8429"),
    Program("vmagent", "agents-b", "10.5.0.3:8429"),
    Program("vmalert", "alerts", "10.5.0.4:8880"),
]
"""Programs in the same server at another time (``RANGE_MS``), two jobs of one component among them."""

expect.set_options(timeout=WAIT_MS)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One for all tests."""
    with sync_playwright() as playwright:
        browser = launched(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def cluster() -> Iterator[VictoriaMetrics]:
    """A single node that holds the recorded cluster's own metrics."""
    with VictoriaMetrics("-search.latencyOffset=0s") as server:
        server.import_jsonl(cluster_lines())
        server.import_jsonl(lines_of(PROGRAMS))
        yield server


@pytest.fixture(scope="session")
def tenants() -> Iterator[TenantSite]:
    """A vmselect with two tenants, or what looks like one."""
    contents = {"0": lines_of(PROGRAMS), "1011:7": lines_of(PROGRAMS[-1:])}
    with TenantSite(contents) as running:
        yield running


@pytest.fixture(scope="session")
def vmauth(cluster: VictoriaMetrics) -> Iterator[VmAuth]:
    """A vmauth before it, with the usual users."""
    with VmAuth(usual_vmauth_config(cluster.url)) as server:
        yield server


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageServer]:
    """The page's server, as its user starts it."""
    with PageServer(tmp_path_factory.mktemp("page") / "out", "--max-runs", "20") as server:
        yield server


@pytest.fixture
def new_context(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """``new_context(server, **options)``: a browser profile of its own that has opened the printed address."""
    with ExitStack() as stack:

        def make(server: PageServer, **options: Any) -> BrowserContext:
            context = chromium.new_context(**{"viewport": SIZE, "timezone_id": "UTC", "locale": "en-GB", **options})
            stack.callback(context.close)
            context.set_default_timeout(WAIT_MS)
            sign_in(context, server)
            return context

        yield make


def sign_in(context: BrowserContext, server: PageServer) -> None:
    """What opening the printed address does: the token becomes a cookie."""
    told = context.request.get(f"http://{server.host}/?token={server.token}", max_redirects=0)
    assert told.status in {302, 303, 307}


@pytest.fixture
def new_wizard(site: PageServer, new_context: Callable[..., BrowserContext]) -> Iterator[Callable[..., Wizard]]:
    """``new_wizard(**options)``: a tab in a profile of its own; what it did is checked at the end of the test."""
    made: list[Wizard] = []

    def make(**options: Any) -> Wizard:
        made.append(Wizard(new_context(site, **options).new_page(), f"http://{site.host}"))
        return made[-1]

    yield make
    for one in made:
        give_up(one, site)
        one.watch.check(site.host)


@pytest.fixture(scope="session")
def profile(chromium: Browser, site: PageServer) -> Iterator[BrowserContext]:
    """The browser profile of most tests, whose cache saves their time; what a tab keeps is its own anyway."""
    context = chromium.new_context(viewport=SIZE, timezone_id="UTC", locale="en-GB")
    context.set_default_timeout(WAIT_MS)
    sign_in(context, site)
    yield context
    context.close()


@pytest.fixture
def wizard(profile: BrowserContext, site: PageServer) -> Iterator[Wizard]:
    """A tab of 1280 x 900 in UTC; what it did is checked at the end of the test."""
    one = Wizard(profile.new_page(), f"http://{site.host}")
    yield one
    one.page.close()
    give_up(one, site)
    one.watch.check(site.host)


def give_up(wizard: Wizard, site: PageServer) -> None:
    """An export that a test left running would be found by the tabs of the next ones."""
    if wizard.run and site.get(f"/api/runs/{wizard.run}").status == 200 and site.run(wizard.run)["state"] == "running":
        site.post(f"/api/runs/{wizard.run}/cancel", {})
        site.ended_run(wizard.run)


@pytest.fixture(scope="session")
def kept(profile: BrowserContext, site: PageServer, cluster: VictoriaMetrics) -> Kept:
    """For each step what the tab of somebody who is there would keep, with the recorded cluster."""
    return gone_through(Wizard(profile.new_page(), f"http://{site.host}"), cluster.url, RECORDED)


@pytest.fixture(scope="session")
def small(profile: BrowserContext, site: PageServer, cluster: VictoriaMetrics) -> Kept:
    """The same with the four programs, whose export takes no time, in three windows or more."""
    return gone_through(Wizard(profile.new_page(), f"http://{site.host}"), cluster.url, SMALL)


def gone_through(wizard: Wizard, url: str, ends: tuple[str, str]) -> Kept:
    """Go through all steps; what is kept at each."""
    wizard.open()
    found = {}
    for step in STEPS:
        wizard.at(step)
        ready_to_go_on(wizard, step, url, ends)
        found[step] = {**wizard.state(), "output": {"file_name": "", "folder": ""}}  # a name of its own for each test
        if step != "export":
            wizard.next()
    wizard.page.close()
    return found


def ready_to_go_on(wizard: Wizard, step: str, url: str, ends: tuple[str, str]) -> None:
    """Do what a step asks for."""
    match step:
        case "range":
            wizard.take_range(*ends)
        case "connection":
            wizard.connect(url)
            wizard.passed()
        case "components":
            expect(wizard.tree).to_be_visible()
            expect(wizard.primary).not_to_have_attribute("aria-disabled", "true")
        case "obfuscation":
            expect(wizard.label_row("instance")).to_be_visible()


@pytest.fixture(scope="session")
def opened_site() -> Iterator[OpenedSite]:
    """The page of opened bundles, with one bundle in which things happened."""
    with VictoriaMetrics("-search.latencyOffset=0s") as server:
        server.import_jsonl(troubled_lines())
        with OpenedSite(server.url) as one:
            yield one


@pytest.fixture
def tab(chromium: Browser, opened_site: OpenedSite) -> Iterator[OpenedPage]:
    """A tab of 1280 x 900 on it; what it did is checked at the end of the test."""
    with new_page(chromium) as page, opened_tab(page, opened_site) as one:
        yield one


@pytest.fixture
def scene(wizard: Wizard, kept: Kept, small: Kept, proxy: FaultProxy) -> Scene:
    """All that a way to any state needs."""
    return Scene(wizard, kept, small, proxy)


@pytest.fixture
def proxy(cluster: VictoriaMetrics, start_fault_proxy: Callable[..., FaultProxy]) -> FaultProxy:
    """A proxy before the recorded cluster that can play faults."""
    return start_fault_proxy(cluster.url)
