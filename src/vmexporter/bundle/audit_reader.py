"""Every byte of a bundle for the audit: the texts of its entries, and all that stands around them in the ZIP.

What is neither an entry's header nor its data nor the directory is stray: a piece of an attempt that was cut back may
lie there, and compressed, so that no search would find what is in it. Nothing is unpacked to the disk.
Format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT (4.3 to 4.5)
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

from isal import igzip_lib, isal_zlib

from vmexporter.errors import BundleDamaged

_READ_BYTES = 1 << 19
_TEXT_BYTES = 1 << 20
_MOST_STRAY_BYTES = 64 << 20
_ZIP64 = 1
_HAS_DESCRIPTOR = 8
_DESCRIPTOR = b"PK\x07\x08"
_END, _END64 = b"PK\x05\x06", b"PK\x06\x06"
_BROKEN_ZIP = (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, OverflowError, LookupError, struct.error)


@dataclass(frozen=True, slots=True)
class Surrounding:
    """Bytes beside the entries' texts; *stray* ones have no business in a bundle."""

    place: str
    content: bytes
    stray: bool


class AuditReader:
    """A finished bundle, or a ``.part`` that is one but for its name, open for reading."""

    def __init__(self, path: Path) -> None:
        """Open *path*.

        Raises:
            BundleDamaged: it cannot be opened, or is no ZIP file.
        """
        self._path = path
        try:
            self._file: BinaryIO = path.open("rb")
        except OSError as error:
            raise BundleDamaged(f"cannot read the bundle {path}: {(error.strerror or '').lower()}") from error
        try:
            self._archive = zipfile.ZipFile(self._file)
        except _BROKEN_ZIP as error:
            self._file.close()
            raise _damaged(path) from error
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()
        self._file.close()

    @property
    def names(self) -> list[str]:
        """The entries' names, in the order of the directory."""
        return self._archive.namelist()

    def texts(self, number: int) -> Iterator[bytes]:
        """The text of entry *number* in blocks, its length and CRC checked at the end.

        Raises:
            BundleDamaged: it is not deflated, or not what the directory says.
        """
        info = self._archive.infolist()[number]
        if info.compress_type != zipfile.ZIP_DEFLATED or info.flag_bits & 1:
            raise BundleDamaged(f"cannot audit the bundle {self._path}: entry {number + 1} is not simply deflated")
        self._file.seek(self._data_offset(info))
        inflate = isal_zlib.decompressobj(-15)
        left, crc, size = info.compress_size, 0, 0
        while left and not inflate.eof and (data := self._file.read(min(_READ_BYTES, left))):
            left -= len(data)
            while not inflate.eof:
                try:
                    text = inflate.decompress(data, _TEXT_BYTES)
                except igzip_lib.IsalError as error:  # type: ignore[misc]  # isal's stubs say it is an instance
                    raise _damaged(self._path) from error
                crc, size = isal_zlib.crc32(text, crc), size + len(text)
                if text:
                    yield text
                data = inflate.unconsumed_tail
                if len(text) < _TEXT_BYTES and not data:
                    break
        if (crc, size) != (info.CRC, info.file_size) or not inflate.eof or inflate.unused_data or left:
            raise _damaged(self._path)

    def surroundings(self) -> Iterator[Surrounding]:
        """Names, comments, extra fields, and every byte outside of the entries.

        Raises:
            BundleDamaged: entries lie over each other.
        """
        yield Surrounding("comment of the ZIP", self._archive.comment, stray=bool(self._archive.comment))
        spans: list[tuple[int, int]] = []
        for number, info in enumerate(self._archive.infolist(), 1):
            yield Surrounding(
                f"name of entry {number}", info.orig_filename.encode("utf-8", "surrogateescape"), stray=False
            )
            yield Surrounding(f"comment of entry {number}", info.comment, stray=bool(info.comment))
            name, extra = self._local(info)
            yield Surrounding(f"name of entry {number}", name, stray=False)
            for field in (info.extra, extra):
                if field and not _says_sizes(field, info):
                    yield Surrounding(f"extra field of entry {number}", field, stray=True)
            start = self._data_offset(info) + info.compress_size
            spans.append((info.header_offset, start + self._descriptor_bytes(info, start)))
        for content in self._between([*spans, self._directory()]):
            yield Surrounding("bytes outside of the entries", content, stray=True)

    def _between(self, spans: list[tuple[int, int]]) -> Iterator[bytes]:
        position, size = 0, self._path.stat().st_size
        for start, end in [*sorted(spans), (size, size)]:
            if start < position:
                raise _damaged(self._path)
            if start > position:
                self._file.seek(position)
                yield self._file.read(min(start - position, _MOST_STRAY_BYTES))
            position = end

    def _directory(self) -> tuple[int, int]:
        """Where the directory and the end records stand, by their own lengths."""
        start = self._archive.start_dir
        self._file.seek(start)
        tail = self._file.read(_MOST_STRAY_BYTES)
        length = 0
        while tail.startswith(b"PK\x01\x02", length) and len(tail) >= length + 46:
            length += 46 + sum(struct.unpack_from("<HHH", tail, length + 28))
        if tail.startswith(_END64, length) and len(tail) >= length + 12:
            length += 12 + struct.unpack_from("<Q", tail, length + 4)[0] + 20
        if not tail.startswith(_END, length):
            raise _damaged(self._path)
        return start, start + length + 22 + len(self._archive.comment)

    def _local(self, info: zipfile.ZipInfo) -> tuple[bytes, bytes]:
        if info.header_offset < 0:
            raise _damaged(self._path)
        self._file.seek(info.header_offset)
        head = self._file.read(30)
        if not head.startswith(b"PK\x03\x04"):
            raise _damaged(self._path)
        name_bytes, extra_bytes = struct.unpack_from("<HH", head, 26)
        return self._file.read(name_bytes), self._file.read(extra_bytes)

    def _data_offset(self, info: zipfile.ZipInfo) -> int:
        name, extra = self._local(info)
        return info.header_offset + 30 + len(name) + len(extra)

    def _descriptor_bytes(self, info: zipfile.ZipInfo, offset: int) -> int:
        if not info.flag_bits & _HAS_DESCRIPTOR:
            return 0
        self._file.seek(offset)
        found = self._file.read(24)
        for form in ("<4sIQQ", "<4sIII"):
            if found.startswith(
                struct.pack(
                    form, _DESCRIPTOR, info.CRC, info.compress_size & _limit(form), info.file_size & _limit(form)
                )
            ):
                return struct.calcsize(form)
        raise _damaged(self._path)


def _limit(form: str) -> int:
    return 0xFFFF_FFFF if form.endswith("II") else 0xFFFF_FFFF_FFFF_FFFF


def _says_sizes(extra: bytes, info: zipfile.ZipInfo) -> bool:
    """Whether an extra field is the one that a bundle needs, with the entry's own numbers and nothing else.

    Its bytes are no text: a size of 31,345 would read as ``qz``.
    """
    if len(extra) not in {12, 20, 28} or struct.unpack_from("<HH", extra) != (_ZIP64, len(extra) - 4):
        return False
    numbers = {number for (number,) in struct.iter_unpack("<Q", extra[4:])}
    return numbers <= {0, info.file_size, info.compress_size, info.header_offset}


def _damaged(path: Path) -> BundleDamaged:
    return BundleDamaged(
        f"cannot audit the bundle {path}: it is no ZIP file, or a damaged one",
        hint="copy it again, and compare its checksum with the sender's",
    )
