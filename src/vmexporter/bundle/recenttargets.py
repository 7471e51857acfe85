"""The addresses that were imported to lately: without credentials, without what stands behind a question mark.

One small file of mode 0600 in the user's state folder. An empty file called ``off`` beside it says that nothing is to
be kept. https://specifications.freedesktop.org/basedir-spec/latest/
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from vmexporter.bundle.files import output_errors, remove, write_private
from vmexporter.core.addresses import parse_address

KEPT: Final = 10


class RecentTargets:
    """The list; every change is on the disk when its call returns."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "targets.json"
        self._off = folder / "targets.off"

    @property
    def is_on(self) -> bool:
        """Whether addresses are kept."""
        return not self._off.exists()

    def addresses(self) -> list[str]:
        """The latest first; none where the file is missing or is not ours."""
        try:
            known = json.loads(self._file.read_bytes())
        except (OSError, ValueError, RecursionError):
            return []
        return [one for one in known if isinstance(one, str)][:KEPT] if isinstance(known, list) else []

    def note(self, typed: str) -> None:
        """Put an address in front, if addresses are kept.

        Raises:
            OutputFailed: the file cannot be written.
        """
        if self.is_on and (address := without_secrets(typed)):
            self._write([address, *(one for one in self.addresses() if one != address)][:KEPT])

    def forget(self, address: str = "") -> bool:
        """Delete one address, or all; False when it was not there.

        Raises:
            OutputFailed: the file cannot be written.
        """
        known = self.addresses()
        left = [one for one in known if address and one != without_secrets(address)]
        self._write(left)
        return len(left) < len(known)

    def switch(self, on: bool) -> None:
        """Keep addresses from now on; or none, and delete those that are kept.

        Raises:
            OutputFailed: the folder cannot be written.
        """
        if on:
            remove(self._off)
        elif self.is_on:
            self.forget()
            self._make_folder()
            write_private(self._off, b"")

    def _write(self, addresses: list[str]) -> None:
        if not addresses:
            remove(self._file)
            return
        self._make_folder()
        fresh = self._file.with_name(self._file.name + ".new")
        remove(fresh)
        write_private(fresh, json.dumps(addresses).encode() + b"\n")
        with output_errors(self._file):
            fresh.replace(self._file)

    def _make_folder(self) -> None:
        with output_errors(self._file):
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)


def state_folder() -> Path:
    """Where this user's programs keep their state; without a home, a place below the null device, where nothing is."""
    named = Path(os.environ.get("XDG_STATE_HOME", ""))
    try:
        home = named if named.is_absolute() else Path.home() / ".local" / "state"
    except RuntimeError:
        home = Path(os.devnull)
    return home / "vmexporter"


def without_secrets(typed: str) -> str:
    """*typed* as it may be kept: neither user and password nor query nor fragment.

    Raises:
        InvalidInput: it is no address.
    """
    address = parse_address(typed)
    return urlunsplit(urlsplit("/".join((address.origin, *address.segments)))._replace(query="", fragment=""))
