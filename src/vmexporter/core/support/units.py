"""Values as people read them, by the unit of their panel: 1.25 M, 12.3 %, 4.2 MB, 1.5 s, 3.1 d."""

from __future__ import annotations

import math
from typing import Final

from vmexporter.core.support.tables import Unit

_COUNTS = ("", " k", " M", " G", " T")
_BYTES = (" B", " kB", " MB", " GB", " TB")
_SPANS: Final = ((86_400.0, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s"))
UNIT_WORDS: Final[dict[Unit, str]] = {
    "short": "",
    "ops": "per second",
    "bytes": "bytes",
    "seconds": "seconds",
    "percent": "percent",
}
"""What stands beside the title of a chart."""


def shown(value: float | None, unit: Unit) -> str:
    """*value* with its unit, three digits; a percentage comes as a fraction."""
    if value is None or not math.isfinite(value):
        return "no value"
    if unit == "percent":
        return f"{_digits(value * 100)} %"
    if unit == "bytes":
        return _scaled(value, _BYTES)
    if unit == "seconds":
        return _span(value)
    return _scaled(value, _COUNTS) + ("/s" if unit == "ops" else "")


def _scaled(value: float, units: tuple[str, ...]) -> str:
    power = 0
    while abs(value) >= 999.5 and power < len(units) - 1:
        value, power = value / 1000, power + 1
    return _digits(value) + units[power]


def _span(value: float) -> str:
    size = abs(value)
    for length, unit in _SPANS:
        if size >= length or (unit == "s" and size >= 1):
            return f"{_digits(value / length)} {unit}"
    return f"{_digits(value * 1000)} ms" if size >= 0.001 or not value else f"{_digits(value * 1e6)} µs"


def _digits(value: float) -> str:
    """Three digits that count, none that do not: 0.000123, 1.5, 12.3, 1234."""
    if value == 0:
        return "0"
    if abs(value) >= 99.95:
        return f"{value:.0f}"
    return f"{value:.{max(0, 2 - math.floor(math.log10(abs(value))))}f}".rstrip("0").rstrip(".")
