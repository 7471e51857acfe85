"""What every route needs at hand, kept in the application and not in a module."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, cast

from fastapi import Depends, Request

from vmexporter.flows.world import World
from vmexporter.web.imports import Imports
from vmexporter.web.runs import Runs
from vmexporter.web.settings import Settings

_ZONES = "zoneinfo/"


@dataclass(frozen=True, slots=True)
class Service:
    """Settings, exports (and with them the output folder), imports, and the world outside."""

    settings: Settings
    runs: Runs
    imports: Imports
    world: World

    def close(self) -> None:
        """Pause all that runs, so that it can be resumed when the server is started again."""
        for runs in (self.runs, self.imports, self.imports.preflights):
            runs.close()


def _service(request: Request) -> Service:
    return cast(Service, request.app.state.service)


Here = Annotated[Service, Depends(_service)]
"""A route's way to the service."""


def time_zone(environment: Callable[[str], str | None] = os.environ.get) -> str:
    """The name of this machine's time zone in the IANA list; UTC where nobody tells."""
    if (named := (environment("TZ") or "").lstrip(":")) and not named.startswith("/"):
        return named
    try:
        _, found, name = str(Path("/etc/localtime").resolve()).partition(_ZONES)
    except OSError:
        return "UTC"
    return name if found else "UTC"
