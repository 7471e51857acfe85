"""Measures both lanes against curl on ranges of a week and of a month: `python -m bench.long week`.

The data takes minutes to make (a month holds a billion samples), so it is no part of `make bench`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace

from bench.dataset import ACME_DAY, ACME_MONTH, ACME_WEEK, Dataset, prepare, storage
from bench.measure import Cost, Export, curl, middle, vmexporter
from bench.run import MB, pin
from bench.server import BenchError, Server, find_binary, running

RECIPES = {"day": ACME_DAY, "week": ACME_WEEK, "month": ACME_MONTH}
NATIVE_LIMITS = {"day": 1.0, "week": 0.3, "month": 0.3}
"""Wall time of the native lane, of curl's; a day is mostly what does not grow with the range."""


def measure(server: Server, data: Dataset, runs: int, native_limit: float | None) -> Iterator[str]:
    """Yield a line for curl and for each lane: medians of *runs* turns; *native_limit* is of curl's wall time.

    Raises:
        BenchError: a process failed, a bundle is not whole, or the limit is broken.
    """
    whole = Export(data.start_ms, data.end_ms)
    native = replace(whole, form="native")
    vmexporter(server, native, expected_samples=data.samples)
    turns = [(curl(server, whole), vmexporter(server, whole), vmexporter(server, native)) for _ in range(runs)]
    yield f"{data.series:,} series, {data.samples:,} samples"
    names = ("curl", "jsonl", "native")
    costs: list[Cost] = [middle(list(of_name)) for of_name in zip(*turns, strict=True)]
    for name, cost in zip(names, costs, strict=True):
        times = f"{cost.wall_s:7.2f} s, {cost.wall_s / costs[0].wall_s:5.2f} of curl, cpu {cost.cpu_s:7.2f} s"
        sizes = f"peak {cost.peak_rss_bytes / MB:6.1f} MB, {cost.output_bytes / MB:8.1f} MB"
        yield f"{name:<7} {times}, server cpu {cost.server_cpu_s:7.2f} s, {sizes}"
    if native_limit and costs[2].wall_s > native_limit * costs[0].wall_s:
        raise BenchError(f"the native lane takes more than {native_limit} of the time of curl")


def main() -> int:
    """Run what the options ask for; 1 when the bench cannot go on."""
    parser = argparse.ArgumentParser(description="Measure both lanes on long ranges.")
    parser.add_argument("range", nargs="*", choices=sorted(RECIPES), default=["day", "week"])
    parser.add_argument("--binary", help="the victoria-metrics to run")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--assert", dest="limited", action="store_true", help="exit 1 when a limit is broken")
    options = parser.parse_args()
    pin(2)
    try:
        binary = find_binary(options.binary)
        for name in options.range:
            data = prepare(binary, RECIPES[name])
            with running(binary, storage(binary, RECIPES[name])) as server:
                limit = NATIVE_LIMITS[name] if options.limited else None
                for line in measure(server, data, options.runs, limit):
                    print(f"{name}: {line}", flush=True)
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
