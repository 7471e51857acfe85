"""A server's error text, made fit to be shown: no quoted value, no selector, no request address, and not too long."""

from __future__ import annotations

import re

_READ = 2000
_SHOWN = 300
# What is opened and not closed is hidden to the end; what may be nested is hidden up to its last closing.
_TELLING = re.compile(
    r""""(?:[^"\\]|\\.)*(?:"|\\?\Z)
      | \\"(?:.*"|.*)
      | \{(?:.*\}|.*)
      | &\#34;(?:.*&\#34;|.*)
      | `[^`]*(?:`|\Z)
      | (?<!\w)'[^']*(?:'|\Z)
      | \S*[?&]\S*""",
    re.DOTALL | re.VERBOSE,
)
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def fit_to_show(text: str) -> str:
    """*text* on one line, without what may hold label values, and without what a terminal would obey."""
    return " ".join(_INVISIBLE.sub(" ", _TELLING.sub("…", text[:_READ])).split())[:_SHOWN]
