"""The commands about maps: show, merge, encrypt, decrypt; reveal for a whole bundle; and where a passphrase comes from.

A passphrase comes from a file, the environment or a prompt, never from an argument, and only when a file needs it. What
was encrypted stays so: only ``map decrypt`` and ``reveal`` write in clear what an encrypted map holds.
"""

from __future__ import annotations

import functools
import getpass
import os
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vmexporter.bundle.mapfile import is_encrypted, read_map, write_map
from vmexporter.cli import render
from vmexporter.cli.options import FormatOptions
from vmexporter.cli.rewriting import Words, require_zip, rewrite
from vmexporter.core.privacy.mapping import PseudonymMap
from vmexporter.core.privacy.merging import merge as merge_maps
from vmexporter.errors import InvalidInput
from vmexporter.flows.revealing import reveal_bundle as reveal_events
from vmexporter.flows.world import World

PASSPHRASE_VARIABLE = "VMEXPORTER_MAP_PASSPHRASE"
_OTHERWISE = f"use --passphrase-file or ${PASSPHRASE_VARIABLE}"


@dataclass(frozen=True)
class MapAccess:
    """A map, and what may open it."""

    path: Path
    passphrase_file: Path | None = None


def passphrase_source(passphrase_file: Path | None, *, creating: bool = False) -> Callable[[], str]:
    """A function that gives the passphrase, asked for at its first call; twice when it is a new one (*creating*).

    The function raises InvalidInput when there is none, when it is empty, or when it cannot be read.
    """

    @functools.cache
    def passphrase() -> str:
        found = _passphrase(passphrase_file, twice=creating)
        if not found:
            raise InvalidInput("cannot use an empty passphrase", hint=_OTHERWISE, field="passphrase")
        return found

    return passphrase


def _passphrase(path: Path | None, *, twice: bool) -> str:
    if path is not None:
        try:
            return path.read_text("utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            why = (getattr(error, "strerror", "") or "it is not text").lower()
            raise InvalidInput(f"cannot read {path}: {why}", field="passphrase-file") from None
    if (given := os.environ.get(PASSPHRASE_VARIABLE)) is not None:
        return given
    if not sys.stdin.isatty():
        raise InvalidInput(
            "cannot ask for the map's passphrase: there is no terminal", hint=_OTHERWISE, field="passphrase"
        )
    try:
        found = getpass.getpass("New passphrase of the map: " if twice else "Passphrase of the map: ")
        if twice and found != getpass.getpass("The same again: "):
            raise InvalidInput("cannot use the passphrase: it was typed in two ways", field="passphrase")
    except EOFError:
        raise InvalidInput("cannot go on: no passphrase was typed", hint=_OTHERWISE, field="passphrase") from None
    return found


def show(access: MapAccess, form: FormatOptions) -> None:
    """Run ``map show``: how many entries of which kinds; no original and no pseudonym."""
    found = read_map(access.path, passphrase_source(access.passphrase_file))
    kinds = Counter(entry.kind for entry in found.entries())
    encrypted = is_encrypted(access.path)
    if form.json:
        render.print_json({"map_id": found.map_id, "encrypted": encrypted, "entries": len(found), "kinds": kinds})
        return
    facts: list[tuple[str, object]] = [
        ("map id", found.map_id),
        ("encrypted", "yes" if encrypted else "NO"),
        ("entries", render.count(len(found))),
    ]
    render.print_facts(access.path.name, [*facts, *((kind, render.count(number)) for kind, number in kinds.items())])


def merge(first: Path, second: Path, output: Path, passphrase_file: Path | None = None) -> None:
    """Run ``map merge``; the result is encrypted where one of the two is, with the same passphrase.

    Raises:
        InvalidInput: they contradict each other.
    """
    passphrase = passphrase_source(passphrase_file)
    merged = merge_maps(read_map(first, passphrase), read_map(second, passphrase))
    sealed = is_encrypted(first) or is_encrypted(second)
    write_map(output, merged, passphrase() if sealed else "")
    _tell(output, merged, encrypted=sealed)


def encrypt(access: MapAccess, output: Path) -> None:
    """Run ``map encrypt``.

    Raises:
        InvalidInput: it is encrypted.
    """
    if is_encrypted(access.path):
        raise InvalidInput(
            f"cannot encrypt {access.path}: it is encrypted already",
            hint="to give it another passphrase, decrypt it first",
            field="map",
        )
    found = read_map(access.path)
    write_map(output, found, passphrase_source(access.passphrase_file, creating=True)())
    _tell(output, found, encrypted=True)
    render.say(f"{access.path} is still there, in clear: delete it when you have tried the new one.", "yellow")


def decrypt(access: MapAccess, output: Path) -> None:
    """Run ``map decrypt``.

    Raises:
        InvalidInput: it is not encrypted, or with another passphrase.
    """
    if not is_encrypted(access.path):
        raise InvalidInput(f"cannot decrypt {access.path}: it is not encrypted", field="map")
    found = read_map(access.path, passphrase_source(access.passphrase_file))
    write_map(output, found)
    _tell(output, found, encrypted=False)


def reveal_bundle(bundle: Path, output: Path, access: MapAccess, form: FormatOptions) -> None:
    """Run ``reveal --bundle``.

    Raises:
        VmexporterError: it could not be finished; nothing is left of it.
    """
    require_zip(output)
    known = read_map(access.path, passphrase_source(access.passphrase_file))
    words = Words("Bundle revealed", "keep", "; NOT obfuscated: do not send it")
    rewrite(reveal_events(bundle, output, known, World()), output, words, form)


def _tell(output: Path, written: PseudonymMap, *, encrypted: bool) -> None:
    how = "encrypted" if encrypted else "in clear"
    entries = f"{render.count(len(written))} entries, map id {written.map_id}, {how}"
    render.print_facts("Map written", [("keep", f"{output} ({entries}; do not send it)")])
