"""Writes what Grafana needs to show the panels of support from a server that holds a bundle."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vmexporter.bundle.files import write_tree
from vmexporter.core.request import TimeRange
from vmexporter.core.support.grafana import README, Setup, grafana_files
from vmexporter.flows.bundleview import OpenedBundle, look, read_support_tables
from vmexporter.flows.session import Session


def write_grafana(session: Session, bundles: Sequence[OpenedBundle], folder: Path, now_ms: int, user: str = "") -> Path:
    """Make *folder*, which must not exist, with data source, dashboards and a README; *user* is the server's, if any.

    Returns the README.

    Raises:
        OutputFailed: the folder exists, or cannot be written.
        InvalidInput: there is nothing in a bundle.
        VmexporterError: the server cannot be asked.
    """
    views = [look(session, one, now_ms) for one in bundles]
    ranges = [view.time_range for view in views]
    whole = TimeRange(start_ms=min(one.start_ms for one in ranges), end_ms=max(one.end_ms for one in ranges))
    interval_ms = max(view.interval_ms for view in views)
    labels = tuple(one.label for one in bundles if one.label)
    setup = Setup(session.found.query_base, whole, interval_ms, user, labels)
    texts = grafana_files(setup, read_support_tables().panels, str(folder.absolute()))
    write_tree(folder, {name: text.encode() for name, text in texts.items()})
    return folder / README
