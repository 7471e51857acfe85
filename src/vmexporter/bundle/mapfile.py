"""Obfuscation maps as files: mode 0600, written whole or not at all."""

from __future__ import annotations

from pathlib import Path

from vmexporter.bundle.files import write_private
from vmexporter.core.privacy.mapping import PseudonymMap
from vmexporter.errors import InvalidInput


def read_map(path: Path) -> PseudonymMap:
    """The map in *path*.

    Raises:
        InvalidInput: the file cannot be read.
        BundleDamaged: it is no map of a known version, or contradicts itself.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"cannot read the map {path}: {(error.strerror or '').lower()}", field="map") from error
    return PseudonymMap.from_json(text)


def write_map(path: Path, pseudonyms: PseudonymMap) -> None:
    """Write the map to a new file.

    Raises:
        OutputFailed: the file exists, or cannot be written.
    """
    write_private(path, pseudonyms.to_json().encode())
