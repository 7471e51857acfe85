"""Imports asked of the page's server: known lines that are handed over, and what a preflight of them found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.fakes.exchange import Request
from tests.integration.importsite import START_MS, STEP_MS, known_lines
from tests.integration.pageserver import PageServer
from tests.lab.asking import wait_until

LINES = known_lines(series=300, samples=400)  # about three bodies
SMALL = known_lines(series=30, samples=40)
END_MS = START_MS + 399 * STEP_MS
PASSWORD = "pl4nted-passw0rd"
STARTED_S = 60.0


def has_data(request: Request) -> bool:
    """Whether it brings samples; the empty body of a test does not."""
    return request.endpoint == "import" and len(request.body) > 100


def bodies_from(number: int) -> Callable[[Request], bool]:
    """The bodies from this one on."""
    seen: list[Request] = []

    def holds(request: Request) -> bool:
        if has_data(request):
            seen.append(request)
        return has_data(request) and len(seen) >= number

    return holds


def asked(page: PageServer, url: str, lines: list[bytes], **changes: Any) -> dict[str, Any]:
    """The body of an import of *lines*, which are handed over."""
    upload = page.upload(b"".join(lines), "known.jsonl")
    auth = {"type": "basic", "username": "planted-user", "password": PASSWORD}
    return {"source": {"upload": upload.json()["id"]}, "connection": {"url": url, "auth": auth}, **changes}


def started(page: PageServer, body: dict[str, Any]) -> str:
    reply = page.post("/api/imports", body)
    assert reply.status == 202, reply
    return str(reply.json()["id"])


def surveyed(page: PageServer, body: dict[str, Any]) -> dict[str, Any]:
    """What a preflight found."""
    reply = page.post("/api/preflights", body)
    assert reply.status == 202, reply
    target = f"/api/preflights/{reply.json()['id']}"
    wait_until(lambda: page.get(target).json()["state"] != "running", "the preflight ends", STARTED_S)
    ended: dict[str, Any] = page.get(target).json()
    assert page.post(target, method="DELETE").status == 204 and page.get(target).status == 404
    return ended
