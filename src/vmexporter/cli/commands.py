"""The commands: each one turns options into a request, drives a flow, and has the outcome printed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vmexporter.cli.grouping import command
from vmexporter.cli.main import app
from vmexporter.cli.options import (
    ConnectionOptions,
    FormatOptions,
    OutputOptions,
    PrivacyOptions,
    RangeOptions,
    ResumeOptions,
    SelectionOptions,
)

# What a command needs is imported when it runs: --help must not wait for it.


@command(app, "validate")
def validate(connection: ConnectionOptions, form: FormatOptions) -> None:
    """Try the address: what answers there, which version, which tenant, and whether samples can be exported."""
    from vmexporter.cli import looking

    looking.validate(connection, form)


@command(app, "tenants")
def tenants(connection: ConnectionOptions, form: FormatOptions) -> None:
    """List the tenants of a cluster, where the server tells them."""
    from vmexporter.cli import looking

    looking.tenants(connection, form)


@command(app, "discover")
def discover(connection: ConnectionOptions, time: RangeOptions, form: FormatOptions) -> None:
    """List the VictoriaMetrics components of a time range (the last hour by default)."""
    from vmexporter.cli import looking

    looking.discover(connection, time, form)


@command(app, "sample")
def sample(
    connection: ConnectionOptions,
    time: RangeOptions,
    what: SelectionOptions,
    privacy: PrivacyOptions,
    form: FormatOptions,
) -> None:
    """Show a few real series, as they are and as support would see them."""
    from vmexporter.cli import looking

    looking.sample(connection, time, what, privacy, form)


@command(app, "export")
def export(
    connection: ConnectionOptions,
    time: RangeOptions,
    what: SelectionOptions,
    privacy: PrivacyOptions,
    output: OutputOptions,
) -> None:
    """Export to a bundle: a ZIP with a checksum beside it and, when obfuscated, the map that stays with you."""
    from vmexporter.cli import exporting

    exporting.export(exporting.Options(connection, time, what, privacy, output))


@command(app, "resume")
def resume(
    part: Annotated[Path, typer.Argument(help="The .zip.part file of an interrupted export.")],
    connection: ResumeOptions,
    form: FormatOptions,
) -> None:
    """Go on with an interrupted export. Credentials were not kept: give them again."""
    from vmexporter.cli import exporting

    exporting.resume(part, connection, form)


@command(app, "inspect")
def inspect(bundle: Annotated[Path, typer.Argument(help="The bundle.")], form: FormatOptions) -> None:
    """Check a bundle's checksums and show what is inside."""
    from vmexporter.cli import looking

    looking.inspect(bundle, form)


@command(app, "reveal")
def reveal(
    map_file: Annotated[Path, typer.Option("--map", help="The map of the export.")],
    text: Annotated[
        list[str] | None, typer.Argument(help="Text with pseudonyms; - or nothing: standard input.")
    ] = None,
) -> None:
    """Turn the pseudonyms in a text, such as an answer of support, back into what they stand for."""
    from vmexporter.cli import looking

    looking.reveal(map_file, text or [])
