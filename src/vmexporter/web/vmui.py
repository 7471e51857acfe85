"""The private server's own page (vmui) behind our guard: nobody but this process knows that server's password.

Only what the page is made of and what it asks goes through; nothing that writes.
https://docs.victoriametrics.com/victoriametrics/#vmui
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from vmexporter.flows.session import Session
from vmexporter.tsdb.transport import Answer
from vmexporter.web.guard import API

VMUI: Final = f"{API}/vm"
"""Where the server's addresses begin here."""
_READS: Final = re.compile(
    r"(?:prometheus/)?"
    r"(?:vmui(?:/.*)?"
    r"|api/v1/(?:query|query_range|series|labels|label/[^/]+/values|metadata|status/[a-z_]+)"
    r"|prettify-query|expand-with-exprs)"
)


def has_vmui(session: Session) -> bool:
    """Whether the server has this page; distributions leave it out."""
    return session.client.get(f"{session.client.origin}/vmui/").status == 200


async def relay(session: Session, path: str, request: Request) -> Response:
    """The server's answer to *request*, which is about *path* there; 404 where that is nothing that vmui reads.

    Raises:
        VmexporterError: the server cannot be asked.
    """
    if not _READS.fullmatch(path):
        return Response(status_code=404)
    if path.endswith("vmui"):
        return RedirectResponse(f"{VMUI}/{path}/", 308)  # the page's own links are relative to this
    given = await request.body() if request.method == "POST" else request.url.query.encode()
    params = parse_qsl(given.decode("utf-8", "surrogateescape"), keep_blank_values=True, errors="surrogateescape")
    answer = await run_in_threadpool(_asked, session, path, params, request.method)
    kind = answer.headers.get("Content-Type", "application/octet-stream")
    return Response(answer.body, answer.status, media_type=kind)


def _asked(session: Session, path: str, params: list[tuple[str, str]], method: str) -> Answer:
    client = session.client
    return (client.post if method == "POST" else client.get)(f"{client.origin}/{path}", params)
