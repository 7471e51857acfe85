"""One request as it came, and one answer that can end in every way an answer can end."""

from __future__ import annotations

import fcntl
import os
import re
import socket
import struct
import termios
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http.server import BaseHTTPRequestHandler
from typing import Literal
from urllib.parse import parse_qs, urlsplit

CutKind = Literal["rst", "fin"]
Framing = Literal["chunked", "length", "until_close"]

DURATION_S = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True)
class Request:
    """A request as it came; parameters of the URL and of a form body together, header names in lower case."""

    method: str
    target: str
    params: Mapping[str, tuple[str, ...]]
    headers: Mapping[str, str]
    body: bytes
    at_s: float

    @classmethod
    def read(cls, handler: BaseHTTPRequestHandler) -> Request:
        """Read the whole request that *handler* has parsed the head of."""
        headers = {name.lower(): value for name, value in handler.headers.items()}
        body = handler.rfile.read(int(headers.get("content-length", "0")))
        text = urlsplit(handler.path).query
        if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            text = f"{text}&{body.decode()}"
        params = {name: tuple(values) for name, values in parse_qs(text, keep_blank_values=True).items()}
        return cls(handler.command, handler.path, params, headers, body, time.monotonic())

    @property
    def path(self) -> str:
        """The path without the query."""
        return urlsplit(self.target).path

    @property
    def endpoint(self) -> str:
        """What stands after ``/api/v1/`` (``export``, ``label/job/values``), or else the last part of the path."""
        return self.path.partition("/api/v1/")[2] or self.path.rpartition("/")[2]

    def param(self, name: str) -> str:
        """The first value of a parameter, empty when there is none."""
        return self.params.get(name, ("",))[0]

    @property
    def range_s(self) -> float:
        """Seconds from ``start`` to ``end``, or the window of a range selector (``up[5m]``); 0 without either."""
        if self.param("start") and self.param("end"):
            return _time_s(self.param("end")) - _time_s(self.param("start"))
        window = re.search(r"\[(\d+(?:\.\d+)?)(ms|[smhd])\]", self.param("query"))
        return float(window[1]) * DURATION_S[window[2]] if window else 0.0

    @property
    def is_window(self) -> bool:
        """Whether this is an export of more than a moment (of a moment: a question whether there is an export)."""
        return self.endpoint in {"export", "export/native"} and self.range_s > 0


def _time_s(text: str) -> float:
    """A time parameter as seconds: seconds, milliseconds (too large for seconds) or RFC 3339."""
    try:
        number = float(text)
    except ValueError:
        return datetime.fromisoformat(text).timestamp()
    return number / 1000 if abs(number) > 1e11 else number


class Responder:
    """Writes one answer: ``whole``, or ``begin``, ``write``… and then ``end``, ``abort`` or ``cut``."""

    def __init__(self, handler: BaseHTTPRequestHandler) -> None:
        self._handler = handler
        self._framing: Framing = "until_close"

    @property
    def connection(self) -> socket.socket:
        """The connection to the client."""
        connection: socket.socket = self._handler.connection
        return connection

    def whole(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """A complete answer with its length."""
        self.begin(status, {**headers, "Content-Length": str(len(body))}, "length")
        if self._handler.command != "HEAD":
            self.write(body)
        self.end()

    def begin(self, status: int, headers: Mapping[str, str], framing: Framing) -> None:
        """Status and headers; *framing* says how the client learns where the body ends."""
        if framing == "chunked" and self._handler.request_version == "HTTP/1.0":
            framing = "until_close"
        self._framing = framing
        self._handler.send_response_only(status)
        for name, value in headers.items():
            self._handler.send_header(name, value)
        if framing == "chunked":
            self._handler.send_header("Transfer-Encoding", "chunked")
        if framing == "until_close":
            self._handler.send_header("Connection", "close")  # the handler closes the connection after the answer
        self._handler.end_headers()

    def write(self, data: bytes) -> None:
        """A piece of the body."""
        if data:
            self.raw(b"%x\r\n%b\r\n" % (len(data), data) if self._framing == "chunked" else data)

    def raw(self, data: bytes) -> None:
        """Bytes as they are, past the framing."""
        self._handler.wfile.write(data)

    def end(self) -> None:
        """The proper end of the body."""
        if self._framing == "chunked":
            self.raw(b"0\r\n\r\n")

    def cut(self, kind: CutKind) -> None:
        """Close the connection now: ``fin`` as a program that ends, ``rst`` as a connection that breaks."""
        self._handler.close_connection = True
        connection = self._handler.connection
        if kind == "rst":
            self._wait_until_sent(connection)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        descriptor = connection.detach()
        if descriptor >= 0:
            os.close(descriptor)

    @staticmethod
    def _wait_until_sent(connection: socket.socket) -> None:
        """A reset throws away what is still in the kernel's queue; the client is meant to get every byte before it."""
        deadline_s = time.monotonic() + 5
        while time.monotonic() < deadline_s and _is_up(connection):
            if struct.unpack("i", fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, b"\0\0\0\0"))[0] == 0:
                return
            time.sleep(0.001)


def _is_up(connection: socket.socket) -> bool:
    """Whether what is sent can still arrive: the client has not broken the connection itself."""
    established, close_wait = 1, 8
    return connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] in {established, close_wait}
