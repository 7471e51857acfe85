"""A server whose answers a test writes down in a function."""

from __future__ import annotations

from collections.abc import Callable

from tests.fakes.exchange import Request, Responder
from tests.fakes.serving import LoopbackServer
from tests.lab.processes import Address

Script = Callable[[Request, Responder], None]


def says(status: int = 200, body: bytes | str = b"", **headers: str) -> Script:
    """Always the same answer; ``content_type="text/html"`` becomes the header Content-Type."""
    named = {name.replace("_", "-").title(): value for name, value in headers.items()}
    data = body.encode() if isinstance(body, str) else body
    return lambda request, responder: responder.whole(status, named, data)


class Scripted(LoopbackServer):
    """Answers by *script*, which may be changed while it runs."""

    def __init__(self, script: Script | None = None, address: Address | None = None) -> None:
        super().__init__(address)
        self.script = script or says()

    def answer(self, request: Request, responder: Responder) -> None:
        self.script(request, responder)
