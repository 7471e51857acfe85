"""Prints: the only module that does. Results go to standard output, everything on the way to standard error.

The latter as sentences, or as JSON lines where ``--log-format json`` asks for them.

Rich is imported where somebody looks on, and for tables: without a terminal an export has no need to wait for it.
"""

from __future__ import annotations

import dataclasses
import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO

from vmexporter.cli.telling import in_json, json_line
from vmexporter.core.manifest import CountsEntry
from vmexporter.core.times import format_span
from vmexporter.errors import VmexporterError
from vmexporter.flows import events, importevents

if TYPE_CHECKING:
    from rich.progress import Progress

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_UNBROKEN = 10_000  # columns where nobody looks on: a table row, like a message or a path in it, is one line


def print_text(text: str) -> None:
    """Plain text to standard output, byte for byte."""
    sys.stdout.write(text)
    sys.stdout.flush()


def print_json(value: object) -> None:
    """One JSON document to standard output."""
    print_text(json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n")


def say(text: str, style: str = "", **facts: object) -> None:
    """A line to standard error; *text* is data, never markup. Yellow is a warning; *facts* are for JSON lines only."""
    if in_json():
        _log("warning" if "yellow" in style else "info", text, **facts)
    else:
        _print(sys.stderr, (text, style))


def print_error(error: VmexporterError) -> None:
    """An error and its hint."""
    if in_json():
        _log("error", error.message, code=error.code, hint=error.hint, exit_status=error.exit_status)
        return
    _print(sys.stderr, ("Error: ", "bold red"), (error.message, ""))
    if error.hint:
        _print(sys.stderr, ("Hint: ", "bold"), (error.hint, ""))


def shown(text: str) -> str:
    """*text* for a terminal: what would move its cursor, break a row or turn the writing stands there as an escape."""
    return _CONTROL.sub(lambda found: repr(found[0])[1:-1], text)


def _log(level: str, message: str, **facts: object) -> None:
    sys.stderr.write(json_line(level, message, **facts) + "\n")
    sys.stderr.flush()


def _print(stream: TextIO, *parts: tuple[str, str]) -> None:
    """One line of (text, style) parts."""
    if not stream.isatty():
        stream.write("".join(shown(text) for text, _ in parts) + "\n")
        stream.flush()
        return
    from rich.console import Console
    from rich.text import Text

    line = Text.assemble(*((shown(text), style) for text, style in parts))
    Console(file=stream, highlight=False).print(line, soft_wrap=True)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, right: Sequence[int] = ()) -> None:
    """A table to standard output; the columns numbered in *right* are aligned there."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for i, name in enumerate(columns):
        table.add_column(name, justify="right" if i in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(shown(str(cell))) for cell in row))
    Console(file=sys.stdout, highlight=False, width=None if sys.stdout.isatty() else _UNBROKEN).print(table)


def print_facts(title: str, facts: Sequence[tuple[str, object]]) -> None:
    """Names and values under a title, to standard output."""
    if title:
        _print(sys.stdout, (title, "bold"))
    width = max((len(name) for name, _ in facts), default=0)
    for name, value in facts:
        _print(sys.stdout, (f"  {name:<{width}}  {value}", ""))


def count(number: int) -> str:
    """12345 → 12,345."""
    return f"{number:,}"


def units(counts: CountsEntry) -> str:
    """What the metrics of a bundle are made of."""
    return f"{count(counts.blocks)} blocks" if counts.blocks else f"{count(counts.lines)} lines"


def size(size_bytes: float) -> str:
    """Bytes in decimal units: 1.2 MB."""
    for unit in ("B", "kB", "MB", "GB"):
        if size_bytes < 1000:
            return f"{size_bytes:.0f} {unit}" if unit == "B" else f"{size_bytes:.1f} {unit}"
        size_bytes /= 1000
    return f"{size_bytes:.2f} TB"


_Moving = events.Progress | importevents.ImportProgress | importevents.Surveying


class Watcher:
    """Shows an export's events as they come: a bar on a terminal, a line now and then elsewhere."""

    def __init__(self, bar: Progress | None, *, quiet: bool) -> None:
        self._bar = bar
        self._task = bar.add_task("", total=1.0, detail="") if bar else None
        self._quiet = quiet
        self._told = ""
        self._told_tenth = 0

    def show(self, event: events.Event) -> None:
        """Show one event."""
        if isinstance(event, events.Progress):
            self._progress(event, event.done, _export_detail(event))
        elif isinstance(event, importevents.ImportProgress):
            self._progress(event, event.done, _import_detail(event))
        elif isinstance(event, importevents.Surveying):
            self._progress(event, event.done, "looking through the bundle")
        elif (text := _words(event)) and text != self._told and not self._quiet:
            self._told = text
            style = "yellow" if isinstance(event, events.Retrying | events.RungChanged | events.Note) else ""
            if self._bar is not None:
                self._bar.console.print(shown(text), style=style, markup=False)
            else:
                say(text, style, event=_name(event))

    def _progress(self, event: _Moving, done: float, detail: str) -> None:
        if self._quiet:
            return
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=done, detail=detail)
        elif (tenth := int(done * 10)) != self._told_tenth:
            self._told_tenth = tenth
            say(f"{done:4.0%}  {detail}", "", event=_name(event), **_facts(event))


def _name(event: events.Event) -> str:
    """RungChanged → rung_changed."""
    return re.sub(r"\B[A-Z]", r"_\g<0>", type(event).__name__).lower()


def _facts(event: _Moving) -> dict[str, object]:
    """The numbers of an event, under their names."""
    given = {field.name: getattr(event, field.name) for field in dataclasses.fields(event)}
    return {name: round(value, 4) for name, value in given.items() if isinstance(value, int | float)}


def _export_detail(event: events.Progress) -> str:
    windows = f"{event.windows_done}/{event.windows} windows, " if event.windows else ""
    return f"{windows}{count(event.samples)} samples, {size(event.text_bytes_per_s)}/s{_left(event.eta_s)}"


def _import_detail(event: importevents.ImportProgress) -> str:
    return f"{count(event.samples)} samples, {size(event.text_bytes_per_s)}/s{_left(event.eta_s)}"


def _left(eta_s: float | None) -> str:
    return f", {format_span(max(round(eta_s), 0) * 1000)} left" if eta_s is not None else ""


def _words(event: events.Event) -> str:
    if isinstance(event, events.Connected):
        versions = f", versions {', '.join(event.probe.versions)}" if event.probe.versions else ""
        return f"Connected: {event.probe.kind}{versions}"  # not its address, which may be that of a target
    if isinstance(event, events.Discovered) and event.instances:
        names = sorted({instance.component for instance in event.instances})
        return f"Found {len(event.instances)} instances of {', '.join(names)}"
    if isinstance(event, events.Planned):
        expected = f", about {count(event.estimated_samples)} samples" if event.estimated_samples else ""
        return f"Exporting {event.windows} windows{expected}"
    if isinstance(event, importevents.TargetFound):
        return "Data is taken in here"
    if isinstance(event, importevents.Verifying):
        return "All is sent; counting what the target has"
    if isinstance(event, events.Note):
        return f"Note: {event.text}"
    if isinstance(event, events.Retrying):
        return f"Trying again in {event.wait_s:.1f} s (attempt {event.attempt + 1}): {event.why}"
    if isinstance(event, events.Loading):
        return f"Loading the bundle into a private VictoriaMetrics{f' {event.release}' if event.release else ''}"
    if isinstance(event, events.Divided):
        return f"Dividing a window into {event.into}: {event.why}"
    if isinstance(event, events.RungChanged):
        way = {"export": "the export API", "raw": "queries of raw samples", "query_range": "values at steps"}[
            event.rung
        ]
        return f"Using {way}: {event.why}"
    return ""


@contextmanager
def watching(*, quiet: bool) -> Iterator[Watcher]:
    """A watcher for the time of an export."""
    if quiet or in_json() or not sys.stderr.isatty():
        yield Watcher(None, quiet=quiet)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    columns: list[Any] = [BarColumn(bar_width=24), TaskProgressColumn(), TextColumn("{task.fields[detail]}")]
    with Progress(*columns, console=Console(file=sys.stderr, highlight=False), transient=True) as bar:
        yield Watcher(bar, quiet=False)
