"""A server that listens already: socket, token, the addresses that open its page; and how every server of ours runs."""

from __future__ import annotations

import errno
import secrets
import socket
from typing import Final

import uvicorn

from vmexporter.errors import InvalidInput
from vmexporter.web.guard import Doorkeeper, Guard
from vmexporter.web.patience import PatientProtocol
from vmexporter.web.settings import DEFAULT_PORT, bracketed

_PORTS_TRIED: Final = 100
_TOKEN_BYTES: Final = 32
_BACKLOG: Final = 128
_GRACE_S: Final = 3


class ListeningServer:
    """Serves an application at *listener*, whose token *door* knows."""

    def __init__(self, listener: socket.socket, door: Doorkeeper, server: uvicorn.Server) -> None:
        self.settings: Final = door.settings
        self._socket, self._door, self._server = listener, door, server

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

    def stop(self) -> None:
        """End what ``run`` does in another thread."""
        self._server.should_exit = True

    def close(self) -> None:
        """Give the port back."""
        self._socket.close()


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
