"""A server whose answers a test writes down in a function; over TLS when it is given a certificate."""

from __future__ import annotations

import ssl
from collections.abc import Callable

from tests.fakes.exchange import Request, Responder
from tests.fakes.serving import LoopbackServer
from tests.lab.certificates import Certificate
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
        self.certificate: Certificate | None = None
        self.client_ca_file = ""

    @property
    def url(self) -> str:
        """``http(s)://host:port``."""
        return f"{'https' if self.certificate else 'http'}://{self.address}"

    def open(self) -> None:
        """Listen, over TLS when ``certificate`` is set."""
        super().open()
        if self.certificate and self._listener is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.certificate.cert_file, self.certificate.key_file)
            if self.client_ca_file:
                context.load_verify_locations(self.client_ca_file)
                context.verify_mode = ssl.CERT_REQUIRED
            # Handshakes are made by the first read, in the thread of the connection.
            self._listener.socket = context.wrap_socket(
                self._listener.socket, server_side=True, do_handshake_on_connect=False
            )

    def failed(self, error: BaseException) -> None:
        """A client that does not trust us is what some tests are about."""
        if not isinstance(error, ssl.SSLError):
            super().failed(error)

    def answer(self, request: Request, responder: Responder) -> None:
        self.script(request, responder)
