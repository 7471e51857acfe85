"""The positive check of command-line flags' values: each element of a list by the flag's type and kind."""

from __future__ import annotations

import re
from typing import Final

from vmexporter.core.privacy.auditing.accounting import REMOVED, Accounting
from vmexporter.core.privacy.auditing.publicity import Publicity

_ELEMENTS: Final = re.compile(r"[,\\]*[\"']*,[\\]*[\"']*|^[\\]*[\"']+|[\\]*[\"']+$")
_NUMBER: Final = re.compile(
    r"[-+]?[0-9]+(?:\.[0-9]+)?(?:e[-+]?[0-9]+)?%?|(?:[0-9]+(?:\.[0-9]+)?(?:ns|us|µs|ms|s|m|h|d|w|M|y|i))+"
    r"|[0-9]+(?:\.[0-9]+)?(?:[KMGT]i?B?|B)|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(?:Z|[+-][0-9:]+)?"
)
_SHORT_NUMBER: Final = re.compile(r"[0-9]{1,6}|(?:[0-9]{1,6}(?:\.[0-9]{1,6})?(?:ms|s|m|h|d|w|y))+")
_ZONE: Final = re.compile("UTC|Local|[A-Z][A-Za-z_]+(?:/[A-Z][A-Za-z_-]+){1,2}")
_PAIR: Final = re.compile("([A-Za-z_][A-Za-z0-9_.]*)(?:=(.*))?", re.DOTALL)
_SECRET: Final = "credential"
_SAFE: Final = frozenset({"safe_by_type", "safe_by_value_shape"})
_WORDED: Final = _SAFE | frozenset({"name_or_free_text", "location_or_service", "label_names_or_values", "unknown"})
_MASKED: Final = frozenset({"", "secret"})


class Flagging:
    """Says whether a flag's value is accounted for."""

    def __init__(self, accounting: Accounting, public: Publicity) -> None:
        self._accounting: Final = accounting
        self._public: Final = public

    def of_flag(self, name: str, value: str) -> bool:
        """*value* of the flag *name*."""
        flag = self._public.flags.get(name)
        kind = flag.kind if flag else "unknown"
        if value in _MASKED:
            return True
        if kind.startswith(_SECRET):
            return self.is_removed(name, value)
        if flag and value == flag.default:
            return True
        return all(self._element(kind, element) for element in _ELEMENTS.split(value))

    def is_removed(self, name: str, value: str) -> bool:
        """Whether the secret, if the flag *name* is one, was removed from *value*: it must be, at every level."""
        flag = self._public.flags.get(name)
        if flag is None or not flag.kind.startswith(_SECRET) or value in _MASKED:
            return True
        if flag.kind != _SECRET and value == flag.default:
            return True
        return all(
            REMOVED.search(element) is not None and self._accounting.of_value("flag_value", element)
            for element in _ELEMENTS.split(value)
            if element not in _MASKED
        )

    def without_public(self, name: str, value: str) -> str:
        """*value* without the elements that may be originals of another level's export: places, public labels."""
        flag = self._public.flags.get(name)
        if flag is None or flag.kind not in {"label_names_or_values", "location_or_service"}:
            return value
        return ",".join(element for element in _ELEMENTS.split(value) if not self._is_public(flag.kind, element))

    def _is_public(self, kind: str, element: str) -> bool:
        public = self._public
        if kind == "location_or_service":
            return public.is_place(element, is_zone=_ZONE.fullmatch(element) is not None)
        name, _, value = element.partition("=")
        return public.is_public_label(name) and public.is_public(public.context("", name), value)

    def _element(self, kind: str, element: str) -> bool:
        public = self._public
        number = _NUMBER if kind in _SAFE else _SHORT_NUMBER
        if kind in _WORDED and (number.fullmatch(element) or public.is_worded(element)):
            return True
        if kind == "location_or_service" and self._is_public(kind, element):
            return True
        pair = _PAIR.fullmatch(element) if kind == "label_names_or_values" else None
        if pair:
            return self._is_label(pair[1], pair[2] or "")
        return public.is_listener(element) or self._accounting.of_value("flag_value", element)

    def _is_label(self, name: str, value: str) -> bool:
        context = self._public.context("", name)
        is_named = self._public.is_public_label(name) or self._accounting.of_value("label_name", name)
        return is_named and (self._public.is_public(context, value) or self._accounting.of_value(context.kind, value))
