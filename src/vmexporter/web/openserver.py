"""Serves the page of opened bundles on loopback, until it is told to stop."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import uvicorn

from vmexporter.web.gallery import Gallery
from vmexporter.web.guard import Doorkeeper
from vmexporter.web.opened import make_opened_app
from vmexporter.web.server import listening, new_token, uvicorn_config
from vmexporter.web.settings import Settings

_HOST: Final = "127.0.0.1"


class OpenServer:
    """A server of *gallery* that listens already; *port* None: the usual one, or the next that is free.

    Raises:
        InvalidInput: it cannot listen there.
    """

    def __init__(self, gallery: Gallery, port: int | None = None) -> None:
        self._socket = listening(_HOST, port)
        settings = Settings(host=_HOST, port=self._socket.getsockname()[1], token=new_token(), output=Path())
        self.settings: Final = settings
        self._door = Doorkeeper(settings)
        self._server = uvicorn.Server(uvicorn_config(make_opened_app(gallery, self._door)))

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
