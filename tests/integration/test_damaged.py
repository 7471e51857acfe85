"""What an interrupted export left, cut short or damaged: it is cut back to what is whole and completed, or refused."""

from __future__ import annotations

import json
import random
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import policies
from tests.fakes.faults import Answer, first_of, from_window, longer_than
from tests.fakes.proxy import FaultProxy
from tests.integration import faulty
from tests.integration.faulty import Site, check_failure, part_in, paths_in, resume_arguments
from tests.lab.commandline import run_here
from tests.lab.lines import line
from vmexporter.bundle.journal import WindowRecord
from vmexporter.core.plan import Plan
from vmexporter.core.request import ObfuscationChoice, Selection, TimeRange
from vmexporter.errors import BadExportLine, BundleDamaged, QueryRejected, VmexporterError
from vmexporter.flows.recount import Recount
from vmexporter.flows.running import Tally

pytestmark = pytest.mark.real
PLAN = Plan(TimeRange(start_ms=1_000, end_ms=1_999), Selection(), ObfuscationChoice())
site = faulty.site


@pytest.fixture(scope="module")
def left(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an export that was stopped: windows, divisions and pseudonyms are in its journal."""
    folder = tmp_path_factory.mktemp("left")
    plan = first_of(longer_than(45, Answer(422, b"too heavy")), from_window(14, Answer(403)))
    with FaultProxy(site.victoria.url, plan) as proxy:
        assert site.export(proxy.url, folder).error
    return folder


@pytest.fixture
def folder(left: Path, tmp_path: Path) -> Path:
    """A copy of it to be damaged."""
    return Path(shutil.copytree(left, tmp_path / "copy"))


def check(site: Site, folder: Path) -> VmexporterError | None:
    """Resume: either it is refused with a sentence, or the bundle is exact."""
    outcome = site.resume(folder, url=site.victoria.url)
    if outcome.error is None:
        site.check_bundle(folder)
    return outcome.error


class TestThePart:
    @pytest.mark.parametrize("share", [0.0, 0.0001, 0.001, 0.3, 0.77, 0.9999])
    def test_cut_short_is_completed(self, site: Site, folder: Path, share: float) -> None:
        part = paths_in(folder).part
        with part.open("r+b") as file:
            file.truncate(int(part.stat().st_size * share))
        assert check(site, folder) is None

    @pytest.mark.parametrize("seed", range(12))
    def test_damaged_anywhere_is_cut_back_and_completed(self, site: Site, folder: Path, seed: int) -> None:
        chance = random.Random(seed)
        part = paths_in(folder).part
        content = bytearray(part.read_bytes())
        for _ in range(chance.choice([1, 1, 20])):
            content[chance.randrange(100, len(content))] ^= 1 << chance.randrange(8)
        part.write_bytes(content)
        assert check(site, folder) is None

    def test_with_something_behind_it_is_completed(self, site: Site, folder: Path) -> None:
        with paths_in(folder).part.open("ab") as file:
            file.write(random.Random(1).randbytes(100_000))
        assert check(site, folder) is None

    def test_filled_with_zeros_is_completed(self, site: Site, folder: Path) -> None:
        part = paths_in(folder).part
        size = part.stat().st_size
        with part.open("r+b") as file:  # as some file systems leave it when the power fails
            file.truncate(size // 2)
            file.truncate(size)
        assert check(site, folder) is None

    def test_that_is_something_else_is_refused(self, site: Site, folder: Path) -> None:
        part = paths_in(folder).part
        part.write_bytes(b"PK\x03\x04 somebody else's archive " * 1000)
        before = part.read_bytes()
        assert isinstance(check(site, folder), BundleDamaged)
        assert part.read_bytes() == before

    def test_that_is_gone_is_refused(self, site: Site, folder: Path) -> None:
        paths_in(folder).part.unlink()
        check_failure(run_here("resume", str(paths_in(folder).part)), 9, "no such file")


class TestTheJournal:
    @pytest.mark.parametrize("seed", range(12))
    def test_damaged_anywhere_is_refused_or_completed(self, site: Site, folder: Path, seed: int) -> None:
        chance = random.Random(seed)
        journal = paths_in(folder).journal
        content = bytearray(journal.read_bytes())
        first_line = content.index(b"\n")
        in_header = seed < 4
        place = chance.randrange(first_line) if in_header else chance.randrange(first_line, len(content))
        content[place] ^= 1 << chance.randrange(7)
        journal.write_bytes(content)
        error = check(site, folder)
        assert isinstance(error, BundleDamaged) if in_header else error is None

    @pytest.mark.parametrize("share", [0.0, 0.05, 0.5, 0.8, 0.97])
    def test_cut_short_is_refused_or_completed(self, site: Site, folder: Path, share: float) -> None:
        journal = paths_in(folder).journal
        content = journal.read_bytes()
        kept = content[: int(len(content) * share)]
        journal.write_bytes(kept)
        error = check(site, folder)
        assert error is None if b"\n" in kept else isinstance(error, BundleDamaged)

    def test_with_a_line_left_out_is_refused_or_completed(self, site: Site, folder: Path, left: Path) -> None:
        lines = paths_in(left).journal.read_bytes().splitlines(keepends=True)
        errors = []
        for number in range(1, len(lines)):
            shutil.rmtree(folder)
            shutil.copytree(left, folder)
            paths_in(folder).journal.write_bytes(b"".join(lines[:number] + lines[number + 1 :]))
            errors.append(check(site, folder))
        assert all(error is None or isinstance(error, BundleDamaged) for error in errors)
        assert any(errors), "a window, or the division before it, is missing"

    @pytest.mark.parametrize("change", [{"format": 2}, {"format": "1"}, {"plan": {}}, {"map_key": "00"}])
    def test_of_another_version_is_refused(self, site: Site, folder: Path, change: dict[str, object]) -> None:
        journal = paths_in(folder).journal
        header, _, rest = journal.read_bytes().partition(b"\n")
        record = json.loads(header.partition(b" ")[2])
        record["header"] |= change
        text = json.dumps(record).encode()
        journal.write_bytes(b"%08x %b\n" % (zlib.crc32(text), text) + rest)
        assert isinstance(check(site, folder), BundleDamaged)

    def test_that_is_gone_is_refused(self, site: Site, folder: Path) -> None:
        paths_in(folder).journal.unlink()
        ran = run_here("resume", str(part_in(folder)))
        check_failure(ran, 9, "the journal", "cannot be read", "belong together")

    def test_that_is_something_else_is_refused(self, site: Site, folder: Path) -> None:
        paths_in(folder).journal.write_bytes(random.Random(1).randbytes(5_000))
        ran = run_here("resume", str(part_in(folder)))
        check_failure(ran, 9, "is no journal of a format that this version knows")


class TestTheRest:
    def test_series_of_a_damaged_window_do_not_count(self) -> None:
        counter = policies.counter()
        recount = Recount(counter, Tally(), PLAN)
        window = WindowRecord(1_000, 1_999, (), "export", 0, False, 1, 1)
        recount.on_text(window, line({"__name__": "whole"}, [1], [1_500]))
        recount.on_text(window, b"")
        recount.on_text(window, line({"__name__": "damaged"}, [1], [1_500]))
        assert counter.series == 1

    @pytest.mark.parametrize("damage", [b"x", b'"a"', b"\xff", b"{", b"\x00"])
    def test_damage_among_the_samples_is_damage_and_no_leak(self, damage: bytes) -> None:
        """Nothing of it was ever sent anywhere, and it is fetched again."""
        recount = Recount(policies.counter(), Tally(), PLAN)
        window = WindowRecord(1_000, 1_999, (), "export", 0, False, 1, 1)
        for broken in (b'"values":[' + damage, b'"timestamps":[' + damage):
            text = line({"__name__": "damaged"}, [1], [1_500])
            with pytest.raises((BadExportLine, QueryRejected)):
                recount.on_text(window, text.replace(broken[: -len(damage)], broken))

    def test_leftovers_of_finishing_are_replaced(self, site: Site, folder: Path) -> None:
        paths = paths_in(folder)
        for path in (paths.checksum, paths.obfuscation_map, paths.journal.with_name(paths.journal.name + ".new")):
            path.write_bytes(b"half of wh")
        assert check(site, folder) is None

    def test_a_bundle_of_somebody_else_is_not_overwritten(self, site: Site, folder: Path) -> None:
        paths_in(folder).bundle.write_bytes(b"mine")
        ran = run_here(*resume_arguments(folder), "--url", site.victoria.url, env=faulty.SECRETS)
        check_failure(ran, 11, "file exists")
        assert paths_in(folder).bundle.read_bytes() == b"mine"
        paths_in(folder).bundle.unlink()
        assert check(site, folder) is None

    def test_what_is_no_interrupted_export_is_refused(self, site: Site, tmp_path: Path) -> None:
        (tmp_path / "notes.txt").write_text("?")
        check_failure(run_here("resume", str(tmp_path / "notes.txt")), 2, "it is no interrupted export")
        check_failure(run_here("resume", str(tmp_path / "gone.zip.part")), 9, "the journal")

    def test_only_what_is_missing_is_asked_for(
        self, site: Site, folder: Path, start_fault_proxy: Callable[..., FaultProxy]
    ) -> None:
        proxy = start_fault_proxy(site.victoria.url)
        assert site.resume(folder, url=proxy.url).error is None
        asked = [request.param("start")[:16] for request in proxy.of("export") if request.is_window]
        assert "2021-01-30T10:00" not in asked
        assert "2021-01-30T10:09" in asked
        site.check_bundle(folder)
