"""The routes of files that are handed over to be imported: streamed to the disk as they come, and removed again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Final

from anyio import from_thread
from fastapi import APIRouter, Path, Query, Request
from starlette.requests import ClientDisconnect

from vmexporter.bundle.uploads import Uploaded
from vmexporter.web.guard import STREAM_TYPE
from vmexporter.web.refusals import Refused
from vmexporter.web.results import UploadAnswer
from vmexporter.web.service import Here

router = APIRouter(tags=["Importing"])

Id = Annotated[str, Path(max_length=64)]
_FILE: Final[dict[str, Any]] = {
    "requestBody": {"required": True, "content": {STREAM_TYPE: {"schema": {"type": "string", "format": "binary"}}}}
}


@router.post("/uploads", status_code=201, openapi_extra=_FILE)
def upload(request: Request, here: Here, name: Annotated[str, Query(min_length=1, max_length=1024)]) -> UploadAnswer:
    """Take a file as the body of the request. It is kept below the output folder until it is removed."""
    sent = request.headers.get("content-length", "")
    with here.imports.uploads.begin(name, int(sent) if sent.isdigit() else None) as incoming:
        for block in _blocks(request):
            incoming.write(block)
        return _answer(incoming.finish())


@router.delete("/uploads/{identity}", status_code=204)
def remove(identity: Id, here: Here) -> None:
    """Remove such a file, unless it is being read."""
    here.imports.remove_upload(identity)


def _blocks(request: Request) -> Iterator[bytes]:
    """The body as it comes, read from this thread: what is not taken yet waits in the sender."""
    stream = request.stream()
    while True:
        try:
            block = from_thread.run(anext, stream, None)
        except ClientDisconnect:
            raise Refused(400, "cut", "cannot keep the upload: it broke off", "send it again") from None
        if block is None:
            return
        if block:
            yield block


def _answer(found: Uploaded) -> UploadAnswer:
    return UploadAnswer(id=found.identity, name=found.name, bytes=found.size_bytes, modified_ms=found.modified_ms)
