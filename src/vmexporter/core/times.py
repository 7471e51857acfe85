"""What a person writes for a moment or a span of time → Unix milliseconds.

Moments: ``now``, ``now-6h``, RFC 3339 with a zone (https://www.rfc-editor.org/rfc/rfc3339), Unix seconds or
milliseconds. Spans: ``90s``, ``1h30m``, ``7d``. The clock comes in as ``now_ms``.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from vmexporter.core.request import TimeRange
from vmexporter.errors import InvalidInput

_UNIT_MS: Final = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_SPAN = re.compile(r"(?:\d{1,12}(?:\.\d{1,12})?(?:ms|[smhdw]))+", re.ASCII)  # longer numbers mean nothing, or infinity
_SPAN_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhdw])", re.ASCII)
_RELATIVE = re.compile(r"now(?:\s*([+-])\s*(\S+))?")
_NUMBER = re.compile(r"\d{1,15}(?:\.\d{1,12})?", re.ASCII)
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?([Zz]|[+-]\d\d:\d\d)?", re.ASCII)
_MILLISECONDS_FROM = 100_000_000_000  # as seconds this is the year 5138, as milliseconds 1973
_LATEST_MS = 253_402_300_799_999  # 9999-12-31T23:59:59.999Z
_MOMENT_HINT = "write now, now-6h, 2026-11-23T10:00:00Z, or Unix seconds or milliseconds"


def parse_span_ms(text: str, *, field: str = "duration") -> int:
    """Milliseconds of a span such as ``15m``, ``1h30m`` or ``500ms``.

    Raises:
        InvalidInput: the text is no span, or it is not longer than nothing.
    """
    compact = text.strip().lower()
    if not _SPAN.fullmatch(compact):
        raise InvalidInput(f"cannot read {field} {text!r}: not a span of time", hint="write 15m, 6h or 7d", field=field)
    span_ms = round(sum(float(number) * _UNIT_MS[unit] for number, unit in _SPAN_PART.findall(compact)))
    if span_ms <= 0:
        raise InvalidInput(f"cannot use {field} {text!r}: it is empty", hint="write 15m, 6h or 7d", field=field)
    return span_ms


def parse_moment_ms(text: str, now_ms: int, *, field: str = "time") -> int:
    """Unix milliseconds of a moment; one that lies a span from now is never before 1970.

    Raises:
        InvalidInput: the text is no moment, or an RFC 3339 time lacks its zone.
    """
    text = text.strip()
    if relative := _RELATIVE.fullmatch(text):
        sign, span = relative.groups()
        moved_ms = 0 if not sign else (1 if sign == "+" else -1) * parse_span_ms(span, field=field)
        return min(max(now_ms + moved_ms, 0), _LATEST_MS)
    if _NUMBER.fullmatch(text):
        number = float(text)
        moment_ms = int(number) if number >= _MILLISECONDS_FROM else round(number * 1000)
    else:
        moment_ms = _rfc3339_ms(text, field)
    if not 0 <= moment_ms <= _LATEST_MS:
        raise InvalidInput(f"cannot use {field} {text!r}: out of range", hint=_MOMENT_HINT, field=field)
    return moment_ms


def _rfc3339_ms(text: str, field: str) -> int:
    match = _RFC3339.fullmatch(text)
    if not match:
        raise InvalidInput(f"cannot read {field} {text!r}: not a moment", hint=_MOMENT_HINT, field=field)
    if not match[1]:
        raise InvalidInput(
            f"cannot read {field} {text!r}: the time zone is missing",
            hint=f"add Z for UTC, or an offset: {text}Z, {text}+02:00",
            field=field,
        )
    try:
        moment = datetime.fromisoformat(text.upper())
    except ValueError as error:
        raise InvalidInput(f"cannot read {field} {text!r}: {error}", hint=_MOMENT_HINT, field=field) from error
    since_epoch = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since_epoch.days * 86_400 + since_epoch.seconds) * 1000 + since_epoch.microseconds // 1000


def resolve_range(now_ms: int, *, last: str = "", start: str = "", end: str = "") -> TimeRange:
    """The range that ``--last`` or ``--start`` and ``--end`` mean; an end in the future is cut to now.

    Raises:
        InvalidInput: both forms or neither are given, or the range is empty, reversed or wholly in the future.
    """
    if last and start:
        raise InvalidInput("cannot use --last with --start: they contradict", hint="give one of them", field="last")
    if not last and not start:
        raise InvalidInput("cannot export: no time range is given", hint="add --last 1h, or --start and --end")
    end_ms = min(parse_moment_ms(end, now_ms, field="end") if end else now_ms, now_ms)
    start_ms = end_ms - parse_span_ms(last, field="last") if last else parse_moment_ms(start, now_ms, field="start")
    start_ms = max(start_ms, 0)
    if start_ms >= end_ms:
        why = "it starts in the future" if start_ms >= now_ms else "it ends before it starts, or is empty"
        raise InvalidInput(f"cannot use the range: {why}", hint="give an earlier --start", field="start")
    return TimeRange(start_ms=start_ms, end_ms=end_ms)


def format_utc(moment_ms: int) -> str:
    """RFC 3339 in UTC, with milliseconds only where there are some: ``2026-11-23T10:00:00Z``."""
    moment = datetime.fromtimestamp(moment_ms // 1000, UTC)
    fraction = f".{moment_ms % 1000:03d}" if moment_ms % 1000 else ""
    return f"{moment:%Y-%m-%dT%H:%M:%S}{fraction}Z"


def format_for_server(moment_ms: int) -> str:
    """RFC 3339 that every server reads to this very millisecond.

    It names a moment 0.2 ms later: old versions of VictoriaMetrics make seconds of it as a float, and of those
    milliseconds by cutting off, which takes a whole one from every eighth moment; all servers drop the 0.2 ms.
    """
    return f"{datetime.fromtimestamp(moment_ms // 1000, UTC):%Y-%m-%dT%H:%M:%S}.{moment_ms % 1000:03d}2Z"


def format_span(span_ms: int) -> str:
    """A span in the notation that ``parse_span_ms`` reads: ``1h30m``, ``250ms``."""
    if span_ms <= 0:
        return "0s"
    parts = []
    for unit in ("d", "h", "m", "s", "ms"):
        count, span_ms = divmod(span_ms, _UNIT_MS[unit])
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts)
