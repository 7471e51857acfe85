"""Reads the metrics of a checked bundle, window by window, through the codec that wrote them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from vmexporter.core.formats import Edges, Rewriter, rewriter, stream_head
from vmexporter.core.lines import Counts, LabelCache, RawChunk, SafeChunk
from vmexporter.core.manifest import Manifest, WindowEntry
from vmexporter.errors import BadExportLine, BundleDamaged, LeakFound, QueryRejected


@dataclass(frozen=True, slots=True)
class Reread:
    """Some of a window, its label parts rewritten; ``counts`` are those of the window so far."""

    chunk: SafeChunk
    window: WindowEntry
    counts: Counts
    is_last: bool


def reread(manifest: Manifest, texts: Iterator[bytes], labels: LabelCache) -> Iterator[Reread]:
    """All windows of *texts*, the metrics of the bundle; a native one begins with its head, as the bundle's does.

    Raises:
        BundleDamaged: they are not what the manifest says.
    """
    pieces = _pieces(texts, manifest.windows)
    whole = manifest.time_range
    for number, window in enumerate(manifest.windows):
        head = b"" if number else stream_head(manifest.format, whole.start_ms, whole.end_ms)
        edges = Edges(window.start_ms, window.end_ms, expected=head, given=head)
        current = rewriter(manifest.format, labels, edges)
        while piece := next(pieces):
            yield Reread(_fed(current, piece), window, current.counts, is_last=False)
        rest = _fed(current, b"")
        if (current.counts.lines, current.counts.samples) != (window.lines, window.samples):
            raise BundleDamaged("cannot trust the bundle: its metadata.json counts a window's samples wrongly")
        yield Reread(rest, window, current.counts, is_last=True)
    if next(pieces, b""):
        raise BundleDamaged("cannot trust the bundle: it holds lines that belong to no window")


def _fed(current: Rewriter, piece: bytes) -> SafeChunk:
    try:
        return current.feed(RawChunk(piece)) if piece else current.finish()
    except (BadExportLine, LeakFound, QueryRejected):
        raise BundleDamaged("cannot read the bundle: one of its lines is not of the export format") from None


def _pieces(texts: Iterator[bytes], windows: Iterable[WindowEntry]) -> Iterator[bytes]:
    """*texts* cut where windows end, with ``b""`` behind each window; then whatever is left."""
    text = b""
    for window in windows:
        left = window.bytes
        while left and (text := text or next(texts, b"")):
            piece, text = text[:left], text[left:]
            left -= len(piece)
            yield piece
        yield b""
    yield text or next(texts, b"")
