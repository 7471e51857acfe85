"""The commands: each one turns options into a request, drives a flow, and has the outcome printed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vmexporter.cli.grouping import command
from vmexporter.cli.import_options import ContentOptions, InsertOptions, MannerOptions
from vmexporter.cli.main import app, config_app, targets_app
from vmexporter.cli.options import (
    ConnectionOptions,
    FormatOptions,
    OutputOptions,
    RangeOptions,
    ResumeOptions,
    SelectionOptions,
    SourceOptions,
)
from vmexporter.cli.privacy_options import MapOptions, PolicyOptions, PrivacyOptions
from vmexporter.cli.serving import ServeOptions

MAP_HELP = "The map of the export."
PassphraseFile = Annotated[
    Path | None,
    typer.Option("--passphrase-file", help="File with its passphrase; else $VMEXPORTER_MAP_PASSPHRASE, else a prompt."),
]

# What a command needs is imported when it runs: --help must not wait for it.


@command(app, "serve")
def serve(options: ServeOptions) -> None:
    """Serve the page and the REST API on this machine: what vmexporter without a command does."""
    from vmexporter.cli import serving

    serving.serve(options)


@command(app, "validate")
def validate(connection: SourceOptions, form: FormatOptions) -> None:
    """Try the address: what answers there, which version, which tenant, and whether samples can be exported."""
    from vmexporter.cli import looking

    looking.validate(connection, form)


@command(app, "tenants")
def tenants(connection: SourceOptions, form: FormatOptions) -> None:
    """List the tenants of a cluster, where the server tells them."""
    from vmexporter.cli import looking

    looking.tenants(connection, form)


@command(app, "discover")
def discover(connection: SourceOptions, time: RangeOptions, form: FormatOptions) -> None:
    """List the VictoriaMetrics components of a time range (the last hour by default)."""
    from vmexporter.cli import looking

    looking.discover(connection, time, form)


@command(app, "sample")
def sample(
    connection: SourceOptions,
    time: RangeOptions,
    what: SelectionOptions,
    privacy: PrivacyOptions,
    form: FormatOptions,
    all_labels: Annotated[
        bool, typer.Option("--all-labels", help="Every label in place of a few series: what becomes of it, and why.")
    ] = False,
) -> None:
    """Show a few real series, as they are and as support would see them; or every label of the selection."""
    from vmexporter.cli import sampling

    sampling.sample(sampling.Options(connection, time, what, privacy, form), all_labels=all_labels)


@command(app, "policy")
def policy(privacy: PolicyOptions, form: FormatOptions) -> None:
    """Show what happens to which label, and why: the tables, and what was chosen above them."""
    from vmexporter.cli import policies

    policies.show(privacy, form)


@command(app, "export")
def export(
    connection: SourceOptions,
    time: RangeOptions,
    what: SelectionOptions,
    privacy: MapOptions,
    output: OutputOptions,
) -> None:
    """Export to a bundle: a ZIP with a checksum beside it and, when obfuscated, the map that stays with you."""
    from vmexporter.cli import exporting

    exporting.export(exporting.Options(connection, time, what, privacy, output))


@command(app, "import")
def import_(
    bundle: Annotated[str, typer.Argument(help="A bundle, JSON lines (gzipped or not), or - for standard input.")],
    connection: ConnectionOptions,
    insert: InsertOptions,
    content: ContentOptions,
    manner: MannerOptions,
) -> None:
    """Import a bundle into a VictoriaMetrics, and count afterwards whether all of it is there."""
    from vmexporter.cli import importing

    importing.import_(bundle, importing.Options(connection, insert, content, manner))


@command(app, "resume")
def resume(
    part: Annotated[Path, typer.Argument(help="The .zip.part file of an export, or the .import file of an import.")],
    connection: ResumeOptions,
    form: FormatOptions,
) -> None:
    """Go on with an interrupted export or import. Credentials were not kept: give them again."""
    from vmexporter.cli import exporting, importing

    if part.suffix == ".import":
        importing.resume(part, connection, form)
    else:
        exporting.resume(part, connection, form)


@command(app, "inspect")
def inspect(bundle: Annotated[Path, typer.Argument(help="The bundle.")], form: FormatOptions) -> None:
    """Check a bundle's checksums and show what is inside."""
    from vmexporter.cli import looking

    looking.inspect(bundle, form)


@command(app, "audit")
def audit(
    bundle: Annotated[Path, typer.Argument(help="The bundle.")],
    map_file: Annotated[Path, typer.Option("--map", help=MAP_HELP)],
    form: FormatOptions,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Search a finished bundle, every byte of it, for what the map says must not be in it."""
    from vmexporter.bundle.mapfile import read_map_document
    from vmexporter.cli import auditing, maps

    auditing.audit(bundle, read_map_document(map_file, maps.passphrase_source(passphrase_file)), form)


@command(app, "reveal")
def reveal(
    map_file: Annotated[Path, typer.Option("--map", help=MAP_HELP)],
    form: FormatOptions,
    text: Annotated[
        list[str] | None,
        typer.Argument(help="Text with pseudonyms; - or nothing: standard input. With --bundle: where to write."),
    ] = None,
    bundle: Annotated[
        Path | None, typer.Option(help="Turn a whole bundle back, into the file named by the argument.")
    ] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Turn the pseudonyms in a text, such as an answer of support, or in a bundle back into what they stand for."""
    from vmexporter.cli import looking, maps

    access = maps.MapAccess(map_file, passphrase_file)
    if bundle is None:
        looking.reveal(access, text or [])
    else:
        maps.reveal_bundle(bundle, looking.only_path(text), access, form)


@command(config_app, "schema")
def config_schema() -> None:
    """Print the JSON Schema of the configuration file, for editors and checks."""
    from vmexporter.cli import configuration

    configuration.print_schema()


@command(targets_app, "list")
def targets_list(form: FormatOptions) -> None:
    """List the addresses that were imported to lately."""
    from vmexporter.cli import targets

    targets.show(form)


@command(targets_app, "forget")
def targets_forget(address: Annotated[str, typer.Argument(help="One of them; all, if it is left out.")] = "") -> None:
    """Delete one address, or all."""
    from vmexporter.cli import targets

    targets.forget(address)


@command(targets_app, "off")
def targets_off() -> None:
    """Keep no addresses any more, and delete those that are kept."""
    from vmexporter.cli import targets

    targets.switch(on=False)


@command(targets_app, "on")
def targets_on() -> None:
    """Keep addresses again."""
    from vmexporter.cli import targets

    targets.switch(on=True)
