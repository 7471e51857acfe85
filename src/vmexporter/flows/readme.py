"""README.txt of a bundle: what the file is and how to load it, for the person who opens it."""

from __future__ import annotations

from vmexporter.core.manifest import Manifest


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
        f"Content: {counts.series} series, {counts.samples} samples, {_units(manifest)}, {counts.bytes} bytes.",
        "",
        *_conversion(manifest),
        *_loading(manifest),
        "metadata.json says how it was made; its sha256 is that of the uncompressed file.",
        "",
        *_privacy_words(manifest),
    ]
    if manifest.partial:
        lines += ["", "PARTIAL: this bundle does not hold everything that was asked for:"]
        lines += [f"- {reason}" for reason in manifest.partial_reasons]
    return "\n".join(lines) + "\n"


def _units(manifest: Manifest) -> str:
    counts = manifest.counts
    return f"{counts.blocks} blocks" if manifest.format == "native" else f"{counts.lines} lines"


def _conversion(manifest: Manifest) -> list[str]:
    before = manifest.converted
    if before is None:
        return []
    form = "native blocks" if before.format == "native" else "JSON lines"
    server = " ".join(filter(None, ["VictoriaMetrics", before.server]))
    return [f"Converted by {server} at {before.date}: it was {form} before, {before.samples} samples."]


def _loading(manifest: Manifest) -> list[str]:
    load = f"  curl -X POST -T {manifest.entry} http://127.0.0.1:8428/api/v1/import"
    if manifest.format == "jsonl":
        return [f"{manifest.entry} is in VictoriaMetrics' export format, one JSON object a line. To load it:", load]
    return [
        f"{manifest.entry} is in VictoriaMetrics' native format; servers from v1.82 on can read it:",
        f"{load}/native",
        "Blocks are whole: samples of them from outside the time range are left out when they are loaded.",
    ]


def _privacy_words(manifest: Manifest) -> list[str]:
    if not manifest.obfuscated:
        return [
            "Label values stand as the server had them, without passwords and tokens: this bundle is NOT obfuscated."
        ]
    policy = manifest.label_policy
    kept = [f"Left as they were, by choice: {', '.join(policy.kept_labels)}."] if policy.kept_labels else []
    return [
        f"Private values are pseudonyms (level {policy.level}), in these labels: {', '.join(policy.mapped_labels)}.",
        *kept,
        f"The map that turns them back (id {manifest.map_id}) stayed with the person who made the bundle.",
        "Passwords, tokens and the values of URL arguments were removed; nobody has them.",
        "Visible stay: sample values, timestamps, counts, versions, and the topology (who is connected with whom).",
    ]
