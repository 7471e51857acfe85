"""The other mode: a selector or an expression, judged by the server while it is typed, and exported."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.keeping import Kept, in_query_mode, over, through
from tests.browser.wizard import Wizard
from tests.fakes.proxy import FaultProxy
from tests.integration.pageserver import PageServer
from tests.lab.commandline import Bundle
from tests.lab.family import RANGE_MS

pytestmark = [pytest.mark.browser, pytest.mark.real]
AGENTS = '{job=~"agents-.*"}'


@pytest.fixture
def at_selection(wizard: Wizard, kept: Kept) -> Wizard:
    wizard.open("components", in_query_mode(over(kept["components"], RANGE_MS)))
    expect(wizard.heading).to_have_text("Selection")
    return wizard


def write(wizard: Wizard, text: str) -> None:
    wizard.page.locator("#query").fill(text)


def kind(wizard: Wizard) -> str:
    expect(wizard.page.locator("label[for=query] .tag")).to_be_visible()
    return wizard.page.locator("label[for=query] .tag").inner_text()


def exported(wizard: Wizard, site: PageServer) -> tuple[dict[str, Any], Bundle]:
    """Export it: what was asked for, and the bundle."""
    wizard.next()
    wizard.at("obfuscation")
    wizard.next()
    wizard.at("export")
    identity = wizard.start()
    wizard.finished()
    path = Path(site.run(identity)["result"]["archive_path"])
    return wizard.watch.bodies("/api/runs")[-1], Bundle.read(path)


def test_the_mode_is_chosen_at_the_beginning(wizard: Wizard, kept: Kept) -> None:
    wizard.open("welcome", kept["connection"] | {"furthest": 3}).at("welcome")
    wizard.page.get_by_role("radio", name=re.compile("Selector or expression")).check()
    expect(wizard.rail).to_contain_text("Selection")
    wizard.page.goto(f"{wizard.base}/#/components")
    expect(wizard.heading).to_have_text("Selection")
    expect(wizard.page.get_by_text("Nothing to check yet")).to_be_visible()
    wizard.press_locked()
    expect(wizard.page.locator("#query")).to_be_focused()


def test_a_selector_from_typing_to_the_bundle(at_selection: Wizard, site: PageServer) -> None:
    write(at_selection, AGENTS)
    expect(at_selection.page.locator("#query-m")).to_have_text("Accepted as a selector")
    assert kind(at_selection) == "Selector"
    targets = at_selection.page.get_by_role("group", name="3 targets")
    expect(targets.get_by_text("3 of 3 targets")).to_be_visible()
    targets.get_by_role("checkbox", name=re.compile("agents-a")).uncheck()
    expect(targets.get_by_text("1 of 3 targets")).to_be_visible()
    expect(targets.get_by_role("checkbox", name="10.5.0.1:8429")).not_to_be_checked()
    at_selection.next()
    at_selection.at("obfuscation")
    at_selection.decide("is_set", "Drop")
    expect(at_selection.why).to_contain_text("1 dropped")
    at_selection.back()
    body, bundle = exported(at_selection, site)
    assert body["selection"]["selectors"] == [AGENTS]
    assert body["selection"]["targets"] == [{"job": "agents-b", "instance": "10.5.0.3:8429"}]
    assert body["obfuscation"]["drop_labels"] == ["is_set"]
    labels = [dict(series) for series in bundle.samples]
    assert len(labels) == 5
    assert len({one["instance"] for one in labels}) == 1
    assert not [one for one in labels if "is_set" in one]


def test_an_expression_from_typing_to_the_bundle(at_selection: Wizard, site: PageServer) -> None:
    write(at_selection, "sum(up) by (job)")
    expect(at_selection.page.locator("#query-m")).to_have_text("Accepted as an expression")
    assert kind(at_selection) == "Expression"
    expect(at_selection.page.get_by_role("checkbox")).to_have_count(0)
    expect(at_selection.page.get_by_text("takes the metric")).to_be_visible()
    at_selection.field("Step").select_option("1 m")
    body, bundle = exported(at_selection, site)
    assert body["selection"] == {"query": "sum(up) by (job)", "step_ms": 60_000}
    assert len(bundle.samples) == 3
    for samples in bundle.samples.values():
        times = [time_ms for time_ms, _ in samples]
        assert {later - sooner for sooner, later in itertools.pairwise(times)} == {60_000}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('up{job="agents-a"}', "Selector"),
        ('{job="agents-a"} or {job="alerts"}', "Expression"),
        ('{\n  job=~"(agents-a|alerts)"\n}', "Selector"),
        ("up", "Selector"),
        ("up + up", "Expression"),
        ("rate(vm_http_requests_total[5m])", "Expression"),
    ],
)
def test_what_is_a_selector(at_selection: Wizard, text: str, words: str) -> None:
    write(at_selection, text)
    expect(at_selection.page.locator("#query-m")).to_contain_text("Accepted as")
    assert kind(at_selection) == words
    expect(at_selection.primary).not_to_have_attribute("aria-disabled", "true")


def test_what_the_server_refuses(at_selection: Wizard) -> None:
    write(at_selection, 'up{job="agents-a"')
    expect(at_selection.page.locator("#query")).to_have_attribute("aria-invalid", "true")
    expect(at_selection.page.get_by_role("alert")).to_contain_text("The server does not accept it")
    at_selection.press_locked()
    expect(at_selection.page.locator("#query")).to_be_focused()
    write(at_selection, 'up{job="agents-a"}')
    expect(at_selection.page.locator("#query-m")).to_have_text("Accepted as a selector")
    expect(at_selection.page.locator("#query")).not_to_have_attribute("aria-invalid", "true")


def test_an_edit_is_judged_again(at_selection: Wizard) -> None:
    write(at_selection, AGENTS)
    expect(at_selection.primary).not_to_have_attribute("aria-disabled", "true")
    at_selection.page.locator("#query").press_sequentially(" ")
    expect(at_selection.primary).to_have_attribute("aria-disabled", "true")
    expect(at_selection.why).to_have_text("The server has to accept it first")
    expect(at_selection.primary).not_to_have_attribute("aria-disabled", "true")
    assert [body["text"] for body in at_selection.watch.bodies("/api/validate-query")] == [AGENTS, f"{AGENTS} "]


def test_what_finds_nothing(at_selection: Wizard) -> None:
    write(at_selection, '{job="nobody"}')
    expect(at_selection.page.locator("b", has_text="It finds nothing in this range")).to_be_visible()
    at_selection.button("Take another range").click()
    at_selection.at("range")


def test_no_target_goes_nowhere(at_selection: Wizard) -> None:
    write(at_selection, AGENTS)
    targets = at_selection.page.get_by_role("group", name="3 targets")
    targets.get_by_role("button", name="None").click()
    expect(at_selection.why).to_have_text("Nothing is ticked")
    at_selection.press_locked()
    expect(targets.get_by_role("button", name="All")).to_be_focused()
    targets.get_by_role("button", name="All").click()
    expect(at_selection.primary).not_to_have_attribute("aria-disabled", "true")


def test_an_example_is_taken_over(at_selection: Wizard) -> None:
    at_selection.page.get_by_text("4 examples").click()
    at_selection.page.get_by_role("button", name=re.compile("^Use sum")).click()
    expect(at_selection.page.locator("#query")).to_have_value("sum(rate(vm_rows_inserted_total)) by (instance)")
    expect(at_selection.page.locator("#query")).to_be_focused()


def test_a_server_that_went_away(wizard: Wizard, kept: Kept, proxy: FaultProxy) -> None:
    proxy.close()
    wizard.open("components", in_query_mode(over(through(kept["components"], proxy.url), RANGE_MS)))
    write(wizard, AGENTS)
    problem = wizard.page.get_by_role("alert")
    expect(problem).to_contain_text("Cannot reach")
    proxy.open()
    problem.get_by_role("button", name="Try again").click()
    expect(wizard.page.locator("#query-m")).to_have_text("Accepted as a selector")


def test_the_size_of_its_bundle_is_estimated(at_selection: Wizard) -> None:
    write(at_selection, AGENTS)
    expect(at_selection.page.locator("#query-m")).to_have_text("Accepted as a selector")
    for step in ("obfuscation", "export"):
        at_selection.next()
        at_selection.at(step)
    expect(at_selection.field("File name")).to_have_accessible_description(re.compile(r"About [\d.]+ [KM]B"))
