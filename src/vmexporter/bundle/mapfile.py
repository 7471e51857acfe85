"""Obfuscation maps as files: mode 0600, written whole or not at all, encrypted where the owner wants it.

An encrypted one is a JSON object of one line: how the key was made, nonce and ciphertext. Neither the map's id nor its
size in entries can be read off it without the passphrase, which is asked for only when a file is found to need it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from vmexporter.bundle.files import write_private
from vmexporter.bundle.sealing import CIPHER, Seal, from_text, split_nonce, to_text
from vmexporter.core.privacy.mapping import FORMAT, PseudonymMap
from vmexporter.errors import BundleDamaged, InvalidInput

SEALED_FORMAT: Final = "vmexporter-encrypted-map"
SEALED_VERSION: Final = 1

AskPassphrase = Callable[[], str]
"""Gives the passphrase; called only when it is needed."""


def read_map(path: Path, passphrase: AskPassphrase | None = None) -> PseudonymMap:
    """The map in *path*; *passphrase* is called if the file is encrypted.

    Raises:
        InvalidInput: the file cannot be read, or its passphrase is missing or another one.
        BundleDamaged: it is no map of a known version, contradicts itself, or was changed after it was encrypted.
    """
    return PseudonymMap.from_json(_plain(path, passphrase))


def read_map_document(path: Path, passphrase: AskPassphrase | None = None) -> dict[str, Any]:
    """The map as the JSON object that it is, for whoever wants no more of it than its documented format.

    Raises:
        InvalidInput, BundleDamaged: as ``read_map``, but its entries are not looked into.
    """
    document = _object(_plain(path, passphrase))
    if document is None or document.get("format") != FORMAT:
        raise BundleDamaged(f"cannot use the map {path}: it does not say that its format is {FORMAT}")
    return document


def is_encrypted(path: Path) -> bool:
    """Whether the file says that it is an encrypted map.

    Raises:
        InvalidInput: it cannot be read.
    """
    return _envelope(_content(path)) is not None


def write_map(path: Path, pseudonyms: PseudonymMap, passphrase: str | Seal = "") -> None:
    """Write the map to a new file, encrypted with *passphrase* (or with a seal that was made of one).

    Raises:
        OutputFailed: the file exists, or cannot be written.
    """
    text = pseudonyms.to_json().encode()
    if passphrase:
        text = _sealed(text, Seal.make(passphrase) if isinstance(passphrase, str) else passphrase)
    write_private(path, text)


def _sealed(text: bytes, seal: Seal) -> bytes:
    head = {"format": SEALED_FORMAT, "version": SEALED_VERSION, "kdf": dict(seal.kdf), "cipher": CIPHER}
    nonce, ciphertext = split_nonce(seal.close(text, _context(head)))
    # Without a line end, no byte of the file could be another one unnoticed.
    return json.dumps(
        {**head, "nonce": to_text(nonce), "ciphertext": to_text(ciphertext)}, separators=(",", ":")
    ).encode()


def _plain(path: Path, passphrase: AskPassphrase | None) -> bytes:
    """The text of a map, opened if it is encrypted."""
    content = _content(path)
    envelope = _envelope(content)
    if envelope is None:
        return content
    if envelope.get("version") != SEALED_VERSION or envelope.get("cipher") != CIPHER:
        raise BundleDamaged(
            f"cannot open the map {path}: it is encrypted in a way that is not known to this program",
            hint="use the vmexporter that wrote it, or a newer one",
        )
    if passphrase is None:
        raise InvalidInput(
            f"cannot open the map {path}: it is encrypted, and no passphrase was given",
            hint="use --passphrase-file or $VMEXPORTER_MAP_PASSPHRASE",
            field="passphrase",
        )
    seal = Seal.again(envelope.get("kdf"), passphrase(), f"the map {path}")
    head = {name: envelope.get(name) for name in ("format", "version", "kdf", "cipher")}
    try:
        return seal.open(from_text(envelope.get("nonce")) + from_text(envelope.get("ciphertext")), _context(head))
    except ValueError:
        raise BundleDamaged(
            f"cannot open the map {path}: it is not as it was when it was encrypted",
            hint="the passphrase is right, but the file is damaged or was changed: take another copy of it",
        ) from None


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"cannot read the map {path}: {(error.strerror or '').lower()}", field="map") from error


def _envelope(content: bytes) -> dict[str, Any] | None:
    """The JSON object of an encrypted map; None for everything else. A plain map may be large: it is not read twice."""
    document = _object(content) if SEALED_FORMAT.encode() in content else None
    return document if document is not None and document.get("format") == SEALED_FORMAT else None


def _object(text: bytes) -> dict[str, Any] | None:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _context(head: dict[str, Any]) -> bytes:
    """What is in clear, in one spelling: it is authenticated with the ciphertext."""
    return json.dumps(head, sort_keys=True, separators=(",", ":")).encode()
