"""URLs and what could be one: the structure kept, each piece by its own kind, and no secret anywhere.

Secrets go first: a password, a lone token before ``@``, the values of query arguments and a fragment become
``<removed>``. Anything with ``://``, ``@`` or ``?key=`` in it is read as a URL however broken it is, so that a
malformed one does not hide its password. Who does the naming is an argument: pseudonyms of a map, or nothing but the
secrets' removal (``Secretless``).
https://www.rfc-editor.org/rfc/rfc3986
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Protocol

from vmexporter.core.privacy.credentials import REMOVED_TEXT
from vmexporter.core.privacy.hostnames import name_pseudonym
from vmexporter.core.privacy.mapkinds import LABEL_KIND_PREFIX
from vmexporter.core.privacy.mapping import PseudonymMap
from vmexporter.core.privacy.numbers import FEW, numbered
from vmexporter.core.privacy.paths import url_segment_pseudonym
from vmexporter.core.privacy.targets import host_port_pseudonym, is_host_port
from vmexporter.core.privacy.vocabulary import ARGUMENTS, SCHEMES

_URLISH: Final = re.compile(r"://|@|\?[^=\s]*=")
_SCHEME: Final = re.compile(r"(?P<index>[0-9]{1,3}:)?(?P<scheme>[^/?#@]*?)://")
_AUTHORITY: Final = re.compile("[^/?#]*")
_ARGUMENT: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_.\[\]-]{0,63})=(.*)", re.DOTALL)
_KNOWN_SEGMENT: Final = re.compile("[^@=]*")


class Names(Protocol):
    """How the pieces of a URL are named."""

    def scheme(self, scheme: str) -> str: ...
    def user(self, user: str) -> str: ...
    def authority(self, host_port: str) -> str: ...
    def segment(self, segment: str) -> str: ...
    def argument(self, name: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Mapped:
    """Every piece by its pseudonym; well-known schemes, path words and names of arguments stay."""

    pseudonyms: PseudonymMap

    def scheme(self, scheme: str) -> str:
        """A scheme that is not well known is a name."""
        return scheme if not scheme or scheme.lower() in SCHEMES else name_pseudonym(self.pseudonyms, scheme)

    def user(self, user: str) -> str:
        """``user-N``, as in any other place."""
        return user_pseudonym(self.pseudonyms, user)

    def authority(self, host_port: str) -> str:
        """Host and port; what is no host is a name."""
        return host_port_pseudonym(self.pseudonyms, host_port) or name_pseudonym(self.pseudonyms, host_port)

    def segment(self, segment: str) -> str:
        """One segment of the path."""
        return url_segment_pseudonym(self.pseudonyms, segment)

    def argument(self, name: str) -> str:
        """A well-known name of an argument, or ``arg-N``."""
        return name if name in ARGUMENTS else numbered(self.pseudonyms, LABEL_KIND_PREFIX + "arg", name, "arg", FEW)


@dataclass(frozen=True, slots=True)
class Secretless:
    """Every piece as it is: only the secrets go."""

    def scheme(self, scheme: str) -> str:
        """As it is."""
        return scheme

    def user(self, user: str) -> str:
        """As it is."""
        return user

    def authority(self, host_port: str) -> str:
        """As it is."""
        return host_port

    def segment(self, segment: str) -> str:
        """As it is."""
        return segment

    def argument(self, name: str) -> str:
        """As it is."""
        return name


def is_urlish(text: str) -> bool:
    """Whether *text* could hold credentials as URLs do, so that it has to go through :func:`rewrite_url`."""
    return _URLISH.search(text) is not None


def user_pseudonym(pseudonyms: PseudonymMap, user: str) -> str:
    """``user-N``."""
    return numbered(pseudonyms, LABEL_KIND_PREFIX + "user", user, "user")


def rewrite_url(text: str, names: Names) -> str:
    """*text* as a URL, whole or in part: index, scheme, port and depth stay, *names* has the rest, secrets go."""
    start = _SCHEME.match(text)
    userinfo, at, rest = _split_userinfo(text[start.end() :] if start else text)
    authority, path, query, fragment = _split_rest(rest)
    pieces = [
        f"{start['index'] or ''}{names.scheme(start['scheme'])}://" if start else "",
        _userinfo(names, userinfo, in_url=start is not None) + at,
        names.authority(authority) if authority else "",
        "/".join([_segment(names, segment) for segment in path.split("/")]),
        "?" + "&".join([_argument(names, argument) for argument in query[1:].split("&")]) if query else "",
        "#" + _hidden(fragment[1:]) if fragment else "",
    ]
    return "".join(pieces)


def _split_userinfo(text: str) -> tuple[str, str, str]:
    """(user info, ``@`` or nothing, rest); an unescaped ``/``, ``?`` or ``#`` in a password does not end it."""
    found = _AUTHORITY.match(text)
    authority = found[0] if found else ""
    at = authority.rfind("@")
    if at < 0 and "@" in text and not is_host_port(authority):
        at = text.rfind("@")
    return ("", "", text) if at < 0 else (text[:at], "@", text[at + 1 :])


def _split_rest(text: str) -> tuple[str, str, str, str]:
    """(host and port, path, query with its ``?``, fragment with its ``#``)."""
    before, hash_sign, fragment = text.partition("#")
    address, question, query = before.partition("?")
    authority, slash, path = address.partition("/")
    return authority, slash + path, question + query, hash_sign + fragment


def _userinfo(names: Names, userinfo: str, *, in_url: bool) -> str:
    user, colon, password = userinfo.partition(":")
    token_alone = in_url if not colon else password in ("", "x-oauth-basic")
    if not user or token_alone:
        return _hidden(user) + colon + _hidden(password)
    return names.user(user) + colon + _hidden(password)


def _segment(names: Names, segment: str) -> str:
    return names.segment(segment) if _KNOWN_SEGMENT.fullmatch(segment) else REMOVED_TEXT


def _argument(names: Names, argument: str) -> str:
    found = _ARGUMENT.fullmatch(argument)
    return f"{names.argument(found[1])}={_hidden(found[2])}" if found else _hidden(argument)


def _hidden(secret: str) -> str:
    return REMOVED_TEXT if secret else ""
