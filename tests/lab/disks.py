"""A small disk: a tmpfs of its own, with a file that takes the space away."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.lab.processes import LabError

DISK_KB = 4_096
PAGE_KB = 4


class SmallDisk:
    """A tmpfs of ``DISK_KB`` at *root* while it is entered; it takes root to mount one, else LabError is raised."""

    def __init__(self, root: Path) -> None:
        self.root, self.folder = root, root / "out"

    def leave(self, free_kb: int) -> None:
        """Let so much be free, in whole pages."""
        filler = self.root / "filler"
        filler.unlink(missing_ok=True)
        now = os.statvfs(self.root)
        filler.write_bytes(bytes(max(now.f_bavail * now.f_frsize - free_kb * 1024, 0)))

    def allow_writing(self, *, allowed: bool) -> None:
        """Mount it anew, so that it can be written to or not."""
        self._run("mount", "-o", f"remount,{'rw' if allowed else 'ro'}", str(self.root))

    def __enter__(self) -> Self:
        self.root.mkdir()
        self._run("mount", "-t", "tmpfs", "-o", f"size={DISK_KB}k,mode=700", "vmexporter-test", str(self.root))
        self.folder.mkdir(mode=0o700)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._run("umount", "-l", str(self.root))

    @staticmethod
    def _run(*command: str) -> None:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise LabError(f"{command[0]} failed: {done.stderr.strip() or 'not permitted'}")
