"""Each state of the import wizard: axe-core has nothing to complain of in both themes, and nothing scrolls sideways."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

import pytest
from playwright.sync_api import expect

from tests.browser.axe import violations
from tests.browser.holding import held
from tests.browser.importing import at_check
from tests.browser.importwizard import ImportWizard
from tests.browser.keeping import State
from tests.browser.test_narrow import SCROLLING, SIZE, STICKING_OUT
from tests.fakes.proxy import FaultProxy
from tests.integration.pageimports import bodies_from

pytestmark = [pytest.mark.browser, pytest.mark.smoke, pytest.mark.real]


@dataclass(frozen=True)
class ImportScene:
    """What a way to a state begins with."""

    wizard: ImportWizard
    taken: State
    many_taken: State
    way: FaultProxy
    bundle: Path


def _bundle(scene: ImportScene) -> None:
    scene.wizard.open("bundle", scene.taken).at("bundle")
    expect(scene.wizard.page.get_by_role("heading", name="Or take one that is here")).to_be_visible()


def _refused(scene: ImportScene) -> None:
    scene.wizard.page.route("**/api/sources", lambda route: route.fulfill(status=422, json=DAMAGED))
    scene.wizard.open().at("bundle").choose_file(scene.bundle)
    expect(scene.wizard.sound.get_by_role("alert")).to_be_visible()


DAMAGED: Final = {
    "error": {"code": "bundle_damaged", "message": "cannot read the bundle: torn", "hint": "", "field": ""}
}


def _target(scene: ImportScene) -> None:
    scene.wizard.open("target", scene.taken).at("target").connect_to(scene.way.url)
    scene.wizard.page.get_by_text("Tenant, TLS and extra headers").click()


def _failed(scene: ImportScene) -> None:
    scene.wizard.open("target", scene.taken).at("target").connect("http://127.0.0.1:1")
    expect(scene.wizard.verdict).to_contain_text("Failed")


def _check(scene: ImportScene) -> None:
    at_check(scene.wizard, scene.many_taken, scene.way.url).checked()
    scene.wizard.page.get_by_text("Only a part of the time").click()
    scene.wizard.page.get_by_text("All 3 jobs").click()
    scene.wizard.page.get_by_text("3 jobs", exact=True).click()
    scene.wizard.field("Drop labels (optional)").fill("instance")
    scene.wizard.field("Drop labels (optional)").blur()
    expect(scene.wizard.page.locator("#drop-m")).to_contain_text("Cannot drop")


def _running(scene: ImportScene) -> None:
    at_check(scene.wizard, scene.many_taken, scene.way.url).start()
    expect(scene.wizard.page.get_by_role("region", name="Log")).to_contain_text("To import")


def _paused(scene: ImportScene) -> None:
    _running(scene)
    scene.wizard.button("Pause").click()
    expect(scene.wizard.heading).to_have_text("Paused")


def _finished(scene: ImportScene) -> None:
    at_check(scene.wizard, scene.taken, scene.way.url).start()
    scene.wizard.finished()


EVERY: Final[Mapping[str, Callable[[ImportScene], None]]] = MappingProxyType(
    {
        "bundle": _bundle,
        "refused": _refused,
        "target": _target,
        "target failed": _failed,
        "check": _check,
        "running": _running,
        "paused": _paused,
        "finished": _finished,
    }
)
HELD: Final = frozenset({"running", "paused"})


@pytest.fixture
def scene(importer: ImportWizard, taken: State, many_taken: State, way: FaultProxy, bundle: Path) -> ImportScene:
    return ImportScene(importer, taken, many_taken, way, bundle)


@contextmanager
def shown(name: str, scene: ImportScene) -> Iterator[ImportWizard]:
    """Lead the tab to the state *name*; a run of it that is held goes on when the block ends."""
    with held(scene.way, bodies_from(2) if name in HELD else lambda request: False):
        EVERY[name](scene)
        yield scene.wizard


@pytest.mark.parametrize("name", EVERY)
def test_nothing_keeps_anybody_out_and_all_fits_a_telephone(name: str, scene: ImportScene) -> None:
    page = scene.wizard.page
    page.emulate_media(color_scheme="light", reduced_motion="reduce")  # colours do not fade while they are read
    found: dict[str, list[str]] = {}
    with shown(name, scene):
        found["as the system has it"] = violations(page)
        page.set_viewport_size(SIZE)
        assert page.evaluate("document.scrollingElement.scrollWidth") <= SIZE["width"]
        assert page.evaluate(STICKING_OUT, SIZE["width"]) == []
        assert page.evaluate(SCROLLING) == []
        scene.wizard.choose("Theme", "Dark")
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        found["dark, on a telephone"] = violations(page)
        scene.wizard.choose("Theme", "Auto")  # the profile is shared
    assert not any(found.values()), found
