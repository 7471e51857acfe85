"""Puts the application together: routes, the page's files, one shape for every error, and the guard before it all."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vmexporter import __version__
from vmexporter.errors import VmexporterError
from vmexporter.web import downloads, exports, importing, looking, uploading
from vmexporter.web.answers import ErrorAnswer
from vmexporter.web.guard import API, Doorkeeper, Guard
from vmexporter.web.refusals import Refused, body_answer, error_answer, status_answer, unexpected_answer
from vmexporter.web.service import Service

ROUTERS: Final = (looking.router, exports.router, downloads.router, uploading.router, importing.router)
STATIC: Final = Path(__file__).parent / "static"
_ERRORS: Final = {
    400: "The request cannot be meant",
    401: "The token is missing",
    403: "Another page asks, or the server denies access",
    404: "There is none",
    405: "The address does not take this method",
    409: "Not in this state",
    413: "The body is too large",
    415: "The body is no JSON",
    422: "The server rejects the query, or a file is damaged",
    429: "Too many exports run already",
    500: "A mistake of vmexporter, or something private was found",
    502: "The server cannot be reached",
    503: "A part of the server is down",
    507: "The result cannot be written",
}
_LOG = logging.getLogger("vmexporter.web")


def make_app(service: Service, doorkeeper: Doorkeeper | None = None) -> Guard:
    """The whole application for one server."""
    return Guard(api(service), page(), doorkeeper or Doorkeeper(service.settings))


def page(first: str = "") -> Starlette:
    """The page's own files: the same for everybody, and nothing in them; *first*: what stands for index.html."""

    def opened(request: Request) -> FileResponse:
        del request
        return FileResponse(STATIC / first)

    files = GZipMiddleware(StaticFiles(directory=STATIC, html=True, check_dir=False), minimum_size=500)
    routes = [*([Route("/", opened)] if first else []), Mount("/", files)]
    return Starlette(routes=routes, exception_handlers={HTTPException: _unrouted})


def api(service: Service) -> FastAPI:
    """The API, without its guard."""
    app = bare_api("Exports VictoriaMetrics' own metrics as an obfuscated bundle. Times are Unix milliseconds.")
    app.state.service = service
    for router in ROUTERS:
        app.include_router(router, prefix=API)
    return app


def bare_api(description: str) -> FastAPI:
    """An API without routes: one shape for every error, and no page of its own."""
    app = FastAPI(
        title="vmexporter",
        version=__version__,
        description=description,
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses={status: {"model": ErrorAnswer, "description": words} for status, words in _ERRORS.items()},
    )
    app.add_exception_handler(VmexporterError, _told)
    app.add_exception_handler(Refused, _told)
    app.add_exception_handler(RequestValidationError, _unfit)
    app.add_exception_handler(HTTPException, _unrouted)
    app.add_middleware(LastResort)
    return app


class LastResort:
    """Turns a mistake of ours into an answer: a sentence, and in the log its kind and place, nothing of its data."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        began = False

        async def watched(message: Message) -> None:
            nonlocal began
            began = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            trace = error.__traceback__
            while trace and trace.tb_next:
                trace = trace.tb_next
            place = f"{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}" if trace else "?"
            _LOG.error("unexpected %s at %s", type(error).__name__, place)
            if not began:
                await unexpected_answer()(scope, receive, send)
                return
        else:
            return
        raise ConnectionAbortedError("an answer broke off")  # the way to close a connection in the middle


async def _told(request: Request, error: Exception) -> Response:
    del request
    assert isinstance(error, VmexporterError | Refused)
    return error_answer(error)


async def _unfit(request: Request, error: Exception) -> Response:
    del request
    assert isinstance(error, RequestValidationError)
    return body_answer(error.errors())


async def _unrouted(request: Request, error: Exception) -> JSONResponse:
    del request
    assert isinstance(error, HTTPException)
    return status_answer(error.status_code, error.headers)
