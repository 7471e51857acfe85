"""Shapes that no pseudonym has: addresses, e-mails, and what looks like a secret.

They are looked for in every reading of every text, whether or not the map knows them.
https://www.rfc-editor.org/rfc/rfc7519 (JWT), https://www.rfc-editor.org/rfc/rfc7468 (PEM)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

_OCTET: Final = "(?:25[0-5]|2[0-4][0-9]|[01]?[0-9]?[0-9])"
_IPV4: Final = re.compile(rf"(?<![0-9]){_OCTET}([._-])(?:{_OCTET}\1){{2}}{_OCTET}(?![0-9])")
_GROUP: Final = "[0-9A-Fa-f]{1,4}"
_IPV6: Final = re.compile(
    f"(?:{_GROUP}:){{1,7}}(?::{_GROUP}){{1,7}}|(?:{_GROUP}:){{7}}{_GROUP}|(?:{_GROUP}:){{1,7}}:|:(?::{_GROUP}){{1,7}}"
)
_IPV6_PSEUDONYM: Final = re.compile("7777:[0-9a-f]{4,12}(?::[0-9a-f]{1,12})?::[0-9a-f]{1,12}(?::[0-9a-f]{1,12}){1,3}")
_HEX: Final = "0123456789abcdefABCDEF"
_FEWEST_HEX_DIGITS: Final = 4  # "d::" stands in a program's text too
_NOBODYS: Final = frozenset({"0.0.0.0", "127.0.0.1", "::", "::1"})  # noqa: S104  # nothing is bound
_EMAIL: Final = re.compile(r"([\w.+-]{1,64})@[\w-]+(?:\.[\w-]+)+")
_USERINFO: Final = re.compile(r"://([^/?#\s@:\"]*)(?::([^/?#\s\"]*))?@")
_ARGUMENT: Final = re.compile(
    r"[?&;][\w.\[\]-]{0,64}(?:token|key|passw|pwd|secret|signature|credential)[\w.\[\]-]{0,64}=([^&#\s\"';,]+)",
    re.IGNORECASE,
)
_AUTHORIZATION: Final = re.compile(r"\b(?:bearer|basic)[ \t]+([\w.~+/=<>-]{4,})", re.IGNORECASE)
_SECRETS: Final = {
    "jwt": re.compile(r"eyJ[\w-]{5,512}\.[\w-]{5,}"),
    "pem": re.compile("-----BEGIN [A-Z0-9 ]{1,64}-----"),
    "cloud-key": re.compile(r"(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{12,}|AIza[\w-]{20,}"),
    "api-key": re.compile(
        r"(?:gh[pousr]_|github_pat_|glpat-)[\w-]{12,}|(?<![A-Za-z0-9])(?:xox[a-z]-|sk-|hvs\.)[\w.-]{12,}"
    ),
}
_REMOVED: Final = re.compile(r"<removed(?:-[0-9]+)?>")
_MASKS: Final = frozenset({"", "xxxxx", "secret"})  # what VictoriaMetrics itself writes in a secret's place

IsPseudonym = Callable[[str], bool]


def secret_shapes(text: str) -> Iterator[str]:
    """The kind of each thing in *text* that looks like a secret: these may stand nowhere at all."""
    if "@" in text or "=" in text:
        for found in _USERINFO.finditer(text):
            if found[2] is not None and not _is_removed(found[2]):
                yield "url-password"
        for found in _ARGUMENT.finditer(text):
            if not _is_removed(found[1]):
                yield "url-secret"
    if " " in text or "\t" in text:
        for found in _AUTHORIZATION.finditer(text):
            if not _is_removed(found[1]) and not (found[1].isalpha() and found[1].islower()):
                yield "authorization"
    for kind, pattern in _SECRETS.items():
        if pattern.search(text):
            yield kind


def private_shapes(text: str, is_pseudonym: IsPseudonym) -> Iterator[str]:
    """The kind of each address in *text* that is no pseudonym and that a mapped value may not hold."""
    for found in _IPV4.finditer(text):
        if found[0] not in _NOBODYS:
            yield "ipv4"
    if ":" in text:
        rest = _IPV6_PSEUDONYM.sub(lambda found: _without_pseudonym(found[0], is_pseudonym), text)
        for found in _IPV6.finditer(rest):
            if found[0] not in _NOBODYS and sum(map(found[0].count, _HEX)) >= _FEWEST_HEX_DIGITS:
                yield "ipv6"
    if "@" in text:
        for found in _EMAIL.finditer(text):
            if not is_pseudonym(found[1]):
                yield "email"
        for found in _USERINFO.finditer(text):
            if not is_pseudonym(found[1]) and not _is_removed(found[1]):
                yield "url-user"


def _is_removed(text: str) -> bool:
    return text in _MASKS or _REMOVED.fullmatch(text) is not None


def _without_pseudonym(text: str, is_pseudonym: IsPseudonym) -> str:
    """Nothing, if *text* is a pseudonym, perhaps with a port behind it."""
    return "" if is_pseudonym(text) or is_pseudonym(text.rpartition(":")[0]) else text
