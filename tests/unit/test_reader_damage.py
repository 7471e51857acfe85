"""A bundle that was damaged on its way is refused, and never read as something else; at any byte, by any number."""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.bundles import METRICS, MODIFIED, TEXTS, WHOLE, entries, make_bundle
from vmexporter.bundle import deflate
from vmexporter.bundle.reader import inspect, read_text
from vmexporter.bundle.zipformat import Entry, local_header
from vmexporter.core.manifest import read_manifest
from vmexporter.errors import BundleDamaged


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return make_bundle(tmp_path_factory.mktemp("sound"), TEXTS).read_bytes()


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return make_bundle(tmp_path, TEXTS)


def put(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("seed", range(200))
def test_a_flipped_byte_never_passes_the_checksum_file(bundle: Path, seed: int) -> None:
    random = Random(seed)
    content = bytearray(bundle.read_bytes())
    content[random.randrange(len(content))] ^= random.randrange(1, 256)
    with pytest.raises(BundleDamaged):
        inspect(put(bundle, bytes(content)))


@given(st.integers(0), st.integers(1, 255))
@settings(max_examples=300, deadline=None)
def test_without_it_a_flipped_byte_is_found_or_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, sound: bytes, at: int, flip: int
) -> None:
    content = bytearray(sound)
    content[at % len(sound)] ^= flip
    assert_refused_or_same(put(tmp_path_factory.getbasetemp() / "flipped.zip", bytes(content)))


places = st.integers(0, 2000)
wild = st.sampled_from(
    [b"\xff" * 4, b"\xff" * 8, b"\0\0\0\x80", b"\xff\xff\xff\x7f", b"\x01\0", b"\xff\xff", b"\0" * 8, b"PK\x01\x02"]
)


@given(st.lists(st.tuples(places, wild), min_size=1, max_size=4), st.booleans())
@settings(max_examples=400, deadline=None)
def test_wild_numbers_in_the_directory_are_refused(
    tmp_path_factory: pytest.TempPathFactory, sound: bytes, changes: list[tuple[int, bytes]], at_the_start: bool
) -> None:
    """Sizes, places, counts and names in the ZIP's own tables are someone else's claims."""
    content = bytearray(sound)
    for place, words in changes:
        at = place % 60 if at_the_start else len(sound) - 1 - place % 700
        content[at : at + len(words)] = words
    assert_refused_or_same(put(tmp_path_factory.getbasetemp() / "wild.zip", bytes(content)))


def assert_refused_or_same(path: Path) -> None:
    """Either it is refused, or everything that is read of it is what was written."""
    try:
        found = inspect(path)
    except BundleDamaged:
        return
    written = {METRICS: WHOLE, **entries(WHOLE, hashlib.sha256(WHOLE).hexdigest())}
    assert found.manifest == read_manifest(written["metadata.json"])
    with zipfile.ZipFile(path) as archive, path.open("rb") as file:
        for name, text in written.items():
            assert b"".join(read_text(file, archive.getinfo(name))) == text


@given(st.integers(0))
@settings(max_examples=150, deadline=None)
def test_a_truncated_bundle_is_refused(tmp_path_factory: pytest.TempPathFactory, sound: bytes, cut: int) -> None:
    with pytest.raises(BundleDamaged):
        inspect(put(tmp_path_factory.getbasetemp() / "cut.zip", sound[: cut % len(sound)]))


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 100, b"PK\x05\x06" + b"\0" * 18, b"PK\x05\x06", b"no zip at all" * 1000]
)
def test_what_is_no_bundle_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(BundleDamaged):
        inspect(put(tmp_path / "b.zip", content))


@given(
    st.lists(st.tuples(st.sampled_from([b"a", b"ab\n", b"0,"]), st.integers(0, 3000)), max_size=4), st.integers(1, 300)
)
@settings(max_examples=150, deadline=None)
def test_text_comes_back_in_blocks_of_any_size(
    tmp_path_factory: pytest.TempPathFactory, runs: list[tuple[bytes, int]], block_bytes: int
) -> None:
    """Very compressible text: a full block may leave more behind it without any further input."""
    text = b"".join(word * count for word, count in runs)
    path = tmp_path_factory.getbasetemp() / "blocks.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", text)
    with pytest.MonkeyPatch.context() as patch, zipfile.ZipFile(path) as archive, path.open("rb") as file:
        patch.setattr(deflate, "BLOCK_BYTES", block_bytes)
        blocks = list(read_text(file, archive.getinfo("a")))
    assert b"".join(blocks) == text
    assert all(0 < len(block) <= block_bytes for block in blocks)


def test_only_whole_deflate_ends_well(tmp_path: Path) -> None:
    compressor = zlib.compressobj(wbits=-15)
    unfinished = compressor.compress(WHOLE) + compressor.flush(zlib.Z_FULL_FLUSH)
    inflater = deflate.Inflater()
    assert b"".join(inflater.texts(unfinished)) == WHOLE
    assert not inflater.ended and inflater.at_border()
    torn = deflate.Inflater()
    assert WHOLE.startswith(b"".join(torn.texts(unfinished[:-2]))) and not torn.at_border()


def streamed(data: bytes, text: bytes) -> tuple[io.BytesIO, zipfile.ZipInfo]:
    """A file of one entry with this deflated *data*, and what its directory says: all right for *text*."""
    described = Entry("a", 0, zlib.crc32(text), len(data), len(text))
    info = zipfile.ZipInfo("a")
    info.header_offset, info.compress_type = 0, zipfile.ZIP_DEFLATED
    info.CRC, info.compress_size, info.file_size = described.crc, len(data), len(text)
    return io.BytesIO(local_header(described, MODIFIED) + data), info


def test_a_stream_without_its_end_is_refused_although_its_sums_are_right() -> None:
    """Another program would read on behind it."""
    compressor = zlib.compressobj(wbits=-15)
    unfinished = compressor.compress(WHOLE) + compressor.flush(zlib.Z_FULL_FLUSH)
    assert b"".join(read_text(*streamed(unfinished + compressor.flush(), WHOLE))) == WHOLE
    with pytest.raises(BundleDamaged, match="length"):
        list(read_text(*streamed(unfinished, WHOLE)))


def test_a_stream_that_is_longer_than_said_is_not_read_to_its_end() -> None:
    compressor = zlib.compressobj(wbits=-15)
    bomb = compressor.compress(b"0" * (64 << 20)) + compressor.flush()
    file, info = streamed(bomb * 2, b"0")
    sizes: list[int] = []
    with pytest.raises(BundleDamaged, match="length"):
        sizes.extend(map(len, read_text(file, info)))
    assert sum(sizes) <= deflate.BLOCK_BYTES
