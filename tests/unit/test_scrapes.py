"""Timestamps of a scrape are checked once and known again, and nothing passes because it begins like known ones."""

from __future__ import annotations

import tracemalloc

import pytest

from vmexporter.core.samples import Scrapes
from vmexporter.errors import BadExportLine

START_MS, END_MS = 1_795_424_338_000, 1_795_424_398_000
SCRAPE_ONE = b"1795424338000,1795424348000,1795424358000"
SCRAPE_TWO = b"1795424339000,1795424349000,1795424359000"


@pytest.mark.parametrize("middle", [b"1795424348,00", b"acme-secret-7", b"1795424348000,", b"{795424348000"])
def test_timestamps_that_begin_like_known_ones_are_looked_at_themselves(middle: bytes) -> None:
    scrapes = Scrapes(START_MS, END_MS)
    for known in (SCRAPE_ONE, SCRAPE_TWO, SCRAPE_ONE):
        assert scrapes.count(b"[" + known + b"]", 1, 1 + len(known)) == 3
    other = SCRAPE_ONE[:14] + middle + SCRAPE_ONE[27:]
    if middle.translate(None, b"0123456789,"):
        with pytest.raises(BadExportLine):
            scrapes.count(other, 0, len(other))
    else:
        assert scrapes.count(other, 0, len(other)) == 4
    assert scrapes.count(SCRAPE_ONE, 0, len(SCRAPE_ONE)) == 3


@pytest.mark.parametrize(
    ("timestamps", "span"),
    [
        (b"1795424337999,1795424348000", "before"),
        (b"1795424338000,1795424398001", "after"),
        (b"1795424348000,1795424338000", "backwards"),
        (b"", "none"),
        (b",", "none"),
    ],
)
def test_timestamps_from_outside_are_refused_after_known_ones(timestamps: bytes, span: str) -> None:
    scrapes = Scrapes(START_MS, END_MS)
    for known in (SCRAPE_ONE, b"1795424348000"):
        scrapes.count(known, 0, len(known))
    with pytest.raises(BadExportLine):
        scrapes.count(timestamps, 0, len(timestamps))


def test_known_timestamps_are_bounded() -> None:
    scrapes = Scrapes(START_MS, END_MS)
    tracemalloc.start()
    for first_ms in range(START_MS, START_MS + 2_000):
        line = (f"{first_ms}," * 1_000 + str(END_MS)).encode()  # 14 kB each
        assert scrapes.count(line, 0, len(line)) == 1_001
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 << 20
