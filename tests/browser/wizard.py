"""The wizard as its user sees it: where things are on the page, and the ways through it.

Nothing here waits for a time: Playwright waits until an element is there, and ``expect`` until it is as said.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Self

from playwright.sync_api import Locator, Page, Request, Response, expect

from tests.browser.watching import Watch

STEPS = ("welcome", "range", "connection", "components", "obfuscation", "export")
TITLES = {
    "welcome": "Export VictoriaMetrics\u2019 own metrics for support",
    "range": "Time range",
    "connection": "Connection",
    "components": "Components",
    "obfuscation": "Obfuscation",
    "export": "Export",
}
STARTED_MS = 30_000


def _starts_a_run(response: Response) -> bool:
    return response.request.method == "POST" and response.url.endswith("/api/runs")


class Wizard:
    """One tab with the page in it."""

    def __init__(self, page: Page, base: str) -> None:
        self.page, self.base = page, base
        self.watch = Watch(page)
        self.run = ""

    # --- around the steps ---

    def open(self, step: str = "welcome", state: Mapping[str, Any] | None = None) -> Self:
        """Open a step by its address; *state* is what a reload would have kept."""
        if state is not None:
            text = json.dumps(json.dumps(state))
            self.page.add_init_script(
                f"if (!sessionStorage.getItem('vmexporter')) sessionStorage.setItem('vmexporter', {text})"
            )
        self.page.goto(f"{self.base}/#/{step}")
        return self

    def at(self, step: str) -> Self:
        """Wait until a step is shown."""
        expect(self.heading).to_have_text(TITLES[step])
        return self

    @property
    def heading(self) -> Locator:
        """The one headline."""
        return self.page.get_by_role("heading", level=1)

    @property
    def rail(self) -> Locator:
        """The steps with their answers."""
        return self.page.get_by_role("navigation", name="Steps")

    @property
    def primary(self) -> Locator:
        """The button at the right end of the bar."""
        return self.page.locator("#bar button")

    @property
    def why(self) -> Locator:
        """What the bar says beside it."""
        return self.page.locator("#why")

    def next(self) -> None:
        """Press it."""
        self.primary.click()

    def press_locked(self) -> None:
        """Press it though it says that it cannot be pressed yet."""
        expect(self.primary).to_have_attribute("aria-disabled", "true")
        self.primary.click(force=True)

    def back(self) -> None:
        """One step back."""
        self.page.locator("#bar").get_by_role("link", name="Back").click()

    def state(self) -> dict[str, Any]:
        """What a reload would keep."""
        kept: dict[str, Any] = json.loads(self.page.evaluate("sessionStorage.getItem('vmexporter') ?? '{}'"))
        return kept

    @staticmethod
    def body(request: Request) -> dict[str, Any]:
        """The JSON that a request carries."""
        found: dict[str, Any] = json.loads(request.post_data or "{}")
        return found

    def button(self, name: str) -> Locator:
        """A button by its exact words."""
        return self.page.get_by_role("button", name=name, exact=True)

    def choose(self, group: str, words: str) -> None:
        """One of a few choices that exclude each other."""
        self.page.get_by_role("group", name=group, exact=True).get_by_role("radio", name=words, exact=True).check()

    # --- step 2 ---

    def field(self, label: str) -> Locator:
        """An input by its label."""
        return self.page.get_by_label(label, exact=True)

    def take_range(self, start: str, end: str) -> None:
        """Type both ends."""
        self.field("From").fill(start)
        self.field("To").fill(end)
        self.field("To").blur()

    def take_zone(self, name: str) -> None:
        """Choose a time zone as one types it."""
        self.field("Time zone").fill(name)
        self.field("Time zone").blur()

    @property
    def sent(self) -> Locator:
        """The range in UTC."""
        return self.page.locator("#utc")

    # --- step 3 ---

    def connect(self, url: str) -> None:
        """Type an address and test it."""
        self.field("Address").fill(url)
        expect(self.page.locator("#url-m")).to_be_visible()
        self.button("Test connection").click()

    def sign_in(self, way: str, **fields: str) -> None:
        """Choose how, and fill in what that asks for (``user``, ``password``, ``token``…: the ids of the inputs)."""
        self.choose("Sign-in", way)
        for name, value in fields.items():
            self.page.locator(f"#{name.replace('_', '-')}").fill(value)

    @property
    def test(self) -> Locator:
        """The panel of the connection test."""
        return self.page.get_by_role("region", name="Connection test")

    @property
    def verdict(self) -> Locator:
        """Passed or failed, at the head of it."""
        return self.test.locator("header .tag")

    @property
    def endpoint(self) -> str:
        """The base that is used from now on."""
        return self.test.locator("dt", has_text="Final endpoint").locator("xpath=following-sibling::dd[1]").inner_text()

    def passed(self) -> None:
        """Wait until the test has passed."""
        expect(self.verdict).to_contain_text("Passed")

    # --- step 4 ---

    @property
    def tree(self) -> Locator:
        """Components, jobs and instances."""
        return self.page.get_by_role("treegrid")

    def row(self, name: str) -> Locator:
        """A row of it by the text of its name."""
        return self.tree.locator("tbody tr").filter(has=self.page.get_by_text(name, exact=True)).first

    def box(self, name: str) -> Locator:
        """The tick of a row."""
        return self.row(name).get_by_role("checkbox")

    # --- step 5 ---

    @property
    def labels(self) -> Locator:
        """The table of labels."""
        return self.page.get_by_role("region", name="Labels and what happens to them")

    def label_row(self, label: str) -> Locator:
        """The first row of a label."""
        exact = self.page.locator("td .mono").get_by_text(label, exact=True)
        return self.labels.locator("tbody tr").filter(has=exact).first

    def decide(self, label: str, action: str) -> None:
        """Keep, map or drop it."""
        self.label_row(label).get_by_role("radio", name=action, exact=True).check()

    def take_level(self, words: str) -> None:
        """Support, Strict or Off."""
        self.choose("Level", words)

    @property
    def series(self) -> Locator:
        """The series of the preview."""
        return self.page.locator("section[aria-labelledby=prev] ol.series li")

    # --- step 6 ---

    def start(self) -> str:
        """Start the export; the identity of its run, which the address names from then on."""
        with self.page.expect_response(_starts_a_run) as told:
            self.primary.click()
        assert told.value.status == 202, told.value.text()
        self.run = str(told.value.json()["id"])
        return self.run

    def finished(self) -> None:
        """Wait until the bundle is there."""
        expect(self.heading).to_have_text("Bundle ready", timeout=STARTED_MS)
