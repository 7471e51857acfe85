"""The private server's own page (vmui) behind our guard: nobody but this process knows that server's password.

Only what the page is made of and what it asks goes through; nothing that writes.
https://docs.victoriametrics.com/victoriametrics/#vmui
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qsl, quote

from starlette.responses import RedirectResponse, Response

from vmexporter.flows.session import Session
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


def relay(session: Session, path: str, method: str, asked: bytes) -> Response:
    """The server's answer to what is *asked* of *path*, a form or a query string; 404 where vmui reads nothing.

    Raises:
        VmexporterError: the server cannot be asked.
    """
    if not _READS.fullmatch(path) or ".." in path.split("/"):
        return Response(status_code=404)
    if path.endswith("vmui"):
        return RedirectResponse(f"{VMUI}/{path}/", 308)  # the page's own links are relative to this
    params = parse_qsl(asked.decode("utf-8", "surrogateescape"), keep_blank_values=True, errors="surrogateescape")
    client = session.client
    answer = (client.post if method == "POST" else client.get)(f"{client.origin}/{quote(path)}", params)
    kind = answer.headers.get("Content-Type", "application/octet-stream")
    return Response(answer.body, answer.status, media_type=kind)
