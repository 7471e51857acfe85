"""The page of opened bundles as a test drives it: its server in a thread of this process, and one tab."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Literal, Self

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.watching import Watch
from vmexporter.core.request import Connection
from vmexporter.flows.bundleview import OpenedBundle
from vmexporter.flows.session import connect
from vmexporter.web.gallery import Gallery
from vmexporter.web.openserver import OpenServer

ALONE = (OpenedBundle("case-123.zip", ("checksums match", "obfuscated")),)


class OpenedSite:
    """Serves *bundles* of the server at *url* on a free port for the time of a block."""

    def __init__(self, url: str, bundles: tuple[OpenedBundle, ...] = ALONE) -> None:
        self.url, self._bundles = url, bundles

    def __enter__(self) -> Self:
        self._connected = connect(Connection(url=self.url))
        gallery = Gallery(self._connected.__enter__(), self._bundles, f"{self.url}/vmui")
        self.server = OpenServer(gallery, 0)
        self._thread = threading.Thread(target=self.server.run)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.server.stop()
        self._thread.join(10)
        self._connected.__exit__(None, None, None)

    @property
    def host(self) -> str:
        """What stands in the Host header."""
        return f"127.0.0.1:{self.server.settings.port}"


class OpenedPage:
    """One tab on a site."""

    def __init__(self, page: Page, site: OpenedSite) -> None:
        self.page, self.site = page, site
        self.watch = Watch(page)
        self.asked: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url.rpartition("/")[2]))

    def open(self, tab: str = "overview") -> Self:
        """Open the printed address, and a tab."""
        self.page.goto(self.site.server.address)
        return self.go(tab)

    def go(self, tab: str) -> Self:
        """Go to a tab, and wait for what it shows first."""
        self.page.evaluate("hash => { location.hash = hash }", f"#/{tab}")
        expect(self.page.locator("#main .panel").first).to_be_visible()
        return self

    @property
    def heading(self) -> Locator:
        """The title."""
        return self.page.get_by_role("heading", level=1)

    def chart(self, title: str) -> Locator:
        """The figure of this title, drawn; of two bundles, at least one of them."""
        figure = self.page.get_by_role("figure", name=title, exact=True).first
        figure.scroll_into_view_if_needed()
        expect(figure.locator("canvas").first).to_be_visible()
        return figure

    def figure(self, title: str) -> Locator:
        """The figure of this title, drawn or not."""
        figure = self.page.get_by_role("figure", name=title, exact=True).first
        figure.scroll_into_view_if_needed()
        return figure

    def filter(self, name: str, value: str) -> None:
        """Choose a value of a filter."""
        self.page.get_by_label(name, exact=True).select_option(value)

    def drag(self, figure: Locator, start: float, end: float, plot: int = 0) -> None:
        """Drag over a part of a chart's plot, in fractions of its width."""
        box = figure.locator(".plotbox").nth(plot).bounding_box()
        assert box
        y = box["y"] + box["height"] / 2
        self.page.mouse.move(box["x"] + box["width"] * start, y)
        self.page.mouse.down()
        self.page.mouse.move(box["x"] + box["width"] * (start + end) / 2, y)
        self.page.mouse.move(box["x"] + box["width"] * end, y)
        self.page.mouse.up()

    def zoom(self) -> tuple[int, int] | None:
        """The part of the range that the address names."""
        found: list[str] | None = self.page.evaluate(
            "() => { const of = new URLSearchParams(location.hash.split('?')[1] ?? '');"
            " return of.get('from') ? [of.get('from'), of.get('to')] : null }"
        )
        return (int(found[0]), int(found[1])) if found else None


@contextmanager
def new_page(chromium: Browser, width: int = 1280, scheme: Literal["light", "dark"] = "light") -> Iterator[Page]:
    """A page of a browser profile of its own."""
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    yield context.new_page()
    context.close()


@contextmanager
def opened_tab(page: Page, site: OpenedSite) -> Iterator[OpenedPage]:
    """A tab; what it did is checked at the end."""
    one = OpenedPage(page, site)
    yield one
    one.watch.check(site.host)
