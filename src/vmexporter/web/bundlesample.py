"""What an export gave: its files, and a few series read back from the bundle, just as support will see them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from vmexporter.bundle.reader import bundle_form, metrics_text
from vmexporter.bundle.writer import BundlePaths
from vmexporter.core.native.frames import Frames
from vmexporter.core.native.names import pairs_of
from vmexporter.core.privacy.labels import decode
from vmexporter.flows.events import Finished
from vmexporter.web.results import AuditAnswer, ExportAnswer, SampleData

_SHOWN = 8
_LOOKED_AT_BYTES = 4 << 20


def export_answer(done: Finished) -> ExportAnswer:
    """The answer about a finished bundle.

    Raises:
        BundleDamaged: it cannot be read back.
    """
    assert done.bundle is not None  # lines to a stream are the command line's
    report = done.audit
    return ExportAnswer(
        archive_path=str(done.bundle),
        checksum_path=str(BundlePaths(done.bundle).checksum),
        map_path=str(done.obfuscation_map or ""),
        sha256=done.sha256,
        bundle_bytes=done.bundle_bytes,
        sample_data=sample_data(done.bundle),
        manifest=done.manifest,
        audit=AuditAnswer(originals=report.originals, spellings=report.spellings, found=report.found)
        if report
        else None,
    )


def sample_data(bundle: Path) -> tuple[SampleData, ...]:
    """The first series of a few metrics.

    Raises:
        BundleDamaged: it cannot be read.
    """
    found: dict[str, SampleData] = {}
    looked_at = 0
    read = _of_blocks() if bundle_form(bundle) == "native" else _of_lines()
    for block in metrics_text(bundle):
        for series in read(block):
            found.setdefault(series.name, series)
            if len(found) == _SHOWN:
                return tuple(found.values())
        looked_at += len(block)
        if looked_at > _LOOKED_AT_BYTES:
            break
    return tuple(found.values())


def _of_lines() -> Callable[[bytes], Iterator[SampleData]]:
    rest = b""

    def read(block: bytes) -> Iterator[SampleData]:
        nonlocal rest
        *lines, rest = (rest + block).split(b"\n")
        for line in lines:
            document = json.loads(line.decode("utf-8", "replace"))
            last = document["values"][-1] if document["values"] else None
            yield _series(document["metric"], "" if last is None else str(last))

    return read


def _of_blocks() -> Callable[[bytes], Iterator[SampleData]]:
    """Series of a native bundle, without a value: blocks are not decoded."""
    frames = Frames()

    def read(block: bytes) -> Iterator[SampleData]:
        for name, _ in frames.feed(block):
            labels = {decode(label): decode(value) for label, value in pairs_of(bytes(name))}
            yield _series(labels, "")

    return read


def _series(labels: Mapping[str, object], value: str) -> SampleData:
    texts = {str(name): str(text) for name, text in labels.items()}
    return SampleData(name=texts.get("__name__", ""), labels=texts, value=value)
