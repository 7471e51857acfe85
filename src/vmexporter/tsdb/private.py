"""A VictoriaMetrics of our own on loopback: it lives as long as a block of code, and nobody else can ask it.

The program is a single node of whichever version: of the limits below, those that it has are widened. Its password is
random and reaches it by the environment, which other users cannot see.
Flags: https://docs.victoriametrics.com/victoriametrics/single-server-victoriametrics/#list-of-command-line-flags
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from pydantic import SecretStr

from vmexporter.core.request import Auth, Connection
from vmexporter.core.words import fit_to_show
from vmexporter.errors import InvalidInput, ServerUnreachable, VmexporterError
from vmexporter.tsdb.identity import Program, program_at
from vmexporter.tsdb.lifeline import Tethered
from vmexporter.tsdb.transport import HttpClient, Limits

PROGRAMS: Final = ("victoria-metrics", "victoria-metrics-prod")
"""What the program is called on PATH: by distributions, and in the archives of its releases."""
_USER: Final = "vmexporter"
_VARIABLES: Final = "VMEXPORTER_PRIVATE_"
_START_TIMEOUT_S: Final = 60.0
_HELP_TIMEOUT_S: Final = 20.0
_POLL_S: Final = 0.03
_ATTEMPTS: Final = 5  # somebody may take the port between our look and the server's
_PORT_TAKEN: Final = "address already in use"
_HEALTH: Final = Limits(size_bytes=4096, stall_timeout_s=2.0, total_s=5.0, cut=True)

_FLAG: Final = re.compile(rb"^  -([A-Za-z][\w.]*)", re.MULTILINE)
_SINGLE_NODE: Final = frozenset({"storageDataPath", "retentionPeriod", "search.latencyOffset", "import.maxLineLen"})
_SETTINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "retentionPeriod": "100y",
        "futureRetention": "100y",
        "search.latencyOffset": "0s",  # the newest samples are to be seen, too
        "search.disableCache": "true",
        "selfScrapeInterval": "0s",
        "loggerLevel": "WARN",
        "import.maxLineLen": "100MiB",
        "maxLabelsPerTimeseries": "10000",
        "maxLabelNameLen": "65535",
        "maxLabelValueLen": "65535",
        "search.maxUniqueTimeseries": "100000000",
        "search.maxExportSeries": "100000000",
        "search.maxSeries": "1000000",
        "search.maxLabelsAPISeries": "100000000",
        "search.maxLabelsAPIDuration": "1m",
        "search.maxSamplesPerSeries": "2000000000",
        "search.maxSamplesPerQuery": "20000000000",
        "search.maxPointsPerTimeseries": "100000",
        "search.maxQueryLen": "1MiB",
        "search.maxQueryDuration": "5m",
        "search.maxQueueDuration": "5m",
    }
)


@dataclass(frozen=True, slots=True)
class PrivateServer:
    """A running server: a client that goes past every proxy, and its release, "" where the build has none."""

    client: HttpClient
    connection: Connection
    release: str


def find_program(named: str = "") -> str:
    """The path of the program: the one *named*, else the one on PATH.

    Raises:
        InvalidInput: there is none.
    """
    if named:
        found = shutil.which(named) or shutil.which(Path(named).absolute())
        if found is None:
            raise InvalidInput(
                f"cannot start VictoriaMetrics: {named} is no program that can be run", field="victoria-metrics"
            )
        return str(found)
    on_path = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if on_path is None:
        raise InvalidInput(
            f"cannot start VictoriaMetrics: there is no {' or '.join(PROGRAMS)} on PATH",
            hint="install it (Debian, Ubuntu: apt install victoria-metrics; else a release from"
            " https://github.com/VictoriaMetrics/VictoriaMetrics/releases), or name the file with --victoria-metrics",
            field="victoria-metrics",
        )
    return on_path


@contextlib.contextmanager
def private_server(program: str, folder: Path, *, keep: bool = False) -> Iterator[PrivateServer]:
    """Run *program* for the time of the block, its data in *folder*, which is removed unless it is to be kept.

    Raises:
        InvalidInput: *program* is no single-node VictoriaMetrics.
        ServerUnreachable: it does not start; its last words.
    """
    flags = _flags_of(program)
    settings = [f"-{name}={value}" for name, value in _SETTINGS.items() if name in flags]
    command = [program, f"-storageDataPath={folder / 'data'}", *settings]
    for attempt in range(_ATTEMPTS):
        if attempt and not keep:
            _make_again(folder)
        connection = _new_connection()
        with (
            _started(command, connection, "" if keep else str(folder)) as process,
            HttpClient(connection, direct=True) as client,
        ):
            release = _release_when_ready(process, client)
            if release is not None:
                yield PrivateServer(client, connection, release)
                return
    raise ServerUnreachable("cannot start VictoriaMetrics: every port that it tries is taken by somebody else")


def _flags_of(program: str) -> frozenset[str]:
    """The flags that *program* has.

    Raises:
        InvalidInput: they are not those of a single-node VictoriaMetrics.
    """
    try:
        asked = subprocess.run(  # noqa: S603 - the program that the operator named
            [program, "-help"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=_environment(),
            timeout=_HELP_TIMEOUT_S,
            check=False,
        )
        flags = frozenset(name.decode() for name in _FLAG.findall(asked.stdout))
    except (OSError, subprocess.TimeoutExpired):
        flags = frozenset()
    if not flags >= _SINGLE_NODE:
        raise InvalidInput(
            f"cannot use {program}: it is no single-node VictoriaMetrics",
            hint="of a release, it is the file victoria-metrics-prod; programs of a cluster cannot be used",
            field="victoria-metrics",
        )
    return flags


def _new_connection() -> Connection:
    """To a port that is free now, with a password that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    password = SecretStr(secrets.token_urlsafe(24))
    return Connection(url=f"http://127.0.0.1:{port}", auth=Auth(type="basic", username=_USER, password=password))


def _make_again(folder: Path) -> None:
    """Make the folder, which went with the program before: it is ours alone, and nobody else made it meanwhile."""
    try:
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise ServerUnreachable(f"cannot start VictoriaMetrics: {(error.strerror or '').lower()}") from error


def _environment() -> dict[str, str]:
    """What the program may know of ours."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ}


def _started(command: list[str], connection: Connection, folder: str) -> Tethered:
    address = connection.url.removeprefix("http://")
    listening = [f"-httpListenAddr={address}", "-envflag.enable", f"-envflag.prefix={_VARIABLES}"]
    environment = {
        **_environment(),
        f"{_VARIABLES}httpAuth_username": _USER,
        f"{_VARIABLES}httpAuth_password": connection.auth.password.get_secret_value(),
    }
    try:
        return Tethered([*command, *listening], environment, folder)
    except OSError as error:
        raise ServerUnreachable(f"cannot start VictoriaMetrics: {(error.strerror or '').lower()}") from error


def _release_when_ready(process: Tethered, client: HttpClient) -> str | None:
    """The release of the server when it answers; None if its port was taken.

    Raises:
        ServerUnreachable: it ended, or does not answer.
    """
    until_s = time.monotonic() + _START_TIMEOUT_S
    while process.running and time.monotonic() < until_s:
        with contextlib.suppress(VmexporterError):
            healthy = client.get(f"{client.origin}/health", limits=_HEALTH).status == 200
            found = program_at(client, client.origin) if healthy else Program()
            if found.name == "victoria-metrics" and process.running:
                return found.release
        time.sleep(_POLL_S)
    if process.running:
        raise ServerUnreachable("cannot start VictoriaMetrics: it does not answer")
    if _PORT_TAKEN in (log := process.log()):
        return None
    words = log.strip().rpartition("\n")[2].rpartition("\t")[2]
    raise ServerUnreachable(f"cannot start VictoriaMetrics: it ended with the words: {fit_to_show(words) or 'none'}")
