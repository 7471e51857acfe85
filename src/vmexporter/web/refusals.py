"""What the web layer itself says no to, and the one JSON shape in which every error leaves.

Errors of the flows keep their code, words, hint and status. What is wrong with a body is told by place, never by value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from starlette.responses import JSONResponse

from vmexporter.errors import VmexporterError

UNEXPECTED: Final = "something unexpected went wrong; this is a bug of vmexporter"
UNEXPECTED_DOCUMENT: Final = {"code": "error", "message": UNEXPECTED, "hint": "", "field": ""}
_STATUS_CODES: Final = MappingProxyType({404: "not_found", 405: "method_not_allowed"})
_MOST_PLACE_CHARACTERS = 60


class Refused(Exception):
    """An answer other than the one that was asked for; not a failure of an export."""

    def __init__(self, status: int, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.hint = status, code, message, hint


def error_document(error: VmexporterError | Refused) -> dict[str, str]:
    """*error* as it is told: code, message, hint and, where it is about one, the field."""
    return {
        "code": error.code,
        "message": error.message,
        "hint": error.hint,
        "field": str(getattr(error, "field", "")),
    }


def error_answer(error: VmexporterError | Refused, **beside: object) -> JSONResponse:
    """The answer that tells *error*; *beside* stands beside it."""
    status = error.status if isinstance(error, Refused) else error.http_status
    return JSONResponse({"error": error_document(error), **beside}, status)


def status_answer(status: int, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The answer for what the router refuses: an unknown address, a method that it does not have."""
    code = _STATUS_CODES.get(status, "invalid_input")
    words = {"not_found": "there is nothing at this address", "method_not_allowed": "it does not take this method"}
    message = f"cannot answer: {words.get(code, 'the request is none that can be meant')}"
    document = {"code": code, "message": message, "hint": "GET /api/openapi.json lists what there is", "field": ""}
    return JSONResponse({"error": document}, status, headers)


def unexpected_answer() -> JSONResponse:
    """The answer after a mistake of ours: a sentence, nothing of what was sent."""
    return JSONResponse({"error": UNEXPECTED_DOCUMENT}, 500)


def body_answer(problems: Sequence[Mapping[str, Any]]) -> JSONResponse:
    """The answer to a request that is not of its form; *problems* are pydantic's."""
    problem = problems[0]
    place = place_of(problem["loc"])
    why = "it is no JSON" if problem["type"] == "json_invalid" else str(problem["msg"]).removeprefix("Value error, ")
    if problem["type"] == "missing" and problem["loc"][0] == "query":
        message = f"Missing {place} parameter"
    else:
        message = f"cannot use the request: {place + ': ' if place else ''}{why}"
    document = {"code": "invalid_input", "message": message, "hint": "", "field": place}
    return JSONResponse({"error": document}, 400)


def place_of(location: Sequence[object]) -> str:
    """Where in a body: ``auth.username``. A connection's fields are named alike in both forms of a body."""
    parts = [str(part) for part in location[1:] if not isinstance(part, int)]
    if parts[1:] and parts[0] == "connection":
        parts = parts[1:]
    return ".".join(parts)[:_MOST_PLACE_CHARACTERS]
