"""Measures the audit alone: `python -m bench.auditing` exports the day of data once and audits the bundle some times.

The rate is uncompressed bytes of metrics.jsonl per second of wall time, in this process, without its start.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from bench.dataset import ACME_DAY, data_root, prepare, storage
from bench.measure import Export, export_to
from bench.run import MB, pin
from bench.server import BenchError, find_binary, running
from vmexporter.bundle.tables import read_tables
from vmexporter.flows.auditing import audit_file

LEAST_BYTES_PER_S = 500 * MB


def main() -> int:
    """Print every run and the median; the exit status is 1 when the limit is broken or the bench cannot go on."""
    parser = argparse.ArgumentParser(description="Measure the audit of a finished bundle.")
    parser.add_argument("--binary", help="the victoria-metrics to run")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--assert", action="store_true", dest="check", help="exit 1 when the limit is broken")
    options = parser.parse_args()
    pin(2)
    try:
        binary = find_binary(options.binary)
        data = prepare(binary, ACME_DAY)
        with tempfile.TemporaryDirectory(dir=data_root(), prefix="audit-") as folder:
            with running(binary, storage(binary, ACME_DAY)) as server:
                export_to(server, Export(data.start_ms, data.end_ms), folder)
            rates = [_rate(Path(folder), data.size_bytes) for _ in range(options.runs)]
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1
    print(
        f"audit: median {median(rates) / MB:.0f} MB/s of {data.size_bytes / MB:.0f} MB, {min(rates) / MB:.0f} at least"
    )
    return 1 if options.check and median(rates) < LEAST_BYTES_PER_S else 0


def _rate(folder: Path, size_bytes: int) -> float:
    [bundle], [its_map] = folder.glob("*.zip"), folder.glob("*.obfuscation_map.json")
    began_s = time.perf_counter()
    report = audit_file(bundle, its_map.read_bytes(), read_tables())
    took_s = time.perf_counter() - began_s
    if report.found:
        raise BenchError("cannot measure: the audit found something")
    print(f"{took_s:.2f} s, {size_bytes / took_s / MB:.0f} MB/s", flush=True)
    return size_bytes / took_s


if __name__ == "__main__":
    sys.exit(main())
