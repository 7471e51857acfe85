"""Runs a program that ends with us, however we end; what it says last is kept in bounded memory.

Between us and the program stands a shell, whose standard input is a pipe that only this process holds open. When this
process is gone, also by SIGKILL, the pipe ends, and the shell kills the program and removes its folder. Both have a
session of their own, so that Ctrl-C on the terminal does not reach them.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from typing import IO, Final, Self

_LOG_BYTES: Final = 64 << 10
_STOP_TIMEOUT_S: Final = 20.0
# $1 is the folder to remove at the end ("": none), the rest is the program. A SIGTERM to the session is meant for the
# program: the shell outlives it to tidy up, and says nothing itself: nobody may be left to read it. A command in the
# background has no input unless it is given one.
_SCRIPT: Final = """
trap : TERM
folder=$1
shift
exec 3<&0
"$@" </dev/null &
program=$!
exec >/dev/null 2>&1
{ read -r _; kill -KILL "$program"; } <&3 &
watch=$!
while wait "$program"; [ $? -gt 128 ] && kill -0 "$program"; do :; done
kill "$watch"
[ -z "$folder" ] || rm -rf -- "$folder"
"""


class Tethered:
    """A running program; leaving the block stops it: SIGTERM, and SIGKILL if that does not help."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], folder: str = "") -> None:
        """Start *command*; *folder* goes with it. Raises: OSError."""
        self._process = subprocess.Popen(  # noqa: S603 - the program that the operator named
            ["/bin/sh", "-c", _SCRIPT, "vmexporter-lifeline", folder, *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            start_new_session=True,
        )
        self._log = b""
        self._reader = threading.Thread(target=self._read, args=(self._process.stdout,), name="log", daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(subprocess.TimeoutExpired):
                if self.running:
                    os.killpg(self._process.pid, number)
                self._process.wait(_STOP_TIMEOUT_S)
                break
        self._reader.join(_STOP_TIMEOUT_S)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def log(self) -> str:
        """The end of what the program has said."""
        if not self.running:
            self._reader.join(_STOP_TIMEOUT_S)
        return self._log.decode("utf-8", "replace")

    def _read(self, output: IO[bytes]) -> None:
        while data := os.read(output.fileno(), _LOG_BYTES):
            self._log = (self._log + data)[-_LOG_BYTES:]
