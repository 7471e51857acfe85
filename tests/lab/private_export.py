"""Exports as a user does, then searches all that the export left behind for private strings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.lab.canaries import Canaries
from tests.lab.commandline import Bundle, Ran, run
from tests.lab.private_search import found_in

MAP_MARK = ".obfuscation_map."


@dataclass(frozen=True)
class Exported:
    """An export: the files in *folder*, and what it printed, which lies there too."""

    folder: Path
    ran: Ran

    @property
    def bundle(self) -> Path:
        """The ZIP."""
        [path] = self.folder.glob("*.zip")
        return path

    @property
    def content(self) -> Bundle:
        """What is in it."""
        return Bundle.read(self.bundle)

    @property
    def map_path(self) -> Path:
        """The map."""
        [path] = (path for path in self.folder.iterdir() if MAP_MARK in path.name)
        return path

    def found(self, planted: Mapping[str, str]) -> str:
        """Which of *planted* can be found in anything but the map, a line each."""
        return found_in(planted, [path for path in sorted(self.folder.iterdir()) if MAP_MARK not in path.name])

    def found_anywhere(self, planted: Mapping[str, str]) -> str:
        """The same, the map too."""
        return found_in(planted, sorted(self.folder.iterdir()))

    def check(self, canaries: Canaries) -> None:
        """No private word in anything but the map, no secret anywhere."""
        leaks = [*self.found(canaries.everything).split("\n"), *self.found_anywhere(canaries.secret_words).split("\n")]
        found = sorted(set(filter(None, leaks)))
        assert not found, f"{len(found)} leaks:\n" + "\n".join(found)


def export(url: str, *arguments: str | Path, folder: Path) -> Exported:
    """Run ``vmexporter export`` into the new folder *folder*; the test fails when it refuses."""
    folder.mkdir()
    ran = run("export", url, *arguments, "-o", f"{folder}/")
    (folder / "stdout.txt").write_text(ran.out)
    (folder / "stderr.txt").write_text(ran.err)
    reports = "\n".join(path.read_text() for path in folder.glob("*report*"))
    assert ran.status == 0, f"exit status {ran.status}: {ran.err}\n{reports}"
    return Exported(folder, ran)
