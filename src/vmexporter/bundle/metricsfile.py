"""Opens whatever holds metrics to import: our bundles, those of other tools, JSON lines, gzipped or not.

What a file is, its first bytes say, not its name. Nothing is unpacked to the disk, no entry's name is used as a path,
and no more than a block is ever in memory. Standard input is kept in an unnamed temporary file, since a ZIP is read
from its end and an import reads twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Literal, Self

from vmexporter.core.formats import Format
from vmexporter.core.importing.told import Told
from vmexporter.core.manifest import Manifest

Kind = Literal["bundle", "foreign bundle", "gzip", "text"]


class MetricsFile:
    """One source of metrics, open; use it in a ``with``.

    Attributes:
        path: the file; None for standard input, which cannot be taken up again later.
        kind, form: what it is, and in which form its samples are.
        head: what a native text begins with (16 bytes); empty for JSON lines.
        manifest: that of our own bundles. told: what the manifest of another tool says.
        text_bytes: length of the text, as far as it is known before it is read (not for gzip).
        file_bytes, read_bytes: length of the file, and how far ``blocks`` has come in it: progress.
        notes: sentences for the user. damage: what ``force`` made the best of, found at opening or while reading.
    """

    path: Path | None
    kind: Kind
    form: Format
    head: bytes
    manifest: Manifest | None
    told: Told | None
    text_bytes: int | None
    file_bytes: int
    read_bytes: int
    notes: list[str]
    damage: list[str]

    def blocks(self, from_offset: int = 0) -> Iterator[bytes]:
        """The text from byte *from_offset* on, in blocks of at most a megabyte; may be asked for again.

        Lengths and checksums are compared at the end: read it through once (as a survey does) before anything is sent.

        Raises:
            BundleDamaged: they are wrong, or the file is torn; with ``force`` this ends the text and is in ``damage``.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Close the file."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_metrics(source: Path | BinaryIO, *, force: bool = False) -> MetricsFile:
    """Open *source*; our own bundles are checked first, whole (see ``bundle.reader.inspect``).

    Raises:
        BundleDamaged: it cannot be read, is not what its checksums promise, or holds no or several files of metrics.
        OutputFailed: standard input cannot be kept for lack of space.
    """
    raise NotImplementedError
