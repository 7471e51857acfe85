"""The one way in which tests and scripts start Chromium: Debian's, or the one that VMEXPORTER_TEST_CHROMIUM names."""

from __future__ import annotations

from playwright.sync_api import Browser, Playwright

from tests.lab.programs import find_program

QUIET = ("--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync")
"""It asks nobody for anything by itself."""


def launched(playwright: Playwright) -> Browser:
    """Start it."""
    return playwright.chromium.launch(executable_path=find_program("chromium"), args=list(QUIET))
