r"""The spellings of an original: a text is read in every way that it can be decoded, and each reading is searched.

Decoding the text instead of encoding each original finds any mixture (a percent-encoded name within ``\"`` within
JSON) and keeps a million originals one pattern each. Only a domain name's other alphabet is a pattern of its own.
https://www.rfc-editor.org/rfc/rfc4648, https://www.rfc-editor.org/rfc/rfc3492
"""

from __future__ import annotations

import base64
import binascii
import html
import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Final
from urllib.parse import unquote_to_bytes

#: What is looked for: as it is in any case, and in these codings, one within the other up to ``_DEPTH``.
CODINGS: Final = ("any case", "JSON escapes", "percent-encoding", "HTML escapes", "base64", "base64url", "IDNA")
_DEPTH: Final = 4
_FEWEST_LEFT: Final = 4  # characters of an original that is undone: fewer tell nothing apart
_ESCAPED: Final = re.compile(
    r"""(?P<json>(?:\\u[0-9A-Fa-f]{4})+|\\[xX][0-9A-Fa-f]{2}|\\["'\\/bfnrt])"""
    r"|(?P<percent>(?:%[0-9A-Fa-f]{2})+)|(?P<html>&(?:\#[0-9]{1,7}|\#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]{2,8});)"
)
_LAST_CHARACTER: Final = 0x10FFFF
_CONTROLS: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_BASE64_RUN: Final = re.compile("[A-Za-z0-9+/_-]{6,}")
_URL_SAFE: Final = str.maketrans("-_", "+/")

IsKnown = Callable[[str], bool]


def folded(text: str) -> str:
    """*text* as it is compared: without case, Unicode's compatible forms made one."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def as_bytes(text: str) -> bytes:
    """*text* in UTF-8; bytes that were no text keep apart."""
    return text.encode("utf-8", "surrogatepass")


def forms(original: str) -> Iterator[bytes]:
    """The patterns for one original; what looks like a coding in it is undone with the coding around it."""
    plain = folded(original)
    yield as_bytes(plain)
    undone, before = _ESCAPED.sub(_decoded, plain), plain
    while undone != before and len(undone) >= _FEWEST_LEFT and any(map(str.isalpha, undone)):
        yield as_bytes(folded(undone))
        undone, before = _ESCAPED.sub(_decoded, undone), undone
    if not plain.isascii() or "xn--" in plain:
        other = ".".join(map(_idna, plain.split(".")))
        if other != plain:
            yield as_bytes(other)


def readings(text: str, is_known: IsKnown) -> Iterator[str]:
    """*text*, and everything that it could be the coding of; a run that *is_known* accounts for is no base64."""
    seen = {text}
    layer = text
    yield text
    for _ in range(_DEPTH):
        if not ("\\" in layer or "%" in layer or "&" in layer):
            break
        layer = _ESCAPED.sub(_decoded, layer)
        if layer in seen:
            break
        seen.add(layer)
        yield layer
    for one in tuple(seen):
        if "+" in one:
            yield one.replace("+", " ")
        for run in _BASE64_RUN.findall(one):
            if not is_known(run):
                yield from _base64(run)


def _decoded(found: re.Match[str]) -> str:
    text = found[0]
    if found["percent"]:
        return unquote_to_bytes(text).decode("utf-8", "surrogateescape")
    if found["html"]:
        return _reference(text)
    if text[1] == "u":
        return str(json.loads(f'"{text}"'))
    return chr(int(text[-2:], 16)) if text[1] in "xX" else _CONTROLS.get(text[1], text[1])


def _reference(text: str) -> str:
    """A character by its number or its name; control characters too, which HTML itself has no place for."""
    if text[1] != "#":
        return html.unescape(text)
    number = int(text[3:-1], 16) if text[2] in "xX" else int(text[2:-1])
    return chr(number) if number <= _LAST_CHARACTER else text


def _base64(run: str) -> Iterator[str]:
    """What the run says, wherever in it the coding begins."""
    standard = run.translate(_URL_SAFE)
    for start in range(4):
        piece = standard[start:]
        piece = piece[: len(piece) - (len(piece) % 4 == 1)]
        try:
            yield base64.b64decode(piece + "=" * (-len(piece) % 4)).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            continue


def _idna(part: str) -> str:
    try:
        if part.startswith("xn--"):
            return folded(part[4:].encode("ascii").decode("punycode"))
        return part if part.isascii() else "xn--" + part.encode("punycode").decode("ascii")
    except UnicodeError:
        return part
