"""What a target is called: host, host:port, URL; each piece replaced by its own kind, the structure kept.

Secrets go first: a password, a lone token before ``@``, the values of query arguments and a fragment become
``<removed>`` and are never written into the map. Two values that differ in their secrets alone must still stay two
values: the map holds a keyed digest of each, and the second one reads ``<removed-N>``. Anything with ``://``, ``@`` or
``?key=`` in it is read as a URL however broken it is, so that a malformed one does not hide its password.
https://www.rfc-editor.org/rfc/rfc3986
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator
from typing import Final

from vmexporter.core.privacy.addresses import ipv4_pseudonym, ipv6_pseudonym, is_ipv4, is_ipv6
from vmexporter.core.privacy.hostnames import host_pseudonym, name_pseudonym, part_pseudonym
from vmexporter.core.privacy.mapping import LABEL_KIND_PREFIX, REMOVED, PseudonymMap
from vmexporter.core.privacy.numbers import FEW, decimal, numbered
from vmexporter.core.privacy.vocabulary import PATH_WORDS, SCHEMES

_PORT: Final = "(?P<port>:[0-9]{1,5})?"
_HOST_PORT: Final = re.compile(rf"(?P<host>[\w.-]*){_PORT}")
_IPV6: Final = r"(?P<address>[0-9A-Fa-f:.]+)(?:(?P<percent>%25|%)(?P<zone>[\w.-]+))?"
_BARE: Final = re.compile(_IPV6)
_BRACKETED: Final = re.compile(rf"\[{_IPV6}\]{_PORT}")

_URLISH: Final = re.compile(r"://|@|\?[^=\s]*=")
_SCHEME: Final = re.compile(r"(?P<index>[0-9]{1,3}:)?(?P<scheme>[^/?#@]*?)://")
_AUTHORITY: Final = re.compile("[^/?#]*")
_ARGUMENT: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_.\[\]-]{0,63}=)(.*)", re.DOTALL)
_SEGMENT: Final = re.compile(r"[\w.-]+")
_HIDDEN: Final = "<removed>"


def host_port_pseudonym(pseudonyms: PseudonymMap, text: str) -> str | None:
    """*text* as an address or host name with an optional port, or None if it is no such thing; the port stays."""
    found = _HOST_PORT.fullmatch(text)
    if found:
        host = found["host"]
        return (ipv4_pseudonym if is_ipv4(host) else host_pseudonym)(pseudonyms, host) + (found["port"] or "")
    bare = _BARE.fullmatch(text)
    if bare and is_ipv6(bare["address"]):
        return _zoned(pseudonyms, bare)
    bracketed = _BRACKETED.fullmatch(text)
    if bracketed and is_ipv6(bracketed["address"]):
        return f"[{_zoned(pseudonyms, bracketed)}]{bracketed['port'] or ''}"
    return None


def is_urlish(text: str) -> bool:
    """Whether *text* could hold credentials as URLs do, so that it has to go through :func:`url_pseudonym`."""
    return _URLISH.search(text) is not None


def url_pseudonym(pseudonyms: PseudonymMap, text: str) -> str:
    """*text* as a URL, whole or in part: index, scheme, port, depth, known path words and argument names stay."""
    start = _SCHEME.match(text)
    userinfo, at, rest = _split_userinfo(text[start.end() :] if start else text)
    authority, path, query, fragment = _split_rest(rest)
    pieces = [
        _scheme(pseudonyms, start) if start else "",
        _userinfo(pseudonyms, userinfo, in_url=start is not None) + at,
        (host_port_pseudonym(pseudonyms, authority) or name_pseudonym(pseudonyms, authority)) if authority else "",
        "/".join([_segment(pseudonyms, segment) for segment in path.split("/")]),
        "?" + "&".join(map(_argument, query[1:].split("&"))) if query else "",
        "#" + _hidden(fragment[1:]) if fragment else "",
    ]
    result = "".join(pieces)
    return _kept_apart(pseudonyms, text, result) if _HIDDEN in result else result


def _zoned(pseudonyms: PseudonymMap, found: re.Match[str]) -> str:
    zone = found["percent"] + part_pseudonym(pseudonyms, found["zone"]) if found["zone"] else ""
    return ipv6_pseudonym(pseudonyms, found["address"]) + zone


def _scheme(pseudonyms: PseudonymMap, start: re.Match[str]) -> str:
    scheme = start["scheme"]
    if scheme and scheme.lower() not in SCHEMES:
        scheme = name_pseudonym(pseudonyms, scheme)
    return f"{start['index'] or ''}{scheme}://"


def _split_userinfo(text: str) -> tuple[str, str, str]:
    """(user info, ``@`` or nothing, rest); an unescaped ``/``, ``?`` or ``#`` in a password does not end it."""
    found = _AUTHORITY.match(text)
    authority = found[0] if found else ""
    at = authority.rfind("@")
    if at < 0 and "@" in text and not (_HOST_PORT.fullmatch(authority) or _BRACKETED.fullmatch(authority)):
        at = text.rfind("@")
    return ("", "", text) if at < 0 else (text[:at], "@", text[at + 1 :])


def _split_rest(text: str) -> tuple[str, str, str, str]:
    """(host and port, path, query with its ``?``, fragment with its ``#``)."""
    before, hash_sign, fragment = text.partition("#")
    address, question, query = before.partition("?")
    authority, slash, path = address.partition("/")
    return authority, slash + path, question + query, hash_sign + fragment


def _userinfo(pseudonyms: PseudonymMap, userinfo: str, *, in_url: bool) -> str:
    user, colon, password = userinfo.partition(":")
    token_alone = in_url if not colon else password in ("", "x-oauth-basic")
    if not user or token_alone:
        return _hidden(user) + colon + _hidden(password)
    return numbered(pseudonyms, LABEL_KIND_PREFIX + "user", user, "user") + colon + _hidden(password)


def _segment(pseudonyms: PseudonymMap, segment: str) -> str:
    if not segment or segment in PATH_WORDS:
        return segment
    if "@" in segment or "=" in segment:
        return _HIDDEN
    if _SEGMENT.fullmatch(segment):
        return (ipv4_pseudonym if is_ipv4(segment) else host_pseudonym)(pseudonyms, segment)
    return name_pseudonym(pseudonyms, segment)


def _argument(argument: str) -> str:
    found = _ARGUMENT.fullmatch(argument)
    return found[1] + _hidden(found[2]) if found else _hidden(argument)


def _hidden(secret: str) -> str:
    return _HIDDEN if secret else ""


def _kept_apart(pseudonyms: PseudonymMap, text: str, result: str) -> str:
    """*result*, or if another value became that already, *result* with a number at its first removed place."""
    digest = hmac.digest(pseudonyms.key, b"removed\0" + text.encode("utf-8", "surrogatepass"), "sha256")[:16].hex()
    known = pseudonyms.pseudonym_of(REMOVED, digest)
    return pseudonyms.assign(REMOVED, digest, _numbered(pseudonyms, digest, result)) if known is None else known


def _numbered(pseudonyms: PseudonymMap, digest: str, result: str) -> Iterator[str]:
    yield result
    for number in decimal(pseudonyms.draws(REMOVED, digest), FEW):
        yield result.replace(_HIDDEN, f"<removed-{number}>", 1)
