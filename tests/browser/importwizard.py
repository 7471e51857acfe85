"""The import wizard as its user sees it: where things are on the page, and the ways through it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from playwright.sync_api import Locator, Response, expect

from tests.browser.wizard import STARTED_MS, Wizard

STEPS = ("bundle", "target", "check", "import")
TITLES = {"bundle": "Import a bundle", "target": "Target", "check": "Check and adjust"}
KEY = "vmexporter-import"
DROP = """([zone, name, bytes]) => {
    const given = new DataTransfer();
    given.items.add(new File([new Uint8Array(bytes)], name));
    for (const kind of ['dragenter', 'dragover', 'drop'])
        zone.dispatchEvent(new DragEvent(kind, {dataTransfer: given, bubbles: true, cancelable: true}));
}"""


def _starts_an_import(response: Response) -> bool:
    return response.request.method == "POST" and response.url.endswith("/api/imports")


class ImportWizard(Wizard):
    """One tab with it."""

    def open(self, step: str = "bundle", state: Mapping[str, Any] | None = None) -> Self:
        """Open a step by its address; *state* is what a reload would have kept."""
        if state is not None:
            text = json.dumps(json.dumps(state))
            self.page.add_init_script(f"if (!sessionStorage.getItem('{KEY}')) sessionStorage.setItem('{KEY}', {text})")
        self.page.goto(f"{self.base}/import.html#/{step}")
        return self

    def at(self, step: str) -> Self:
        """Wait until a step is shown."""
        expect(self.heading).to_have_text(TITLES[step])
        return self

    def state(self) -> dict[str, Any]:
        """What a reload would keep."""
        kept: dict[str, Any] = json.loads(self.page.evaluate(f"sessionStorage.getItem('{KEY}') ?? '{{}}'"))
        return kept

    # --- step 1 ---

    def choose_file(self, path: Path) -> None:
        """Take a file by the file picker."""
        self.page.locator("#file").set_input_files(path)

    def drop_file(self, path: Path) -> None:
        """Let a file fall onto the zone."""
        zone = self.page.locator(".drop").element_handle()
        self.page.evaluate(DROP, [zone, path.name, list(path.read_bytes())])

    @property
    def sound(self) -> Locator:
        """The panel about the file that was taken."""
        return self.page.locator("#bundle-state")

    def is_sound(self) -> None:
        """Wait until it was checked."""
        expect(self.sound.locator(".tag.is-ok")).to_have_text("Checksums match")

    # --- step 2 ---

    def connect_to(self, url: str) -> None:
        """Type an address, test it, and wait until the test has passed."""
        self.connect(url)
        self.passed()

    # --- step 3 ---

    @property
    def preflight(self) -> Locator:
        """What was found."""
        return self.page.get_by_role("region", name="Preflight")

    def fact(self, term: str) -> Locator:
        """One line of it."""
        exact = self.page.locator("dt").get_by_text(term, exact=True)
        return self.preflight.locator("dt").and_(exact).locator("xpath=following-sibling::dd[1]")

    def checked(self) -> None:
        """Wait until the preflight of what is chosen now has ended."""
        expect(self.primary).not_to_have_attribute("aria-disabled", "true", timeout=STARTED_MS)

    # --- step 4 ---

    def start(self) -> str:
        """Start the import; the identity of its run, which the address names from then on."""
        self.checked()
        with self.page.expect_response(_starts_an_import) as told:
            self.primary.click()
        assert told.value.status == 202, told.value.text()
        self.run = str(told.value.json()["id"])
        return self.run

    def finished(self) -> None:
        """Wait until all is counted."""
        expect(self.heading).to_have_text("Imported", timeout=2 * STARTED_MS)

    def verdicts(self, job: str = "") -> Locator:
        """What is said at the end of each job, or of one."""
        rows = self.page.get_by_role("region", name="Sent and found by job").locator("tbody tr")
        return (rows.filter(has=self.page.get_by_text(job, exact=True)) if job else rows).locator(".tag")
