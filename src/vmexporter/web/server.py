"""The server of both wizards: what it was asked for, and that it pauses what is running before it ends."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn

from vmexporter.core.endpoints import candidates
from vmexporter.errors import InvalidInput
from vmexporter.flows.world import World
from vmexporter.web.app import make_app
from vmexporter.web.guard import Doorkeeper
from vmexporter.web.imports import Imports
from vmexporter.web.listening import ListeningServer, listening, new_token, uvicorn_config
from vmexporter.web.outputs import OutputFolder
from vmexporter.web.runs import Runs
from vmexporter.web.service import Service
from vmexporter.web.settings import Settings


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for; *port* None: the usual one, or the next that is free.

    *metrics_server*, if any, is the address that the page begins with.
    """

    host: str = "127.0.0.1"
    port: int | None = None
    output: Path = field(default_factory=Path)
    max_runs: int = 3
    metrics_server: str = ""


class PageServer(ListeningServer):
    """A server that listens already; ``run`` serves until it is told to stop.

    Raises:
        InvalidInput: it cannot listen there, the output folder is none, or *wanted.metrics_server* is no address.
    """

    def __init__(self, wanted: Wanted, world: World) -> None:
        if not wanted.output.is_dir():
            raise InvalidInput(
                f"cannot write to {wanted.output}: it is no folder", hint="make it first", field="output"
            )
        metrics_server = _without_credentials(wanted.metrics_server)
        listener = listening(wanted.host, wanted.port)
        settings = Settings(
            host=wanted.host,
            port=listener.getsockname()[1],
            token=new_token(),
            output=wanted.output,
            max_runs=wanted.max_runs,
            metrics_server=metrics_server,
        )
        door, folder = Doorkeeper(settings), OutputFolder(settings.output)
        exports, imports = Runs(folder, settings.max_runs, world), Imports(folder, settings.max_runs, world)
        service = Service(settings, exports, imports, world)
        super().__init__(listener, door, _Server(uvicorn_config(make_app(service, door)), service))


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Pause the runs first: a request may wait for one of them."""
        await asyncio.to_thread(self._service.close)
        await super().shutdown(sockets)


def _without_credentials(url: str) -> str:
    if url and candidates(url).username.get_secret_value():
        raise InvalidInput(
            "cannot use this address: it holds credentials, which others can see in the list of processes",
            hint="give the address without them, and type them on the page",
            field="url",
        )
    return url
