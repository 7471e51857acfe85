"""The commands export and resume: where the output goes, who may stop it, and what is told at the end."""

from __future__ import annotations

import os
import secrets
import string
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from vmexporter.bundle.files import output_errors
from vmexporter.bundle.mapfile import is_encrypted, read_map
from vmexporter.bundle.sealing import Seal
from vmexporter.bundle.writer import BundlePaths
from vmexporter.cli import render
from vmexporter.cli.credentials import connection_of
from vmexporter.cli.maps import passphrase_source
from vmexporter.cli.models import build_model
from vmexporter.cli.options import (
    ConnectionOptions,
    FormatOptions,
    OutputOptions,
    RangeOptions,
    ResumeOptions,
    SelectionOptions,
)
from vmexporter.cli.privacy_options import MapOptions
from vmexporter.cli.stopping import StopSwitch
from vmexporter.core.addresses import parse_address
from vmexporter.core.manifest import PolicyEntry
from vmexporter.core.request import ExportRequest
from vmexporter.core.times import parse_span_ms
from vmexporter.errors import InvalidInput, VmexporterError
from vmexporter.flows import exporting as flow
from vmexporter.flows.events import Event, Finished
from vmexporter.flows.world import World

_NAME_CHARACTERS = string.ascii_lowercase + string.digits


@dataclass(frozen=True)
class Options:
    """All options of the export command."""

    connection: ConnectionOptions
    time: RangeOptions
    what: SelectionOptions
    privacy: MapOptions
    output: OutputOptions


def export(options: Options) -> None:
    """Run the command.

    Raises:
        VmexporterError: it could not be finished.
    """
    world = World()
    request = build_model(
        ExportRequest,
        connection=connection_of(options.connection),
        time_range=options.time.resolve(world.now_ms()),
        selection=options.what.resolve(),
        obfuscation=options.privacy.choice(),
        window_ms=parse_span_ms(options.output.window, field="window") if options.output.window else 0,
        require_complete=options.output.require_complete,
        format=options.output.format,
    )
    warn_of_risks(options.connection)
    output = _output(options.output.output, world.now_ms())
    privacy = options.privacy
    asked = passphrase_source(privacy.passphrase_file)
    known_map = read_map(privacy.map, asked) if privacy.map else None
    if privacy.map and is_encrypted(privacy.map):
        output = replace(output, seal=Seal.make(asked()))  # what was encrypted stays so
    elif privacy.encrypt_map:
        output = replace(output, seal=Seal.make(passphrase_source(privacy.passphrase_file, creating=True)()))
    _drive(flow.export(request, output, world, known_map), output, options.output)


def resume(part: Path, access: ResumeOptions, form: FormatOptions) -> None:
    """Run the command.

    Raises:
        VmexporterError: it could not be finished.
    """
    warn_of_risks(access)
    output = flow.Output(BundlePaths(part.with_name(part.name.removesuffix(".part"))))
    passphrase = passphrase_source(access.passphrase_file)
    _drive(flow.resume(part, connection_of(access), World(), passphrase), output, form)


def warn_of_risks(access: ConnectionOptions | ResumeOptions) -> None:
    """Say so on every use of --insecure, and when a password stands in the address."""
    if access.url and parse_address(access.url).password.get_secret_value():
        render.say("Warning: other users of this machine can see the password in the address; use --user.", "yellow")
    if access.insecure:
        render.say(
            "Warning: the server's certificate is not checked; anyone on the way can read what is sent.", "bold yellow"
        )


def _drive(events: Iterator[Event], output: flow.Output, form: FormatOptions) -> None:
    with StopSwitch() as switch, closing(events) as running:  # type: ignore[type-var]
        try:
            with render.watching(quiet=form.quiet) as watcher:
                for event in running:
                    if isinstance(event, Finished):
                        break
                    watcher.show(event)
                    if switch.pressed:
                        break
        except VmexporterError:
            _tell_resumable(output)
            raise
        if isinstance(event, Finished):
            _tell_result(event, form)
            return
    render.say("Stopped.")
    _tell_resumable(output)
    sys.exit(switch.exit_status)


def _tell_resumable(output: flow.Output) -> None:
    part = output.paths.part
    if output.stream is None and part.exists() and output.paths.journal.exists():
        render.say(f"What is complete so far is kept. To go on: vmexporter resume {part}", "bold")


def _tell_result(done: Finished, form: FormatOptions) -> None:
    manifest = done.manifest
    if form.json and done.bundle:
        files = {"bundle": done.bundle, "checksum": BundlePaths(done.bundle).checksum, "map": done.obfuscation_map}
        document = manifest.model_dump(mode="json")
        render.print_json({**files, "sha256": done.sha256, "bundle_bytes": done.bundle_bytes, "manifest": document})
        return
    counts = manifest.counts
    facts: list[tuple[str, object]] = []
    if done.bundle:
        facts += [("send", f"{done.bundle} ({render.size(done.bundle_bytes)})"), ("sha256", done.sha256)]
        facts += [("checksum", BundlePaths(done.bundle).checksum)]
    if done.obfuscation_map:
        facts += [("keep", f"{done.obfuscation_map} (turns pseudonyms back; do not send it)")]
    if done.audit:
        facts += [("audit", f"{render.count(done.audit.originals)} private values searched for, 0 found")]
    facts += [
        ("series", render.count(counts.series)),
        ("samples", f"{render.count(counts.samples)} in {render.units(counts)}"),
        ("obfuscated", _obfuscated(manifest.label_policy) if manifest.obfuscated else "NO: only secrets were removed"),
        ("read by", ", ".join(manifest.rungs)),
        ("took", f"{done.elapsed_s:.1f} s"),
    ]
    if manifest.label_policy.merged_series:
        merged = render.count(manifest.label_policy.merged_series)
        facts += [("merged", f"{merged} series became equal to others, because a label was dropped")]
    if manifest.partial:
        facts += [("PARTIAL", "; ".join(manifest.partial_reasons))]
    if done.bundle:
        render.print_facts("Bundle complete", facts)
    elif not form.quiet:
        for name, value in facts:
            render.say(f"{name}: {value}")


def _obfuscated(policy: PolicyEntry) -> str:
    kept = f"; kept by choice: {', '.join(policy.kept_labels)}" if policy.kept_labels else ""
    return f"level {policy.level}: values of {len(policy.mapped_labels)} labels are pseudonyms{kept}"


def _output(given: str, now_ms: int) -> flow.Output:
    """Where *given* points: a file, a folder (made if it ends in a slash), or standard output.

    Raises:
        InvalidInput: it is neither.
        OutputFailed: the folder cannot be made.
    """
    moment = datetime.fromtimestamp(now_ms / 1000, UTC)
    name = f"vmexporter-{moment:%Y%m%dT%H%M%SZ}-{''.join(secrets.choice(_NAME_CHARACTERS) for _ in range(6))}.zip"
    if given == "-":
        return flow.Output(BundlePaths(Path(name)), sys.stdout.buffer)
    path = Path(given)
    if given.endswith(("/", os.sep)) and not path.exists():
        with output_errors(path):
            path.mkdir(mode=0o700)
    if path.is_dir():
        return flow.Output(BundlePaths(path / name))
    if path.suffix != ".zip":
        raise InvalidInput(
            f"cannot write to {given}: it is neither a folder nor a name that ends in .zip",
            hint="give FILE.zip, a folder (with a slash at its end it is made), or - for standard output",
            field="output",
        )
    return flow.Output(BundlePaths(path))
