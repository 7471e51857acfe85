"""The few words of a server's answer that are worth showing.

Rule: bounded, on one line, without control characters (a terminal would obey them), without what names a client or
repeats a selector: servers put both into their messages.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable

MAX_WORDS_CHARACTERS = 320
HEAD_CHARACTERS = 120
READ_BYTES = 20_480
KEPT_CHARACTERS = 16_384  # fewer than are read, so that no secret is cut in two before it is struck out

_PREFIX = re.compile(r'^remoteAddr: "[^"]*"(?:, X-Forwarded-For: "[^"]*")?; requestURI: \S*; ')
_QUERY = re.compile(r"\?[^\s\"'`<>]*")
_FILTERS = re.compile(r"filters=\[.*\](?=, timeRange=)")
_TITLE = re.compile(r"<title[^>]*>(.{0,120}?)</title>", re.IGNORECASE | re.DOTALL)
_INVISIBLE = re.compile(r"[^\S ]|[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def server_words(body: bytes, strike_out: Callable[[str], str]) -> str:
    """What a server says in *body* (plain text, a JSON error, a web page), fit to be shown; "" when it says nothing.

    *strike_out* takes secrets out of a text.
    """
    text = body[:READ_BYTES].decode("utf-8", "replace")
    if is_page(body):
        title = _TITLE.search(strike_out(html.unescape(text)))
        shown = _one_line(title[1]) if title else ""
        return f'a web page titled "{shown}"' if shown else "a web page"
    said = _PREFIX.sub("", strike_out(_json_error(body) or text).strip()[:KEPT_CHARACTERS])
    return _one_line(_QUERY.sub("", _FILTERS.sub("filters=[…]", said)))


def is_page(body: bytes) -> bool:
    """Whether *body* is markup and no answer of an API."""
    return body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def _json_error(body: bytes) -> str:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(answer, dict):
        return ""
    for key in ("error", "message", "msg"):
        if isinstance(answer.get(key), str):
            return str(answer[key])
    return ""


def _one_line(text: str) -> str:
    line = " ".join(_INVISIBLE.sub(" ", text).split())
    if len(line) <= MAX_WORDS_CHARACTERS:
        return line
    # Both ends: what was tried comes first, and the reason of all reasons last.
    return line[:HEAD_CHARACTERS] + "…" + line[HEAD_CHARACTERS + 1 - MAX_WORDS_CHARACTERS :]
