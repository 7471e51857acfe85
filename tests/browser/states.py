"""Every step and main state of the wizard, one after the other: for tests which say the same of each of them.

``EVERY`` maps a name to a way there; the tab must be new. The ways end when what is named is on the screen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Final

from playwright.sync_api import expect

from tests.browser import troubles
from tests.browser.holding import held, windows_from
from tests.browser.keeping import in_query_mode, through
from tests.browser.scene import Scene
from tests.browser.wizard import Wizard


def _welcome(scene: Scene) -> None:
    scene.wizard.open().at("welcome")


def _range(scene: Scene) -> None:
    scene.wizard.open("range", scene.kept["range"]).at("range")


def _wrong_range(scene: Scene) -> None:
    scene.wizard.open("range").at("range").take_range("tomorrow", "")
    expect(scene.wizard.field("From")).to_have_attribute("aria-invalid", "true")


def _connection(scene: Scene) -> None:
    wizard = scene.wizard.open("connection").at("connection")
    wizard.sign_in("Basic", user="operator", password="x")
    for words in ("What can be pasted here", "Tenant, TLS and extra headers"):
        wizard.page.get_by_text(words).click()
    wizard.button("Add a header").click()
    wizard.page.get_by_label("Skip certificate verification").check()


def _passed(scene: Scene) -> None:
    scene.wizard.open("connection", scene.kept["connection"]).at("connection")
    scene.wizard.passed()


def _failed(scene: Scene) -> None:
    scene.wizard.open("connection").at("connection").connect("http://127.0.0.1:1")
    expect(scene.wizard.verdict).to_contain_text("Failed")


def _components(scene: Scene) -> None:
    scene.wizard.open("components", scene.kept["components"]).at("components")
    expect(scene.wizard.page.locator(".plot[role=img]")).to_be_visible()
    scene.wizard.box("acme-vmagent").uncheck()
    scene.wizard.page.get_by_text("as the server sends them").click()
    expect(scene.wizard.page.locator("details ol.series li").first).to_be_visible()


def _components_failed(scene: Scene) -> None:
    scene.wizard.page.route("**/api/discover", lambda route: route.abort())
    scene.wizard.open("components", scene.kept["components"]).at("components")
    expect(scene.wizard.page.get_by_role("alert")).to_be_visible()


def _selection(scene: Scene) -> None:
    scene.wizard.open("components", in_query_mode(scene.kept["components"]))
    scene.wizard.page.locator("#query").fill('{job=~"acme-.*"}')
    expect(scene.wizard.page.get_by_role("group", name=re.compile("targets"))).to_be_visible()


def _obfuscation(scene: Scene) -> None:
    scene.wizard.open("obfuscation", scene.kept["obfuscation"]).at("obfuscation")
    expect(scene.wizard.label_row("instance")).to_be_visible()
    expect(scene.wizard.series).to_have_count(5)
    scene.wizard.decide("job", "Keep")
    expect(scene.wizard.labels.locator(".is-own").first).to_be_visible()


def _off(scene: Scene) -> None:
    _obfuscation(scene)
    scene.wizard.take_level("Off")
    expect(scene.wizard.page.locator("section[aria-labelledby=prev] .out")).to_have_count(0)


def _ready(scene: Scene) -> None:
    scene.wizard.open("export", scene.small["export"]).at("export")
    expect(scene.wizard.field("File name")).to_have_value(re.compile(r"\.zip$"))


def _running(scene: Scene) -> None:
    scene.wizard.open("export", through(scene.small["export"], scene.proxy.url)).at("export").start()
    expect(scene.wizard.page.locator(".windows .ok").first).to_be_visible()


def _paused(scene: Scene) -> None:
    _running(scene)
    scene.wizard.button("Pause").click()
    expect(scene.wizard.heading).to_have_text("Paused")


def _finished(scene: Scene) -> None:
    _ready(scene)
    scene.wizard.start()
    scene.wizard.finished()
    scene.wizard.button("Look inside").click()
    expect(scene.wizard.page.get_by_role("region", name="Send to support")).to_contain_text("Level support")


EVERY: Final[Mapping[str, Callable[[Scene], None]]] = MappingProxyType(
    {
        "welcome": _welcome,
        "range": _range,
        "wrong range": _wrong_range,
        "connection": _connection,
        "connection passed": _passed,
        "connection failed": _failed,
        "components": _components,
        "components failed": _components_failed,
        "selection": _selection,
        "obfuscation": _obfuscation,
        "obfuscation off": _off,
        "export ready": _ready,
        "export running": _running,
        "export paused": _paused,
        "export finished": _finished,
        **troubles.WAYS,
    }
)

HELD: Final = frozenset({"export running", "export paused", *troubles.HELD})
"""Those in which an export stands before its third window."""


@contextmanager
def shown(name: str, scene: Scene) -> Iterator[Wizard]:
    """Lead the tab to the state *name*; a run of it that is held goes on when the block ends."""
    holds = windows_from(3) if name in HELD else (lambda request: False)
    with held(scene.proxy, holds):
        EVERY[name](scene)
        yield scene.wizard
