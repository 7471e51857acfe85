"""What the user typed as an address, taken apart: scheme, host, port, path, and the credentials that stood in it.

Rule: what is refused is described, never repeated, because a mistyped password may stand anywhere in it; what is
printed later never holds credentials, a query or a fragment.
Facts: https://www.rfc-editor.org/rfc/rfc3986#section-3
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from pydantic import SecretStr

from vmexporter.errors import InvalidInput

DEFAULT_PORTS: Final = {"http": 80, "https": 443}
MAX_TYPED_CHARACTERS = 4096
INVISIBLE = "\u200b\u200e\u200f\ufeff"  # come along when an address is copied from a page
ESCAPING_HINT = "write the characters / ? # @ of a password as %2F %3F %23 %40, or give it as an option"

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_HALF_SCHEME = re.compile(r"https?(?::|//)", re.IGNORECASE)
_HOST_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_PASSWORD_CUT = re.compile(r"[^=/&]*@")


@dataclass(frozen=True)
class Address:
    """An address taken apart. ``host`` is lower case, IPv6 in brackets; ``port`` is None for the scheme's own."""

    scheme: str
    host: str
    port: int | None
    segments: tuple[str, ...]
    username: SecretStr
    password: SecretStr

    @property
    def origin(self) -> str:
        """Scheme, host and port, as they may be printed: ``http://h:8428``."""
        return f"{self.scheme}://{self.host}" + ("" if self.port is None else f":{self.port}")


def parse_address(typed: str) -> Address:
    """Take apart what was *typed*; without a scheme it is http.

    Raises:
        InvalidInput: it cannot be the address of a server.
    """
    text = typed.strip().strip(INVISIBLE).strip()
    _refuse_oddities(text)
    scheme, rest = _split_scheme(text)
    kept, dropped = _cut_query(rest)
    authority, _, path = kept.partition("/")
    userinfo, at, host_port = authority.rpartition("@")
    if "@" in path or (not at and not path and _PASSWORD_CUT.match(dropped)):
        raise _refused("an @ stands behind the host", hint=ESCAPING_HINT)
    host, port = _split_port(host_port)
    username, _, password = userinfo.partition(":")
    if password and not username:
        raise _refused("it has a password without a user name")
    return Address(
        scheme=scheme,
        host=_checked_host(host),
        port=None if port == DEFAULT_PORTS[scheme] else port,
        segments=_segments(path),
        username=SecretStr(unquote(username)),
        password=SecretStr(unquote(password)),
    )


def origin_of(url: str) -> str:
    """The scheme, host and port of a URL that a server sent, in the form of ``Address.origin``; "" when it has none."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if parts.scheme not in DEFAULT_PORTS or not host:
        return ""
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + ("" if port in (None, DEFAULT_PORTS[parts.scheme]) else f":{port}")


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach *host*; IPv6 with or without brackets."""
    try:
        return ipaddress.ip_address(host.removeprefix("[").removesuffix("]")).is_loopback
    except ValueError:
        return host == "localhost"


def address_without_secrets(typed: str) -> str:
    """*typed* as it may be kept: neither user and password nor query nor fragment.

    Raises:
        InvalidInput: it is no address.
    """
    address = parse_address(typed)
    return "/".join((address.origin, *address.segments))


def _refused(why: str, hint: str = "") -> InvalidInput:
    return InvalidInput(f"cannot use this address: {why}", hint=hint, field="url")


def _refuse_oddities(text: str) -> None:
    if not text:
        raise _refused("it is empty", hint="for example http://localhost:8428")
    if len(text) > MAX_TYPED_CHARACTERS:
        raise _refused(f"it is longer than {MAX_TYPED_CHARACTERS} characters")
    if any(ord(character) < 32 or ord(character) == 127 for character in text):
        raise _refused("it holds control characters or line breaks")
    if any("\ud800" <= character <= "\udfff" for character in text):  # how Python shows bytes that are no UTF-8
        raise _refused("it holds bytes that are no text")
    if "\\" in text.partition("?")[0].partition("#")[0]:
        raise _refused("it holds a backslash", hint="give a URL such as http://localhost:8428, not a file name")


def _split_scheme(text: str) -> tuple[str, str]:
    match = _SCHEME.match(text)
    if match:
        scheme = match[1].lower()
        if scheme not in DEFAULT_PORTS:
            raise _refused("its scheme is neither http nor https", hint="give http://… or https://…")
        return scheme, text[match.end() :]
    if _HALF_SCHEME.match(text):
        raise _refused("its scheme is cut off", hint="give http://… or https://…")
    return "http", text.removeprefix("//")


def _cut_query(text: str) -> tuple[str, str]:
    match = re.search(r"[?#]", text)
    return (text, "") if match is None else (text[: match.start()], text[match.end() :])


def _split_port(host_port: str) -> tuple[str, int | None]:
    host, colon, digits = host_port.rpartition(":")
    if not colon or host_port.endswith("]"):
        return host_port, None
    if not digits:
        return host, None
    if not (digits.isascii() and digits.isdigit()):
        raise _refused("the port is not a number", hint=ESCAPING_HINT)
    if len(digits) > 5 or not 1 <= int(digits) <= 65535:
        raise _refused("the port is out of range (1 to 65535)")
    return host, int(digits)


def _checked_host(host: str) -> str:
    if host.startswith("[") and host.endswith("]"):
        return _checked_ipv6(host[1:-1])
    if not host:
        raise _refused("it has no host")
    if ":" in host:
        raise _refused("the host holds a colon", hint="write an IPv6 address in brackets: http://[::1]:8428")
    if " " in host:
        raise _refused("there is a space in the host")
    try:
        name = host.lower() if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        raise _refused("the host is no valid name") from None
    labels = name.removesuffix(".").split(".")
    if len(name) > 253 or not all(_HOST_LABEL.fullmatch(label) for label in labels):
        raise _refused("the host is no valid name")
    if all(label.isdigit() for label in labels):
        _refuse_bad_ipv4(name)
    return name


def _refuse_bad_ipv4(name: str) -> None:
    try:
        ipaddress.IPv4Address(name)
    except ValueError:
        raise _refused("the host is no valid IPv4 address") from None


def _checked_ipv6(text: str) -> str:
    address, percent, zone = text.partition("%")
    try:
        shown = ipaddress.IPv6Address(address).compressed
    except ValueError:
        raise _refused("the host is no valid IPv6 address") from None
    zone = zone.removeprefix("25")
    if percent and not re.fullmatch(r"[A-Za-z0-9._~-]+", zone):
        raise _refused("the zone of the IPv6 address is not valid")
    return f"[{shown}%25{zone}]" if percent else f"[{shown}]"


def _segments(path: str) -> tuple[str, ...]:
    segments = tuple(segment for segment in path.split("/") if segment)
    if any(unquote(segment) in {".", ".."} for segment in segments):
        raise _refused("its path holds . or ..")
    if any(" " in segment for segment in segments):
        raise _refused("there is a space in its path")
    return tuple(quote(segment, safe="%:@!$&'()*+,;=~") for segment in segments)
