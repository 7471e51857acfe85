"""Safe lines to a stream such as standard output: a window is held back until it is whole, then passed on.

So the reader of the stream never sees a window twice, or a part of one that failed. What is held back is safe text.
"""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from vmexporter.bundle.files import write_all
from vmexporter.bundle.journal import WindowRecord
from vmexporter.core.lines import SafeChunk
from vmexporter.errors import OutputFailed

_IN_MEMORY_BYTES = 8 << 20


class LineSink:
    """The same calls as ``BundleWriter``, without a file that could be resumed."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._sha = hashlib.sha256()
        self._passed_bytes = 0
        self._held = tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES)  # noqa: SIM115 - lives until abandon()

    def write(self, chunk: SafeChunk) -> None:
        """Hold back lines of the current window."""
        with _stream_errors():
            self._held.write(chunk)

    def note_map(self, entries: Sequence[Sequence[str]]) -> None:
        """Nothing is kept of the way there."""

    def note_split(self, record: dict[str, Any]) -> None:
        """Nothing is kept of the way there."""

    def commit(self, window: WindowRecord) -> None:
        """Pass the current window on.

        Raises:
            OutputFailed: the reader is gone, or cannot take it.
        """
        del window
        with _stream_errors():
            self._passed_bytes += self._held.tell()
            self._held.seek(0)
            while block := self._held.read(1 << 20):
                self._sha.update(block)
                write_all(self._stream, block)
            self._stream.flush()
        self.rollback()

    def rollback(self) -> None:
        """Forget what was written since the last commit."""
        with _stream_errors():
            self._held.seek(0)
            self._held.truncate()

    def drain(self) -> None:
        """Nothing is written in the background."""

    @property
    def compressed_bytes(self) -> int:
        """Bytes passed on."""
        return self._passed_bytes

    def text_sha256(self) -> str:
        """SHA-256, in hex, of what was passed on."""
        return self._sha.hexdigest()

    def finish(self, entries: dict[str, bytes]) -> str:
        """End the stream; it has no place for *entries*, and no name for a checksum."""
        del entries
        return ""

    def publish(self) -> None:
        """Nothing is left to do."""

    def abandon(self) -> None:
        """Drop what is held back."""
        self._held.close()

    def discard(self) -> None:
        """The same: there is nothing else."""
        self.abandon()


@contextlib.contextmanager
def _stream_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputFailed(f"cannot write the lines: {(error.strerror or 'the stream is closed').lower()}") from error
