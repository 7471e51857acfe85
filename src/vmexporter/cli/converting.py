"""The command convert: a bundle of the other form."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vmexporter.bundle.writer import BundlePaths
from vmexporter.cli import render
from vmexporter.cli.options import FormatOptions
from vmexporter.cli.stopping import to_the_end
from vmexporter.core.formats import ENTRIES, Format
from vmexporter.errors import InvalidInput
from vmexporter.flows.converting import Conversion
from vmexporter.flows.converting import convert as convert_events
from vmexporter.flows.events import Finished
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
    if output.suffix != ".zip":
        raise InvalidInput(f"cannot write to {output}: its name does not end in .zip", field="output")
    _tell(to_the_end(convert_events(Conversion(bundle, wanted, output, way.program), World()), form), output, form)


def _form(name: str) -> Format:
    for form in ENTRIES:
        if form == name:
            return form
    raise InvalidInput(f"cannot convert to {name}: a bundle is {' or '.join(ENTRIES)}", field="to")


def _tell(done: Finished, output: Path, form: FormatOptions) -> None:
    counts = done.manifest.counts
    if form.json:
        files = {"bundle": output, "checksum": BundlePaths(output).checksum, "sha256": done.sha256}
        render.print_json(
            {**files, "bundle_bytes": done.bundle_bytes, "manifest": done.manifest.model_dump(mode="json")}
        )
        return
    facts: list[tuple[str, object]] = [
        ("bundle", f"{output} ({render.size(done.bundle_bytes)})"),
        ("sha256", done.sha256),
        ("series", render.count(counts.series)),
        ("samples", f"{render.count(counts.samples)} in {render.units(counts)}"),
        ("took", f"{done.elapsed_s:.1f} s"),
    ]
    render.print_facts("Bundle converted", facts)
