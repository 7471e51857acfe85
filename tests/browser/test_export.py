"""Step 6: the last look, the export as it runs, and the bundle that comes of it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import RECORDED_MS
from tests.browser.keeping import Kept
from tests.browser.wizard import Wizard
from tests.integration.pageserver import PageServer
from tests.lab.commandline import Bundle

pytestmark = [pytest.mark.browser, pytest.mark.smoke, pytest.mark.real]


@pytest.fixture
def ready(wizard: Wizard, small: Kept) -> Wizard:
    """Before the start of an export of four programs."""
    wizard.open("export", small["export"]).at("export")
    expect(wizard.field("File name")).to_have_value(re.compile(r"\.zip$"))
    return wizard


def test_the_last_look(ready: Wizard, site: PageServer) -> None:
    summary = ready.page.get_by_role("region", name="What will be written")
    expect(summary).to_contain_text("2025-10-09T08:53:20Z to 09:08:20Z")
    expect(summary).to_contain_text("4 instances, 20 series")
    expect(summary).to_contain_text("Level support")
    expect(ready.field("File name")).to_have_accessible_description(re.compile(r"About [\d.]+ KB"))
    expect(ready.field("Folder")).to_have_attribute("placeholder", str(site.folder))
    expect(ready.field("Folder")).to_have_accessible_description(re.compile("Writable, .* free"))
    expect(ready.primary).to_have_text("Start export")
    assert not ready.watch.bodies("/api/runs"), "nothing starts by itself"
    summary.get_by_role("link", name="Change: Obfuscation").click()
    ready.at("obfuscation")


def test_an_export_and_its_result(new_wizard: Callable[..., Wizard], kept: Kept, site: PageServer) -> None:
    wizard = new_wizard(permissions=["clipboard-read", "clipboard-write"], accept_downloads=True)
    wizard.open("export", kept["export"]).at("export")
    expect(wizard.field("File name")).to_have_value(re.compile(r"\.zip$"))
    run = site.run(identity := started(wizard))
    body = wizard.watch.bodies("/api/runs")[0]
    assert (body["time_range"]["start_ms"], body["time_range"]["end_ms"]) == RECORDED_MS
    assert body["file_name"] == run["file_name"]
    expect(wizard.page).to_have_url(re.compile(f"#/export/{identity}$"))
    result = run["result"]
    main = wizard.page.locator("#main")
    expect(main).to_contain_text(re.compile(r"Audit passed: 0 of \d+ private values found"))
    expect(main).to_contain_text(f"{result['manifest']['counts']['samples']:,}")
    send = wizard.page.get_by_role("region", name="Send to support")
    expect(send).to_contain_text(Path(result["archive_path"]).name)
    expect(send).to_contain_text(f"Saved in {site.folder}")
    with wizard.page.expect_download() as download:
        send.get_by_role("link", name="Download bundle").click()
    assert download.value.suggested_filename == Path(result["archive_path"]).name
    content = Path(download.value.path()).read_bytes()
    assert hashlib.sha256(content).hexdigest() == result["sha256"]
    assert content == Path(result["archive_path"]).read_bytes()
    send.get_by_role("button", name="Copy SHA-256").click()
    expect(send.get_by_role("button", name="Copy SHA-256")).to_contain_text("Copied")
    assert wizard.page.evaluate("navigator.clipboard.readText()") == result["sha256"]
    sample = wizard.page.get_by_role("region", name="Sample of the bundle")
    expect(sample.get_by_role("listitem").first).to_contain_text("777.777.")
    assert "acme" not in sample.inner_text() and "10.20." not in sample.inner_text()
    assert wizard.watch.errors == []


def started(wizard: Wizard) -> str:
    """Start the export and wait for its end."""
    identity = wizard.start()
    wizard.finished()
    return identity


def test_the_map_is_kept_apart(ready: Wizard, site: PageServer) -> None:
    result = site.run(started(ready))["result"]
    keep = ready.page.get_by_role("region", name="Keep, never send")
    expect(keep).to_contain_text("so can anyone else who has it")
    with ready.page.expect_download() as download:
        keep.get_by_role("link", name="Download map").click()
    content = json.loads(Path(download.value.path()).read_text())
    assert content["format"] == "vmexporter-obfuscation-map"
    assert content == json.loads(Path(result["map_path"]).read_text())


def test_no_map_is_kept(wizard: Wizard, small: Kept, site: PageServer) -> None:
    wizard.open("obfuscation", small["obfuscation"]).at("obfuscation")
    wizard.page.get_by_label("Keep no map").check()
    wizard.next()
    wizard.at("export")
    result = site.run(started(wizard))["result"]
    assert not result["map_path"]
    expect(wizard.page.get_by_text("No map was kept, as you chose.")).to_be_visible()
    expect(wizard.page.get_by_role("link", name="Download map")).to_have_count(0)


def test_the_map_of_before_keeps_its_pseudonyms(wizard: Wizard, small: Kept, site: PageServer) -> None:
    wizard.open("export", small["export"]).at("export")
    first = site.run(started(wizard))["result"]
    wizard.button("Export another").click()
    wizard.at("welcome")
    again = Wizard(wizard.page.context.new_page(), wizard.base).open("obfuscation", small["obfuscation"])
    again.at("obfuscation")
    offered = again.page.locator("datalist#maps option")
    expect(offered.and_(again.page.locator(f"[value='{first['map_path']}']"))).to_have_count(1)
    again.field("Reuse a map (optional)").fill(first["map_path"])
    again.field("Reuse a map (optional)").blur()
    again.next()
    again.at("export")
    second = site.run(started(again))["result"]
    series = [set(Bundle.read(one["archive_path"]).samples) for one in (first, second)]
    assert series[0] == series[1]
    again.page.close()


def test_the_preview_is_what_the_bundle_holds(wizard: Wizard, kept: Kept, site: PageServer) -> None:
    """Also where not everything was chosen."""
    wizard.open("components", kept["components"]).at("components")
    wizard.button("None").click()
    wizard.box("vminsert").check()
    with wizard.page.expect_response("**/api/sample") as told:
        wizard.next()
        wizard.at("obfuscation")
    expected = [one["after"] for one in told.value.json()["metrics"]]
    wizard.next()
    wizard.at("export")
    bundle = Bundle.read(site.run(started(wizard))["result"]["archive_path"])
    assert expected and all(tuple(sorted(labels.items())) in bundle.samples for labels in expected)


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("Folder", "/etc", "folder"),
        ("Folder", "../elsewhere", "folder"),
        ("File name", "a/b.zip", "name"),
        ("File name", "..", "name"),
    ],
)
def test_a_place_that_cannot_be(ready: Wizard, field: str, typed: str, words: str) -> None:
    ready.field(field).fill(typed)
    expect(ready.field(field)).to_have_attribute("aria-invalid", "true")
    expect(ready.field(field)).to_have_accessible_description(re.compile(words))
    ready.press_locked()
    expect(ready.field(field)).to_be_focused()
    assert not ready.watch.bodies("/api/runs")


def test_a_folder_that_cannot_be_written_to(ready: Wizard, site: PageServer) -> None:
    """The superuser may write anywhere but below a file."""
    (site.folder / "in-the-way").write_text("")
    ready.field("Folder").fill("in-the-way")
    expect(ready.field("Folder")).to_have_attribute("aria-invalid", "true")
    ready.press_locked()
    expect(ready.field("Folder")).to_be_focused()


def test_a_new_folder_is_made(ready: Wizard, site: PageServer) -> None:
    ready.field("File name").fill("ours.zip")
    ready.field("Folder").fill("case-4711")
    expect(ready.field("Folder")).to_have_accessible_description(re.compile("Writable"))
    started(ready)
    assert (site.folder / "case-4711" / "ours.zip").is_file()
    expect(ready.page.get_by_text("Saved in")).to_contain_text("case-4711")


def test_a_double_click_is_one_export(ready: Wizard, site: PageServer) -> None:
    before = len(runs(site))
    ready.primary.dblclick()
    ready.finished()
    assert len(runs(site)) == before + 1


def runs(site: PageServer) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = site.get("/api/runs").json()["runs"]
    return found


def test_another_export_begins_anew(ready: Wizard) -> None:
    started(ready)
    ready.button("Export another").click()
    ready.at("welcome")
    kept = ready.state()
    assert kept["run"] is None and kept["selection"]["body"] is None
    assert kept["connection"]["url"]


def test_a_finished_bundle_can_be_looked_into(ready: Wizard, site: PageServer) -> None:
    run = site.run(started(ready))
    ready.button("Export another").click()
    ready.at("welcome")
    row = ready.page.get_by_role("listitem").filter(has_text=run["file_name"])
    row.get_by_role("button", name="Look inside").click()
    expect(row).to_contain_text(run["result"]["sha256"])
    expect(row).to_contain_text("Level support")
    expect(row).to_contain_text("vmagent")


def test_what_is_not_obfuscated_says_so(wizard: Wizard, small: Kept) -> None:
    wizard.open("obfuscation", small["obfuscation"]).at("obfuscation").take_level("Off")
    wizard.next()
    wizard.at("export")
    expect(wizard.page.get_by_text("This bundle is not obfuscated.")).to_be_visible()
    started(wizard)
    expect(wizard.page.get_by_text("This bundle is not obfuscated.")).to_be_visible()
    expect(wizard.page.get_by_role("region", name="Sample of the bundle")).to_contain_text("10.5.")


def test_native_blocks_are_offered_with_what_they_mean(ready: Wizard, site: PageServer) -> None:
    form = ready.page.get_by_text("Form of the samples", exact=True).locator("..")
    expect(form).to_contain_text("Every VictoriaMetrics reads them")
    ready.choose("Form of the samples", "Native blocks")
    expect(form).to_contain_text("hardly any work")
    expect(form).to_contain_text("v1.82 and newer")
    ready.page.reload()
    ready.at("export")
    expect(ready.page.get_by_label("Native blocks")).to_be_checked()
    run = site.run(started(ready))
    manifest = run["result"]["manifest"]
    assert (run["rung"], manifest["format"], manifest["rungs"]) == ("native", "native", ["native"])
    assert manifest["counts"]["blocks"] and manifest["counts"]["samples"] and not manifest["partial"]
    expect(ready.page.get_by_role("region", name="Sample of the bundle")).to_contain_text("vm_app_version")


def test_a_window_of_ones_own(ready: Wizard, site: PageServer) -> None:
    ready.field("Window (optional)").fill("soon")
    expect(ready.field("Window (optional)")).to_have_attribute("aria-invalid", "true")
    expect(ready.primary).to_have_attribute("aria-disabled", "true")
    ready.field("Window (optional)").fill("300s")
    expect(ready.field("Window (optional)")).not_to_have_attribute("aria-invalid", "true")
    run = site.run(started(ready))
    assert ready.watch.bodies("/api/runs")[-1]["window_ms"] == 300_000
    lengths = [window["end_ms"] + 1 - window["start_ms"] for window in run["result"]["manifest"]["windows"]]
    assert len(lengths) >= 3 and max(lengths) <= 306_000  # a rest of a fiftieth goes with its neighbour
