"""A disk that is full at whatever moment: the error says so, and with space again the export goes on to the same."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.fakes.faults import Cut, at_windows
from tests.fakes.proxy import FaultProxy
from tests.integration import faulty
from tests.integration.faulty import Site, check_failure, resume_arguments, vmexporter
from tests.lab.disks import DISK_KB, PAGE_KB, SmallDisk
from tests.lab.processes import LabError
from vmexporter.errors import OutputFailed

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the small disk is a tmpfs"),
]
site = faulty.site


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with ExitStack() as stack:
        try:
            made = stack.enter_context(SmallDisk(tmp_path / "disk"))
        except LabError as error:
            pytest.skip(str(error))
        yield made


@pytest.fixture(scope="module")
def bundle_kb(site: Site, tmp_path_factory: pytest.TempPathFactory) -> int:
    """What a whole export takes on the disk."""
    folder = tmp_path_factory.mktemp("whole")
    site.export(site.victoria.url, folder).checked()
    return sum(path.stat().st_size for path in folder.iterdir()) // 1024


class TestOnTheCommandLine:
    @pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
    def test_full_then_free_again(self, site: Site, disk: SmallDisk, bundle_kb: int, share: float) -> None:
        disk.leave(int(bundle_kb * share))
        arguments = site.arguments(site.victoria.url, disk.folder)
        check_failure(vmexporter(arguments, disk.folder), 11, "no space left on device", "free some space")
        check_failure(vmexporter(resume_arguments(disk.folder), disk.folder), 11, "no space left on device")
        disk.leave(DISK_KB)
        assert vmexporter(resume_arguments(disk.folder), disk.folder).status == 0
        site.check_bundle(disk.folder)

    def test_full_from_the_beginning(self, site: Site, disk: SmallDisk) -> None:
        disk.leave(0)
        arguments = site.arguments(site.victoria.url, disk.folder)
        check_failure(vmexporter(arguments, disk.folder), 11, "no space left on device")
        assert not list(disk.folder.iterdir())


class TestAtEveryLevel:
    def fill_and_resume(self, site: Site, disk: SmallDisk, free_kb: int) -> str:
        """Run with so little space, then with a page more at a time, and then with enough; returns how it began."""
        disk.leave(free_kb)
        outcome = site.export(site.victoria.url, disk.folder)
        began = "complete" if outcome.error is None else "stopped"
        assert outcome.error is None or isinstance(outcome.error, OutputFailed), outcome.error
        if not list(disk.folder.iterdir()):
            return "nothing"
        for more_kb in (0, PAGE_KB, DISK_KB):
            if outcome.error is None:
                break
            disk.leave(more_kb)
            outcome = site.resume(disk.folder)
            assert outcome.error is None or isinstance(outcome.error, OutputFailed), outcome.error
        outcome.checked()
        site.check_bundle(disk.folder)
        for path in list(disk.folder.iterdir()):
            path.unlink()
        return began

    def test_near_the_end(self, site: Site, disk: SmallDisk, bundle_kb: int) -> None:
        """The last pages are those of the map, the directory, and the checksum."""
        levels = range(bundle_kb - 20, bundle_kb + 40, PAGE_KB)
        began = [self.fill_and_resume(site, disk, free_kb) for free_kb in levels]
        assert began[0] == "stopped"
        assert began[-1] == "complete"

    @pytest.mark.slow
    def test_everywhere(self, site: Site, disk: SmallDisk, bundle_kb: int) -> None:
        began = [self.fill_and_resume(site, disk, free_kb) for free_kb in range(0, bundle_kb + 40, PAGE_KB)]
        assert began == sorted(began, key=["nothing", "stopped", "complete"].index)

    def test_while_faults_are_met(
        self, site: Site, disk: SmallDisk, bundle_kb: int, start_fault_proxy: Callable[..., FaultProxy]
    ) -> None:
        plan = at_windows({2: Cut(30_000), 5: Cut(100_000, "rst"), 8: Cut(60_000, between_lines=True)})
        proxy = start_fault_proxy(site.victoria.url, plan)
        disk.leave(bundle_kb // 2)
        assert isinstance(site.export(proxy.url, disk.folder).error, OutputFailed)
        disk.leave(DISK_KB)
        site.resume(disk.folder).checked()
        site.check_bundle(disk.folder)


class TestFilesThatCannotBeWritten:
    @pytest.mark.parametrize("which", ["checksum", "obfuscation_map"])
    def test_at_the_end(self, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, which: str) -> None:
        path = getattr(faulty.paths_in(tmp_path), which)
        create = os.open

        def refuse(name: object, *arguments: int, **options: int) -> int:
            if str(name) == str(path):
                raise OSError(28, "No space left on device")
            return create(name, *arguments, **options)  # type: ignore[arg-type]

        monkeypatch.setattr(os, "open", refuse)
        outcome = site.export(site.victoria.url, tmp_path)
        assert isinstance(outcome.error, OutputFailed)
        assert str(path) in outcome.error.message
        monkeypatch.undo()
        site.resume(tmp_path).checked()
        site.check_bundle(tmp_path)
