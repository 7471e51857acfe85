"""What a flow tells while it runs: frozen events, made from the safe side only, in the order in which things happen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vmexporter.core.components import Instance
from vmexporter.core.formats import Format
from vmexporter.core.manifest import Manifest, Rung
from vmexporter.tsdb.probe import Probe

if TYPE_CHECKING:
    from vmexporter.flows.auditing import AuditReport


class Event:
    """Base of all events."""


@dataclass(frozen=True, slots=True)
class Waiting(Event):
    """Nothing to tell yet: a server is being asked. It gives the caller a chance to stop."""


@dataclass(frozen=True, slots=True)
class Connected(Event):
    """The server answered, and this is what it is."""

    probe: Probe


@dataclass(frozen=True, slots=True)
class Discovered(Event):
    """The instances that will be exported (empty for selectors and expressions), for the operator's own eyes."""

    instances: tuple[Instance, ...]


@dataclass(frozen=True, slots=True)
class Planned(Event):
    """How the export will go; *estimated_samples* is None where it is unknown.

    *shares_ms*: how much of the range each window is, also of those that an interrupted export has already.
    """

    windows: int
    estimated_samples: int | None
    destination: Path | None
    shares_ms: tuple[float, ...]
    form: Format = "jsonl"


@dataclass(frozen=True, slots=True)
class Note(Event):
    """Something the operator should know; the export goes on."""

    text: str


@dataclass(frozen=True, slots=True)
class Retrying(Event):
    """A window failed and will be asked for again, in *wait_s* seconds."""

    why: str
    attempt: int
    wait_s: float


@dataclass(frozen=True, slots=True)
class Divided(Event):
    """A window was too heavy for the server; smaller ones take its place, each with its share of the range."""

    why: str
    into: int
    windows: int
    shares_ms: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class RungChanged(Event):
    """Samples come another way from here on."""

    rung: Rung
    why: str


@dataclass(frozen=True, slots=True)
class Progress(Event):
    """How far the export has come; *done* is a fraction, the rate is of this run, *eta_s* is None until it is known."""

    windows_done: int
    windows: int
    done: float
    samples: int
    text_bytes_per_s: float
    bundle_bytes: int
    elapsed_s: float
    eta_s: float | None


@dataclass(frozen=True, slots=True)
class Loading(Event):
    """A private VictoriaMetrics runs, and takes the bundle's metrics; *release* is "" where it does not say."""

    release: str


@dataclass(frozen=True, slots=True)
class Auditing(Event):
    """All samples are there; the finished ZIP is searched for anything private before it gets its name."""


@dataclass(frozen=True, slots=True)
class Finished(Event):
    """The bundle is complete; *bundle* and *sha256* are empty when lines were streamed instead.

    *audit* is what the search of the finished ZIP says, where there was one: that it found nothing.
    """

    manifest: Manifest
    bundle: Path | None
    sha256: str
    bundle_bytes: int
    obfuscation_map: Path | None
    elapsed_s: float
    audit: AuditReport | None = None
