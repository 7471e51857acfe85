"""Values of command-line flags, ``flag{name=...,value=...}``: by the flag's type and kind, list element by element.

Numbers, durations, sizes, switches and compiled-in defaults stay. A list keeps its order, its number of elements and
its quoting, as VictoriaMetrics' ``flagutil`` writes it: elements between commas, one that holds a comma, quote or
bracket in Go's double quotes. What can hold a credential is ``<removed>``; VictoriaMetrics' own ``secret`` stays.
https://docs.victoriametrics.com/victoriametrics/#list-of-command-line-flags
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from vmexporter.core.privacy.catalogue import Catalogue, Flag
from vmexporter.core.privacy.credentials import REMOVED_TEXT, without_secrets
from vmexporter.core.privacy.identifiers import label_name_pseudonym
from vmexporter.core.privacy.kinds import KINDS
from vmexporter.core.privacy.pseudonyms import Pseudonyms
from vmexporter.core.privacy.urls import Secretless, is_urlish, rewrite_url

_UNKNOWN: Final = Flag("array", "unknown", "")
_LISTS: Final = frozenset({"array"})
_MASKED: Final = frozenset({"", "secret"})
_SHAPED: Final = re.compile(
    r"true|false|[-+]?[0-9]{1,20}(?:\.[0-9]+)?(?:e[-+]?[0-9]+)?%?"
    r"|(?:[0-9]+(?:\.[0-9]+)?(?:ns|us|µs|ms|s|m|h|d|w|M|y|i))+"
    r"|[0-9]+(?:\.[0-9]+)?(?:[KMGT]i?B?|B)"
)
_SHORT_SHAPED: Final = re.compile(r"true|false|[0-9]{1,6}|(?:[0-9]{1,6}(?:\.[0-9]{1,6})?(?:ms|s|m|h|d|w|y))+")
_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(?:Z|[+-][0-9:]+)?")
_ELEMENT: Final = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|[^,"\']*', re.DOTALL)
_BEGINNING: Final = re.compile("[A-Za-z][A-Za-z0-9+.-]*://")
_HEADER: Final = re.compile(
    r"(Authorization|Proxy-Authorization|Cookie|Content-Type|Accept|User-Agent|AccountID|ProjectID|X-Scope-OrgID"
    r"|X-Api-Key|X-Auth-Token)(:\s*)(.+)",
    re.DOTALL | re.IGNORECASE,
)
_PAIR: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_.]*)=(.*)", re.DOTALL)
_NAME: Final = re.compile("[A-Za-z_][A-Za-z0-9_.]*")
_INDIRECT: Final = re.compile("(file:|srv\\+|dns\\+)(.+)", re.DOTALL)
_HOST_PORT: Final = re.compile(r"[\w.-]*[A-Za-z0-9]:[0-9]{2,5}|\[[0-9A-Fa-f:]+\]:[0-9]{2,5}")
_ZONE: Final = re.compile("UTC|Local|[A-Z][A-Za-z_]+(?:/[A-Z][A-Za-z_-]+){1,2}")
_LABEL: Final = "value"


@dataclass(frozen=True, slots=True)
class Known:
    """What an element's way may ask: the map's pseudonyms, the tables, and the level."""

    pseudonyms: Pseudonyms
    catalogue: Catalogue
    level: str


FlagWay = Callable[[Known, str], str]


def flag_value(known: Known, name: str, value: str) -> str:
    """What *value* of the flag *name* becomes."""
    flag = known.catalogue.flags.get(name, _UNKNOWN)
    if value in _MASKED or (value == flag.default and flag.kind != "credential"):
        return value
    way = FLAG_KINDS[flag.kind]
    if flag.type not in _LISTS:
        return way(known, value_without_secrets(value))
    elements = split_list(value)
    if elements is None:
        return _escaped(known, way, value)
    return ",".join([_element(known, way, element) for element in elements])


def flag_without_secrets(known: Known, name: str, value: str) -> str:
    """*value* of the flag *name* as it is, but for what can be a secret."""
    flag = known.catalogue.flags.get(name, _UNKNOWN)
    is_secret = flag.kind.startswith("credential")
    if value in _MASKED or (value == flag.default and not is_secret):
        return value
    elements = split_list(value) if flag.type in _LISTS else None
    way: FlagWay = _removed if is_secret else _untouched
    if elements is None:
        return _removed(known, value) if is_secret else value_without_secrets(value)
    return ",".join([_element(known, way, element) for element in elements])


def value_without_secrets(value: str) -> str:
    """Any value as it is, but for passwords and arguments of a URL, and what has the shape of a secret."""
    return without_secrets(rewrite_url(value, Secretless()) if is_urlish(value) else value)


def split_list(value: str) -> list[str] | None:
    """The elements between the commas, quotes and all; None if the quoting cannot be read."""
    elements: list[str] = []
    position = 0
    while True:
        found = _ELEMENT.match(value, position)
        end = found.end() if found else position
        if end < len(value) and value[end] != ",":
            return None
        elements.append(value[position:end])
        if end >= len(value):
            return _glued(elements)
        position = end + 1


def _glued(elements: list[str]) -> list[str]:
    """*elements*, where a URL that was cut at a comma in its password or arguments is one again."""
    result: list[str] = []
    for element in elements:
        begins = element[:1] in {"", '"', "'"} or _BEGINNING.match(element)
        if result and not begins and result[-1][:1] not in {'"', "'"} and is_urlish(result[-1]):
            result[-1] += f",{element}"
        else:
            result.append(element)
    return result


def _element(known: Known, way: FlagWay, element: str) -> str:
    """One element in its quotes; what is in them stays escaped, so that it comes back letter by letter."""
    quote = element[:1] if element[:1] in {'"', "'"} else ""
    inside = element[1:-1] if quote else element
    if inside in _MASKED:
        return element
    if "\\" in inside and quote:
        return quote + _escaped(known, way, inside) + quote
    return quote + way(known, value_without_secrets(inside)) + quote


def _escaped(known: Known, way: FlagWay, inside: str) -> str:
    """A text with escapes in it: one value, if it cannot hide a secret."""
    if way is _removed:
        return REMOVED_TEXT
    clean = value_without_secrets(inside)
    if "\\" not in clean:
        return way(known, clean)
    plain = inside.replace("\\", "")
    if plain != value_without_secrets(plain) or is_urlish(plain):
        return REMOVED_TEXT
    return inside if way is _untouched else known.pseudonyms.plain(_LABEL, inside)


def _untouched(_known: Known, element: str) -> str:
    return element


def _shaped(known: Known, element: str) -> str:
    """A number, duration, size, time, or an enumeration's word; anything else in its place is private."""
    if _SHAPED.fullmatch(element) or _TIME.fullmatch(element) or known.catalogue.is_worded(element):
        return element
    return known.pseudonyms.text(_LABEL, element)


def _free(known: Known, element: str) -> str:
    if _SHORT_SHAPED.fullmatch(element) or known.catalogue.is_worded(element):
        return element
    return _indirect(known, element) or known.pseudonyms.text(_LABEL, element)


def _removed(_known: Known, element: str) -> str:
    header = _HEADER.fullmatch(element)
    return header[1] + header[2] + REMOVED_TEXT if header else REMOVED_TEXT


def _path(known: Known, element: str) -> str:
    return known.pseudonyms.path(element)


def _url_or_path(known: Known, element: str) -> str:
    is_target = "/" not in element and _HOST_PORT.fullmatch(element)
    return known.pseudonyms.target(element, _LABEL) if is_target else known.pseudonyms.path(element)


def _host(known: Known, element: str) -> str:
    return _indirect(known, element) or known.pseudonyms.target(element, _LABEL)


def _listen(known: Known, element: str) -> str:
    return element if known.catalogue.is_public("", "addr", element, known.level) else _host(known, element)


def _indirect(known: Known, element: str) -> str | None:
    """``file:/path`` and ``srv+host``: a word in front of what is meant."""
    found = _INDIRECT.fullmatch(element)
    if found is None:
        return None
    way = _path if found[1] == "file:" else _host
    return found[1] + way(known, found[2])


def _identity(known: Known, element: str) -> str:
    return KINDS["username"](known.pseudonyms, "username", element)


def _tenant(known: Known, element: str) -> str:
    return KINDS["tenant_id"](known.pseudonyms, _LABEL, element)


def _place(known: Known, element: str) -> str:
    """A region, a service or a time zone: public until level strict."""
    is_place = _ZONE.fullmatch(element) or known.catalogue.is_public("", "region", element, known.level)
    if element in {"UTC", "Local"} or known.catalogue.is_worded(element) or (known.level != "strict" and is_place):
        return element
    return known.pseudonyms.text(_LABEL, element)


def _labels(known: Known, element: str) -> str:
    """``name=value``, or the name of a label; its value is what it would be at that label."""
    pair = _PAIR.fullmatch(element)
    if pair is None:
        return _label_name(known, element) if _NAME.fullmatch(element) else _free(known, element)
    name, value = _label_name(known, pair[1]), pair[2]
    if not value or known.catalogue.is_public("", pair[1], value, known.level):
        return f"{name}={value}"
    prefix = name if name == pair[1] else "label"
    return f"{name}={KINDS[known.catalogue.kind('', pair[1])](known.pseudonyms, prefix, value)}"


def _label_name(known: Known, name: str) -> str:
    return name if known.catalogue.is_public_label(name) else label_name_pseudonym(known.pseudonyms.map, name)


FLAG_KINDS: Final[Mapping[str, FlagWay]] = MappingProxyType(
    {
        "bucket_url": _path,
        "credential": _removed,
        "credential_possible": _removed,
        "fs_path": _path,
        "host": _host,
        "host_list": _host,
        "identity": _identity,
        "label_names_or_values": _labels,
        "listen_addr": _listen,
        "location_or_service": _place,
        "name_or_free_text": _free,
        "safe_by_type": _shaped,
        "safe_by_value_shape": _shaped,
        "tenant_id": _tenant,
        "unknown": _free,
        "url_or_path": _url_or_path,
    }
)
"""Kind of a flag → the way of one element of its value."""
