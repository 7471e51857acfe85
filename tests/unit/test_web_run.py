"""One run: its snapshots and log, how it ends, and that nothing of a connection outlives it."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from threading import Event as Flag

import pytest
from pydantic import SecretStr

from vmexporter.core.request import Auth, Connection
from vmexporter.errors import ServerUnreachable
from vmexporter.flows import events
from vmexporter.flows.world import World
from vmexporter.tsdb.probe import Probe
from vmexporter.web.exportrun import ExportRun
from vmexporter.web.snapshots import RangeAnswer, Snapshot, after, began, cells, told

RANGE = RangeAnswer(start_ms=1_795_423_400_000, end_ms=1_795_424_400_000)
LINE = began(RANGE, "vm:8428")
PROBE = Probe(
    query_base="http://vm:8428", export_base="http://vm:8428", export="available", kind="vmsingle", tenant="",
    versions=("v1.150.0",), metricsql=True, partial=False, attempts=(), notes=(),
)  # fmt: skip


def first(folder: Path, **changes: object) -> Snapshot:
    given = {
        "id": "1", "state": "running", "created_ms": 1, "started_ms": 1, "file_name": "b.zip", "folder": str(folder),
        "part_path": str(folder / "b.zip.part"), "server": "vm:8428", "time_range": RANGE, **changes,
    }  # fmt: skip
    return Snapshot.model_validate(given)


def progress(done: int, windows: int, samples: int = 0) -> events.Progress:
    return events.Progress(done, windows, done / windows, samples, 2000.0, 100, 3.0, 1.5)


class TestSnapshots:
    def test_the_way_of_an_export(self, tmp_path: Path) -> None:
        now = first(tmp_path)
        now = after(now, events.Connected(PROBE))
        assert (now.phase, now.rung) == ("discovering", "export")
        now = after(now, events.Planned(4, 1000, None, (100.0,) * 4))
        assert (now.phase, now.windows, now.estimated_samples) == ("exporting", 4, 1000)
        assert now.window_states == ("now", "todo", "todo", "todo")
        now = after(now, progress(1, 4, 250))
        assert now.window_states == ("ok", "now", "todo", "todo")
        assert (now.done, now.samples, now.text_bytes, now.eta_s) == (0.25, 250, 6000, 1.5)
        now = after(now, events.Retrying("cannot export: it answered 503", 1, 2.0))
        assert (now.retries, now.window_states) == (1, ("ok", "again", "todo", "todo"))
        now = after(now, progress(1, 4, 260))
        assert now.window_states == ("ok", "again", "todo", "todo")
        now = after(now, events.Divided("too heavy", 2, 5, (50.0, 50.0)))
        assert now.window_states == ("ok", "now", "todo", "todo", "todo")
        now = after(now, events.RungChanged("raw", "denied"))
        assert now.rung == "raw"
        now = after(now, progress(5, 5, 1000))
        assert now.window_states == ("ok",) * 5
        now = after(now, events.Auditing())
        assert (now.phase, now.eta_s) == ("auditing", None)
        assert after(now, events.Waiting()) is now

    def test_a_resumed_one_counts_on(self, tmp_path: Path) -> None:
        now = after(first(tmp_path, windows_done=3, windows=5), events.Planned(2, None, None, (100.0,) * 5))
        assert now.window_states == ("ok", "ok", "ok", "now", "todo")

    def test_lengths_follow_the_windows(self, tmp_path: Path) -> None:
        now = after(first(tmp_path), events.Planned(3, None, None, (50.0, 100.0, 100.0)))
        assert now.window_lengths_ms == (50, 100, 100)
        now = after(after(now, progress(1, 3)), events.Divided("too heavy", 2, 4, (50.4, 49.6)))
        assert now.window_lengths_ms == (50, 50, 50, 100) and len(now.window_states) == 4
        now = after(now, events.Divided("too heavy", 2, 5, (25.0, 25.0)))
        assert now.window_lengths_ms == (50, 25, 25, 50, 100)
        assert after(now, progress(5, 5)).window_lengths_ms == now.window_lengths_ms
        stale = now.model_copy(update={"windows_done": 1})
        resumed = after(stale, events.Planned(3, None, None, (50.0, 25.0, 25.0, 50.0, 100.0)))
        assert (resumed.windows_done, resumed.window_lengths_ms) == (2, (50, 25, 25, 50, 100))
        assert resumed.window_states == ("ok", "ok", "now", "todo", "todo")
        assert after(now, events.Planned(501, None, None, (1.0,) * 501)).window_lengths_ms == ()
        unknown = after(first(tmp_path), events.Divided("too heavy", 2, 4, (1.0, 1.0)))
        assert unknown.window_lengths_ms == ()

    def test_very_many_windows_share_cells(self) -> None:
        assert cells(50_000, 100_000) == ("ok",) * 250 + ("now",) + ("todo",) * 249
        assert cells(100_000, 100_000) == ("ok",) * 500

    @pytest.mark.parametrize(
        ("event", "text", "state"),
        [
            (events.Connected(PROBE), "Connected: vmsingle, v1.150.0", "ok"),
            (events.Planned(3, 1_234_567, None, (100.0,) * 3), "Windows to export: 3, about 1,234,567 samples", "note"),
            (progress(1, 3, 5000), "Window 1 of 3 done: 5,000 samples so far", "ok"),
            (progress(2, 3, 5000), "Windows 1 to 2 of 3 done: 5,000 samples so far", "ok"),
            (events.Note("it is late"), "It is late", "warn"),
            (
                events.Retrying("it answered 503", 2, 4.04),
                "Attempt 2 failed: waits 4.0 s, then tries again. It answered 503",
                "warn",
            ),
            (
                events.Divided("it was too much", 2, 5, (50.0, 50.0)),
                "A window is divided into 2: it was too much",
                "note",
            ),
            (events.RungChanged("raw", "denied"), "Samples come by queries of raw samples: denied", "warn"),
        ],
    )
    def test_the_log_says_it_in_a_sentence(self, tmp_path: Path, event: events.Event, text: str, state: str) -> None:
        line = told(first(tmp_path), event)
        assert line is not None
        assert line[1:] == (text, state)

    def test_what_the_numbers_say_is_not_said_again(self, tmp_path: Path) -> None:
        quiet = (events.Waiting(), progress(0, 3), events.Discovered(()))
        assert [told(first(tmp_path), event) for event in quiet] == [None] * 3


class TestEnds:
    def run(self, folder: Path, flow: Iterator[events.Event]) -> ExportRun:
        run = ExportRun(first(folder), folder / "b.zip", World())
        run.begin(first(folder), lambda: flow, LINE)
        return run

    @staticmethod
    def endless(folder: Path, ended: Flag, *, files: bool = True) -> Iterator[events.Event]:
        if files:
            (folder / "b.zip.part").write_text("x")
            (folder / "b.zip.part.journal").write_text("x")
        try:
            while True:
                yield progress(1, 3)
        finally:
            ended.set()

    def test_paused(self, tmp_path: Path) -> None:
        ended = Flag()
        run = self.run(tmp_path, self.endless(tmp_path, ended))
        assert run.wait(0.2).state == "running"
        run.stop("pause")
        snapshot = run.wait(5)
        assert (snapshot.state, snapshot.resumable, snapshot.window_states) == ("paused", True, ("ok", "todo", "todo"))
        assert ended.is_set() and snapshot.ended_ms
        assert [line.kind for line in run.log(0).events] == ["started", "window", "paused"]
        assert run.log(2).events == run.log(0).events[2:] and run.log(3).events == () and run.log(0).next == 3

    def test_paused_before_there_was_anything(self, tmp_path: Path) -> None:
        run = self.run(tmp_path, self.endless(tmp_path, Flag(), files=False))
        run.stop("pause")
        assert run.wait(5).state == "cancelled" and not run.snapshot.resumable

    def test_cancelled(self, tmp_path: Path) -> None:
        run = self.run(tmp_path, self.endless(tmp_path, Flag()))
        run.stop("cancel")
        assert run.wait(5).state == "cancelled" and not run.snapshot.resumable
        assert list(tmp_path.iterdir()) == []

    def test_failed(self, tmp_path: Path) -> None:
        def flow() -> Iterator[events.Event]:
            yield events.Connected(PROBE)
            raise ServerUnreachable("cannot reach it", hint="try")

        run = self.run(tmp_path, flow())
        snapshot = run.wait(5)
        assert snapshot.error is not None
        assert snapshot.error.model_dump() == {
            "code": "server_unreachable", "message": "cannot reach it", "hint": "try", "field": "",
        }  # fmt: skip
        assert (snapshot.state, snapshot.phase) == ("failed", "discovering")
        assert (run.log(0).events[-1].text, run.log(0).events[-1].state) == ("Cannot reach it", "bad")

    def test_a_mistake_of_ours_ends_the_run_without_its_data(self, tmp_path: Path) -> None:
        def flow() -> Iterator[events.Event]:
            yield events.Waiting()
            raise ValueError("hunter2")

        run = self.run(tmp_path, flow())
        snapshot = run.wait(5)
        assert snapshot.state == "failed" and snapshot.error and "ValueError" in snapshot.error.message
        assert "hunter2" not in f"{snapshot} {run.log(0)}"

    @pytest.mark.parametrize("how", ["pause", "cancel", "fail", "crash"])
    def test_no_connection_outlives_it(self, tmp_path: Path, how: str) -> None:
        def flow(connection: Connection) -> Iterator[events.Event]:
            while True:
                yield events.Waiting()
                if how == "fail":
                    raise ServerUnreachable(f"cannot reach {connection.auth.type}")
                if how == "crash":
                    raise ValueError(connection.url)

        connection = Connection(url="http://h", auth=Auth(type="basic", username="u", password=SecretStr("p")))
        alive = weakref.ref(connection)
        run = ExportRun(first(tmp_path), tmp_path / "b.zip", World())
        run.begin(first(tmp_path), partial(flow, connection), LINE)
        del connection
        if how in {"pause", "cancel"}:
            run.stop("pause" if how == "pause" else "cancel")
        run.wait(5)
        gc.collect()
        assert alive() is None
