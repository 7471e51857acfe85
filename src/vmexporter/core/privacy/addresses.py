"""IPv4 and IPv6 addresses and the pseudonyms that keep who shares a subnet with whom.

777 is no octet, and 7777:7777::/32 is not handed out to anybody: a pseudonym cannot be taken for an address that
exists. Every address has an entry of its own in the map, so an original that looks like a pseudonym becomes another
one. An address in an unusual spelling keeps its host's numbers and gets one more, because two different label values
must stay different.
https://www.rfc-editor.org/rfc/rfc5952 (the usual spelling of IPv6 addresses)
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from itertools import count
from typing import Final

from vmexporter.core.privacy.mapkinds import IPV4, IPV4_SUBNET, IPV6, IPV6_SUBNET
from vmexporter.core.privacy.mapping import PseudonymMap
from vmexporter.core.privacy.numbers import hexadecimal

#: One decimal number of an IPv4 address, in its only usual spelling.
OCTET: Final = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"

_IPV4: Final = re.compile(rf"{OCTET}(?:\.{OCTET}){{3}}")
_IPV4_IN_IPV6: Final = re.compile(rf"(::ffff:)({OCTET}(?:\.{OCTET}){{3}})", re.IGNORECASE | re.ASCII)
_IPV6_ALPHABET: Final = re.compile("[0-9A-Fa-f:.]{2,45}")
_POOL: Final = 256


def is_ipv4(text: str) -> bool:
    """Whether *text* is an IPv4 address in its usual spelling (no leading zeros)."""
    return _IPV4.fullmatch(text) is not None


def ipv4_pseudonym(pseudonyms: PseudonymMap, address: str) -> str:
    """``777.777.<subnet>.<host>`` for *address*; hosts of one /24 share everything before the last number."""
    known = pseudonyms.pseudonym_of(IPV4, address)
    if known is not None:
        return known
    subnet = address[: address.rindex(".")]
    prefix = pseudonyms.pseudonym_of(IPV4_SUBNET, subnet)
    if prefix is None:
        prefix = pseudonyms.assign(IPV4_SUBNET, subnet, _ipv4_subnets(pseudonyms, subnet))
    hosts = _around(pseudonyms.draws(IPV4, address))
    return pseudonyms.assign(IPV4, address, (f"{prefix}.{host}" for host in hosts))


def is_ipv6(text: str) -> bool:
    """Whether *text* is an IPv6 address in any spelling, without brackets and zone."""
    return _parsed(text) is not None


def ipv6_pseudonym(pseudonyms: PseudonymMap, address: str) -> str:
    """``7777:7777::<subnet>:<host>`` (hex) for *address*; hosts of one /64 share the subnet.

    Another spelling of the same address gets ``7777:7777:<n>::<subnet>:<host>``, and ``::ffff:10.1.2.3`` the
    pseudonym of its IPv4 address.
    """
    mixed = _IPV4_IN_IPV6.fullmatch(address)
    if mixed:
        return mixed[1] + ipv4_pseudonym(pseudonyms, mixed[2])
    known = pseudonyms.pseudonym_of(IPV6, address)
    if known is not None:
        return known
    number = _parsed(address)
    if number is None:
        raise ValueError("not an IPv6 address")
    usual = _usual_spelling(number)
    if usual == address:
        return pseudonyms.assign(IPV6, address, _ipv6_hosts(pseudonyms, number, address))
    start, _, end = ipv6_pseudonym(pseudonyms, usual).partition("::")
    spellings = hexadecimal(pseudonyms.draws(IPV6, address), 0xFF)
    return pseudonyms.assign(IPV6, address, (f"{start}:{spelling:x}::{end}" for spelling in spellings))


def _ipv4_subnets(pseudonyms: PseudonymMap, subnet: str) -> Iterator[str]:
    draws = pseudonyms.draws(IPV4_SUBNET, subnet)
    for block in count(pseudonyms.count(IPV4_SUBNET) // _POOL):
        for number in _around(draws):
            yield f"777.{777 + block}.{number}"


def _around(draws: Iterator[int]) -> Iterator[int]:
    """Each number of a pool once: from a drawn start on in drawn steps, which are odd and so come by every number."""
    start, step = next(draws), next(draws) | 1
    return (1 + (start + turn * step) % _POOL for turn in range(_POOL))


def _ipv6_hosts(pseudonyms: PseudonymMap, number: int, address: str) -> Iterator[str]:
    subnet = _usual_spelling(number >> 64 << 64) + "/64"
    prefix = pseudonyms.pseudonym_of(IPV6_SUBNET, subnet)
    if prefix is None:
        drawn = hexadecimal(pseudonyms.draws(IPV6_SUBNET, subnet))
        groups = (f"7777:{0x7777 + (n >> 16):x}::{n & 0xFFFF:x}" for n in drawn)
        prefix = pseudonyms.assign(IPV6_SUBNET, subnet, groups)
    block, _, group = prefix.partition("::")
    for host in hexadecimal(pseudonyms.draws(IPV6, address)):
        bank = f"{host >> 16:x}:" if host >> 16 else ""
        yield f"{block}::{bank}{group}:{host & 0xFFFF:x}"


def _parsed(text: str) -> int | None:
    if not _IPV6_ALPHABET.fullmatch(text):
        return None
    try:
        return int(ipaddress.IPv6Address(text))
    except ValueError:
        return None


def _usual_spelling(number: int) -> str:
    """RFC 5952, except that an embedded IPv4 address is not written as one (there Python's versions differ)."""
    groups = [f"{number >> shift & 0xFFFF:x}" for shift in range(112, -1, -16)]
    for length in range(8, 1, -1):
        for start in range(9 - length):
            if groups[start : start + length] == ["0"] * length:
                return ":".join(groups[:start]) + "::" + ":".join(groups[start + length :])
    return ":".join(groups)
