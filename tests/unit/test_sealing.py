"""An encrypted map opens with its passphrase alone, tells nothing without it, and no changed byte passes."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vmexporter.bundle import sealing
from vmexporter.bundle.mapfile import is_encrypted, read_map, read_map_document, write_map
from vmexporter.bundle.sealing import BrokenSeal, Cost, Seal, from_text, to_text
from vmexporter.core.privacy.mapping import Entry, PseudonymMap
from vmexporter.errors import BundleDamaged, InvalidInput, OutputFailed

PASSPHRASE = "correct horse"
CHEAP = Cost(n=1 << 10)
ENTRIES = [
    Entry("ipv4-subnet", "10.20.30", "777.777.1"),
    Entry("ipv4", "10.20.30.40", "777.777.1.1"),
    Entry("job", "acme-vmstorage", "vmstorage-job-1"),
    Entry("label:customer", 'ACME "é\udc80"', "customer-7"),
]


def asked() -> str:
    return PASSPHRASE


def never() -> str:
    pytest.fail("nobody needs a passphrase here")


@pytest.fixture
def known() -> PseudonymMap:
    filled = PseudonymMap(bytes(range(32)))
    for entry in ENTRIES:
        filled.add(entry)
    return filled


@pytest.fixture
def encrypted(tmp_path: Path, known: PseudonymMap) -> Path:
    path = tmp_path / "map.json"
    write_map(path, known, Seal.make(PASSPHRASE, CHEAP))
    return path


def change(path: Path, **changes: Any) -> Path:
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))
    return path


def change_kdf(path: Path, **changes: Any) -> Path:
    return change(path, kdf={**json.loads(path.read_text())["kdf"], **changes})


def test_a_map_comes_back(encrypted: Path, known: PseudonymMap) -> None:
    assert is_encrypted(encrypted)
    assert read_map(encrypted, asked).to_json() == known.to_json()
    assert read_map_document(encrypted, asked) == json.loads(known.to_json())
    assert stat.S_IMODE(encrypted.stat().st_mode) == 0o600


def test_with_a_passphrase_alone_and_the_usual_cost(tmp_path: Path, known: PseudonymMap) -> None:
    write_map(tmp_path / "map", known, PASSPHRASE)
    assert read_map(tmp_path / "map", asked).to_json() == known.to_json()
    kdf = json.loads((tmp_path / "map").read_text())["kdf"]
    assert 128 * kdf["n"] * kdf["r"] == 128 << 20 and Cost().bearable


def test_a_plain_map_needs_no_passphrase(tmp_path: Path, known: PseudonymMap) -> None:
    known.add(Entry("name", '"vmexporter-encrypted-map"', "name-1"))
    known.add(Entry("name", '{"format":"vmexporter-encrypted-map"}', "name-2"))
    write_map(tmp_path / "map", known)
    assert read_map(tmp_path / "map", never).to_json() == known.to_json()
    assert read_map_document(tmp_path / "map", never) == json.loads(known.to_json())
    assert not is_encrypted(tmp_path / "map")


def test_nothing_of_the_content_is_in_clear(encrypted: Path, known: PseudonymMap) -> None:
    text = encrypted.read_bytes()
    words = [word for entry in known.entries() for word in entry]
    for word in (*words, known.map_id, known.key.hex(), PASSPHRASE, "vmexporter-obfuscation-map"):
        assert word.encode("utf-8", "surrogateescape") not in text
    assert set(json.loads(text)) == {"format", "version", "kdf", "cipher", "nonce", "ciphertext"}


def test_no_two_files_are_alike(tmp_path: Path, known: PseudonymMap) -> None:
    seal = Seal.make(PASSPHRASE, CHEAP)
    for name in "ab":
        write_map(tmp_path / name, known, seal)
    first, second = (json.loads((tmp_path / name).read_text()) for name in "ab")
    assert first["nonce"] != second["nonce"] and first["ciphertext"][:40] != second["ciphertext"][:40]
    assert Seal.make(PASSPHRASE, CHEAP).kdf["salt"] != seal.kdf["salt"]


@pytest.mark.parametrize("wrong", ["Correct horse", "correct horse ", "", "x" * 10_000])
def test_another_passphrase_is_told(encrypted: Path, wrong: str) -> None:
    before = encrypted.read_bytes()
    with pytest.raises(InvalidInput, match="the passphrase is not the one") as error:
        read_map(encrypted, lambda: wrong)
    assert error.value.field == "passphrase" and error.value.hint
    assert wrong == "" or wrong not in error.value.message + error.value.hint
    assert encrypted.read_bytes() == before


def test_a_missing_passphrase_is_told(encrypted: Path) -> None:
    with pytest.raises(InvalidInput, match="encrypted, and no passphrase") as error:
        read_map(encrypted)
    assert "VMEXPORTER_MAP_PASSPHRASE" in error.value.hint


def test_an_empty_passphrase_encrypts_nothing(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="empty"):
        Seal.make("")


def test_letters_with_accents_may_be_typed_in_two_ways(tmp_path: Path, known: PseudonymMap) -> None:
    write_map(tmp_path / "map", known, Seal.make("gru\u0308n", CHEAP))
    assert len(read_map(tmp_path / "map", lambda: "gr\u00fcn")) == len(known)


def test_each_flipped_byte_is_noticed(encrypted: Path) -> None:
    whole = encrypted.read_bytes()
    for at, byte in enumerate(whole):
        flipped = byte ^ (0x20 if chr(byte).isalpha() else 1)
        encrypted.write_bytes(whole[:at] + bytes([flipped]) + whole[at + 1 :])
        with pytest.raises((BundleDamaged, InvalidInput)):
            read_map(encrypted, asked)


def test_each_cut_is_noticed(encrypted: Path) -> None:
    whole = encrypted.read_bytes()
    for end in range(len(whole)):
        encrypted.write_bytes(whole[:end])
        with pytest.raises(BundleDamaged):
            read_map(encrypted, asked)


def test_a_damaged_file_is_not_taken_for_a_wrong_passphrase(encrypted: Path) -> None:
    sealed = bytearray(from_text(json.loads(encrypted.read_text())["ciphertext"]))
    sealed[20] ^= 4
    with pytest.raises(BundleDamaged, match="not as it was") as error:
        read_map(change(encrypted, ciphertext=to_text(bytes(sealed))), asked)
    assert "the passphrase is right" in error.value.hint


HOSTILE: Final[dict[str, list[Any]]] = {
    "n": [1 << 30, 1 << 19, 1000, 512, 0, -1024, True, 1024.0, "1024", None],
    "r": [1 << 20, 1 << 13, 0, -8, [8]],
    "p": [1 << 30, 1 << 13, 0, -1],
    "salt": [to_text(bytes(8)), to_text(bytes(65)), "no base64!", None],
    "check": [to_text(bytes(15)), "", 1],
    "name": ["argon2id", None],
}


@pytest.mark.parametrize("changes", [{name: value} for name, values in HOSTILE.items() for value in values])
def test_hostile_costs_are_refused_before_they_are_paid(
    encrypted: Path, changes: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "_derive", lambda *_: pytest.fail("it began to work"))
    with pytest.raises(BundleDamaged, match="its key"):
        read_map(change_kdf(encrypted, **changes), asked)


@pytest.mark.parametrize("kdf", [None, [], "scrypt", {}, 5])
def test_what_is_no_kdf_is_refused(encrypted: Path, kdf: object) -> None:
    with pytest.raises(BundleDamaged, match="its key"):
        read_map(change(encrypted, kdf=kdf), asked)


@pytest.mark.parametrize("changes", [{"version": 2}, {"version": None}, {"cipher": "rot13"}, {"cipher": None}])
def test_another_version_is_refused_before_anybody_is_asked(encrypted: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(BundleDamaged, match="not known to this program"):
        read_map(change(encrypted, **changes), never)


@pytest.mark.parametrize("name", ["nonce", "ciphertext"])
@pytest.mark.parametrize("value", [None, 5, "", "AA", "AAA=", "é", "A" * 16 + "\n"])
def test_what_is_no_ciphertext_is_refused(encrypted: Path, name: str, value: object) -> None:
    with pytest.raises(BundleDamaged, match="not as it was"):
        read_map(change(encrypted, **{name: value}), asked)


def test_what_is_in_clear_is_proven_too(encrypted: Path) -> None:
    """A field that somebody adds to the head is not let pass."""
    with pytest.raises(BundleDamaged, match="not as it was"):
        read_map(change_kdf(encrypted, note="x"), asked)


def test_too_little_memory_is_told(encrypted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cryptography.hazmat.primitives.kdf import scrypt

    def fail(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(scrypt, "Scrypt", fail)
    with pytest.raises(InvalidInput, match="128 MiB of memory"):
        Seal.make(PASSPHRASE)


@pytest.mark.parametrize("text", ["[]", "{}", "nothing", '{"format":"x"}', "[" * 100_000, ""])
@pytest.mark.parametrize("read", [read_map, read_map_document])
def test_what_is_no_map_is_refused(tmp_path: Path, text: str, read: Callable[..., object]) -> None:
    path = tmp_path / "map"
    path.write_text(text)
    with pytest.raises(BundleDamaged, match="cannot use the"):
        read(path, never)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    for read in (read_map, read_map_document, is_encrypted):
        with pytest.raises(InvalidInput, match="no such file"):
            read(tmp_path / "map")


def test_nothing_is_overwritten(encrypted: Path, known: PseudonymMap) -> None:
    before = encrypted.read_bytes()
    with pytest.raises(OutputFailed):
        write_map(encrypted, known, Seal.make(PASSPHRASE, CHEAP))
    assert encrypted.read_bytes() == before


def test_a_seal_shows_nothing() -> None:
    seal = Seal.make(PASSPHRASE, CHEAP)
    assert f"{seal} {seal!r} {[seal]}" == "<Seal> <Seal> [<Seal>]"
    assert PASSPHRASE not in repr(vars(seal))


@given(st.binary(max_size=200), st.binary(max_size=40), st.binary(max_size=40))
@settings(max_examples=200)
def test_a_text_opens_in_its_own_place_alone(text: bytes, context: bytes, other: bytes) -> None:
    seal = Seal(CHEAP, bytes(16), PASSPHRASE)
    sealed = seal.close(text, context)
    assert seal.open(sealed, context) == text
    if other != context:
        with pytest.raises(BrokenSeal):
            seal.open(sealed, other)
    with pytest.raises(BrokenSeal):
        seal.open(sealed[:-1], context)
