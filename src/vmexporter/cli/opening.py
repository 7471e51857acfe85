"""The commands open and report: bundles in a private VictoriaMetrics, as a page to look at or as one file."""

from __future__ import annotations

import sys
import webbrowser
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NoReturn

from vmexporter.bundle.files import require_absent
from vmexporter.cli import render
from vmexporter.cli.options import FormatOptions
from vmexporter.cli.serving import has_screen
from vmexporter.cli.stopping import StopSwitch
from vmexporter.cli.support_commands import LookingOptions
from vmexporter.core.support.grafana import PASSWORD_VARIABLE
from vmexporter.flows.opening import Opened, Opening, open_bundles
from vmexporter.flows.provisioning import write_grafana
from vmexporter.flows.reporting import write_report
from vmexporter.flows.world import World
from vmexporter.web.gallery import Gallery
from vmexporter.web.openserver import OpenServer
from vmexporter.web.vmui import VMUI, has_vmui


def open_page(opening: Opening, how: LookingOptions, form: FormatOptions) -> None:
    """Run ``open``: until Ctrl-C.

    Raises:
        VmexporterError: the bundles cannot be loaded, or nothing can be served.
    """
    if how.grafana:
        require_absent(how.grafana)  # told before the bundles are loaded
    with StopSwitch() as switch, _opened(opening, switch, form) as ready:
        gallery = Gallery(ready.session, ready.bundles)
        server = OpenServer(gallery, how.port)
        with closing(server):
            if has_vmui(ready.session):
                gallery.vmui_url = f"{server.settings.address}{VMUI}/vmui"
            readme = _set_up_grafana(ready, how.grafana) if how.grafana else None
            if form.json:
                render.print_json({"address": server.address, "grafana": readme})
            else:
                render.print_text(f"{server.address}\n")
            render.say("Open it in a browser. Ctrl-C ends it, and the private VictoriaMetrics with it.")
            if not how.no_browser and has_screen():
                webbrowser.open(server.address_for_browser())
            server.run()
    render.say(f"Ended. The data stays in {opening.keep}." if opening.keep else "Ended. Nothing of it is left.")


def report(opening: Opening, output: Path, form: FormatOptions) -> None:
    """Run ``report``; the path of the file goes to standard output.

    Raises:
        OutputFailed: *output* exists, or cannot be written.
        VmexporterError: the bundles cannot be loaded, or the server cannot be asked.
    """
    require_absent(output)  # told before the bundles are loaded
    with StopSwitch() as switch, _opened(opening, switch, form) as ready:
        making = write_report(ready.session, ready.bundles, output, World().now_ms())
        with closing(making) as events:  # type: ignore[type-var]
            for _ in events:
                if switch.pressed:
                    _stopped(switch)
    if form.json:
        render.print_json({"report": output})
        return
    render.print_text(f"{output}\n")
    render.say("The report holds what the bundle holds: send it to those who may see that.")


def _set_up_grafana(ready: Opened, folder: Path) -> Path:
    """Write what Grafana needs, and say the password, which stands in no file and is worth nothing afterwards.

    Returns the README that says what to do with it.
    """
    auth = ready.connection.auth
    readme = write_grafana(ready.session, ready.bundles, folder, World().now_ms(), auth.username)
    render.say(f"For Grafana, as long as this runs, see {readme}; in its environment:")
    render.say(f"  {PASSWORD_VARIABLE}={auth.password.get_secret_value()}")
    return readme


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
            _stopped(switch)
        yield event


def _stopped(switch: StopSwitch) -> NoReturn:
    """End as a shell expects it after a signal; what is open closes itself."""
    render.say("Stopped. Nothing was written.")
    sys.exit(switch.exit_status)
