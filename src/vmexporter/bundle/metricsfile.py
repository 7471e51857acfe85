"""Opens whatever holds metrics to import: our bundles, those of other tools, JSON lines, gzipped or not.

What a file is, its first bytes say, not its name. Nothing is unpacked to the disk, no entry's name is used as a path,
and no more than a block is ever in memory. Standard input is kept in an unnamed temporary file, since a ZIP is read
from its end and an import reads twice.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final, Literal, Self

from vmexporter.bundle.deflate import GZIP, Inflater
from vmexporter.bundle.files import output_errors
from vmexporter.bundle.foreign import entry_text, form_of_name, metrics_entry, read_metadata, refuse_bombs, torn_text
from vmexporter.bundle.reader import BROKEN_ZIP, NO_ZIP, check, inspect, manifest_in, readable
from vmexporter.core.formats import Format
from vmexporter.core.importing.told import Told
from vmexporter.core.manifest import Manifest
from vmexporter.core.native.stream import HEADER_BYTES
from vmexporter.errors import BundleDamaged

Kind = Literal["bundle", "foreign bundle", "gzip", "text"]
_BLOCK_BYTES: Final = 1 << 18
_ZIP_MAGICS: Final = (b"PK\x03\x04", b"PK\x05\x06")
_GZIP_MAGIC: Final = b"\x1f\x8b"
_STANDARD_INPUT: Final = "what came on standard input"
_ANEW: Final = "copy it again"
_SOUND_PART: Final = "take what is sound of it (--force)"
_HINT: Final = "import a bundle (.zip), or JSON lines of /api/v1/export, gzipped or not"


@dataclass(slots=True)
class MetricsFile:
    """One source of metrics, open; use it in a ``with``.

    Attributes:
        path: the file; None for standard input, which cannot be taken up again later.
        kind, form: what it is, and in which form its samples are.
        head: what a native text begins with (16 bytes); empty for JSON lines.
        manifest: that of our own bundles. told: what the manifest of another tool says.
        text_bytes: length of the text, as far as it is known before it is read (not for gzip).
        file_bytes, read_bytes: length of the file, and how far ``blocks`` has come in it: progress.
        notes: sentences for the user. damage: what ``force`` made the best of, found at opening or while reading.
    """

    path: Path | None
    force: bool
    file_bytes: int
    kind: Kind = "text"
    form: Format = "jsonl"
    head: bytes = b""
    manifest: Manifest | None = None
    told: Told | None = None
    text_bytes: int | None = None
    read_bytes: int = 0
    notes: list[str] = field(default_factory=list)
    damage: list[str] = field(default_factory=list)
    _file: BinaryIO = field(kw_only=True)
    _texts: Callable[[], Iterator[bytes]] = field(default=lambda: iter(()), kw_only=True)
    _closing: ExitStack = field(default_factory=ExitStack, kw_only=True)

    def blocks(self, from_offset: int = 0) -> Iterator[bytes]:
        """The text from byte *from_offset* on, in blocks of at most a megabyte; may be asked for again.

        Lengths and checksums are compared at the end: read it through once (as a survey does) before anything is sent.

        Raises:
            BundleDamaged: they are wrong, or the file is torn; with ``force`` this ends the text and is in ``damage``.
        """
        come = 0
        try:
            with readable(self.path or _STANDARD_INPUT):
                for text in self._texts():
                    come += len(text)
                    self.read_bytes = self._file.tell()
                    if come > from_offset:
                        yield text[max(len(text) - (come - from_offset), 0) :]
        except BundleDamaged as error:
            if not self.force:
                raise
            missing = (self.text_bytes or 0) - come
            self.note_damage(error.message + (f"; {missing:,} bytes of it are lost" if missing > 0 else ""))

    def close(self) -> None:
        """Close the file."""
        self._closing.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def note_damage(self, message: str) -> None:
        """Add to ``damage`` what is not known yet."""
        if message not in self.damage:  # what is read twice is damaged twice
            self.damage.append(message)


def open_metrics(source: Path | BinaryIO, *, force: bool = False) -> MetricsFile:
    """Open *source*; our own bundles are checked first, whole (see ``bundle.reader.inspect``).

    Raises:
        BundleDamaged: it cannot be read, is not what its checksums promise, or holds no or several files of metrics.
        OutputFailed: standard input cannot be kept for lack of space.
    """
    path = source if isinstance(source, Path) else None
    closing = ExitStack()
    try:
        with readable(path or _STANDARD_INPUT):
            file = closing.enter_context(source.open("rb") if isinstance(source, Path) else _kept(source))
            if not file.seekable():  # a pipe with a name
                path, file = None, closing.enter_context(_kept(file))
            metrics = MetricsFile(path, force, os.fstat(file.fileno()).st_size, _file=file, _closing=closing)
            if path is None:
                metrics.notes.append("what comes through a pipe cannot be taken up again after an interruption")
            _recognise(metrics)
            if metrics.form == "native":
                metrics.head = next(metrics.blocks(), b"")[:HEADER_BYTES]
    except BaseException:
        closing.close()
        raise
    return metrics


def _kept(stream: BinaryIO) -> BinaryIO:
    """The bytes of *stream* in a temporary file without a name."""
    with output_errors(Path("the temporary file for standard input")), ExitStack() as closing:
        file = closing.enter_context(tempfile.TemporaryFile())
        shutil.copyfileobj(stream, file, _BLOCK_BYTES)
        file.flush()
        closing.pop_all()
        return file


def _recognise(metrics: MetricsFile) -> None:
    file = metrics._file
    file.seek(0)
    start = file.read(_BLOCK_BYTES)
    if start.startswith(_GZIP_MAGIC):
        metrics.kind, metrics._texts = "gzip", lambda: _gzip_text(file)
        start = next(metrics.blocks(), b"")
    elif not start.lstrip().startswith(b"{") and (start.startswith(_ZIP_MAGICS) or zipfile.is_zipfile(file)):
        _open_zip(metrics)
        return
    else:
        metrics.text_bytes, metrics._texts = metrics.file_bytes, lambda: _plain_text(file)
    if not start.lstrip().startswith(b"{") and not metrics.damage:
        what = "neither a bundle nor JSON lines" if start else "empty"
        raise BundleDamaged(f"cannot import {metrics.path or _STANDARD_INPUT}: it is {what}", hint=_HINT)


def _open_zip(metrics: MetricsFile) -> None:
    file = metrics._file
    metrics.kind = "foreign bundle"
    try:
        archive = zipfile.ZipFile(file)
    except BROKEN_ZIP as error:
        if not metrics.force:
            name = metrics.path or _STANDARD_INPUT
            raise BundleDamaged(NO_ZIP.format(name), hint=f"{_ANEW}, or {_SOUND_PART}") from error
        _open_torn(metrics)
        return
    metrics._closing.enter_context(archive)
    if not metrics.force:
        refuse_bombs(archive)
    entry = metrics_entry(archive)
    metrics.form, metrics.text_bytes = form_of_name(entry.filename) or "jsonl", entry.file_size
    metrics._texts = lambda: entry_text(file, archive, entry)
    try:
        with readable(metrics.path or _STANDARD_INPUT):
            metadata = read_metadata(file, archive)
            metrics.told = metadata.told
            metrics.notes += [metadata.note] if metadata.note else []
            if metadata.is_ours:
                metrics.kind, metrics.told = "bundle", None
                metrics.manifest = manifest_in(file, archive)
                _check_ours(metrics)
    except BundleDamaged as error:
        if not metrics.force:
            error.hint = f"{error.hint or _ANEW}, or {_SOUND_PART}"
            raise
        metrics.note_damage(error.message)


def _check_ours(metrics: MetricsFile) -> None:
    if metrics.path:
        inspect(metrics.path)
    else:
        check(metrics._file)


def _open_torn(metrics: MetricsFile) -> None:
    """Find the metrics without the ZIP's directory."""
    file = metrics._file
    first = next(torn_text(file), None)
    if first is None:
        raise BundleDamaged(f"cannot read {metrics.path or _STANDARD_INPUT}: nothing of the ZIP file can be read")
    metrics.form = first[0]
    metrics._texts = lambda: (text for _, text in torn_text(file))
    metrics.note_damage("the end of the ZIP file is missing or damaged: what is in it cannot be compared with its sums")


def _plain_text(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while text := file.read(_BLOCK_BYTES):
        yield text


def _gzip_text(file: BinaryIO) -> Iterator[bytes]:
    """The text of all members, one behind the other (https://www.rfc-editor.org/rfc/rfc1952)."""
    file.seek(0)
    inflater, is_within = Inflater(GZIP), False
    while data := file.read(_BLOCK_BYTES):
        while data:
            is_within = True
            yield from inflater.texts(data)
            if not inflater.ended:
                break
            data = inflater.behind.lstrip(b"\0")  # some writers fill up a block
            inflater, is_within = Inflater(GZIP), False
    if is_within:
        raise BundleDamaged("cannot read the gzipped lines: they are cut short")
