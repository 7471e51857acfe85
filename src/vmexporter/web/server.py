"""Starts the server: takes a port, makes the token, and, when it is to end, pauses what is running first."""

from __future__ import annotations

import asyncio
import errno
import secrets
import socket
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import uvicorn

from vmexporter.core.endpoints import candidates
from vmexporter.errors import InvalidInput
from vmexporter.flows.world import World
from vmexporter.web.app import make_app
from vmexporter.web.guard import Doorkeeper, Guard
from vmexporter.web.imports import Imports
from vmexporter.web.outputs import OutputFolder
from vmexporter.web.patience import PatientProtocol
from vmexporter.web.runs import Runs
from vmexporter.web.service import Service
from vmexporter.web.settings import DEFAULT_PORT, Settings, bracketed

_PORTS_TRIED: Final = 100
_TOKEN_BYTES: Final = 32
_BACKLOG: Final = 128
_GRACE_S: Final = 3


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


class PageServer:
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
        self._socket = listening(wanted.host, wanted.port)
        settings = Settings(
            host=wanted.host,
            port=self._socket.getsockname()[1],
            token=new_token(),
            output=wanted.output,
            max_runs=wanted.max_runs,
            metrics_server=metrics_server,
        )
        self.settings: Final = settings
        self._door = Doorkeeper(settings)
        folder = OutputFolder(settings.output)
        exports, imports = Runs(folder, settings.max_runs, world), Imports(folder, settings.max_runs, world)
        service = Service(settings, exports, imports, world)
        self._server = _Server(uvicorn_config(make_app(service, self._door)), service)

    @property
    def address(self) -> str:
        """The address that opens the page; it holds the token."""
        return f"{self.settings.address}/?token={self.settings.token}"

    def address_for_browser(self) -> str:
        """An address that opens the page once: other users of this machine may see what a browser is started with."""
        return f"{self.settings.address}/?once={self._door.once()}"

    def run(self) -> None:
        """Serve until Ctrl-C or SIGTERM."""
        self._server.run(sockets=[self._socket])

    def close(self) -> None:
        """Give the port back."""
        self._socket.close()


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Pause the runs first: a request may wait for one of them."""
        await asyncio.to_thread(self._service.close)
        await super().shutdown(sockets)


def new_token() -> str:
    """A token that cannot be guessed."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def uvicorn_config(app: Guard) -> uvicorn.Config:
    """How every server of ours runs: quietly, and without telling what it is."""
    return uvicorn.Config(
        app,
        http=PatientProtocol,
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_level="warning",
        access_log=False,  # an address may hold the token
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE_S,
    )


def _without_credentials(url: str) -> str:
    if url and candidates(url).username.get_secret_value():
        raise InvalidInput(
            "cannot use this address: it holds credentials, which others can see in the list of processes",
            hint="give the address without them, and type them on the page",
            field="url",
        )
    return url


def listening(host: str, port: int | None) -> socket.socket:
    """A socket that listens at *host* and *port*; None: the usual port, or the next that is free.

    Raises:
        InvalidInput: it cannot listen there.
    """
    ports = range(DEFAULT_PORT, DEFAULT_PORT + _PORTS_TRIED) if port is None else (port,)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    last: OSError | None = None
    for tried in ports:
        listener = socket.socket(family, socket.SOCK_STREAM)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((host, tried))
            listener.listen(_BACKLOG)
        except OSError as error:
            listener.close()
            last = error
            if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
                break
        else:
            return listener
    why = (last.strerror or "the address cannot be used").lower() if last else "no port was tried"
    where = f"{bracketed(host)}:{ports[0]}"
    raise InvalidInput(f"cannot listen at {where}: {why}", hint="choose another --host or --port", field="port")
