"""What an export gave: its files, and a few series read back from the bundle, just as support will see them."""

from __future__ import annotations

import json
from pathlib import Path

from vmexporter.bundle.reader import metrics_text
from vmexporter.bundle.writer import BundlePaths
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
    looked_at, rest = 0, b""
    for block in metrics_text(bundle):
        *lines, rest = (rest + block).split(b"\n")
        for line in lines:
            series = _series(line)
            found.setdefault(series.name, series)
            if len(found) == _SHOWN:
                return tuple(found.values())
        looked_at += len(block)
        if looked_at > _LOOKED_AT_BYTES:
            break
    return tuple(found.values())


def _series(line: bytes) -> SampleData:
    document = json.loads(line.decode("utf-8", "replace"))
    labels = {str(name): str(value) for name, value in document["metric"].items()}
    last = document["values"][-1] if document["values"] else None
    return SampleData(name=labels.get("__name__", ""), labels=labels, value="" if last is None else str(last))
