"""The commands for whoever receives bundles: convert, open and report."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vmexporter.cli.grouping import command
from vmexporter.cli.main import app
from vmexporter.cli.options import FormatOptions

if TYPE_CHECKING:
    from vmexporter.flows.opening import Opening

_VictoriaMetrics = Annotated[
    str,
    typer.Option(
        "--victoria-metrics",
        metavar="FILE",
        help="The single-node VictoriaMetrics to use; else victoria-metrics or victoria-metrics-prod on PATH.",
    ),
]
_LOOKING = "Looking"

# What a command needs is imported when it runs: --help must not wait for it.


@dataclasses.dataclass(frozen=True, kw_only=True)
class BundlesOptions:
    """What is looked at, and by which VictoriaMetrics."""

    bundles: Annotated[list[Path], typer.Argument(help="Bundles, also of other tools, or JSON lines, gzipped or not.")]
    victoria_metrics: _VictoriaMetrics = ""
    force: Annotated[bool, typer.Option("--force", help="Take what is sound of a damaged file.")] = False

    def opening(self, keep: Path | None = None) -> Opening:
        """What the flow is to open."""
        from vmexporter.flows.opening import Opening

        return Opening(tuple(self.bundles), self.victoria_metrics, keep, self.force)


@dataclasses.dataclass(frozen=True, kw_only=True)
class LookingOptions:
    """How it is shown; ``keep`` is where the data stays."""

    keep: Annotated[
        Path | None, typer.Option(help="A new folder for the data, which then stays.", rich_help_panel=_LOOKING)
    ] = None
    port: Annotated[
        int | None,
        typer.Option(
            help="Port of the page; else 8080 or the next that is free.", min=0, max=65535, rich_help_panel=_LOOKING
        ),
    ] = None
    grafana: Annotated[
        Path | None,
        typer.Option(help="Also write a new folder with what Grafana needs to show it.", rich_help_panel=_LOOKING),
    ] = None
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Do not open a browser.", rich_help_panel=_LOOKING)
    ] = False


@command(app, "convert")
def convert(
    bundle: Annotated[Path, typer.Argument(help="The bundle.")],
    to: Annotated[str, typer.Option("--to", help="jsonl or native.")],
    form: FormatOptions,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The new file; beside the bundle if it is left out.")
    ] = None,
    victoria_metrics: _VictoriaMetrics = "",
) -> None:
    """Write a bundle anew in its other form, by way of a VictoriaMetrics that runs for that long."""
    from vmexporter.cli import converting

    converting.convert(bundle, to, converting.Way(output, victoria_metrics), form)


@command(app, "open")
def open_bundles(what: BundlesOptions, how: LookingOptions, form: FormatOptions) -> None:
    """Look at bundles: dashboards and findings, from a VictoriaMetrics that runs as long as you look."""
    from vmexporter.cli import opening

    opening.open_page(what.opening(how.keep), how, form)


@command(app, "report")
def report(
    what: BundlesOptions,
    output: Annotated[Path, typer.Option("--output", "-o", help="The new file, HTML.")],
    form: FormatOptions,
) -> None:
    """Write what there is to see in bundles as one file of HTML, to be attached to a ticket."""
    from vmexporter.cli import opening

    opening.report(what.opening(), output, form)
