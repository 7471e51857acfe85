"""The way through the import wizard: a file is taken, checked, sent and counted; what is not possible says why."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.importing import at_check
from tests.browser.importwizard import ImportWizard
from tests.browser.keeping import State
from tests.browser.wizard import Wizard
from tests.integration.pageserver import PageServer
from tests.lab.victoria import VictoriaMetrics

pytestmark = [pytest.mark.browser, pytest.mark.real]
SLOW_UPLOAD = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 200_000}


@pytest.mark.smoke
def test_from_a_file_to_counts(importer: ImportWizard, bundle: Path, target: VictoriaMetrics) -> None:
    importer.open().at("bundle").choose_file(bundle)
    importer.is_sound()
    expect(importer.sound).to_contain_text("Bundle of vmexporter, JSON lines")
    importer.next()
    importer.at("target").connect_to(target.url)
    expect(importer.test).to_contain_text("36,500 days")
    importer.next()
    importer.at("check").checked()
    expect(importer.fact("Would be kept")).to_contain_text("all of")
    expect(importer.rail).to_contain_text("No objection")
    importer.start()
    importer.finished()
    expect(importer.page.locator("#main")).to_contain_text("The target has all that was sent")
    expect(importer.verdicts()).to_have_text(["Same"] * 3)  # jobs are numbered as the server happens to tell them
    expect(importer.rail).to_contain_text("Finished, counts match")
    expect(importer.page.locator(".egress")).to_contain_text("All was sent to 127.0.0.1")
    importer.next()
    importer.at("bundle")


def test_the_welcome_page_leads_here_and_back(wizard: Wizard) -> None:
    wizard.open().at("welcome").page.get_by_role("link", name="Import a bundle").click()
    expect(wizard.heading).to_have_text("Import a bundle")
    wizard.page.get_by_role("link", name="vmexporter").click()
    wizard.at("welcome")


def test_dropped_files_are_taken(importer: ImportWizard, bundle: Path) -> None:
    importer.open().at("bundle").drop_file(bundle)
    importer.is_sound()
    expect(importer.page.get_by_role("button", name="Take case-4711.zip", exact=True).first).to_have_text("Taken")


@pytest.mark.smoke
def test_with_the_keys_alone(importer: ImportWizard, bundle: Path) -> None:
    importer.open().at("bundle")
    with importer.page.expect_file_chooser() as chosen:  # from the start: the browser is told of it some time later
        for _ in range(20):
            importer.page.keyboard.press("Tab")
            if importer.page.evaluate("document.activeElement.id") == "choose":
                break
        importer.page.keyboard.press("Enter")
    chosen.value.set_files(bundle)
    importer.is_sound()


def test_an_upload_can_be_stopped(importer: ImportWizard, site: PageServer, many_lines: Path) -> None:
    before = site.get("/api/sources").json()["sources"]
    importer.open().at("bundle")
    importer.page.context.new_cdp_session(importer.page).send("Network.emulateNetworkConditions", SLOW_UPLOAD)
    importer.choose_file(many_lines)
    expect(importer.page.get_by_role("progressbar", name="Upload")).to_be_visible()
    importer.button("Stop the upload").click()
    expect(importer.page.locator("#main")).to_contain_text("Nothing of it is kept")
    expect(importer.button("choose a file")).to_be_visible()
    assert site.get("/api/sources").json()["sources"] == before


def test_each_step_says_what_it_lacks(importer: ImportWizard, taken: State) -> None:
    importer.open().at("bundle").press_locked()
    expect(importer.why).to_have_text("A file is needed")
    assert importer.page.evaluate("document.activeElement.id") == "choose"
    importer.page.goto(f"{importer.base}/import.html#/import")
    importer.at("bundle")
    importer.page.close()


def test_a_target_is_needed(importer: ImportWizard, taken: State) -> None:
    importer.open("check", taken).at("target")
    importer.press_locked()
    expect(importer.why).to_have_text("An address is needed")
    assert importer.page.evaluate("document.activeElement.id") == "url"


def test_a_damaged_bundle_says_what_is_wrong(importer: ImportWizard, bundle: Path, tmp_path: Path) -> None:
    content = bytearray(bundle.read_bytes())
    content[len(content) // 3] ^= 0xFF
    (tmp_path / "damaged.zip").write_bytes(content)
    importer.open().at("bundle").choose_file(tmp_path / "damaged.zip")
    expect(importer.sound.get_by_role("alert")).to_contain_text("Cannot read")
    importer.press_locked()
    importer.page.get_by_label("Import what is sound of it").check()
    expect(importer.sound.locator(".tag.is-warn")).to_have_text("Damaged")
    expect(importer.rail).to_contain_text("damaged")
    expect(importer.primary).not_to_have_attribute("aria-disabled", "true")


def test_what_holds_no_metrics_is_refused(importer: ImportWizard, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no metrics here")
    importer.open().at("bundle").choose_file(tmp_path / "notes.txt")
    expect(importer.sound.get_by_role("alert")).to_contain_text("neither a bundle nor JSON lines")


def test_a_copy_can_be_deleted(importer: ImportWizard, site: PageServer, tmp_path: Path, many_lines: Path) -> None:
    (tmp_path / "once.jsonl").write_bytes(many_lines.read_bytes()[:20_000].rpartition(b"\n")[0])
    importer.open().at("bundle").choose_file(tmp_path / "once.jsonl")
    row = importer.page.get_by_role("listitem").filter(has_text="once.jsonl")
    row.get_by_role("button", name="Delete").click()
    row.get_by_role("button", name="Delete this copy").click()
    expect(row).to_have_count(0)
    assert not [one for one in site.get("/api/sources").json()["sources"] if one["name"] == "once.jsonl"]
    expect(importer.why).to_have_text("A file is needed")


def test_a_target_that_takes_nothing_says_where_it_failed(importer: ImportWizard, taken: State) -> None:
    importer.open("target", taken).at("target").connect("http://127.0.0.1:1")
    expect(importer.verdict).to_have_text("Failed at import API")
    expect(importer.test).to_contain_text("Connection refused")
    expect(importer.primary).to_have_attribute("aria-disabled", "true")


def test_data_can_go_elsewhere_than_queries(importer: ImportWizard, taken: State, target: VictoriaMetrics) -> None:
    importer.open("target", taken).at("target")
    importer.page.locator("#insert-url").fill(f"http://user:pl4nted@localhost:{target.address.port}")
    importer.connect_to(target.url)
    expect(importer.test).to_contain_text(f"localhost:{target.address.port}")
    expect(importer.page.locator(".egress")).to_contain_text("localhost")
    (asked,) = importer.watch.bodies("/api/targets/test")
    assert asked["insert_url"].startswith("http://user:pl4nted@")
    assert "pl4nted" not in str(importer.state())


def test_addresses_are_remembered_without_secrets(
    importer: ImportWizard, taken: State, target: VictoriaMetrics, site: PageServer
) -> None:
    at_check(importer, taken, target.url.replace("http://", "http://user:pl4nted@")).start()
    importer.finished()
    importer.page.goto(f"{importer.base}/import.html#/target")
    importer.at("target").field("Address").fill("x")
    importer.button(f"Take {target.url}").click()
    expect(importer.field("Address")).to_have_value(target.url)
    importer.button(f"Forget {target.url}").click()
    expect(importer.button(f"Take {target.url}")).to_have_count(0)
    importer.connect_to(target.url)
    assert b"pl4nted" not in site.get("/api/targets").body


def test_a_cluster_is_taken_with_both_addresses_and_its_tenant(importer: ImportWizard, taken: State) -> None:
    known = {"url": "http://vmselect:8481", "insert_url": "http://vminsert:8480", "tenant": "5:7"}
    answer = {"targets": [{"id": "a", **known}], "remember": True}
    importer.page.route("**/api/targets", lambda route: route.fulfill(json=answer))
    importer.open("target", taken).at("target")
    importer.button("Take http://vmselect:8481, sends to http://vminsert:8480, tenant 5:7").click()
    expect(importer.field("Address")).to_have_value(known["url"])
    expect(importer.page.locator("#insert-url")).to_have_value(known["insert_url"])
    expect(importer.page.locator("#tenant")).to_have_value(known["tenant"])
    expect(importer.page.locator("#tenant")).to_be_visible()
    state = importer.state()
    assert (state["connection"]["url"], state["insert_url"]) == (known["url"], known["insert_url"])
    assert state["connection"]["tenant"] == known["tenant"]
