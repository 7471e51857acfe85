"""One connection in use: the client, what the probe found, and the APIs at the bases that answered."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from vmexporter.core.request import Connection
from vmexporter.tsdb.probe import Probe, Stage, probe
from vmexporter.tsdb.prometheus import PrometheusApi
from vmexporter.tsdb.transport import HttpClient
from vmexporter.tsdb.victoria import ExportApi


@dataclass(frozen=True, slots=True)
class Session:
    """``export`` is None where the server has no export API for us."""

    client: HttpClient
    found: Probe
    api: PrometheusApi
    export: ExportApi | None

    @property
    def is_victoria(self) -> bool:
        """Whether MetricsQL is understood."""
        return self.found.metricsql


@contextlib.contextmanager
def connect(connection: Connection, on_stage: Callable[[Stage], None] | None = None) -> Iterator[Session]:
    """Probe the server and keep its connections until the block ends; credentials live no longer than that.

    Raises:
        VmexporterError: no candidate address answers as it should; the most telling reason.
    """
    with HttpClient(connection) as client:
        yield open_session(client, connection, on_stage)


def open_session(
    client: HttpClient, connection: Connection, on_stage: Callable[[Stage], None] | None = None
) -> Session:
    """Probe the server with a client that the caller will close.

    Raises:
        VmexporterError: as ``connect``.
    """
    found = probe(client, connection, on_stage)
    export = ExportApi(client, found.export_base) if found.export_base else None
    return Session(client, found, PrometheusApi(client, found.query_base), export)
