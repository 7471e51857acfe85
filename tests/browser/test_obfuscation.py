"""Step 5: on by default, decided label by label, and what support will see follows each decision."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Response, expect

from tests.browser.keeping import Kept
from tests.browser.wizard import Wizard
from tests.integration.pageserver import PageServer
from tests.lab.family import RANGE_MS
from tests.lab.victoria import VictoriaMetrics

pytestmark = [pytest.mark.browser, pytest.mark.real]
ADDRESS = re.compile(r'instance="10\.20\.')
PSEUDONYM = re.compile(r'instance="777\.777\.')


@pytest.fixture
def at_obfuscation(wizard: Wizard, kept: Kept) -> Wizard:
    wizard.open("obfuscation", kept["obfuscation"]).at("obfuscation")
    expect(wizard.label_row("instance")).to_be_visible()
    expect(wizard.series).to_have_count(5)
    wizard.choose("Preview", "After")
    return wizard


def decide(wizard: Wizard, label: str, action: str) -> dict[str, Any]:
    """Decide, and wait for the series of the new decision; what was asked for."""
    with wizard.page.expect_response("**/api/sample") as told:
        wizard.decide(label, action)
    return asked(told.value)


def take_level(wizard: Wizard, words: str) -> dict[str, Any]:
    with wizard.page.expect_response("**/api/sample") as told:
        wizard.take_level(words)
    return asked(told.value)


def asked(response: Response) -> dict[str, Any]:
    body: dict[str, Any] = Wizard.body(response.request)["obfuscation"]
    return body


def sees(wizard: Wizard, wanted: str | re.Pattern[str], unwanted: str | re.Pattern[str] = "never") -> None:
    """Support will see what is wanted in the series, and nothing of what is not."""
    panel = wizard.page.locator("section[aria-labelledby=prev]")
    expect(panel).to_contain_text(wanted)
    expect(panel).not_to_contain_text(unwanted)


def test_it_is_on_by_default(at_obfuscation: Wizard) -> None:
    expect(at_obfuscation.page.get_by_role("radio", name="Support", exact=True)).to_be_checked()
    expect(at_obfuscation.label_row("instance").get_by_role("radio", name="Map")).to_be_checked()
    expect(at_obfuscation.label_row("job").get_by_role("radio", name="Map")).to_be_checked()
    expect(at_obfuscation.label_row("instance")).to_contain_text("777.777.")
    expect(at_obfuscation.why).to_contain_text(re.compile(r"\d+ labels mapped"))
    sees(at_obfuscation, PSEUDONYM, ADDRESS)
    [body] = at_obfuscation.watch.bodies("/api/labels")
    assert body["obfuscation"] == {
        "level": "support", "keep_labels": [], "map_labels": [], "drop_labels": [], "words": [], "one_way": False,
    }  # fmt: skip


def test_every_label_says_what_and_why(at_obfuscation: Wizard) -> None:
    rows = at_obfuscation.labels.locator("tbody tr")
    assert rows.count() > 30
    instance = at_obfuscation.label_row("instance")
    expect(instance.locator("td").nth(1)).to_have_text("8")
    expect(instance.locator("del").first).to_contain_text("10.20.")
    expect(instance.locator("ins .out").first).to_contain_text("777.777.")
    expect(instance).to_contain_text("Address; port kept")
    assert "undefined" not in at_obfuscation.labels.inner_text()


def test_off_and_on_again(at_obfuscation: Wizard) -> None:
    assert take_level(at_obfuscation, "Off")["level"] == "none"
    expect(at_obfuscation.page.get_by_text("Obfuscation is off.")).to_be_visible()
    expect(at_obfuscation.page.locator("#words")).to_be_disabled()
    expect(at_obfuscation.page.locator("#map")).to_be_disabled()
    expect(at_obfuscation.why).to_have_text("Only secrets are removed")
    expect(at_obfuscation.rail).to_contain_text("Off")
    sees(at_obfuscation, ADDRESS, PSEUDONYM)
    assert take_level(at_obfuscation, "Support")["level"] == "support"
    expect(at_obfuscation.page.get_by_text("Obfuscation is off.")).to_have_count(0)
    expect(at_obfuscation.page.locator("#words")).to_be_enabled()
    sees(at_obfuscation, PSEUDONYM, ADDRESS)


def test_only_one_label_is_kept(at_obfuscation: Wizard) -> None:
    body = decide(at_obfuscation, "instance", "Keep")
    assert (body["keep_labels"], body["map_labels"], body["drop_labels"]) == (["instance"], [], [])
    sees(at_obfuscation, ADDRESS, PSEUDONYM)
    sees(at_obfuscation, re.compile(r'job="vm\w+-job-\d+"'), "acme-v")
    body = decide(at_obfuscation, "instance", "Map")
    assert body["keep_labels"] == []
    sees(at_obfuscation, PSEUDONYM, ADDRESS)


def test_two_labels_are_kept(at_obfuscation: Wizard) -> None:
    decide(at_obfuscation, "job", "Keep")
    body = decide(at_obfuscation, "instance", "Keep")
    assert sorted(body["keep_labels"]) == ["instance", "job"]
    sees(at_obfuscation, re.compile('job="acme-.*instance="10|instance="10.*job="acme-'), PSEUDONYM)
    own = at_obfuscation.labels.locator(".is-own")
    expect(own).not_to_have_count(0)
    with at_obfuscation.page.expect_response("**/api/sample") as told:
        at_obfuscation.button("Undo own decisions").click()
    assert asked(told.value)["keep_labels"] == []
    expect(own).to_have_count(0)
    sees(at_obfuscation, PSEUDONYM, "acme-v")


def test_a_public_label_is_mapped(at_obfuscation: Wizard) -> None:
    expect(at_obfuscation.label_row("datacenter").get_by_role("radio", name="Keep")).to_be_checked()
    sees(at_obfuscation, 'datacenter="fra1"')
    body = decide(at_obfuscation, "datacenter", "Map")
    assert body["map_labels"] == ["datacenter"]
    sees(at_obfuscation, re.compile(r'datacenter="datacenter-\d+"'), "fra1")
    expect(at_obfuscation.label_row("datacenter")).to_contain_text("Set by you")


def test_a_label_is_dropped(at_obfuscation: Wizard) -> None:
    body = decide(at_obfuscation, "cluster", "Drop")
    assert body["drop_labels"] == ["cluster"]
    expect(at_obfuscation.label_row("cluster")).to_contain_text("no such label")
    sees(at_obfuscation, PSEUDONYM, "cluster=")
    expect(at_obfuscation.why).to_contain_text("1 dropped")


def test_strict_hides_places_too(at_obfuscation: Wizard) -> None:
    sees(at_obfuscation, 'datacenter="fra1"')
    assert take_level(at_obfuscation, "Strict")["level"] == "strict"
    sees(at_obfuscation, re.compile(r'datacenter="datacenter-\d+"'), "fra1")
    expect(at_obfuscation.label_row("datacenter").get_by_role("radio", name="Map")).to_be_checked()


def test_own_words_vanish(at_obfuscation: Wizard) -> None:
    words = at_obfuscation.page.locator("#words")
    words.fill("fr")
    words.blur()
    expect(words).to_have_accessible_description("A word needs 3 characters")
    at_obfuscation.press_locked()
    expect(words).to_be_focused()
    with at_obfuscation.page.expect_response("**/api/sample") as told:
        words.fill("FRA1, nobody")
    assert asked(told.value)["words"] == ["FRA1", "nobody"]
    expect(words).to_have_accessible_description("2 words, in any case and place")
    sees(at_obfuscation, re.compile(r'datacenter="word-\d+"'), "fra1")


@pytest.mark.parametrize(
    ("typed", "words"),
    [("nowhere.obfuscation_map.json", "no bundle, checksum or map of this name"), ("/etc/passwd", "out of the output")],
)
def test_a_map_that_is_none_is_told_at_its_field(at_obfuscation: Wizard, typed: str, words: str) -> None:
    take_map(at_obfuscation, typed)
    expect(at_obfuscation.page.locator("#map")).to_have_attribute("aria-invalid", "true")
    expect(at_obfuscation.page.locator("#map")).to_have_accessible_description(re.compile(words))
    expect(at_obfuscation.why).to_have_text("The map cannot be used")
    at_obfuscation.press_locked()
    expect(at_obfuscation.page.locator("#map")).to_be_focused()
    expect(at_obfuscation.page.get_by_role("alert")).to_have_count(0)
    expect(at_obfuscation.page.get_by_role("searchbox", name="Filter labels")).to_be_hidden()
    at_obfuscation.at("obfuscation")
    take_map(at_obfuscation, "")
    expect(at_obfuscation.label_row("instance")).to_be_visible()
    expect(at_obfuscation.page.locator("#map")).not_to_have_attribute("aria-invalid", "true")
    expect(at_obfuscation.page.get_by_role("searchbox", name="Filter labels")).to_be_visible()
    expect(at_obfuscation.primary).not_to_have_attribute("aria-disabled", "true")


def test_a_file_that_is_no_map(at_obfuscation: Wizard, site: PageServer) -> None:
    (site.folder / "torn.obfuscation_map.json").write_text('{"format": "vmexporter-obfuscation-map", "ver')
    take_map(at_obfuscation, "torn.obfuscation_map.json")
    expect(at_obfuscation.page.locator("#map")).to_have_attribute("aria-invalid", "true")
    expect(at_obfuscation.primary).to_have_attribute("aria-disabled", "true")


def test_the_passphrase_of_a_map(at_obfuscation: Wizard, site: PageServer, cluster: VictoriaMetrics) -> None:
    body = {"map_passphrase": "planted horse", "encrypt_map": True, "obfuscation": {}, "selection": {}}
    ends = {"start_ms": RANGE_MS[0], "end_ms": RANGE_MS[1]}
    made = site.post("/api/export", {"url": cluster.url, "time_range": ends, **body})
    assert made.status == 200, made.body
    words = at_obfuscation.page.locator("#passphrase")
    expect(words).to_be_hidden()
    take_map(at_obfuscation, made.json()["map_path"])
    expect(words).to_have_attribute("aria-invalid", "true")
    expect(words).to_have_accessible_description(re.compile("it is encrypted"))
    expect(at_obfuscation.why).to_have_text("The map does not open")
    at_obfuscation.press_locked()
    expect(words).to_be_focused()
    words.fill("another one")
    words.blur()
    expect(words).to_have_accessible_description(re.compile("not the one it was encrypted with"))
    expect(at_obfuscation.primary).to_have_attribute("aria-disabled", "true")
    words.fill("planted horse")
    words.blur()
    expect(at_obfuscation.label_row("instance")).to_be_visible()
    expect(words).not_to_have_attribute("aria-invalid", "true")
    assert "planted" not in str(at_obfuscation.state())
    at_obfuscation.next()
    at_obfuscation.at("export")


def take_map(wizard: Wizard, path: str) -> None:
    wizard.page.locator("#map").fill(path)
    wizard.page.locator("#map").blur()


def test_the_table_can_be_narrowed(at_obfuscation: Wizard) -> None:
    rows = at_obfuscation.labels.locator("tbody tr")
    everything = rows.count()
    at_obfuscation.page.get_by_role("searchbox", name="Filter labels").fill("jane.roe")
    expect(rows).not_to_have_count(everything)
    expect(rows.first).to_contain_text("owner")
    at_obfuscation.page.get_by_role("searchbox", name="Filter labels").fill("no such label")
    expect(at_obfuscation.labels).to_contain_text("No label fits “no such label”")
    at_obfuscation.page.get_by_role("searchbox", name="Filter labels").fill("")
    kept = at_obfuscation.page.get_by_role("group", name="Show").get_by_role("radio", name=re.compile("Kept"))
    kept.check()
    expect(rows).not_to_have_count(everything)
    assert rows.get_by_role("radio", name="Keep", checked=True).count() == rows.count()


def test_an_own_decision_lasts_over_a_reload(at_obfuscation: Wizard) -> None:
    decide(at_obfuscation, "instance", "Keep")
    at_obfuscation.page.reload()
    at_obfuscation.at("obfuscation")
    expect(at_obfuscation.label_row("instance").get_by_role("radio", name="Keep")).to_be_checked()
    expect(at_obfuscation.series.first).to_be_visible()
    sees(at_obfuscation, ADDRESS)
