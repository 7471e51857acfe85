"""Files that were handed over to be imported: each in a private folder of its own, whole or not there at all.

An upload is written to a locked ``.part`` and named when its last byte is there. What a killed program left of one is
removed when the folder is opened the next time. Names of others are kept as names only: no path is made of them.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

from vmexporter.bundle.files import create_private, lock, output_errors, publish, write_all
from vmexporter.errors import InvalidInput, OutputFailed

FOLDER: Final = ".vmexporter-uploads"
_PART: Final = ".part"
_ID = re.compile(r"[0-9a-f]{16}")
_UNFIT = re.compile(r"[^\w .()+@=,-]+", re.ASCII)
_MOST_NAME_CHARACTERS = 120
_KEPT_FREE_BYTES = 256 << 20
_LOOK_EVERY_BYTES = 32 << 20


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A whole file; *name* is fit for a path."""

    identity: str
    name: str
    path: Path
    size_bytes: int
    modified_ms: int


class Uploads:
    """The uploads below *root*; the folder is made with the first of them."""

    def __init__(self, root: Path) -> None:
        self.folder: Final = root / FOLDER
        self._remove_leftovers()

    def begin(self, name: str, size_bytes: int | None = None) -> Upload:
        """A new upload of this *name*; *size_bytes* where it is known beforehand.

        Raises:
            OutputFailed: there is no room for it, or the folder cannot be made.
        """
        fit = fit_name(name)
        self._require_room(size_bytes or 0)
        with output_errors(self.folder):
            self.folder.mkdir(mode=0o700, exist_ok=True)
            own = self.folder / secrets.token_hex(8)
            own.mkdir(mode=0o700)
        return Upload(own / fit, self._require_room)

    def find(self, identity: str) -> Uploaded:
        """The upload of this id.

        Raises:
            InvalidInput: there is none.
        """
        if _ID.fullmatch(identity):
            for found in self._of(self.folder / identity):
                return found
        raise InvalidInput("cannot find the upload: there is none of this id", hint="upload it again", field="upload")

    def all(self) -> tuple[Uploaded, ...]:
        """All of them, the newest first."""
        found = [one for folder in self._folders() for one in self._of(folder)]
        return tuple(sorted(found, key=lambda one: -one.modified_ms))

    def remove(self, identity: str) -> None:
        """Remove an upload and what lies beside it.

        Raises:
            InvalidInput: there is none of this id.
            OutputFailed: it cannot be removed.
        """
        found = self.find(identity)
        with output_errors(found.path):
            shutil.rmtree(found.path.parent)

    @property
    def room_bytes(self) -> int:
        """How large an upload may be now."""
        try:
            return max(shutil.disk_usage(self.folder.parent).free - _KEPT_FREE_BYTES, 0)
        except OSError:
            return 0

    def _require_room(self, wanted_bytes: int) -> None:
        if wanted_bytes >= self.room_bytes:
            raise OutputFailed(
                f"cannot keep the upload: there is no room for it in {self.folder.parent}",
                hint="free some space, or start vmexporter serve with an --output on a larger disk",
            )

    def _folders(self) -> Iterator[Path]:
        if self.folder.is_dir() and not self.folder.is_symlink():
            yield from (Path(one.path) for one in os.scandir(self.folder) if one.is_dir(follow_symlinks=False))

    def _of(self, folder: Path) -> Iterator[Uploaded]:
        """The one whole file of an upload; what an import keeps beside it has its name and an ending."""
        try:
            names = [one.name for one in os.scandir(folder) if one.is_file(follow_symlinks=False)]
            for name in sorted(names, key=len)[:1]:
                if not name.endswith(_PART):
                    yield _uploaded(folder / name)
        except OSError:
            return  # it has just been removed

    def _remove_leftovers(self) -> None:
        for folder in self._folders():
            if not any(True for _ in self._of(folder)) and _is_nobodys(folder):
                shutil.rmtree(folder, ignore_errors=True)


class Upload:
    """One file that is coming in; leaving the block without ``finish`` removes it."""

    def __init__(self, path: Path, require_room: Callable[[int], None]) -> None:
        self._path, self._require_room = path, require_room
        self._part = path.with_name(f"{path.name}{_PART}")
        self._file: BinaryIO = create_private(self._part)
        self._size_bytes = self._next_look_bytes = 0
        lock(self._file, self._part)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()
        if not self._path.exists():
            shutil.rmtree(self._path.parent, ignore_errors=True)

    def write(self, block: bytes) -> None:
        """Take the next bytes.

        Raises:
            OutputFailed: there is no room for them.
        """
        self._size_bytes += len(block)
        if self._size_bytes > self._next_look_bytes:
            self._require_room(len(block))
            self._next_look_bytes = self._size_bytes + _LOOK_EVERY_BYTES
        with output_errors(self._part):
            write_all(self._file, block)

    def finish(self) -> Uploaded:
        """All bytes are there: give the file its name.

        Raises:
            InvalidInput: there was none.
            OutputFailed: it cannot be kept.
        """
        if not self._size_bytes:
            raise InvalidInput("cannot import the file: it is empty", field="name")
        with output_errors(self._part):
            os.fsync(self._file.fileno())  # the name comes after the bytes, also when the power fails
        publish(self._part, self._path, os.fstat(self._file.fileno()))
        with output_errors(self._path):
            return _uploaded(self._path)


def fit_name(name: str) -> str:
    """*name* without folders and without what some system does not take; "bundle" where nothing is left."""
    last = re.split(r"[/\\]", name)[-1]
    fit = _UNFIT.sub("_", last).lstrip(" .-")[-_MOST_NAME_CHARACTERS:].strip(" .")
    return "bundle" if fit.removesuffix(_PART) != fit or not fit else fit


def _uploaded(path: Path) -> Uploaded:
    status = path.lstat()
    return Uploaded(path.parent.name, path.name, path, status.st_size, status.st_mtime_ns // 1_000_000)


def _is_nobodys(folder: Path) -> bool:
    for part in folder.glob(f"*{_PART}"):
        try:
            with part.open("r+b", buffering=0) as file:
                lock(file, part)
        except (OSError, OutputFailed):
            return False
    return True
