"""Stands before every route: who may ask, from where, with what; and what every answer tells the browser.

In this order: the Host is a name of ours (DNS rebinding); nothing but the page's own files without the token; no
foreign page stands behind the request (Fetch metadata, Origin); a body is JSON and small, but for files that are handed
over, which are streamed to their route. The page's files are the same for everybody and hold nothing; all data is
behind ``/api``.
https://web.dev/articles/fetch-metadata, https://owasp.org/www-community/attacks/csrf
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Collection
from typing import Final
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vmexporter.web.refusals import Refused, error_answer
from vmexporter.web.settings import Settings

BODY_LIMIT_BYTES: Final = 8 << 20  # a choice of tens of thousands of targets takes one or two
API: Final = "/api"
_JSON: Final = "application/json"
_FORM: Final = "application/x-www-form-urlencoded"
STREAMED: Final = frozenset({("POST", f"{API}/uploads")})
"""What takes a file instead of JSON, of any length. No form of another page can send that content type."""
STREAM_TYPE: Final = "application/octet-stream"
STREAMS: Final = "vmexporter.streams"
"""In the scope of a request whose body is such a file, and that was let through."""
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_POLICY = "; ".join(
    f"{what} {whom}"
    for what, whom in (
        ("default-src", "'self'"),
        ("object-src", "'none'"),
        ("base-uri", "'none'"),
        ("form-action", "'self'"),
        ("frame-ancestors", "'none'"),
    )
)
_HEADERS: Final = (
    ("content-security-policy", _POLICY),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
)
_OPEN_HINT = "open the address that vmexporter printed when it started; scripts send Authorization: Bearer <token>"
_STALE = f"This address is not valid, or not any more. {_OPEN_HINT[0].upper()}{_OPEN_HINT[1:]}.\n"


class Doorkeeper:
    """Knows the token, and one code that can be used once in its place, for an address that others may see."""

    def __init__(self, settings: Settings) -> None:
        self.settings: Final = settings
        self._code = ""

    def once(self) -> str:
        """A code that opens the page once; an older one is void."""
        self._code = secrets.token_urlsafe(32)
        return self._code

    def knows(self, headers: Headers) -> bool:
        """Whether a request proves that it knows the token, by cookie or by Authorization."""
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self._is_token(given.strip()):
            return True
        return self._is_token(cookie_parser(headers.get("cookie", "")).get(self.settings.cookie, ""))

    def admission(self, scope: Scope) -> Response | None:
        """The answer to an address with ``token`` or ``once``, which leaves the address at once; None without them."""
        asked = parse_qs(scope["query_string"].decode("latin-1"))
        given, code = asked.get("token", [""])[0], asked.get("once", [""])[0]
        if not given and not code:
            return None
        if code and self._code and _same(code, self._code):
            self._code = ""
        elif not self._is_token(given) and not self.knows(Headers(scope=scope)):
            return PlainTextResponse(_STALE, 401)
        response = RedirectResponse("/", 303)
        name, token = self.settings.cookie, self.settings.token
        response.set_cookie(name, token, httponly=True, samesite="strict", path="/")
        return response

    def _is_token(self, given: str) -> bool:
        return _same(given, self.settings.token)


class Guard:
    """The way to *api* and to *page*; see above. Below the path *forms*, if there is one, a body may be a form."""

    def __init__(self, api: ASGIApp, page: ASGIApp, doorkeeper: Doorkeeper, forms: str = "") -> None:
        self._api, self._files, self._door, self._forms = api, page, doorkeeper, forms

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or let it through."""
        if scope["type"] != "http":
            return
        is_api = scope["path"] == API or scope["path"].startswith(f"{API}/")

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message.setdefault("headers", []))
                for name, value in _HEADERS:
                    headers[name] = value
                headers["cache-control"] = "no-store" if is_api else headers.get("cache-control", "no-cache")
            await send(message)

        try:
            headers = Headers(scope=scope)
            self._check_host(headers)
            if not is_api:
                await self._page(scope, receive, send_with_headers)
                return
            self._check_asker(scope["method"], headers)
            kinds = self._kinds(scope)
            _check_body(scope["method"], headers, kinds)
            if STREAM_TYPE in kinds:
                answered, scope[STREAMS] = receive, True
            else:
                answered = _replayed(await _whole(receive), receive)
        except Refused as refused:
            await error_answer(refused)(scope, receive, send_with_headers)
            return
        await self._api(scope, answered, send_with_headers)

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in {"GET", "HEAD"}:
            raise Refused(405, "method_not_allowed", "cannot answer: this address takes GET only")
        admission = self._door.admission(scope)
        await (admission or self._files)(scope, receive, send)

    def _check_host(self, headers: Headers) -> None:
        if not self._door.settings.answers_to(headers.get("host", "")):
            raise Refused(403, "forbidden", "cannot answer: the request names another host", _OPEN_HINT)

    def _check_asker(self, method: str, headers: Headers) -> None:
        if not self._door.knows(headers):
            raise Refused(401, "unauthorized", "cannot answer: the token is missing, or not the one of now", _OPEN_HINT)
        foreign = headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}
        origin = headers.get("origin")
        if method not in _SAFE_METHODS and origin is not None:
            foreign = foreign or not self._is_own(origin, headers.get("host", ""))
        if foreign:
            raise Refused(403, "forbidden", "cannot answer: another page asks", _OPEN_HINT)

    def _is_own(self, origin: str, host: str) -> bool:
        """Whether *origin* is the very host that was asked, which is one of ours; https: a proxy stands before it."""
        return origin.lower() in {f"http://{host.lower()}", f"https://{host.lower()}"}

    def _kinds(self, scope: Scope) -> Collection[str]:
        """Of which content types the body of a request may be."""
        if (scope["method"], scope["path"]) in STREAMED:
            return (STREAM_TYPE,)
        return (_JSON, _FORM) if self._forms and scope["path"].startswith(f"{self._forms}/") else (_JSON,)


def _check_body(method: str, headers: Headers, kinds: Collection[str]) -> None:
    sent = headers.get("content-length", "0")
    has_body = sent != "0" or "transfer-encoding" in headers
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if (has_body or method in {"POST", "PUT", "PATCH"}) and method not in _SAFE_METHODS and kind not in kinds:
        raise Refused(415, "not_json", f"cannot read the request: its Content-Type is not {' or '.join(kinds)}")
    if not (sent.isascii() and sent.isdigit()) or (int(sent) > BODY_LIMIT_BYTES and STREAM_TYPE not in kinds):
        raise _too_large()


async def _whole(receive: Receive) -> bytes:
    """The body, bounded: a chunked one does not say beforehand how long it is."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            break  # the asker is gone
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > BODY_LIMIT_BYTES:
            raise _too_large()
        parts.append(part)
        if not message.get("more_body"):
            break
    return b"".join(parts)


def _replayed(body: bytes, receive: Receive) -> Receive:
    """A ``receive`` that gives the whole body first."""
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return messages.pop() if messages else await receive()

    return replay


def _too_large() -> Refused:
    return Refused(413, "too_large", f"cannot read the request: it is larger than {BODY_LIMIT_BYTES >> 20} MiB")


def _same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), right.encode())
