"""Axe-core finds nothing to complain of, in any step and state, in both themes."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.axe import violations
from tests.browser.scene import Scene
from tests.browser.states import EVERY, shown

pytestmark = [pytest.mark.browser, pytest.mark.smoke, pytest.mark.real]


@pytest.mark.parametrize("name", EVERY)
def test_nothing_keeps_anybody_out(name: str, scene: Scene) -> None:
    found: dict[str, list[str]] = {}
    wizard = scene.wizard
    wizard.page.emulate_media(color_scheme="light", reduced_motion="reduce")  # colours do not fade while they are read
    with shown(name, scene):
        found["as the system has it"] = violations(wizard.page)
        wizard.choose("Theme", "Dark")
        expect(wizard.page.locator("html")).to_have_attribute("data-theme", "dark")
        found["by the switch"] = violations(wizard.page)
        wizard.choose("Theme", "Auto")  # the profile is shared
    assert not any(found.values()), found
