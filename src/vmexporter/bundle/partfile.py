"""Takes up an interrupted bundle: what the journal promises is read back and checked, what is not whole is cut off.

Every committed window is inflated and compared with its journaled CRC, so that also a machine that lost power leaves
either whole windows or none. Only one process can have a ``.part``: it is locked while it is written.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from isal import isal_zlib

from vmexporter.bundle.deflate import BrokenDeflate, DeflateStream, Inflater, StreamState
from vmexporter.bundle.files import create_private, lock, open_own, output_errors, remove, write_all
from vmexporter.bundle.journal import Journal, JournalState, WindowRecord
from vmexporter.bundle.writer import BundlePaths, BundleWriter, Head
from vmexporter.errors import BadExportLine, BundleDamaged, InvalidInput, OutputFailed, QueryRejected

_READ_BYTES = 1 << 16  # quiet metrics shrink to a hundredth: this much becomes megabytes

OnText = Callable[[WindowRecord, bytes], None]
"""Called with each piece of a window's text, and with ``b""`` at its end."""


@dataclass(slots=True)
class _Checked:
    """How far a ``.part`` is good."""

    state: StreamState
    text_sha: Any
    windows: list[WindowRecord]


def require_unfinished(paths: BundlePaths) -> None:
    """Nothing, unless the bundle has got its name: then only a journal may be left, and goes.

    Raises:
        InvalidInput: the bundle is complete.
    """
    if paths.bundle.exists() and not paths.part.exists():
        remove(paths.journal)
        raise InvalidInput(f"cannot resume {paths.part}: nothing is left to do, {paths.bundle} is complete")


def reopen(paths: BundlePaths, journal: JournalState, head: Head, on_text: OnText) -> BundleWriter:
    """The writer of an interrupted bundle, standing behind its last whole window; *journal* is cut back to that.

    Raises:
        BundleDamaged: the file is missing or does not begin as a bundle does.
        OutputFailed: it cannot be written, or another process has it.
    """
    file = _open(paths)
    try:
        _begin(file, paths.part, head.to_bytes())
        checked = _check(file, StreamState.after(head.to_bytes()), journal.windows, on_text)
        with output_errors(paths.part):
            file.truncate(checked.state.offset)
            file.seek(checked.state.offset)
        journal.windows = checked.windows
        fresh = _rewrite_journal(paths, journal)
    except BaseException:
        file.close()
        raise
    return BundleWriter(paths, DeflateStream(paths.part, file, checked.state), fresh, head, checked.text_sha)


def _open(paths: BundlePaths) -> BinaryIO:
    """The ``.part``, locked. One that has its final name, too, was stopped in the last step: it loses that again."""
    try:
        file = open_own(paths.part)
    except OSError as error:
        why = (error.strerror or "").lower()
        if error.errno in {errno.EROFS, errno.EACCES, errno.EPERM}:
            hint = "copy it and its .journal to a folder that you may write to, and resume it there"
            raise OutputFailed(f"cannot write {paths.part}: {why}", hint=hint) from error
        raise BundleDamaged(f"cannot resume {paths.part}: {why}") from error
    try:
        lock(file, paths.part)
        with output_errors(paths.part):
            if not os.path.samestat(os.fstat(file.fileno()), paths.part.stat()):
                raise FileNotFoundError(errno.ENOENT, "another vmexporter has just finished it")
            if paths.bundle.exists() and paths.bundle.samefile(paths.part):
                paths.bundle.unlink()
    except BaseException:
        file.close()
        raise
    return file


def _begin(file: BinaryIO, path: Path, head: bytes) -> None:
    """Go behind the *head*; where it was not yet written whole, it is written anew."""
    found = file.read(len(head))
    if not head.startswith(found):
        raise BundleDamaged(f"cannot resume {path}: it does not begin as a bundle of this version does")
    if len(found) < len(head):
        with output_errors(path):
            file.seek(0)
            write_all(file, head)


def _check(file: BinaryIO, state: StreamState, windows: list[WindowRecord], on_text: OnText) -> _Checked:
    good = _Checked(state, hashlib.sha256(), [])
    for window in windows:
        state, text_sha = good.state.copy(), good.text_sha.copy()
        inflater = Inflater()
        while state.offset < window.offset:
            data = file.read(min(_READ_BYTES, window.offset - state.offset))
            if not data:
                return good
            state.offset += len(data)
            state.file_sha.update(data)
            try:
                for text in inflater.texts(data):
                    on_text(window, text)
                    state.crc = isal_zlib.crc32(text, state.crc)
                    state.text_bytes += len(text)
                    text_sha.update(text)
            except (BrokenDeflate, BadExportLine, QueryRejected):
                return good
        if (state.crc, state.text_bytes) != (window.crc, window.text_bytes) or not inflater.at_border():
            return good
        on_text(window, b"")
        good = _Checked(state, text_sha, [*good.windows, window])
    return good


def _rewrite_journal(paths: BundlePaths, state: JournalState) -> Journal:
    """A fresh journal of what *state* holds, put in the old one's place at once."""
    fresh = paths.journal.with_name(paths.journal.name + ".new")
    remove(fresh)  # of an attempt that was stopped
    journal = Journal(paths.journal, create_private(fresh), state.seal)
    try:
        journal.append("header", state.header)
        if state.map_entries:
            journal.append("map", state.map_entries)
        for record in state.splits:
            journal.append("split", record)
        for window in state.windows:
            journal.append("window", asdict(window))
        journal.sync()
        with output_errors(paths.journal):
            fresh.replace(paths.journal)
    except OutputFailed:
        journal.close()
        remove(fresh)
        raise
    return journal
