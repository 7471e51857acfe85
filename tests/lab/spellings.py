"""Undoes the ways in which a text can be spelt, so that one search finds a string in all of them.

Each reading of a text is one more layer of escapes undone; what is base64, hex or punycode in it is read as well, at
whatever place in a longer text it begins.
"""

from __future__ import annotations

import base64
import binascii
import html
import ipaddress
import json
import re
from collections.abc import Iterator
from urllib.parse import unquote

LAYERS = 3
JSON_ESCAPE = re.compile(r'\\(?:u[0-9a-fA-F]{4}|["\\/bfnrt])')
BASE64_RUN = re.compile(r"[A-Za-z0-9+/_-]{8,}")
HEX_RUN = re.compile(r"[0-9a-fA-F]{8,}")
PUNYCODE = re.compile(r"xn--([a-z0-9-]+)", re.IGNORECASE)
IPV4 = re.compile(r"(?<![0-9])(\d{1,3})([.\-_])(\d{1,3})\2(\d{1,3})\2(\d{1,3})(?![0-9])")
IPV6 = re.compile(r"(?<![0-9a-z])[0-9a-f]{0,4}(?:[:\-_][0-9a-f]{0,4}){2,7}(?:[:.][0-9.]{3,})?", re.IGNORECASE)


def readings(text: str) -> Iterator[str]:
    """*text* as it is, with its escapes undone layer by layer, and what is encoded in each of these."""
    for _ in range(LAYERS + 1):
        yield text
        yield from _decoded(text)
        undone = _undo(text)
        if undone == text:
            return
        text = undone


def _undo(text: str) -> str:
    text = JSON_ESCAPE.sub(lambda found: str(json.loads(f'"{found[0]}"')), text)
    if re.search("[\ud800-\udfff]", text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return html.unescape(unquote(text, errors="replace"))


def _decoded(text: str) -> Iterator[str]:
    yield "\n".join(_from_base64(run) for run in sorted(set(BASE64_RUN.findall(text))))
    yield "\n".join(_from_hex(run) for run in sorted(set(HEX_RUN.findall(text))))
    yield "\n".join(_from_punycode(name) for name in sorted(set(PUNYCODE.findall(text))))


def _from_base64(run: str) -> str:
    run = run.translate({ord("-"): "+", ord("_"): "/"})
    found = []
    for start in range(4):
        part = run[start:]
        part = part[: len(part) // 4 * 4] if len(part) % 4 == 1 else part + "=" * (-len(part) % 4)
        found.append(base64.b64decode(part).decode("utf-8", "replace"))
    return "\n".join(found)


def _from_hex(run: str) -> str:
    found = (binascii.unhexlify(run[start : start + (len(run) - start) // 2 * 2]) for start in (0, 1))
    return "\n".join(one.decode("utf-8", "replace") for one in found)


def _from_punycode(name: str) -> str:
    try:
        return name.encode().decode("punycode")
    except UnicodeError:
        return ""


def addresses_in(text: str) -> Iterator[tuple[int, int]]:
    """Every IP address in *text* as (number, where it begins), with dashes or underscores in place of dots too."""
    for found in IPV4.finditer(text):
        numbers = [int(found[group]) for group in (1, 3, 4, 5)]
        if max(numbers) < 256:
            yield int.from_bytes(bytes(numbers), "big"), found.start()
    for found in IPV6.finditer(text):
        number = _ipv6(found[0])
        if number is not None:
            yield number, found.start()


def _ipv6(text: str) -> int | None:
    spelt = re.sub("[-_]", ":", text)
    for candidate in (spelt, spelt.rpartition(":")[0], spelt.rstrip(":")):
        try:
            return int(ipaddress.IPv6Address(candidate))
        except ValueError:
            continue
    return None
