"""The command report: what there is to see in opened bundles, as one file."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from vmexporter.bundle.files import require_absent
from vmexporter.cli import render
from vmexporter.cli.options import FormatOptions
from vmexporter.flows.bundleview import OpenedBundle
from vmexporter.flows.reporting import write_report
from vmexporter.flows.session import Session
from vmexporter.flows.world import World

Opening = AbstractContextManager[tuple[Session, Sequence[OpenedBundle]]]
"""Opens bundles for the time of a block: the session of the server that holds them, and what they are."""


def report(opening: Opening, output: Path, form: FormatOptions) -> None:
    """Write the report of what *opening* opens; the path of the file goes to standard output.

    Raises:
        OutputFailed: *output* exists, or cannot be written.
        VmexporterError: as *opening* has it, or the server cannot be asked.
    """
    require_absent(output)  # told before the bundles are loaded
    with opening as (session, bundles):
        write_report(session, bundles, output, World().now_ms())
    if form.json:
        render.print_json({"report": output})
        return
    render.print_text(f"{output}\n")
    render.say("The report holds what the bundle holds: send it to those who may see that.")
