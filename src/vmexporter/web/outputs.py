"""The one folder that the web layer may touch: names of new bundles, finished files, nothing outside and no links.

Rule: a path is taken apart and put together below the folder; it counts only when no link stands anywhere in it, and
only files that an export makes are given out.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from vmexporter.bundle.uploads import FOLDER as UPLOADS
from vmexporter.core.formats import ENTRIES
from vmexporter.errors import InvalidInput, OutputFailed

Kind = Literal["bundle", "checksum", "map"]

_SUFFIXES: Final[dict[Kind, str]] = {"checksum": ".zip.sha256", "map": ".obfuscation_map.json", "bundle": ".zip"}
_IMPORTABLE: Final = (".zip", ".jsonl", ".jsonl.gz")
_NAME = re.compile(r"[\w][\w .()+@=,-]*", re.ASCII)
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
_MOST_NAME_BYTES = 180  # with what is put behind it, below what file systems take
_MOST_PATH_CHARACTERS = 4096
_MOST_FILES = 2000
_HEAD_BYTES = 64


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file of ours: *name* is its path below the folder."""

    name: str
    path: Path
    size_bytes: int
    modified_ms: int


class OutputFolder:
    """A folder and what lies in it, two levels deep."""

    def __init__(self, root: Path) -> None:
        self.root: Final = root.resolve()

    def new_bundle(self, name: str, folder: str = "") -> Path:
        """Where a new bundle of this *name* goes, in *folder* (below the root or named whole); nothing is made.

        Raises:
            InvalidInput: the name is none, is taken, or leads out of the root.
        """
        name = name if name.endswith(".zip") else f"{name}.zip"
        if not _NAME.fullmatch(name) or _RESERVED.fullmatch(name) or len(name) > _MOST_NAME_BYTES:
            raise InvalidInput(
                "cannot use the file name: it is none that every system takes",
                hint="letters, digits, dots, dashes and blanks; the folder has a field of its own",
                field="file_name",
            )
        path = self._below(folder, "folder") / name
        if len(path.relative_to(self.root).parts) > 2:
            raise InvalidInput("cannot use the folder: it lies too deep", hint="one folder below", field="folder")
        if path.exists():
            raise InvalidInput(
                f"cannot write {name}: a file of that name exists", hint="choose another name", field="file_name"
            )
        return path

    def make_folder(self, folder: Path) -> None:
        """Make *folder*, which ``new_bundle`` gave, unless it is there.

        Raises:
            OutputFailed: it cannot be made.
        """
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            why = (error.strerror or "").lower()
            raise OutputFailed(f"cannot make {folder}: {why}", hint="choose another folder") from error

    def file(self, given: str, *kinds: Kind, field: str = "path") -> Path:
        """The file of one of *kinds* that *given* names, below the root or whole; *field* is where it was given.

        Raises:
            InvalidInput: it leads out of the root, is no file of these kinds, or is not there.
        """
        path = self._below(given, field)
        refusal = InvalidInput(
            "cannot use the path: there is no bundle, checksum or map of this name in the output folder", field=field
        )
        if _found(path, self.root) is None or kind_of(path) not in kinds:
            raise refusal
        return path

    def source(self, given: str) -> Path:
        """The file below the root that *given* names and that may be imported, by its name alone.

        Raises:
            InvalidInput: it leads out of the root, is no such file, or is not there.
        """
        path = self._below(given, "path")
        if not path.name.endswith(_IMPORTABLE) or _found(path, self.root) is None:
            raise InvalidInput(
                "cannot use the path: there is no file to import of this name in the output folder",
                hint="its name ends in .zip, .jsonl or .jsonl.gz",
                field="path",
            )
        return path

    def sources(self) -> Iterator[FoundFile]:
        """All such files, those of the root first."""
        found = (_found(path, self.root) for suffix in _IMPORTABLE for path in self.paths(suffix))
        yield from filter(None, found)

    def files(self, kind: Kind) -> Iterator[FoundFile]:
        """All files of *kind*, those of the root first."""
        for path in self.paths(_SUFFIXES[kind]):
            if (found := _found(path, self.root)) and kind_of(path) == kind:
                yield found

    def folders(self) -> tuple[Path, ...]:
        """The root, and the folders in it."""
        return (self.root, *sorted(_folders(self.root)))

    def paths(self, suffix: str) -> Iterator[Path]:
        """What ends in *suffix*, in the root and in its folders; no link is followed."""
        for folder in self.folders():
            try:
                names = sorted(entry.name for entry in os.scandir(folder) if not entry.is_symlink())
            except OSError:
                continue
            yield from (folder / name for name in names[:_MOST_FILES] if name.endswith(suffix))

    @property
    def free_bytes(self) -> int:
        """How much can still be written."""
        try:
            return shutil.disk_usage(self.root).free
        except OSError:
            return 0

    def is_writable(self, folder: Path) -> bool:
        """Whether this user may make files in *folder*, or make it."""
        return os.access(folder if folder.exists() else folder.parent, os.W_OK | os.X_OK)

    def _below(self, given: str, field: str) -> Path:
        """*given* below the root, free of links."""
        refusal = InvalidInput("cannot use the path: it leads out of the output folder", field=field)
        if len(given) > _MOST_PATH_CHARACTERS or any(ord(character) < 32 for character in given) or "\\" in given:
            raise refusal
        path = self.root / given
        if ".." in path.parts or not path.is_relative_to(self.root):
            raise refusal
        try:
            straight = path.resolve() == path
        except (OSError, RuntimeError, ValueError):
            straight = False
        if not straight:
            raise refusal
        return path


def _found(path: Path, root: Path) -> FoundFile | None:
    """What stands at *path*, unless it is no plain file, or went away meanwhile."""
    try:
        status = path.lstat()
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(status.st_mode):
        return None
    return FoundFile(path.relative_to(root).as_posix(), path, status.st_size, status.st_mtime_ns // 1_000_000)


def kind_of(path: Path) -> Kind | None:
    """What *path* is, by its name and, for a bundle, by how it begins; None for all that no export makes."""
    for kind, suffix in _SUFFIXES.items():
        if path.name.endswith(suffix):
            return kind if kind != "bundle" or _begins_as_bundle(path) else None
    return None


def _begins_as_bundle(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError:
        return False
    return head.startswith(b"PK\x03\x04") and any(entry.encode() in head for entry in ENTRIES.values())


def _folders(root: Path) -> list[Path]:
    try:
        names = [entry.name for entry in os.scandir(root) if entry.is_dir(follow_symlinks=False)]
    except OSError:
        return []
    return [root / name for name in names if name != UPLOADS]  # what came in is no export of ours
