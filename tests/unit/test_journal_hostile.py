"""Journals that nobody of ours wrote, with checksums that are right: what follows the last good record is dropped."""

from __future__ import annotations

import json
import zlib
from pathlib import Path

import pytest

from vmexporter.bundle.importjournal import read_import
from vmexporter.bundle.journal import FORMAT, read_journal

DEEP = b"[" * 100_000
HOSTILE = [
    b'{"map": [["job", "a"]]}',
    b'{"map": ["job"]}',
    b'{"map": [["job", 1, "job-1"]]}',
    b'{"map": [["job", "a", null]]}',
    b'{"map": 7}',
    b'{"map": ' + DEEP + b"}",
    b'{"window": {"targets": 1}}',
    b"[]",
    b"",
]


def lines(*records: bytes) -> bytes:
    return b"".join(b"%08x %b\n" % (zlib.crc32(record), record) for record in records)


@pytest.mark.parametrize("record", HOSTILE, ids=lambda record: record[:24].decode())
def test_an_exports(tmp_path: Path, record: bytes) -> None:
    path = tmp_path / "x.zip.part.journal"
    good = json.dumps({"map": [["job", "b", "job-2"]]}).encode()
    path.write_bytes(lines(json.dumps({"header": {"format": FORMAT}}).encode(), good, record, good))
    assert read_journal(path).map_entries == [("job", "b", "job-2")]


@pytest.mark.parametrize("record", [b'{"done": [[1]]}', b'{"upto": []}', b'{"done": ' + DEEP + b"}"], ids=range(3))
def test_an_imports(record: bytes) -> None:
    good = b'{"import": {"format": 1}}'
    state, length = read_import(lines(good, record, b'{"upto": 5}'))
    assert (state.header, state.upto, state.done) == ({"format": 1}, 0, [])
    assert length == len(lines(good))
