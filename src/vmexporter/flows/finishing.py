"""The manifest and the README of a bundle: from the safe side only, so no original of a mapped value is in them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from vmexporter import __version__
from vmexporter.bundle.journal import WindowRecord
from vmexporter.core.components import FAMILY, UNKNOWN, Instance
from vmexporter.core.formats import Format
from vmexporter.core.lines import Counts
from vmexporter.core.manifest import (
    AuditEntry,
    ComponentEntry,
    CountsEntry,
    Manifest,
    PolicyEntry,
    Range,
    SelectionEntry,
    Source,
    WindowEntry,
)
from vmexporter.core.plan import Plan
from vmexporter.core.privacy.policy import LabelPolicy
from vmexporter.core.times import format_utc
from vmexporter.flows.counting import SeriesCounter
from vmexporter.flows.running import Tally
from vmexporter.flows.world import World
from vmexporter.tsdb.probe import Probe

_MAY_BE_MISSING = "a part of the server was down when components were looked for: some may be missing"
HIDDEN = "hidden"
_OWN_NAME = re.compile(r"(vmexporter-\d{8}T\d{6}Z-[a-z0-9]{6})\.zip")


@dataclass(frozen=True, slots=True)
class Identity:
    """Which export this is: its id and when it was begun."""

    export_id: str
    created_ms: int


def new_identity(bundle_name: str, created_ms: int, world: World) -> Identity:
    """The identity of a new export. Its id is the bundle's own name, unless its owner chose one that may tell more."""
    moment = datetime.fromtimestamp(created_ms / 1000, UTC)
    if found := _OWN_NAME.fullmatch(bundle_name):
        return Identity(found[1], created_ms)
    return Identity(f"vmexporter-{moment:%Y%m%dT%H%M%SZ}-{world.secret_bytes(3).hex()}", created_ms)


def with_audit(manifest: Manifest, originals: int) -> Manifest:
    """The same manifest, saying what the audit will have searched; if it finds something, nobody gets to read it."""
    policy = manifest.label_policy.model_copy(update={"audit": AuditEntry(originals=originals)})
    return manifest.model_copy(update={"label_policy": policy})


def make_manifest(identity: Identity, plan: Plan, found: Probe, policy: LabelPolicy, map_id: str) -> Manifest:
    """The manifest as far as it is known before the first sample: counts are 0, windows are none."""
    components = _components(plan.instances, policy)
    time_range = plan.time_range
    private = plan.obfuscation.enabled
    return Manifest(
        version=__version__,
        export_id=identity.export_id,
        export_date=format_utc(identity.created_ms),
        time_range=Range(
            start=format_utc(time_range.start_ms),
            end=format_utc(time_range.end_ms),
            start_ms=time_range.start_ms,
            end_ms=time_range.end_ms,
        ),
        components=tuple(entry.name for entry in components),
        jobs=tuple(sorted({job for entry in components for job in entry.jobs})),
        metrics_count=0,
        obfuscated=private,
        format=plan.form,
        source=Source(
            kind=found.kind,
            versions=tuple(
                dict.fromkeys(
                    (*_versions(found.versions, policy), *(name for entry in components for name in entry.versions))
                )
            ),
            tenant=policy.rewrite_value("tenant", found.tenant) or "",
        ),
        selection=_selection(plan),
        component_details=components,
        rungs=(),
        partial=plan.partial,
        partial_reasons=(_MAY_BE_MISSING,) if plan.partial else (),
        counts=CountsEntry(series=0, samples=0, lines=0, bytes=0),
        sha256={},
        map_id=map_id,
        label_policy=PolicyEntry(level=plan.obfuscation.level, own_words=len(plan.obfuscation.words)),
    )


def complete_manifest(manifest: Manifest, tally: Tally, counter: SeriesCounter, sha256: str) -> Manifest:
    """The same manifest with what the export has found out."""
    counts, applied = tally.counts, counter.policy.describe()
    return manifest.model_copy(
        update={
            "metrics_count": counts.lines,
            "rungs": tuple(dict.fromkeys(window.rung for window in tally.windows)),
            "partial": manifest.partial or any(window.partial for window in tally.windows),
            "partial_reasons": (
                *manifest.partial_reasons,
                *_partial_reasons(tally.windows, manifest.selection.mode),
            ),
            "counts": counts_entry(manifest.format, counter.series, counts),
            "sha256": {manifest.entry: sha256},
            "label_policy": manifest.label_policy.model_copy(
                update={f"{what}_labels": labels for what, labels in applied.items()}
                | {"merged_series": counter.merged}
            ),
            "windows": tuple(map(window_entry, tally.windows, tally.sizes)),
        }
    )


def counts_entry(form: Format, series: int, counts: Counts) -> CountsEntry:
    """The totals as the manifest has them: a native bundle holds blocks, the other one lines."""
    native = form == "native"
    return CountsEntry(
        series=series,
        samples=counts.samples,
        lines=0 if native else counts.lines,
        bytes=counts.text_bytes,
        blocks=counts.lines if native else 0,
    )


def window_entry(window: WindowRecord, size: int) -> WindowEntry:
    """A committed window as the manifest has it; *size* is that of its text in bytes."""
    return WindowEntry(
        start_ms=window.start_ms,
        end_ms=window.end_ms,
        rung=window.rung,
        lines=window.lines,
        samples=window.samples,
        step_ms=window.step_ms,
        partial=window.partial,
        bytes=size,
    )


def _partial_reasons(windows: Iterable[WindowRecord], mode: str) -> tuple[str, ...]:
    reasons: dict[str, None] = {}
    for window in windows:
        if window.partial and window.rung == "query_range" and mode != "query":
            reasons[
                "a part of the server was down, so it refused a complete export:"
                f" values at steps of {window.step_ms / 1000:g} s"
            ] = None
        elif window.partial:
            reasons["a part of the server was down while it answered"] = None
    return tuple(reasons)


def _selection(plan: Plan) -> SelectionEntry:
    selection, private = plan.selection, plan.obfuscation.enabled
    return SelectionEntry(
        mode=selection.mode,
        selectors=tuple(HIDDEN for _ in selection.selectors) if private else selection.selectors,
        query=HIDDEN if private and selection.query else selection.query,
        step_ms=selection.step_ms or (plan.sampling_step_ms if selection.mode == "query" else 0),
    )


def _components(instances: tuple[Instance, ...], policy: LabelPolicy) -> tuple[ComponentEntry, ...]:
    by_name: dict[str, list[Instance]] = {}
    for instance in instances:
        by_name.setdefault(instance.component, []).append(instance)
    return tuple(
        ComponentEntry(
            name=_component(name, policy),
            jobs=tuple(sorted({policy.rewrite_value("job", found.target.job) or "" for found in of_name})),
            instances=len(of_name),
            versions=_versions((version for found in of_name for version in found.versions), policy),
        )
        for name, of_name in sorted(by_name.items())
    )


def _versions(versions: Iterable[str], policy: LabelPolicy) -> tuple[str, ...]:
    """Versions of builds, each once; the branch of a private build is a pseudonym."""
    of_builds = (policy.rewrite_value("short_version", version, "vm_app_version") or "" for version in versions)
    return tuple(dict.fromkeys(of_builds))


def _component(name: str, policy: LabelPolicy) -> str:
    """A component's name; one that only a private build has is a label value like any other."""
    return name if name in FAMILY or name == UNKNOWN else policy.rewrite_value("component", name) or ""
