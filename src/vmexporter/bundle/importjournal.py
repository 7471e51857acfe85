"""What an interrupted import needs to go on: which bytes of the text a target has for certain, and up to where it may.

Records stand in lines as in ``bundle.journal``. Kinds: ``import`` (first, once: source, target, options; no secret),
``before`` (what the target had of the same jobs), ``upto`` (bytes before this one may have been sent from here on) and
``done`` (ranges of bytes that the target has kept). What may have been sent and is not done is read back from the
target before anything of it is sent again. A line that is cut off, and what follows it, is dropped.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from vmexporter.bundle.files import create_private, lock, open_own, output_errors, remove, require_in_place
from vmexporter.bundle.journal import Journal, whole_lines
from vmexporter.errors import BundleDamaged, InvalidInput, OutputFailed

FORMAT: Final = 1
SUFFIX: Final = ".import"
_HASHED_BYTES: Final = 1 << 20

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """The file that is imported: where it is, and what tells it from another that lies there later."""

    path: str
    size_bytes: int
    modified_ns: int
    ends_sha256: str

    @classmethod
    def of(cls, path: Path) -> SourceFile:
        """What *path* is now.

        Raises:
            BundleDamaged: it cannot be read.
        """
        try:
            with path.open("rb") as file:
                facts = os.fstat(file.fileno())
                digest = hashlib.sha256(file.read(_HASHED_BYTES))
                file.seek(max(facts.st_size - _HASHED_BYTES, 0))
                digest.update(file.read(_HASHED_BYTES))
        except OSError as error:
            raise BundleDamaged(f"cannot read {path}: {(error.strerror or '').lower()}") from error
        return cls(str(path.absolute()), facts.st_size, facts.st_mtime_ns, digest.hexdigest())


@dataclass(slots=True)
class ImportState:
    """All that an import's journal says. ``done`` is in order and apart; ``before`` is None where none was counted."""

    header: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] | None = None
    upto: int = 0
    done: list[Span] = field(default_factory=list)

    @property
    def is_known(self) -> bool:
        """Whether this version can go on by it; a newer one may write other records."""
        return self.header.get("format") == FORMAT


class ImportJournal:
    """Appends to one import's journal; what is promised before something is sent is on the disk first."""

    def __init__(self, path: Path, journal: Journal, state: ImportState) -> None:
        self.path = path
        self.state = state
        self._journal = journal

    @classmethod
    def create(cls, places: Iterable[Path], header: dict[str, Any]) -> ImportJournal:
        """A new journal in the first of *places* that can be written.

        Raises:
            OutputFailed: none can, or an interrupted import's journal is there.
        """
        failure = OutputFailed("cannot keep a journal: no place for it was named")
        for path in places:
            try:
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                return cls._begun(path, header)
            except OSError as error:
                failure = OutputFailed(f"cannot write {path}: {(error.strerror or '').lower()}")
            except OutputFailed as error:
                if path.exists():
                    raise OutputFailed(
                        f"cannot begin: {path} is the journal of an import that was interrupted",
                        hint=f"go on with it: vmexporter resume {path}; or remove that file to begin anew",
                    ) from None
                failure = error
        raise failure

    @classmethod
    def _begun(cls, path: Path, header: dict[str, Any]) -> ImportJournal:
        """A new journal at *path*, its first record on the disk; nothing is left there when that fails."""
        file = create_private(path)
        journal = cls(path, Journal(path, file), ImportState(header={"format": FORMAT, **header}))
        try:
            lock(file, path)
            journal._append("import", journal.state.header)
            journal._journal.sync()
        except OutputFailed:
            journal.remove()
            raise
        return journal

    @classmethod
    def reopen(cls, path: Path) -> ImportJournal:
        """Go on with the journal at *path*; what is torn at its end is cut off.

        Raises:
            BundleDamaged: it is no journal of an import that this version knows.
            OutputFailed: it cannot be written, or another process is at work on it.
        """
        with output_errors(path):
            file = open_own(path)
        try:
            lock(file, path)
            require_in_place(path, os.fstat(file.fileno()))  # not one that has just been finished
            content = file.read()
            state, length = read_import(content)
            if not state.is_known:
                raise BundleDamaged(f"cannot resume: {path} is no journal of an import that this version knows")
            with output_errors(path):
                file.truncate(length)
                file.seek(length)
        except BaseException:
            file.close()
            raise
        return cls(path, Journal(path, file), state)

    def note_before(self, counted: dict[str, Any] | None) -> None:
        """What the target had."""
        self.state.before = counted
        self._append("before", counted)

    def promise(self, upto: int) -> None:
        """From here on bytes before *upto* may be sent; returns when that is on the disk."""
        if upto > self.state.upto:
            self.state.upto = upto
            self._append("upto", upto)
            self._journal.sync()

    def note_done(self, spans: Iterable[Span]) -> None:
        """The target has these bytes for certain."""
        fresh = merged(spans)
        if fresh:
            self.state.done = merged([*self.state.done, *fresh])
            self._append("done", fresh)

    def close(self) -> None:
        """Close the file; it stays where it is."""
        self._journal.close()

    def remove(self) -> None:
        """The import is finished: no journal is needed any more."""
        if os.name == "nt":  # an open file cannot be removed there
            self._journal.close()
        try:
            remove(self.path)
        finally:
            self._journal.close()  # the lock goes last: nobody may resume what is finished

    def _append(self, kind: str, record: Any) -> None:
        self._journal.append(kind, record)


def read_import(content: bytes) -> tuple[ImportState, int]:
    """What a journal's *content* says, and how many bytes of it are whole."""
    state, length = ImportState(), 0
    for text in whole_lines(content):
        try:
            ((kind, record),) = json.loads(text).items()
            if kind == "import":
                state.header = dict(record)
            elif kind == "before":
                state.before = record
            elif kind == "upto":
                state.upto = int(record)
            elif kind == "done":
                state.done = merged([*state.done, *((int(start), int(end)) for start, end in record)])
        except (ValueError, TypeError, AttributeError, RecursionError):
            break
        length += len(text) + 10  # the checksum, a space and the line feed
    return state, length


def is_import_journal(path: Path) -> bool:
    """Whether *path* is the journal of an import, and not that of an export."""
    try:
        with path.open("rb") as file:
            return file.read(64)[8:].startswith(b' {"import":')
    except OSError:
        return False


def require_same(source: SourceFile, known: dict[str, Any]) -> None:
    """Nothing if *source* is the file that a journal knows.

    Raises:
        InvalidInput: it is another one, so what was sent cannot be told.
    """
    if (source.size_bytes, source.ends_sha256) != (known.get("size_bytes"), known.get("ends_sha256")):
        raise InvalidInput(
            f"cannot resume: {source.path} is not the file that the import was begun with",
            hint="put that file back in its place; or remove the journal to begin anew",
        )


def merged(spans: Iterable[Span]) -> list[Span]:
    """*spans* in order, those that touch made one."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        elif start < end:
            found.append((start, end))
    return found


def without(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """What of *spans* is in none of *taken*."""
    left = merged(spans)
    for start, end in merged(taken):
        left = [
            piece
            for low, high in left
            for piece in ((low, min(high, start)), (max(low, end), high))
            if piece[0] < piece[1]
        ]
    return left
