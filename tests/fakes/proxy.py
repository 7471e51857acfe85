"""A proxy in front of a real server that plays faults: which one a request meets is the plan's word.

``struck`` lists the faults that really took effect, so a test can prove that what it fears did happen. The proxy opens
one connection to the server for each request and passes all headers on except those of the connection itself.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException, HTTPResponse, IncompleteRead
from urllib.parse import urlsplit

from tests.fakes.exchange import Framing, Request, Responder
from tests.fakes.faults import (
    Answer,
    Cut,
    Drip,
    Drop,
    Edited,
    ErrorText,
    Fault,
    Lost,
    Pass,
    Plan,
    Redirect,
    Refuse,
    Stall,
)
from tests.fakes.serving import LoopbackServer
from tests.lab.processes import Address

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "proxy-connection"}
ABORT_TEXT = (
    b"\nthe connection has been aborted; see the last line in the response and/or in the server log for the reason\n"
)


class FaultProxy(LoopbackServer):
    """Passes requests to *upstream* (``http://host:port``) as *plan* says; set ``plan`` to change it while it runs.

    With *until_close* it tells no body's length and uses no chunks, as an HTTP/1.0 proxy does: a cut then looks like
    the end. *upstream* may be empty when the plan answers everything itself.
    """

    def __init__(
        self,
        upstream: str = "",
        plan: Plan | None = None,
        *,
        until_close: bool = False,
        address: Address | None = None,
    ) -> None:
        super().__init__(address)
        self.upstream = upstream.rstrip("/")
        self.plan: Plan = plan or (lambda request, count: None)
        self.until_close = until_close
        self.struck: list[tuple[Request, Fault]] = []
        self._counts: Counter[str] = Counter()

    def refuse_for(self, seconds: float) -> None:
        """Break all connections and refuse new ones for *seconds*."""
        self.close()

        def open_again() -> None:
            if not self.stopping.wait(seconds):
                self.open()

        self.in_thread(open_again)

    def answer(self, request: Request, responder: Responder) -> None:
        with self._changed:
            self._counts[request.endpoint] += 1
            count = self._counts[request.endpoint]
        fault = self.plan(request, count) or Pass()
        if isinstance(fault, Answer | Redirect | Drop | Refuse):
            self.struck.append((request, fault))  # noted before the client can see it
        match fault:
            case Answer():
                responder.whole(fault.status, fault.headers, fault.body)
            case Redirect():
                responder.whole(fault.status, {"Location": fault.base.rstrip("/") + request.target}, b"")
            case Drop():
                responder.cut(fault.kind)
            case Lost():
                self._lose(request, fault)
                self.struck.append((request, fault))
                responder.cut(fault.kind)
            case Refuse():
                self.connected(responder.connection, there=False)  # to be broken here, once nobody listens
                self.refuse_for(fault.seconds)
                responder.cut("rst")
            case _:
                self._forward(request, responder, fault)

    def _lose(self, request: Request, fault: Lost) -> None:
        place = urlsplit(self.upstream)
        upstream = HTTPConnection(place.hostname or "", place.port)
        try:
            upstream.putrequest(request.method, place.path + request.target, skip_host=True, skip_accept_encoding=True)
            for name, value in request.headers.items():
                if name not in HOP_BY_HOP:
                    upstream.putheader(name, value)
            upstream.endheaders(request.body[: int(len(request.body) * fault.share)] or None)
            if fault.share == 1.0:
                upstream.getresponse().read()
        except (ConnectionError, HTTPException):
            pass  # the server does not run: nothing of it will be answered either
        finally:
            upstream.close()

    def _forward(self, request: Request, responder: Responder, fault: Fault) -> None:
        place = urlsplit(self.upstream)
        upstream = HTTPConnection(place.hostname or "", place.port)
        try:
            upstream.connect()
            self.connected(upstream.sock, there=True)
            reply = self._ask(upstream, place.path, request, plain=_looks_inside(fault))
            self._begin(request, reply, responder, changed=isinstance(fault, Cut | ErrorText | Edited))
            for _ in self._play(fault, Body(reply), responder):
                self.struck.append((request, fault))
        except (ConnectionError, HTTPException):  # the server broke off, or it does not run: so do we
            responder.cut("rst")
        finally:
            self.connected(upstream.sock, there=False)
            upstream.close()

    @staticmethod
    def _ask(upstream: HTTPConnection, prefix: str, request: Request, *, plain: bool) -> HTTPResponse:
        upstream.putrequest(request.method, prefix + request.target, skip_host=True, skip_accept_encoding=True)
        for name, value in request.headers.items():
            if name not in HOP_BY_HOP and not (plain and name == "accept-encoding"):
                upstream.putheader(name, value)
        upstream.endheaders(request.body or None)
        return upstream.getresponse()

    def _begin(self, request: Request, reply: HTTPResponse, responder: Responder, *, changed: bool) -> None:
        headers = {name: value for name, value in reply.headers.items() if name.lower() not in HOP_BY_HOP}
        framing: Framing = "length" if "Content-Length" in headers and not changed else "chunked"
        if self.until_close:
            framing = "until_close"
        if request.method == "HEAD" or reply.status in {204, 304}:
            framing = "length"  # there is no body to frame
        elif framing != "length":
            headers.pop("Content-Length", None)
        responder.begin(reply.status, headers, framing)

    def _play(self, fault: Fault, body: Body, responder: Responder) -> Iterator[None]:
        """Send the body as *fault* has it; yields where the fault takes effect, before the client can see it."""
        match fault:
            case Cut():
                more = body.send_to(responder, fault.after_bytes, between_lines=fault.between_lines)
                if more or not fault.only_longer:
                    yield
                    if fault.inside_chunk:
                        responder.raw(b"1000\r\n" + body.take(20))
                    responder.cut(fault.kind)
                    return
            case ErrorText():
                body.send_to(responder, fault.after_bytes, between_lines=fault.between_lines)
                yield
                responder.write(fault.text.encode())
                if not fault.clean_end:
                    responder.raw(ABORT_TEXT)
                    responder.cut("fin")
                    return
            case Stall():
                if body.send_to(responder, fault.after_bytes):
                    yield
                    self.stopping.wait(fault.seconds)
                body.send_to(responder)
            case Edited():
                whole = b"".join(body.blocks())
                if fault.old in whole:
                    yield
                responder.write(whole.replace(fault.old, fault.new, 1))
            case Drip():
                yield
                self._drip(fault, body, responder)
                body.send_to(responder)
            case _:
                body.send_to(responder)
        responder.end()

    def _drip(self, fault: Drip, body: Body, responder: Responder) -> None:
        end_s = time.monotonic() + fault.for_s
        while time.monotonic() < end_s and (piece := body.take(fault.piece_bytes)):
            responder.write(piece)
            if self.stopping.wait(fault.every_s):
                break


def _looks_inside(fault: Fault) -> bool:
    return isinstance(fault, ErrorText | Edited) or (isinstance(fault, Cut) and not fault.packed)


class Body:
    """The body of a server's answer, read as it comes."""

    def __init__(self, reply: HTTPResponse) -> None:
        self._reply = reply
        self._missing = reply.length  # None: chunked, or up to the end of the connection
        self._left = b""

    def take(self, size: int) -> bytes:
        """Up to *size* bytes, none at the end. Raises: IncompleteRead when the server broke off."""
        block = self._left or self._read()
        self._left = block[size:]
        return block[:size]

    def _read(self) -> bytes:
        if self._missing is None:
            return self._reply.read1(65536)
        block = self._reply.read1(min(65536, self._missing)) if self._missing else b""
        self._missing -= len(block)
        if self._missing and not block:
            raise IncompleteRead(b"", self._missing)
        return block

    def blocks(self) -> Iterator[bytes]:
        """The rest, block by block."""
        while block := self.take(65536):
            yield block

    def send_to(self, responder: Responder, size: int | None = None, *, between_lines: bool = False) -> bool:
        """Pass on the next *size* bytes (None: all), *between_lines*: up to the line feed behind them.

        Returns whether that place came before the body's end.
        """
        sent = 0
        for block in self.blocks():
            place = len(block) + 1 if size is None else max(size - sent, 0)
            if between_lines and place <= len(block):
                place = (block.find(b"\n", place) + 1) or len(block) + 1
            responder.write(block[:place])
            sent += len(block)
            if place <= len(block):
                self._left = block[place:] + self._left
                return True
        return False
