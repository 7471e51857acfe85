"""A plain HTTP client for the lab: no proxy, no redirect followed, and every status is an answer."""

from __future__ import annotations

import base64
import json
import socket
import ssl
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from typing import Any


@dataclass(frozen=True)
class Reply:
    """An answer; header names are in lower case. Status 0: no answer came, ``body`` says why."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class _EveryStatusIsAnAnswer(urllib.request.HTTPErrorProcessor):
    def http_response(self, request: urllib.request.Request, response: HTTPResponse) -> HTTPResponse:
        return response

    https_response = http_response


def ask(
    url: str,
    *,
    data: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    timeout_s: float = 60.0,
    tls: ssl.SSLContext | None = None,
) -> Reply:
    """GET *url*, or POST *data* to it."""
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), _EveryStatusIsAnAnswer(), urllib.request.HTTPSHandler(context=tls)
    )
    request = urllib.request.Request(url, data=data, headers=dict(headers or {}))
    try:
        with opener.open(request, timeout=timeout_s) as answer:
            names = {name.lower(): value for name, value in answer.headers.items()}
            return Reply(answer.status, names, answer.read())
    except (OSError, HTTPException) as error:
        return Reply(0, {}, str(error).encode())


def basic_auth(username: str, password: str) -> dict[str, str]:
    """The header of basic authentication."""
    return {"Authorization": "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()}


def bearer_auth(token: str) -> dict[str, str]:
    """The header of bearer authentication."""
    return {"Authorization": f"Bearer {token}"}


def is_open(address: tuple[str, int]) -> bool:
    """Whether something accepts TCP connections at (host, port)."""
    with socket.socket() as probe:
        probe.settimeout(2)
        return probe.connect_ex(address) == 0


def wait_until(condition: Callable[[], bool], what: str, timeout_s: float = 20.0) -> None:
    """Poll *condition* until it holds. Raises: TimeoutError that says *what* did not happen."""
    deadline_s = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline_s:
            raise TimeoutError(f"not within {timeout_s:g} s: {what}")
        time.sleep(0.05)
