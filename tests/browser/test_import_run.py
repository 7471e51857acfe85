"""Step 4 of an import: watched, paused, resumed, given up, found again, and told what the target has in the end."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.holding import held
from tests.browser.importing import at_check
from tests.browser.importwizard import ImportWizard
from tests.browser.keeping import State
from tests.fakes.exchange import Request
from tests.fakes.faults import Answer, too_many_requests
from tests.fakes.proxy import FaultProxy
from tests.integration.pageimports import bodies_from
from tests.integration.pageserver import PageServer
from tests.lab.lines import line
from tests.lab.victoria import VictoriaMetrics

pytestmark = [pytest.mark.browser, pytest.mark.real]


@pytest.mark.smoke
def test_paused_and_resumed(importer: ImportWizard, many_taken: State, way: FaultProxy) -> None:
    at_check(importer, many_taken, way.url)
    with held(way, bodies_from(2)) as gate:
        importer.start()
        assert gate.reached.wait(30)
        expect(importer.heading).to_have_text("Importing")
        expect(importer.page.get_by_role("progressbar", name="Sent")).to_be_visible()
        importer.button("Pause").click()
        expect(importer.heading).to_have_text("Paused")
    expect(importer.page.locator(".egress")).to_contain_text("A part has been sent")
    expect(importer.primary).to_have_text("Resume")
    importer.next()
    importer.finished()
    expect(importer.page.locator("#main")).to_contain_text("The target has all that was sent")


def test_cancelling_takes_a_second_click(importer: ImportWizard, many_taken: State, way: FaultProxy) -> None:
    at_check(importer, many_taken, way.url)
    with held(way, bodies_from(2)) as gate:
        importer.start()
        assert gate.reached.wait(30)
        importer.button("Cancel").click()
        assert importer.page.evaluate("document.activeElement.textContent") == "Go on"
        importer.button("Go on").click()
        importer.button("Cancel").click()
        importer.button("Cancel, what was sent stays there").click()
        expect(importer.heading).to_have_text("Cancelled")
    expect(importer.page.locator(".lead")).to_contain_text("nothing can take samples back")
    importer.next()
    importer.at("bundle")


def test_a_reload_keeps_the_run(importer: ImportWizard, many_taken: State, way: FaultProxy) -> None:
    at_check(importer, many_taken, way.url)
    with held(way, bodies_from(2)) as gate:
        identity = importer.start()
        assert gate.reached.wait(30)
        importer.page.reload()
        expect(importer.heading).to_have_text("Importing")
        assert importer.page.url.endswith(f"#/import/{identity}")
        importer.rail.get_by_role("link", name="Check and adjust").click()
        importer.at("check")
        expect(importer.page.get_by_role("radio", name="End at now")).to_be_disabled()
        importer.rail.get_by_role("link", name="Import", exact=False).last.click()
        expect(importer.heading).to_have_text("Importing")
    importer.finished()


def test_another_tab_finds_it_by_its_address(
    importer: ImportWizard, many_taken: State, way: FaultProxy, site: PageServer
) -> None:
    at_check(importer, many_taken, way.url)
    with held(way, bodies_from(2)) as gate:
        identity = importer.start()
        assert gate.reached.wait(30)
        other = ImportWizard(importer.page.context.new_page(), importer.base)
        other.open(f"import/{identity}")
        expect(other.heading).to_have_text("Importing")
        other.open("bundle")
        other.page.reload()
        row = other.page.get_by_role("listitem").filter(has_text="Running import")
        expect(row).to_contain_text("known.jsonl")
        other.page.close()
        importer.button("Pause").click()
        expect(importer.heading).to_have_text("Paused")
    third = ImportWizard(importer.page.context.new_page(), importer.base).open()
    third.page.get_by_role("listitem").filter(has_text="Paused import").get_by_role("button", name="Continue").click()
    expect(third.heading).to_have_text("Paused")
    expect(third.page.locator("#main")).to_contain_text("The credentials are gone")
    third.next()
    third.finished()
    third.page.close()
    assert site.imported(identity)["result"]["verdict"] == "same"


def test_another_target_in_step_2_is_not_taken_silently(
    importer: ImportWizard, many_taken: State, way: FaultProxy, target: VictoriaMetrics
) -> None:
    begun, other = (url.removeprefix("http://") for url in (way.url, target.url))
    at_check(importer, many_taken, way.url)
    with held(way, bodies_from(2)) as gate:
        identity = importer.start()
        assert gate.reached.wait(30)
        importer.button("Pause").click()
        expect(importer.heading).to_have_text("Paused")
    importer.open("target").at("target").connect_to(target.url)
    importer.open(f"import/{identity}")
    expect(importer.page.locator("#main")).to_contain_text(f"This import was begun with {begun}")
    expect(importer.primary).to_have_text(f"Resume at {other}")
    expect(importer.page.locator(".egress")).to_contain_text(begun)


def test_pauses_of_the_target_are_told(importer: ImportWizard, taken: State, way: FaultProxy) -> None:
    refused: list[Request] = []

    def plan(request: Request, count: int) -> Answer | None:
        if request.endpoint == "import" and len(request.body) > 100 and not refused:
            refused.append(request)
            return too_many_requests(3)
        return None

    at_check(importer, taken, way.url).checked()
    way.plan = plan
    importer.start()
    pauses = importer.page.locator(".stats dt", has_text="Pauses").locator("xpath=following-sibling::dd[1]")
    expect(pauses).to_have_text("1")
    expect(importer.page.get_by_role("region", name="Log")).to_contain_text("Attempt 1 failed")
    importer.finished()


def test_one_that_cannot_go_on_says_why(importer: ImportWizard, taken: State, way: FaultProxy) -> None:
    at_check(importer, taken, way.url).checked()
    way.plan = lambda request, count: Answer(401, b"no") if request.endpoint == "import" else None
    importer.start()
    expect(importer.heading).to_have_text("Import failed")
    expect(importer.page.get_by_role("alert")).to_contain_text("401")
    expect(importer.page.get_by_role("region", name="This import")).to_contain_text("case-4711.zip")


@pytest.mark.smoke
def test_what_the_target_drops_shows_in_the_end(importer: ImportWizard, tmp_path: Path) -> None:
    wide = {"__name__": "wide", "job": "wide", "instance": "a:1", "x1": "1", "x2": "2", "a1": "3"}
    times = [1_760_000_000_000 + at for at in (0, 1000, 2000)]
    lines = [line(wide | {"x1": str(number)}, [1, 2, 3], times) for number in range(4)]
    (tmp_path / "wide.jsonl").write_bytes(b"".join(lines))
    with VictoriaMetrics("-search.latencyOffset=0s", "-maxLabelsPerTimeseries=3") as narrow:
        importer.open().at("bundle").choose_file(tmp_path / "wide.jsonl")
        importer.next()
        importer.at("target").connect_to(narrow.url)
        importer.next()
        importer.at("check").checked()
        expect(importer.page.locator(".note[data-kind=warn]").first).to_contain_text("4 series with up to 6 labels")
        expect(importer.fact("Labels per series")).to_contain_text("the target takes 3")
        importer.start()
        importer.finished()
    expect(importer.page.locator("#main")).to_contain_text("something else than was sent")
    expect(importer.verdicts("wide")).to_have_text("Differs")
    expect(importer.page.get_by_role("heading", name="What may be the reason")).to_be_visible()


def test_labels_that_are_markup_stay_text(importer: ImportWizard, tmp_path: Path, target: VictoriaMetrics) -> None:
    image = '<img src=x onerror="window.planted=1">'
    times = [1_760_000_000_000 + at * 1000 for at in range(5)]
    lines = [line({"__name__": "x", "job": job, "instance": image}, [1] * 5, times) for job in (image, "b")]
    (tmp_path / f"{image[:30].replace('/', '')}.jsonl").write_bytes(b"".join(lines))
    importer.open().at("bundle").choose_file(next(tmp_path.glob("*.jsonl")))
    importer.next()
    importer.at("target").connect_to(target.url)
    importer.next()
    importer.at("check").checked()
    importer.page.get_by_text("2 jobs", exact=True).click()
    importer.page.get_by_text("All 2 jobs").click()
    expect(importer.page.get_by_role("group", name="Jobs")).to_contain_text("onerror=")
    importer.field("Extra label (keeps cases apart)").fill(f"bundle='{image}'".replace('"', ""))
    importer.start()
    importer.finished()
    expect(importer.page.get_by_role("region", name="Sent and found by job")).to_contain_text("onerror=")
    assert importer.page.evaluate("window.planted") is None
    assert importer.page.evaluate("document.querySelectorAll('#main img, #main script').length") == 0
