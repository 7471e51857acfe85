"""The list of imports: errors say what really helps."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from vmexporter.core.request import Connection
from vmexporter.flows.world import World
from vmexporter.web.importbodies import ImportBody, SourceBody
from vmexporter.web.imports import Imports
from vmexporter.web.outputs import OutputFolder
from vmexporter.web.refusals import Refused


@pytest.fixture
def body(tmp_path: Path) -> ImportBody:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.jsonl").write_bytes(b"{}")
    return ImportBody(connection=Connection(url="http://localhost:1"), source=SourceBody(path="a.jsonl"))


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


def test_too_many_preflights_can_only_be_waited_for(
    tmp_path: Path, body: ImportBody, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del state
    go_on = threading.Event()

    def waiting(*_: Any) -> Iterator[None]:
        go_on.wait(20)
        yield from ()

    monkeypatch.setattr("vmexporter.web.imports.flow.import_metrics", waiting)
    imports = Imports(OutputFolder(tmp_path / "out"), 3, World())
    source = imports.source(body.source)
    started = [imports.preflights.start(body, source) for _ in range(imports.preflights.max_runs)]
    with pytest.raises(Refused) as caught:
        imports.preflights.start(body, source)
    assert caught.value.hint == "wait for one of them to end"
    go_on.set()
    assert all(run.wait(20).state == "cancelled" for run in started)
