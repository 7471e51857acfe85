"""Halves of a body that is too large for a server: by lines or blocks, and a single line by its samples."""

from __future__ import annotations

import struct
from typing import Final

from vmexporter.core.formats import Format
from vmexporter.core.lines import LABELS_END
from vmexporter.core.native.frames import Frames
from vmexporter.core.native.stream import HEADER_BYTES
from vmexporter.core.samples import TIMESTAMPS

_LENGTH: Final = struct.Struct(">I")


def halves(form: Format, body: bytes) -> tuple[bytes, bytes] | None:
    """Two bodies with the samples of *body*; None where it cannot be divided any more."""
    return _block_halves(body) if form == "native" else _line_halves(body)


def _line_halves(body: bytes) -> tuple[bytes, bytes] | None:
    middle = body.find(b"\n", len(body) // 2) + 1
    if not 0 < middle < len(body):
        middle = body.rfind(b"\n", 0, len(body) // 2) + 1
    if 0 < middle < len(body):
        return body[:middle], body[middle:]
    return _sample_halves(body)


def _sample_halves(line: bytes) -> tuple[bytes, bytes] | None:
    split, border = line.find(LABELS_END) + 1, line.rfind(TIMESTAMPS)
    values = line[split + len(LABELS_END) - 1 : border].split(b",")
    times = line[border + len(TIMESTAMPS) : line.rfind(b"]")].split(b",")
    if split <= 0 or border < 0 or len(values) < 2 or len(values) != len(times):
        return None
    at = len(values) // 2
    return _line(line[:split], values[:at], times[:at]), _line(line[:split], values[at:], times[at:])


def _line(labels: bytes, values: list[bytes], times: list[bytes]) -> bytes:
    return b'%b,"values":[%b],"timestamps":[%b]}\n' % (labels, b",".join(values), b",".join(times))


def _block_halves(body: bytes) -> tuple[bytes, bytes] | None:
    position, borders = HEADER_BYTES, []
    for name, block in Frames().feed(body):
        position += 2 * _LENGTH.size + len(name) + len(block)
        borders.append(position)
    if len(borders) < 2:
        return None
    head, middle = body[:HEADER_BYTES], borders[len(borders) // 2 - 1]
    return body[:middle], head + body[middle:]
