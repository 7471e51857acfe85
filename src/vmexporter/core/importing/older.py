"""JSON lines for servers of before v1.82, whose import knows neither ``null`` nor ``"Infinity"`` and drops the line.

They read ``1e999`` as infinity and ``NaN`` as no value, and keep all others of the line: tried on v1.79.5 and v1.150.0.
"""

from __future__ import annotations

from typing import Final

from vmexporter.core.lines import LABELS_END

_SPELLINGS: Final = ((b'"Infinity"', b"1e999"), (b'"-Infinity"', b"-1e999"), (b"null", b"NaN"))


def spelled_for_older(body: bytes) -> bytes:
    """The same lines, as older servers take them; labels are left alone."""
    if not any(spelling in body for spelling, _ in _SPELLINGS):
        return body
    return b"\n".join(map(_spelled, body.split(b"\n")))


def _spelled(line: bytes) -> bytes:
    labels, border, samples = line.partition(LABELS_END)
    for spelling, older in _SPELLINGS:
        samples = samples.replace(spelling, older)
    return labels + border + samples
