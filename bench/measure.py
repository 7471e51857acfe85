"""Runs one child process and says what it cost: wall time, CPU, peak memory, and the server's CPU meanwhile.

CPU and peak memory are the child's own, as the kernel reports them when it is waited for (wait4). A peak is never
reported below the parent's own, so this process must stay small.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from bench.dataset import PROJECT, data_root
from bench.server import BenchError, Server

EVERYTHING = '{__name__!=""}'
_KIB = 1024


@dataclass(frozen=True)
class Cost:
    """What one process cost; *output_bytes* is what it received (curl) or wrote (the finished ZIP)."""

    wall_s: float
    cpu_s: float
    peak_rss_bytes: int
    server_cpu_s: float
    output_bytes: int


@dataclass(frozen=True)
class Export:
    """What to export: [start_ms, end_ms) of *selector*; *window* is None for the tool's own choice."""

    start_ms: int
    end_ms: int
    selector: str = EVERYTHING
    window: str | None = None
    is_obfuscated: bool = True
    form: str = "jsonl"


def middle(costs: list[Cost]) -> Cost:
    """Return the median of every figure by itself."""
    return Cost(
        wall_s=median(cost.wall_s for cost in costs),
        cpu_s=median(cost.cpu_s for cost in costs),
        peak_rss_bytes=int(median(cost.peak_rss_bytes for cost in costs)),
        server_cpu_s=median(cost.server_cpu_s for cost in costs),
        output_bytes=int(median(cost.output_bytes for cost in costs)),
    )


def curl(server: Server, export: Export) -> Cost:
    """Let curl fetch the whole export in one request and throw it away.

    Raises:
        BenchError: curl failed or the server answered an error.
    """
    fields = [f"match[]={export.selector}", f"start={export.start_ms / 1000}", f"end={export.end_ms / 1000}"]
    data = [word for field in fields for word in ("--data-urlencode", field)]
    written = ["-o", "/dev/null", "-w", "%{size_download}"]
    cost, said = run_command(
        ["curl", "-s", "--fail", "--noproxy", "*", *written, *data, f"{server.url}/api/v1/export"], server
    )
    return Cost(cost.wall_s, cost.cpu_s, cost.peak_rss_bytes, cost.server_cpu_s, int(said))


def vmexporter(server: Server, export: Export, expected_samples: int | None = None) -> Cost:
    """Let vmexporter write a bundle; with *expected_samples*, count (outside the measured time) what is in it.

    Raises:
        BenchError: it failed, left no bundle, or the bundle does not hold what it should.
    """
    root = data_root()
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root, prefix="out-") as folder:
        cost = export_to(server, export, folder)
        bundles = list(Path(folder).glob("*.zip"))
        if len(bundles) != 1:
            names = sorted(path.name for path in Path(folder).iterdir())
            raise BenchError(f"cannot find the one bundle: the folder holds {names}")
        if expected_samples is not None:
            _check(bundles[0], expected_samples)
        return Cost(cost.wall_s, cost.cpu_s, cost.peak_rss_bytes, cost.server_cpu_s, bundles[0].stat().st_size)


def help_start_s(times: int) -> float:
    """Return the median wall time of ``vmexporter --help``, after one run that fills the caches."""
    command = [sys.executable, "-m", "vmexporter", "--help"]
    return median([run_command(command)[0].wall_s for _ in range(times + 1)][1:])


def _export_command(server: Server, export: Export, folder: str) -> list[str]:
    times = ["--start", _rfc3339(export.start_ms), "--end", _rfc3339(export.end_ms)]
    command = [sys.executable, "-m", "vmexporter", "export", server.url, *times, "--selector", export.selector]
    command += ["-o", folder + "/", "--quiet", "--format", export.form]
    command += [] if export.window is None else ["--window", export.window]
    return command + ([] if export.is_obfuscated else ["--no-obfuscate"])


def export_to(server: Server, export: Export, folder: str) -> Cost:
    """Let vmexporter write a bundle, and what belongs to it, into *folder*.

    Raises:
        BenchError: it failed.
    """
    return run_command(_export_command(server, export, folder), server)[0]


def _rfc3339(moment_ms: int) -> str:
    return datetime.fromtimestamp(moment_ms / 1000, UTC).isoformat().replace("+00:00", "Z")


def run_command(command: list[str], server: Server | None = None) -> tuple[Cost, str]:
    """What *command* costs, itself and *server*, and what it prints.

    Raises:
        BenchError: it ends with an error.
    """
    server_before_s = server.cpu_s() if server else 0.0
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began_s = time.perf_counter()
        child = subprocess.Popen(command, cwd=PROJECT, env=_environment(), stdout=out, stderr=err)
        _, status, usage = os.wait4(child.pid, 0)
        wall_s = time.perf_counter() - began_s
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        said = out.read().decode(errors="replace")
        if child.returncode != 0:
            words = err.read().decode(errors="replace")
            raise BenchError(f"cannot run {' '.join(command)}: exit {child.returncode}: {words[-800:]}")
    server_cpu_s = server.cpu_s() - server_before_s if server else 0.0
    return Cost(wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * _KIB, server_cpu_s, 0), said


def _environment() -> dict[str, str]:
    """The bench's own environment without a proxy: everything here is on loopback."""
    return {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}


def _check(bundle: Path, expected_samples: int) -> None:
    """A fast export that lost samples is no export: count them in the bundle, or by its manifest if it is native."""
    found = 0
    with zipfile.ZipFile(bundle) as archive:
        manifest = json.loads(archive.read("metadata.json"))
        if manifest["format"] == "native":
            found = manifest["counts"]["samples"]
        else:
            with archive.open("metrics.jsonl") as lines:
                for line in lines:
                    found += 1 + line.count(b",", line.rindex(b'"timestamps":['))
    if found != expected_samples or manifest.get("partial"):
        partial = manifest.get("partial")
        raise BenchError(f"cannot trust the bundle: {found} samples, expected {expected_samples}, partial {partial}")
