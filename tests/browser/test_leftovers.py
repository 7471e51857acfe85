"""What an export leaves that was stopped: forgetting and discarding it, its passphrase; and a result with gaps."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import SMALL
from tests.browser.holding import held, windows_from
from tests.browser.keeping import Kept, through
from tests.browser.wizard import Wizard
from tests.fakes.outages import as_one_down
from tests.fakes.proxy import FaultProxy
from tests.integration.pageserver import PageServer
from tests.lab.asking import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.real]
PHRASE = "planted correct horse"


@pytest.fixture
def paused(wizard: Wizard, small: Kept, proxy: FaultProxy) -> Wizard:
    """An export that was paused after two windows."""
    with held(proxy, windows_from(3)):
        wizard.open("export", through(small["export"], proxy.url)).at("export").start()
        expect(wizard.page.locator(".windows .ok")).to_have_count(2)
        wizard.button("Pause").click()
        expect(wizard.heading).to_have_text("Paused")
    return wizard


def files(site: PageServer, wizard: Wizard) -> list[Path]:
    """What there is of its run, the directory entry of the journal too."""
    return sorted(site.folder.glob(f"{name_of(site, wizard)}*"))


def name_of(site: PageServer, wizard: Wizard) -> str:
    return str(site.run(wizard.run)["file_name"])


def test_forgetting_takes_two_clicks_and_leaves_the_file(paused: Wizard, site: PageServer) -> None:
    name, left = name_of(site, paused), files(site, paused)
    assert len(left) == 2
    welcome = Wizard(paused.page.context.new_page(), paused.base).open().at("welcome")
    row = welcome.page.get_by_role("listitem").filter(has_text=name)
    expect(row).to_contain_text(re.compile(r"Paused export.*, 2 of 3 windows"))
    row.get_by_role("button", name="Forget").click()
    assert site.get(f"/api/runs/{paused.run}").status == 200
    row.get_by_role("button", name="Forget it, the file stays").click()
    expect(row).to_have_count(0)
    assert site.get(f"/api/runs/{paused.run}").status == 404
    assert all(path.exists() for path in left)
    welcome.page.close()
    for path in left:
        path.unlink()


def test_discarding_takes_two_clicks_and_leaves_nothing(paused: Wizard, site: PageServer) -> None:
    assert files(site, paused)
    paused.button("Discard").click()
    assert len(files(site, paused)) == 2
    paused.button("Discard, and delete what was written").click()
    expect(paused.heading).to_have_text("Cancelled")
    assert files(site, paused) == []
    expect(paused.button("Discard")).to_have_count(0)
    paused.button("Set up another export").click()
    expect(paused.at("export").button("Start export")).to_be_visible()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[PageServer]:
    """A server that may be killed."""
    with PageServer(tmp_path / "out") as server:
        yield server


def test_resuming_asks_for_the_passphrase(
    own: PageServer, proxy: FaultProxy, new_context: Callable[..., BrowserContext]
) -> None:
    ends = {"start_ms": int(SMALL[0]), "end_ms": int(SMALL[1])}
    sealed = {"encrypt_map": True, "map_passphrase": PHRASE, "file_name": "sealed.zip"}
    with held(proxy, windows_from(3)) as gate:
        begun = own.post("/api/runs", {"url": proxy.url, "time_range": ends, **sealed}).json()["id"]
        wait_until(lambda: own.run(begun)["windows_done"] == 2, "two windows are there")
        own.stop(signal.SIGKILL)
        gate.open()
    own.start()
    tab = Wizard(new_context(own).new_page(), f"http://{own.host}").open().at("welcome")
    tab.button("Continue").click()
    expect(tab.heading).to_have_text("Interrupted export")
    expect(tab.why).to_have_text("The map\u2019s passphrase is needed")
    tab.press_locked()
    expect(tab.field("Passphrase of the map")).to_be_focused()
    tab.page.keyboard.type("another one")
    tab.button("Resume").click()
    expect(tab.heading).to_have_text("Export failed")
    expect(tab.field("Passphrase of the map")).to_have_attribute("aria-invalid", "true")
    expect(tab.field("Passphrase of the map")).to_be_focused()
    expect(tab.field("Passphrase of the map")).to_have_accessible_description(re.compile("not the one"))
    tab.page.keyboard.type(PHRASE)
    tab.button("Resume").click()
    tab.finished()
    map_file = json.loads((own.folder / "sealed.obfuscation_map.json").read_text())
    assert "ciphertext" in map_file and "kinds" not in map_file
    assert PHRASE not in str(tab.state()) + own.log


def test_a_partial_result_says_what_is_missing(
    wizard: Wizard, small: Kept, proxy: FaultProxy, site: PageServer
) -> None:
    wizard.open("export", through(small["export"], proxy.url)).at("export")
    expect(wizard.field("File name")).to_have_value(re.compile(r"\.zip$"))
    proxy.plan = as_one_down
    wizard.start()
    wizard.finished()
    manifest = site.run(wizard.run)["result"]["manifest"]
    assert manifest["partial"] and manifest["partial_reasons"]
    warning = wizard.page.locator(".note").filter(has_text="Some windows are incomplete.")
    for reason in manifest["partial_reasons"]:
        expect(warning).to_contain_text(reason)
    expect(wizard.page.locator("p.lead")).to_contain_text("Some of its windows are incomplete; the bundle says which.")
    expect(wizard.page.get_by_text("Every sample of the range is in it")).to_have_count(0)
