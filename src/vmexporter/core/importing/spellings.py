"""JSON lines as all versions take them: before v1.82, one with ``null`` or a word was dropped in silence.

All versions read ``1e999`` as infinity and ``NaN`` as no value, and keep the others of the line: tried on v1.79.5,
whose build may not tell its version, and v1.150.0.
"""

from __future__ import annotations

from typing import Final

from vmexporter.core.lines import LABELS_END

_SPELLINGS: Final = ((b'"Infinity"', b"1e999"), (b'"-Infinity"', b"-1e999"), (b'"NaN"', b"NaN"), (b"null", b"NaN"))


def spelled_for_all(body: bytes) -> bytes:
    """The same lines and values; labels are left alone."""
    if not any(spelling in body for spelling, _ in _SPELLINGS):
        return body
    return b"\n".join(map(_spelled, body.split(b"\n")))


def _spelled(line: bytes) -> bytes:
    labels, border, samples = line.partition(LABELS_END)
    for spelling, known in _SPELLINGS:
        samples = samples.replace(spelling, known)
    return labels + border + samples
