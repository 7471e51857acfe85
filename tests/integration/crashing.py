"""Runs one export again and again, each in a process of its own that dies (SIGKILL) at its next step on the disk.

``python -m tests.integration.crashing URL JOB,JOB FOLDER KIND [PREPARED]`` makes FOLDER/1, FOLDER/2, … with what is
left when it dies at step 1, 2, …; the last folder is of the process that came to its end. KIND ``torn`` lets the step
take effect by half, where that is possible; with ``-native`` behind it, blocks are exported, a target at a time. A step
is a write, a new file, a sync, a new name, or a removal. With the folder PREPARED the export that was interrupted there
is resumed, in copies of that folder.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

from tests.integration.faulty import START_MS, WINDOW_MS, paths_in
from vmexporter.bundle import deflate, files, journal, partfile
from vmexporter.core.request import Connection, ExportRequest, Selection, TimeRange
from vmexporter.flows import forms
from vmexporter.flows.events import Discovered, Event
from vmexporter.flows.exporting import Output, export, resume
from vmexporter.flows.world import World

LENGTH_MS = 3 * WINDOW_MS


class Steps:
    """Counts steps and dies at one."""

    def __init__(self, last: int, *, torn: bool) -> None:
        self.left, self.torn = last, torn

    def counted(self, step: Callable[..., Any]) -> Callable[..., Any]:
        def step_on(*arguments: Any, **options: Any) -> Any:
            self.left -= 1
            if self.left == 0:
                if self.torn and step is files.write_all:
                    file, content = arguments
                    file.write(content[: len(content) // 2])
                os.kill(os.getpid(), signal.SIGKILL)
            return step(*arguments, **options)

        return step_on

    def watch(self) -> None:
        write_all = self.counted(files.write_all)
        for module in (deflate, files, journal, partfile):
            module.write_all = write_all  # type: ignore[attr-defined]
        for name in ("open", "fsync", "link", "unlink", "replace"):
            setattr(os, name, self.counted(getattr(os, name)))


def exported(url: str, jobs: str, folder: Path, *, native: bool) -> Iterator[Event]:
    """The events of an export from its first step on the disk on."""
    folder.mkdir()
    if native:
        forms.MOST_SAMPLES = 1  # type: ignore[misc]
    request = ExportRequest(
        connection=Connection(url=url),
        time_range=TimeRange(start_ms=START_MS, end_ms=START_MS + LENGTH_MS - 1),
        selection=Selection(jobs=tuple(jobs.split(","))),
        window_ms=WINDOW_MS,
        format="native" if native else "jsonl",
    )
    events = export(request, Output(paths_in(folder)), World())
    for event in events:
        if isinstance(event, Discovered):
            return events
    raise AssertionError("it ended before it had begun")


def resumed(url: str, prepared: str, folder: Path) -> Iterator[Event]:
    shutil.copytree(prepared, folder)
    return resume(paths_in(folder).part, Connection(url=url), World())


def main(url: str, jobs: str, folder: str, kind: str, prepared: str = "") -> None:
    for last in count(1):
        place = Path(folder, str(last))
        child = os.fork()
        if child == 0:
            native = kind.endswith("-native")
            events = resumed(url, prepared, place) if prepared else exported(url, jobs, place, native=native)
            Steps(last, torn=kind.startswith("torn")).watch()
            for _ in events:
                pass
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        if status == 0:
            return
        assert os.WTERMSIG(status) == signal.SIGKILL, "it failed in another way than it should"


if __name__ == "__main__":
    main(*sys.argv[1:])
