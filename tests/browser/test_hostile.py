"""What a server says is text: labels, versions and error texts that are markup do nothing and show as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.keeping import Kept, through
from tests.browser.wizard import Wizard
from tests.fakes.faults import Answer
from tests.fakes.proxy import FaultProxy
from tests.lab.family import RANGE_MS, Program, lines_of
from tests.lab.lines import line
from tests.lab.victoria import VictoriaMetrics

pytestmark = [pytest.mark.browser, pytest.mark.smoke, pytest.mark.real]
IMAGE = '<img src=x onerror="window.planted=1">'
SCRIPT = "<script>window.planted=1</script>"
BREAKING = "\"'><svg/onload=window.planted=1>\u2028\u202e"
HOSTILE = Program("vmagent", f"job{IMAGE}", f"10.0.0.1{SCRIPT}:8429")


@pytest.fixture(scope="module")
def hostile() -> Iterator[VictoriaMetrics]:
    """A server whose every free place holds markup."""
    labels = {"__name__": "vm_rows", "job": HOSTILE.job, "instance": HOSTILE.instance, f"team{IMAGE}": BREAKING}
    with VictoriaMetrics("-search.latencyOffset=0s") as server:
        times = list(range(RANGE_MS[0], RANGE_MS[1] + 1, 15_000))
        server.import_jsonl([*lines_of([HOSTILE], IMAGE), line({**labels, "owner": IMAGE}, [1] * len(times), times)])
        yield server


def harmless(wizard: Wizard) -> None:
    """Nothing of it has become an element, or has run."""
    assert wizard.page.evaluate("window.planted") is None
    assert wizard.page.evaluate("document.querySelectorAll('#main img, #main script, #main [onload]').length") == 0


def test_labels_that_are_markup_go_through_the_whole_wizard(wizard: Wizard, hostile: VictoriaMetrics) -> None:
    wizard.open("range").at("range").take_range(str(RANGE_MS[0]), str(RANGE_MS[1]))
    wizard.next()
    wizard.at("connection").connect(hostile.url)
    wizard.passed()
    wizard.next()
    wizard.at("components")
    expect(wizard.tree).to_contain_text(HOSTILE.job)
    expect(wizard.tree).to_contain_text(HOSTILE.instance)
    wizard.page.get_by_text("as the server sends them").click()
    expect(wizard.page.locator("details ol.series")).to_contain_text("onerror=")
    wizard.page.get_by_role("searchbox").fill(IMAGE)
    expect(wizard.tree).to_contain_text(HOSTILE.job)
    harmless(wizard)
    wizard.next()
    wizard.at("obfuscation")
    expect(wizard.label_row("owner")).to_contain_text(IMAGE)
    expect(wizard.series.first).to_be_visible()
    wizard.decide("owner", "Keep")
    wizard.page.get_by_role("searchbox", name="Filter labels").fill(SCRIPT)
    harmless(wizard)
    wizard.take_level("Off")
    wizard.next()
    wizard.at("export")
    wizard.start()
    wizard.finished()
    expect(wizard.page.get_by_role("region", name="Sample of the bundle")).to_contain_text("onerror=")
    harmless(wizard)


def test_a_selector_finds_markup(wizard: Wizard, hostile: VictoriaMetrics, kept: Kept) -> None:
    state = through(kept["components"], hostile.url) | {"mode": "query"}
    ends = {"start_ms": RANGE_MS[0], "end_ms": RANGE_MS[1], "preset": ""}
    wizard.open("components", {**state, "range": {**state["range"], **ends}})
    wizard.page.locator("#query").fill("vm_rows")
    expect(wizard.page.get_by_role("group", name="1 target", exact=True)).to_contain_text(HOSTILE.job)
    wizard.page.locator("#query").fill(f'vm_rows{{x="{SCRIPT}"')
    expect(wizard.page.get_by_role("alert")).to_be_visible()
    harmless(wizard)


def test_an_error_that_is_markup(wizard: Wizard, start_fault_proxy: Callable[..., FaultProxy]) -> None:
    server = start_fault_proxy("", lambda request, count: Answer(422, f"refused: {IMAGE}{SCRIPT}".encode()))
    wizard.open("connection").at("connection").connect(server.url)
    expect(wizard.verdict).to_contain_text("Failed")
    expect(wizard.test).to_contain_text("onerror=")
    harmless(wizard)


def test_an_address_that_is_markup(wizard: Wizard) -> None:
    wizard.open("connection").at("connection").field("Address").fill(f"http://x/{IMAGE}")
    wizard.field("Address").blur()
    expect(wizard.page.locator("#url-m")).not_to_be_empty()
    wizard.page.goto(f"{wizard.base}/#/export/{IMAGE}")
    expect(wizard.heading).to_be_visible()
    harmless(wizard)


def test_file_names_that_are_markup(wizard: Wizard) -> None:
    bundle = {"name": f"{IMAGE}.zip", "path": f"/{SCRIPT}.zip", "bytes": 1, "modified_ms": 0}
    run = {"id": IMAGE, "state": "interrupted", "resumable": True, "file_name": SCRIPT, "windows": 0, "created_ms": 0}
    wizard.page.route("**/api/bundles", lambda route: route.fulfill(json={"bundles": [bundle], "maps": []}))
    wizard.page.route("**/api/runs", lambda route: route.fulfill(json={"runs": [run]}))
    wizard.open().at("welcome")
    row = wizard.page.get_by_role("listitem").filter(has_text="onerror=")
    expect(row).to_be_visible()
    row.get_by_role("button", name="Look inside").click()
    expect(row.get_by_role("alert")).to_contain_text("Cannot")
    harmless(wizard)
