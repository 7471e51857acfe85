"""Native bundles read by other means than the product's: their frames by hand, their samples by a current server.

A stream is the range in 16 bytes, then for each block a length and a name, a length and the block's bytes.
Format: https://docs.victoriametrics.com/victoriametrics/#how-to-import-data-in-native-format
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from tests.lab.lines import Samples, Series, samples_by_series
from tests.lab.victoria import VictoriaMetrics, post_import

RANGE_BYTES = 16
MARK = "read_as"
"""The label by which what was imported once is told from the rest."""


def range_of(content: bytes) -> tuple[int, int]:
    """The range that a stream begins with, in ms."""
    start, end = struct.unpack(">QQ", content[:RANGE_BYTES])
    return (start >> 1) ^ -(start & 1), (end >> 1) ^ -(end & 1)


def blocks_in(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and bytes of each block. Raises: ValueError if a block is not whole."""
    position = RANGE_BYTES
    if len(content) < position:
        raise ValueError("the range is not whole")
    while position < len(content):
        pair = []
        for _ in range(2):
            (length,) = struct.unpack_from(">I", content, position)
            pair.append(content[position + 4 : position + 4 + length])
            position += 4 + length
        if position > len(content):
            raise ValueError("the last block is not whole")
        yield pair[0], pair[1]


def labels_of(name: bytes) -> Series:
    """The labels in the name of a block, in the order of their names."""
    texts = [re.sub(rb"\x00([012])", lambda found: bytes([int(found[1])]), text) for text in name.split(b"\x01")]
    if texts.pop() or len(texts) % 2 == 0:
        raise ValueError(f"no name of a series: {name!r}")
    metric, *rest = (text.decode() for text in texts)
    pairs = [("__name__", metric)] if metric else []
    return tuple(sorted([*pairs, *zip(rest[::2], rest[1::2], strict=True)]))


class BlockReader(VictoriaMetrics):
    """A server that tells the samples of whatever it is given; enter it to start it."""

    _read = 0

    def samples(self, content: bytes, form: str = "native") -> dict[Series, Samples]:
        """All samples of a bundle's metrics, in whichever form they are."""
        self._read += 1
        mark = f"{MARK}={self._read}"
        path = "/api/v1/import/native" if form == "native" else "/api/v1/import"
        if content:
            post_import(f"{self.url}{path}?extra_label={mark}", content)
        self.flush()
        found = samples_by_series(self.export(f'{{{MARK}="{self._read}"}}', 0, 4 * 10**12))
        return {tuple(pair for pair in series if pair[0] != MARK): samples for series, samples in found.items()}
