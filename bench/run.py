"""Measures vmexporter against curl on a day of 5,677 series: `python -m bench.run`, what README.md says beside it.

curl to /dev/null and the export to the finished ZIP take turns on the same server, so that both meet the same machine;
the ratio is taken pair by pair.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import Final

from bench.dataset import ACME_DAY, ACME_HOUR, Dataset, prepare, storage
from bench.measure import Cost, Export, curl, help_start_s, middle, vmexporter
from bench.server import BenchError, Server, find_binary, running

MB = 1_000_000
HOUR_MS = 3_600_000
_HELP_RUNS = 10


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    runs: int = 5
    variant_runs: int = 3
    ranges_h: tuple[int, ...] = (1, 6, 24)
    windows: tuple[str, ...] = ("1h", "3h", "6h", "12h", "24h")


SOURCE: Final = Path(__file__).parent.parent / "src"
QUICK = Plan(runs=3, variant_runs=1, ranges_h=(1,), windows=("15m", "1h"))


@dataclass(frozen=True)
class Limits:
    """What `--assert` holds the figures to; *rss_growth_bytes* is for a second window under way, not for more data."""

    ratio: float = 2.6
    native_ratio: float = 1.0
    peak_rss_bytes: int = 96 * MB
    rss_growth_bytes: int = 24 * MB
    bundle_bytes: int = 175 * MB
    help_s: float = 0.3


@dataclass
class Figures:
    """Everything measured; each list holds one entry a run, ``variants`` the medians."""

    curl: list[Cost] = field(default_factory=list)
    export: list[Cost] = field(default_factory=list)
    native: list[Cost] = field(default_factory=list)
    ranges: dict[str, Cost] = field(default_factory=dict)
    variants: dict[str, Cost] = field(default_factory=dict)
    help_s: float = 0.0

    def ratios(self, exports: list[Cost]) -> list[float]:
        """Wall time of the exports over curl's, turn by turn, smallest first."""
        return sorted(b.wall_s / a.wall_s for a, b in zip(self.curl, exports, strict=True))


def measure(server: Server, data: Dataset, plan: Plan, figures: Figures) -> Iterator[str]:
    """Fill *figures* as *plan* says, yielding a line to show after each step.

    Raises:
        BenchError: a process failed or a bundle is not whole.
    """
    whole = Export(data.start_ms, data.end_ms)
    curl(server, whole)
    native = replace(whole, form="native")
    for each in (whole, native):
        vmexporter(server, each, expected_samples=data.samples)
    for number in range(plan.runs):
        figures.curl.append(curl(server, whole))
        figures.export.append(vmexporter(server, whole))
        figures.native.append(vmexporter(server, native))
        yield f"turn {number + 1}: {_told('curl', figures.curl[-1])}"
        yield f"        {_told('vmexporter', figures.export[-1])}"
        yield f"        {_told('native', figures.native[-1])}"
    for hours in plan.ranges_h:
        part = replace(whole, start_ms=data.end_ms - hours * HOUR_MS)
        figures.ranges[f"{hours}h"] = middle([vmexporter(server, part) for _ in range(plan.variant_runs)])
        yield _told(f"range {hours}h", figures.ranges[f"{hours}h"])
    plain = replace(whole, is_obfuscated=False)
    variants = {"--no-obfuscate": plain} | {f"--window {w}": replace(whole, window=w) for w in plan.windows}
    for name, variant in variants.items():
        figures.variants[name] = middle([vmexporter(server, variant) for _ in range(plan.variant_runs)])
        yield _told(name, figures.variants[name])
    figures.help_s = help_start_s(_HELP_RUNS)


def _told(name: str, cost: Cost) -> str:
    times = f"{cost.wall_s:6.2f} s, cpu {cost.cpu_s:5.2f} s, server cpu {cost.server_cpu_s:5.2f} s"
    return f"{name:<16} {times}, peak {cost.peak_rss_bytes / MB:6.1f} MB, {cost.output_bytes / MB:6.1f} MB out"


def summary(figures: Figures, data: Dataset) -> Iterator[str]:
    """Yield the lines that tell the result."""
    one, other, native = middle(figures.curl), middle(figures.export), middle(figures.native)
    yield f"{data.series:,} series, {data.samples:,} samples, {one.output_bytes / MB:.1f} MB of JSON lines"
    yield "medians:"
    yield _told("curl", one)
    yield _told("vmexporter", other)
    yield _told("native", native)
    for name, exports in (("ratio", figures.export), ("native ratio", figures.native)):
        ratios = figures.ratios(exports)
        yield f"{name} {median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f}), {len(ratios)} turns"
    yield f"bundle {other.output_bytes / MB:.1f} MB, {other.output_bytes / data.samples:.2f} bytes a sample"
    yield "peak memory: " + ", ".join(f"{name} {c.peak_rss_bytes / MB:.1f} MB" for name, c in figures.ranges.items())
    yield f"vmexporter --help {figures.help_s:.3f} s"


def broken(figures: Figures, limits: Limits, is_quick: bool) -> Iterator[str]:
    """Yield a sentence for each limit that is not held; an hour of data is mostly start-up, so it has no ratio."""
    export, ratio = middle(figures.export), median(figures.ratios(figures.export))
    native = median(figures.ratios(figures.native))
    peaks = [cost.peak_rss_bytes for cost in (*figures.ranges.values(), export)]
    if not is_quick and ratio > limits.ratio:
        yield f"ratio {ratio:.2f} is over {limits.ratio}"
    if not is_quick and native > limits.native_ratio:
        yield f"native ratio {native:.2f} is over {limits.native_ratio}"
    if max(peaks) > limits.peak_rss_bytes:
        yield f"peak memory {max(peaks) / MB:.1f} MB is over {limits.peak_rss_bytes / MB:.0f} MB"
    if max(peaks) - peaks[0] > limits.rss_growth_bytes:
        yield f"peak memory grows with the range: {(max(peaks) - peaks[0]) / MB:.1f} MB over that of the shortest"
    if export.output_bytes > limits.bundle_bytes:
        yield f"bundle {export.output_bytes / MB:.1f} MB is over {limits.bundle_bytes / MB:.0f} MB"
    if figures.help_s > limits.help_s:
        yield f"--help takes {figures.help_s:.2f} s, over {limits.help_s} s"


def pin(cores: int) -> None:
    """Keep this process and every child, the server among them, on *cores* cores."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])


def main() -> int:
    """Run what the options ask for; the exit status is 1 when a limit is broken or the bench cannot go on."""
    options = _options()
    plan = QUICK if options.quick else Plan(runs=options.runs)
    pin(options.cores)
    compileall.compile_dir(str(SOURCE), quiet=1)  # as an installation does; an editable one may never have
    figures = Figures()
    try:
        binary = find_binary(options.binary)
        recipe = ACME_HOUR if options.quick else ACME_DAY
        data = prepare(binary, recipe)
        with running(binary, storage(binary, recipe)) as server:
            for line in measure(server, data, plan, figures):
                print(line, flush=True)
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1
    print(*summary(figures, data), sep="\n")
    if options.json:
        told = {
            "data": asdict(data),
            "ratios": figures.ratios(figures.export),
            "python": sys.version,
            "cores": options.cores,
        }
        options.json.write_text(json.dumps(told | asdict(figures), indent=1) + "\n")
    failures = list(broken(figures, Limits(), options.quick)) if options.check else []
    print(*(f"limit: {failure}" for failure in failures), sep="\n", end="\n" if failures else "")
    return 1 if failures else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure vmexporter against curl on a real VictoriaMetrics.")
    parser.add_argument("--binary", help="the victoria-metrics to run")
    parser.add_argument("--runs", type=int, default=5, help="measured pairs, after one that warms up")
    parser.add_argument("--quick", action="store_true", help="an hour of data, three pairs: does it all work?")
    parser.add_argument("--cores", type=int, default=2, help="cores that client and server share")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure there")
    parser.add_argument("--assert", action="store_true", dest="check", help="exit 1 when a limit is broken")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
