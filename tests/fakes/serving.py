"""A threaded HTTP/1.1 server on loopback that records what it is asked.

Each connection has its own thread and is kept alive as clients expect. ``stop`` closes every connection and joins every
thread; an unexpected exception in a handler (a failed assertion of a plan, say) is raised there.
"""

from __future__ import annotations

import socket
import ssl
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from types import TracebackType
from typing import Any, Self, cast

from tests.fakes.exchange import Request, Responder
from tests.lab.certificates import Certificate
from tests.lab.processes import Address, free_address


class LoopbackServer(ABC):
    """Base of the fakes. Enter it to start it; ``requests`` holds what came, in order.

    Set ``certificate`` before it listens, and it speaks TLS; with ``client_ca_file`` it wants to see a client's own.
    """

    def __init__(self, address: Address | None = None) -> None:
        self.address = address or free_address()
        self.certificate: Certificate | None = None
        self.client_ca_file = ""
        self.requests: list[Request] = []
        self.stopping = threading.Event()
        self._errors: list[BaseException] = []
        self._threads: list[threading.Thread] = []
        self._connections: set[socket.socket] = set()
        self._changed = threading.Condition()
        self._listener: _Listener | None = None

    @abstractmethod
    def answer(self, request: Request, responder: Responder) -> None:
        """Answer one request; called in the thread of its connection."""

    @property
    def url(self) -> str:
        """``http(s)://host:port``."""
        return f"{'https' if self.certificate else 'http'}://{self.address}"

    def of(self, endpoint: str) -> list[Request]:
        """The requests to an endpoint such as ``export``, in order."""
        with self._changed:
            return [request for request in self.requests if request.endpoint == endpoint]

    def wait_for(self, endpoint: str, count: int = 1, timeout_s: float = 20.0) -> None:
        """Wait until *count* requests to an endpoint have come. Raises: TimeoutError."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.of(endpoint)) >= count, timeout_s):
                raise TimeoutError(f"not within {timeout_s:g} s: {count} requests to {endpoint}")

    def open(self) -> None:
        """Listen (again) at the address."""
        with self._changed:
            if self._listener is None:
                self._listener = _Listener(self)
                if self.certificate:
                    self._listener.socket = self._encrypted(self.certificate, self._listener.socket)
                self.in_thread(self._listener.serve_forever, 0.01)

    def _encrypted(self, certificate: Certificate, listening: socket.socket) -> ssl.SSLSocket:
        """*listening*, over TLS; handshakes are made by the first read, in the thread of the connection."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.cert_file, certificate.key_file)
        if self.client_ca_file:
            context.load_verify_locations(self.client_ca_file)
            context.verify_mode = ssl.CERT_REQUIRED
        return context.wrap_socket(listening, server_side=True, do_handshake_on_connect=False)

    def close(self) -> None:
        """Refuse new connections and break those that are there."""
        with self._changed:
            listener, self._listener = self._listener, None
        if listener is not None:
            listener.shutdown()
            listener.server_close()
        for connection in list(self._connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:  # it ended by itself
                pass

    def stop(self) -> None:
        """Close everything and join every thread. Raises: the first unexpected exception of a handler."""
        self.stopping.set()
        self.close()
        for thread in self._threads:
            thread.join(10)
        if self._errors:
            raise self._errors[0]

    def in_thread(self, work: Callable[..., object], *arguments: object) -> None:
        """Run *work* in a thread that ``stop`` joins."""
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        with self._changed:
            self._threads = [*(old for old in self._threads if old.is_alive()), thread]
            thread.start()

    def connected(self, connection: socket.socket, *, there: bool) -> None:
        """A handler tells of the connection it begins or ends to serve."""
        with self._changed:
            (self._connections.add if there else self._connections.discard)(connection)

    def handle(self, handler: BaseHTTPRequestHandler) -> None:
        """Record the request that *handler* has begun to read, and answer it."""
        try:
            request = Request.read(handler)
            with self._changed:
                self.requests.append(request)
                self._changed.notify_all()
            self.answer(request, Responder(handler))
        except ConnectionError:  # the client went away, or the test closed the connection
            handler.close_connection = True

    def failed(self, error: BaseException) -> None:
        """Keep the exception of a handler for ``stop``; some tests are about clients that do not trust us."""
        if not isinstance(error, ssl.SSLError):
            self._errors.append(error)

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self._owner.connected(self.connection, there=True)

    def finish(self) -> None:
        self._owner.connected(self.connection, there=False)
        super().finish()

    @property
    def _owner(self) -> LoopbackServer:
        return cast(_Listener, self.server).owner

    def do_GET(self) -> None:
        self._owner.handle(self)

    do_POST = do_HEAD = do_GET  # noqa: N815 - the base class looks for these names

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        pass


class _Listener(ThreadingHTTPServer):
    request_queue_size = 128

    def __init__(self, owner: LoopbackServer) -> None:
        self.owner = owner
        super().__init__(owner.address, _Handler)

    def server_bind(self) -> None:
        TCPServer.server_bind(self)  # HTTPServer would ask the resolver for the host's name

    def process_request(self, request: Any, client_address: Any) -> None:
        self.owner.in_thread(self.process_request_thread, request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        error = sys.exc_info()[1]
        if error is not None and not isinstance(error, ConnectionError):
            self.owner.failed(error)
