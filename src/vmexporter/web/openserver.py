"""Serves the page of opened bundles on loopback, until it is told to stop."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import uvicorn

from vmexporter.web.gallery import Gallery
from vmexporter.web.guard import Doorkeeper
from vmexporter.web.listening import ListeningServer, listening, new_token, uvicorn_config
from vmexporter.web.opened import make_opened_app
from vmexporter.web.settings import Settings

_HOST: Final = "127.0.0.1"


class OpenServer(ListeningServer):
    """A server of *gallery* that listens already; *port* None: the usual one, or the next that is free.

    Raises:
        InvalidInput: it cannot listen there.
    """

    def __init__(self, gallery: Gallery, port: int | None = None) -> None:
        listener = listening(_HOST, port)
        port = listener.getsockname()[1]
        door = Doorkeeper(Settings(host=_HOST, port=port, token=new_token(), output=Path()))
        super().__init__(listener, door, uvicorn.Server(uvicorn_config(make_opened_app(gallery, door))))
