"""The sample previews of steps 4 and 5: real series, and what is shown while they are late, or when they fail."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.browser.holding import held
from tests.browser.keeping import Kept, through
from tests.browser.wizard import Wizard
from tests.fakes.proxy import FaultProxy

pytestmark = [pytest.mark.browser, pytest.mark.real]
PANEL = "section[aria-labelledby=prev]"
REFUSED = {"error": {"code": "query_rejected", "message": "cannot query: <b>planted</b>", "hint": "less", "field": ""}}


def panel(wizard: Wizard) -> Locator:
    return wizard.page.locator(PANEL)


def once(wizard: Wizard, **answer: Any) -> None:
    """Answer the next request for a sample so."""
    wizard.page.route("**/api/sample", lambda route: route.fulfill(**answer), times=1)


def test_series_are_real_and_named(wizard: Wizard, kept: Kept) -> None:
    with wizard.page.expect_response("**/api/sample") as told:
        wizard.open("obfuscation", kept["obfuscation"]).at("obfuscation")
    metrics = told.value.json()["metrics"]
    assert metrics and all(one["name"] and one["name"] != "undefined" for one in metrics)
    expect(wizard.series).to_have_count(5)
    for text in wizard.series.all_inner_texts():
        assert re.match(r"[a-zA-Z_:]\w*\{", text), text
        assert "undefined" not in text and "null" not in text


def test_before_and_after_stand_together(wizard: Wizard, kept: Kept) -> None:
    wizard.open("obfuscation", kept["obfuscation"]).at("obfuscation")
    first = wizard.series.first
    expect(first.locator(".was")).to_contain_text("acme")
    expect(first.locator(".out").first).to_be_visible()
    wizard.choose("Preview", "After")
    expect(first.locator(".was")).to_have_count(0)
    expect(panel(wizard)).not_to_contain_text("acme")
    expect(panel(wizard)).to_contain_text("777.777.")


def test_a_series_without_a_name(wizard: Wizard, kept: Kept) -> None:
    nameless = {"name": "(no name)", "before": {"job": "a"}, "after": {"job": "job-1"}, "labels": {}, "value": "1"}
    once(wizard, json={"metrics": [nameless]})
    wizard.open("obfuscation", kept["obfuscation"]).at("obfuscation")
    expect(wizard.series).to_have_count(1)
    assert wizard.series.locator(".was").inner_text().startswith('{job="a"} 1')
    expect(panel(wizard)).not_to_contain_text("undefined")


def test_a_refusal_is_shown_with_the_servers_words(wizard: Wizard, kept: Kept) -> None:
    once(wizard, status=500, content_type="application/json", body=json.dumps(REFUSED))
    wizard.open("obfuscation", kept["obfuscation"]).at("obfuscation")
    problem = panel(wizard).get_by_role("alert")
    expect(problem).to_contain_text("<b>planted</b>")
    expect(problem).to_contain_text("Less")
    expect(panel(wizard).locator("b", has_text=re.compile("^planted$"))).to_have_count(0)
    problem.get_by_role("button", name="Try again").click()
    expect(wizard.series).to_have_count(5)
    expect(problem).to_have_count(0)


def test_an_answer_that_is_no_json(wizard: Wizard, kept: Kept) -> None:
    once(wizard, status=502, content_type="text/html", body="<h1>Bad gateway</h1>")
    wizard.open("obfuscation", kept["obfuscation"]).at("obfuscation")
    expect(panel(wizard).get_by_role("alert")).to_contain_text("502")


def test_a_connection_that_breaks(wizard: Wizard, kept: Kept) -> None:
    wizard.page.route("**/api/sample", lambda route: route.abort(), times=1)
    wizard.open("obfuscation", kept["obfuscation"]).at("obfuscation")
    expect(panel(wizard).get_by_role("alert")).to_contain_text("Cannot reach vmexporter")
    panel(wizard).get_by_role("button", name="Try again").click()
    expect(wizard.series).to_have_count(5)


def test_a_slow_server(wizard: Wizard, kept: Kept, proxy: FaultProxy) -> None:
    with held(proxy, lambda request: True) as gate:
        wizard.open("obfuscation", through(kept["obfuscation"], proxy.url)).at("obfuscation")
        expect(panel(wizard).get_by_role("status")).to_contain_text("Reading real series")
        expect(wizard.labels.get_by_role("status")).to_contain_text("Reading all labels of the range")
        gate.open()
        expect(wizard.series).to_have_count(5)
        expect(wizard.label_row("instance")).to_be_visible()
    expect(panel(wizard).get_by_role("status")).to_have_count(0)


def test_only_the_newest_answer_is_shown(wizard: Wizard, kept: Kept) -> None:
    """The answer to a question of before comes late: it is not shown over the newer one."""
    wizard.open("obfuscation", kept["obfuscation"]).at("obfuscation")
    expect(wizard.series).to_have_count(5)
    waiting: list[Route] = []
    wizard.page.route("**/api/sample", lambda route: waiting.append(route), times=1)  # noqa: PLW0108 - must be Python's
    wizard.take_level("Strict")
    expect(panel(wizard).get_by_role("status")).to_contain_text("Reading real series")
    assert len(waiting) == 1
    wizard.take_level("Off")
    expect(panel(wizard).locator(".out")).to_have_count(0)
    expect(wizard.series).to_have_count(5)
    waiting[0].fulfill(json={"metrics": []})
    expect(wizard.series).to_have_count(5)


def test_the_sample_of_step_4_is_as_the_server_has_it(wizard: Wizard, kept: Kept) -> None:
    wizard.open("components", kept["components"]).at("components")
    details = wizard.page.locator("details", has_text="as the server sends them")
    assert not wizard.watch.bodies("/api/sample"), "nobody has asked for it yet"
    details.locator("summary").click()
    expect(details.get_by_role("listitem")).to_have_count(5)
    expect(details).to_contain_text("acme")
    assert wizard.watch.bodies("/api/sample")[0]["obfuscation"] == {"level": "none"}


def test_a_sample_of_what_is_ticked(wizard: Wizard, kept: Kept) -> None:
    wizard.open("components", kept["components"]).at("components")
    details = wizard.page.locator("details", has_text="as the server sends them")
    details.locator("summary").click()
    expect(details.get_by_role("listitem")).to_have_count(5)
    wizard.button("None").click()
    expect(details.get_by_role("listitem")).to_have_count(0)
    wizard.box("vmalert").check()
    expect(details.get_by_role("listitem").first).to_contain_text("acme-vmalert")
    assert wizard.watch.bodies("/api/sample")[-1]["selection"] == {"components": ["vmalert"]}
    for text in details.get_by_role("listitem").all_inner_texts():
        assert 'job="acme-vmalert"' in text
