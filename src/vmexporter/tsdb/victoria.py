"""What only VictoriaMetrics serves: the export of raw samples as JSON lines, and the list of tenants.

The export refuses a partial answer by itself, and reports an error that it meets after the 200 as a line of text.
API: https://docs.victoriametrics.com/victoriametrics/#how-to-export-time-series and
https://docs.victoriametrics.com/victoriametrics/cluster-victoriametrics/#url-format
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit, urlunsplit

from vmexporter.core.lines import RawChunk
from vmexporter.core.native.stream import stream_header
from vmexporter.core.times import format_for_server
from vmexporter.errors import EndpointMissing, QueryRejected
from vmexporter.tsdb.faults import raise_for
from vmexporter.tsdb.transport import HttpClient

READ_BYTES = 1 << 20
NATIVE_PATH = "/api/v1/export/native"
NOTHING = '{__name__="vmexporter_probe"}'  # a selector that no series fits
MAX_ROWS_PER_LINE = 720  # three hours at 15 s; two such lines lie within the 32 KiB that deflate looks back
NO_TENANTS_HINT = "only a cluster's vmselect has this list; a gateway before it needs a route for /admin/tenants"


class ExportApi:
    """The export API at one base, such as ``http://vmselect:8481/select/0/prometheus``."""

    def __init__(self, client: HttpClient, base: str) -> None:
        self._client = client
        self._base = base

    def export(self, selectors: Sequence[str], start_ms: int, end_ms: int, *, whole_lines: bool) -> Iterator[RawChunk]:
        """The raw bytes of all samples of the range (both ends inclusive), as they arrive.

        *whole_lines* keeps all samples of a series of the window in one line, whatever its length.

        The format has no end of its own, so where the way to the server may hide a cut it is asked for compressed.

        Raises:
            ServerUnreachable: no connection, a cut or stalled answer, 429 or 5xx.
            AccessDenied, EndpointMissing, QueryRejected: what the status says.
            EndpointMissing: a cut could not be told from the end, compressed or not.
        """
        params = [("match[]", selector) for selector in selectors]
        params += [("start", format_for_server(start_ms)), ("end", format_for_server(end_ms))]
        if not whole_lines:
            params.append(("max_rows_per_line", str(MAX_ROWS_PER_LINE)))
        yield from self._stream("/api/v1/export", params)

    def native(self, selectors: Sequence[str], start_ms: int, end_ms: int) -> Iterator[RawChunk]:
        """The same samples as stored blocks; blocks that the range cuts come whole. The first 16 bytes are the range.

        https://docs.victoriametrics.com/victoriametrics/#how-to-export-data-in-native-format

        Raises:
            VmexporterError: as :meth:`export`.
        """
        params = [("match[]", selector) for selector in selectors]
        params += [("start", format_for_server(start_ms)), ("end", format_for_server(end_ms))]
        yield from self._stream(NATIVE_PATH, params)

    def has_native(self) -> bool:
        """Whether this base has the native export for us: asked for nothing, it answers with the range alone.

        Raises:
            VmexporterError: as :meth:`export`; what is not retryable says why it has none.
        """
        return b"".join(self.native([NOTHING], 0, 0)) == stream_header(0, 0)

    def _stream(self, path: str, params: Sequence[tuple[str, str]]) -> Iterator[RawChunk]:
        while True:
            with self._client.stream(f"{self._base}{path}", params) as answer:
                raise_for(answer, doing="export")
                if answer.proven:
                    while chunk := answer.read(READ_BYTES):
                        yield RawChunk(chunk)
                    return
            if not self._client.use_gzip():
                raise EndpointMissing(
                    "cannot export: a proxy on the way hides where an answer ends, so a cut one would look whole",
                    hint="let the proxy talk HTTP/1.1 to the server (nginx: proxy_http_version 1.1)",
                )


def list_tenants(client: HttpClient, base: str) -> list[str]:
    """The tenants that a cluster knows, as ``accountID:projectID``, from ``/admin/tenants`` beside the base's /select/.

    Raises:
        EndpointMissing: the server has no such list (a single node, a proxy without this route).
        VmexporterError: as the transport and ``raise_for`` have it.
    """
    parts = urlsplit(base)
    prefix, found, _ = parts.path.partition("/select/")
    root = urlunsplit(parts._replace(path=prefix if found else ""))
    answer = client.get(f"{root}/admin/tenants", [])
    try:
        raise_for(answer, doing="list tenants")
    except (EndpointMissing, QueryRejected) as error:  # it has no parameters, so a 400 can only be about the path
        raise EndpointMissing(error.message, hint=error.hint or NO_TENANTS_HINT) from None
    try:
        tenants = sorted(map(str, json.loads(answer.body)["data"]), key=_tenant_order)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise EndpointMissing("cannot list tenants: the server has no list of them", hint=NO_TENANTS_HINT) from error
    return tenants


def _tenant_order(tenant: str) -> list[int]:
    return [int(number) if number.isdigit() else 0 for number in tenant.split(":")]
