"""What an import is compared with: the same edits made the plain way, by reading every line as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from vmexporter.core.importing.edits import Edits, editor_for
from vmexporter.core.importing.pieces import Piece, Pieces
from vmexporter.core.importing.tally import Tally

NAMES = ("up", "vm_rows", 'odd"\\\n\u2028é')
VALUE_TEXTS = st.sampled_from(
    ["1", "0", "-1.5", "1e300", "123456789012345680", "0.1", "null", '"Infinity"', '"-Infinity"', '"NaN"']
)
TIMES = st.integers(1_700_000_000_000, 1_700_000_000_400)


@st.composite
def lines(draw: st.DrawFn) -> bytes:
    """One line of the export format, without its end."""
    labels = {"__name__": draw(st.sampled_from(NAMES)), "job": draw(st.sampled_from(["a", "b", 'c"']))}
    if draw(st.booleans()):
        labels["zone"] = draw(st.sampled_from(["1", "2"]))
    times = draw(st.lists(TIMES, min_size=1, max_size=6))
    values = [draw(VALUE_TEXTS) for _ in times]
    metric = json.dumps(labels, ensure_ascii=False, separators=(",", ":"))
    return f'{{"metric":{metric},"values":[{",".join(values)}],"timestamps":[{",".join(map(str, times))}]}}'.encode()


texts = st.lists(st.tuples(lines(), st.sampled_from([b"\n", b"\r\n", b"\n\n"])), max_size=8).map(
    lambda pairs: b"".join(line + end for line, end in pairs)
)


def cut_anywhere(text: bytes, places: Sequence[int]) -> list[bytes]:
    """*text* in blocks that end at these places."""
    ends = sorted({place % (len(text) + 1) for place in places} | {0, len(text)})
    return [text[start:end] for start, end in pairwise(ends)]


def pieces_of(blocks: Sequence[bytes], pieces: Pieces) -> Iterator[Piece]:
    """All pieces of a text that comes in *blocks*."""
    for block in blocks:
        yield from pieces.feed(block)
    yield from pieces.finish()


def edited(text: bytes, edits: Edits, *, force: bool = False) -> tuple[bytes, Tally]:
    """*text* as it is sent, and what was counted."""
    tally, bodies = Tally(), []
    for piece in pieces_of([text], Pieces(editor_for("jsonl", edits, force=force))):
        bodies.append(piece.body)
        tally.add(piece.tally)
    return b"".join(bodies), tally


def read(line: bytes) -> dict[str, Any]:
    """One line as JSON, numbers as their texts."""
    found: dict[str, Any] = json.loads(line, parse_int=str, parse_float=str)
    return found


def plainly_edited(text: bytes, edits: Edits) -> list[dict[str, Any]]:
    """The lines that have to be sent, made without any of the code that is tested."""
    sent = []
    chosen, keeps = edits.time_range, edits.keeps
    for line in text.replace(b"\r", b"").split(b"\n"):
        if not line:
            continue
        found = read(line)
        metric = found["metric"]
        if edits.jobs and metric.get("job", "") not in edits.jobs:
            continue
        for name in (*edits.drop_labels, *(label.name for label in edits.extra_labels)):
            metric.pop(name, None)
        metric.update({label.name: label.value for label in edits.extra_labels})
        kept = []
        for time_ms, value in zip(map(int, found["timestamps"]), found["values"], strict=True):
            moved_ms = time_ms + edits.shift_ms
            in_range = chosen is None or chosen.start_ms <= time_ms <= chosen.end_ms
            is_kept = (keeps.oldest_ms or -(10**18)) <= moved_ms <= (keeps.newest_ms or 10**18)
            if in_range and is_kept:
                kept.append((str(moved_ms), value))
        if kept:
            times, values = zip(*kept, strict=True)
            sent.append({"metric": metric, "values": list(values), "timestamps": list(times)})
    return sent
