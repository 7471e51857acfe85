"""Bundles for tests: windows of known text, written, interrupted and finished as an export does it."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest

from vmexporter.bundle.journal import WindowRecord, read_journal
from vmexporter.bundle.partfile import reopen
from vmexporter.bundle.reader import inspect
from vmexporter.bundle.writer import BundlePaths, BundleWriter, Head
from vmexporter.core.formats import ENTRIES
from vmexporter.core.lines import SafeChunk
from vmexporter.core.manifest import CountsEntry, Manifest, Range, SelectionEntry, Source

METRICS = ENTRIES["jsonl"]
MODIFIED = datetime(2026, 11, 23, 8, 58, 58, tzinfo=UTC)
HEADER = {"export_id": "x", "plan": {"hard": 'ä\u2028"\\\n'}}


def window(number: int, text: bytes) -> WindowRecord:
    """The record of a window of *text*, before it is committed."""
    return WindowRecord(
        start_ms=number * 1000,
        end_ms=number * 1000 + 999,
        targets=(number,),
        rung="export",
        step_ms=0,
        partial=False,
        lines=text.count(b"\n"),
        samples=text.count(b"\n"),
    )


def window_text(number: int, lines: int) -> bytes:
    """Lines that compress about as metrics do, other ones in each window."""
    random = Random(number)
    return b"".join(
        b'{"metric":{"__name__":"m%d","w":"%d"},"values":[%d],"timestamps":[%d]}\n'
        % (line % 7, number, random.getrandbits(40), number * 1000 + line % 1000)
        for line in range(lines)
    )


def write_window(writer: BundleWriter, number: int, text: bytes, chunk_bytes: int = 10_000) -> None:
    """Write and commit one window, with a map entry before it."""
    for at in range(0, len(text), chunk_bytes):
        writer.write(SafeChunk(text[at : at + chunk_bytes]))
    writer.note_map([["job", f"original-{number}", f"job-{number + 1}"]])
    writer.commit(window(number, text))


def begin(folder: Path, texts: Iterable[bytes] = (), name: str = "b.zip") -> BundleWriter:
    """A writer with these windows committed."""
    writer = BundleWriter.create(BundlePaths(folder / name), HEADER, Head(MODIFIED))
    for number, text in enumerate(texts):
        write_window(writer, number, text)
    return writer


def entries(text: bytes, sha256: str) -> dict[str, bytes]:
    """The small entries of a bundle whose metrics are *text*."""
    moment = Range(start="1970-01-01T00:00:00Z", end="1970-01-01T00:00:01Z", start_ms=0, end_ms=1000)
    lines = text.count(b"\n")
    manifest = Manifest(
        version="1",
        export_id="x",
        export_date="2026-11-23T08:58:58Z",
        time_range=moment,
        components=("vmagent",),
        jobs=("job-1",),
        metrics_count=lines,
        obfuscated=True,
        source=Source(kind="vmsingle"),
        selection=SelectionEntry(mode="components"),
        rungs=("export",),
        partial=False,
        counts=CountsEntry(series=1, samples=lines, lines=lines, bytes=len(text)),
        sha256={METRICS: sha256},
    )
    return {"metadata.json": manifest.to_json().encode(), "README.txt": b"For the reader.\n"}


def finish(writer: BundleWriter, text: bytes) -> str:
    """Close a writer that holds *text*."""
    return writer.close(entries(text, writer.text_sha256()))


def make_bundle(folder: Path, texts: Iterable[bytes], name: str = "b.zip") -> Path:
    """A finished bundle of these windows."""
    texts = list(texts)
    writer = begin(folder, texts, name)
    finish(writer, b"".join(texts))
    return writer.paths.bundle


TEXTS = [window_text(0, 300), b"", window_text(2, 1), window_text(3, 900), window_text(4, 40)]
WHOLE = b"".join(TEXTS)
LARGE = window_text(99, 12_000)  # more than the compressor keeps to itself


class Stopped(NamedTuple):
    """What an export leaves that ended within a window, and where its committed windows end in the two files."""

    part: bytes
    journal: bytes
    offsets: list[int]
    journal_offsets: list[int]

    def __repr__(self) -> str:
        return f"<Stopped: windows end at {self.offsets}>"

    def put(self, folder: Path) -> BundlePaths:
        paths = BundlePaths(folder / "b.zip")
        paths.part.write_bytes(self.part)
        paths.journal.write_bytes(self.journal)
        return paths


def stop_within_a_window(folder: Path) -> Stopped:
    """An export of ``TEXTS`` that was stopped in its last window."""
    writer = begin(folder, TEXTS[:4])
    writer.write(SafeChunk(LARGE))
    writer.drain()
    writer.abandon()
    journal = writer.paths.journal.read_bytes()
    offsets = [record.offset for record in read_journal(writer.paths.journal).windows]
    ends = [at + 1 for at, byte in enumerate(journal) if byte == 0x0A]
    return Stopped(writer.paths.part.read_bytes(), journal, offsets, ends[2::2])


class Reader:
    """Takes the windows that are read back, as ``reopen`` tells them."""

    def __init__(self) -> None:
        self.texts: dict[WindowRecord, bytes] = {}
        self.whole: list[bytes] = []

    def on_text(self, record: WindowRecord, text: bytes) -> None:
        self.texts[record] = self.texts.get(record, b"") + text
        if not text:
            self.whole.append(self.texts[record])


def resume(paths: BundlePaths) -> tuple[BundleWriter, int]:
    """The writer again, and how many windows it holds; they are those that were committed, byte for byte."""
    journal, seen = read_journal(paths.journal), Reader()
    writer = reopen(paths, journal, Head(MODIFIED), seen.on_text)
    if seen.whole != TEXTS[: len(journal.windows)]:
        writer.abandon()
        pytest.fail("each window that is kept is told once, and whole")
    return writer, len(seen.whole)


def go_on(writer: BundleWriter, kept: int) -> None:
    """Write the windows that are missing; the result must be that of an export without interruption."""
    try:
        for number in range(kept, len(TEXTS)):
            write_window(writer, number, TEXTS[number])
        told = finish(writer, WHOLE)
    finally:
        writer.abandon()
    found = inspect(writer.paths.bundle)
    assert (found.sha256, found.checksum_file) == (told, True)
    with zipfile.ZipFile(writer.paths.bundle) as archive:
        assert archive.read(METRICS) == WHOLE
    assert {path.name for path in writer.paths.bundle.parent.iterdir()} == {"b.zip", "b.zip.sha256"}
