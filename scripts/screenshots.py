"""Takes the README's pictures: every step of the wizard in Chromium, over the recorded cluster of the tests.

The servers are those of the tests' lab, on loopback addresses that look well; all labels of the recording are invented.
The pictures go into docs/pictures/, small enough for the repository. Run it as ``python -m scripts.screenshots``.
"""

from __future__ import annotations

import io
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from tests.browser.chromium import launched
from tests.browser.holding import held, windows_from
from tests.browser.wizard import Wizard
from tests.fakes.proxy import FaultProxy
from tests.integration.pageserver import PageServer
from tests.lab.lines import cluster_lines
from tests.lab.processes import Address
from tests.lab.victoria import VictoriaMetrics

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
MOST_BYTES = 120_000
COLOURS = 256  # a picture of a page of text is then less than half as large
WIDE: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
SERVER = Address("127.10.31.31", 8428)
RANGE = ("2026-11-23 08:43:20", "2026-11-23 08:58:20")
RUNNING_FROM = 3  # the window that is waited for while the picture of a running export is taken


def take(page: Page, name: str) -> None:
    """One picture of what the window shows. Exits when it is too large for the repository."""
    page.mouse.move(0, 0)
    path = PICTURES / f"{name}.png"
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled", caret="hide")))
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    size = path.stat().st_size
    print(f"{path.relative_to(ROOT)}: {size / 1000:.0f} kB")
    if size > MOST_BYTES:
        sys.exit(f"cannot keep {path.name}: {size} bytes are more than {MOST_BYTES}")


@contextmanager
def servers() -> Iterator[tuple[FaultProxy, PageServer]]:
    """The recorded cluster behind a proxy that can hold it back, and the page."""
    with (
        tempfile.TemporaryDirectory(prefix="bundles-") as folder,
        VictoriaMetrics("-search.latencyOffset=0s") as victoria,
        FaultProxy(victoria.url, address=SERVER) as proxy,
        PageServer(Path(folder) / "case-4711") as site,
    ):
        victoria.import_jsonl(cluster_lines())
        yield proxy, site


def first_steps(wizard: Wizard) -> None:
    """Welcome, time range and connection."""
    take(wizard.at("welcome").page, "1-welcome")
    wizard.next()
    wizard.at("range").take_range(*RANGE)
    take(wizard.page, "2-range")
    wizard.next()
    wizard.at("connection").connect(f"http://{SERVER}")
    wizard.passed()
    take(wizard.page, "3-connection")


def choices(wizard: Wizard) -> None:
    """Components and obfuscation."""
    wizard.next()
    wizard.at("components")
    expect(wizard.page.locator(".plot[role=img]")).to_be_visible()
    take(wizard.page, "4-components")
    wizard.next()
    wizard.at("obfuscation")
    expect(wizard.label_row("instance")).to_be_visible()
    expect(wizard.series).to_have_count(5)
    take(wizard.page, "5-obfuscation")


def export(wizard: Wizard, proxy: FaultProxy) -> None:
    """The export: ready, running, and its result, on a telephone and in the dark too."""
    page = wizard.page
    wizard.next()
    expect(wizard.at("export").field("File name")).to_have_value(re.compile(r"\.zip$"))
    take(page, "6-export")
    with held(proxy, windows_from(RUNNING_FROM)) as gate:
        wizard.start()
        expect(page.locator(".windows .ok")).to_have_count(RUNNING_FROM - 1)
        take(page, "6-running")
        gate.open()
        wizard.finished()
    take(page, "6-result")
    wizard.choose("Theme", "Dark")
    take(page, "6-result-dark")
    page.set_viewport_size(PHONE)
    page.evaluate("scrollTo(0, 0)")
    take(page, "6-result-phone")


def pictures(browser: Browser) -> None:
    """Go through the wizard once."""
    with servers() as (proxy, site):
        page = browser.new_page(viewport=WIDE, timezone_id="UTC", locale="en-GB", color_scheme="light")
        page.goto(f"http://{site.host}/?token={site.token}")
        wizard = Wizard(page, f"http://{site.host}")
        first_steps(wizard)
        choices(wizard)
        export(wizard, proxy)


def main() -> None:
    """Take them all."""
    expect.set_options(timeout=30_000)
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = launched(playwright)
        pictures(browser)
        browser.close()


if __name__ == "__main__":
    main()
