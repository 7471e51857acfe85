"""What the tests of exports under fire share: known data behind the fault proxy, and the proof that none of it is lost.

After every run either ``Site.check_bundle`` holds (one whole bundle which, decoded by its map, is sample for sample
what the server exports without us), or ``check_failure`` does, and ``vmexporter resume`` goes on to the same. Every run
of the command line carries planted credentials, and none of them may stand in what it says or leaves behind.
"""

from __future__ import annotations

import hashlib
import json
import stat
import subprocess
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

import pytest
from pydantic import SecretStr

from tests.integration.driving import Outcome
from tests.lab import commandline
from tests.lab.commandline import Bundle, Ran
from tests.lab.lines import Samples, Series, line, samples_by_series
from tests.lab.victoria import VictoriaMetrics
from vmexporter.bundle.reader import inspect
from vmexporter.bundle.writer import BundlePaths
from vmexporter.core.request import Auth, Connection, ExportRequest, Header, Selection, TimeRange
from vmexporter.flows.exporting import Output, export, resume

START_MS = 1_612_000_800_000  # whole minutes: samples lie on the borders of windows
END_MS = START_MS + 600_000
STEP_MS = 1_000
WINDOW_MS = 60_000
WINDOWS = 10  # the last one holds the last millisecond of the range, too
SERIES_PER_TARGET = 25
BUILD = "vmstorage-20260821-150511-tags-v1.150.0-cluster-0-g7d1b6a5f2c"

PASSWORD, KEY, TOKEN = "planted-password-4711", "planted-key-0815", "planted-token-1234"
BASIC = b64encode(f"planted-user:{PASSWORD}".encode()).decode()
SECRETS = {"VMEXPORTER_USER": "planted-user", "VMEXPORTER_PASSWORD": PASSWORD, "VMEXPORTER_HEADER_X_PLANTED": KEY}
CREDENTIALS = {
    "auth": Auth(type="basic", username="planted-user", password=SecretStr(PASSWORD)),
    "headers": (Header(name="X-Planted", value=SecretStr(KEY)),),
}
STEPS = "a part of the server was down, so it refused a complete export: values at steps of 1 s"


class Server(Protocol):
    """What keeps the data: a single node, or a tenant of a cluster."""

    @property
    def url(self) -> str: ...
    def import_jsonl(self, lines: Iterable[bytes]) -> None: ...
    def export(self, match: str, start_ms: int, end_ms: int) -> list[bytes]: ...


@dataclass(frozen=True)
class Site:
    """Two jobs of two storages each, a sample of every series in every second, beside a program of somebody else."""

    victoria: Server
    jobs: tuple[str, str]
    expected: dict[Series, Samples]

    @classmethod
    def in_server(cls, victoria: Server, mark: str) -> Site:
        """Import the data of a site of its own, told from others by *mark*."""
        jobs = (f"{mark}-one", f"{mark}-two")
        targets = [(job, f"10.7.{place}.{host}:8482") for place, job in enumerate(jobs) for host in (1, 2)]
        lines = [text for job, instance in targets for text in _target_lines(job, instance)]
        foreign = {"__name__": "billing_total", "job": jobs[0], "instance": "10.7.9.9:9100"}
        victoria.import_jsonl([*lines, line(foreign, [1, 2], [START_MS, START_MS + 1])])
        return cls(victoria, jobs, plain_export(victoria, jobs))

    def request(self, url: str, **changes: Any) -> ExportRequest:
        """The request for all of it."""
        connection = Connection(url=url, stall_timeout_s=changes.pop("stall_timeout_s", 20.0), **CREDENTIALS)
        given = {
            "connection": connection,
            "time_range": TimeRange(start_ms=START_MS, end_ms=END_MS),
            "selection": Selection(jobs=self.jobs),
            "window_ms": WINDOW_MS,
        }
        return ExportRequest(**{**given, **changes})

    def export(self, url: str, folder: Path, **changes: Any) -> Outcome:
        """Run the flow without waiting."""
        request = self.request(url, **changes)
        outcome = Outcome().drive(lambda world: export(request, Output(paths_in(folder)), world))
        check_no_secret(str(outcome), folder)
        return outcome

    def resume(self, folder: Path, **changes: Any) -> Outcome:
        """Go on with what ``export`` left, without waiting."""
        connection = Connection(**{"url": "", **CREDENTIALS, **changes})
        outcome = Outcome().drive(lambda world: resume(part_in(folder), connection, world))
        check_no_secret(str(outcome), folder)
        return outcome

    def arguments(self, url: str, folder: Path, *more: str) -> list[str]:
        """The same for the command line."""
        jobs = [argument for job in self.jobs for argument in ("--job", job)]
        ends = ["--start", str(START_MS), "--end", str(END_MS), "--window", f"{WINDOW_MS}ms"]
        return ["export", url, *ends, *jobs, "--header", "X-Planted", "-o", f"{folder}/", *more]

    def check_bundle(self, folder: Path, *, exact: bool = True) -> dict[str, Any]:
        """The folder holds one good bundle, its checksum and its map, and nothing else; returns its manifest."""
        [path] = folder.glob("*.zip")
        paths = BundlePaths(path)
        assert set(folder.iterdir()) == {path, paths.checksum, paths.obfuscation_map}
        assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in folder.iterdir())
        assert paths.checksum.read_text() == f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        assert inspect(path).checksum_file
        manifest, found = self.content(path)[1], self.decoded(folder)
        counts = manifest["counts"]
        assert counts["samples"] == sum(map(len, found.values()))
        assert counts["series"] == len(found)
        if exact:
            assert found == self.expected
            assert not manifest["partial"]
        return manifest

    def decoded(self, folder: Path) -> dict[Series, Samples]:
        """What the bundle of a folder holds, with what its map says in the place of the pseudonyms."""
        [path] = folder.glob("*.zip")
        return decoded(self.content(path)[0], BundlePaths(path).obfuscation_map)

    def content(self, path: Path) -> tuple[dict[Series, Samples], dict[str, Any]]:
        """The samples in a bundle, and its manifest."""
        bundle = Bundle.read(path)
        return bundle.samples, bundle.manifest


def _target_lines(job: str, instance: str) -> Iterator[bytes]:
    times_ms = list(range(START_MS - 5 * STEP_MS, END_MS + 5 * STEP_MS + 1, STEP_MS))
    own = {"job": job, "instance": instance}
    version = {"__name__": "vm_app_version", "short_version": "v1.150.0", "version": BUILD}
    yield line({**version, **own}, [1] * len(times_ms), times_ms)
    seed = sum(f"{job}{instance}".encode())
    for number in range(SERIES_PER_TARGET - 1):
        labels = {"__name__": "vm_rows", "type": f'storage/"{number}\\\u2028', **own}
        values = [(seed + number * place) % 1009 / 8 for place in range(len(times_ms))]
        values[3] = 9_007_199_254_740_993 + number
        yield line(labels, values, times_ms)


def plain_export(victoria: Server, jobs: Sequence[str]) -> dict[Series, Samples]:
    """What the server exports without us."""
    match = f'{{job=~"{"|".join(jobs)}",instance!="10.7.9.9:9100"}}'
    expected = samples_by_series(victoria.export(match, START_MS, END_MS))
    assert len(expected) == 4 * SERIES_PER_TARGET
    assert {len(samples) for samples in expected.values()} == {(END_MS - START_MS) // STEP_MS + 1}
    return expected


def decoded(found: dict[Series, Samples], map_path: Path) -> dict[Series, Samples]:
    """The samples with what the map says in the place of the pseudonyms, which stand alone but for those of hosts."""
    originals: dict[str, str] = {}
    for kind in json.loads(map_path.read_text())["kinds"].values():
        originals |= kind

    def original(name: str, value: str) -> str:
        if name == "instance":
            host, colon, port = value.partition(":")
            return originals[host] + colon + port
        return originals[value] if name == "job" else originals.get(value, value)

    return {tuple((name, original(name, value)) for name, value in series): found[series] for series in found}


def check_steps(site: Site, folder: Path, *reasons: str) -> dict[str, Any]:
    """A bundle by steps, which at a step of the scrape interval holds just what was stored."""
    manifest = site.check_bundle(folder, exact=False)
    assert manifest["partial"]
    assert manifest["partial_reasons"] == [*reasons, STEPS]
    for window in manifest["windows"]:
        by_steps = window["rung"] == "query_range"
        assert (window["partial"], window["step_ms"]) == (by_steps, 1000 if by_steps else 0)
    return manifest


def paths_in(folder: Path) -> BundlePaths:
    return BundlePaths(folder / "bundle.zip")


def part_in(folder: Path) -> Path:
    """The one interrupted export of a folder."""
    [part] = folder.glob("*.part")
    return part


def check_failure(ran: Ran, status: int, *words: str) -> None:
    """It ended with a sentence and this exit status."""
    assert ran.status == status, ran
    assert "Error: cannot" in ran.words
    assert all(word in ran.words for word in words), ran.words
    check_manners(ran)


def check_manners(ran: Ran) -> None:
    assert "Traceback" not in ran.err and "unexpected" not in ran.err, ran.err


def check_no_secret(said: str, folder: Path) -> None:
    """Nothing of the planted credentials was said or written."""
    everything = said.encode() + b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert not [secret for secret in (PASSWORD, BASIC, KEY, TOKEN) if secret.encode() in everything]


def vmexporter(arguments: Sequence[str | Path], folder: Path, env: Mapping[str, str] | None = None) -> Ran:
    """Run the command line with planted credentials."""
    return ended(started(arguments, env), folder)


def started(
    arguments: Sequence[str | Path], env: Mapping[str, str] | None = None, out: IO[bytes] | int = subprocess.PIPE
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        commandline.command(*arguments), env=commandline.environment(SECRETS if env is None else env),
        stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE, encoding="utf-8",
    )  # fmt: skip


def ended(process: subprocess.Popen[str], folder: Path) -> Ran:
    ran = commandline.ended(process)
    check_manners(ran)
    check_no_secret(f"{ran.out} {ran.err}", folder)
    return ran


def resume_arguments(folder: Path) -> list[str]:
    return ["resume", str(part_in(folder)), "--header", "X-Planted"]


@pytest.fixture(scope="module")
def site(shared_victoria: VictoriaMetrics, request: pytest.FixtureRequest) -> Site:
    """The data of one test module."""
    return Site.in_server(shared_victoria, request.module.__name__.rpartition("test_")[2].replace("_", "-"))
