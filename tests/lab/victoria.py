"""A real single-node VictoriaMetrics that keeps whatever age of data a test imports.

Times are sent as seconds plus 0.2 ms: old servers cut the product of a float down to whole milliseconds, new ones round
it, and either way the millisecond that was meant comes out.
API: https://docs.victoriametrics.com/victoriametrics/url-examples/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from tests.lab.asking import Reply, ask
from tests.lab.processes import Address, LabError, Launch, Server
from tests.lab.programs import find_program

IMPORT_BYTES = 8 << 20  # one import request carries about this much


def seconds(time_ms: int) -> str:
    """A time in ms as every server version reads it to the same millisecond."""
    return f"{time_ms / 1000 + 0.0002:.4f}"


class TsdbApi:
    """The query API below *base* (no slash at its end), for whatever server answers there."""

    def __init__(self, base: str) -> None:
        self.base = base

    def get(self, path: str, **params: str | Sequence[str]) -> Reply:
        """GET ``base + path``; parameters may repeat. Raises: LabError unless the status is 200."""
        reply = ask(f"{self.base}{path}?{urlencode(params, doseq=True)}")
        if reply.status != 200:
            raise LabError(f"{self.base}{path} said {reply.status}: {reply.body[:500]!r}")
        return reply

    def query(self, query: str, time_ms: int) -> list[Any]:
        """``data.result`` of an instant query."""
        reply = self.get("/api/v1/query", query=query, time=seconds(time_ms), nocache="1")
        return list(reply.json()["data"]["result"])

    def export(self, match: str | Sequence[str], start_ms: int, end_ms: int, **params: str) -> list[bytes]:
        """The lines of ``/api/v1/export`` without their line feeds; both ends of the range belong to it."""
        times = {"match[]": match, "start": seconds(start_ms), "end": seconds(end_ms)}
        return self.get("/api/v1/export", **times, **params).body.removesuffix(b"\n").split(b"\n")


class VictoriaMetrics(Server):
    """A single node. ``path_prefix`` such as ``/select/1011`` makes it answer as one tenant of a cluster would."""

    def __init__(
        self,
        *flags: str,
        address: Address | None = None,
        path_prefix: str = "",
        program: str = "victoria-metrics",
    ) -> None:
        super().__init__("victoria-metrics", address)
        self.flags = flags
        self.path_prefix = path_prefix
        self.program = program

    @property
    def url(self) -> str:
        """``http://host:port`` and the path prefix."""
        return f"http://{self.address}{self.path_prefix}"

    @property
    def api(self) -> TsdbApi:
        """The server's query API."""
        return TsdbApi(self.url)

    def launch(self) -> Launch:
        arguments = (
            f"-httpListenAddr={self.address}",
            f"-storageDataPath={self.folder / 'data'}",
            "-retentionPeriod=100y",
            f"-http.pathPrefix={self.path_prefix}",
            *self.flags,
        )
        return Launch(find_program(self.program), arguments, f"{self.url}/health")

    def import_jsonl(self, lines: Iterable[bytes]) -> None:
        """Store lines of the export format (each with its line feed) and make them visible to queries.

        Raises:
            LabError: the server skipped a line, which it says in its log only. Version 1.79 takes no null and no
                infinity this way: see ``import_text``.
        """
        before = len(self.log())
        for body in batches(lines):
            post_import(f"{self.url}/api/v1/import", body)
        self._complain_of(before)
        self.flush()

    def import_text(self, text: str) -> None:
        """Store lines of the Prometheus text format, ``name{label="value"} +Inf 1795424278000`` (ms)."""
        before = len(self.log())
        post_import(f"{self.url}/api/v1/import/prometheus", text.encode())
        self._complain_of(before)
        self.flush()

    def _complain_of(self, position: int) -> None:
        skipped = [text for text in self.log()[position:].splitlines() if "\terror\t" in text]
        if skipped:
            raise LabError(f"the server skipped lines: {skipped[0][:500]}")

    def flush(self) -> None:
        """Make what was stored visible to queries."""
        self.api.get("/internal/force_flush")

    def export(self, match: str | Sequence[str], start_ms: int, end_ms: int, **params: str) -> list[bytes]:
        """As ``TsdbApi.export``."""
        return self.api.export(match, start_ms, end_ms, **params)

    def query(self, query: str, time_ms: int) -> list[Any]:
        """As ``TsdbApi.query``."""
        return self.api.query(query, time_ms)


def batches(lines: Iterable[bytes]) -> Iterator[bytes]:
    """*lines* joined to bodies of about ``IMPORT_BYTES``."""
    body = bytearray()
    for text in lines:
        body += text
        if len(body) >= IMPORT_BYTES:
            yield bytes(body)
            body.clear()
    if body:
        yield bytes(body)


def post_import(url: str, body: bytes) -> None:
    """POST lines of the export format. Raises: LabError unless they were taken."""
    reply = ask(url, data=body)
    if reply.status not in {200, 204}:
        raise LabError(f"{url} said {reply.status}: {reply.body[:500]!r}")
