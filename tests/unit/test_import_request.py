"""What may be asked for in an import, and how a server's own flags are read."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from vmexporter.core.importing.request import ImportOptions, ImportRequest, Label, Shift
from vmexporter.core.importing.retention import label_limit, retention_ms
from vmexporter.core.importing.told import Told, read_told
from vmexporter.core.request import Connection

DAY_MS = 86_400_000
MONTH_MS = 31 * DAY_MS


@pytest.mark.parametrize("name", ["__name__", "job", "instance"])
def test_labels_that_name_a_series_stay(name: str) -> None:
    with pytest.raises(ValidationError, match=name):
        ImportOptions(drop_labels=(name,))
    with pytest.raises(ValidationError, match=name):
        Label(name=name, value="x")


@pytest.mark.parametrize(
    "options",
    [
        {"drop_labels": ("zone",), "extra_labels": ({"name": "zone", "value": "x"},)},
        {"extra_labels": ({"name": "a", "value": "x"}, {"name": "a", "value": "y"})},
        {"extra_labels": ({"name": "", "value": "x"},)},
        {"extra_labels": ({"name": "a", "value": ""},)},
        {"extra_labels": ({"name": "a", "value": "x" * 20_000},)},
        {"drop_labels": ("",)},
        {"shift": {"mode": "none", "ms": 5}},
        {"shift": {"mode": "end-at-now", "ms": 5}},
        {"unknown": 1},
    ],
)
def test_what_cannot_be_meant_is_refused(options: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ImportOptions.model_validate(options)


def test_a_shift_is_exact() -> None:
    assert Shift().by_ms(5, 10, 100) == 0
    assert Shift(mode="end-at-now").by_ms(5, 10, 100) == 90
    assert Shift(mode="start-at", ms=1000).by_ms(5, 10, 100) == 995
    assert Shift(mode="by", ms=-7).by_ms(5, 10, 100) == -7


def test_an_address_to_insert_at_is_not_shown() -> None:
    request = ImportRequest(connection=Connection(url="http://u:secret@h"), insert_url="http://u:secret@i")
    assert "secret" not in repr(request)


@pytest.mark.parametrize(
    ("text", "expected_ms"),
    [
        ("1", MONTH_MS),
        ("1M", MONTH_MS),
        ("1.5M", MONTH_MS * 3 // 2),
        ("0.5", MONTH_MS // 2),
        ("12", 12 * MONTH_MS),
        ("30d", 30 * DAY_MS),
        ("30D", 30 * DAY_MS),
        ("36h", 36 * 3_600_000),
        ("2w", 14 * DAY_MS),
        ("1y", 365 * DAY_MS),
        ("1.5y", 365 * DAY_MS * 3 // 2),
        ("1y2w", 379 * DAY_MS),
        ("100y", 36_500 * DAY_MS),
        ("0", 1200 * MONTH_MS),
        (" 1d\n", DAY_MS),
        ("5m", None),
        ("1h5m", None),
        ("1201", None),
        ("200y", None),
        ("-1", None),
        ("", None),
        ("secret", None),
        ("nan", None),
        ("1e3", None),
        ("9" * 5000, None),
    ],
)
def test_a_retention_is_read_as_servers_do(text: str, expected_ms: int | None) -> None:
    assert retention_ms(text) == expected_ms


@pytest.mark.parametrize(("text", "limit"), [("40", 40), ("0", None), ("-1", None), ("x", None), ("9" * 5000, None)])
def test_a_label_limit_is_a_number(text: str, limit: int | None) -> None:
    assert label_limit(text) == limit


def test_another_tools_manifest_is_read_as_far_as_it_can_be() -> None:
    whole = b"""{"export_id": "e1", "export_date": "2025-01-02T03:04:05Z", "time_range": {"start": "s", "end": "e"},
        "components": ["vmagent", 7], "jobs": ["a"], "metrics_count": 12, "obfuscated": true, "more": {}}"""
    assert read_told(whole) == Told("e1", "2025-01-02T03:04:05Z", "s", "e", ("vmagent",), ("a",), 12, True)
    assert read_told(b'{"export_id": 1, "time_range": [], "jobs": "x", "metrics_count": true}') == Told()
    for broken in (b"", b"[]", b"{", b"\xff", b"[" * 100_000):
        assert read_told(broken) is None
