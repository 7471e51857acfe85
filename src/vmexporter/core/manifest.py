"""The bundle's ``metadata.json`` ⇄ model, and what a reader must refuse.

The keys that bundles of older tools have (export_id, export_date, time_range, components, jobs, metrics_count,
obfuscated) keep their places and meanings. A manifest is made from the safe side only: no original of a mapped value
stands in it.
"""

from __future__ import annotations

import json
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from vmexporter.core.formats import ENTRIES, Format
from vmexporter.errors import BundleDamaged

SCHEMA_VERSION = 1
Rung = Literal["export", "raw", "query_range", "native"]


class Part(BaseModel):
    """Base of the manifest's models: frozen; keys of later minor versions are kept out of the way."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    @field_validator("*", mode="before")
    @classmethod
    def _text(cls, value: object) -> object:
        """Label values may hold bytes that are no UTF-8 (surrogates, in text); JSON has no place for them."""
        if isinstance(value, str):
            return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        return tuple(map(cls._text, value)) if isinstance(value, tuple) else value


class Range(Part):
    """The exported range in RFC 3339 and in Unix milliseconds; both ends are part of it."""

    start: str
    end: str
    start_ms: int
    end_ms: int


class Source(Part):
    """The server: its kind, the versions found, the tenant (``hidden`` when it would tell something)."""

    kind: str
    versions: tuple[str, ...] = ()
    tenant: str = ""


class ComponentEntry(Part):
    """One component: how many instances in which jobs (as they stand in the bundle), in which versions."""

    name: str
    jobs: tuple[str, ...]
    instances: int
    versions: tuple[str, ...] = ()


class SelectionEntry(Part):
    """What was chosen, as far as it may be told; selectors and expression are ``hidden`` in an obfuscated bundle."""

    mode: Literal["components", "selectors", "query"]
    selectors: tuple[str, ...] = ()
    query: str = ""
    step_ms: int = 0


class WindowEntry(Part):
    """One committed window; ``step_ms`` is 0 where every sample is in, ``bytes`` are those of its text.

    ``lines`` are blocks in a native bundle; ``samples`` are those of the window, though blocks may reach beyond it.
    """

    start_ms: int
    end_ms: int
    rung: Rung
    lines: int
    samples: int
    step_ms: int = 0
    partial: bool = False
    bytes: int = 0


class CountsEntry(Part):
    """Totals of the metrics: distinct series, samples in the range, lines or blocks, bytes of text."""

    series: int
    samples: int
    lines: int
    bytes: int
    blocks: int = 0


class AuditEntry(Part):
    """What the audit of the finished bundle looked for; a bundle in which something is found is never published."""

    originals: int
    found: int = 0


class PolicyEntry(Part):
    """The label policy as applied, by label name as it stands in the bundle.

    ``mapped_labels`` have values that are pseudonyms, ``kept_labels`` were left alone by choice, ``own_words`` is how
    many words had to vanish. ``merged_series`` fell together because labels were dropped.
    """

    level: Literal["support", "strict", "none"] = "none"
    mapped_labels: tuple[str, ...] = ()
    kept_labels: tuple[str, ...] = ()
    dropped_labels: tuple[str, ...] = ()
    own_words: int = 0
    merged_series: int = 0
    audit: AuditEntry | None = None


class ConversionEntry(Part):
    """What a converted bundle was before; ``server`` is the release of the VictoriaMetrics that it went through.

    ``sha256`` is that of the metrics then, ``samples`` and ``rungs`` are theirs, ``version`` is that of the converter.
    """

    format: Format
    sha256: str
    samples: int
    rungs: tuple[Rung, ...]
    server: str
    version: str
    date: str


class Manifest(Part):
    """Everything a reader needs to know about a bundle before it reads the data."""

    schema_version: int = SCHEMA_VERSION
    tool: str = "vmexporter"
    version: str
    export_id: str
    export_date: str
    time_range: Range
    components: tuple[str, ...]
    jobs: tuple[str, ...]
    metrics_count: int
    obfuscated: bool
    format: Format = "jsonl"
    source: Source
    selection: SelectionEntry
    component_details: tuple[ComponentEntry, ...] = ()
    rungs: tuple[Rung, ...]
    partial: bool
    partial_reasons: tuple[str, ...] = ()
    counts: CountsEntry
    sha256: dict[str, str]
    map_id: str = ""
    label_policy: PolicyEntry = PolicyEntry()
    windows: tuple[WindowEntry, ...] = ()
    converted: ConversionEntry | None = None

    @property
    def entry(self) -> str:
        """The name of the metrics in the bundle."""
        return ENTRIES[self.format]

    def to_json(self) -> str:
        """The text of metadata.json."""
        return self.model_dump_json(indent=2) + "\n"


def read_manifest(text: bytes) -> Manifest:
    """The manifest that *text* is.

    Raises:
        BundleDamaged: it is no JSON, lacks something, or is of a schema that this version does not know.
    """
    try:
        version = json.loads(text).get("schema_version")
    except (ValueError, AttributeError, RecursionError) as error:
        raise BundleDamaged("cannot read the bundle: its metadata.json is no JSON object") from error
    if version is None:
        raise BundleDamaged(
            "cannot read the bundle: its metadata.json has no schema version, so it is of another tool",
            hint="vmexporter import, open and report read such bundles, too",
        )
    if version != SCHEMA_VERSION:
        raise BundleDamaged(
            f"cannot read the bundle: its metadata has schema version {version!r:.40}, not {SCHEMA_VERSION}",
            hint="use a newer vmexporter, or the tool that made the bundle",
        )
    try:
        return Manifest.model_validate_json(text)
    except ValidationError as error:
        places = ", ".join(".".join(map(str, problem["loc"])) for problem in error.errors()[:3])
        raise BundleDamaged(f"cannot read the bundle: its metadata.json is not of its schema: {places}") from error
