"""Step 2: presets, what can be typed, and the time zone, which truly governs what is sent."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import RECORDED_MS
from tests.browser.wizard import Wizard

pytestmark = pytest.mark.browser
PRESETS = {"15 m": 0.25, "1 h": 1, "3 h": 3, "6 h": 6, "12 h": 12, "24 h": 24, "7 d": 168}
WRITTEN = "%Y-%m-%d %H:%M:%S"


@pytest.fixture
def at_range(wizard: Wizard) -> Wizard:
    return wizard.open("range").at("range")


def ends(wizard: Wizard) -> tuple[datetime, datetime]:
    """What the two fields say, read without their zone."""
    start, end = (wizard.field(name).input_value() for name in ("From", "To"))
    return datetime.strptime(start, WRITTEN), datetime.strptime(end, WRITTEN)  # noqa: DTZ007 - a clock's time


def pick(wizard: Wizard, preset: str) -> None:
    wizard.choose("Last", preset)
    expect(wizard.page.get_by_role("radio", name=preset, exact=True)).to_be_checked()


def test_the_last_hour_is_there_at_once(at_range: Wizard) -> None:
    expect(at_range.page.get_by_role("radio", name="1 h", exact=True)).to_be_checked()
    start, end = ends(at_range)
    assert end - start == timedelta(hours=1)
    assert abs(datetime.now(UTC).replace(tzinfo=None) - end) < timedelta(minutes=1)
    expect(at_range.primary).not_to_have_attribute("aria-disabled", "true")


def test_each_preset_fills_both_ends(at_range: Wizard) -> None:
    for preset, hours in PRESETS.items():
        pick(at_range, preset)
        start, end = ends(at_range)
        assert end - start == timedelta(hours=hours), preset
        kept = at_range.state()["range"]
        assert kept["end_ms"] - kept["start_ms"] == hours * 3_600_000
        assert datetime.fromtimestamp(kept["end_ms"] / 1000, UTC).replace(tzinfo=None) == end


def test_typing_takes_the_preset_away(at_range: Wizard) -> None:
    at_range.field("From").fill("2026-11-23 08:43:20")
    expect(at_range.page.get_by_role("radio", name="1 h", exact=True)).not_to_be_checked()


@pytest.mark.parametrize(
    ("start", "end", "field", "words"),
    [
        ("", "", "From", "A start is needed"),
        ("2026-11-23 08:43:20", "", "To", "An end is needed"),
        ("2026-11-23 09:00:00", "2026-11-23 08:00:00", "To", "not before"),
        ("2026-11-23 09:00:00", "2026-11-23 09:00:00", "To", "after the start"),
        ("2026-02-30 09:00:00", "2026-11-23 09:00:00", "From", "No such day"),
        ("yesterday", "2026-11-23 09:00:00", "From", "now-6h"),
        ("2126-02-03 09:00:00", "2126-11-23 09:00:00", "From", "future"),
    ],
)
def test_what_is_no_range_stays_here(at_range: Wizard, start: str, end: str, field: str, words: str) -> None:
    at_range.take_range(start, end)
    expect(at_range.field(field)).to_have_attribute("aria-invalid", "true")
    expect(at_range.field(field)).to_have_accessible_description(re.compile(re.escape(words)))
    at_range.press_locked()
    expect(at_range.field(field)).to_be_focused()
    at_range.at("range")
    at_range.take_range("2026-11-23 08:00:00", "2026-11-23 09:00:00")
    expect(at_range.field(field)).not_to_have_attribute("aria-invalid", "true")
    expect(at_range.sent).to_have_text("2026-11-23T08:00:00Z to 09:00:00Z")


@pytest.mark.parametrize(
    ("start", "end", "sent"),
    [
        ("2026-11-23 08:43:21", "2026-11-23 08:43:22", "2026-11-23T08:43:21Z to 08:43:22Z"),
        ("2026-11-23 08:43", "2026-11-24", "2026-11-23T08:43:00Z to 2026-11-24T00:00:00Z"),
        ("1795423400", "1795424400000", "2026-11-23T08:43:20Z to 09:00:00Z"),
        ("2026-11-23T17:43:20+09:00", "2026-11-23T09:00:00Z", "2026-11-23T08:43:20Z to 09:00:00Z"),
    ],
)
def test_what_can_be_typed(at_range: Wizard, start: str, end: str, sent: str) -> None:
    at_range.take_range(start, end)
    expect(at_range.sent).to_have_text(sent)


@pytest.mark.parametrize(
    ("start", "end", "why"), [("tomorrow", "", "needed"), ("", "yesterday", "."), ("", "", "needed")]
)
def test_both_ends_can_be_wrong(at_range: Wizard, start: str, end: str, why: str) -> None:
    at_range.take_range(start, end)
    for name in ("From", "To"):
        expect(at_range.field(name)).to_have_attribute("aria-invalid", "true")
    expect(at_range.field("To")).to_have_accessible_description(re.compile(why))
    at_range.press_locked()
    expect(at_range.field("From")).to_be_focused()
    at_range.field("From").fill("2026-11-23 08:43")
    expect(at_range.field("From")).not_to_have_attribute("aria-invalid", "true")
    at_range.press_locked()
    expect(at_range.field("To")).to_be_focused()


def test_now_is_a_word(at_range: Wizard) -> None:
    at_range.take_range("now-90m", "now")
    expect(at_range.page.get_by_role("heading", level=2)).to_contain_text("1 hour 30 minutes")
    kept = at_range.state()["range"]
    assert kept["end_ms"] - kept["start_ms"] == 5_400_000


def test_the_zone_is_named_offered_and_in_sight(new_wizard: Callable[..., Wizard]) -> None:
    wizard = new_wizard(timezone_id="Asia/Tokyo").open("range").at("range")
    zone = wizard.field("Time zone")
    expect(zone).to_be_in_viewport(ratio=1)
    expect(zone).to_have_value("Asia/Tokyo (UTC+09:00)")
    zone.focus()
    offered = wizard.page.locator("datalist#zones option").evaluate_all("(all) => all.map((one) => one.value)")
    assert len(offered) > 300
    names = {name.split(" ")[0] for name in offered}
    assert {"local", "UTC", "America/New_York", "Europe/London", "Asia/Tokyo"} <= names


@pytest.mark.parametrize("zone", ["local", "UTC", "America/New_York", "Asia/Tokyo", "sydney"])
def test_another_zone_writes_the_same_moments(at_range: Wizard, zone: str) -> None:
    pick(at_range, "3 h")
    kept, (start, end) = at_range.state()["range"], ends(at_range)
    at_range.take_zone(zone)
    named = {"local": "UTC", "sydney": "Australia/Sydney"}.get(zone, zone)
    expect(at_range.field("Time zone")).to_have_value(re.compile(f"^{named}"))
    shift = datetime.fromtimestamp(kept["end_ms"] / 1000, ZoneInfo(named)).utcoffset()
    assert shift is not None
    assert ends(at_range) == (start + shift, end + shift)
    now = at_range.state()["range"]
    assert (now["start_ms"], now["end_ms"]) == (kept["start_ms"], kept["end_ms"])
    expect(at_range.page.get_by_role("radio", name="3 h", exact=True)).to_be_checked()


def test_the_zone_stays_when_presets_change(at_range: Wizard) -> None:
    at_range.take_zone("Europe/London")
    for preset in ("6 h", "12 h"):
        pick(at_range, preset)
        expect(at_range.field("Time zone")).to_have_value(re.compile("^Europe/London"))
    kept, (_, end) = at_range.state()["range"], ends(at_range)
    assert datetime.fromtimestamp(kept["end_ms"] / 1000, ZoneInfo("Europe/London")).replace(tzinfo=None) == end


def test_a_zone_that_is_none_changes_nothing(at_range: Wizard) -> None:
    before = at_range.state()["range"]
    at_range.take_zone("Middle-earth/Shire")
    expect(at_range.field("Time zone")).to_have_accessible_description(re.compile("No zone of this name"))
    assert at_range.state()["range"] == before


def test_tokyo_governs_what_is_sent(wizard: Wizard, kept: dict[str, dict[str, Any]]) -> None:
    """A browser in UTC: what was typed as Tokyo's time goes to the server as the moment it is there."""
    wizard.open("range", kept["connection"]).at("range").take_zone("Asia/Tokyo")
    wizard.take_range("2026-11-23 17:43:20", "2026-11-23 18:00:00")
    expect(wizard.sent).to_have_text("2026-11-23T08:43:20Z to 09:00:00Z")
    expect(wizard.page.get_by_role("heading", level=2)).to_contain_text("17:43:20 to 18:00:00 in Tokyo")
    wizard.next()
    wizard.at("connection").next()
    wizard.at("components")
    expect(wizard.tree).to_be_visible()
    asked = wizard.watch.bodies("/api/discover")[-1]["time_range"]
    assert (asked["start_ms"], asked["end_ms"]) == RECORDED_MS


def test_typed_clock_times_move_with_the_zone(at_range: Wizard) -> None:
    at_range.take_range("2026-11-23 08:00:00", "2026-11-23 09:00:00")
    at_range.take_zone("America/New York")
    expect(at_range.sent).to_have_text("2026-11-23T13:00:00Z to 14:00:00Z")
    expect(at_range.field("From")).to_have_value("2026-11-23 08:00:00")


@pytest.mark.parametrize(
    ("start", "words", "sent"),
    [
        ("2026-10-25 02:30:00", "showed this twice", "2026-10-25T00:30:00Z"),
        ("2026-03-29 02:30:00", "went forward over this time", "2026-03-29T01:30:00Z"),
    ],
)
def test_hours_that_clocks_skip_or_repeat(at_range: Wizard, start: str, words: str, sent: str) -> None:
    at_range.take_zone("Europe/Berlin")
    at_range.take_range(start, start.replace("02:30", "12:30"))
    expect(at_range.field("From")).to_have_accessible_description(re.compile(words))
    expect(at_range.sent).to_contain_text(sent)
