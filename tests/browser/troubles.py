"""States of the wizard that nobody wishes for: something is missing, refused, given up, or not as usual.

``WAYS`` maps a name to a way there. What only a server of its own could play, a restart, is said in its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from playwright.sync_api import expect

from tests.browser.keeping import in_query_mode, over, through
from tests.browser.scene import Scene
from tests.fakes.faults import Answer, from_window
from tests.fakes.outages import as_one_down
from tests.lab.asking import ask

A_DAY_BEFORE_MS = 86_400_000


def _no_token(scene: Scene) -> None:
    refusal = ask(f"{scene.wizard.base}/api/config")
    assert refusal.status == 401
    scene.wizard.page.route(
        "**/api/config",
        lambda route: route.fulfill(status=401, body=refusal.body, content_type="application/json"),
    )
    scene.wizard.open()
    expect(scene.wizard.page.get_by_role("alert")).to_contain_text("Open the address that vmexporter printed")


def _bundle_looked_into(scene: Scene) -> None:
    wizard = scene.wizard.open("export", scene.small["export"]).at("export")
    wizard.start()
    wizard.finished()
    wizard.button("Export another").click()
    wizard.at("welcome").button("Look inside").first.click()
    expect(wizard.page.locator("li .rowfull").first).to_contain_text("Level support")


def _no_components(scene: Scene) -> None:
    range_ = scene.kept["components"]["range"]
    before = (range_["start_ms"] - A_DAY_BEFORE_MS, range_["end_ms"] - A_DAY_BEFORE_MS)
    scene.wizard.open("components", over(scene.kept["components"], before)).at("components")
    expect(scene.wizard.page.get_by_text("No VictoriaMetrics in this range")).to_be_visible()


def _query(scene: Scene, text: str) -> None:
    scene.wizard.open("components", in_query_mode(scene.kept["components"]))
    scene.wizard.page.locator("#query").fill(text)


def _query_refused(scene: Scene) -> None:
    _query(scene, 'up{job="agents-a"')
    expect(scene.wizard.page.locator("#query")).to_have_attribute("aria-invalid", "true")


def _expression(scene: Scene) -> None:
    _query(scene, "sum(vm_rows) by (job)")
    expect(scene.wizard.page.locator("#query-m")).to_have_text("Accepted as an expression")


def _expression_obfuscated(scene: Scene) -> None:
    _expression(scene)
    scene.wizard.next()
    expect(scene.wizard.at("obfuscation").series.first).to_be_visible()


def _wrong_map(scene: Scene) -> None:
    wizard = scene.wizard.open("obfuscation", scene.kept["obfuscation"]).at("obfuscation")
    wizard.page.locator("#map").fill("nowhere.obfuscation_map.json")
    wizard.page.locator("#map").blur()
    expect(wizard.page.locator("#map")).to_have_attribute("aria-invalid", "true")


def _begun(scene: Scene) -> None:
    scene.wizard.open("export", through(scene.small["export"], scene.proxy.url)).at("export").start()
    expect(scene.wizard.page.locator(".windows .ok").first).to_be_visible()


def _cancelling(scene: Scene) -> None:
    _begun(scene)
    scene.wizard.button("Cancel").click()
    expect(scene.wizard.button("Go on")).to_be_focused()


def _cancelled(scene: Scene) -> None:
    _cancelling(scene)
    scene.wizard.button("Cancel and delete what was written").click()
    expect(scene.wizard.heading).to_have_text("Cancelled")


def _failed(scene: Scene) -> None:
    scene.proxy.plan = from_window(3, Answer(401, b"expired\n"))
    scene.wizard.open("export", through(scene.small["export"], scene.proxy.url)).at("export").start()
    expect(scene.wizard.heading).to_have_text("Export failed")


def _server_gone(scene: Scene) -> None:
    _begun(scene)
    scene.wizard.page.route("**/api/runs/**", lambda route: route.abort())
    expect(scene.wizard.page.get_by_text("Cannot reach vmexporter on this machine")).to_be_visible()


def _told_otherwise(scene: Scene, **changes: Any) -> None:
    """A paused export, told as another start of the server would tell it."""
    wizard = scene.wizard
    _begun(scene)
    wizard.button("Pause").click()
    expect(wizard.heading).to_have_text("Paused")
    address = f"{wizard.base}/api/runs/{wizard.run}"
    snapshot = {**wizard.page.context.request.get(address).json(), **changes}
    wizard.page.route(address, lambda route: route.fulfill(json=snapshot))
    wizard.page.reload()
    expect(wizard.heading).to_have_text("Interrupted export")


def _interrupted(scene: Scene) -> None:
    _told_otherwise(scene, state="interrupted")


def _passphrase_needed(scene: Scene) -> None:
    unknown = {"windows": 0, "windows_done": 0, "window_states": [], "time_range": None, "server": ""}
    _told_otherwise(scene, state="interrupted", needs_passphrase=True, **unknown)
    expect(scene.wizard.page.locator("#run-passphrase")).to_be_visible()


def _partial(scene: Scene) -> None:
    wizard = scene.wizard.open("export", through(scene.small["export"], scene.proxy.url)).at("export")
    expect(wizard.field("File name")).to_have_value(re.compile(r"\.zip$"))
    scene.proxy.plan = as_one_down
    wizard.start()
    wizard.finished()
    expect(wizard.page.get_by_text("Some windows are incomplete.")).to_be_visible()


def _finished_with(scene: Scene, words: str, **obfuscation: Any) -> None:
    state = scene.small["export"]
    state = {**state, "obfuscation": {**state["obfuscation"], **obfuscation}}
    wizard = scene.wizard.open("export", state).at("export")
    wizard.start()
    wizard.finished()
    expect(wizard.page.get_by_text(words)).to_be_visible()


def _not_obfuscated(scene: Scene) -> None:
    _finished_with(scene, "This bundle is not obfuscated.", level="none")


def _no_map_kept(scene: Scene) -> None:
    _finished_with(scene, "No map was kept, as you chose.", one_way=True)


WAYS: Final[Mapping[str, Callable[[Scene], None]]] = MappingProxyType(
    {
        "no token": _no_token,
        "bundle looked into": _bundle_looked_into,
        "no components": _no_components,
        "query refused": _query_refused,
        "expression": _expression,
        "expression obfuscated": _expression_obfuscated,
        "wrong map": _wrong_map,
        "cancelling": _cancelling,
        "cancelled": _cancelled,
        "export failed": _failed,
        "server gone": _server_gone,
        "interrupted": _interrupted,
        "passphrase needed": _passphrase_needed,
        "partial": _partial,
        "not obfuscated": _not_obfuscated,
        "no map kept": _no_map_kept,
    }
)

HELD: Final = frozenset({"cancelling", "cancelled", "server gone", "interrupted", "passphrase needed"})
"""Those in which an export stands before its third window."""
