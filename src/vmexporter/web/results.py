"""What the API gives about exports that ended and about files: one model for each answer."""

from __future__ import annotations

from typing import Any

from vmexporter.core.manifest import Manifest
from vmexporter.web.answers import Given


class AuditAnswer(Given):
    """What was searched for in the finished bundle; had something been found, there would be none."""

    originals: int
    spellings: int
    found: int


class SampleData(Given):
    """One series as it stands in the bundle."""

    name: str
    labels: dict[str, str]
    value: str


class ExportAnswer(Given):
    """A finished export. ``map_path`` is "" where no map was kept."""

    archive_path: str
    checksum_path: str
    map_path: str
    sha256: str
    bundle_bytes: int
    sample_data: tuple[SampleData, ...]
    manifest: Manifest
    audit: AuditAnswer | None


class FileAnswer(Given):
    """A file of the output folder; ``path`` is what download, inspect and ``map`` take."""

    name: str
    path: str
    bytes: int
    modified_ms: int


class BundlesAnswer(Given):
    """The bundles and maps in the output folder, the newest first."""

    bundles: tuple[FileAnswer, ...]
    maps: tuple[FileAnswer, ...]


class DestinationAnswer(Given):
    """Where a bundle would go, and whether it can."""

    path: str
    file_name: str
    folder: str
    writable: bool
    free_bytes: int


class InspectAnswer(Given):
    """A bundle that was found sound."""

    manifest: Manifest
    entries: tuple[dict[str, Any], ...]
    sha256: str
    bundle_bytes: int
    checksum_file: bool


class UploadAnswer(Given):
    """A file that was handed over to be imported; ``name`` is its own, made fit for every system."""

    id: str
    name: str
    bytes: int
    modified_ms: int
