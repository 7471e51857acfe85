"""The bytes of a ZIP file around its data, for one big entry written as a stream and small ones behind it.

The big entry's sizes stand in a data descriptor of 64-bit numbers behind its data, so nothing is patched afterwards
and the file can be hashed while it is written. The central directory uses Zip64 only where a number needs it.
Format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT (4.3 to 4.5)
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import datetime

_LIMIT = 0xFFFF_FFFF
_UTF8, _DESCRIPTOR = 0x0800, 0x0008
_DEFLATED = 8
_UNIX_PRIVATE_FILE = 0o100600 << 16
_MADE_BY_UNIX = 3 << 8


@dataclass(frozen=True, slots=True)
class Entry:
    """One deflated entry of a ZIP; sizes and CRC of a streamed entry are 0 until it has ended."""

    name: str
    offset: int
    crc: int = 0
    compressed_bytes: int = 0
    text_bytes: int = 0
    streamed: bool = False

    @property
    def flags(self) -> int:
        """The general purpose bits."""
        return _UTF8 | (_DESCRIPTOR if self.streamed else 0)


def local_header(entry: Entry, modified: datetime) -> bytes:
    """What stands before an entry's data; a streamed one announces 64-bit sizes behind it."""
    sizes = (0, _LIMIT, _LIMIT) if entry.streamed else (entry.crc, entry.compressed_bytes, entry.text_bytes)
    extra = struct.pack("<HHQQ", 1, 16, 0, 0) if entry.streamed else b""
    version = 45 if entry.streamed else 20
    name = entry.name.encode()
    head = (b"PK\x03\x04", version, entry.flags, _DEFLATED, *_dos(modified), *sizes, len(name), len(extra))
    return struct.pack("<4sHHHHHIIIHH", *head) + name + extra


def data_descriptor(entry: Entry) -> bytes:
    """What stands behind a streamed entry's data."""
    return struct.pack("<4sIQQ", b"PK\x07\x08", entry.crc, entry.compressed_bytes, entry.text_bytes)


def central_directory(entries: list[Entry], modified: datetime, offset: int) -> bytes:
    """The directory and the end records; *offset* is where it will stand."""
    directory = b"".join(_central_header(entry, modified) for entry in entries)
    count, size = len(entries), len(directory)
    end = b""
    if offset >= _LIMIT:  # the limit itself means: look into Zip64
        record = (b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, offset)
        end = struct.pack("<4sQHHIIQQQQ", *record)
        end += struct.pack("<4sIQI", b"PK\x06\x07", 0, offset + size, 1)
    last = (b"PK\x05\x06", 0, 0, count, count, size, min(offset, _LIMIT), 0)
    return directory + end + struct.pack("<4sHHHHIIH", *last)


def _central_header(entry: Entry, modified: datetime) -> bytes:
    numbers = (entry.text_bytes, entry.compressed_bytes, entry.offset)
    large = [number for number in numbers if number >= _LIMIT]
    extra = struct.pack(f"<HH{len(large)}Q", 1, 8 * len(large), *large) if large else b""
    text_bytes, compressed_bytes, offset = (min(number, _LIMIT) for number in numbers)
    version = 45 if large or entry.streamed else 20
    name = entry.name.encode()
    head = (b"PK\x01\x02", _MADE_BY_UNIX | version, version, entry.flags, _DEFLATED, *_dos(modified), entry.crc)
    tail = (compressed_bytes, text_bytes, len(name), len(extra), 0, 0, 0, _UNIX_PRIVATE_FILE, offset)
    return struct.pack("<4sHHHHHHIIIHHHHHII", *head, *tail) + name + extra


def _dos(moment: datetime) -> tuple[int, int]:
    time = moment.hour << 11 | moment.minute << 5 | moment.second // 2
    return time, (max(moment.year, 1980) - 1980) << 9 | moment.month << 5 | moment.day
