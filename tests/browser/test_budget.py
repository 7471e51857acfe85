"""How little it takes: interactions, time, bytes, and no request to anybody else."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Locator, expect

from tests.browser.wizard import Wizard
from tests.integration.pageserver import PageServer
from tests.lab.asking import ask
from tests.lab.lines import line
from tests.lab.victoria import VictoriaMetrics

pytestmark = [pytest.mark.browser, pytest.mark.smoke, pytest.mark.real]
INTERACTIONS, MACHINE_S, TRANSFERRED = 12, 10.0, 150_000
QUARTER_MS, STEP_MS = 900_000, 15_000


def own_metrics(server: VictoriaMetrics) -> list[bytes]:
    """What scraping the server for the last quarter of an hour would have left."""
    now_ms = int(time.time() * 1000)
    times = list(range(now_ms - QUARTER_MS, now_ms, STEP_MS))
    found = []
    for text in ask(f"{server.url}/metrics").body.decode().split("\n"):
        series, _, value = text.rpartition(" ")
        if series and not series.startswith("#"):
            name, _, rest = series.partition("{")
            pairs = [pair.split("=", 1) for pair in rest.rstrip("}").split('",') if pair]
            labels = {label: given.strip('"') for label, given in pairs}
            own = {"__name__": name, "job": "victoria", "instance": str(server.address)}
            found.append(line({**labels, **own}, [value] * len(times), times))
    return found


class Clock:
    """Counts what the operator does, and the time in which he only waits."""

    def __init__(self) -> None:
        self.interactions, self.waited_s = 0, 0.0

    def click(self, target: Locator, then: Callable[[], None]) -> None:
        """One click, and the wait until what it leads to is there."""
        self.interactions += 1
        begun = time.monotonic()
        target.click()
        then()
        self.waited_s += time.monotonic() - begun


def test_the_happy_path(wizard: Wizard, start_victoria: Callable[..., VictoriaMetrics]) -> None:
    server = start_victoria("-search.latencyOffset=0s")
    server.import_jsonl(own_metrics(server))
    clock = Clock()

    def unlocked(step: str = "") -> None:
        if step:
            wizard.at(step)
        expect(wizard.primary).not_to_have_attribute("aria-disabled", "true")

    wizard.open().at("welcome")
    clock.click(wizard.primary, lambda: unlocked("range"))
    clock.click(wizard.page.get_by_role("radio", name="15 m", exact=True), unlocked)
    clock.click(wizard.primary, lambda: expect(wizard.field("Address")).to_be_visible())
    clock.interactions += 1
    wizard.field("Address").fill(server.url)
    expect(wizard.page.locator("#url-m")).to_be_visible()
    clock.click(wizard.button("Test connection"), wizard.passed)
    for step in ("components", "obfuscation", "export"):
        clock.click(wizard.primary, partial(unlocked, step))
    clock.click(wizard.primary, wizard.finished)
    expect(wizard.page.locator("#main")).to_contain_text("Audit passed")
    with wizard.page.expect_download():
        clock.interactions += 1
        wizard.page.get_by_role("link", name="Download bundle").click()
    assert clock.interactions <= INTERACTIONS
    assert clock.waited_s <= MACHINE_S
    assert {one.url.split("/")[2] for one in wizard.watch.requests} == {wizard.base.split("/")[2]}


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[PageServer]:
    """A server that has run nothing yet: the runs of other tests would be listed, too."""
    with PageServer(tmp_path / "out") as server:
        yield server


def test_the_page_is_small(fresh: PageServer, new_context: Callable[..., BrowserContext]) -> None:
    page = new_context(fresh).new_page()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    wizard = Wizard(page, f"http://{fresh.host}").open().at("welcome")
    page.wait_for_load_state("networkidle")
    first = sum(sizes)
    assert first <= TRANSFERRED, f"the first step: {first:.0f} bytes"
    wizard.watch.check(fresh.host)
    assert len(sizes) > 5


def test_the_policy_is_strict_and_kept(site: PageServer, new_wizard: Callable[..., Wizard]) -> None:
    wizard = new_wizard()
    told = wizard.page.goto(f"{wizard.base}/")
    assert told
    policy = {
        part.split()[0]: part.split()[1:] for part in told.headers["content-security-policy"].split(";") if part.strip()
    }
    assert policy["default-src"] == ["'self'"]
    assert policy["frame-ancestors"] == ["'none'"]
    assert "'unsafe-inline'" not in str(policy) and "'unsafe-eval'" not in str(policy)
    assert told.headers["x-content-type-options"] == "nosniff"
    assert told.headers["referrer-policy"] == "no-referrer"
    with wizard.page.expect_console_message(lambda message: "Content Security Policy" in message.text):
        wizard.page.evaluate(
            "document.body.append(Object.assign(document.createElement('script'), {text: 'planted = 1'}))"
        )
    assert wizard.page.evaluate("window.planted") is None
    wizard.watch.console.clear()


def test_no_word_to_another_host(wizard: Wizard) -> None:
    wizard.open().at("welcome")
    wizard.page.wait_for_load_state("networkidle")
    assert {urlsplit(one.url).netloc for one in wizard.watch.requests} == {urlsplit(wizard.base).netloc}
    assert not [one for one in wizard.watch.requests if one.failure]
