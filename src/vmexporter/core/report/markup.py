"""Makes HTML: text goes in as text, never as markup, whatever a label's value looks like."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

_VOID: Final = frozenset({"meta", "rect", "path", "br"})
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")  # no document may hold them, not even escaped


class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


Child: TypeAlias = "str | Iterable[Child] | None"


def element(what: str, attributes: Mapping[str, object] | None = None, *children: Child) -> Markup:
    """One element: ``element("p.hint", {"id": …}, child, "text", [more])``; an attribute that is None is left out."""
    name, *classes = what.split(".")
    given = {"class": " ".join(classes) or None, **(attributes or {})}
    pairs = "".join(f' {key}="{_text(str(value))}"' for key, value in given.items() if value is not None)
    if name in _VOID and not any(children):
        return Markup(f"<{name}{pairs}>" if name in {"meta", "br"} else f"<{name}{pairs}/>")
    return Markup(f"<{name}{pairs}>{joined(children)}</{name}>")


def joined(children: Child) -> Markup:
    """Children one after the other, what is no markup escaped."""
    if children is None:
        return Markup("")
    if isinstance(children, Markup):
        return children
    if isinstance(children, str):
        return Markup(_text(children))
    return Markup("".join(map(joined, children)))


def _text(text: str) -> str:
    return html.escape(_FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text))
