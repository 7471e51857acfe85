"""Continues each recorded series in its own manner, for as long as the bench wants.

Counters go on growing by the recorded increments, drawn anew, as if the processes had been up for a month; gauges walk
between recorded values; flags, limits and states stand still. The recorded cluster was idle, so a counter that stood
still there borrows the values of a busy one: otherwise two thirds of all series would be constant, which compresses
better than any production. Values are worked on as whole numbers of the series' smallest decimal, so floats keep their
digits. The seed and the dates are constants: the same code makes the same bytes.
"""

from __future__ import annotations

import gzip
import itertools
import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

RECORDING = Path(__file__).resolve().parent.parent / "tests" / "data" / "acme_cluster.jsonl.gz"
END_MS = 1_795_392_000_000  # 2026-11-23T00:00:00Z, the day of the recording
INTERVAL_MS = 15_000
SEED = 20261123
_RECORDED_INTERVAL_MS = 5_000
_STEPS = INTERVAL_MS // _RECORDED_INTERVAL_MS
_WARM_UP = 24  # the recording begins with the processes: their first two minutes are no one's whole day
_COUNTER_NAME = re.compile(rb'"__name__":"[^"]*_(?:total|bucket|sum|count)"')
_UPTIME_MS = 30 * 86_400_000  # how long the processes have been counting before the first sample
_FEW_VALUES = 12  # a gauge with no more values than this is a state or a small count: nothing lies between them


@dataclass(frozen=True)
class Recorded:
    """One recorded series; *label_part* ends with the metric's closing brace, a value is ``values[i] / 10**digits``."""

    label_part: bytes
    values: list[int]
    digits: int
    target: tuple[str, str]
    offset_ms: int


def recorded_series(path: Path = RECORDING) -> list[Recorded]:
    """Read the recording: one `Recorded` a line, in its order."""
    with gzip.open(path, "rb") as lines:
        return [_parse(line) for line in lines]


def _parse(line: bytes) -> Recorded:
    label_part = line[: line.index(b'},"values":[') + 1]
    fields = json.loads(line, parse_float=Decimal, parse_int=Decimal)
    digits = max(max(0, -int(value.as_tuple().exponent)) for value in fields["values"])
    values = [int(value.scaleb(digits)) for value in fields["values"]]
    metric = fields["metric"]
    offset_ms = int(fields["timestamps"][0]) % INTERVAL_MS
    return Recorded(label_part, values, digits, (metric.get("job", ""), metric.get("instance", "")), offset_ms)


def lines(hours: int, recorded: list[Recorded]) -> Iterator[bytes]:
    """Yield one export line a series, *hours* long and ending before `END_MS`."""
    count = hours * 3_600_000 // INTERVAL_MS
    timestamps = _timestamps_by_target(recorded, count)
    busy = [series for series in recorded if _is_busy(series)]
    for number, series in enumerate(recorded):
        rng = random.Random(SEED + number)
        model = rng.choice(busy) if _is_idle_counter(series) else series
        values = _continued(model, count, rng)
        yield b'%s,"values":[%s],"timestamps":[%s]}\n' % (series.label_part, values, timestamps[series.target])


def _timestamps_by_target(recorded: list[Recorded], count: int) -> dict[tuple[str, str], bytes]:
    """All series of a target share its scrape times, as a scraper gives them: the target's commonest offset."""
    offsets: dict[tuple[str, str], Counter[int]] = {}
    for series in recorded:
        offsets.setdefault(series.target, Counter())[series.offset_ms] += 1
    joined = {}
    for target, seen in offsets.items():
        first_ms = END_MS - count * INTERVAL_MS + seen.most_common(1)[0][0]
        joined[target] = b",".join(b"%d" % (first_ms + i * INTERVAL_MS) for i in range(count))
    return joined


def _settled(series: Recorded) -> list[int]:
    return series.values[_WARM_UP:] if len(series.values) > 2 * _WARM_UP else series.values


def _is_idle_counter(series: Recorded) -> bool:
    return len(set(_settled(series))) == 1 and _COUNTER_NAME.search(series.label_part) is not None


def _is_busy(series: Recorded) -> bool:
    """A counter that grew in most of the recorded intervals."""
    increments = _increments(_settled(series))
    return min(increments) >= 0 and sum(step > 0 for step in increments) > len(increments) // 2


def _increments(settled: list[int]) -> list[int]:
    return [later - earlier for earlier, later in zip(settled, settled[_STEPS:], strict=False)] or [0]


def _continued(series: Recorded, count: int, rng: random.Random) -> bytes:
    settled = _settled(series)
    if len(set(settled)) == 1:
        return b",".join([_text(settled[:1], series.digits)] * count)
    if all(one <= later for one, later in itertools.pairwise(settled)):
        return _text(_grown(settled, count, rng), series.digits)
    return _text(_walked(settled, count, rng), series.digits)


def _grown(settled: list[int], count: int, rng: random.Random) -> list[int]:
    increments = _increments(settled)
    before = sum(increments) * (_UPTIME_MS // INTERVAL_MS) // len(increments)
    return list(itertools.accumulate(rng.choices(increments, k=count - 1), initial=settled[-1] + before))


def _walked(settled: list[int], count: int, rng: random.Random) -> list[int]:
    """Runs of the recording from random places; with many values, a random point between neighbours."""
    has_between = len(set(settled)) > _FEW_VALUES
    walk: list[int] = []
    while len(walk) < count:
        start = rng.randrange(len(settled) - 1)
        run = settled[start : start + 1 + _STEPS * rng.randrange(8, 40) : _STEPS]
        if has_between:
            after = settled[start + 1 :: _STEPS]
            run = [one + int((other - one) * rng.random()) for one, other in zip(run, after, strict=False)]
        walk += run
    return walk[:count]


def _text(values: list[int], digits: int) -> bytes:
    if digits == 0:
        return ",".join(map(str, values)).encode()
    scale = 10**digits
    # int / int is correctly rounded, so repr has the recorded number of digits and no more
    return ",".join(repr(value / scale).removesuffix(".0") for value in values).encode()
