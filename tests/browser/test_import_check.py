"""Step 3 of an import: what the target would do, fixes of one button, and options that are right or say why not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Route, expect

from tests.browser.importing import at_check
from tests.browser.importwizard import ImportWizard
from tests.browser.keeping import State
from tests.lab.victoria import VictoriaMetrics

pytestmark = [pytest.mark.browser, pytest.mark.real]


@pytest.fixture(scope="module")
def forgetful() -> Iterator[VictoriaMetrics]:
    """A server that keeps a week."""
    with VictoriaMetrics("-search.latencyOffset=0s", "-retentionPeriod=7d") as server:
        yield server


@pytest.mark.smoke
def test_old_samples_and_the_button_that_saves_them(
    importer: ImportWizard, taken: State, forgetful: VictoriaMetrics
) -> None:
    at_check(importer, taken, forgetful.url)
    notice = importer.page.locator(".note[data-kind=warn]")
    expect(notice).to_contain_text("samples are older than the target keeps")
    expect(notice).to_contain_text("retention is 7 days")
    expect(importer.rail).to_contain_text("1 warning")
    expect(importer.fact("Would be kept")).to_contain_text("0 of")
    expect(importer.primary).to_have_attribute("aria-disabled", "true")
    expect(importer.page.locator("#why")).to_contain_text("move it in time")
    importer.button("Move the end to now").click()
    expect(importer.page.get_by_role("radio", name="End at now")).to_be_checked()
    expect(importer.fact("Would be kept")).to_contain_text("all of")
    expect(notice).to_have_count(0)
    expect(importer.fact("Shifted")).to_contain_text("days")
    importer.start()
    importer.finished()
    expect(importer.page.locator("#main")).to_contain_text("The target has all that was sent")


def test_a_label_that_tells_series_apart_stays(
    importer: ImportWizard, many_taken: State, target: VictoriaMetrics
) -> None:
    at_check(importer, many_taken, target.url).checked()
    importer.field("Drop labels (optional)").fill("instance")
    importer.field("Drop labels (optional)").blur()
    expect(importer.page.locator("#drop-m")).to_contain_text("Cannot drop instance")
    importer.press_locked()
    expect(importer.why).to_have_text("Correct the labels to drop first")
    importer.field("Drop labels (optional)").fill("")
    importer.checked()


def test_series_that_would_merge_lock_the_start(importer: ImportWizard, taken: State, target: VictoriaMetrics) -> None:
    at_check(importer, taken, target.url).checked()
    merged = {"merged_series": 3, "series": 7}

    def change(route: Route) -> None:
        if route.request.method != "GET":
            route.fallback()
            return
        answer = route.fetch()
        found = answer.json()
        if found["result"]:
            found["result"] |= merged
        route.fulfill(response=answer, json=found)

    importer.page.route("**/api/preflights/*", change)
    importer.field("Drop labels (optional)").fill("path")
    importer.field("Drop labels (optional)").blur()
    expect(importer.page.locator("#drop-m")).to_have_text("Cannot drop path: 10 series would merge into 7")
    expect(importer.page.locator(".note[data-kind=bad]")).to_contain_text("10 series would merge into 7")
    expect(importer.rail).to_contain_text("1 error")
    importer.press_locked()
    assert importer.page.evaluate("document.activeElement.id") == "drop"


def test_some_jobs_only(importer: ImportWizard, many_taken: State, target: VictoriaMetrics) -> None:
    at_check(importer, many_taken, target.url).checked()
    expect(importer.fact("Contents")).to_have_text("300 series, 120,000 samples")
    importer.page.get_by_text("All 3 jobs").click()
    importer.page.get_by_role("checkbox", name="job-1").uncheck()
    expect(importer.fact("Contents")).to_have_text("200 series, 80,000 samples")
    expect(importer.fact("Left out")).to_contain_text("40,000 samples of other jobs")
    importer.page.get_by_role("group", name="Jobs").get_by_role("button", name="None").click()
    expect(importer.why).to_have_text("No job is left")
    importer.page.get_by_role("group", name="Jobs").get_by_role("button", name="All").click()
    expect(importer.fact("Contents")).to_have_text("300 series, 120,000 samples")


def test_a_part_of_the_time(importer: ImportWizard, many_taken: State, target: VictoriaMetrics) -> None:
    at_check(importer, many_taken, target.url).checked()
    importer.page.get_by_text("Only a part of the time").click()
    importer.field("From (UTC)").fill("yesterday")
    importer.field("From (UTC)").blur()
    expect(importer.page.locator("#range-from-m")).to_contain_text("Write 2026")
    expect(importer.primary).to_have_attribute("aria-disabled", "true")
    importer.field("From (UTC)").fill("1760000000")
    importer.field("To (UTC)").fill("1760000045")
    expect(importer.fact("Contents")).to_have_text("300 series, 3,000 samples")
    expect(importer.fact("Left out")).to_contain_text("117,000 samples outside the chosen range")


def test_a_shift_says_where_it_leads(importer: ImportWizard, taken: State, target: VictoriaMetrics) -> None:
    at_check(importer, taken, target.url).checked()
    importer.choose("Shift in time", "By")
    importer.field("Move by").fill("soon")
    importer.field("Move by").blur()
    expect(importer.page.locator("#shift-by-m")).to_contain_text("Write 7d")
    expect(importer.primary).to_have_attribute("aria-disabled", "true")
    importer.field("Move by").fill("-1d")
    expect(importer.fact("Shifted")).to_have_text("by minus 1 day")
    importer.choose("Shift in time", "Start at")
    importer.field("First sample at (UTC)").fill("2026-11-20 00:00:00")
    expect(importer.fact("As")).to_contain_text("2026-11-20T00:00:00Z to 00:15:00Z")


def test_an_extra_label_keeps_cases_apart(importer: ImportWizard, taken: State, target: VictoriaMetrics) -> None:
    at_check(importer, taken, target.url).checked()
    importer.field("Extra label (keeps cases apart)").fill("bundle=")
    importer.field("Extra label (keeps cases apart)").blur()
    expect(importer.page.locator("#extra-m")).to_contain_text("needs a value")
    importer.field("Extra label (keeps cases apart)").fill('bundle="case-4711"')
    importer.start()
    importer.finished()
    assert target.api.get("/api/v1/label/bundle/values", start="1760000000", end="1760001000").json()["data"] == [
        "case-4711"
    ]


def test_a_preflight_that_fails_can_be_tried_again(
    importer: ImportWizard, taken: State, target: VictoriaMetrics
) -> None:
    importer.page.route("**/api/preflights", lambda route: route.abort())
    at_check(importer, taken, target.url)
    expect(importer.preflight.get_by_role("alert")).to_contain_text("Cannot reach vmexporter")
    expect(importer.primary).to_have_attribute("aria-disabled", "true")
    importer.page.unroute("**/api/preflights")
    importer.button("Try again").click()
    importer.checked()
