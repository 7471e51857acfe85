"""The command serve: starts the page's server, says where it is, and opens a browser where there is a screen."""

from __future__ import annotations

import dataclasses
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

_SERVING = "Serving"


@dataclasses.dataclass(frozen=True, kw_only=True)
class ServeOptions:
    """Where the page is served, and what it may write to."""

    url: Annotated[
        str, typer.Argument(help="Address of a server that the page begins with; credentials are typed there.")
    ] = ""
    host: Annotated[
        str,
        typer.Option(help="Address to listen at; another than loopback lets others in.", rich_help_panel=_SERVING),
    ] = "127.0.0.1"
    port: Annotated[
        int | None,
        typer.Option(help="Port; else 8080 or the next that is free.", min=0, max=65535, rich_help_panel=_SERVING),
    ] = None
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder for bundles, the only one touched.", rich_help_panel=_SERVING)
    ] = Path()
    max_runs: Annotated[
        int, typer.Option(help="Exports at the same time.", min=1, max=32, rich_help_panel=_SERVING)
    ] = 3
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Do not open a browser.", rich_help_panel=_SERVING)
    ] = False


def serve(options: ServeOptions) -> None:
    """Run the command.

    Raises:
        InvalidInput: it cannot listen there, the output folder is none, or the metrics server's address is none.
    """
    from vmexporter.cli import render
    from vmexporter.core.addresses import is_loopback
    from vmexporter.flows.world import World
    from vmexporter.web.server import PageServer, Wanted

    wanted = Wanted(options.host, options.port, options.output, options.max_runs, options.url)
    server = PageServer(wanted, World())
    render.print_text(f"{server.address}\n")
    sys.stdout.flush()
    if not is_loopback(options.host):
        render.say("Others can reach this address; without the token they see nothing. It is not encrypted.", "yellow")
    render.say("Open it in a browser. Ctrl-C stops the server; what is exporting then can be resumed.")
    if not options.no_browser and has_screen():
        import webbrowser

        webbrowser.open(server.address_for_browser())
    server.run()


def has_screen() -> bool:
    """Whether a browser with windows can be opened: one in the terminal would take it over."""
    if sys.platform in {"darwin", "win32"}:
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
