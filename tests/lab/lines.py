"""Known data in the servers' export format (one JSON object a line), made and read back exactly.

Values are kept as the text that stands in the line, never as floats, so a comparison is byte for byte.
Format: https://docs.victoriametrics.com/victoriametrics/#how-to-export-data-in-json-line-format
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

DATA_FOLDER = Path(__file__).resolve().parent.parent / "data"

Series: TypeAlias = tuple[tuple[str, str], ...]
"""A label set: (name, value) pairs in the order of their names, ``__name__`` among them."""

Samples: TypeAlias = list[tuple[int, str]]
"""(timestamp in ms, the value's text) pairs in the order of time; a sample that came twice stands there twice."""


def line(labels: Mapping[str, str], values: Sequence[float | int | str | None], timestamps_ms: Sequence[int]) -> bytes:
    """One line with its line feed; a ``str`` value is written as it is (``"1e300"``, ``'"Infinity"'``, ``"null"``)."""
    texts = (value if isinstance(value, str) else json.dumps(value) for value in values)
    metric = json.dumps(dict(labels), ensure_ascii=False, separators=(",", ":"))
    times = ",".join(str(time_ms) for time_ms in timestamps_ms)
    return f'{{"metric":{metric},"values":[{",".join(texts)}],"timestamps":[{times}]}}\n'.encode()


def samples_by_series(lines: Iterable[bytes]) -> dict[Series, Samples]:
    """All samples of *lines* by series, values as they are written (old servers write ``+Inf``, which is no JSON).

    Raises:
        ValueError: a line is not of the export format, or its two lists differ in length.
    """
    found: dict[Series, Samples] = {}
    for text in lines:
        if text.strip():
            labels, series_end, rest = text.partition(b'},"values":[')
            values, values_end, times = rest.partition(b'],"timestamps":[')
            times, line_end, after = times.rpartition(b"]}")
            if not (series_end and values_end and line_end) or after.strip():
                raise ValueError(f"no line of an export: {text[:200]!r}")
            series = tuple(sorted(json.loads(labels + b"}}")["metric"].items()))
            times_ms = (int(time_ms) for time_ms in times.split(b","))
            found.setdefault(series, []).extend(zip(times_ms, values.decode().split(","), strict=True))
    for samples in found.values():
        samples.sort()
    return found


def cluster_lines() -> Iterator[bytes]:
    """The recording of a whole cluster's own metrics (15 minutes, every 5 s; all labels are invented), line by line."""
    with gzip.open(DATA_FOLDER / "acme_cluster.jsonl.gz") as file:
        yield from file
