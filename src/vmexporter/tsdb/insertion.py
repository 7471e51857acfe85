"""What takes data in: the import API at one base, for JSON lines and native blocks, and where that base is.

The API answers 204 and nothing else. It has no transactions: of a request that failed, any part may be stored, and the
same samples sent again are stored twice (``-dedup.minScrapeInterval`` apart), merges do not remove them either.
API: https://docs.victoriametrics.com/victoriametrics/#how-to-import-time-series-data
"""

from __future__ import annotations

from typing import Final

from isal import igzip

from vmexporter.core.formats import Format
from vmexporter.core.importing.spellings import spelled_for_all
from vmexporter.core.importing.stalemarks import stale_marks
from vmexporter.core.insertpoints import InsertPoints
from vmexporter.core.native.older import READERS, TELLTALE
from vmexporter.core.native.stream import stream_header
from vmexporter.errors import (
    AccessDenied,
    EndpointMissing,
    InvalidInput,
    QueryRejected,
    ServerUnreachable,
    VmexporterError,
)
from vmexporter.tsdb.faults import raise_for, said
from vmexporter.tsdb.transport import Answer, HttpClient, Limits

PATHS: Final[dict[Format, str]] = {"jsonl": "/api/v1/import", "native": "/api/v1/import/native"}
NOTHING: Final[dict[Format, bytes]] = {"jsonl": b"", "native": stream_header(0, 0)}
"""A valid body without a sample."""
_GZIP_LEVEL: Final = 1
_ANSWER_BYTES: Final = 1 << 16


class InsertApi:
    """The import API at one base, such as ``http://vminsert:8480/insert/0/prometheus``; from any number of threads."""

    def __init__(self, client: HttpClient, base: str) -> None:
        self._client = client
        self.base = base

    def send(self, form: Format, body: bytes, *, is_plain: bool = False) -> None:
        """Have *body*, whole lines or a native stream, taken in; it travels gzipped, unless the server is near.

        Lines are spelled as all versions read them, and their staleness marks follow in a request of their own: the
        import API has no word for them. *is_plain*: all their values are numbers, so neither is needed.

        Raises:
            ServerUnreachable: no answer came, or 429 or 5xx; with ``unsent`` nothing of it reached the server.
            AccessDenied, EndpointMissing: what the status says.
            QueryRejected: the server read it and refused it, perhaps after a part of it was stored; ``status`` is 413
                where it is too large.
        """
        if form == "native" or is_plain:
            self._import(form, body)
            return
        self._import(form, spelled_for_all(body))
        if marks := stale_marks(body):
            try:
                self._write(marks)
            except ServerUnreachable as error:
                error.unsent, error.status = False, None  # the lines before have arrived
                raise

    def require_readable(self, form: Format) -> None:
        """Nothing if the server reads samples of this *form*; nothing is stored.

        Raises:
            InvalidInput: native blocks, and a server of before v1.82, whatever it says of its version.
            VmexporterError: as :meth:`send`.
        """
        if form != "native":
            return
        try:
            self._import(form, TELLTALE)
        except QueryRejected as error:
            if error.status != 400:
                raise
            raise InvalidInput(
                f"cannot import native blocks into this server: {READERS}",
                hint="import into a newer server, or export the bundle anew as JSON lines",
                field="bundle",
            ) from error

    def _import(self, form: Format, body: bytes) -> None:
        headers = {"Content-Type": "application/octet-stream"}
        if not self._client.is_near:
            headers["Content-Encoding"] = "gzip"
            body = igzip.compress(body, _GZIP_LEVEL)
        self._post(PATHS[form], body, headers)

    def _write(self, request: bytes) -> None:
        """Have a remote write request taken in: https://prometheus.io/docs/specs/prw/remote_write_spec/."""
        version = {"X-Prometheus-Remote-Write-Version": "0.1.0"}
        headers = {"Content-Type": "application/x-protobuf", "Content-Encoding": "snappy", **version}
        self._post("/api/v1/write", request, headers)

    def _post(self, path: str, body: bytes, headers: dict[str, str]) -> None:
        answer = self._client.send(f"{self.base}{path}", body, headers, Limits(_ANSWER_BYTES, cut=True))
        raise_for(answer, doing="import")
        if answer.body.strip():
            raise EndpointMissing(
                f"cannot import: {said(answer.status, self._client.strike_out(answer.words))}, where an import API"
                " answers with nothing",
                hint="the address may be that of a page, or lead to a login",
            )


def find_insert(client: HttpClient, points: InsertPoints, form: Format) -> InsertApi:
    """The first of the bases that takes nothing in and says so as the import API does.

    Raises:
        InvalidInput: it cannot read samples of this *form*.
        VmexporterError: none does; the most telling reason: credentials before an ill server before a wrong path.
    """
    failures: list[VmexporterError] = []
    for base in points.bases:
        api = InsertApi(client, base)
        try:
            api.send(form, NOTHING[form])
        except VmexporterError as error:
            failures.append(error)
            if isinstance(error, ServerUnreachable) and error.unsent:
                break  # the other bases are on the same host
            continue
        api.require_readable(form)
        return api
    worst = max(failures, key=_weight)
    if isinstance(worst, AccessDenied | ServerUnreachable):
        raise worst
    raise EndpointMissing(f"{worst.message}, at {points.bases[failures.index(worst)]}", hint=_MISSING_HINT)


_MISSING_HINT: Final = (
    "data is taken in by a single node or vmagent at its root, by a cluster at http://<vminsert>:8480/insert/<accountID>"
    "/prometheus: name that with --insert-url beside the address for queries"
)


def force_flush(client: HttpClient, program_url: str) -> bool:
    """Ask a storage to make visible what it has; False where that is not to be had (a gateway, an authKey).

    https://docs.victoriametrics.com/victoriametrics/#how-to-export-data-in-json-line-format
    """
    try:
        answer: Answer = client.get(f"{program_url}/internal/force_flush")
    except VmexporterError:
        return False
    return answer.status == 200 and not answer.moved_to and not answer.body.strip()


def _weight(error: VmexporterError) -> int:
    if isinstance(error, AccessDenied):
        return 3
    if isinstance(error, ServerUnreachable):
        return 2
    return 1 if isinstance(error, QueryRejected) else 0
