"""A report in a browser: it asks for nothing, runs nothing, and can be read by everybody."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.axe import violations
from tests.browser.opened import new_page
from tests.browser.watching import Watch
from tests.lab import troubled
from tests.lab.victoria import VictoriaMetrics
from vmexporter.core.request import Connection
from vmexporter.flows.bundleview import OpenedBundle
from vmexporter.flows.reporting import write_report
from vmexporter.flows.session import connect

pytestmark = [pytest.mark.browser, pytest.mark.real]

IMAGE = '<img src=x onerror="window.planted=1">'


@pytest.mark.smoke
@pytest.mark.parametrize("look", [(1280, "light"), (390, "dark")])
def test_a_report(
    chromium: Browser,
    start_victoria: Callable[..., VictoriaMetrics],
    tmp_path: Path,
    look: tuple[int, Literal["light", "dark"]],
) -> None:
    server = start_victoria("-search.latencyOffset=0s")
    hostile = json.dumps(f"agents{IMAGE}").encode()
    server.import_jsonl(line.replace(b'"agents"', hostile) for line in troubled.troubled_lines(mark=IMAGE))
    path = tmp_path / "report.html"
    with connect(Connection(url=server.url)) as session:
        list(write_report(session, [OpenedBundle(f"case{IMAGE}.zip")], path, 1_795_600_000_000))
    width, scheme = look
    with new_page(chromium, width, scheme) as page:
        watch = Watch(page)
        page.goto(path.as_uri())
        expect(page.get_by_role("heading", level=1)).to_contain_text("onerror=")
        expect(page.locator(".finding").first).to_contain_text("Instances down")
        assert page.evaluate("getComputedStyle(document.querySelector('.panel')).borderTopWidth") == "1px"
        assert page.evaluate("window.planted") is None and page.locator("img, script").count() == 0
        assert [request.url for request in watch.requests] == [path.as_uri()] and watch.console == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()  # its policy lets axe-core in no more than any other script
    page.goto(path.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    assert violations(page) == []
    context.close()
