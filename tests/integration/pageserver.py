"""The page's server as its user starts it, in a process of its own, and requests to it that a browser would not send.

``ask`` writes the request line and every header itself, so that a test can send what no library would.
"""

from __future__ import annotations

import json
import signal
import socket
import subprocess
from collections.abc import Mapping
from http.client import HTTPResponse
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, quote, urlsplit

from tests.integration.faulty import END_MS, PASSWORD, START_MS, WINDOW_MS, Site
from tests.lab import commandline
from tests.lab.asking import Reply, wait_until

JSON = {"Content-Type": "application/json"}
STOPPING_S = 20.0
ROOT = Path(__file__).resolve().parents[2]


class PageServer:
    """``vmexporter serve`` in *folder* (which is made); its log is kept beside the folder."""

    def __init__(self, folder: Path, *options: str, port: int = 0) -> None:
        self.folder, self.options = folder, options
        self.port, self.token = port, ""
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log_path(self) -> Path:
        """Standard output and error."""
        return self.folder.with_name(f"{self.folder.name}.log")

    @property
    def log(self) -> str:
        """All it has said."""
        return self.log_path.read_text()

    def start(self) -> None:
        """Start it, at the same port as before."""
        self.folder.mkdir(exist_ok=True)
        with self.log_path.open("wb") as log:
            self._process = subprocess.Popen(
                self.command(), env=self.environment(), stdin=subprocess.DEVNULL,
                stdout=log, stderr=subprocess.STDOUT, cwd=ROOT,
            )  # fmt: skip
        wait_until(lambda: "?token=" in self.log or self._process_ended(), "the server prints its address")
        address = urlsplit(self.log.split()[0])
        self.port, self.token = address.port or 0, parse_qs(address.query)["token"][0]
        wait_until(lambda: self.get("/api/health").status == 200, "the server answers")

    def command(self) -> list[str]:
        """The command line."""
        arguments = ("serve", "--no-browser", "--port", str(self.port), "-o", str(self.folder))
        return commandline.command(*arguments, *self.options)

    def environment(self) -> dict[str, str]:
        """Its environment: what it keeps of this user lies beside the folder."""
        return commandline.environment({"XDG_STATE_HOME": str(self.folder.with_name(f"{self.folder.name}-state"))})

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End it by this signal; its exit status."""
        assert self._process is not None
        self._process.send_signal(number)
        try:
            return self._process.wait(STOPPING_S)
        finally:
            self._process.kill()

    @property
    def pid(self) -> int:
        """The process."""
        assert self._process is not None
        return self._process.pid

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self._kill()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._kill()

    @property
    def host(self) -> str:
        """What stands in the Host header."""
        return f"127.0.0.1:{self.port}"

    def get(self, target: str, headers: Mapping[str, str] | None = None) -> Reply:
        """GET with the token."""
        return self.ask("GET", target, headers={"Authorization": f"Bearer {self.token}", **(headers or {})})

    def post(self, target: str, document: Any = None, method: str = "POST") -> Reply:
        """POST a JSON document (or nothing) with the token."""
        body = b"" if document is None else json.dumps(document).encode()
        return self.ask(method, target, body, {"Authorization": f"Bearer {self.token}", **JSON})

    def upload(self, body: bytes, name: str = "lines.jsonl", **headers: str) -> Reply:
        """Hand a file over."""
        named = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/octet-stream", **headers}
        return self.ask("POST", f"/api/uploads?name={quote(name, safe='')}", body, named)

    def ask(self, method: str, target: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Reply:
        """Send just this (a Host unless one is given, a length unless it is chunked) and read the answer."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as wire:
            wire.sendall(self.head(method, target, body, headers or {}) + body)
            return read(wire, method)

    def head(self, method: str, target: str, body: bytes, headers: Mapping[str, str]) -> bytes:
        """The head of such a request."""
        named = {"Host": self.host, "Connection": "close", **headers}
        if "Transfer-Encoding" not in named and (body or method == "POST"):
            named = {"Content-Length": str(len(body)), **named}
        lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in named.items() if value)]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def ended_run(self, identity: str, timeout_s: float = 60.0) -> dict[str, Any]:
        """The snapshot of a run when it does not run any more."""
        wait_until(lambda: self.run(identity)["state"] != "running", f"run {identity} ends", timeout_s)
        return self.run(identity)

    def ended_import(self, identity: str, timeout_s: float = 60.0) -> dict[str, Any]:
        """The snapshot of an import when it does not run any more."""
        wait_until(lambda: self.imported(identity)["state"] != "running", f"import {identity} ends", timeout_s)
        return self.imported(identity)

    def imported(self, identity: str) -> dict[str, Any]:
        """The snapshot of an import."""
        snapshot: dict[str, Any] = self.get(f"/api/imports/{identity}").json()
        return snapshot

    def run(self, identity: str) -> dict[str, Any]:
        """The snapshot of a run."""
        snapshot: dict[str, Any] = self.get(f"/api/runs/{identity}").json()
        return snapshot

    def _process_ended(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log
        return False

    def _kill(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()


def read(wire: socket.socket, method: str = "GET") -> Reply:
    """The answer that comes on a connection; status 0 when none comes."""
    answer = HTTPResponse(wire, method=method)
    try:
        answer.begin()
        names = {name.lower(): value for name, value in answer.headers.items()}
        return Reply(answer.status, names, answer.read())
    except (OSError, ValueError) as error:
        return Reply(0, {}, str(error).encode())
    finally:
        answer.close()


def asked(site: Site, url: str, **changes: Any) -> dict[str, Any]:
    """The body of an export of all of *site*, with planted credentials."""
    auth = {"type": "basic", "username": "planted-user", "password": PASSWORD}
    body = {
        "connection": {"url": url, "auth": auth, "stall_timeout_s": 20.0},
        "time_range": {"start_ms": START_MS, "end_ms": END_MS},
        "selection": {"jobs": list(site.jobs)},
        "window_ms": WINDOW_MS,
    }
    return {**body, **changes}
