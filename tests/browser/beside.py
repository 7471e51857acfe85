"""Two bundles on one page of opened bundles: a bad day and a good one, as tests compare them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.opened import OpenedPage, OpenedSite, new_page, opened_tab
from tests.lab import calm, troubled
from tests.lab.victoria import VictoriaMetrics
from vmexporter.flows.bundleview import OpenedBundle

WAITING = "Data waiting to be sent"
"""A chart that both have lines for, of one name: those of the bad day reach ten times as high."""


def compared(tab: OpenedPage, name: str) -> OpenedPage:
    """A tab of the page that compares both."""
    return tab.open(f"{name}?bundle=bad&beside=good")


@pytest.fixture(scope="session")
def both() -> Iterator[OpenedSite]:
    """A bad day and a good one in one server."""
    with VictoriaMetrics("-search.latencyOffset=0s") as server:
        server.import_jsonl(troubled.troubled_lines({"bundle": "bad"}))
        server.import_jsonl(calm.calm_lines({"bundle": "good"}))
        with OpenedSite(server.url, tuple(OpenedBundle(f"{name}.zip", label=name) for name in ("bad", "good"))) as site:
            yield site


@pytest.fixture
def pair(chromium: Browser, both: OpenedSite) -> Iterator[OpenedPage]:
    """A tab of 1280 x 900 on it."""
    with new_page(chromium) as page, opened_tab(page, both) as tab:
        yield tab
