"""A request, and the one that a redirect makes of it.

Rule: whoever is redirected to another scheme, host or port arrives there without credentials and without headers of
the user, and does not get them back; encryption is never lost on the way; what is asked is never dropped silently.
Facts: https://www.rfc-editor.org/rfc/rfc9110#section-15.4
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal
from urllib.parse import urljoin, urlsplit, urlunsplit

from urllib3 import HTTPHeaderDict

from vmexporter.core.addresses import origin_of
from vmexporter.errors import EndpointMissing

Method = Literal["GET", "POST"]

MAX_REDIRECTS = 5
MAX_MOVED_BODY_BYTES = 2048  # a POST that a redirect turns into a GET has to fit into a URL
REDIRECTS = frozenset({301, 302, 303, 307, 308})
KEEPS_METHOD = frozenset({307, 308})
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Request:
    """What is sent. ``headers`` are general ones, joined with the user's as long as the request is ``trusted``.

    A body that is no form (``is_form``) is data, which no redirect turns into a part of a URL.
    """

    method: Method
    url: str
    headers: HTTPHeaderDict = field(repr=False)
    general_headers: HTTPHeaderDict = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    is_form: bool = True

    @property
    def trusted(self) -> bool:
        """Whether the user's headers are among its headers."""
        return self.headers is not self.general_headers

    @property
    def origin(self) -> str:
        """Where it goes."""
        return origin_of(self.url)


def with_form(request: Request, form: str) -> Request:
    """*request* with the encoded *form* in its body, or joined to its URL."""
    if request.method == "POST":
        return replace(request, body=form.encode("ascii"))
    parts = urlsplit(request.url)
    query = "&".join(part for part in (parts.query, form) if part)
    return replace(request, url=urlunsplit(parts._replace(query=query, fragment="")))


def redirected(request: Request, status: int, location: str) -> Request:
    """The request that a redirect with *status* to *location* makes of *request*.

    Raises:
        EndpointMissing: it must not be followed, or what is asked would be lost.
    """
    target = _target(request.url, location)
    origin = origin_of(target)
    doing = f"cannot query {request.origin}"
    if not origin:
        raise EndpointMissing(f"{doing}: it redirects to something that is no web address")
    if request.url.startswith("https://") and not target.startswith("https://"):
        raise EndpointMissing(
            f"{doing}: it redirects to {origin}, which is not encrypted",
            hint="nothing was sent there; give that address itself if it is what you want",
        )
    headers = request.headers if origin == request.origin else request.general_headers
    moved = replace(request, url=target, headers=headers)
    if request.method == "GET" or status in KEEPS_METHOD:
        return moved
    if len(request.body) > MAX_MOVED_BODY_BYTES or not request.is_form:
        raise EndpointMissing(
            f"{doing}: it redirects to {origin} in a way that drops what is asked",
            hint=f"give the address that it redirects to, on {origin}, in place of this one",
        )
    return with_form(replace(moved, method="GET", body=b""), request.body.decode("ascii"))


def _target(url: str, location: str) -> str:
    try:
        parts = urlsplit(urljoin(url, location))
    except ValueError:
        return ""
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment=""))
