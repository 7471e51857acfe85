"""The command that audits a finished bundle."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vmexporter.bundle.tables import read_tables
from vmexporter.cli import render
from vmexporter.cli.options import FormatOptions
from vmexporter.core.privacy.auditing.claims import BLOCKS
from vmexporter.flows.auditing import AuditReport, audit_file, leak


def audit(bundle: Path, map_document: Mapping[str, Any], form: FormatOptions) -> None:
    """Run the command; *map_document* is the parsed map.

    Raises:
        LeakFound: something private is in the bundle; what was found has been printed.
    """
    report = audit_file(bundle, map_document, read_tables())
    if form.json:
        render.print_text(report.report_json())
    else:
        _print(report)
    if report.found:
        raise leak(report, "do not send it; the findings say where to look")


def _print(report: AuditReport) -> None:
    units = "blocks" if report.entry == BLOCKS else "lines"
    render.print_facts(
        f"Audit of {report.bundle}",
        [
            ("level", report.level),
            ("searched", f"{render.count(report.lines)} {units} of {report.entry}"),
            ("originals", f"{render.count(report.originals)} in {render.count(report.spellings)} spellings"),
            ("visible by choice", render.count(report.visible_by_choice)),
            ("found", render.count(report.found)),
        ],
    )
    if report.findings:
        rows = ((finding.kind, finding.place, render.count(finding.count)) for finding in report.findings)
        render.print_table(("kind", "place", "count"), rows, right=(2,))
