"""The targets that were imported to lately: without credentials, without what stands behind a question mark.

One small file of mode 0600 in the user's state folder. An empty file called ``off`` beside it says that nothing is to
be kept. https://specifications.freedesktop.org/basedir-spec/latest/
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from vmexporter.bundle.files import output_errors, remove, write_private
from vmexporter.core.addresses import address_without_secrets

KEPT: Final = 10


@dataclass(frozen=True, slots=True)
class RecentTarget:
    """The address for queries, or for both ways; that which takes data in, if it is another one; the tenant, or ""."""

    url: str
    insert_url: str = ""
    tenant: str = ""


class RecentTargets:
    """The list; every change is on the disk when its call returns."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "targets.json"
        self._off = folder / "targets.off"

    @property
    def is_on(self) -> bool:
        """Whether addresses are kept."""
        return not self._off.exists()

    def targets(self) -> list[RecentTarget]:
        """The latest first; none where the file is missing or is not ours."""
        try:
            known = json.loads(self._file.read_bytes())
        except (OSError, ValueError, RecursionError):
            return []
        found = map(_target_of, known) if isinstance(known, list) else ()
        return [one for one in found if one is not None][:KEPT]

    def note(self, typed: RecentTarget) -> None:
        """Put a target in front, without its secrets, if targets are kept.

        Raises:
            OutputFailed: the file cannot be written.
        """
        if not self.is_on:
            return
        insert_url = address_without_secrets(typed.insert_url) if typed.insert_url else ""
        target = RecentTarget(address_without_secrets(typed.url), insert_url, typed.tenant)
        self._write([target, *(one for one in self.targets() if one != target)][:KEPT])

    def remove(self, target: RecentTarget) -> None:
        """Delete one of them.

        Raises:
            OutputFailed: the file cannot be written.
        """
        self._write([one for one in self.targets() if one != target])

    def forget(self, address: str = "") -> bool:
        """Delete all targets that have an address, or all; False when there was none.

        Raises:
            OutputFailed: the file cannot be written.
        """
        known = self.targets()
        left = [one for one in known if address and address_without_secrets(address) not in {one.url, one.insert_url}]
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

    def _write(self, targets: list[RecentTarget]) -> None:
        if not targets:
            remove(self._file)
            return
        self._make_folder()
        fresh = self._file.with_name(self._file.name + ".new")
        remove(fresh)
        write_private(fresh, json.dumps([asdict(one) for one in targets]).encode() + b"\n")
        with output_errors(self._file):
            fresh.replace(self._file)

    def _make_folder(self) -> None:
        with output_errors(self._file):
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)


def _target_of(entry: object) -> RecentTarget | None:
    """An entry of the file: an object, or just an address, as the first versions wrote it; None: it is not ours."""
    if isinstance(entry, str):
        return RecentTarget(entry)
    if not isinstance(entry, dict):
        return None
    url, insert_url, tenant = (entry.get(name, "") for name in ("url", "insert_url", "tenant"))
    is_ours = isinstance(url, str) and isinstance(insert_url, str) and isinstance(tenant, str)
    return RecentTarget(url, insert_url, tenant) if is_ours and url else None


def state_folder() -> Path:
    """Where this user's programs keep their state; without a home, a place below the null device, where nothing is."""
    named = Path(os.environ.get("XDG_STATE_HOME", ""))
    try:
        home = named if named.is_absolute() else Path.home() / ".local" / "state"
    except RuntimeError:
        home = Path(os.devnull)
    return home / "vmexporter"
