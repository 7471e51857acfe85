"""The native format written by hand, from what its documentation and its bytes say, to test the reading of it."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

import zstandard

from vmexporter.core.formats import Edges, label_cache
from vmexporter.core.lines import RawChunk
from vmexporter.core.native.stream import NativeRewriter, stream_header
from vmexporter.core.privacy.labels import build, parse

START_MS, END_MS = 1_795_424_338_000, 1_795_424_398_000
HEADER = stream_header(START_MS, END_MS)


def varint(number: int) -> bytes:
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def signed(number: int) -> bytes:
    return varint((number << 1 ^ number >> 63) & (1 << 64) - 1)


def times_data(times: Sequence[int], kind: int) -> bytes:
    """The bytes of timestamps in the way of writing *kind*, which has to fit them."""
    steps = [right - left for left, right in pairwise(times)]
    if kind == 3:
        return b""
    if kind == 2:
        return signed(steps[0])
    numbers = steps if kind in {4, 6} else [steps[0], *(right - left for left, right in pairwise(steps))]
    data = b"".join(map(signed, numbers))
    return zstandard.ZstdCompressor(level=1).compress(data) if kind in {1, 4} else data


def usual_kind(times: Sequence[int], *, compressed: bool = False) -> int:
    """The way of writing that a server takes."""
    steps = {right - left for left, right in pairwise(times)}
    if steps <= {0}:
        return 3
    return 2 if len(steps) == 1 else 1 if compressed else 5


def block(times: Sequence[int], values: bytes = b"\x02", *, kind: int = 0, precision_bits: int = 64) -> bytes:
    """A block of these timestamps; *values* are not looked at by anybody here."""
    kind = kind or usual_kind(times)
    data = times_data(times, kind)
    head = signed(times[0]) + signed(times[-1]) + signed(1000) + varint(len(times)) + signed(-3)
    return head + bytes([kind, 2, precision_bits]) + varint(len(data)) + data + varint(len(values)) + values


def escaped(text: bytes) -> bytes:
    return b"".join(b"\0%d" % byte if byte < 3 else bytes([byte]) for byte in text)


def name(metric: bytes, *labels: tuple[bytes, bytes]) -> bytes:
    """A series' name, its labels in the order that is given."""
    return b"".join(escaped(text) + b"\1" for text in (metric, *(text for pair in labels for text in pair)))


def unit(series: bytes, content: bytes) -> bytes:
    """A block as it stands in a stream."""
    return struct.pack(">I", len(series)) + series + struct.pack(">I", len(content)) + content


def rewriter(
    rewrite: Callable[[bytes], bytes] = lambda part: part, *, start_ms: int = START_MS, end_ms: int = END_MS
) -> NativeRewriter:
    edges = Edges(start_ms, end_ms, expected=stream_header(start_ms, end_ms))
    return NativeRewriter(label_cache("native", lambda pairs: parse(rewrite(build(pairs)))), edges)


def passed(tested: NativeRewriter, chunks: Iterable[bytes]) -> bytes:
    """All that comes out when *chunks* go in and the stream ends."""
    out = b"".join([tested.feed(RawChunk(chunk)) for chunk in chunks])
    return out + tested.finish()
