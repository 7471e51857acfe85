"""The ZIP of another tool, or what can still be read of a torn one: its one file of metrics, and what it tells of it.

Names of entries are compared, never used as paths.
"""

from __future__ import annotations

import json
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from vmexporter.bundle.deflate import Inflater
from vmexporter.bundle.reader import read_text
from vmexporter.core.formats import ENTRIES, Format
from vmexporter.core.importing.told import Told, read_told
from vmexporter.errors import BundleDamaged

_MOST_METADATA_BYTES: Final = 1 << 20
_READ_BYTES: Final = 1 << 18
_LOCAL: Final = struct.Struct("<4sHHHHHIIIHH")
_LOCAL_MAGIC: Final = b"PK\x03\x04"
_DESCRIPTOR_BYTES: Final = 24
_BOMB_RATIO: Final = 500
_BOMB_BYTES: Final = 256 << 20


@dataclass(frozen=True, slots=True)
class Metadata:
    """What stands in ``metadata.json``: ``is_ours`` when it has a schema version; ``note`` says what is wrong."""

    is_ours: bool = False
    told: Told | None = None
    note: str = ""


def metrics_entry(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    """The one file of metrics.

    Raises:
        BundleDamaged: there is none, or more than one.
    """
    found = [info for info in archive.infolist() if form_of_name(info.filename)]
    if not found:
        raise BundleDamaged("cannot import: the ZIP file holds no metrics (a .jsonl file)")
    if len(found) > 1:
        raise BundleDamaged(
            "cannot import: the ZIP file holds two metrics files, or more", hint="unpack it and import one of them"
        )
    return found[0]


def form_of_name(name: str) -> Format | None:
    """In which form the entry of this name holds metrics, if it does."""
    if name.lower().endswith(".jsonl"):
        return "jsonl"
    return "native" if name == ENTRIES["native"] else None


def refuse_bombs(archive: zipfile.ZipFile) -> None:
    """Refuse what would unpack to a multiple of its size that no metrics have.

    Raises:
        BundleDamaged: an entry says so of itself.
    """
    for info in archive.infolist():
        if info.file_size > max(_BOMB_BYTES, _BOMB_RATIO * info.compress_size):
            raise BundleDamaged(
                f"cannot trust the ZIP file: a file in it unpacks to more than {_BOMB_RATIO} times its size",
                hint="--force reads it all the same, a block at a time",
            )


def read_metadata(file: BinaryIO, archive: zipfile.ZipFile) -> Metadata:
    """What the ZIP tells of itself.

    Raises:
        BundleDamaged: it is damaged. (What is no JSON is only noted: some tools write what they like.)
    """
    info = next((info for info in archive.infolist() if info.filename.lower() == "metadata.json"), None)
    if info is None:
        return Metadata(note="the ZIP file has no metadata.json")
    is_large = info.file_size > _MOST_METADATA_BYTES
    texts = entry_text(file, archive, info)
    text = next(texts, b"") if is_large else b"".join(texts)
    if is_large:
        return Metadata(is_ours=b'"schema_version"' in text, note="the metadata.json of the ZIP file is very large")
    told = read_told(text)
    if told is None:
        return Metadata(note="the metadata.json of the ZIP file is no JSON object")
    return Metadata(is_ours="schema_version" in json.loads(text), told=told)


def entry_text(file: BinaryIO, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """The text of an entry in blocks; length and CRC are checked at the end.

    Raises:
        BundleDamaged: they are wrong, or it is encrypted.
    """
    if info.flag_bits & 1:
        raise BundleDamaged("cannot read the ZIP file: it is encrypted", hint="unpack it first")
    if info.compress_type == zipfile.ZIP_DEFLATED:
        yield from read_text(file, info)
        return
    with archive.open(info) as entry:
        while text := entry.read(_READ_BYTES):
            yield text


def torn_text(file: BinaryIO) -> Iterator[tuple[Format, bytes]]:
    """What can be read of the first file of metrics in a ZIP whose directory is missing, with its form.

    Entries are found one behind the other by their local headers. There is nothing to compare them with.
    """
    position = 0
    while entry := _local(file, position):
        name, method, start, sized = entry
        form = form_of_name(name)
        file.seek(start)
        inflater = Inflater()
        while method == zipfile.ZIP_DEFLATED and not inflater.ended and (data := file.read(_READ_BYTES)):
            for text in inflater.texts(data):
                if form:
                    yield form, text
        if form:
            return
        behind = start + sized if sized else file.tell() - len(inflater.behind)
        position = _next_header(file, behind)


def _local(file: BinaryIO, position: int) -> tuple[str, int, int, int] | None:
    """Name, method, place of the data and its length (0: not said) of the entry whose header stands at *position*."""
    if position < 0:
        return None
    file.seek(position)
    head = file.read(_LOCAL.size)
    if len(head) < _LOCAL.size or not head.startswith(_LOCAL_MAGIC):
        return None
    _, _, flags, method, _, _, _, sized, _, name_bytes, extra_bytes = _LOCAL.unpack(head)
    name = file.read(name_bytes).decode("utf-8", "replace")
    is_streamed = flags & 8 or sized == 0xFFFF_FFFF
    return name, method, position + _LOCAL.size + name_bytes + extra_bytes, 0 if is_streamed else sized


def _next_header(file: BinaryIO, position: int) -> int:
    """Where the next local header stands, behind a descriptor of the entry before; -1: nowhere near."""
    file.seek(position)
    found = file.read(_DESCRIPTOR_BYTES + len(_LOCAL_MAGIC)).find(_LOCAL_MAGIC)
    return position + found if found >= 0 else -1
