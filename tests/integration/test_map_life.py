"""A map's life on the command line: shown, merged, encrypted, decrypted; its passphrase is never an argument.

The last class follows an encrypted export from its first byte to its answer: no original is on the disk in clear.
"""

from __future__ import annotations

import getpass
import io
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from tests.fakes.faults import Drip, from_window
from tests.fakes.proxy import FaultProxy
from tests.integration import faulty
from tests.integration.faulty import SECRETS, Site, resume_arguments, started, vmexporter
from tests.lab.commandline import Bundle, run_here
from vmexporter.bundle.mapfile import is_encrypted, read_map, write_map
from vmexporter.bundle.reader import inspect
from vmexporter.bundle.sealing import Cost, Seal
from vmexporter.bundle.writer import BundlePaths
from vmexporter.cli.maps import PASSPHRASE_VARIABLE, MapAccess, decrypt, encrypt, merge, passphrase_source, show
from vmexporter.cli.options import FormatOptions
from vmexporter.core.privacy.mapping import Entry, PseudonymMap
from vmexporter.errors import InvalidInput, OutputFailed

PASSPHRASE = "correct horse"
PLAIN, JSON = FormatOptions(), FormatOptions(json=True)
ENV: Final = {**SECRETS, PASSPHRASE_VARIABLE: PASSPHRASE}
site = faulty.site


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PASSPHRASE_VARIABLE, raising=False)
    monkeypatch.setattr(sys, "stdin", io.StringIO())


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """``typed(*answers)`` puts somebody at the terminal; gives the questions that were asked."""

    def begin(*answers: str) -> list[str]:
        left, asked = list(answers), []

        def ask(prompt: str) -> str:
            asked.append(prompt)
            if not left:
                raise EOFError
            return left.pop(0)

        terminal = io.StringIO()
        terminal.isatty = lambda: True  # type: ignore[method-assign]
        monkeypatch.setattr(sys, "stdin", terminal)
        monkeypatch.setattr(getpass, "getpass", ask)
        return asked

    return begin


def cheap_seal() -> Seal:
    return Seal.make(PASSPHRASE, Cost(n=1 << 10))


def with_entries(*wanted: Entry) -> PseudonymMap:
    known = PseudonymMap(bytes(range(32)))
    for entry in wanted:
        known.add(entry)
    return known


JOB, NAME, OTHER = Entry("job", "acme", "job-1"), Entry("name", "globex", "name-1"), Entry("name", "hooli", "name-2")


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    write_map(tmp_path / "plain.json", with_entries(JOB, NAME))
    return tmp_path / "plain.json"


class TestPassphrases:
    def test_come_from_a_file_or_the_environment(
        self, tmp_path: Path, typed: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path, asked = tmp_path / "secret", typed("another")
        path.write_bytes("  grün und blau \r\n".encode())
        monkeypatch.setenv(PASSPHRASE_VARIABLE, PASSPHRASE)
        assert (passphrase_source(path)(), passphrase_source(None)()) == ("  grün und blau ", PASSPHRASE)
        assert asked == []

    def test_are_asked_for_once_and_only_when_needed(self, typed: Callable[..., list[str]]) -> None:
        asked = typed(PASSPHRASE, "another")
        source = passphrase_source(None)
        assert asked == []
        assert (source(), source(), len(asked)) == (PASSPHRASE, PASSPHRASE, 1)
        assert PASSPHRASE not in repr(source)

    def test_are_typed_twice_when_they_are_new(self, typed: Callable[..., list[str]]) -> None:
        asked = typed(PASSPHRASE, PASSPHRASE)
        assert passphrase_source(None, creating=True)() == PASSPHRASE
        assert len(asked) == 2 and "New" in asked[0]
        typed(PASSPHRASE, "correct house")
        with pytest.raises(InvalidInput, match="typed in two ways"):
            passphrase_source(None, creating=True)()

    @pytest.mark.parametrize("creating", [True, False])
    def test_are_not_empty(
        self, tmp_path: Path, typed: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch, creating: bool
    ) -> None:
        (tmp_path / "secret").write_text("\n")
        typed("", "")
        for path in (None, tmp_path / "secret"):
            with pytest.raises(InvalidInput, match="empty passphrase"):
                passphrase_source(path, creating=creating)()
        monkeypatch.setenv(PASSPHRASE_VARIABLE, "")
        with pytest.raises(InvalidInput, match="empty"):
            passphrase_source(None, creating=creating)()

    def test_that_cannot_be_had_are_told(self, tmp_path: Path, typed: Callable[..., list[str]]) -> None:
        with pytest.raises(InvalidInput, match="no terminal") as error:
            passphrase_source(None)()
        assert PASSPHRASE_VARIABLE in error.value.hint
        with pytest.raises(InvalidInput, match="no such file"):
            passphrase_source(tmp_path / "missing")()
        (tmp_path / "binary").write_bytes(b"\xff\xfe")
        with pytest.raises(InvalidInput, match="not text"):
            passphrase_source(tmp_path / "binary")()
        typed()
        with pytest.raises(InvalidInput, match="no passphrase was typed"):
            passphrase_source(None)()


class TestCommands:
    @pytest.fixture(autouse=True)
    def passphrase(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(PASSPHRASE_VARIABLE, PASSPHRASE)

    def test_encrypt_and_decrypt_are_a_way_and_back(self, plain: Path, capsys: pytest.CaptureFixture[str]) -> None:
        sealed, back = plain.with_name("sealed.json"), plain.with_name("back.json")
        encrypt(MapAccess(plain), sealed)
        assert is_encrypted(sealed) and b"acme" not in sealed.read_bytes()
        decrypt(MapAccess(sealed), back)
        assert back.read_bytes() == plain.read_bytes()
        assert {path.stat().st_mode & 0o777 for path in (sealed, back)} == {0o600}
        said = "".join(capsys.readouterr())
        assert "still there, in clear" in said and not any(word in said for word in ("acme", "job-1", PASSPHRASE))
        with pytest.raises(InvalidInput, match="encrypted already"):
            encrypt(MapAccess(sealed), plain.with_name("twice.json"))
        with pytest.raises(InvalidInput, match="not encrypted"):
            decrypt(MapAccess(plain), plain.with_name("twice.json"))

    def test_show_counts_and_shows_no_value(self, plain: Path, capsys: pytest.CaptureFixture[str]) -> None:
        known = read_map(plain)
        show(MapAccess(plain), JSON)
        told = json.loads(capsys.readouterr().out)
        assert told == {"map_id": known.map_id, "encrypted": False, "entries": 2, "kinds": {"name": 1, "job": 1}}
        encrypt(MapAccess(plain), plain.with_name("sealed.json"))
        show(MapAccess(plain.with_name("sealed.json")), PLAIN)
        said = capsys.readouterr().out
        assert known.map_id in said and "yes" in said
        assert not any(word in said for word in ("acme", "globex", "job-1", "name-1", known.key.hex()))

    @pytest.mark.parametrize("encrypted", [(), (0,), (1,), (0, 1)])
    def test_merge_keeps_an_encrypted_one_encrypted(self, tmp_path: Path, encrypted: Sequence[int]) -> None:
        for place, known in enumerate((with_entries(JOB, NAME), with_entries(JOB, OTHER))):
            write_map(tmp_path / f"{place}", known, cheap_seal() if place in encrypted else "")
        merge(tmp_path / "0", tmp_path / "1", tmp_path / "both")
        assert is_encrypted(tmp_path / "both") is bool(encrypted)
        merged = read_map(tmp_path / "both", lambda: PASSPHRASE)
        assert set(merged.entries()) == {JOB, NAME, OTHER}
        assert (tmp_path / "both").stat().st_mode & 0o777 == 0o600

    def test_nothing_is_overwritten(self, plain: Path) -> None:
        encrypt(MapAccess(plain), sealed := plain.with_name("sealed.json"))
        before = plain.read_bytes(), sealed.read_bytes()
        attempts = partial(merge, plain, plain, sealed), partial(encrypt, MapAccess(plain), plain)
        for attempt in (*attempts, partial(decrypt, MapAccess(sealed), plain)):
            with pytest.raises(OutputFailed, match="exists"):
                attempt()
        assert (plain.read_bytes(), sealed.read_bytes()) == before


@pytest.fixture
def private(site: Site, tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    look(site, tmp_path)


def look(site: Site, folder: Path) -> None:
    words = (*site.jobs, "10.7.0.1", "10.7.1.2", PASSPHRASE, '"map_key"')
    found = b"\n".join(path.read_bytes() for path in folder.iterdir())
    assert [word for word in words if word.encode() in found] == []


@pytest.mark.real
class TestEncryptedExport:
    def test_leaves_nothing_in_clear(
        self,
        site: Site,
        private: Path,
        start_fault_proxy: Callable[..., FaultProxy],
        tmp_path_factory: pytest.TempPathFactory,
    ) -> None:
        proxy = start_fault_proxy(site.victoria.url, from_window(3, Drip(8_000, 0.01)))
        process = started(site.arguments(proxy.url, private, "--encrypt-map"), ENV)
        until_s = time.monotonic() + 30
        while time.monotonic() < until_s and not has_windows(private, 2):
            look(site, private)
            time.sleep(0.01)  # the proxy is a thread of this process
        process.kill()
        process.communicate()
        assert has_windows(private, 2)
        before = [path.read_bytes() for path in sorted(private.iterdir())]
        for env, words in ((SECRETS, "no terminal"), ({**SECRETS, PASSPHRASE_VARIABLE: "wrong"}, "is not the one")):
            ran = vmexporter(resume_arguments(private), private, env)
            assert ran.status == 2 and words in ran.words
            assert [path.read_bytes() for path in sorted(private.iterdir())] == before
        ran = vmexporter(resume_arguments(private), private, ENV)
        assert ran.status == 0, ran
        [bundle] = private.glob("*.zip")
        paths = BundlePaths(bundle)
        assert set(private.iterdir()) == {bundle, paths.checksum, paths.obfuscation_map}
        known = read_map(paths.obfuscation_map, lambda: PASSPHRASE)
        assert inspect(bundle).manifest.map_id == known.map_id
        assert {known.pseudonym_of("job", job) for job in site.jobs} == set(inspect(bundle).manifest.jobs)
        self.check_way_back(site, paths, tmp_path_factory.mktemp("back"))

    def check_way_back(self, site: Site, paths: BundlePaths, folder: Path) -> None:
        """The encrypted map serves every command that takes one."""
        known = "--map", paths.obfuscation_map
        jobs = inspect(paths.bundle).manifest.jobs
        assert set(run_here("reveal", *known, *jobs, env=ENV).checked().out.split()) == set(site.jobs)
        assert "passphrase" in run_here("reveal", *known, *jobs).err
        run_here("audit", paths.bundle, *known, env=ENV).checked()
        ran = run_here("reveal", *known, "--bundle", paths.bundle, folder / "original.zip", env=ENV).checked()
        assert "do not send it" in ran.out
        assert Bundle.read(folder / "original.zip").samples == site.expected
        assert run_here("reveal", *known, "--bundle", paths.bundle, folder / "original.txt", env=ENV).status == 2


def has_windows(folder: Path, count: int) -> bool:
    """Whether the journal of an export under way has so many windows at least: behind head, header and one map."""
    return any(path.read_bytes().count(b"\n") >= 3 + count for path in folder.glob("*.journal"))
