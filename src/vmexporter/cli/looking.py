"""The commands that only look: validate, tenants, discover, inspect, reveal."""

from __future__ import annotations

import io
import sys
from dataclasses import asdict
from pathlib import Path

from vmexporter.bundle.mapfile import read_map
from vmexporter.bundle.reader import inspect as inspect_bundle
from vmexporter.cli import render
from vmexporter.cli.credentials import connection_of
from vmexporter.cli.exporting import warn_of_risks
from vmexporter.cli.maps import MapAccess, passphrase_source
from vmexporter.cli.options import (
    ConnectionOptions,
    FormatOptions,
    RangeOptions,
)
from vmexporter.core.components import Instance
from vmexporter.core.native.older import READERS
from vmexporter.core.privacy.reveal import reveal as reveal_text
from vmexporter.core.times import format_utc
from vmexporter.errors import InvalidInput
from vmexporter.flows import discovery
from vmexporter.flows.session import connect
from vmexporter.flows.world import World
from vmexporter.tsdb.probe import Attempt
from vmexporter.tsdb.victoria import list_tenants


def validate(options: ConnectionOptions, form: FormatOptions) -> None:
    """Run the command."""
    warn_of_risks(options)
    with connect(connection_of(options)) as session:
        found = session.found
    if form.json:
        render.print_json(asdict(found))
        return
    render.print_facts(
        "Connected",
        [
            ("server", found.kind),
            ("versions", ", ".join(found.versions) or "not told"),
            ("queries", found.query_base),
            ("export", found.export_base or "missing: samples will be read by queries"),
            ("tenant", found.tenant or "-"),
        ],
    )
    render.print_facts("Tried", [(attempt.asked, _tried(attempt)) for attempt in found.attempts])
    for note in found.notes:
        render.say(f"Note: {note}", "yellow")


def _tried(attempt: Attempt) -> str:
    return f"{attempt.status or '-'} {attempt.url}" + (f": {attempt.words}" if attempt.words else "")


def tenants(options: ConnectionOptions, form: FormatOptions) -> None:
    """Run the command."""
    warn_of_risks(options)
    with connect(connection_of(options)) as session:
        names = list_tenants(session.client, session.found.query_base)
    if form.json:
        render.print_json({"tenants": names})
    else:
        render.print_text("".join(f"{name}\n" for name in names))


def discover(options: ConnectionOptions, time: RangeOptions, form: FormatOptions) -> None:
    """Run the command."""
    warn_of_risks(options)
    time_range = time.resolve(World().now_ms(), default_last="1h")
    with connect(connection_of(options)) as session:
        found = discovery.require_components(discovery.discover(session, time_range))
    if form.json:
        samples = found.estimated_samples
        totals = {"estimated_samples": samples, "estimated_bundle_bytes": _bundle_bytes(samples)}
        render.print_json({"instances": [asdict(instance) for instance in found.instances], **totals})
        return
    columns = ("component", "job", "instance", "version", "series", "first seen", "last seen")
    render.print_table(columns, map(_row, found.instances), right=(4,))
    if (samples := found.estimated_samples) is not None:
        expected = render.size(discovery.estimate_bundle_bytes(samples))
        render.say(f"About {render.count(samples)} samples in this range: a bundle of up to about {expected}")
    for note in found.notes:
        render.say(f"Note: {note}", "yellow")


def _bundle_bytes(samples: int | None) -> int | None:
    return None if samples is None else discovery.estimate_bundle_bytes(samples)


def _row(found: Instance) -> tuple[str, ...]:
    target = found.target
    tenant = ":".join(value for _, value in target.tenant_labels)
    return (
        found.component,
        target.job + (f" (tenant {tenant})" if tenant else ""),
        target.instance,
        " → ".join(found.versions) or "-",
        "unknown" if found.series is None else render.count(found.series),
        format_utc(found.first_ms - found.first_ms % 1000),
        format_utc(found.last_ms - found.last_ms % 1000),
    )


def inspect(bundle: Path, form: FormatOptions) -> None:
    """Run the command."""
    found = inspect_bundle(bundle)
    manifest = found.manifest
    if form.json:
        render.print_json({**asdict(found), "manifest": manifest.model_dump(mode="json")})
        return
    counts, source, policy = manifest.counts, manifest.source, manifest.label_policy
    checked = "and the checksum file beside it" if found.checksum_file else "(no checksum file beside it)"
    facts: list[tuple[str, object]] = [
        ("sound", f"ZIP, metadata.json and {manifest.entry} agree {checked}"),
        ("sha256", found.sha256),
        ("made by", f"vmexporter {manifest.version} at {manifest.export_date}"),
        ("source", " ".join([source.kind, ", ".join(source.versions)]).strip()),
        ("range", f"{manifest.time_range.start} to {manifest.time_range.end}"),
        ("components", ", ".join(manifest.components) or manifest.selection.mode),
        ("jobs", ", ".join(manifest.jobs) or "-"),
        ("series", render.count(counts.series)),
        ("samples", f"{render.count(counts.samples)} in {render.units(counts)}"),
        ("obfuscated", f"yes, level {policy.level} (map {manifest.map_id})" if manifest.obfuscated else "NO"),
        ("read by", f"{', '.join(manifest.rungs)} in {len(manifest.windows)} windows"),
    ]
    if manifest.format == "native":
        facts.append(("to import", f"{READERS}; older ones refuse them"))
    if before := manifest.converted:
        facts.append(("converted", f"from {before.format} by VictoriaMetrics {before.server}".rstrip()))
    if policy.audit:
        facts.append(("audit", f"{render.count(policy.audit.originals)} private values searched for, 0 found"))
    if policy.kept_labels:
        facts.append(("kept", f"by choice: {', '.join(policy.kept_labels)}"))
    if manifest.partial:
        facts.append(("PARTIAL", "; ".join(manifest.partial_reasons)))
    render.print_facts(bundle.name, facts)
    columns = ("entry", "size", "in the bundle")
    rows = ((entry.name, render.size(entry.text_bytes), render.size(entry.compressed_bytes)) for entry in found.entries)
    render.print_table(columns, rows, right=(1, 2))


def reveal(access: MapAccess, words: list[str]) -> None:
    """Run the command."""
    known = read_map(access.path, passphrase_source(access.passphrase_file))
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="surrogateescape", newline="")  # what is no text passes as it is
    if words and words != ["-"]:
        render.print_text(reveal_text(" ".join(words), known) + "\n")
        return
    for line in sys.stdin:
        render.print_text(reveal_text(line, known))


def only_path(words: list[str] | None) -> Path:
    """The one file that *words* name.

    Raises:
        InvalidInput: they are none or several.
    """
    if not words or len(words) != 1 or words == ["-"]:
        raise InvalidInput(
            "cannot turn a bundle back: it is not said where to",
            hint="vmexporter reveal --bundle IN.zip OUT.zip --map FILE",
        )
    return Path(words[0])
