"""How long the server waits for a request, and for how many at once: whoever opens connections needs no token for it.

A request has to come whole within a time that starts with its connection, or with the end of the answer before it; more
bytes do not prolong it. Only a file that the guard takes in (``guard.STREAMS``) may take longer, as long as it goes on.
Connections beyond a number are closed at once, so that the descriptors that exports need stay free. An answer may be
read as slowly as its reader likes.
"""

from __future__ import annotations

import asyncio
from typing import Final, cast

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from vmexporter.web.guard import STREAMS

REQUEST_S: Final = 20.0
MOST_CONNECTIONS: Final = 256


class PatientProtocol(H11Protocol):
    """One connection."""

    _too_late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the base has it
        """Somebody has connected."""
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.abort()
        else:
            self._watch()

    def handle_events(self) -> None:
        """A part of a request has come, or its turn has."""
        super().handle_events()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self._stop_watching()
        super().connection_lost(exc)

    def _watch(self) -> None:
        """Keep the time of a request that is not whole yet."""
        cycle = cast("RequestResponseCycle | None", self.cycle)  # None before the first request
        is_open = cycle is not None and not cycle.response_complete
        if cycle is not None and is_open and (not cycle.more_body or STREAMS in cycle.scope):
            self._stop_watching()  # it is being answered, or a part of a file has come
            if not cycle.more_body:
                return
        if self._too_late is None:
            self._too_late = self.loop.call_later(REQUEST_S, self._give_up)

    def _give_up(self) -> None:
        self._too_late = None
        if self.flow.read_paused:
            self._watch()  # it is we who do not read on: the disk may be slow
        else:
            self.transport.abort()

    def _stop_watching(self) -> None:
        if self._too_late is not None:
            self._too_late.cancel()
            self._too_late = None
