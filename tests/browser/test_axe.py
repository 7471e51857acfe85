"""Axe-core finds nothing to complain of, in any step and state, in both themes."""

from __future__ import annotations

import pytest

from tests.browser.axe import violations
from tests.browser.states import EVERY, Scene, shown

pytestmark = [pytest.mark.browser, pytest.mark.smoke, pytest.mark.real]


@pytest.mark.parametrize("name", EVERY)
def test_nothing_keeps_anybody_out(name: str, scene: Scene) -> None:
    found: dict[str, list[str]] = {}
    wizard = scene.wizard
    with shown(name, scene):
        for scheme in ("light", "dark"):
            wizard.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # colours do not fade while read
            found[scheme] = violations(wizard.page)
    assert not found["light"] and not found["dark"], found
