"""What a target is called: an address or a host name, with or without a port; each piece by its own kind."""

from __future__ import annotations

import re
from typing import Final

from vmexporter.core.privacy.addresses import ipv4_pseudonym, ipv6_pseudonym, is_ipv4, is_ipv6
from vmexporter.core.privacy.hostnames import host_pseudonym, part_pseudonym
from vmexporter.core.privacy.mapping import PseudonymMap

_PORT: Final = "(?P<port>:[0-9]{1,5})?"
_HOST_PORT: Final = re.compile(rf"(?P<host>[\w.-]*){_PORT}")
_IPV6: Final = r"(?P<address>[0-9A-Fa-f:.]+)(?:(?P<percent>%25|%)(?P<zone>[\w.-]+))?"
_BARE: Final = re.compile(_IPV6)
_BRACKETED: Final = re.compile(rf"\[{_IPV6}\]{_PORT}")


def is_host_port(text: str) -> bool:
    """Whether *text* has the form of a host with an optional port; an IPv6 address stands in brackets."""
    return _HOST_PORT.fullmatch(text) is not None or _BRACKETED.fullmatch(text) is not None


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


def _zoned(pseudonyms: PseudonymMap, found: re.Match[str]) -> str:
    zone = found["percent"] + part_pseudonym(pseudonyms, found["zone"]) if found["zone"] else ""
    return ipv6_pseudonym(pseudonyms, found["address"]) + zone
