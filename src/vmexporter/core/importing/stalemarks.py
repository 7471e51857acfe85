"""Staleness marks of JSON lines → a remote write request: the one way to import them, since JSON has only ``null``.

A server writes the mark that says "this series has ended" as ``null`` in its export, and drops every ``null`` in its
import: the mark is a NaN of its own bits. A remote write request carries those bits.
Format: https://prometheus.io/docs/specs/prw/remote_write_spec/ and
https://github.com/google/snappy/blob/main/format_description.txt (literals only: that much is little)
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from vmexporter.core.lines import LABELS_END
from vmexporter.core.privacy.labels import decode, parse
from vmexporter.core.samples import TIMESTAMPS

_STALE: Final = struct.pack("<Q", 0x7FF0000000000002)
_MARKS: Final = (b"null", b"NaN")
"""How versions write it; ``NaN`` is of v1.79, where it is the first value of a line."""
_LITERAL_BYTES: Final = 1 << 16
_BYTES_FIELD: Final = 2  # protobuf's wire type of texts and messages
_LABELS, _SAMPLES, _SERIES = 1, 2, 1


def stale_marks(body: bytes) -> bytes:
    """A request with a mark for each one in *body*, whole JSON lines; empty where there is none."""
    if not any(mark in body for mark in _MARKS):
        return b""
    series = [_field(_SERIES, marked) for line in body.split(b"\n") if (marked := _marked(line))]
    return _snappy(b"".join(series)) if series else b""


def _marked(line: bytes) -> bytes:
    """The message of one series, with the marks alone; empty where it has none."""
    split, border = line.find(LABELS_END), line.rfind(TIMESTAMPS)
    values = line[split + len(LABELS_END) : border]
    if split < 0 or not any(mark in values for mark in _MARKS):
        return b""
    times = line[border + len(TIMESTAMPS) : line.rfind(b"]")].split(b",")
    marks = [int(at) for at, value in zip(times, values.split(b","), strict=True) if value in _MARKS]
    labels = sorted((decode(name), decode(value)) for name, value in parse(line[: split + 1]))
    texts = ((_text(1, name), _text(2, value)) for name, value in labels)
    parts = [_field(_LABELS, name + value) for name, value in texts]
    parts += [_field(_SAMPLES, b"\x09" + _STALE + b"\x10" + _varint(at & (1 << 64) - 1)) for at in marks]
    return b"".join(parts)


def _text(number: int, text: str) -> bytes:
    return _field(number, text.encode("utf-8", "surrogateescape"))


def _field(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | _BYTES_FIELD]) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    text = bytearray()
    while number >= 0x80:
        text.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*text, number])


def _snappy(content: bytes) -> bytes:
    return _varint(len(content)) + b"".join(_literals(content))


def _literals(content: bytes) -> Iterator[bytes]:
    for at in range(0, len(content), _LITERAL_BYTES):
        piece = content[at : at + _LITERAL_BYTES]
        yield bytes([61 << 2]) + struct.pack("<H", len(piece) - 1)
        yield piece
