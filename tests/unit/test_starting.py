"""A private server that is started in the background: one that comes too late for its owner ends at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from vmexporter.flows.events import Loading, Waiting
from vmexporter.flows.starting import start_server

WAIT_S = 20


class Starting:
    """In the place of a server: it answers when ``ready`` is set, and sets ``ended`` at its end."""

    def __init__(self) -> None:
        self.ready, self.ended = threading.Event(), threading.Event()

    @contextmanager
    def __call__(self, *_: object, **__: object) -> Iterator[Any]:
        assert self.ready.wait(WAIT_S)
        try:
            yield SimpleNamespace(release="v1.2.3")
        finally:
            self.ended.set()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Starting:
    server = Starting()
    monkeypatch.setattr("vmexporter.flows.starting.private_server", server)
    return server


def test_it_ends_with_the_stack(server: Starting, tmp_path: Path) -> None:
    server.ready.set()
    with ExitStack() as stack:
        events = [event for event in start_server(stack, "p", tmp_path) if not isinstance(event, Waiting)]
        assert events == [Loading("v1.2.3")] and not server.ended.is_set()
    assert server.ended.is_set()


def test_its_owner_has_gone_before_it_answers(server: Starting, tmp_path: Path) -> None:
    with ExitStack() as stack:
        starting = start_server(stack, "p", tmp_path)
        assert isinstance(next(starting), Waiting)
        starting.close()
    server.ready.set()
    assert server.ended.wait(WAIT_S)
