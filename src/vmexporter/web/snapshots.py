"""A run as the page sees it: frozen, whole, and swapped for a newer one as events come; and its log's sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from vmexporter.core.times import format_span, format_utc
from vmexporter.flows import events
from vmexporter.web.answers import ErrorDocument, Given
from vmexporter.web.results import ExportAnswer

RunState = Literal["running", "paused", "cancelled", "failed", "finished", "interrupted"]
Phase = Literal["connecting", "discovering", "exporting", "auditing", "finished"]
WindowState = Literal["ok", "now", "again", "todo"]
EventState = Literal["ok", "warn", "note", "bad"]

_MOST_CELLS = 500


class RangeAnswer(Given):
    """Unix milliseconds; both ends belong to it."""

    start_ms: int
    end_ms: int


class RunSnapshot(Given):
    """What every run tells of itself; ``result`` of each kind is there when it has finished."""

    id: str
    state: RunState
    created_ms: int
    started_ms: int
    ended_ms: int | None = None
    server: str
    resumable: bool = False
    eta_s: float | None = None
    error: ErrorDocument | None = None

    @property
    def has_result(self) -> bool:
        """Whether the run has come to its end."""
        return getattr(self, "result", None) is not None


class Snapshot(RunSnapshot):
    """One export at one moment. ``done`` is a fraction; ``eta_s`` and ``estimated_samples`` are null while unknown.

    ``window_states`` has a cell for each window, or for several where there are very many; ``window_lengths_ms`` tells
    how much of the range each is, and is empty where there are very many. ``retries`` counts new attempts.
    ``needs_passphrase``: it can be resumed only with the passphrase of its map.
    """

    file_name: str
    folder: str
    part_path: str
    needs_passphrase: bool = False
    time_range: RangeAnswer | None
    windows_done: int = 0
    windows: int = 0
    window_states: tuple[WindowState, ...] = ()
    window_lengths_ms: tuple[int, ...] = ()
    done: float = 0.0
    samples: int = 0
    estimated_samples: int | None = None
    text_bytes: int = 0
    text_bytes_per_s: float = 0.0
    bundle_bytes: int = 0
    elapsed_s: float = 0.0
    retries: int = 0
    rung: str = ""
    phase: Phase = "connecting"
    result: ExportAnswer | None = None


class LogEntry(Given):
    """One line of a run's log; ``n`` grows by one."""

    n: int
    at_ms: int
    kind: str
    text: str
    state: EventState


class LogAnswer(Given):
    """The lines after the one that was asked for; ``next`` is what to ask with the next time."""

    events: tuple[LogEntry, ...]
    next: int


class RunsAnswer(Given):
    """All runs, the newest first."""

    runs: tuple[Snapshot, ...]


Told = tuple[str, str, EventState]
"""Kind, sentence and weight of a log line."""


def after(before: Snapshot, event: events.Event) -> Snapshot:
    """The snapshot that follows *before* when *event* comes."""
    if isinstance(event, events.Progress):
        return _progressed(before, event)
    changed: dict[str, object] = {}
    if isinstance(event, events.Connected):
        changed = {"phase": "discovering", "rung": before.rung or ("export" if event.probe.export_base else "raw")}
    elif isinstance(event, events.Planned):
        windows = len(event.shares_ms)
        done = windows - event.windows
        changed = {
            "phase": "exporting",
            "windows": windows,
            "windows_done": done,
            "window_states": cells(done, windows),
        }
        changed |= {"window_lengths_ms": lengths(event.shares_ms), "estimated_samples": event.estimated_samples}
        if event.form == "native":
            changed["rung"] = "native"
    elif isinstance(event, events.Retrying):
        changed = {"retries": before.retries + 1}
        changed["window_states"] = cells(before.windows_done, before.windows, again=True)
    elif isinstance(event, events.Divided):
        changed = {"windows": event.windows, "window_states": cells(before.windows_done, event.windows)}
        changed["window_lengths_ms"] = _divided(before, event)
    elif isinstance(event, events.RungChanged):
        changed = {"rung": event.rung}
    elif isinstance(event, events.Auditing):
        changed = {"phase": "auditing", "eta_s": None}
    return before.model_copy(update=changed) if changed else before


def _progressed(before: Snapshot, event: events.Progress) -> Snapshot:
    again = before.windows_done == event.windows_done and "again" in before.window_states
    return before.model_copy(
        update={
            "windows_done": event.windows_done,
            "windows": event.windows,
            "window_states": cells(event.windows_done, event.windows, again=again),
            "done": event.done,
            "samples": event.samples,
            "text_bytes": round(event.text_bytes_per_s * event.elapsed_s),
            "text_bytes_per_s": event.text_bytes_per_s,
            "bundle_bytes": event.bundle_bytes,
            "elapsed_s": event.elapsed_s,
            "eta_s": event.eta_s,
        }
    )


def cells(done: int, windows: int, *, again: bool = False, running: bool = True) -> tuple[WindowState, ...]:
    """The state of each window, the present one marked while the run is *running*."""
    if windows > _MOST_CELLS:
        done, windows = done * _MOST_CELLS // windows, _MOST_CELLS
    present: list[WindowState] = []
    if running and done < windows:
        present = ["again"] if again else ["now"]
    before: list[WindowState] = ["ok"] * done
    rest: list[WindowState] = ["todo"] * (windows - done - len(present))
    return (*before, *present, *rest)


def lengths(shares_ms: Sequence[float]) -> tuple[int, ...]:
    """How much of the range each window is; none where windows share cells, since there they are as good as alike."""
    return tuple(map(round, shares_ms)) if len(shares_ms) <= _MOST_CELLS else ()


def _divided(before: Snapshot, event: events.Divided) -> tuple[int, ...]:
    """The present window, the first that is not done, gives its place to those that *event* tells of."""
    known, at = before.window_lengths_ms, before.windows_done
    return lengths((*known[:at], *event.shares_ms, *known[at + 1 :])) if known else ()


def told(before: Snapshot, event: events.Event) -> Told | None:
    """The log line for *event*, which came after *before*; None for what the numbers say already."""
    if isinstance(event, events.Progress):
        if event.windows_done == before.windows_done:
            return None
        first = before.windows_done + 1
        which = f"Window {first}" if first == event.windows_done else f"Windows {first} to {event.windows_done}"
        return "window", f"{which} of {event.windows} done: {event.samples:,} samples so far", "ok"
    if isinstance(event, events.Connected):
        versions = f", {', '.join(event.probe.versions)}" if event.probe.versions else ""
        return "connected", f"Connected: {event.probe.kind}{versions}", "ok"
    if isinstance(event, events.Discovered):
        names = ", ".join(sorted({instance.component for instance in event.instances}))
        return ("discovered", f"Found {len(event.instances)} instances of {names}", "ok") if names else None
    if isinstance(event, events.Planned):
        expected = f", about {event.estimated_samples:,} samples" if event.estimated_samples else ""
        return "planned", f"Windows to export: {event.windows}{expected}", "note"
    if isinstance(event, events.Note):
        return "note", sentence(event.text), "warn"
    if isinstance(event, events.Retrying):
        wait = f"waits {event.wait_s:.1f} s, then tries again"
        return "retrying", f"Attempt {event.attempt} failed: {wait}. {sentence(event.why)}", "warn"
    return _told_of_change(event)


def _told_of_change(event: events.Event) -> Told | None:
    if isinstance(event, events.Divided):
        return "divided", f"A window is divided into {event.into}: {event.why}", "note"
    if isinstance(event, events.RungChanged):
        ways = {"export": "the export API", "raw": "queries of raw samples", "query_range": "values at steps"}
        return "rung", f"Samples come by {ways[event.rung]}: {event.why}", "warn"
    if isinstance(event, events.Auditing):
        return "auditing", "All samples are there. The finished ZIP is searched for every private value", "note"
    if isinstance(event, events.Finished):
        span = format_span(max(round(event.elapsed_s), 1) * 1000)
        searched = f"{event.audit.originals:,} private values searched for, 0 found; " if event.audit else ""
        samples = f"{event.manifest.counts.samples:,} samples of {event.manifest.counts.series:,} series"
        return "finished", f"The bundle is complete: {searched}{samples} in {span}", "ok"
    return None


def began(time_range: RangeAnswer, server: str) -> Told:
    """The first line of a run's log."""
    span = f"{format_utc(time_range.start_ms)} to {format_utc(time_range.end_ms)}"
    return "started", f"Export of {span} from {server}", "note"


def sentence(text: str) -> str:
    """*text* with a capital, as it stands in a log."""
    return text[:1].upper() + text[1:]
