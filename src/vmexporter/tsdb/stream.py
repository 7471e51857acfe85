"""One answer as it comes in: bytes until the proven end, or an error; never a short answer that looks whole.

Rule: chunked framing, Content-Length or the gzip trailer prove the end of an answer. Without any of them ``framed`` is
False, and whoever reads must find the end in the content. nginx talks HTTP/1.0 to its upstream unless told otherwise:
it takes a cut answer for a whole one and ends it in order, so its chunks prove nothing, and ``proven`` is False.
Facts: https://www.rfc-editor.org/rfc/rfc9112#section-6.3
https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_http_version
"""

from __future__ import annotations

import email.utils
import socket
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from urllib3 import BaseHTTPResponse

from vmexporter.errors import ServerUnreachable
from vmexporter.tsdb.credentials import Credentials
from vmexporter.tsdb.faults import LIBRARY_ERRORS, cut_short
from vmexporter.tsdb.wires import Wires, cut
from vmexporter.tsdb.words import READ_BYTES as WORDS_BYTES
from vmexporter.tsdb.words import server_words

READ_BYTES = 1 << 20
GZIP_WINDOW_BITS = 31
GZIP_NAMES = frozenset({"gzip", "x-gzip"})


@dataclass(frozen=True)
class Source:
    """Where an answer comes from, and by which client.

    ``moved_to`` is another origin that a redirect led to, "" when none did; ``authorized``: credentials were sent.
    """

    origin: str
    moved_to: str
    authorized: bool
    credentials: Credentials = field(repr=False)
    wires: Wires = field(repr=False)


class Stream:
    """An open answer. ``status`` is not judged here: see ``raise_for``."""

    def __init__(self, response: BaseHTTPResponse, source: Source) -> None:
        self.status = response.status
        self.headers: Mapping[str, str] = response.headers
        self.moved_to = source.moved_to
        self.authorized = source.authorized
        self._source = source
        self._response = response
        self._cuts = source.wires.cuts
        self._wire: socket.socket | None = getattr(response.connection, "wire", None)
        self._closed = False
        self._failed = False
        self._words: str | None = None
        encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
        self._gunzip = _Gunzip() if encoding in GZIP_NAMES else None
        self._strange_encoding = encoding if encoding not in {"", "identity", *GZIP_NAMES} else ""
        self.framed = self._gunzip is not None or _has_length(response)
        self.proven = self._gunzip is not None or (self.framed and not _may_hide_cuts(response))

    @property
    def words(self) -> str:
        """The server's short words; reading them uses up the beginning of the body."""
        if self._words is None:
            self._words = self.words_of(self._beginning())
        return self._words

    @property
    def retry_after_s(self) -> float | None:
        """How many seconds the server asks to wait, None when it does not say."""
        return _retry_after_s(self.headers)

    def words_of(self, body: bytes) -> str:
        """The short words in *body*, which is the beginning of this answer."""
        return server_words(body, self._source.credentials.strike_out)

    def read(self, size_bytes: int = READ_BYTES) -> bytes:
        """Up to *size_bytes* of the body, decoded; ``b""`` only at its proven end (see ``framed``).

        Raises:
            ServerUnreachable: the answer was cut off, stalled (``stalled``), or this stream was closed meanwhile.
        """
        return self._read(size_bytes, partial=False)

    def read_some(self, size_bytes: int = READ_BYTES) -> bytes:
        """Like ``read``, but returns what has already come in place of waiting until *size_bytes* are together."""
        return self._read(size_bytes, partial=True)

    def close(self) -> None:
        """End the answer; a ``read`` that waits in another thread ends at once with ServerUnreachable."""
        self._closed = True
        if self._wire is not None and self._response.connection is not None:
            cut(self._wire)

    def release(self) -> None:
        """Give the connection back when the body was read to its end, else drop it. For the thread that reads."""
        if not self._response.closed:
            self._response.close()
        self._response.release_conn()

    @property
    def _place(self) -> str:
        return self._source.moved_to or self._source.origin

    @property
    def _ended(self) -> bool:
        return self._closed or self._source.wires.cuts != self._cuts

    def _read(self, size_bytes: int, *, partial: bool) -> bytes:
        if self._strange_encoding:
            raise ServerUnreachable(
                f"cannot read the answer of {self._place}: it came compressed in a way that was not asked for",
                hint="a proxy in between compresses answers; let it send them as they are, or as gzip",
            )
        if self._failed or self._ended:  # what a foreign thread shut down, or what broke before, looks like an end
            raise self._fault(None)
        try:
            data = self._decoded(size_bytes, partial=partial)
        except (*LIBRARY_ERRORS, ValueError, zlib.error) as error:
            self._failed = True
            raise self._fault(error) from None
        if self._ended:
            raise self._fault(None)
        return data

    def _decoded(self, size_bytes: int, *, partial: bool) -> bytes:
        if self._gunzip is None:
            return self._raw(size_bytes, partial=partial)
        while True:
            data = self._gunzip.take(size_bytes)
            if data:
                return data
            raw = self._raw(size_bytes, partial=partial)
            if not raw:
                if not self._gunzip.begun and self.headers.get("Content-Length") != "0":
                    raise zlib.error("the stream ends before its first member")
                self._gunzip.check_end()
                return b""
            self._gunzip.put(raw)

    def _raw(self, size_bytes: int, *, partial: bool) -> bytes:
        if partial:
            return self._response.read1(size_bytes, decode_content=False) or b""
        return self._response.read(size_bytes, decode_content=False)

    def _fault(self, error: BaseException | None) -> ServerUnreachable:
        if self._ended:
            return ServerUnreachable(f"cannot read the answer of {self._place}: it was ended from this side")
        return cut_short(self._place, error)

    def _beginning(self) -> bytes:
        parts, left = [], WORDS_BYTES
        try:
            while left > 0 and (part := self.read_some(left)):
                parts.append(part)
                left -= len(part)
        except ServerUnreachable:
            pass  # half an error text is better than none
        return b"".join(parts)


class _Gunzip:
    """Gzip members, unpacked in bounded steps; the trailer of each (length and CRC) proves that it is whole."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(GZIP_WINDOW_BITS)
        self._pending = b""
        self.begun = False

    def put(self, raw: bytes) -> None:
        self._pending += raw

    def take(self, size_bytes: int) -> bytes:
        while self._pending:  # a step that is full leaves input behind: the trailer, if nothing else
            if self._member.eof:
                self._member = zlib.decompressobj(GZIP_WINDOW_BITS)
            self.begun = True
            data = self._member.decompress(self._pending, size_bytes)
            self._pending = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
            if data:
                return data
        return b""

    def check_end(self) -> None:
        if self.begun and not self._member.eof:
            raise zlib.error("the stream ends inside a member")


def _has_length(response: BaseHTTPResponse) -> bool:
    coding = response.headers.get("Transfer-Encoding", "").strip().lower()
    return coding == "chunked" or (not coding and response.length_remaining is not None)


def _may_hide_cuts(response: BaseHTTPResponse) -> bool:
    chunked = "Transfer-Encoding" in response.headers
    return chunked and response.headers.get("Server", "").lower().startswith(("nginx", "openresty"))


def _retry_after_s(headers: Mapping[str, str]) -> float | None:
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    at = _unix_s(text)
    now = _unix_s(headers.get("Date", "")) or time.time()
    return None if at is None else max(0.0, at - now)


def _unix_s(http_date: str) -> float | None:
    try:
        return email.utils.parsedate_to_datetime(http_date).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None
