"""One pooled HTTP client for one server: small answers and streams, with the user's credentials where they belong.

Rule: credentials and headers of the user go to the server that the user named (scheme, host and port) and to nobody
else; there is no retry here and no limit on how long an answer may take, only on how long nothing may come.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Self
from urllib.parse import urlencode

from urllib3 import BaseHTTPResponse, HTTPHeaderDict

from vmexporter.core.addresses import is_loopback, origin_of, parse_address
from vmexporter.core.request import Connection
from vmexporter.errors import EndpointMissing, QueryRejected, ServerUnreachable
from vmexporter.tsdb.credentials import Credentials
from vmexporter.tsdb.faults import LIBRARY_ERRORS, raise_for, unreachable
from vmexporter.tsdb.pools import Pools
from vmexporter.tsdb.proxies import proxy_for
from vmexporter.tsdb.redirects import FORM, MAX_REDIRECTS, REDIRECTS, Method, Request, redirected, with_form
from vmexporter.tsdb.stream import Source, Stream
from vmexporter.tsdb.wires import ConnectTimes, Wires
from vmexporter.tsdb.words import is_page

__all__ = ["Answer", "HttpClient", "Limits", "Method", "Params", "Stream", "raise_for"]

Params = Sequence[tuple[str, str]]

SMALL_ANSWER_BYTES = 64 << 20
SMALL_READ_BYTES = 1 << 16


@dataclass(frozen=True)
class Limits:
    """Bounds of one small answer. ``cut`` returns the first ``size_bytes`` of a larger one in place of an error."""

    size_bytes: int = SMALL_ANSWER_BYTES
    stall_timeout_s: float | None = None
    total_s: float | None = None
    cut: bool = False


@dataclass(frozen=True)
class Answer:
    """A small answer, whole. ``status`` is not judged (see ``raise_for``); ``words`` are fit to be shown.

    ``moved_to`` is the origin that a redirect led to, "" when it stayed; ``authorized``: credentials were sent.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    words: str = ""
    moved_to: str = ""
    authorized: bool = False
    retry_after_s: float | None = None


class HttpClient:
    """All HTTP of one connection, from any number of threads; *direct* goes past every proxy of the environment.

    ``is_near``: the server is on this machine, and nobody asked for gzip: compressing costs more than it saves.

    Raises:
        InvalidInput: the address, a header, a credential, a TLS file or the environment's proxy cannot be used.
    """

    def __init__(self, connection: Connection, *, direct: bool = False) -> None:
        address = parse_address(connection.url)
        self.origin = address.origin
        if not direct:
            proxy_for(self.origin)
        self._credentials = Credentials(connection, address)
        self.insecure = connection.tls.insecure
        self.is_near = is_loopback(address.host) and not connection.gzip
        self._encodings = "gzip" if connection.gzip else "identity"
        self._wires = Wires()
        self._pools = Pools(connection, self._wires, direct=direct)
        self._get_only: frozenset[str] = frozenset()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @property
    def connect_times(self) -> ConnectTimes:
        """How long the latest connect took."""
        return self._wires.times

    def get(self, url: str, params: Params = (), limits: Limits | None = None) -> Answer:
        """GET a small answer. Raises: ServerUnreachable, EndpointMissing (redirects), QueryRejected (too large)."""
        return self._ask("GET", url, params, limits or Limits())

    def post(self, url: str, params: Params = (), limits: Limits | None = None) -> Answer:
        """POST *params* as a form and take a small answer. Raises: as ``get``."""
        return self._ask("POST", url, params, limits or Limits())

    def send(self, url: str, body: bytes, headers: Mapping[str, str], limits: Limits | None = None) -> Answer:
        """POST *body* as it is and take a small answer; *headers* say what it is. Raises: as ``get``."""
        request = self._request("POST", url, headers)
        return self._answer(replace(request, body=body, is_form=False), limits or Limits())

    @contextmanager
    def stream(self, url: str, params: Params = (), method: Method = "POST") -> Iterator[Stream]:
        """An open answer of any length; *params* go as a form, or in the URL with GET. Raises: as ``get``."""
        with self._opened(self._first_request(method, url, params), None) as stream:
            yield stream

    def use_get(self, url: str) -> None:
        """Turn every later POST to *url* or below it into a GET: some gateways allow nothing else."""
        self._get_only |= {url}

    def strike_out(self, text: str) -> str:
        """*text* without the credentials of this client: what a server says may repeat what it was told."""
        return self._credentials.strike_out(text)

    def use_gzip(self) -> bool:
        """Ask for compressed answers from now on; False when that is done already."""
        before, self._encodings = self._encodings, "gzip"
        return before != "gzip"

    def interrupt(self) -> None:
        """End what other threads are waiting for: their requests and reads raise ServerUnreachable at once."""
        self._wires.cut_all()

    def close(self) -> None:
        """Interrupt, and close all connections."""
        self.interrupt()
        self._pools.clear()

    def _ask(self, method: Method, url: str, params: Params, limits: Limits) -> Answer:
        return self._answer(self._first_request(method, url, params), limits)

    def _answer(self, request: Request, limits: Limits) -> Answer:
        with self._opened(request, limits.stall_timeout_s) as stream:
            body = self._whole(stream, limits)
            talks = not 200 <= stream.status < 300 or is_page(body)
            return Answer(
                status=stream.status,
                headers=stream.headers,
                body=body,
                words=stream.words_of(body) if talks else "",
                moved_to=stream.moved_to,
                authorized=stream.authorized,
                retry_after_s=stream.retry_after_s,
            )

    def _whole(self, stream: Stream, limits: Limits) -> bytes:
        deadline_s = None if limits.total_s is None else time.monotonic() + limits.total_s
        parts: list[bytes] = []
        size_bytes = 0
        while part := stream.read_some(SMALL_READ_BYTES):
            parts.append(part)
            size_bytes += len(part)
            if size_bytes > limits.size_bytes:
                if limits.cut:
                    return b"".join(parts)[: limits.size_bytes]
                raise QueryRejected(
                    f"cannot read the answer of {self.origin}: it is larger than {limits.size_bytes >> 20} MiB",
                    hint="ask for less: a shorter time range, or fewer series",
                )
            if deadline_s is not None and time.monotonic() > deadline_s:
                raise ServerUnreachable(f"cannot read the answer of {self.origin}: it took too long", stalled=True)
        return b"".join(parts)

    @contextmanager
    def _opened(self, request: Request, stall_timeout_s: float | None) -> Iterator[Stream]:
        first_origin, moved_to = request.origin, ""
        for _ in range(MAX_REDIRECTS + 1):
            response = self._send(request, stall_timeout_s)
            authorized = request.trusted and bool(self._credentials)
            stream = Stream(response, Source(first_origin, moved_to, authorized, self._credentials, self._wires))
            location = response.headers.get("Location", "") if response.status in REDIRECTS else ""
            try:
                if not location:
                    yield stream
                    return
                request = redirected(request, response.status, location)
            finally:
                stream.release()
            moved_to = request.origin if request.origin != first_origin else moved_to
        raise EndpointMissing(
            f"cannot query {self.origin}: it redirected more than {MAX_REDIRECTS} times",
            hint="the address may be one of a login page; give that of the query API",
        )

    def _first_request(self, method: Method, url: str, params: Params) -> Request:
        if method == "POST" and any(url == base or url.startswith(f"{base}/") for base in self._get_only):
            method = "GET"
        request = self._request(method, url, {"Content-Type": FORM} if method == "POST" else {})
        return with_form(request, urlencode(params, errors="surrogateescape"))

    def _request(self, method: Method, url: str, about_body: Mapping[str, str]) -> Request:
        general = HTTPHeaderDict({"User-Agent": "vmexporter", "Accept-Encoding": self._encodings, **about_body})
        headers = general
        if origin_of(url) == self.origin:
            headers = general.copy()
            for name, value in self._credentials.headers.iteritems():
                headers.add(name, value)
        return Request(method, url, headers, general)

    def _send(self, request: Request, stall_timeout_s: float | None) -> BaseHTTPResponse:
        cuts = self._wires.cuts
        try:
            return self._pools.send(request, stall_timeout_s)
        except LIBRARY_ERRORS as error:
            if cuts != self._wires.cuts:
                raise ServerUnreachable(f"cannot query {self.origin}: it was ended from this side") from None
            raise unreachable(request.origin, error) from None
