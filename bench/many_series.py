"""Measures a million distinct series: is the export still linear and its memory bounded? `python -m bench.many_series`.

A quarter, a half and all of the series are exported from the same server, with obfuscation. No cache helps here: every
label set is met once.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from bench.dataset import MANY_SERIES, Dataset, prepare, storage
from bench.distinct import JOBS
from bench.measure import Cost, Export, curl, middle, vmexporter
from bench.run import MB, pin
from bench.server import BenchError, Server, find_binary, running

PEAK_RSS_BYTES = 256 * MB
LINEAR = 1.3  # all of the series may take this many times the seconds a series takes in the first quarter
_PARTS = (1, 2, 4)


def measure(server: Server, data: Dataset, runs: int) -> Iterator[tuple[int, Cost, Cost]]:
    """Yield (series, curl's cost, the export's cost) for each part of the jobs, as medians of *runs*.

    Raises:
        BenchError: a process failed or a bundle is not whole.
    """
    for part in _PARTS:
        jobs = "|".join(JOBS[:part])
        export = Export(data.start_ms, data.end_ms, selector=f'{{job=~"{jobs}"}}')
        share = part / len(JOBS)
        curl(server, export)
        one = middle([curl(server, export) for _ in range(runs)])
        other = middle([vmexporter(server, export, int(data.samples * share)) for _ in range(runs)])
        yield int(data.series * share), one, other


def broken(figures: list[tuple[int, Cost, Cost]]) -> Iterator[str]:
    """Yield a sentence for each limit that is not held."""
    peak_bytes = max(cost.peak_rss_bytes for _, _, cost in figures)
    if peak_bytes > PEAK_RSS_BYTES:
        yield f"peak memory {peak_bytes / MB:.1f} MB is over {PEAK_RSS_BYTES / MB:.0f} MB"
    (few, _, quarter), (many, _, all_of_them) = figures[0], figures[-1]
    growth = (all_of_them.wall_s / many) / (quarter.wall_s / few)
    if growth > LINEAR:
        yield f"time is not linear: {growth:.2f} times the time a series"


def main() -> int:
    """Run what the options ask for; the exit status is 1 when a limit is broken or the bench cannot go on."""
    options = _options()
    pin(options.cores)
    figures = []
    try:
        binary = find_binary(options.binary)
        data = prepare(binary, MANY_SERIES)
        with running(binary, storage(binary, MANY_SERIES)) as server:
            for series, one, other in measure(server, data, options.runs):
                figures.append((series, one, other))
                print(_told(series, one, other), flush=True)
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1
    if options.json:
        told = [{"series": series, "curl": asdict(one), "export": asdict(other)} for series, one, other in figures]
        options.json.write_text(json.dumps(told, indent=1) + "\n")
    failures = list(broken(figures)) if options.check else []
    print(*(f"limit: {failure}" for failure in failures), sep="\n", end="\n" if failures else "")
    return 1 if failures else 0


def _told(series: int, one: Cost, other: Cost) -> str:
    sizes = f"peak {other.peak_rss_bytes / MB:.1f} MB, bundle {other.output_bytes / MB:.1f} MB"
    times = f"curl {one.wall_s:.2f} s, vmexporter {other.wall_s:.2f} s (cpu {other.cpu_s:.2f} s)"
    return f"{series:>9,} series: {times}, {other.wall_s / series * 1e6:.2f} µs a series, {sizes}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the export of a million distinct series.")
    parser.add_argument("--binary", help="the victoria-metrics to run")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--cores", type=int, default=2, help="cores that client and server share")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure there")
    parser.add_argument("--assert", action="store_true", dest="check", help="exit 1 when a limit is broken")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
