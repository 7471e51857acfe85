"""Files that are the operator's alone: made new with mode 0600, never over something that exists.

Every error of the file system becomes ``OutputFailed`` here, with what to do about it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, Final

from vmexporter.errors import OutputFailed

if sys.platform != "win32":
    import fcntl

_HINTS: Final = {
    errno.ENOSPC: "free some space, then run vmexporter resume on the .part file if there is one",
    errno.EDQUOT: "the quota is used up: free some space, then run vmexporter resume on the .part file if there is one",
    errno.EACCES: "choose another folder with -o, or run as a user who may write there",
    errno.EPERM: "choose another folder with -o, or run as a user who may write there",
    errno.EROFS: "the file system is read-only: choose another folder with -o",
    errno.EEXIST: "nothing was overwritten: choose another name, or move away what is there",
    errno.ESTALE: "somebody else writes to this folder: choose one with -o that is yours alone",
    errno.ENOENT: "make the folder first, or choose another with -o",
}


@contextlib.contextmanager
def output_errors(path: Path) -> Iterator[None]:
    """Turn an ``OSError`` within the block into ``OutputFailed`` that names *path*."""
    try:
        yield
    except OSError as error:
        why = (error.strerror or type(error).__name__).lower()
        raise OutputFailed(f"cannot write {path}: {why}", hint=_HINTS.get(error.errno or 0, "")) from error


def require_absent(path: Path) -> None:
    """Nothing, if no file is at *path*.

    Raises:
        OutputFailed: there is one.
    """
    with output_errors(path):
        if path.exists() or path.is_symlink():
            raise FileExistsError(errno.EEXIST, "a file of that name exists")


def create_private(path: Path) -> BinaryIO:
    """A new, unbuffered file of mode 0600, open for reading and writing.

    Raises:
        OutputFailed: it exists, or cannot be made.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    with output_errors(path):
        return os.fdopen(os.open(path, flags, 0o600), "r+b", buffering=0)


def new_folder(folder: Path) -> Path:
    """*folder*, made with mode 0700.

    Raises:
        OutputFailed: it exists, or cannot be made.
    """
    with output_errors(folder):
        folder.mkdir(mode=0o700)
    return folder


def remove_folder(folder: Path) -> None:
    """Remove a folder of ours with all that is in it, as far as that can be done."""
    shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """A new folder of mode 0700 below the system's temporary one ($TMPDIR), gone with all that is in it at the end.

    Raises:
        OutputFailed: it cannot be made.
    """
    parent = Path(tempfile.gettempdir())
    with output_errors(parent):
        folder = Path(tempfile.mkdtemp(prefix="vmexporter-", dir=parent))
    try:
        yield folder
    finally:
        remove_folder(folder)


def open_own(path: Path) -> BinaryIO:
    """A file that is there, unbuffered, open for reading and writing. What a link leads to is not ours to write to.

    Raises:
        OSError: it is not there, is a link, or may not be opened.
    """
    flags = os.O_RDWR | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    return os.fdopen(os.open(path, flags), "r+b", buffering=0)


def lock(file: BinaryIO, path: Path) -> None:
    """Take *file* for this process alone, until it is closed (where the platform has ``flock``).

    Raises:
        OutputFailed: another process has it.
    """
    if sys.platform == "win32":
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise OutputFailed(f"cannot write {path}: another vmexporter is at work on it") from error


def write_private(path: Path, content: bytes) -> None:
    """Make *path* with this content and bring it to the disk; a half-written file is removed again.

    Raises:
        OutputFailed: it exists, or cannot be written.
    """
    with create_private(path) as file:
        try:
            with output_errors(path):
                write_all(file, content)
                os.fsync(file.fileno())
        except OutputFailed:
            path.unlink(missing_ok=True)
            raise


def write_tree(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Make *folder* anew, the operator's alone, with these files, each by its path below it.

    Raises:
        OutputFailed: it exists, or cannot be written.
    """
    new_folder(folder)
    with output_errors(folder):
        for name in contents:
            (folder / name).parent.mkdir(0o700, parents=True, exist_ok=True)
    for name, content in contents.items():
        write_private(folder / name, content)


def remove(path: Path) -> None:
    """Remove a file of ours, if it is there.

    Raises:
        OutputFailed: it cannot be removed.
    """
    with output_errors(path):
        path.unlink(missing_ok=True)


def remove_idle(*paths: Path) -> None:
    """Remove the files of an interrupted run, those that are there; the first is the one that whoever resumes it locks.

    Raises:
        OutputFailed: another process is at work on it, or one cannot be removed.
    """
    with contextlib.ExitStack() as stack:
        with output_errors(paths[0]), contextlib.suppress(FileNotFoundError):
            lock(stack.enter_context(open_own(paths[0])), paths[0])
        if sys.platform == "win32":
            stack.close()  # an open file cannot be removed there, and there is no lock to be kept
        for path in paths:
            remove(path)


def write_all(file: BinaryIO, content: bytes) -> None:
    """Write all of *content* to an unbuffered file (a raw write may take only a part)."""
    view = memoryview(content)
    while view:
        view = view[file.write(view) :]


def require_in_place(path: Path, identity: os.stat_result) -> None:
    """Nothing, if *path* still names the file of this *identity*, and no link to it.

    Raises:
        OutputFailed: it does not: somebody else writes to the folder.
    """
    with output_errors(path):
        if not os.path.samestat(identity, path.lstat()):
            raise OSError(errno.ESTALE, "another file stands in its place")


def publish(part: Path, final: Path, identity: os.stat_result) -> None:
    """Give a finished file, known by its *identity*, its final name, never over another.

    Raises:
        OutputFailed: the name is taken, cannot be given, or would be that of another file.
    """
    require_in_place(part, identity)
    with output_errors(final):
        try:
            os.link(part, final)
        except (FileExistsError, FileNotFoundError):
            raise
        except OSError:  # a file system without hard links: reserve the name, then take it over
            _take_over(part, final)
        else:
            _require_own(final, identity)
            part.unlink()
        sync_folder(final.parent)


def _take_over(part: Path, final: Path) -> None:
    os.close(os.open(final, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        part.replace(final)
    except OSError:
        final.unlink()
        raise


def _require_own(final: Path, identity: os.stat_result) -> None:
    """Take the name back if it was given to what somebody put into the place of our file meanwhile."""
    try:
        require_in_place(final, identity)
    except OutputFailed:
        final.unlink()
        raise


def sync_folder(folder: Path) -> None:
    """Bring a folder's names to the disk, where the platform can."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
