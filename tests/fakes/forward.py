"""A forward proxy as companies have them: whole addresses for http, CONNECT for https; it keeps what it was asked.

Facts: https://www.rfc-editor.org/rfc/rfc9110#section-9.3.6 (CONNECT)
"""

from __future__ import annotations

import base64
import re
import socket
import threading
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

REFUSAL = (
    b"HTTP/1.1 407 Proxy Authentication Required\r\n"
    b"Proxy-Authenticate: Basic\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
)


class ForwardProxy:
    """Enter it to start it. ``heads`` are the heads that came; it lets in only *user* (``name:password``), if given."""

    def __init__(self, user: str = "") -> None:
        self.heads: list[str] = []
        self._wanted = f"Basic {base64.b64encode(user.encode()).decode()}" if user else ""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.url = f"http://{self.address}"

    @property
    def targets(self) -> list[str]:
        """What was asked for: ``GET http://h/x``, ``CONNECT h:443``."""
        return [head.split(" HTTP/")[0] for head in self.heads]

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
        self._listener.close()

    def _start(self, work: object, *arguments: object) -> threading.Thread:
        thread = threading.Thread(target=work, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()
        return thread

    def _accept(self) -> None:
        while True:
            try:
                near = self._listener.accept()[0]
            except OSError:  # shut down
                return
            self._start(self._serve, near)

    def _serve(self, near: socket.socket) -> None:
        with near:
            near.settimeout(20)
            data = b""
            while b"\r\n\r\n" not in data:
                if not (piece := near.recv(65536)):
                    return
                data += piece
            head, _, body = data.partition(b"\r\n\r\n")
            self.heads.append(head.decode("latin-1") + "\r\n")
            if self._wanted and self._wanted not in re.findall(r"(?im)^proxy-authorization: (.*)\r$", self.heads[-1]):
                near.sendall(REFUSAL)
                return
            method, target, _ = self.heads[-1].split(" ", 2)
            host, _, port = (target if method == "CONNECT" else urlsplit(target).netloc).rpartition(":")
            with socket.create_connection((host.strip("[]"), int(port))) as far:
                far.settimeout(20)
                if method == "CONNECT":
                    near.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
                else:
                    far.sendall(_own_request(self.heads[-1], target) + body)
                back = self._start(_pump, far, near)
                _pump(near, far)
                back.join(20)


def _own_request(head: str, target: str) -> bytes:
    """The head for the server itself: its path, no header for the proxy, and one answer a connection."""
    path = target.partition("://")[2].partition("/")[2]
    head = re.sub(r"(?im)^(proxy-\w+|connection):.*\r\n", "", head.replace(target, f"/{path}", 1))
    return f"{head}Connection: close\r\n\r\n".encode("latin-1")


def _pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:  # one of the two has gone
        return
