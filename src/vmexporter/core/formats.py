"""The two forms in which samples travel and are kept: JSON lines, and native blocks. One pipe, two codecs.

A codec cuts a stream into (label part, sample part) and has the label part rewritten; nothing above it knows which one
is at work. A native stream begins with its range, 16 bytes, so a rewriter is told with which bytes its input begins
and with which ones its output has to.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from vmexporter.core.lines import Counts, LabelCache, LineRewriter, RawChunk, SafeChunk
from vmexporter.core.privacy.labels import Pair, build, parse
from vmexporter.core.samples import Thin

Format = Literal["jsonl", "native"]
ENTRIES: Final[dict[Format, str]] = {"jsonl": "metrics.jsonl", "native": "metrics.native"}
"""The name of the metrics in a bundle."""


class Rewriter(Protocol):
    """Rewrites one slice's stream; ``counts`` says what has passed."""

    counts: Counts

    def feed(self, chunk: RawChunk) -> SafeChunk:
        """What of *chunk* and of those before it is whole, rewritten."""

    def finish(self) -> SafeChunk:
        """What was held back, when the stream ended where it may."""


@dataclass(frozen=True, slots=True)
class Edges:
    """What a slice's samples lie within (inclusive), the bytes its stream begins with, and those to begin with."""

    start_ms: int
    end_ms: int
    expected: bytes = b""
    given: bytes = b""


@dataclass(frozen=True, slots=True)
class Shaping:
    """What may be done to JSON lines: thinned to a step; grouped by their first timestamps, so many bytes at once."""

    thin: Thin | None = None
    group_bytes: int = 0


PairsRewrite = Callable[[list[Pair]], list[Pair]]
"""Takes the labels of a series and gives what they become; the same list where nothing changes."""


def label_cache(form: Format, rewrite: PairsRewrite) -> LabelCache:
    """The cache for :func:`rewriter`: label parts of either form, taken apart and put together around *rewrite*."""
    if form == "native":
        from vmexporter.core.native.names import name_of, pairs_of

        return LabelCache(_around(pairs_of, rewrite, name_of))
    return LabelCache(_around(parse, rewrite, build))


def _around(
    take_apart: Callable[[bytes], list[Pair]], rewrite: PairsRewrite, put_together: Callable[[list[Pair]], bytes]
) -> Callable[[bytes], bytes]:
    def rewritten(part: bytes) -> bytes:
        pairs = take_apart(part)
        after = rewrite(pairs)
        return part if after is pairs else put_together(after)

    return rewritten


def rewriter(form: Format, labels: LabelCache, edges: Edges, shaping: Shaping | None = None) -> Rewriter:
    """A new rewriter for one slice."""
    if form == "native":
        from vmexporter.core.native.stream import NativeRewriter

        return NativeRewriter(labels, edges)
    shaping = shaping or Shaping()
    return LineRewriter(labels, edges.start_ms, edges.end_ms, thin=shaping.thin, group_bytes=shaping.group_bytes)


def stream_head(form: Format, start_ms: int, end_ms: int) -> bytes:
    """What a stream of this range begins with."""
    if form == "native":
        from vmexporter.core.native.stream import stream_header

        return stream_header(start_ms, end_ms)
    return b""


class Units(Protocol):
    """Counts whole lines or blocks of a text that comes in pieces."""

    count: int

    def feed(self, text: bytes) -> None:
        """The next piece."""


class LineCount:
    """Counts lines."""

    def __init__(self) -> None:
        self.count = 0

    def feed(self, text: bytes) -> None:
        """The next piece."""
        self.count += text.count(b"\n")


def whole_units(form: Format) -> Units:
    """A new counter of what a text of this form is made of."""
    if form == "native":
        from vmexporter.core.native.frames import BlockCount

        return BlockCount()
    return LineCount()


def form_of(entry_names: list[str]) -> Format | None:
    """The form of the bundle with these entries; None if they do not hold exactly one of the two."""
    found = [form for form, name in ENTRIES.items() for entry in entry_names if entry == name]
    return found[0] if len(found) == 1 else None
