"""Writes a bundle: safe lines in, window by window; a finished ZIP out, or a ``.part`` that can be resumed.

The ``.part`` is the ZIP itself as far as it has come. A window's deflate segment ends in a full flush, and only then
does the journal record it; what a failed attempt left is cut off again. Compressing and hashing each have a lane of
their own; commits pass through the lanes in order, so nothing waits for them.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from isal import isal_zlib

from vmexporter.bundle import zipformat
from vmexporter.bundle.deflate import LEVEL, RAW, DeflateStream, StreamState
from vmexporter.bundle.files import create_private, lock, publish, remove, require_absent, write_private
from vmexporter.bundle.journal import Journal, WindowRecord
from vmexporter.bundle.lane import Lane
from vmexporter.bundle.sealing import Seal
from vmexporter.core.formats import ENTRIES
from vmexporter.core.lines import SafeChunk
from vmexporter.errors import OutputFailed


@dataclass(frozen=True, slots=True)
class BundlePaths:
    """Where the bundle and what belongs to it stand; all derive from the bundle's name."""

    bundle: Path

    @property
    def part(self) -> Path:
        """The bundle while it is written."""
        return self.bundle.with_name(self.bundle.name + ".part")

    @property
    def journal(self) -> Path:
        """What resuming needs; it goes when the bundle is done."""
        return self.bundle.with_name(self.bundle.name + ".part.journal")

    @property
    def checksum(self) -> Path:
        """The SHA-256 of the bundle, for ``sha256sum -c``."""
        return self.bundle.with_name(self.bundle.name + ".sha256")

    @property
    def obfuscation_map(self) -> Path:
        """Pseudonym ⇄ original; it stays with the operator."""
        return self.bundle.with_name(self.bundle.name.removesuffix(".zip") + ".obfuscation_map.json")


@dataclass(frozen=True, slots=True)
class Head:
    """What stands before the first window: the name of the metrics, and the time that all entries are of."""

    modified: datetime
    entry: str = ENTRIES["jsonl"]

    def to_bytes(self) -> bytes:
        """The local header of the ZIP."""
        return zipformat.local_header(zipformat.Entry(self.entry, 0, streamed=True), self.modified)


class BundleWriter:
    """Writes one bundle; driven from one thread. Left without ``close``, it leaves a resumable ``.part``."""

    def __init__(
        self, paths: BundlePaths, stream: DeflateStream, journal: Journal, head: Head, text_sha: Any = None
    ) -> None:
        """Use ``create``, or ``partfile.reopen``; *text_sha* is the hash of the text that *stream* holds already."""
        self.paths = paths
        self._stream, self._journal, self._head = stream, journal, head
        self._text_sha = text_sha or hashlib.sha256()
        self._keep_text_sha()
        self._compress, self._hash = Lane("compress"), Lane("hash")

    @classmethod
    def create(cls, paths: BundlePaths, header: dict[str, Any], head: Head, seal: Seal | None = None) -> BundleWriter:
        """Begin a new bundle; *header* goes into the journal for the one who resumes, encrypted if there is a *seal*.

        Raises:
            OutputFailed: a file of that name exists, or the folder cannot be written to.
        """
        for path in (paths.bundle, paths.checksum, paths.obfuscation_map):
            require_absent(path)
        file = create_private(paths.part)
        try:
            lock(file, paths.part)
            journal = Journal.create(paths.journal, header, seal)
        except BaseException:
            file.close()
            paths.part.unlink()
            raise
        stream = DeflateStream(paths.part, file, StreamState.after(b""))
        writer = cls(paths, stream, journal, head)
        try:
            stream.put(head.to_bytes())
            stream.end_segment()
        except OutputFailed:
            writer.discard()
            raise
        return writer

    def write(self, chunk: SafeChunk) -> None:
        """Take safe lines of the current window.

        Raises:
            OutputFailed: they, or lines before them, cannot be written.
        """
        self._compress.submit(lambda: self._stream.append(chunk))
        self._hash.submit(lambda: self._text_sha.update(chunk))

    def note_map(self, entries: Sequence[Sequence[str]]) -> None:
        """Record new pseudonyms; to be called before the window that uses them is committed."""
        if entries:
            self._compress.submit(lambda: self._journal.append("map", [list(entry) for entry in entries]))

    def note_split(self, record: dict[str, Any]) -> None:
        """Record that a slice was replaced by smaller ones."""
        self._compress.submit(lambda: self._journal.append("split", record))

    def commit(self, window: WindowRecord) -> None:
        """End the current window: from here on it is in the bundle, whatever happens."""
        self._compress.submit(lambda: self._end_window(window))
        self._hash.submit(self._keep_text_sha)

    def rollback(self) -> None:
        """Forget what was written since the last commit.

        Raises:
            OutputFailed: it, or something before it, could not be written.
        """
        self.drain()
        self._stream.rollback()
        self._text_sha = self._kept_text_sha.copy()

    def drain(self) -> None:
        """Wait until all that was handed in is written.

        Raises:
            OutputFailed: something could not be written.
        """
        self._compress.drain()
        self._hash.drain()

    @property
    def compressed_bytes(self) -> int:
        """The file's length as of now."""
        return self._stream.state.offset

    def text_sha256(self) -> str:
        """SHA-256, in hex, of the metrics entry's text so far."""
        self.drain()
        digest: str = self._text_sha.hexdigest()
        return digest

    def close(self, entries: dict[str, bytes]) -> str:
        """:meth:`finish` and :meth:`publish`; returns the ZIP's SHA-256 in hex.

        Raises:
            OutputFailed: something cannot be written; the ``.part`` can still be resumed.
        """
        digest = self.finish(entries)
        self.publish()
        return digest

    def finish(self, entries: dict[str, bytes]) -> str:
        """Make the ``.part`` a whole ZIP, with these small entries, for whoever has to look at it before it is one.

        Returns its SHA-256 in hex.

        Raises:
            OutputFailed: something cannot be written; the ``.part`` can still be resumed.
        """
        self.drain()
        stream = self._stream
        head_bytes = len(self._head.to_bytes())
        stream.finish()
        state = stream.state
        metrics = zipformat.Entry(
            self._head.entry, 0, state.crc, state.offset - head_bytes, state.text_bytes, streamed=True
        )
        stream.put(zipformat.data_descriptor(metrics))
        directory = [metrics, *(self._small_entry(name, content) for name, content in entries.items())]
        stream.put(zipformat.central_directory(directory, self._head.modified, state.offset))
        stream.sync()
        digest: str = state.file_sha.hexdigest()
        return digest

    def publish(self) -> None:
        """Write the checksum of the finished ``.part`` and give it its name.

        Raises:
            OutputFailed: something cannot be written; the ``.part`` can still be resumed.
        """
        digest: str = self._stream.state.file_sha.hexdigest()
        identity = self._stream.identity
        remove(self.paths.checksum)  # of an attempt to finish that failed
        write_private(self.paths.checksum, f"{digest}  {self.paths.bundle.name}\n".encode())
        if os.name == "nt":  # an open file can be neither renamed nor removed there
            self.abandon()
        try:
            publish(self.paths.part, self.paths.bundle, identity)
        except OutputFailed:
            remove(self.paths.checksum)  # the name is another file's now
            raise
        remove(self.paths.journal)
        self.abandon()  # the lock goes last: nobody may resume what is being published

    def abandon(self) -> None:
        """Stop and close the files; the ``.part`` stays, to be resumed."""
        self._compress.close()
        self._hash.close()
        self._stream.close()
        self._journal.close()

    def discard(self) -> None:
        """Stop, and leave nothing behind."""
        self.abandon()
        self.paths.part.unlink(missing_ok=True)
        self.paths.journal.unlink(missing_ok=True)

    def _small_entry(self, name: str, content: bytes) -> zipformat.Entry:
        compressed = isal_zlib.compress(content, LEVEL, RAW)
        sizes = (isal_zlib.crc32(content), len(compressed), len(content))
        entry = zipformat.Entry(name, self._stream.state.offset, *sizes)
        self._stream.put(zipformat.local_header(entry, self._head.modified) + compressed)
        return entry

    def _end_window(self, window: WindowRecord) -> None:
        state = self._stream.end_segment()
        self._journal.window(replace(window, offset=state.offset, crc=state.crc, text_bytes=state.text_bytes))

    def _keep_text_sha(self) -> None:
        self._kept_text_sha = self._text_sha.copy()
