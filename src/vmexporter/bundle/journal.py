"""What an interrupted export needs to go on: a record a line, appended as windows are committed.

A line is the CRC-32 of a JSON object in hex, a space, and that object. Kinds of record: ``header`` (first, once),
``map`` (new pseudonyms, always before the window that uses them), ``window`` (a committed window and the state after
it), ``split`` (a slice that was replaced by smaller ones). What follows a line that is cut off or damaged is dropped.
The file holds originals, as the map does: mode 0600, deleted when the bundle is done.

Where the map is to be encrypted, the journal is sealed from its first byte on: a first line in clear says how the key
was made, and each object is encrypted for its place, so that none can be moved, left out or taken from elsewhere.
"""

from __future__ import annotations

import json
import os
import secrets
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from vmexporter.bundle.files import create_private, output_errors, remove, write_all
from vmexporter.bundle.sealing import CIPHER, Seal, from_text, to_text
from vmexporter.errors import BundleDamaged, InvalidInput, OutputFailed

FORMAT = 1
SEALED = "sealed"


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


MapEntry = tuple[str, str, str]
"""Kind, original and pseudonym."""


@dataclass(slots=True)
class JournalState:
    """All that a journal says, read back."""

    header: dict[str, Any] = field(default_factory=dict)
    windows: list[WindowRecord] = field(default_factory=list)
    splits: list[dict[str, Any]] = field(default_factory=list)
    map_entries: list[MapEntry] = field(default_factory=list)
    seal: Seal | None = field(default=None, compare=False)


class SealedRecords:
    """The records of one sealed journal in their order; *head*, its first line, says how."""

    def __init__(self, seal: Seal, head: bytes = b"") -> None:
        """Without a *head* it is a new journal, whose records fit into no other."""
        mark = {"cipher": CIPHER, "kdf": dict(seal.kdf), "journal": secrets.token_hex(16)}
        self.head = head or json.dumps({SEALED: mark}, separators=(",", ":")).encode()
        self._seal = seal
        self._number = 0

    def close(self, text: bytes) -> bytes:
        """The next record, sealed, in base64."""
        return to_text(self._seal.close(text, self._place())).encode()

    def open(self, record: bytes) -> bytes:
        """The next record.

        Raises:
            ValueError: it is another one, or damaged.
        """
        return self._seal.open(from_text(record.decode("ascii")), self._place())

    def _place(self) -> bytes:
        self._number += 1
        return b"%b %d" % (self.head, self._number)


class Journal:
    """Appends records to the journal file; each is written whole before the call returns."""

    def __init__(self, path: Path, file: BinaryIO, seal: Seal | None = None) -> None:
        """*file* is empty; with a *seal* nothing that is appended can be read without its passphrase."""
        self.path = path
        self._file = file
        self._sealed = SealedRecords(seal) if seal else None
        self._begun = False

    @classmethod
    def create(cls, path: Path, header: dict[str, Any], seal: Seal | None = None) -> Journal:
        """Begin a new journal; *header* is the caller's, and comes back as it is. *seal* encrypts it.

        Raises:
            OutputFailed: the file cannot be made.
        """
        journal = cls(path, create_private(path), seal)
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
        lines = [text] if self._sealed is None else [self._sealed.close(text)]
        if self._sealed is not None and not self._begun:
            lines.insert(0, self._sealed.head)
        self._begun = True
        with output_errors(self.path):
            write_all(self._file, b"".join(b"%08x %b\n" % (zlib.crc32(line), line) for line in lines))

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


def read_journal(path: Path, passphrase: Callable[[], str] | None = None) -> JournalState:
    """Everything a journal holds, up to the first line that is not whole; *passphrase* is called if it is sealed.

    Raises:
        BundleDamaged: the file is missing, or is no journal of a known format.
        InvalidInput: its passphrase is missing or another one.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BundleDamaged(
            f"cannot resume: the journal {path} cannot be read: {error.strerror}",
            hint="the .part file and its .journal belong together, in one folder",
        ) from error
    state = JournalState()
    texts = whole_lines(content)
    first = next(texts, b"")
    if first.startswith(b'{"%b":' % SEALED.encode()):
        state.seal = _seal_of(first, path, passphrase)
        texts = _opened(texts, SealedRecords(state.seal, first))
        first = next(texts, b"")
    while first and _take(first, state):
        first = next(texts, b"")
    if state.header.get("format") != FORMAT:
        raise BundleDamaged(f"cannot resume: {path} is no journal of a format that this version knows")
    return state


def whole_lines(content: bytes) -> Iterator[bytes]:
    """The objects of the lines of a journal, up to the first line that is not whole."""
    for line in content.split(b"\n")[:-1]:
        checksum, _, text = line.partition(b" ")
        if checksum != b"%08x" % zlib.crc32(text):
            return
        yield text


def _seal_of(head: bytes, path: Path, passphrase: Callable[[], str] | None) -> Seal:
    try:
        mark = json.loads(head)[SEALED]
        kdf, cipher = mark["kdf"], mark["cipher"]
    except (ValueError, TypeError, KeyError, RecursionError):
        kdf, cipher = None, ""
    if cipher != CIPHER:
        raise BundleDamaged(f"cannot resume: {path} is encrypted in a way that this version does not know")
    if passphrase is None:
        raise InvalidInput(
            f"cannot resume: the journal {path} is encrypted, and no passphrase was given",
            hint="give the one that the export was begun with: --passphrase-file or $VMEXPORTER_MAP_PASSPHRASE",
            field="passphrase",
        )
    return Seal.again(kdf, passphrase(), f"the journal {path}")


def _opened(records: Iterator[bytes], sealed: SealedRecords) -> Iterator[bytes]:
    """The records in clear, up to the first that does not belong into its place."""
    for record in records:
        try:
            yield sealed.open(record)
        except ValueError:
            return


def _take(text: bytes, state: JournalState) -> bool:
    try:
        ((kind, record),) = json.loads(text).items()
        if kind == "header":
            state.header = dict(record)
        elif kind == "window":
            state.windows.append(WindowRecord(**{**record, "targets": tuple(record["targets"])}))
        elif kind == "split":
            state.splits.append(record)
        elif kind == "map":
            state.map_entries += [_map_entry(one) for one in record]
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return False
    return True


def _map_entry(record: Any) -> MapEntry:
    if not isinstance(record, list) or not all(isinstance(text, str) for text in record):
        raise TypeError("an entry of the map is three texts")
    kind, original, pseudonym = record
    return kind, original, pseudonym
