"""A chart of a report: lines as SVG, and in the legend the least and the greatest value of each."""

from __future__ import annotations

from collections.abc import Sequence

from vmexporter.core.report.axes import scale, ticks
from vmexporter.core.report.markup import Markup, element
from vmexporter.core.request import TimeRange
from vmexporter.core.support.answers import Drawing, Line, Mark, Points
from vmexporter.core.support.tables import Unit
from vmexporter.core.support.units import UNIT_WORDS, shown

_WIDTH, _HEIGHT = 720, 100
_COLOURS = 8
_DASHES = (None, "6 3", "2 3", "10 3 2 3")


def figure(title: str, unit: Unit, why: str, drawn: tuple[Drawing, TimeRange, Sequence[Mark]]) -> Markup:
    """A chart that has lines; *drawn* is it, the range of its axis, and what is marked on it."""
    drawing, within, marks = drawn
    bottom, top = scale(drawing.lines, unit)
    words = element("span.muted.small", None, UNIT_WORDS[unit]) if UNIT_WORDS[unit] else None
    more = f"{drawing.left_out} more, all of them lower. " if drawing.left_out else ""
    partial = "A part of the server was down: lines may be missing." if drawing.partial else ""
    levels = [element("span", None, shown(value, unit)) for value in (top, (bottom + top) / 2)]
    moments = [element("span", None, words) for words in ticks(within)]
    return element(
        "figure.panel.bare",
        None,
        element("header", None, element("h3", None, title), words),
        element("p.why", None, why[:1].upper() + why[1:]) if why else None,
        element(
            "div.body",
            None,
            element(
                "div.plotbox",
                None,
                _plot(title, drawing, within, (bottom, top), marks),
                element("div.y", {"aria-hidden": "true"}, levels),
            ),
            element("div.ticks", {"aria-hidden": "true"}, moments),
            element("ul.legend.mts", None, [_named(place, line, unit) for place, line in enumerate(drawing.lines)]),
            element("p.hint", None, more + partial) if more or partial else None,
        ),
    )


def _plot(title: str, drawing: Drawing, within: TimeRange, ends: tuple[float, float], marks: Sequence[Mark]) -> Markup:
    xs = [_x(at_ms, within) for at_ms in drawing.times_ms]
    lines = [
        element(f"path.c{place % _COLOURS + 1}", {"d": path(xs, line.values, ends), "stroke-dasharray": _dash(place)},
                element("title", None, line.name))
        for place, line in enumerate(drawing.lines)
    ]  # fmt: skip
    dashed = "".join(f"M{_x(mark.at_ms, within)} 0v{_HEIGHT}" for mark in marks)
    return element(
        "svg.plot",
        {"viewBox": f"0 0 {_WIDTH} {_HEIGHT}", "preserveAspectRatio": "none", "role": "img", "aria-label": title},
        element("path.grid", {"d": f"M0 0h{_WIDTH}M0 {_HEIGHT // 2}h{_WIDTH}"}),
        element("path.base", {"d": f"M0 {_HEIGHT}h{_WIDTH}"}),
        element("path.mark", {"d": dashed}) if dashed else None,
        lines,
    )


def path(xs: Sequence[float], values: Points, ends: tuple[float, float]) -> str:
    """The drawing commands of a line, broken where it has no value; a value by itself is a short dash."""
    bottom, top = ends
    parts, is_open = [], False
    for place, (x, value) in enumerate(zip(xs, values, strict=True)):
        if value is None:
            is_open = False
            continue
        y = round(_HEIGHT * (top - value) / (top - bottom), 1)
        is_alone = not is_open and (place + 1 == len(values) or values[place + 1] is None)
        parts.append(f"{'L' if is_open else 'M'}{x:g} {y:g}" + ("h2" if is_alone else ""))
        is_open = True
    return "".join(parts)


def _named(place: int, line: Line, unit: Unit) -> Markup:
    values = [value for value in line.values if value is not None]
    least, greatest = shown(min(values), unit), shown(max(values), unit)
    reach = least if least == greatest else f"{least} to {greatest}"
    sample = element(f"path.c{place % _COLOURS + 1}", {"d": "M0 4h14", "stroke-dasharray": _dash(place)})
    swatch = element("svg", {"viewBox": "0 0 14 8", "aria-hidden": "true"}, sample)
    return element("li", None, swatch, f"{line.name} ", element("span.muted", None, reach))


def _dash(place: int) -> str | None:
    dash = 0 if place < _COLOURS // 2 else 1 if place < _COLOURS else 1 + place // _COLOURS % (len(_DASHES) - 1)
    return _DASHES[dash]


def _x(at_ms: int, within: TimeRange) -> float:
    return round(_WIDTH * (at_ms - within.start_ms) / max(within.end_ms - within.start_ms, 1), 1)
