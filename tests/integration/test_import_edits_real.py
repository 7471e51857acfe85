"""Edited pieces, imported into a real server, are exactly the samples that were meant: in both forms."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from tests.integration.exports import server_program
from tests.lab.blocks import BlockReader
from tests.lab.lines import Samples, Series, line
from tests.lab.victoria import seconds
from vmexporter.core.formats import Format
from vmexporter.core.importing.edits import Edits, Keeps, editor_for
from vmexporter.core.importing.pieces import Piece, Pieces
from vmexporter.core.importing.request import Label
from vmexporter.core.request import TimeRange

pytestmark = pytest.mark.real
START_MS = 1_612_137_600_000
END_MS = START_MS + 3_600_000
FAR_MS = 86_400_000 * 365 * 3 + 12_345
MIDDLE = TimeRange(start_ms=START_MS + 600_123, end_ms=END_MS - 900_456)
Content = dict[Series, Samples]


def lines() -> Iterator[bytes]:
    """Series whose times are all the same, evenly apart, jittered and few, in three jobs."""
    chance = random.Random(5)
    every_s = range(START_MS, END_MS, 5_000)
    for job in ("a", "b", "c"):
        for number in range(20):
            labels = {"__name__": "vm_rows", "job": job, "instance": "x:1", "type": f'"{number}\\\u2028', "zone": "z"}
            jitter = (0, 3, 4_000)[number % 3]
            times = [time_ms + chance.randint(0, jitter) for time_ms in every_s][: 3 if number == 7 else None]
            yield line(labels, [chance.randrange(10**6) / 8 for _ in times], times)


@pytest.fixture(scope="module")
def reader() -> Iterator[BlockReader]:
    with BlockReader("-search.latencyOffset=0s", program=server_program("current")) as running:
        yield running


@pytest.fixture(scope="module", params=["jsonl", "native"])
def text(request: pytest.FixtureRequest, reader: BlockReader) -> tuple[Format, bytes]:
    """What a current server exports, in one of the forms."""
    reader.import_jsonl(lines())
    path = "/api/v1/export" if request.param == "jsonl" else "/api/v1/export/native"
    times = {"start": seconds(START_MS), "end": seconds(END_MS)}
    content = reader.api.get(path, **{"match[]": '{zone="z"}'}, **times).body
    return request.param, content


def pieces_of(text: tuple[Format, bytes], edits: Edits) -> list[Piece]:
    form, content = text
    head = content[:16] if form == "native" else b""
    pieces = Pieces(editor_for(form, edits, head=head), target_bytes=100_000)
    return [*pieces.feed(content[pieces.offset :]), *pieces.finish()]


def imported(reader: BlockReader, text: tuple[Format, bytes], edits: Edits) -> tuple[Content, int]:
    """What a server has of all pieces, each sent on its own, and how many samples they say they hold."""
    found: Content = {}
    pieces = pieces_of(text, edits)
    assert len(pieces) > 1
    for piece in pieces:
        for series, samples in (reader.samples(piece.body, text[0]) if piece.body else {}).items():
            found.setdefault(series, []).extend(samples)
    for samples in found.values():
        samples.sort()
    return found, sum(piece.samples for piece in pieces)


def meant(reader: BlockReader, text: tuple[Format, bytes], edits: Edits) -> Content:
    """What an import without edits gives, edited sample by sample."""
    found: Content = {}
    chosen, oldest_ms = edits.time_range, edits.keeps.oldest_ms
    for series, samples in reader.samples(text[1], text[0]).items():
        labels = dict(series)
        kept = [
            (time_ms + edits.shift_ms, value)
            for time_ms, value in samples
            if (chosen is None or chosen.start_ms <= time_ms <= chosen.end_ms)
            and (oldest_ms is None or time_ms + edits.shift_ms >= oldest_ms)
        ]
        if kept and (not edits.jobs or labels["job"] in edits.jobs):
            for name in edits.drop_labels:
                labels.pop(name, None)
            labels |= {label.name: label.value for label in edits.extra_labels}
            found[tuple(sorted(labels.items()))] = kept
    return found


ALL = Edits(
    shift_ms=-FAR_MS,
    extra_labels=(Label(name="bundle", value='case "1"\x01'),),
    drop_labels=("zone",),
    jobs=("a", "c"),
    time_range=MIDDLE,
    keeps=Keeps(oldest_ms=MIDDLE.start_ms + 777_000 - FAR_MS),
)


@pytest.mark.parametrize(
    "edits",
    [Edits(), Edits(shift_ms=FAR_MS), Edits(shift_ms=-1), Edits(time_range=MIDDLE), ALL],
    ids=["none", "forward", "back", "range", "all"],
)
def test_what_is_imported_is_what_was_meant(reader: BlockReader, text: tuple[Format, bytes], edits: Edits) -> None:
    found, samples = imported(reader, text, edits)
    expected = meant(reader, text, edits)
    assert found == expected
    assert samples == sum(map(len, expected.values())) > 0
