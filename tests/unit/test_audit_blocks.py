"""Native text is taken apart strictly: two times, then names and blocks; nothing else passes for one of them."""

from __future__ import annotations

import random
import struct
import time

import pytest

from tests.unit.native_streams import HEADER, START_MS, block, name, signed, unit, varint
from vmexporter.core.native.stream import stream_header
from vmexporter.core.privacy.auditing.blocks import BlockAudit
from vmexporter.core.privacy.auditing.lines import Labels

TIMES = [START_MS + 15_000 * row for row in range(4)]
BLOCK = block(TIMES, b"\x02\x04\x06")
NAME = name(b"up", (b"job", b"a"), (b"instance", b"b:1"))
GOOD = unit(NAME, BLOCK)
HARD = {"__name__": "m", "job": "\x00\x01\x02", "zone": 'ä"\\\n', "x": ""}


def read(text: bytes, piece_bytes: int = 1 << 20) -> tuple[BlockAudit, list[Labels]]:
    """The audit of *text*, given in pieces, and the labels that it handed on."""
    seen: list[Labels] = []
    audit = BlockAudit(seen.append)
    for start in range(0, len(text), piece_bytes):
        audit.feed(text[start : start + piece_bytes])
    audit.finish()
    return audit, seen


def bad(text: bytes) -> tuple[int, int]:
    audit, _ = read(text)
    return audit.bad_blocks, audit.bad_names


@pytest.mark.parametrize("piece_bytes", [1, 3, 7, 16, 100, 1 << 20])
def test_pieces_may_end_anywhere(piece_bytes: int) -> None:
    hard = name(HARD["__name__"].encode(), *((label.encode(), HARD[label].encode()) for label in ("job", "zone", "x")))
    audit, seen = read(HEADER + GOOD * 2 + unit(hard, BLOCK) + GOOD, piece_bytes)
    assert (audit.blocks, audit.bad_blocks, audit.bad_names) == (4, 0, 0)
    assert [dict(labels) for labels in seen] == [{"__name__": "up", "job": "a", "instance": "b:1"}, HARD]


def test_each_name_is_handed_on_once_and_remembering_is_bounded() -> None:
    assert len(read(HEADER + GOOD * 50)[1]) == 1
    many = [unit(name(b"m", (b"x", b"%07d" % number + bytes([65]) * 2000)), BLOCK) for number in range(5000)]
    audit, seen = read(HEADER + b"".join(many))
    assert (audit.blocks, len(seen), audit.bad_names) == (5000, 5000, 0)
    assert audit._seen_bytes <= 8 << 20


@pytest.mark.parametrize("kind", [1, 4, 5, 6])
def test_blocks_in_all_ways_of_writing_pass(kind: int) -> None:
    odd = [START_MS, START_MS + 7, START_MS + 20_000, START_MS + 20_001]
    assert bad(HEADER + unit(NAME, block(odd, kind=kind)) + GOOD) == (0, 0)


@pytest.mark.parametrize("values", [b"", b"\x02", bytes(127), bytes(128), bytes(20_000)])
def test_values_of_any_length_pass(values: bytes) -> None:
    assert bad(HEADER + unit(NAME, block(TIMES, values)) + GOOD) == (0, 0)


@pytest.mark.parametrize("text", [b"", HEADER[:-1], b"acme"])
def test_a_range_that_is_not_whole_is_found(text: bytes) -> None:
    assert bad(text) == (1, 0)


@pytest.mark.parametrize(
    "head", [b"acme-production!", b"\0\0" + b"acme-prod-eu-1", HEADER[:8] + b"acme-pro", b"\xff" * 16]
)
def test_a_text_in_place_of_the_range_is_found(head: bytes) -> None:
    assert bad(head + GOOD) == (1, 0)


def test_ranges_of_all_times_pass() -> None:
    for start_ms, end_ms in ((0, 0), (-5, 10**14), (START_MS, START_MS)):
        assert bad(stream_header(start_ms, end_ms) + GOOD) == (0, 0)


def test_nothing_but_the_range_is_clean() -> None:
    assert bad(HEADER) == (0, 0)


def changed(**fields: bytes) -> bytes:
    """A block with other bytes in some of its places."""
    parts = {
        "first": signed(START_MS), "last": signed(START_MS + 15_000), "value": signed(5), "rows": varint(2),
        "scale": signed(0), "types": b"\x02\x02\x40", "size": b"\x03", "times": signed(15_000), "values": b"\x01\x02",
    }  # fmt: skip
    return b"".join((parts | fields).values())


def test_the_block_that_is_changed_below_is_a_good_one() -> None:
    assert bad(HEADER + unit(NAME, changed())) == (0, 0)


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"acme is a company, and this is a text of it",
        b"remoteAddr: error when exporting data\n",
        changed(types=b"\x00\x02\x40"),
        changed(types=b"\x02\x07\x40"),
        changed(types=b"\x02\x02\x00"),
        changed(types=b"\x02\x02\x41"),
        changed(types=b"\x02\x02"),
        changed(first=b"\xff" * 11),
        changed(size=b"\x04"),
        changed(size=b"\x02"),
        changed(size=b"\xff\xff\x7f"),
        changed(values=b"\x00\x02"),
        changed(values=b"\x02\x02"),
        changed(values=b"\x01\x02acme"),
        changed(values=b""),
        changed(values=b"\xff" * 10),
        BLOCK + b"\0",
        BLOCK[:-1],
    ],
)
def test_what_is_no_block_is_found(broken: bytes) -> None:
    assert bad(HEADER + GOOD + unit(NAME, broken) + GOOD) == (1, 0)


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"up",
        b"up\x01job",
        b"up\x01job\x01",
        b"up\x01job\x01a",
        b"up\x01job\x01a\x01acme",
        b"up\x01job\x01a\x01\x01",
        b"up\x01job\x01a\x00\x01",
        b"up\x01job\x01a\x003\x01",
        b"up\x01job\x01a\x00",
        b"up\x01job\x01\x02\x01",
        b"up\x01job\x01a\x01job\x01b\x01",
        b"up\x01__name__\x01other\x01",
        b"up\x01\x01acme\x01",
    ],
)
def test_what_is_no_name_is_found(broken: bytes) -> None:
    audit, seen = read(HEADER + GOOD + unit(broken, BLOCK) + GOOD)
    assert (audit.blocks, audit.bad_blocks, audit.bad_names) == (3, 0, 1)
    assert len(seen) in {1, 2}, "what could be read is looked at all the same"


@pytest.mark.parametrize(
    "after", [b"\0", b"acme", b"\n", b"\0\0\0\x04acme", GOOD[:-1], GOOD[: len(NAME) + 6], b"\xff\xff\xff\xff" + GOOD]
)
@pytest.mark.parametrize("piece_bytes", [1, 1 << 20])
def test_what_stands_behind_the_last_block_is_found(after: bytes, piece_bytes: int) -> None:
    assert read(HEADER + GOOD + after, piece_bytes)[0].bad_blocks == 1


def test_what_stands_between_blocks_is_found() -> None:
    blocks, names = bad(HEADER + GOOD + b"acme" + GOOD)
    assert blocks + names >= 1


@pytest.mark.parametrize("place", ["name", "block"])
def test_behind_a_length_that_cannot_be_all_is_lost(place: str) -> None:
    huge = struct.pack(">I", (1 << 20) + 1)
    text = HEADER + (huge if place == "name" else GOOD[: 4 + len(NAME)] + huge) + GOOD * 100
    for piece_bytes in (5, 1 << 20):
        audit, _ = read(text, piece_bytes)
        assert (audit.blocks, audit.bad_blocks) == (0, 1) and len(audit._rest) == 0


def test_ten_thousand_torn_texts_end_without_a_crash() -> None:
    chance = random.Random(4)
    whole = HEADER + GOOD * 3
    began = time.process_time()
    for _ in range(10_000):
        torn = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            torn[chance.randrange(len(torn))] = chance.choice([0, 1, 2, 0x7F, 0xFF, chance.randrange(256)])
        audit, _ = read(bytes(torn[: chance.randint(0, len(torn))]), chance.choice([1 << 20, 50]))
        assert audit.blocks <= 3
    assert time.process_time() - began < 20
