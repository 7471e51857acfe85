"""The stream of ``/api/v1/export/native``: names rewritten, blocks of samples passed on as they came.

It begins with the range that was asked for, 16 bytes; then each block has a length and a name, a length and its bytes,
in no order, and a series has as many as it needs. A ``SafeChunk`` made here is whole blocks with their names, without
the beginning: whoever writes them down writes one beginning, ``stream_header``, of all that they are for. A block is
given out whole by every slice that it overlaps, so two slices of one series must not be read as one stream: a server
would store such a block twice.

A server that fails after it said 200 puts its words where a length should stand; no length begins like a text.
"""

from __future__ import annotations

import json
import re
import struct
from typing import Final

from vmexporter.core.formats import Edges
from vmexporter.core.lines import Counts, LabelCache, RawChunk, SafeChunk
from vmexporter.core.native.blocks import BlockCounter
from vmexporter.core.native.older import OlderBlocks, older_blocks
from vmexporter.core.words import fit_to_show
from vmexporter.errors import BadExportLine, QueryRejected

HEADER_BYTES: Final = 16
MOST_BYTES: Final = 1 << 20
"""Of a name, and of a block: servers read no more."""
_MAX_WORDS: Final = 4096
_LENGTH: Final = struct.Struct(">I")
_RANGE: Final = struct.Struct(">QQ")
_NOT_IN_WORDS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def stream_header(start_ms: int, end_ms: int) -> bytes:
    """The beginning of a native stream: a server that reads it takes samples of this range only, ends inclusive."""
    return _RANGE.pack(*((time_ms << 1 ^ time_ms >> 63) & (1 << 64) - 1 for time_ms in (start_ms, end_ms)))


def range_of(head: bytes) -> tuple[int, int]:
    """First and last millisecond of the range that a stream with this beginning holds."""
    first, last = ((number >> 1) ^ -(number & 1) for number in _RANGE.unpack(head))
    return first, last


class NativeRewriter:
    """Rewrites one slice's stream: raw chunks in, whole blocks with safe names out; ``counts.lines`` counts blocks."""

    def __init__(self, labels: LabelCache, edges: Edges) -> None:
        """*labels* is keyed by names (``names.native_rewrite``); *edges* are of what was asked."""
        self._labels = labels
        self._expected, self._given = edges.expected, edges.given
        self._blocks = BlockCounter(edges.start_ms, edges.end_ms)
        self._older: OlderBlocks | None = None
        self._begun = not edges.expected
        self._rest: list[bytes] = []
        self._rest_bytes = 0
        self._wanted_bytes = 0  # with fewer, nothing more can be said
        self._length_at = 0  # where in the rest a length is expected next
        self.counts = Counts()

    def feed(self, chunk: RawChunk) -> SafeChunk:
        """The blocks that *chunk* completes, their names rewritten.

        Raises:
            BadExportLine: it is not of the native format, or of another range than was asked for.
            QueryRejected: the server's words about an error that it met after it said 200.
            LeakFound: a series' labels hold something that may not leave.
        """
        out: list[bytes | memoryview] = [self._given]
        self._given = b""
        position = 0
        while self._rest_bytes and position < len(chunk):  # what is torn is put together; the chunk is not copied
            missing = self._wanted_bytes - self._rest_bytes
            position += self._fill_up(chunk[position : position + missing] if missing > 0 else chunk[position:], out)
        if position < len(chunk):
            self._keep(chunk, self._taken(chunk, position, out))
        given_out = b"".join(out)
        self.counts.text_bytes += len(given_out)
        return SafeChunk(given_out)

    def finish(self) -> SafeChunk:
        """Nothing, when the stream ended at the end of a block.

        Raises:
            BadExportLine: it ended within one, or before the first.
            QueryRejected: it ended with the server's words about an error.
        """
        rest = b"".join(self._rest)
        if rest[self._length_at : self._length_at + 1] > b"\0":
            _refuse(rest[self._length_at :])
        if rest or not self._begun:
            raise BadExportLine("cannot read the export: it ends in the middle of a block")
        given, self._given = self._given, b""
        self.counts.text_bytes += len(given)
        return SafeChunk(given)

    def _fill_up(self, piece: bytes, out: list[bytes | memoryview]) -> int:
        """Add *piece* to what is held back, and take what is whole then; the bytes of *piece*."""
        self._rest.append(piece)
        self._rest_bytes += len(piece)
        if self._rest_bytes >= self._wanted_bytes:
            data = b"".join(self._rest)
            self._keep(data, self._taken(data, 0, out))
        return len(piece)

    def _keep(self, data: bytes, position: int) -> None:
        self._rest = [data[position:]]
        self._rest_bytes = len(data) - position

    def _taken(self, data: bytes, position: int, out: list[bytes | memoryview]) -> int:
        """Add to *out* what is whole in *data* from *position* on; where it ends."""
        if not self._begun:
            position = self._begin(data)
        return self._blocks_of(data, position, out) if self._begun else position

    def _begin(self, data: bytes) -> int:
        """Where the blocks begin in *data*; 0 when the range before them has not come yet."""
        self._wanted_bytes = HEADER_BYTES
        if data[0]:  # no time of the next million years begins so
            _wait_for_words(data)
            self._wanted_bytes = 0
        elif len(data) >= HEADER_BYTES:
            if not data.startswith(self._expected):
                raise BadExportLine(
                    "cannot use the export: the server sent another time than the one that was asked for",
                    hint="a proxy on the way may drop or change the arguments start and end",
                )
            self._begun = True
            return HEADER_BYTES
        return 0

    def _blocks_of(self, data: bytes, position: int, out: list[bytes | memoryview]) -> int:
        """Add the blocks of *data* behind *position* with samples of the range; where the first torn one begins."""
        view, count, length_at = memoryview(data), self._blocks.count, _LENGTH.unpack_from
        came, name = b"", b""  # the name before with its length, and the same rewritten, once it is to go out
        lines, samples, end, most = 0, 0, len(data), 4 + MOST_BYTES
        older, is_first = self._older, not self.counts.lines
        at = stop = position
        while (at := position) + 4 <= end:
            if came and data.startswith(came, at):  # blocks of one series mostly follow each other
                at += len(came)
            else:
                if (stop := at + 4 + length_at(data, at)[0]) > end or stop - at > most:
                    break
                came, name = data[at:stop], b""
                at = stop
            if (stop := at + 4) > end or (stop := at + 4 + length_at(data, at)[0]) > end or stop - at > most:
                break
            if is_first:
                older, is_first = older_blocks(data[at + 4 : stop], self._blocks), False
            block: memoryview | bytes = view[at:stop]
            if older is None:
                rows = count(data, at + 4, stop)
            else:
                renewed, rows = older.renewed(data, at + 4, stop)
                block = _LENGTH.pack(len(renewed)) + renewed
            if rows:  # none: the range lies within a gap of the block
                name = name or self._named(came)
                out += (name, block)
                lines += 1
                samples += rows
            position = stop
        self._older = older
        self.counts.lines += lines
        self.counts.samples += samples
        self._await(data, position, at, max(stop, at + 4))
        return position

    def _named(self, came: bytes) -> bytes:
        rewritten = self._labels.get(came[4:])
        return _LENGTH.pack(len(rewritten)) + rewritten

    def _await(self, data: bytes, position: int, at: int, stop: int) -> None:
        """Remember what the block at *position* still needs: what begins at *at* with its length, up to *stop*."""
        self._length_at, self._wanted_bytes = at - position, stop - position
        if len(data) >= at + 4:
            if data[at]:
                _wait_for_words(data[at : at + _MAX_WORDS])
                self._wanted_bytes = 0
            elif stop - at - 4 > MOST_BYTES:
                raise BadExportLine("cannot read the export: a name or a block is longer than 1 MiB")


def _wait_for_words(text: bytes) -> None:
    """Raise the server's words when they are whole, or what else stands where a length should; else more must come."""
    if b"\n" in text.lstrip() or len(text) >= _MAX_WORDS or not _words(text):
        _refuse(text)


def _refuse(text: bytes) -> None:
    words = _words(text)
    if words is None or not words.strip():
        raise BadExportLine("cannot read the export: it is torn or is not of the native format")
    raise QueryRejected(f"cannot export: the server stopped with an error after it had said 200: {fit_to_show(words)}")


def _words(text: bytes) -> str | None:
    """*text* when it is one; of an answer in JSON, the error in it."""
    words = text[:_MAX_WORDS].decode("utf-8", "replace")
    if _NOT_IN_WORDS.search(words) or "\ufffd" in words[:-1]:
        return None
    if words.startswith("{"):
        try:
            found = json.loads(words)
        except (ValueError, RecursionError):
            return words
        return str(found["error"]) if "error" in found else words
    return words
