"""The open sockets of one client: so that another thread can end whatever is waiting on them, and connects are timed.

Rule: a foreign thread shuts a socket down and does not close it: the thread that reads wakes up and closes it itself.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
import weakref
from dataclasses import dataclass

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError


@dataclass(frozen=True)
class ConnectTimes:
    """How long the latest connect took, seconds; ``tls_s`` is None without TLS, both are before the first connect."""

    network_s: float | None = None
    tls_s: float | None = None


class Wires:
    """Keeps track of sockets without keeping them open. ``cuts`` counts how often all of them were shut down."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sockets: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self.cuts = 0
        self.times = ConnectTimes()

    def add(self, wire: socket.socket) -> None:
        """Take note of a socket."""
        with self._lock:
            self._sockets.add(wire)

    def cut_all(self) -> None:
        """Wake every thread that waits on a socket of this client."""
        with self._lock:
            self.cuts += 1
            open_now = list(self._sockets)
        for wire in open_now:
            cut(wire)


def cut(wire: socket.socket) -> None:
    """Shut *wire* down: a blocked read on it ends at once."""
    try:
        # Not wire.shutdown: a TLS socket's own drops its state under the thread that is reading.
        socket.socket.shutdown(wire, socket.SHUT_RDWR)
    except OSError:
        pass  # the other side was faster


def use_wires(manager: PoolManager, wires: Wires) -> PoolManager:
    """Make *manager* open connections that *wires* knows."""
    manager.pool_classes_by_scheme = {"http": _plain_pool(wires), "https": _secure_pool(wires)}
    return manager


def _plain_pool(wires: Wires) -> type[HTTPConnectionPool]:
    class Plain(HTTPConnection):
        wire: socket.socket | None = None

        def connect(self) -> None:
            started_s = time.monotonic()
            super().connect()
            wires.times = ConnectTimes(network_s=time.monotonic() - started_s)
            self.wire = _noted(self.sock, wires)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    return PlainPool


def _secure_pool(wires: Wires) -> type[HTTPSConnectionPool]:
    class Secure(HTTPSConnection):
        wire: socket.socket | None = None
        opened_s = 0.0

        def _new_conn(self) -> socket.socket:
            started_s = time.monotonic()
            opened = super()._new_conn()
            self.opened_s = time.monotonic()
            wires.times = ConnectTimes(network_s=self.opened_s - started_s)
            return opened

        def connect(self) -> None:
            try:
                super().connect()
            except TimeoutError as error:
                raise ConnectTimeoutError(self, "no TLS handshake in time") from error
            wires.times = ConnectTimes(wires.times.network_s, time.monotonic() - self.opened_s)
            self.wire = _noted(self.sock, wires)
            if self.cert_reqs == ssl.CERT_NONE:
                self.is_verified = True  # not verifying was asked for, and the faces warn about it in their own way

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return SecurePool


def _noted(opened: object, wires: Wires) -> socket.socket | None:
    wire = getattr(opened, "socket", opened)  # TLS inside a proxy's TLS hides the real socket in itself
    if not isinstance(wire, socket.socket):
        return None
    wires.add(wire)
    return wire
