"""Starts a private VictoriaMetrics, so that the caller can stop at any moment, also before it answers."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path

from vmexporter.flows.events import Event, Loading
from vmexporter.flows.readahead import in_background
from vmexporter.tsdb.private import PrivateServer, private_server


def start_server(
    stack: ExitStack, program: str, folder: Path, *, keep: bool = False
) -> Generator[Event, None, PrivateServer]:
    """The server, which ends with *stack*; as for ``tsdb.private.private_server``.

    Raises:
        InvalidInput: *program* is no single-node VictoriaMetrics.
        ServerUnreachable: it does not start.
    """
    given_up = threading.Event()

    def start() -> PrivateServer:
        server = stack.enter_context(private_server(program, folder, keep=keep))
        if given_up.is_set():
            stack.close()  # its owner has done so already, too early for this server
        return server

    server = yield from in_background(start, given_up.set)
    yield Loading(server.release)
    return server
