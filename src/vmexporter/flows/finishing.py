"""The manifest and the README of a bundle: from the safe side only, so no original of a mapped value is in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from vmexporter import __version__
from vmexporter.bundle.journal import WindowRecord
from vmexporter.bundle.writer import METRICS_ENTRY
from vmexporter.core.components import Instance
from vmexporter.core.manifest import (
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
from vmexporter.tsdb.probe import Probe

_PUBLIC_TENANTS = frozenset({"", "0", "0:0", "multitenant"})
_MAY_BE_MISSING = "a part of the server was down when components were looked for: some may be missing"
HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Identity:
    """Which export this is: its id and when it was begun."""

    export_id: str
    created_ms: int


def make_manifest(identity: Identity, plan: Plan, found: Probe, policy: LabelPolicy, map_id: str) -> Manifest:
    """The manifest as far as it is known before the first sample: counts are 0, windows are none."""
    components = _components(plan.instances, policy)
    time_range = plan.time_range
    private, applied = plan.obfuscation.enabled, policy.describe()
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
        source=Source(
            kind=found.kind,
            versions=tuple(
                dict.fromkeys((*found.versions, *(version for entry in components for version in entry.versions)))
            ),
            tenant=HIDDEN if private and found.tenant not in _PUBLIC_TENANTS else found.tenant,
        ),
        selection=_selection(plan),
        component_details=components,
        rungs=(),
        partial=plan.partial,
        partial_reasons=(_MAY_BE_MISSING,) if plan.partial else (),
        counts=CountsEntry(series=0, samples=0, lines=0, bytes=0),
        sha256={},
        map_id=map_id,
        label_policy=PolicyEntry(mapped_labels=tuple(applied["mapped"]), dropped_labels=tuple(applied["dropped"])),
    )


def complete_manifest(manifest: Manifest, tally: Tally, counter: SeriesCounter, sha256: str) -> Manifest:
    """The same manifest with what the export has found out."""
    counts = tally.counts
    return manifest.model_copy(
        update={
            "metrics_count": counts.lines,
            "rungs": tuple(dict.fromkeys(window.rung for window in tally.windows)),
            "partial": manifest.partial or any(window.partial for window in tally.windows),
            "partial_reasons": (
                *manifest.partial_reasons,
                *_partial_reasons(tally.windows, manifest.selection.mode),
            ),
            "counts": CountsEntry(
                series=counter.series, samples=counts.samples, lines=counts.lines, bytes=counts.text_bytes
            ),
            "sha256": {METRICS_ENTRY: sha256},
            "label_policy": manifest.label_policy.model_copy(update={"merged_series": counter.merged}),
            "windows": tuple(
                WindowEntry(
                    start_ms=window.start_ms,
                    end_ms=window.end_ms,
                    rung=window.rung,
                    lines=window.lines,
                    samples=window.samples,
                    step_ms=window.step_ms,
                    partial=window.partial,
                )
                for window in tally.windows
            ),
        }
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


def readme(manifest: Manifest) -> str:
    """README.txt: what this file is, for the person who opens it."""
    counts, source = manifest.counts, manifest.source
    lines = [
        f"VictoriaMetrics metrics bundle {manifest.export_id}",
        "",
        f"Made by vmexporter {manifest.version} at {manifest.export_date}.",
        f"Time range: {manifest.time_range.start} to {manifest.time_range.end} (both ends included).",
        f"Source: {source.kind}{', versions ' + ', '.join(source.versions) if source.versions else ''}.",
        f"Components: {', '.join(manifest.components) or 'chosen by selector or expression'}.",
        f"Content: {counts.series} series, {counts.samples} samples, {counts.lines} lines, {counts.bytes} bytes.",
        "",
        f"{METRICS_ENTRY} is in VictoriaMetrics' export format, one JSON object a line. To load it:",
        f"  curl -X POST -T {METRICS_ENTRY} http://127.0.0.1:8428/api/v1/import",
        "metadata.json says how it was made; its sha256 is that of the uncompressed file.",
        "",
        *_privacy_words(manifest),
    ]
    if manifest.partial:
        lines += ["", "PARTIAL: this bundle does not hold everything that was asked for:"]
        lines += [f"- {reason}" for reason in manifest.partial_reasons]
    return "\n".join(lines) + "\n"


def _privacy_words(manifest: Manifest) -> list[str]:
    if not manifest.obfuscated:
        return ["Label values stand as the server had them: this bundle is NOT obfuscated."]
    return [
        f"Values of these labels are pseudonyms: {', '.join(manifest.label_policy.mapped_labels)}.",
        f"The map that turns them back (id {manifest.map_id}) stayed with the person who made the bundle.",
        "Other labels, values, timestamps, counts, versions and the topology stay visible.",
    ]


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
            name=name,
            jobs=tuple(sorted({policy.rewrite_labels({"job": found.target.job}).get("job", "") for found in of_name})),
            instances=len(of_name),
            versions=tuple(dict.fromkeys(version for found in of_name for version in found.versions)),
        )
        for name, of_name in sorted(by_name.items())
    )
