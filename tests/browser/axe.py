"""Runs axe-core in a page: what of WCAG 2.2 AA and of its best practices the page breaks right now."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

RUN = "() => axe.run(document, {resultTypes: ['violations']}).then(({violations}) => violations)"


@cache
def source() -> str:
    """axe-core itself, as the package axe-playwright-python carries it."""
    return files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


def violations(page: Page) -> list[str]:
    """One sentence for each rule that is broken, with the first places; none when all is well."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(source())
    found: list[dict[str, Any]] = page.evaluate(RUN)
    return [f"{one['id']}: {one['help']}: {[node['html'][:120] for node in one['nodes'][:3]]}" for one in found]
