"""What an interrupted export needs to go on: a record a line, appended as windows are committed.

A line is the CRC-32 of a JSON object in hex, a space, and that object. Kinds of record: ``header`` (first, once),
``map`` (new pseudonyms, always before the window that uses them), ``window`` (a committed window and the state after
it), ``split`` (a slice that was replaced by smaller ones). What follows a line that is cut off or damaged is dropped.
The file holds originals, as the map does: mode 0600, deleted when the bundle is done.
"""

from __future__ import annotations

import json
import os
import zlib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from vmexporter.bundle.files import create_private, output_errors, remove, write_all
from vmexporter.errors import BundleDamaged, OutputFailed

FORMAT = 1


@dataclass(frozen=True, slots=True)
class WindowRecord:
    """A committed window, and the state at its end: ``offset`` in the file, ``crc`` and ``text_bytes`` so far."""

    start_ms: int
    end_ms: int
    targets: tuple[int, ...]
    rung: str
    step_ms: int
    partial: bool
    lines: int
    samples: int
    offset: int = 0
    crc: int = 0
    text_bytes: int = 0


@dataclass(slots=True)
class JournalState:
    """All that a journal says, read back."""

    header: dict[str, Any] = field(default_factory=dict)
    windows: list[WindowRecord] = field(default_factory=list)
    splits: list[dict[str, Any]] = field(default_factory=list)
    map_entries: list[list[str]] = field(default_factory=list)


class Journal:
    """Appends records to the journal file; each is written whole before the call returns."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path = path
        self._file = file

    @classmethod
    def create(cls, path: Path, header: dict[str, Any]) -> Journal:
        """Begin a new journal; *header* is the caller's, and comes back as it is.

        Raises:
            OutputFailed: the file cannot be made.
        """
        journal = cls(path, create_private(path))
        try:
            journal.append("header", {"format": FORMAT, **header})
        except OutputFailed:
            journal.close()
            remove(path)
            raise
        return journal

    def append(self, kind: str, record: Any) -> None:
        """Write one record.

        Raises:
            OutputFailed: it cannot be written.
        """
        text = json.dumps({kind: record}, separators=(",", ":")).encode()
        with output_errors(self.path):
            write_all(self._file, b"%08x %b\n" % (zlib.crc32(text), text))

    def window(self, record: WindowRecord) -> None:
        """Write a committed window."""
        self.append("window", asdict(record))

    def sync(self) -> None:
        """Bring what was written to the disk itself."""
        with output_errors(self.path):
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file; it stays where it is."""
        self._file.close()


def read_journal(path: Path) -> JournalState:
    """Everything a journal holds, up to the first line that is not whole.

    Raises:
        BundleDamaged: the file is missing, or is no journal of a known format.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BundleDamaged(
            f"cannot resume: the journal {path} cannot be read: {error.strerror}",
            hint="the .part file and its .journal belong together, in one folder",
        ) from error
    state = JournalState()
    for line in content.split(b"\n")[:-1]:
        if not _take(line, state):
            break
    if state.header.get("format") != FORMAT:
        raise BundleDamaged(f"cannot resume: {path} is no journal of a format that this version knows")
    return state


def _take(line: bytes, state: JournalState) -> bool:
    checksum, _, text = line.partition(b" ")
    if checksum != b"%08x" % zlib.crc32(text):
        return False
    try:
        ((kind, record),) = json.loads(text).items()
        if kind == "header":
            state.header = dict(record)
        elif kind == "window":
            state.windows.append(WindowRecord(**{**record, "targets": tuple(record["targets"])}))
        elif kind == "split":
            state.splits.append(record)
        elif kind == "map":
            state.map_entries += record
    except (ValueError, TypeError, AttributeError, KeyError):
        return False
    return True
