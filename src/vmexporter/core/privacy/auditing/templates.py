"""What is left of a value when its pseudonyms are taken out: hosts by the million leave a handful of templates.

Values of one template differ in nothing but pseudonyms of the map, so the first one is judged and searched for all.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Final

from vmexporter.core.privacy.auditing.known import KnownMap

_PSEUDONYM: Final = re.compile(
    r"(?<![A-Za-z0-9_])name-[1-9][0-9]*(?![A-Za-z0-9_])|(?<![0-9.])777\.[0-9]{3,}\.[0-9]+\.[0-9]+(?![0-9.])"
    r"|(?<![0-9A-Fa-f:])7777:[0-9a-f:]+(?![0-9A-Za-z:.])"
)
_PLACE: Final = "\x00"  # a value that holds it itself has no template
_MOST: Final = 1 << 16


class Templates:
    """Remembers which templates were found good, each in its context."""

    def __init__(self, known: KnownMap) -> None:
        self._known: Final = known
        self._good: Final[set[Hashable]] = set()

    def of(self, context: Hashable, value: str) -> Hashable:
        """The template of *value*; None if there is no pseudonym to take out."""
        if _PLACE in value:
            return None
        if self._known.is_pseudonym(value):
            return (context, _PLACE)
        template = _PSEUDONYM.sub(self._taken_out, value)
        return None if template == value else (context, template)

    def is_good(self, template: Hashable) -> bool:
        """Whether a value of this template was good."""
        return template in self._good

    def remember(self, template: Hashable) -> None:
        """A value of *template* was good."""
        if template is not None:
            if len(self._good) >= _MOST:
                self._good.clear()
            self._good.add(template)

    def _taken_out(self, found: re.Match[str]) -> str:
        return _PLACE if self._known.is_pseudonym(found[0]) else found[0]
