"""The commands open and report: bundles in a private VictoriaMetrics, as a page to look at or as one file."""

from __future__ import annotations

import sys
import webbrowser
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from vmexporter.bundle.files import write_private
from vmexporter.cli import render
from vmexporter.cli.options import FormatOptions
from vmexporter.cli.serving import has_screen
from vmexporter.cli.stopping import StopSwitch
from vmexporter.cli.support_commands import LookingOptions
from vmexporter.flows.opening import Opened, Opening, open_bundles
from vmexporter.flows.reporting import report as make_report
from vmexporter.flows.world import World
from vmexporter.web.gallery import Gallery
from vmexporter.web.openserver import OpenServer
from vmexporter.web.vmui import VMUI


def open_page(opening: Opening, looking: LookingOptions, form: FormatOptions) -> None:
    """Run ``open``: until Ctrl-C.

    Raises:
        VmexporterError: the bundles cannot be loaded, or nothing can be served.
    """
    with StopSwitch() as switch, _opened(opening, switch, form) as ready:
        gallery = Gallery(ready.session, ready.bundles)
        server = OpenServer(gallery, looking.port)
        gallery.vmui_url = f"{server.settings.address}{VMUI}/vmui"
        with closing(server):
            render.print_text(f"{server.address}\n")
            sys.stdout.flush()
            render.say("Open it in a browser. Ctrl-C ends it, and the private VictoriaMetrics with it.")
            if not looking.no_browser and has_screen():
                webbrowser.open(server.address_for_browser())
            server.run()
    render.say(f"Ended. The data stays in {opening.keep}." if opening.keep else "Ended. Nothing of it is left.")


def report(opening: Opening, output: Path, form: FormatOptions) -> None:
    """Run ``report``.

    Raises:
        VmexporterError: the bundles cannot be loaded, or the file cannot be written.
    """
    world = World()
    with StopSwitch() as switch, _opened(opening, switch, form) as ready:
        html = make_report(ready.session, ready.bundles, world.now_ms())
    write_private(output, html.encode())
    size_bytes = len(html.encode())
    if form.json:
        render.print_json({"report": output, "report_bytes": size_bytes})
    else:
        render.print_facts("Report written", [("report", f"{output} ({render.size(size_bytes)})")])


@contextmanager
def _opened(opening: Opening, switch: StopSwitch, form: FormatOptions) -> Iterator[Opened]:
    """The bundles, loaded; a signal before that ends the process."""
    with closing(open_bundles(opening, World())) as events:  # type: ignore[type-var]
        with render.watching(quiet=form.quiet) as watcher:
            for event in events:
                if isinstance(event, Opened) or switch.pressed:
                    break
                watcher.show(event)
        if not isinstance(event, Opened):
            render.say("Stopped.")
            sys.exit(switch.exit_status)
        yield event
