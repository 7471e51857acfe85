"""The audit of what stands around the texts of a ZIP file: comments, extra fields, bytes that belong to nothing."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.audit_bundles import TABLES, document, make_bundle
from vmexporter.errors import BundleDamaged, InvalidInput
from vmexporter.flows.auditing import AuditReport, audit_file

SECRET = "acme-prod"


def audit(path: Path) -> AuditReport:
    """Its report, in which no value may stand."""
    report = audit_file(path, document(), TABLES)
    assert SECRET not in report.report_json()
    return report


def places(report: AuditReport) -> set[tuple[str, str]]:
    """Kind and place of each finding."""
    return {(finding.kind, finding.place) for finding in report.findings}


def comment_of_zip(archive: zipfile.ZipFile) -> None:
    archive.comment = f"for {SECRET}".encode()


def comment_of_entry(archive: zipfile.ZipFile) -> None:
    archive.getinfo("README.txt").comment = f"for {SECRET}".encode()
    archive.comment = b""


def extra_field(archive: zipfile.ZipFile) -> None:
    archive.getinfo("README.txt").extra = struct.pack("<HH", 0x7075, len(SECRET)) + SECRET.encode()


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (comment_of_zip, "comment of the ZIP"),
        (comment_of_entry, "comment of entry 3"),
        (extra_field, "extra field of entry 3"),
    ],
)
def test_what_the_directory_may_hold(tmp_path: Path, change: Callable[[zipfile.ZipFile], None], place: str) -> None:
    path = make_bundle(tmp_path / "b.zip")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        change(archive)
        archive._didModify = True  # type: ignore[attr-defined]  # so that the directory is written again
    assert places(audit(path)) >= {("name", place), ("stray-bytes", place)}


def test_extra_field_of_the_local_header(tmp_path: Path) -> None:
    path = tmp_path / "b.zip"
    make_bundle(path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        info = zipfile.ZipInfo("more.txt")
        info.compress_type = zipfile.ZIP_DEFLATED
        info.extra = struct.pack("<HH", 0x7075, len(SECRET)) + SECRET.encode()
        archive.writestr(info, "data")
        archive.getinfo("more.txt").extra = b""
    assert places(audit(path)) >= {("name", "extra field of entry 4"), ("stray-bytes", "extra field of entry 4")}


@pytest.mark.parametrize("size", [0x7170, 0x7A71])
def test_sizes_whose_bytes_are_letters_are_sizes(tmp_path: Path, size: int) -> None:
    """A bundle of more than 4 GiB has its sizes in extra fields, which are no words."""
    path = make_bundle(tmp_path / "b.zip")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("more.txt", "w", force_zip64=True) as file:
            file.write(b"0" * size)
        info = archive.getinfo("more.txt")
        info.extra = struct.pack("<HHQQ", 1, 16, size, info.compress_size)
    assert not [finding for finding in audit(path).findings if "extra field" in finding.place]


@pytest.mark.parametrize("numbers", [(0x7A716163,), (0x7A71, 5), (int.from_bytes(b"acme-pro", "little"),) * 2])
def test_an_extra_field_with_other_numbers_is_stray(tmp_path: Path, numbers: tuple[int, ...]) -> None:
    path = make_bundle(tmp_path / "b.zip")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("more.txt", "0")
        extra = struct.pack(f"<HH{len(numbers)}Q", 1, 8 * len(numbers), *numbers)
        archive.getinfo("more.txt").extra = extra
    assert ("stray-bytes", "extra field of entry 4") in places(audit(path))


def gap(path: Path, content: bytes, *, at_end: bool = False) -> None:
    """Put *content* between the last entry and the directory, or behind everything."""
    text = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        start = archive.start_dir
    if at_end:
        path.write_bytes(text + content)
        return
    end = text.rindex(b"PK\x05\x06")
    moved = text[end : end + 16] + struct.pack("<I", start + len(content)) + text[end + 20 :]
    path.write_bytes(text[:start] + content + text[start:end] + moved)


def test_bytes_between_the_entries(tmp_path: Path) -> None:
    path = make_bundle(tmp_path / "b.zip")
    gap(path, f"left over: {SECRET}".encode())
    place = "bytes outside of the entries"
    assert places(audit(path)) >= {("name", place), ("stray-bytes", place)}


def test_bytes_before_and_after(tmp_path: Path) -> None:
    for name, add in (("a", b""), ("b", SECRET.encode())):
        path = make_bundle(tmp_path / f"{name}.zip")
        path.write_bytes(b"#!/bin/sh\n" + add + path.read_bytes())
        assert ("stray-bytes", "bytes outside of the entries") in places(audit(path))
    path = make_bundle(tmp_path / "c.zip")
    gap(path, f" {SECRET} ".encode(), at_end=True)
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist()
    assert ("name", "bytes outside of the entries") in places(audit(path))


def test_a_compressed_remnant_is_found_although_it_cannot_be_read(tmp_path: Path) -> None:
    path = make_bundle(tmp_path / "b.zip")
    gap(path, zlib.compress(SECRET.encode())[2:-4])
    assert ("stray-bytes", "bytes outside of the entries") in places(audit(path))


def test_data_behind_the_end_of_a_deflate_stream(tmp_path: Path) -> None:
    path = tmp_path / "b.zip"
    make_bundle(path)
    raw = zlib.compressobj(9, zlib.DEFLATED, -15)
    text = b"more"
    packed = raw.compress(text) + raw.flush() + SECRET.encode()
    head = struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 8, 0, 33, zlib.crc32(text), len(packed), len(text), 8, 0)
    with zipfile.ZipFile(path, "a") as archive:
        info = zipfile.ZipInfo("more.txt")
        info.compress_type, info.CRC = zipfile.ZIP_DEFLATED, zlib.crc32(text)
        info.compress_size, info.file_size, info.header_offset = len(packed), len(text), archive.start_dir
        assert archive.fp is not None
        archive.fp.seek(archive.start_dir)
        archive.fp.write(head + b"more.txt" + packed)
        archive.start_dir = archive.fp.tell()
        archive.filelist.append(info)
        archive.NameToInfo["more.txt"] = info
        archive._didModify = True  # type: ignore[attr-defined]
    with pytest.raises(BundleDamaged):
        audit(path)


@pytest.mark.parametrize("size", [0, 10, 300])
def test_what_is_no_bundle_is_refused(tmp_path: Path, size: int) -> None:
    path = make_bundle(tmp_path / "b.zip")
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(BundleDamaged):
        audit(path)
    with pytest.raises(BundleDamaged):
        audit(tmp_path / "absent.zip")


def test_every_flipped_byte_is_refused_or_found_or_harmless(tmp_path: Path) -> None:
    """No error but ours comes out of a damaged file."""
    path = make_bundle(tmp_path / "b.zip")
    sound = path.read_bytes()
    for position in range(0, len(sound), 3):
        path.write_bytes(sound[:position] + bytes([sound[position] ^ 0x41]) + sound[position + 1 :])
        try:
            audit(path)
        except (BundleDamaged, InvalidInput):
            continue
