"""The command convert: a bundle of the other form."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vmexporter.cli.options import FormatOptions
from vmexporter.cli.rewriting import Words, require_zip, rewrite
from vmexporter.core.formats import ENTRIES, Format
from vmexporter.errors import InvalidInput
from vmexporter.flows.converting import Conversion
from vmexporter.flows.converting import convert as convert_events
from vmexporter.flows.world import World


@dataclass(frozen=True)
class Way:
    """Where the result goes (None: beside the bundle), and which VictoriaMetrics to use ("": the one on PATH)."""

    output: Path | None
    program: str


def convert(bundle: Path, to: str, way: Way, form: FormatOptions) -> None:
    """Run the command.

    Raises:
        VmexporterError: it could not be finished; nothing is left of it.
    """
    wanted = _form(to)
    output = way.output or bundle.with_name(f"{bundle.name.removesuffix('.zip')}-{wanted}.zip")
    require_zip(output)
    events = convert_events(Conversion(bundle, wanted, output, way.program), World())
    rewrite(events, output, Words("Bundle converted", "bundle"), form)


def _form(name: str) -> Format:
    for form in ENTRIES:
        if form == name:
            return form
    raise InvalidInput(f"cannot convert to {name}: a bundle is {' or '.join(ENTRIES)}", field="to")
