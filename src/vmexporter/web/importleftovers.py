"""Interrupted imports that are found when the server starts: their journals tell what is needed to go on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from vmexporter.bundle.files import lock
from vmexporter.bundle.importjournal import SUFFIX, read_import
from vmexporter.core.addresses import address_without_secrets
from vmexporter.errors import BundleDamaged, OutputFailed, VmexporterError
from vmexporter.web.importanswers import ImportSnapshot
from vmexporter.web.runlist import server_of


def import_id(source: Path | str, address: str, tenant: str) -> str:
    """The same for the same file and target, also after a restart: a page finds its run again.

    *address* is the one that data goes to, as it was typed.

    Raises:
        InvalidInput: it is none.
    """
    text = "\n".join((str(source), address_without_secrets(address), tenant))
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def interrupted(folders: Iterable[Path]) -> Iterator[tuple[Path, Path, ImportSnapshot]]:
    """Journal, source and snapshot of each import in *folders* that was interrupted and is nobody's now."""
    for folder in folders:
        for journal in sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else ():
            try:
                yield _told(journal)
            except (OSError, LookupError, TypeError, ValueError, VmexporterError):
                continue  # it is being written, or is none: it is nothing that could be gone on with


def _told(journal: Path) -> tuple[Path, Path, ImportSnapshot]:
    with journal.open("r+b", buffering=0) as file:
        lock(file, journal)
        state, _ = read_import(file.read())
    modified_ms = journal.stat().st_mtime_ns // 1_000_000
    if not state.is_known:
        raise BundleDamaged(f"cannot go on: {journal.name} is of another version")
    header = state.header
    source = Path(header["source"]["path"])
    if not source.is_file():
        raise OutputFailed(f"cannot go on: {source.name} is not there any more")
    address = header["insert_url"] or header["url"]
    snapshot = ImportSnapshot(
        id=import_id(source, address, header["tenant"]),
        state="interrupted",
        created_ms=modified_ms,
        started_ms=modified_ms,
        ended_ms=modified_ms,
        server=server_of(address),
        resumable=True,
        file_name=source.name,
        phase="sending",
    )
    return journal, source, snapshot
