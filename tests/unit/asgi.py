"""Asks an ASGI application without a server: what it answers, and what it saw."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp, Message

from vmexporter.flows.world import World
from vmexporter.web.imports import Imports
from vmexporter.web.outputs import OutputFolder
from vmexporter.web.runs import Runs
from vmexporter.web.service import Service
from vmexporter.web.settings import Settings

TOKEN = "the-token-of-the-tests"
HOST = "127.0.0.1:8080"
BEARER = {"authorization": f"Bearer {TOKEN}"}
JSON = {"content-type": "application/json"}


@dataclass
class Reply:
    """An answer."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The code of the error."""
        return str(self.json()["error"]["code"])


def ask(
    app: ASGIApp, request: str, headers: Mapping[str, str] | None = None, body: bytes | Iterable[bytes] = b""
) -> Reply:
    """Send ``METHOD /path?query``; Host is the right one unless *headers* has another ("" for none)."""
    method, _, target = request.partition(" ")
    path, _, query = target.partition("?")
    named = {"host": HOST, **(headers or {})}
    scope = {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "root_path": "", "scheme": "http",
        "query_string": query.encode(), "http_version": "1.1", "asgi": {"version": "3.0", "spec_version": "2.4"},
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in named.items() if value],
        "server": ("127.0.0.1", 8080), "client": ("127.0.0.1", 50_000),
    }  # fmt: skip
    parts = [body] if isinstance(body, bytes) else list(body)
    incoming: list[Message] = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    incoming[-1]["more_body"] = False
    reply = Reply()

    async def receive() -> Message:
        return incoming.pop(0) if incoming else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            reply.status = message["status"]
            reply.headers = {name.decode().lower(): value.decode("latin-1") for name, value in message["headers"]}
        else:
            reply.body += message.get("body", b"")

    async def whole() -> None:
        await app(scope, receive, send)

    asyncio.run(whole())
    return reply


def service(folder: Path, *, host: str = "127.0.0.1", max_runs: int = 3) -> Service:
    """A service whose output folder is *folder*."""
    settings = Settings(host=host, port=8080, token=TOKEN, output=folder, max_runs=max_runs)
    world = World()
    output = OutputFolder(folder)
    return Service(settings, Runs(output, max_runs, world), Imports(output, max_runs, world), world)
