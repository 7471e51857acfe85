"""The report that stays when the guard stopped an export: what was found where, in a file of the owner's alone."""

from __future__ import annotations

import json
from pathlib import Path

from vmexporter.bundle.files import remove, write_private
from vmexporter.errors import LeakFound
from vmexporter.flows.auditing import report_path


def leave_report(bundle: Path, error: LeakFound) -> Path:
    """Write what *error* knows beside where *bundle* would have been, in place of an older report; the report's path.

    Raises:
        OutputFailed: it cannot be written.
    """
    path = report_path(bundle)
    finding = {"kind": error.kind, "place": error.place, "count": 1}
    document = {"bundle": bundle.name, "found": 1, "found_by": "the guard in the pipe", "findings": [finding]}
    remove(path)
    write_private(path, json.dumps(document, indent=1).encode() + b"\n")
    return path
