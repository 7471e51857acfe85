"""Measures an import against curl: `python -m bench.importing`, the same JSON lines into an empty server each time.

curl sends the file as one plain body; vmexporter looks through it first and counts afterwards, in that time.
They take turns, and the ratio is taken pair by pair: of the time on the clock, and of the CPU of client and server
together, which tells more on a machine that has something else to do.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from itertools import takewhile
from pathlib import Path
from statistics import median
from typing import Final

from bench.dataset import ACME_DAY, data_root
from bench.measure import Cost, run_command
from bench.run import MB, pin
from bench.server import BenchError, find_binary, running

MOST_RATIO: Final = 1.3
MOST_RSS_BYTES: Final = 96 * MB


def main() -> int:
    """Print every pair and the medians; the exit status is 1 when a limit is broken or the bench cannot go on."""
    parser = argparse.ArgumentParser(description="Measure an import against curl on a real VictoriaMetrics.")
    parser.add_argument("--binary", help="the victoria-metrics to run")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--megabytes", type=int, default=400, help="of JSON lines")
    parser.add_argument("--assert", action="store_true", dest="check", help="exit 1 when a limit is broken")
    options = parser.parse_args()
    pin(2)
    data_root().mkdir(parents=True, exist_ok=True)
    try:
        binary = find_binary(options.binary)
        with tempfile.TemporaryDirectory(dir=data_root(), prefix="import-") as folder:
            path = Path(folder, "metrics.jsonl")
            size_bytes = _write(path, options.megabytes * MB)
            pairs = [_pair(binary, path, number) for number in range(options.runs)]
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1
    ratio = median(ours.wall_s / theirs.wall_s for theirs, ours, _ in pairs)
    sending = median(only.wall_s / theirs.wall_s for theirs, _, only in pairs)
    cpu = median(_all_cpu_s(ours) / _all_cpu_s(theirs) for theirs, ours, _ in pairs)
    peak = max(ours.peak_rss_bytes for _, ours, _ in pairs)
    print(
        f"import of {size_bytes / MB:.0f} MB: ratio {ratio:.2f}, without the count {sending:.2f}, of CPU {cpu:.2f};"
        f" peak {peak / MB:.1f} MB"
    )
    return 1 if options.check and (ratio > MOST_RATIO or peak > MOST_RSS_BYTES) else 0


def _all_cpu_s(cost: Cost) -> float:
    return cost.cpu_s + cost.server_cpu_s


def _write(path: Path, size_bytes: int) -> int:
    with path.open("wb") as file:
        for line in takewhile(lambda _: file.tell() < size_bytes, ACME_DAY.lines()):
            file.write(line)
        return file.tell()


def _pair(binary: str, path: Path, number: int) -> tuple[Cost, Cost, Cost]:
    theirs = _cost(binary, path, ["curl", "-sfS", "-X", "POST", "-T", str(path)], "/api/v1/import")
    importing = [sys.executable, "-m", "vmexporter", "import", str(path), "-q"]
    ours = _cost(binary, path, importing)
    only = _cost(binary, path, [*importing, "--no-verify"])
    for name, cost in (("curl", theirs), ("vmexporter", ours), ("--no-verify", only)):
        told = f"cpu {cost.cpu_s:5.2f} s, server cpu {cost.server_cpu_s:5.2f} s, peak {cost.peak_rss_bytes / MB:.1f} MB"
        print(f"{number + 1} {name:<12} {cost.wall_s:6.2f} s, {told}", flush=True)
    return theirs, ours, only


def _cost(binary: str, path: Path, command: list[str], place: str = "") -> Cost:
    with (
        tempfile.TemporaryDirectory(dir=path.parent) as folder,
        running(binary, Path(folder, "storage")) as server,
    ):
        cost, _ = run_command([*command, f"{server.url}{place}"], server)
        return cost


if __name__ == "__main__":
    sys.exit(main())
