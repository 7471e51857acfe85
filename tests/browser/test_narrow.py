"""At the width of a telephone nothing scrolls sideways, in any step and state."""

from __future__ import annotations

import pytest
from playwright.sync_api import ViewportSize

from tests.browser.scene import Scene
from tests.browser.states import EVERY, shown

pytestmark = [pytest.mark.browser, pytest.mark.real]
SIZE: ViewportSize = {"width": 390, "height": 844}
# What sticks out at the right although nothing around it scrolls or cuts it, on purpose or not.
STICKING_OUT = """(width) => [...document.querySelectorAll('body *')].filter((one) => {
    const {right, width: own, height} = one.getBoundingClientRect();
    const isIn = (right) => right <= width + 0.5;
    if (isIn(right) || !own || !height || one.closest('.vh, svg')) return false;
    for (let up = one.parentElement; up; up = up.parentElement)
        if (getComputedStyle(up).overflowX !== 'visible' && isIn(up.getBoundingClientRect().right)) return false;
    return true;
}).map((one) => `${one.tagName}.${one.className}: ${one.textContent.slice(0, 40)}`)"""
SCROLLING = """() => [...document.querySelectorAll('body *')].filter((one) =>
    one.scrollWidth > one.clientWidth + 1 && ['auto', 'scroll'].includes(getComputedStyle(one).overflowX)
).map((one) => `${one.tagName}.${one.className}`)"""


@pytest.mark.parametrize("name", EVERY)
def test_nothing_scrolls_sideways(name: str, scene: Scene) -> None:
    page = scene.wizard.page
    page.set_viewport_size(SIZE)
    with shown(name, scene):
        assert page.evaluate("document.scrollingElement.scrollWidth") <= SIZE["width"]
        assert page.evaluate(STICKING_OUT, SIZE["width"]) == []
        assert page.evaluate(SCROLLING) == []
        if scene.wizard.primary.is_visible():
            box = scene.wizard.primary.bounding_box()
            assert box and box["x"] >= 0 and box["x"] + box["width"] <= SIZE["width"] and box["height"] >= 40
