"""Real server programs as context managers: ready when entered, gone without a trace when left.

The kernel kills a server when the thread that started it dies (setpriv --pdeathsig), so start it from one that outlives
it. Each server is the leader of its own session, has its own folder under the temporary directory, and
writes its log there; a start that fails shows the end of that log.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from tests.lab.asking import ask, is_open
from tests.lab.programs import find_program

FOLDER_PREFIX = "vmexporter-lab-"
SESSION_VARIABLE = "VMEXPORTER_LAB_SESSION"  # in every server's environment: finds those that lost their parent


class LabError(RuntimeError):
    """The lab itself failed: a server did not start, or refused what the lab asked of it."""


class Address(NamedTuple):
    """Where a server listens."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def free_address(host: str = "127.0.0.1") -> Address:
    """A free TCP port of *host*, outside the range from which the kernel takes ports for outgoing connections."""
    for _ in range(200):
        address = Address(host, random.randint(10_000, 32_000))
        with socket.socket() as probe:
            try:
                probe.bind(address)
            except OSError:
                continue
            return address
    raise LabError(f"cannot find a free port on {host}")


def free_network() -> str:
    """The first three numbers of a random loopback /24, such as ``127.83.201``: hosts of its own for one topology."""
    return f"127.{random.randint(2, 254)}.{random.randint(2, 254)}"


def new_folder(name: str) -> Path:
    """A new folder under the temporary directory whose name says which test process owns it."""
    return Path(tempfile.mkdtemp(prefix=f"{FOLDER_PREFIX}{os.getpid()}-{name}-"))


def leftover_folders() -> list[str]:
    """Every folder of a server that this process made and did not remove."""
    return [str(folder) for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER_PREFIX}{os.getpid()}-*")]


def remove_stale_folders() -> None:
    """Remove the folders of test processes that were killed before they could clean up."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER_PREFIX}*"):
        owner = folder.name.removeprefix(FOLDER_PREFIX).split("-")[0]
        if not Path("/proc", owner).exists():
            shutil.rmtree(folder, ignore_errors=True)


def leftover_processes() -> list[str]:
    """Every living child of this process and every server of this lab session, as ``pid command line``."""
    own, mark = os.getpid(), f"{SESSION_VARIABLE}={os.getpid()}\0".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            ours = int(parent) == own or mark in (folder / "environ").read_bytes() + b"\0"
        except OSError:  # it ended meanwhile, or belongs to somebody else
            continue
        if ours and state != "Z" and int(folder.name) != own and "multiprocessing" not in command:
            found.append(f"{folder.name} {command.strip()}")
    return found


@dataclass(frozen=True)
class Launch:
    """How to start a server: the program, its arguments, and the address that answers when it is ready.

    ``ready_url`` is polled until it answers with a status below 500; without it a TCP connection is proof enough.
    """

    program: str
    arguments: tuple[str, ...]
    ready_url: str = ""
    start_timeout_s: float = 20.0


class Server(ABC):
    """A server program. Enter it to start it, leave it to stop it and to remove its folder.

    ``stop`` and ``start`` in between keep address and folder, so the data is still there after a restart.
    """

    def __init__(self, name: str, address: Address | None = None) -> None:
        self.name = name
        self.address = address or free_address()
        self._folder: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._has_run = False

    @abstractmethod
    def launch(self) -> Launch:
        """Write what the program needs into ``folder`` and say how to start it."""

    @property
    def url(self) -> str:
        """``http://host:port``."""
        return f"http://{self.address}"

    @property
    def folder(self) -> Path:
        """The server's own folder for configuration, data and log."""
        if self._folder is None:
            self._folder = new_folder(self.name)
        return self._folder

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The running process (LabError when there is none)."""
        if self._process is None:
            raise LabError(f"{self.name} does not run")
        return self._process

    @property
    def running(self) -> bool:
        """Whether the program was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def log(self) -> str:
        """All that the server has written to its standard output and error."""
        path = self.folder / "log.txt"
        return path.read_text(errors="replace") if path.exists() else ""

    def start(self) -> None:
        """Start the program and wait until it answers. Raises: LabError with the end of its log."""
        try:
            launch = self.launch()
            self._run(launch)
            self._wait_until_ready(launch)
        except BaseException:  # a skipped test and Ctrl-C too leave nothing behind
            if self._has_run:
                self.stop()  # its data is not this start's to remove
            else:
                self.close()
            raise
        self._has_run = True

    def _run(self, launch: Launch) -> None:
        die_with_parent = (find_program("setpriv"), "--pdeathsig", "KILL")  # a preexec_fn is unsafe beside threads
        with (self.folder / "log.txt").open("ab") as log:
            self._process = subprocess.Popen(
                [*die_with_parent, launch.program, *launch.arguments],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, cwd=self.folder,
                env={**os.environ, SESSION_VARIABLE: str(os.getpid())}, start_new_session=True,
            )  # fmt: skip

    def _wait_until_ready(self, launch: Launch) -> None:
        deadline_s = time.monotonic() + launch.start_timeout_s
        why = f"no answer within {launch.start_timeout_s:g} s"
        while time.monotonic() < deadline_s:
            ready = self._answers(launch)  # asked first: a stranger on our port answers while our program has ended
            if self.process.poll() is not None:
                why = f"it ended with {self.process.returncode}"
                break
            if ready:
                return
            time.sleep(0.03)
        tail = "\n".join(self.log().splitlines()[-40:])
        raise LabError(f"cannot start {self.name} ({' '.join([launch.program, *launch.arguments])}): {why}\n{tail}")

    def _answers(self, launch: Launch) -> bool:
        if not is_open(self.address):
            return False
        return not launch.ready_url or 0 < ask(launch.ready_url, timeout_s=5).status < 500

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the server's whole process group; SIGSTOP makes a server that stalls, SIGCONT mends it."""
        os.killpg(self.process.pid, number)

    def stop(self, grace_s: float = 10.0) -> None:
        """End the process: SIGTERM, after *grace_s* SIGKILL. The folder stays, ``start`` goes on from there."""
        if self._process is None:
            return
        for number, wait_s in ((signal.SIGTERM, grace_s), (signal.SIGKILL, 10.0)):
            if self._process.poll() is None:
                self.signal(number)
                self.signal(signal.SIGCONT)  # a stopped process hears no SIGTERM
                try:
                    self._process.wait(wait_s)
                except subprocess.TimeoutExpired:
                    continue
        self._process = None

    def kill(self) -> None:
        """End the process as a crash would (SIGKILL); the folder stays."""
        self.signal(signal.SIGKILL)
        self.process.wait(10)
        self._process = None

    def close(self) -> None:
        """Stop the server and remove its folder."""
        self.stop()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder, self._has_run = None, False

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
