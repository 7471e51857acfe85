"""The commands about obfuscation maps."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vmexporter.cli.commands import MAP_HELP, PassphraseFile
from vmexporter.cli.grouping import command
from vmexporter.cli.main import map_app
from vmexporter.cli.options import FormatOptions


@command(map_app, "show")
def map_show(
    map_file: Annotated[Path, typer.Argument(help=MAP_HELP)],
    form: FormatOptions,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Show how many entries of which kinds a map has; none of them."""
    from vmexporter.cli import maps

    maps.show(maps.MapAccess(map_file, passphrase_file), form)


@command(map_app, "merge")
def map_merge(
    first: Annotated[Path, typer.Argument(help="A map.")],
    second: Annotated[Path, typer.Argument(help="Another one, extended from the same.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The new file.")],
    passphrase_file: PassphraseFile = None,
) -> None:
    """Make one map of two; what contradicts itself is refused."""
    from vmexporter.cli import maps

    maps.merge(first, second, output, passphrase_file)


@command(map_app, "encrypt")
def map_encrypt(
    map_file: Annotated[Path, typer.Argument(help=MAP_HELP)],
    output: Annotated[Path, typer.Option("--output", "-o", help="The new file.")],
    passphrase_file: PassphraseFile = None,
) -> None:
    """Write a map anew, encrypted by a passphrase."""
    from vmexporter.cli import maps

    maps.encrypt(maps.MapAccess(map_file, passphrase_file), output)


@command(map_app, "decrypt")
def map_decrypt(
    map_file: Annotated[Path, typer.Argument(help=MAP_HELP)],
    output: Annotated[Path, typer.Option("--output", "-o", help="The new file.")],
    passphrase_file: PassphraseFile = None,
) -> None:
    """Write an encrypted map anew, in clear."""
    from vmexporter.cli import maps

    maps.decrypt(maps.MapAccess(map_file, passphrase_file), output)
