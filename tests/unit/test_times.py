"""What people write for a moment or a span of time: every accepted form, and a clear refusal of everything else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vmexporter.core.times import format_span, format_utc, parse_moment_ms, parse_span_ms, resolve_range
from vmexporter.errors import InvalidInput

NOW_MS = 1_795_424_338_250  # 2026-11-23T08:58:58.250Z
HOUR_MS = 3_600_000
LATEST_MS = 253_402_300_799_999

zones = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments_ms = st.integers(86_400_000, LATEST_MS - 86_400_000)


@pytest.mark.parametrize(
    ("text", "moment_ms"),
    [
        ("now", NOW_MS),
        (" now ", NOW_MS),
        ("now-6h", NOW_MS - 6 * HOUR_MS),
        ("now - 1h30m", NOW_MS - 5_400_000),
        ("now+90s", NOW_MS + 90_000),
        ("2026-11-23T08:58:58Z", 1_795_424_338_000),
        ("2026-11-23t08:58:58z", 1_795_424_338_000),
        ("2026-11-23 08:58:58Z", 1_795_424_338_000),
        ("2026-11-23T08:58Z", 1_795_424_280_000),
        ("2026-11-23T08:58:58.25Z", 1_795_424_338_250),
        ("2026-11-23T08:58:58.250999999Z", 1_795_424_338_250),
        ("2026-11-23T10:58:58+02:00", 1_795_424_338_000),
        ("2026-11-22T23:28:58-09:30", 1_795_424_338_000),
        ("1970-01-01T00:00:00Z", 0),
        ("0", 0),
        ("1795424338", 1_795_424_338_000),
        ("1795424338.25", 1_795_424_338_250),
        ("1795424338250", 1_795_424_338_250),
        ("99999999999", 99_999_999_999_000),
        ("100000000000", 100_000_000_000),
    ],
)
def test_every_form_of_a_moment(text: str, moment_ms: int) -> None:
    assert parse_moment_ms(text, NOW_MS) == moment_ms


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "now-",
        "now-6",
        "now 6h",
        "now-6h-1h",
        "-5",
        "1e12",
        "inf",
        "nan",
        "0x10",
        "2026-11-23",
        "2026-13-01T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "2026-11-23T24:01:00Z",
        "2026-11-23T10:00:60Z",
        "2026-11-23T10:00:00+24:00",
        "0000-01-01T00:00:00Z",
        "1969-12-31T23:59:59Z",
        "9999-12-31T23:59:59-00:01",
        "9" * 30,
        "9" * 400,
        "9" * 5000,
        "now-" + "9" * 400 + "d",
        "2026-11-23T10:00:00Z; drop",
        "\u0662026-11-23T10:00:00Z",
        "\x00",
    ],
)
def test_what_is_no_moment_is_refused_with_a_hint(text: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        parse_moment_ms(text, NOW_MS, field="start")
    assert refusal.value.field == "start" and refusal.value.hint
    assert refusal.value.message.startswith("cannot ")


@pytest.mark.parametrize("text", ["2026-11-23T10:00:00", "2026-11-23 10:00", "2026-11-23T10:00:00.5"])
def test_a_time_without_its_zone_is_refused_and_the_zone_asked_for(text: str) -> None:
    with pytest.raises(InvalidInput, match="time zone is missing") as refusal:
        parse_moment_ms(text, NOW_MS)
    assert f"{text}Z" in refusal.value.hint
    assert parse_moment_ms(f"{text}Z", NOW_MS) > 0


@given(st.text())
@example("9" * 400)
@example("1.7976931348623157e309")
def test_any_text_is_a_moment_or_refused(text: str) -> None:
    """A moment is never out of the calendar, and no other exception than ours gets out."""
    try:
        moment_ms = parse_moment_ms(text, NOW_MS)
    except InvalidInput:
        return
    assert format_utc(moment_ms)


@given(moments_ms, zones)
def test_rfc3339_in_any_zone_is_the_same_moment(moment_ms: int, zone: timezone) -> None:
    moment = datetime.fromtimestamp(moment_ms // 1000, zone) + timedelta(milliseconds=moment_ms % 1000)
    assert parse_moment_ms(moment.isoformat(timespec="milliseconds"), NOW_MS) == moment_ms


@given(st.integers(0, LATEST_MS))
def test_what_is_shown_is_read_back(moment_ms: int) -> None:
    """The servers get times in this form: it must not lose a millisecond."""
    shown = format_utc(moment_ms)
    assert parse_moment_ms(shown, NOW_MS) == moment_ms
    assert shown.endswith("Z") and datetime.fromisoformat(shown).tzinfo == UTC


@pytest.mark.parametrize(
    ("text", "span_ms"),
    [
        ("90s", 90_000),
        ("1h30m", 5_400_000),
        ("7d", 604_800_000),
        ("2w", 1_209_600_000),
        ("500ms", 500),
        ("1.5h", 5_400_000),
    ],
)
def test_every_form_of_a_span(text: str, span_ms: int) -> None:
    assert parse_span_ms(text) == span_ms
    assert parse_span_ms(f" {text.upper()} ") == span_ms


@pytest.mark.parametrize(
    "text", ["", "5", "h", "1y", "-1h", "1h-5m", "0s", "0.4ms", "1e3s", "∞", "9" * 400 + "d", "1h 5m"]
)
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        parse_span_ms(text, field="step")
    assert refusal.value.field == "step" and refusal.value.hint


@given(st.integers(1, 10**12))
def test_a_span_that_is_shown_is_read_back(span_ms: int) -> None:
    assert parse_span_ms(format_span(span_ms)) == span_ms


@pytest.mark.parametrize("span_ms", [0, -1])
def test_no_span_is_shown_as_none(span_ms: int) -> None:
    assert format_span(span_ms) == "0s"


def test_last_ends_now() -> None:
    found = resolve_range(NOW_MS, last="6h")
    assert (found.start_ms, found.end_ms) == (NOW_MS - 6 * HOUR_MS, NOW_MS)


def test_last_may_end_at_a_given_moment() -> None:
    found = resolve_range(NOW_MS, last="1h", end="now-1d")
    assert (found.start_ms, found.end_ms) == (NOW_MS - 25 * HOUR_MS, NOW_MS - 24 * HOUR_MS)


def test_an_end_in_the_future_is_cut_to_now() -> None:
    """Nothing can be there yet, and a server may move such a range back by itself."""
    assert resolve_range(NOW_MS, start="now-1h", end="now+1h").end_ms == NOW_MS
    assert resolve_range(NOW_MS, start="now-1h", end="9999-12-31T23:59:59Z").end_ms == NOW_MS
    assert resolve_range(NOW_MS, last="1h", end="now+1h").start_ms == NOW_MS - HOUR_MS


def test_a_start_before_the_epoch_is_the_epoch() -> None:
    assert resolve_range(NOW_MS, last="4000w").start_ms == 0
    assert resolve_range(NOW_MS, start="now-4000w").start_ms == 0


@pytest.mark.parametrize(
    ("last", "start", "end", "field"),
    [
        ("1h", "now-1h", "", "last"),
        ("", "", "", ""),
        ("", "", "now", ""),
        ("", "now", "now", "start"),
        ("", "now-1h", "now-2h", "start"),
        ("", "now+1h", "now+2h", "start"),
        ("", "now+1h", "", "start"),
        ("", "now-9000w", "now-8000w", "start"),
        ("1h", "", "now-8000w", "start"),
        ("", "0", "0", "start"),
        ("0s", "", "", "last"),
        ("x", "", "", "last"),
        ("", "x", "", "start"),
        ("", "now-1h", "x", "end"),
    ],
)
def test_a_range_that_cannot_be_meant_is_refused(last: str, start: str, end: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        resolve_range(NOW_MS, last=last, start=start, end=end)
    assert refusal.value.field == field


MEANT = st.sampled_from(
    ["", "now", "now-6h", "now+6h", "now-9999w", "0", "1795424338", "9" * 400, "1970-01-01T00:00:00Z"]
)


@settings(max_examples=150)
@given(st.sampled_from(["", "1h", "9999w", "1ms", "bad"]), MEANT, MEANT)
def test_a_range_lies_in_the_past_and_is_not_empty(last: str, start: str, end: str) -> None:
    try:
        found = resolve_range(NOW_MS, last=last, start=start, end=end)
    except InvalidInput:
        return
    assert 0 <= found.start_ms < found.end_ms <= NOW_MS
