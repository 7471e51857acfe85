"""What one server is set to: where it listens, its token, which names it answers to."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from vmexporter.core.addresses import is_loopback

LOOPBACK_NAMES: Final = ("127.0.0.1", "localhost", "[::1]")
DEFAULT_PORT: Final = 8080


@dataclass(frozen=True, slots=True)
class Settings:
    """*token* is what every request to the API has to know; *host* as the socket has it, without brackets.

    *metrics_server* is the address that the page begins with; it holds no credentials.
    """

    host: str
    port: int
    token: str = field(repr=False)
    output: Path
    max_runs: int = 3
    metrics_server: str = ""

    @property
    def address(self) -> str:
        """The address to be opened: a server that listens everywhere is found on this machine."""
        host = "127.0.0.1" if self.host == "0.0.0.0" else "::1" if self.host == "::" else self.host  # noqa: S104
        return f"http://{bracketed(host)}:{self.port}"

    @property
    def cookie(self) -> str:
        """The cookie's name: cookies of all ports of a host are one heap, so it has the port in it."""
        return f"vmexporter-{self.port}"

    def answers_to(self, host: str) -> bool:
        """Whether *host*, as a request's Host header has it, is a name of this server.

        A name that somebody's DNS turned to this address is none (rebinding). On loopback that is decided to the port;
        where the server was opened to others, ports may be mapped, and every plain address is good, since no DNS is
        asked for it.
        """
        name, port = _split(host.lower())
        if is_loopback(self.host):
            return port == str(self.port) and name in {*LOOPBACK_NAMES, bracketed(self.host)}
        own = {*LOOPBACK_NAMES, self.host.lower(), socket.gethostname().lower()}
        return name in own or _is_address(name)


def bracketed(host: str) -> str:
    """*host* as it stands in a URL."""
    return f"[{host}]" if ":" in host else host


def _split(host: str) -> tuple[str, str]:
    name, colon, port = host.rpartition(":")
    return (name, port) if colon and not host.endswith("]") else (host, "80")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True
