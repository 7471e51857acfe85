"""Runs the real VictoriaMetrics the measurements go against.

One server at a time on a free loopback port, always stopped with SIGINT, so that its data folder is whole and the next
start needs no repair.
https://docs.victoriametrics.com/single-server-victoriametrics/#list-of-command-line-flags
"""

from __future__ import annotations

import hashlib
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

BINARY_VARIABLE = "VMEXPORTER_VICTORIA_METRICS"
_START_TIMEOUT_S = 60.0
_STOP_TIMEOUT_S = 120.0
_QUIET_POLLS = 4  # a merge may begin a moment after the last one ended
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


class BenchError(Exception):
    """The bench cannot go on; the message says why."""


@dataclass(frozen=True)
class Server:
    """A running VictoriaMetrics: where it listens and which process it is."""

    host: str
    port: int
    pid: int

    @property
    def url(self) -> str:
        """The base URL, without a slash at its end."""
        return f"http://{self.host}:{self.port}"

    def cpu_s(self) -> float:
        """CPU seconds (user + system) the server has used since it started."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S

    def get(self, path: str) -> bytes:
        """Return the body of a GET; for small answers only.

        Raises:
            BenchError: the status is neither 200 nor 204.
        """
        return self._request("GET", path, None)

    def post(self, path: str, chunks: Iterable[bytes]) -> bytes:
        """Stream *chunks* as the body of one POST and return the answer's body.

        Raises:
            BenchError: the status is neither 200 nor 204.
        """
        return self._request("POST", path, chunks)

    def _request(self, method: str, path: str, chunks: Iterable[bytes] | None) -> bytes:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=600)
        try:
            connection.request(method, path, body=chunks, encode_chunked=chunks is not None, headers=_headers(chunks))
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        if answer.status not in (HTTPStatus.OK, HTTPStatus.NO_CONTENT):
            raise BenchError(f"cannot {method} {path}: status {answer.status}: {body[:300]!r}")
        return body

    def settle(self, partition: str) -> None:
        """Write everything to disk and merge *partition* (like ``2026_11``) to its end, so that each load is alike."""
        self.get("/internal/force_flush")
        self.get(f"/internal/force_merge?partition_prefix={partition}")
        quiet_polls = 0
        while quiet_polls < _QUIET_POLLS:
            time.sleep(0.5)
            quiet_polls = quiet_polls + 1 if self._active_merges() == 0 else 0

    def _active_merges(self) -> int:
        metrics = self.get("/metrics").decode()
        return sum(int(count) for count in re.findall(r"^vm_active_merges\{[^}]*\} (\d+)$", metrics, re.MULTILINE))


def _headers(chunks: Iterable[bytes] | None) -> dict[str, str]:
    return {} if chunks is None else {"Transfer-Encoding": "chunked", "Content-Type": "application/json"}


def find_binary(given: str | None) -> str:
    """Return the path of the server: *given*, else the environment's, else the one on PATH.

    Raises:
        BenchError: there is none.
    """
    wanted = given or os.environ.get(BINARY_VARIABLE) or "victoria-metrics"
    found = shutil.which(wanted)
    if found is None:
        raise BenchError(f"cannot find the server {wanted!r}: install victoria-metrics or set {BINARY_VARIABLE}")
    return found


def version_of(binary: str) -> str:
    """Return a word for this build of the server, for naming a folder: its ``-version``, else its checksum.

    A distribution's build may print an empty version.
    """
    done = subprocess.run([binary, "-version"], capture_output=True, text=True, check=True)
    printed = re.sub(r"[^A-Za-z0-9.]+", "-", done.stdout.strip()).strip("-")
    if printed:
        return printed
    with Path(binary).open("rb") as content:
        return "sha256-" + hashlib.file_digest(content, "sha256").hexdigest()[:10]


def command(binary: str, data_folder: Path, port: int) -> list[str]:
    """Return the start command: everything that is not about where and how long is the server's default."""
    return [
        binary,
        f"-storageDataPath={data_folder}",
        f"-httpListenAddr=127.0.0.1:{port}",
        "-retentionPeriod=100y",
        "-loggerLevel=WARN",
    ]


@contextmanager
def running(binary: str, data_folder: Path, *flags: str) -> Iterator[Server]:
    """Run *binary* on *data_folder* for the length of a ``with`` block.

    Raises:
        BenchError: it does not come up, or does not stop.
    """
    port = _free_port()
    log_path = data_folder.with_name(data_folder.name + ".log")
    data_folder.mkdir(parents=True, exist_ok=True)
    with log_path.open("wb") as log:
        process = subprocess.Popen([*command(binary, data_folder, port), *flags], stdout=log, stderr=log)
    try:
        _await_health(process, port, log_path)
        yield Server("127.0.0.1", port, process.pid)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(_STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await_health(process: subprocess.Popen[bytes], port: int, log_path: Path) -> None:
    deadline_s = time.monotonic() + _START_TIMEOUT_S
    while time.monotonic() < deadline_s:
        if process.poll() is not None:
            break
        try:
            Server("127.0.0.1", port, process.pid).get("/health")
            return
        except (OSError, BenchError):
            time.sleep(0.1)
    raise BenchError(f"cannot start the server: {log_path.read_text(errors='replace')[-600:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
