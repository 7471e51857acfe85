"""What of files to import is told: which there are, and what one tells of itself."""

from __future__ import annotations

from pathlib import Path

from vmexporter.bundle.metricsfile import MetricsFile
from vmexporter.bundle.uploads import Uploads
from vmexporter.core.importing.told import Told
from vmexporter.core.manifest import Manifest
from vmexporter.web.answers import legible
from vmexporter.web.importanswers import SourceAnswer, SourceFile, SourcesAnswer
from vmexporter.web.outputs import OutputFolder


def sources_answer(uploads: Uploads, folder: OutputFolder) -> SourcesAnswer:
    """All files that can be imported."""
    sent = [
        SourceFile(upload=one.identity, path="", name=one.name, bytes=one.size_bytes, modified_ms=one.modified_ms)
        for one in uploads.all()
    ]
    there = [
        SourceFile(
            upload="",
            path=legible(str(one.path)),
            name=legible(one.name),
            bytes=one.size_bytes,
            modified_ms=one.modified_ms,
        )
        for one in folder.sources()
    ]
    newest_first = sorted((*sent, *there), key=lambda one: -one.modified_ms)
    return SourcesAnswer(sources=tuple(newest_first), room_bytes=uploads.room_bytes)


def source_answer(file: MetricsFile, path: Path) -> SourceAnswer:
    """What *file*, which was opened and checked, tells of itself."""
    told = _of_ours(file.manifest) if file.manifest else _of_others(file.told or Told())
    return SourceAnswer(
        name=legible(path.name),
        kind=file.kind,
        form=file.form,
        bytes=file.file_bytes,
        text_bytes=file.text_bytes,
        checked=file.manifest is not None and not file.damage,
        damage=tuple(map(legible, file.damage)),
        notes=tuple(map(legible, file.notes)),
        **legible(told),
    )


def _of_ours(manifest: Manifest) -> dict[str, object]:
    return {
        "series": manifest.counts.series,
        "samples": manifest.counts.samples,
        "first_ms": manifest.time_range.start_ms,
        "last_ms": manifest.time_range.end_ms,
        "components": manifest.components,
        "jobs": manifest.jobs,
        "versions": manifest.source.versions,
        "obfuscated": manifest.obfuscated,
        "made_by": f"{manifest.tool} {manifest.version}",
    }


def _of_others(told: Told) -> dict[str, object]:
    return {
        "series": None,
        "samples": None,
        "first_ms": None,
        "last_ms": None,
        "components": told.components,
        "jobs": told.jobs,
        "versions": (),
        "obfuscated": told.obfuscated,
        "made_by": "",
    }
