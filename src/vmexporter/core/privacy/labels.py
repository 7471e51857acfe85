"""The label part of an export line: bytes <-> (name, value) pairs, strictly.

A label part is everything of a line up to and including the ``}`` that closes the metric object. It is read by one
regular expression whose matches have to cover it without a gap, so nothing can hide between two pairs. Bytes from 0x80
up are passed through as they are, valid UTF-8 or not; in text they are surrogate escapes (PEP 383).
https://docs.victoriametrics.com/victoriametrics/#how-to-export-data-in-json-line-format
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Final

from vmexporter.errors import BadExportLine

#: The raw bytes between the quotes of a label's name and of its value.
Pair = tuple[bytes, bytes]

_START: Final = b'{"metric":{'
_STRING: Final = rb'[^"\\\x00-\x1f]*+(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*+)*'
_PAIR: Final = re.compile(rb'"(' + _STRING + rb')":"(' + _STRING + rb')"(?:,(?=")|\Z)')
_ESCAPES: Final = re.compile(r"(?:\\u[0-9a-fA-F]{4})+|\\.")
#: Quotes, colon and comma around every pair; the last pair has no comma.
_AROUND: Final = len(b'"":"",')


def parse(label_part: bytes) -> list[Pair]:
    """The pairs of *label_part* in their order, values as raw JSON string bytes (see :func:`decode`).

    Raises:
        BadExportLine: it is not exactly ``{"metric":{"name":"value",...}``.
    """
    pairs: list[Pair] = _PAIR.findall(label_part, len(_START), len(label_part) - 1)
    inside = len(b"".join(chain.from_iterable(pairs))) + _AROUND * len(pairs)
    whole = len(_START) + inside + (0 if pairs else 1) == len(label_part)
    if not (whole and label_part.startswith(_START) and label_part.endswith(b"}")):
        raise BadExportLine(
            'cannot read a line of the export: its labels are not of the form {"metric":{"name":"value",...}',
            hint="The answer may come from a proxy, or its end may be an error text of the server.",
        )
    return pairs


def build(pairs: Iterable[Pair]) -> bytes:
    """The label part of *pairs*: what :func:`parse` read."""
    return _START + b",".join([b'"%b":"%b"' % pair for pair in pairs]) + b"}"


def decode(raw: bytes) -> str:
    """The text of a JSON string's bytes, surrogate escapes for bytes that are not UTF-8.

    Raises:
        BadExportLine: it holds half a surrogate pair as an escape, which no text has.
    """
    text = raw.decode("utf-8", "surrogateescape")
    if "\\" not in text:
        return text
    # Escapes are read apart from the bytes around them, which may be surrogate escapes themselves.
    return _ESCAPES.sub(_unescape, text)


def encode(text: str) -> bytes:
    """*text* as the bytes between the quotes of a JSON string; only what must be escaped is."""
    return json.dumps(text, ensure_ascii=False)[1:-1].encode("utf-8", "surrogateescape")


def fingerprint(pairs: Sequence[Pair]) -> int:
    """64 bits that name a label set, whatever the order of its labels and the spelling of their escapes."""
    flat = b"\0".join(chain.from_iterable(sorted(pairs)))
    if b"\\" in flat:
        flat = b"\0".join(chain.from_iterable(sorted((_usual(name), _usual(value)) for name, value in pairs)))
    return int.from_bytes(hashlib.blake2b(flat, digest_size=8).digest(), "big")


def _unescape(found: re.Match[str]) -> str:
    text: str = json.loads(f'"{found[0]}"')
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadExportLine(
            "cannot read a line of the export: a label holds half a character (\\uD800-\\uDFFF)"
        ) from None
    return text


def _usual(raw: bytes) -> bytes:
    return encode(decode(raw)) if b"\\" in raw else raw
