"""Measures vmgather and vmexporter side by side on an hour of 5,677 series and 100 of a recording rule.

vmgather (https://github.com/VictoriaMetrics/vmgather) is given as a program; it is run by its `-oneshot` mode, with all
jobs chosen, everything masked that can be, its batches as it chooses them. Both bundles are read line by line: which
samples are in them, how often, and which private values stand there in clear.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

from bench import recorded
from bench.dataset import ACME_HOUR, data_root
from bench.measure import Cost, Export, export_to, run_command
from bench.server import BenchError, Server, find_binary, running

VARIABLE: Final = "VMEXPORTER_VMGATHER"
MB: Final = 1_000_000
RULES: Final = 100
PIECE_LINES: Final = 500
STEP_MS: Final = 15_000
PRIVATE_LABELS: Final = ("cluster", "datacenter", "namespace")
"""Labels of the data beside job and instance that a person would mask by hand."""


@dataclass(frozen=True)
class Found:
    """What is in a bundle; ``twice`` are samples that stand there more than once."""

    samples: int
    twice: int
    private: int


def data(start_ms: int, end_ms: int) -> Iterator[bytes]:
    """The hour of the other benches, and series of a recording rule: evaluated on whole seconds, as vmalert does."""
    times = ",".join(str(time_ms) for time_ms in range(start_ms + STEP_MS, end_ms, STEP_MS))
    values = ",".join("1" for _ in times.split(","))
    job = '"job":"acme-vmalert","instance":"10.20.30.51:8880"'
    for number in range(RULES):
        metric = f'{{"__name__":"acme:rows:rate",{job},"rule":"{number}"}}'
        yield f'{{"metric":{metric},"values":[{values}],"timestamps":[{times}]}}\n'.encode()
    yield from recorded.lines(ACME_HOUR.hours, recorded.recorded_series())


def load(server: Server, start_ms: int, end_ms: int) -> tuple[int, set[str]]:
    """Import the data; how many samples there are, and the private values among their labels."""
    samples = 0
    private: set[str] = set()

    def counted() -> Iterator[bytes]:
        nonlocal samples
        for line in data(start_ms, end_ms):
            labels = json.loads(line[: line.index(b'},"values":[')] + b"}}")["metric"]
            private.update(labels[name] for name in ("job", *PRIVATE_LABELS) if name in labels)
            private.add(labels.get("instance", labels["job"]).partition(":")[0])
            samples += 1 + line.count(b",", line.rindex(b'"timestamps":['))
            yield line

    for first in (lines := counted()):
        server.post("/api/v1/import", chain([first], islice(lines, PIECE_LINES)))
    server.get("/internal/force_flush")
    return samples, private


def vmgather(program: str, server: Server, export: Export, folder: Path) -> Cost:
    """Let vmgather write a bundle into *folder*.

    Raises:
        BenchError: it failed.
    """
    times = f"start={export.start_ms // 1000}&end={export.end_ms // 1000}"
    request: dict[str, Any] = {
        "connection": {"url": server.url, "auth": {"type": "none"}},
        "time_range": {"start": _rfc3339(export.start_ms), "end": _rfc3339(export.end_ms + 1)},
        "mode": "cluster",
        "components": ["vmstorage"],
        "jobs": json.loads(server.get(f"/api/v1/label/job/values?{times}"))["data"],
        "obfuscation": {
            "enabled": True, "obfuscate_instance": True, "obfuscate_job": True, "preserve_structure": True,
            "custom_labels": list(PRIVATE_LABELS),
        },
        "batching": {"enabled": True, "strategy": "auto"},
    }  # fmt: skip
    config = folder / "request.json"
    config.write_text(json.dumps(request))
    return run_command([program, "-oneshot", "-oneshot-config", str(config), "-output", str(folder)], server)[0]


def look(bundle: Path, private: set[str]) -> Found:
    """Read *bundle*: its samples, and which of the *private* values stand in it."""
    words = {value.encode() for value in private}
    seen: set[tuple[int, int]] = set()
    samples = 0
    met: set[bytes] = set()
    with zipfile.ZipFile(bundle) as archive:
        texts = [archive.read(name) for name in archive.namelist() if not name.endswith(".jsonl")]
        with archive.open("metrics.jsonl") as lines:
            for line in lines:
                labels, _, rest = line.partition(b'},"values":[')
                times = rest[rest.index(b'"timestamps":[') + 14 : rest.rindex(b"]")].split(b",")
                samples += len(times)
                series = hash(labels)
                seen.update((series, int(time_ms)) for time_ms in times)
                met.update(word for word in words - met if word in labels)
    met.update(word for word in words - met if any(word in text for text in texts))
    return Found(samples, samples - len(seen), len(met))


def compare(program: str, binary: str) -> Iterator[str]:
    """Yield the lines that tell the result.

    Raises:
        BenchError: a program failed.
    """
    export = Export(recorded.END_MS - ACME_HOUR.hours * 3_600_000, recorded.END_MS - 1)
    data_root().mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=data_root(), prefix="compared-") as name,
        running(binary, Path(name) / "storage") as server,
    ):
        samples, private = load(server, export.start_ms, recorded.END_MS)
        yield f"{samples:,} samples on the server, {len(private)} private values among their labels"
        folders = {tool: Path(name) / tool for tool in ("vmgather", "vmexporter")}
        for folder in folders.values():
            folder.mkdir()
        costs = {
            "vmgather": vmgather(program, server, export, folders["vmgather"]),
            "vmexporter": export_to(server, export, str(folders["vmexporter"])),
        }
        for tool, folder in folders.items():
            bundle = next(folder.glob("*.zip"))
            yield _told(tool, costs[tool], bundle.stat().st_size, look(bundle, private))


def _told(tool: str, cost: Cost, size_bytes: int, found: Found) -> str:
    times = f"{cost.wall_s:5.1f} s, cpu {cost.cpu_s:4.1f} s, server cpu {cost.server_cpu_s:4.1f} s"
    inside = f"{found.samples:,} samples, {found.twice:,} of them twice, {found.private} private values in clear"
    return f"{tool:<11}{times}, bundle {size_bytes / MB:4.1f} MB; {inside}"


def _rfc3339(moment_ms: int) -> str:
    return datetime.fromtimestamp(moment_ms / 1000, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def main() -> int:
    """Run the comparison; 2 when there is no vmgather."""
    parser = argparse.ArgumentParser(description="Compare vmgather and vmexporter.")
    parser.add_argument(
        "--vmgather", default=os.environ.get(VARIABLE, "vmgather"), help=f"the program; else ${VARIABLE}"
    )
    parser.add_argument("--binary", help="the victoria-metrics to ask")
    options = parser.parse_args()
    program = shutil.which(options.vmgather)
    if program is None:
        print(
            f"cannot compare: {options.vmgather} is no program; name vmgather by --vmgather or {VARIABLE}",
            file=sys.stderr,
        )
        return 2
    try:
        for line in compare(program, find_binary(options.binary)):
            print(line, flush=True)
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
