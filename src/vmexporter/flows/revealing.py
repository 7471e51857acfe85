"""Turns a whole bundle back by its map: a new bundle with the originals, exact up to secrets, which were removed.

Only label parts are touched. They go through the same codec as in an export, with the map's way back in the
place of the label policy: the result says that it is not obfuscated, and is as much the operator's own as the map is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from vmexporter.bundle.journal import WindowRecord
from vmexporter.bundle.reader import bundle_form, inspect, metrics_text
from vmexporter.bundle.writer import BundlePaths, BundleWriter, Head
from vmexporter.core.formats import ENTRIES, Edges, Rewriter, label_cache, rewriter, stream_head
from vmexporter.core.lines import Counts, LabelCache, RawChunk, SafeChunk
from vmexporter.core.manifest import ComponentEntry, Manifest, PolicyEntry, Source, WindowEntry
from vmexporter.core.privacy.labels import Pair, decode, encode, fingerprint
from vmexporter.core.privacy.mapping import PseudonymMap
from vmexporter.core.privacy.reveal import reveal_labels
from vmexporter.errors import BadExportLine, BundleDamaged, InvalidInput, LeakFound, QueryRejected
from vmexporter.flows.events import Event, Finished, Note, Progress
from vmexporter.flows.finishing import counts_entry
from vmexporter.flows.readahead import TICK_S, in_background
from vmexporter.flows.readme import readme
from vmexporter.flows.world import World

_WORD: Final = re.compile("word-[1-9][0-9]*")
#: What a map would know if it were the last one of a row: it would not be left.
_LEFT: Final = re.compile(r"(?<!\w)(?:777\.77[0-9]\.[0-9]|7777:777[0-9]:|(?:name|dir|user|word|job)-[1-9])", re.ASCII)


class LabelsBack:
    """Turns the label parts of a bundle back, keeps the fingerprint of each, and notes what the map does not know.

    In labels that the owner wanted kept, only own words can have become pseudonyms. A bundle from before there were
    levels has pseudonyms in the labels that it names, and nowhere else.
    """

    def __init__(self, pseudonyms: PseudonymMap, policy: PolicyEntry) -> None:
        self._pseudonyms = pseudonyms
        self._kept = frozenset(policy.kept_labels)
        self._only = frozenset(policy.mapped_labels) if policy.level == "none" else None
        self.series: set[int] = set()
        self.unknown = False

    def rewrite(self, pairs: list[Pair]) -> list[Pair]:
        """The labels of one series with their originals; what has none keeps its bytes.

        Raises:
            BadExportLine: they are not of the export format.
        """
        revealed = [self._pair(pair) for pair in pairs]
        self.series.add(fingerprint(revealed))
        return pairs if revealed == pairs else revealed

    def label(self, label: str, value: str) -> tuple[str, str]:
        """Name and value of a label with their originals."""
        known = self._pseudonyms
        if label in self._kept:
            return known.original_of(label) or label, _WORD.sub(lambda own: known.original_of(own[0]) or own[0], value)
        if self._only is not None and label not in self._only:
            return label, value
        [(name, original)] = reveal_labels([(label, value)], known)
        self.unknown = self.unknown or (original == value and _LEFT.search(value) is not None)
        return name, original

    def _pair(self, pair: Pair) -> Pair:
        label, value = decode(pair[0]), decode(pair[1])
        name, original = self.label(label, value)
        return pair[0] if name == label else encode(name), pair[1] if original == value else encode(original)


@dataclass(slots=True)
class _Copying:
    """The lines of one bundle on their way into another; ``counts`` are those of what was written."""

    manifest: Manifest
    writer: BundleWriter
    world: World
    labels: LabelCache
    counts: Counts = field(default_factory=Counts)
    sizes: list[int] = field(default_factory=list)
    started_s: float = 0.0

    def events(self, texts: Iterator[bytes]) -> Iterator[Progress]:
        """Write all windows of *texts*, line by line.

        Raises:
            BundleDamaged: they are not what the manifest says.
        """
        self.started_s = told_s = self.world.monotonic_s()
        pieces = _pieces(texts, self.manifest.windows)
        for number, window in enumerate(self.manifest.windows):
            current = self._rewriter(number, window)
            while piece := next(pieces):
                self.writer.write(_fed(current, piece))
                if self.world.monotonic_s() - told_s >= TICK_S:
                    told_s = self.world.monotonic_s()
                    yield self._progress(number, current.counts)
            self.writer.write(_fed(current, b""))
            if (current.counts.lines, current.counts.samples) != (window.lines, window.samples):
                raise BundleDamaged("cannot trust the bundle: its metadata.json counts a window's samples wrongly")
            self.writer.commit(WindowRecord(targets=(), **window.model_dump(exclude={"bytes"})))
            self.counts.add(current.counts)
            self.sizes.append(current.counts.text_bytes)
        if next(pieces, b""):
            raise BundleDamaged("cannot trust the bundle: it holds lines that belong to no window")

    def _rewriter(self, number: int, window: WindowEntry) -> Rewriter:
        form, whole = self.manifest.format, self.manifest.time_range
        head = b"" if number else stream_head(form, whole.start_ms, whole.end_ms)
        return rewriter(form, self.labels, Edges(window.start_ms, window.end_ms, expected=head, given=head))

    def _progress(self, number: int, current: Counts) -> Progress:
        samples, text_bytes = self.counts.samples + current.samples, self.counts.text_bytes + current.text_bytes
        elapsed_s = self.world.monotonic_s() - self.started_s
        done = min(samples / max(self.manifest.counts.samples, 1), 1.0)
        return Progress(
            windows_done=number,
            windows=len(self.manifest.windows),
            done=done,
            samples=samples,
            text_bytes_per_s=text_bytes / elapsed_s if elapsed_s > 0 else 0.0,
            bundle_bytes=self.writer.compressed_bytes,
            elapsed_s=elapsed_s,
            eta_s=elapsed_s * (1 - done) / done if done > 0.01 else None,
        )


def reveal_bundle(bundle: Path, output: Path, pseudonyms: PseudonymMap, world: World) -> Iterator[Event]:
    """Write the originals of *bundle* to the new bundle *output*; the last event is ``Finished``.

    Raises:
        BundleDamaged: *bundle* is not what its checksums and its manifest say.
        InvalidInput: it is not obfuscated, or the map is of another export.
        OutputFailed: *output* exists, or cannot be written. Nothing is left of it then.
    """
    started_s = world.monotonic_s()
    head = Head(datetime.fromtimestamp(world.now_ms() / 1000, UTC), ENTRIES[bundle_form(bundle)])
    with ExitStack() as stack:
        # First, so that a name that is taken is told before the bundle is read.
        writer = BundleWriter.create(BundlePaths(output), {}, head)
        stack.callback(writer.discard)
        found = yield from in_background(partial(inspect, bundle))
        manifest = found.manifest
        _require_fitting(manifest, pseudonyms)
        back = LabelsBack(pseudonyms, manifest.label_policy)
        copying = _Copying(manifest, writer, world, label_cache(manifest.format, back.rewrite))
        yield from copying.events(metrics_text(bundle))
        revealed = _revealed(copying, back)
        entries = {"metadata.json": revealed.to_json().encode(), "README.txt": readme(revealed).encode()}
        sha256 = writer.close(entries)
        stack.pop_all()
    if back.unknown:
        yield Note("some pseudonyms are not in this map: a later one, which was extended from it, may know them")
    yield Finished(revealed, output, sha256, writer.compressed_bytes, None, world.monotonic_s() - started_s)


def _require_fitting(manifest: Manifest, pseudonyms: PseudonymMap) -> None:
    if not manifest.obfuscated:
        raise InvalidInput("cannot reveal the bundle: it is not obfuscated, its labels are the originals already")
    if manifest.map_id != pseudonyms.map_id:
        raise InvalidInput(
            f"cannot reveal the bundle: its map is {manifest.map_id}, and the map given is {pseudonyms.map_id}",
            hint="give the map that was written beside the bundle, or one that was extended from it",
            field="map",
        )


def _fed(rewriter: Rewriter, piece: bytes) -> SafeChunk:
    try:
        return rewriter.feed(RawChunk(piece)) if piece else rewriter.finish()
    except (BadExportLine, LeakFound, QueryRejected):
        raise BundleDamaged("cannot reveal the bundle: one of its lines is not of the export format") from None


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


def _revealed(copied: _Copying, back: LabelsBack) -> Manifest:
    """The manifest of the result. Selectors and expression stay hidden: no map knows them."""
    manifest = copied.manifest
    policy, source = manifest.label_policy, manifest.source
    windows = zip(manifest.windows, copied.sizes, strict=True)

    def originals(label: str, values: Iterable[str]) -> tuple[str, ...]:
        return tuple(back.label(label, value)[1] for value in values)

    details = tuple(
        ComponentEntry(
            name=back.label("component", entry.name)[1],
            jobs=tuple(sorted(originals("job", entry.jobs))),
            instances=entry.instances,
            versions=originals("short_version", entry.versions),
        )
        for entry in manifest.component_details
    )
    return manifest.model_copy(
        update={
            "obfuscated": False,
            "map_id": "",
            "components": originals("component", manifest.components),
            "jobs": tuple(sorted(originals("job", manifest.jobs))),
            "source": Source(
                kind=source.kind,
                versions=originals("short_version", source.versions),
                tenant=back.label("tenant", source.tenant)[1],
            ),
            "component_details": details,
            "counts": counts_entry(manifest.format, len(back.series), copied.counts),
            "sha256": {manifest.entry: copied.writer.text_sha256()},
            "windows": tuple(window.model_copy(update={"bytes": size}) for window, size in windows),
            "label_policy": PolicyEntry(dropped_labels=policy.dropped_labels, merged_series=policy.merged_series),
        }
    )
