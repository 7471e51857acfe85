"""Samples that only remote write can bring: stale markers."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

from tests.lab.asking import ask
from tests.lab.victoria import VictoriaMetrics


def send_stale_markers(server: VictoriaMetrics, labels: Mapping[str, str], times_ms: Sequence[int]) -> None:
    """Store stale markers, which only remote write can bring: protobuf by hand, in Snappy without compression."""

    def field(number: int, content: bytes) -> bytes:
        return bytes([number << 3 | 2]) + _varint(len(content)) + content

    pairs = b"".join(field(1, field(1, name.encode()) + field(2, labels[name].encode())) for name in sorted(labels))
    marker = b"\x09" + struct.pack("<Q", 0x7FF0000000000002)
    samples = b"".join(field(2, marker + b"\x10" + _varint(time_ms)) for time_ms in times_ms)
    message = field(1, pairs + samples)
    assert 60 < len(message) <= 1 << 16
    body = _varint(len(message)) + bytes([61 << 2]) + struct.pack("<H", len(message) - 1) + message
    headers = {"Content-Encoding": "snappy", "Content-Type": "application/x-protobuf"}
    assert ask(f"{server.url}/api/v1/write", data=body, headers=headers).status == 204
    server.flush()


def _varint(number: int) -> bytes:
    text = bytearray()
    while number > 0x7F:
        text.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*text, number])
