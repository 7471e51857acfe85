"""Which proxy leads to a server, as the environment says: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY.

Rule: NO_PROXY always wins, also as a network (10.0.0.0/8); credentials of a proxy are taken out of its URL at once.
Facts: https://docs.python.org/3/library/urllib.request.html#urllib.request.getproxies
"""

from __future__ import annotations

import ipaddress
import urllib.request
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from urllib3.util import make_headers

from vmexporter.core.addresses import parse_address
from vmexporter.errors import InvalidInput


@dataclass(frozen=True)
class Proxy:
    """A proxy's URL without credentials, and the headers that hold them."""

    url: str
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)


def proxy_for(url: str) -> Proxy | None:
    """The proxy for *url*, None for the direct way.

    Raises:
        InvalidInput: the environment names a proxy that cannot be used.
    """
    scheme, authority = urlsplit(url)[:2]
    proxies = urllib.request.getproxies()
    text = proxies.get(scheme) or proxies.get("all") or ""
    if not text or _is_exempt(authority, proxies.get("no", "")):
        return None
    if "://" in text and not text.lower().startswith(("http://", "https://")):
        raise InvalidInput(
            "cannot use the proxy that the environment names: only http and https proxies are supported",
            hint="unset ALL_PROXY, or put the server's host into NO_PROXY",
        )
    try:
        address = parse_address(text)
    except InvalidInput as error:
        raise InvalidInput(
            f"cannot use the proxy that the environment names: {error.message.partition(': ')[2]}", hint=error.hint
        ) from None
    name, password = address.username.get_secret_value(), address.password.get_secret_value()
    headers = make_headers(proxy_basic_auth=_as_latin1(f"{name}:{password}")) if name else {}
    return Proxy(address.origin, tuple(headers.items()))


def _as_latin1(text: str) -> str:
    return text.encode().decode("latin-1")  # the library encodes it as latin-1: so UTF-8 goes out, as RFC 7617 has it


def _is_exempt(authority: str, no_proxy: str) -> bool:
    if urllib.request.proxy_bypass(authority):
        return True
    host = urlsplit(f"//{authority}").hostname or ""
    if urllib.request.proxy_bypass(host):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return any(address in network for network in _networks(no_proxy))


def _networks(no_proxy: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    networks = []
    for entry in no_proxy.split(","):
        try:
            networks.append(ipaddress.ip_network(entry.strip().strip("[]"), strict=False))
        except ValueError:
            continue
    return networks
