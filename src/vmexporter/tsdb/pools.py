"""Pools of connections: one for the direct way and one for each proxy that the environment names.

Rule: which way a request takes is looked up for its own URL, so that a redirect does not drag a proxy along.
"""

from __future__ import annotations

import math
import threading

from urllib3 import BaseHTTPResponse, PoolManager, ProxyManager, Timeout

from vmexporter.core.request import Connection
from vmexporter.tsdb.proxies import Proxy, proxy_for
from vmexporter.tsdb.redirects import Request
from vmexporter.tsdb.tls import proxy_context, server_context
from vmexporter.tsdb.wires import Wires, use_wires

CONNECTIONS_KEPT = 8


class Pools:
    """All connections of one client; *direct* asks no proxy.

    Raises:
        InvalidInput: a TLS file cannot be used.
    """

    def __init__(self, connection: Connection, wires: Wires, *, direct: bool) -> None:
        self._connection = connection
        self._direct = direct
        self._tls = server_context(connection.tls)
        self._wires = wires
        self._managers: dict[Proxy | None, PoolManager] = {}
        self._lock = threading.Lock()

    def send(self, request: Request, stall_timeout_s: float | None) -> BaseHTTPResponse:
        """Send *request*; the answer's body is not read yet, and nothing is retried or redirected.

        Raises:
            InvalidInput: the environment names a proxy that cannot be used.
            urllib3.exceptions.HTTPError, OSError: no answer came.
        """
        return self._manager(request.url).urlopen(
            request.method,
            request.url,
            body=request.body if request.method == "POST" else None,
            headers=request.headers,
            redirect=False,
            retries=False,
            preload_content=False,
            decode_content=False,
            timeout=Timeout(
                connect=self._connection.connect_timeout_s,
                read=min(stall_timeout_s or math.inf, self._connection.stall_timeout_s),
            ),
        )

    def clear(self) -> None:
        """Close the connections that are not in use."""
        with self._lock:
            managers = list(self._managers.values())
        for manager in managers:
            manager.clear()

    def _manager(self, url: str) -> PoolManager:
        proxy = None if self._direct else proxy_for(url)
        with self._lock:
            if proxy not in self._managers:
                self._managers[proxy] = use_wires(self._new_manager(proxy), self._wires)
            return self._managers[proxy]

    def _new_manager(self, proxy: Proxy | None) -> PoolManager:
        if proxy is None:
            return PoolManager(maxsize=CONNECTIONS_KEPT, ssl_context=self._tls)
        return ProxyManager(
            proxy.url,
            proxy_headers=dict(proxy.headers),
            proxy_ssl_context=proxy_context(self._connection.tls) if proxy.url.startswith("https:") else None,
            maxsize=CONNECTIONS_KEPT,
            ssl_context=self._tls,
        )
