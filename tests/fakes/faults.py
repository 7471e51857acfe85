"""What can go wrong between a client and a server, and plans that say which request meets what.

A plan is ``plan(request, count) -> Fault``; *count* is the request's number among those to the same endpoint, from 1.
``None`` from a plan means ``Pass()``. Byte counts are of the body as it travels, without the framing; faults that look
into the body ask the server for an uncompressed one.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from tests.fakes.exchange import CutKind, Request


@dataclass(frozen=True)
class Pass:
    """The server's own answer."""


@dataclass(frozen=True)
class Cut:
    """The body breaks off after *after_bytes*, or when it is shorter, at its end but before the end is told.

    *between_lines* moves the cut to just behind the next line feed, *inside_chunk* puts it behind the first bytes of a
    chunk that was announced to be longer. ``fin`` closes the connection in order, ``rst`` breaks it; both come without
    the final chunk, so a careful client can tell. *only_longer* leaves a body alone that is shorter; *packed* cuts what
    the client asked for, compressed or not, in place of an uncompressed body.
    """

    after_bytes: int = 0
    kind: CutKind = "fin"
    between_lines: bool = False
    inside_chunk: bool = False
    only_longer: bool = False
    packed: bool = False


@dataclass(frozen=True)
class ErrorText:
    """The server fails after its 200: *text*, line feeds and all, stands in the body behind the first lines.

    Then the connection breaks off (a sentence of the server's in place of the next chunk's size, then the end), or with
    *clean_end* the body ends in order. ``failed_as_1_79`` and ``failed_as_1_150`` are what the servers do.
    """

    text: str = "\nerror when exporting data: cannot read block: the disk failed\n"
    after_bytes: int = 0
    between_lines: bool = True
    clean_end: bool = False


@dataclass(frozen=True)
class Stall:
    """Nothing comes for *seconds* behind *after_bytes* of the body; then the rest does."""

    seconds: float
    after_bytes: int = 0


@dataclass(frozen=True)
class Drip:
    """The body comes in pieces of *piece_bytes*, one every *every_s*, for *for_s* at most; then the rest."""

    piece_bytes: int = 64
    every_s: float = 0.01
    for_s: float = 3600.0


@dataclass(frozen=True)
class Answer:
    """An answer of the proxy's own; the server is not asked."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "text/plain; charset=utf-8"})


@dataclass(frozen=True)
class Edited:
    """The server's own answer, with *new* in the place where *old* stands in it for the first time."""

    old: bytes
    new: bytes


@dataclass(frozen=True)
class Redirect:
    """A redirect to *base* with the same path and query."""

    base: str
    status: int = 302


@dataclass(frozen=True)
class Drop:
    """The connection is closed without a single byte of an answer."""

    kind: CutKind = "rst"


@dataclass(frozen=True)
class Lost:
    """The server gets the request, or that *share* of its body, and the client gets no answer."""

    share: float = 1.0
    kind: CutKind = "rst"


@dataclass(frozen=True)
class Refuse:
    """This connection breaks, and new ones are refused for *seconds*."""

    seconds: float


Fault: TypeAlias = Pass | Cut | ErrorText | Stall | Drip | Answer | Edited | Redirect | Drop | Lost | Refuse
Plan: TypeAlias = Callable[[Request, int], Fault | None]


def too_many_requests(retry_after_s: float | str | None = 1) -> Answer:
    """429, with ``Retry-After`` unless it is None (a string may be an HTTP date)."""
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    if retry_after_s is not None:
        headers["Retry-After"] = str(retry_after_s)
    return Answer(429, b"too many requests\n", headers)


def failed_as_1_79(after_bytes: int = 0) -> ErrorText:
    """A failed export as version 1.79 ends it: one line that is no JSON, and then the proper end."""
    text = (
        'remoteAddr: "127.0.0.1:51652"; requestURI: /api/v1/export?match[]=up; error when exporting data on the time '
        "range (start=1795400000000, end=1795410000000): error during sending the data to remote client: timeout "
        "exceeded during query execution: 2.000 seconds (elapsed 32.362 seconds)\n"
    )
    return ErrorText(text, after_bytes, clean_end=True)


def failed_as_1_150(after_bytes: int = 0) -> ErrorText:
    """A failed export as version 1.150 ends it: its error text stays in a buffer, only the break itself arrives."""
    return ErrorText("", after_bytes)


def unavailable(status: int = 503, text: str = "no upstream is available\n") -> Answer:
    """503, 502 or 504 with a text."""
    return Answer(status, text.encode())


def nth(endpoint: str, faults: Mapping[int, Fault]) -> Plan:
    """The requests with these numbers to *endpoint* meet these faults: ``nth("export", {2: Cut(1000)})``."""
    return lambda request, count: faults.get(count) if request.endpoint == endpoint else None


def first(endpoint: str, count: int, fault: Fault) -> Plan:
    """The first *count* requests to *endpoint* meet *fault*."""
    return lambda request, number: fault if request.endpoint == endpoint and number <= count else None


def always(endpoint: str, fault: Fault) -> Plan:
    """Every request to *endpoint* meets *fault*."""
    return lambda request, count: fault if request.endpoint == endpoint else None


def every(fault: Fault) -> Plan:
    """Every request whatever meets *fault*."""
    return lambda request, count: fault


def longer_than(limit_s: float, fault: Fault, endpoint: str = "export") -> Plan:
    """Requests to *endpoint* over a range longer than *limit_s* meet *fault*; for ``query`` the range is ``[5m]``."""
    return lambda request, count: fault if request.endpoint == endpoint and request.range_s > limit_s else None


def at_windows(faults: Mapping[int, Fault]) -> Plan:
    """The exports of windows with these numbers, from 1 and with all repetitions, meet these faults."""
    numbers = itertools.count(1)
    return lambda request, count: faults.get(next(numbers)) if request.is_window else None


def from_window(number: int, fault: Fault) -> Plan:
    """The exports of windows meet *fault* from this one on."""
    numbers = itertools.count(1)
    return lambda request, count: fault if request.is_window and next(numbers) >= number else None


def first_of(*plans: Plan) -> Plan:
    """The first of several plans that has a fault for the request."""

    def plan(request: Request, count: int) -> Fault | None:
        faults = (candidate(request, count) for candidate in plans)
        return next((fault for fault in faults if fault is not None), None)

    return plan
