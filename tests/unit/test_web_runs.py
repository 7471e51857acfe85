"""The list of runs: a server that runs for months does not keep them all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from vmexporter.bundle.files import create_private
from vmexporter.core.request import Connection
from vmexporter.errors import ServerUnreachable
from vmexporter.flows.world import World
from vmexporter.web import runlist
from vmexporter.web.bodies import ExportBody, RangeBody
from vmexporter.web.outputs import OutputFolder
from vmexporter.web.runs import Runs


def test_those_that_ended_for_good_make_room_and_those_that_can_go_on_do_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter(range(1000, 2000))

    def failing(request: Any, output: Any, world: World, known_map: Any) -> Iterator[None]:
        if output.paths.bundle.name in {"1.zip", "3.zip"}:
            create_private(output.paths.part).close()
            create_private(output.paths.journal).close()
        yield from ()
        raise ServerUnreachable("cannot connect: there is no server")

    monkeypatch.setattr("vmexporter.web.runs.flow.export", failing)
    monkeypatch.setattr(runlist, "MOST_ENDED", 4)
    listed = Runs(OutputFolder(tmp_path), 3, World(now_ms=lambda: next(times)))
    for number in range(9):
        body = ExportBody(
            connection=Connection(url="http://localhost:1"),
            time_range=RangeBody(start_ms=1, end_ms=2),
            file_name=str(number),
        )
        assert listed.start(body).wait(20).state == "failed"
    names = [snapshot.file_name for snapshot in listed.snapshots()]
    assert names == [f"{number}.zip" for number in (8, 7, 6, 5, 3, 1)]
