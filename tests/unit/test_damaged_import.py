"""What was damaged on its way is refused, or read as far as it is sound and said; within bounds, writing nothing."""

from __future__ import annotations

import gzip
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from tests.unit.bundles import TEXTS, WHOLE, make_bundle
from tests.unit.import_texts import pieces_of
from vmexporter.bundle.metricsfile import MetricsFile, open_metrics
from vmexporter.core.importing.edits import Edits, editor_for
from vmexporter.core.importing.jsonline import STRETCH
from vmexporter.core.importing.pieces import Piece, Pieces
from vmexporter.core.importing.tally import Tally
from vmexporter.errors import BundleDamaged

MEMORY_BYTES = 96 << 20
LINES = frozenset(WHOLE.split(b"\n"))
LOOK_THROUGH = """
import sys
from pathlib import Path
from vmexporter.bundle.metricsfile import open_metrics
from vmexporter.core.importing.edits import Edits
from vmexporter.core.importing.preflight import survey
with open_metrics(Path(sys.argv[1]), force=True) as metrics:
    surveying = survey(metrics.blocks(), metrics.form, Edits(), head=metrics.head, force=True)
    try:
        while True:
            next(surveying)
    except StopIteration as stopped:
        tally = stopped.value.tally
    [peak] = [line for line in open("/proc/self/status") if line.startswith("VmHWM:")]
    print(peak.split()[1], tally.lines, tally.bad_lines, tally.bad_bytes)
    print(*metrics.damage)
"""


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """One file of each kind, all with the same text."""
    folder = tmp_path_factory.mktemp("sources")
    with zipfile.ZipFile(folder / "foreign.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("metadata.json", '{"export_id": "e"}')
        archive.writestr("metrics.jsonl", WHOLE)
    return {
        "bundle": make_bundle(folder, TEXTS).read_bytes(),
        "foreign bundle": (folder / "foreign.zip").read_bytes(),
        "gzip": gzip.compress(WHOLE),
        "text": WHOLE,
    }


def flipped(content: bytearray, chance: Random) -> None:
    content[chance.randrange(len(content))] ^= chance.randrange(1, 256)


def sprinkled(content: bytearray, chance: Random) -> None:
    for _ in range(20):
        flipped(content, chance)


def cut_short(content: bytearray, chance: Random) -> None:
    del content[chance.randrange(len(content)) :]


def beheaded(content: bytearray, chance: Random) -> None:
    del content[: chance.randrange(1, len(content))]


def holed(content: bytearray, chance: Random) -> None:
    at = chance.randrange(len(content))
    del content[at : at + chance.randrange(1, 5000)]


def blanked(content: bytearray, chance: Random) -> None:
    at = chance.randrange(len(content))
    end = min(at + chance.randrange(1, 5000), len(content))
    content[at:end] = bytes(end - at)


def stuffed(content: bytearray, chance: Random) -> None:
    at = chance.randrange(len(content))
    content[at:at] = chance.randbytes(chance.randrange(1, 3000))


DAMAGES: list[Callable[[bytearray, Random], None]] = [
    flipped,
    flipped,
    sprinkled,
    cut_short,
    beheaded,
    holed,
    blanked,
    stuffed,
]


def imported(path: Path, *, force: bool) -> tuple[MetricsFile, list[Piece]]:
    with open_metrics(path, force=force) as metrics:
        pieces = Pieces(editor_for(metrics.form, Edits(), head=metrics.head, force=force), target_bytes=50_000)
        return metrics, list(pieces_of(list(metrics.blocks()), pieces))


def tried(path: Path, *, force: bool) -> tuple[MetricsFile, list[Piece]] | None:
    """What is imported; None when it is refused, in a sentence."""
    try:
        return imported(path, force=force)
    except BundleDamaged as error:
        return None if error.message.startswith("cannot ") else pytest.fail(error.message)


@pytest.mark.parametrize("seed", range(200))
def test_a_damaged_file_is_refused_or_read_as_said(tmp_path: Path, sources: dict[str, bytes], seed: int) -> None:
    chance = Random(seed)
    kind = list(sources)[seed % 4]
    content = bytearray(sources[kind])
    DAMAGES[seed // 4 % len(DAMAGES)](content, chance)
    path = tmp_path / "f"
    path.write_bytes(content)
    if found := tried(path, force=False):  # only a text without a checksum can be another one and still be lines
        assert kind == "text" or b"".join(piece.body for piece in found[1]) == WHOLE
    if found := tried(path, force=True):
        check_said(*found)
    assert [file.name for file in tmp_path.iterdir()] == ["f"]


def check_said(metrics: MetricsFile, pieces: list[Piece]) -> None:
    """What is missing of the text is in the tally, or in what is said of the damage."""
    tally = Tally()
    for piece in pieces:
        tally.add(piece.tally)
    sent = [line for line in b"".join(piece.body for piece in pieces).split(b"\n") if line]
    assert len(sent) == tally.lines
    end = 0
    for piece in pieces:
        assert piece.start == end
        end = piece.end
    strange = set(sent) - LINES
    if metrics.kind != "text":
        assert metrics.damage or tally.bad_lines or sent == [line for line in WHOLE.split(b"\n") if line]
        assert metrics.damage or not strange
    assert len(strange) <= 40


def test_lines_before_the_damage_are_imported(tmp_path: Path, sources: dict[str, bytes]) -> None:
    for kind in ("bundle", "foreign bundle", "gzip"):
        path = tmp_path / "f"
        path.write_bytes(sources[kind][: len(sources[kind]) * 2 // 3])
        with pytest.raises(BundleDamaged):
            imported(path, force=False)
        metrics, pieces = imported(path, force=True)
        sent = b"".join(piece.body for piece in pieces)
        assert WHOLE.startswith(sent) and len(sent) > len(WHOLE) // 3
        assert metrics.damage


def test_a_wrong_checksum_is_damage_at_the_end(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "b.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("metrics.jsonl", WHOLE)
    content = (tmp_path / "b.zip").read_bytes()
    crc = zlib.crc32(WHOLE).to_bytes(4, "little")
    (tmp_path / "b.zip").write_bytes(content.replace(crc, b"\1\2\3\4"))
    with pytest.raises(BundleDamaged, match="CRC or length is wrong"):
        imported(tmp_path / "b.zip", force=False)
    metrics, pieces = imported(tmp_path / "b.zip", force=True)
    assert b"".join(piece.body for piece in pieces) == WHOLE
    assert "CRC or length is wrong" in metrics.damage[0]


def test_crlf_is_no_damage(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(WHOLE.replace(b"\n", b"\r\n"))
    _, pieces = imported(tmp_path / "f", force=False)
    assert b"".join(piece.body for piece in pieces).replace(b"\r\n", b"\n") == WHOLE


def bomb(path: Path, block: bytes, times: int, start: bytes = b"") -> Path:
    """A ZIP whose metrics are *start* and *times* such blocks, made without ever making them all; its CRC is wrong."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    first = compressor.compress(start) + compressor.flush(zlib.Z_FULL_FLUSH)
    one = compressor.compress(block) + compressor.flush(zlib.Z_FULL_FLUSH)
    data = first + one * times + compressor.flush()
    size = len(start) + len(block) * times
    info = zipfile.ZipInfo("metrics.jsonl")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(info, data)
        info.compress_type, info.file_size, info.compress_size, info.CRC = zipfile.ZIP_DEFLATED, size, len(data), 1
    return path


def looked_through(path: Path) -> tuple[list[int], str]:
    """Peak memory in bytes, then lines, bad lines and their bytes, of a survey in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", LOOK_THROUGH, str(path)], capture_output=True, text=True, check=True, timeout=600
    )
    numbers, damage = done.stdout.split("\n")[:2]
    peak_kib, *counts = map(int, numbers.split())
    return [peak_kib << 10, *counts], damage


GIB = 1 << 30


def test_a_bomb_is_refused_at_once(tmp_path: Path) -> None:
    path = bomb(tmp_path / "b.zip", bytes(1 << 24), 640)
    assert path.stat().st_size < 16 << 20
    with pytest.raises(BundleDamaged, match="unpacks to more than 500 times its size"):
        open_metrics(path)


@pytest.mark.parametrize("gibibytes", [1, pytest.param(10, marks=pytest.mark.slow)], ids=["1 GiB", "10 GiB"])
@pytest.mark.parametrize("byte", [b"0", b"\n"], ids=["one line", "blank lines"])
def test_a_bomb_does_not_fill_the_memory(tmp_path: Path, byte: bytes, gibibytes: int) -> None:
    line = WHOLE[: WHOLE.find(b"\n") + 1]
    path = bomb(tmp_path / "b.zip", byte * (1 << 24), 64 * gibibytes, start=line)
    [peak_bytes, lines, bad_lines, bad_bytes], damage = looked_through(path)
    assert peak_bytes < MEMORY_BYTES
    assert (lines, bad_lines) == (1, 1 if byte == b"0" else 0)
    assert bad_bytes == (gibibytes * GIB if byte == b"0" else 0)
    assert "CRC or length is wrong" in damage
    assert [file.name for file in tmp_path.iterdir()] == ["b.zip"]


def test_lines_as_long_as_they_may_be_do_not_fill_the_memory(tmp_path: Path) -> None:
    samples = (24 << 20) // 30
    line = b'{"metric":{"__name__":"m"},"values":[%b1],"timestamps":[%b1700000000000]}\n' % (
        b"1234567890.123," * (samples - 1),
        b"1700000000000," * (samples - 1),
    )
    assert 23 << 20 < len(line) < 24 << 20
    (tmp_path / "f").write_bytes(line * 3)
    [peak_bytes, lines, _, _], _ = looked_through(tmp_path / "f")
    assert lines == 3 * -(-samples // STRETCH)
    assert peak_bytes < MEMORY_BYTES
