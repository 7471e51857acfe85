"""What is no finite number among a line's values, spelled so that the import of every server takes it.

Old servers (v1.79) drop a whole line that holds ``null`` or ``"Infinity"``, and say 204. Old and new ones read ``NaN``,
and a number too large for a float as an infinite one; none of them keeps a sample that is NaN.
https://docs.victoriametrics.com/victoriametrics/#how-to-import-data-in-json-line-format
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from vmexporter.core.lines import LABELS_END

_SIGNS: Final = (b"null", b'Infinity"', b'"NaN"')
_NO_NUMBER: Final = re.compile(rb'null|"-?Infinity"|"NaN"')
_TAKEN: Final[Mapping[bytes, bytes]] = MappingProxyType(
    {b"null": b"NaN", b'"NaN"': b"NaN", b'"Infinity"': b"1e999", b'"-Infinity"': b"-1e999"}
)


def importable(lines: bytes) -> tuple[bytes, int]:
    """Whole lines, respelled where they have to be, and how many of their samples are NaN."""
    if not any(sign in lines for sign in _SIGNS):
        return lines, 0
    texts = lines.split(b"\n")
    lost = 0
    for i, text in enumerate(texts):
        start = text.find(LABELS_END)
        end = text.find(b"]", start) if start >= 0 else -1
        if end >= 0 and any(sign in text[start:end] for sign in _SIGNS):
            values = _NO_NUMBER.sub(lambda found: _TAKEN[found[0]], text[start:end])
            lost += values.count(b"NaN")
            texts[i] = text[:start] + values + text[end:]
    return b"\n".join(texts), lost
