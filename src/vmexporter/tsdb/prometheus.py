"""The Prometheus HTTP API, as VictoriaMetrics and Prometheus serve it: queries, and samples where export is missing.

Raw samples come by an instant query of a range selector: exact, window by window. Its lower border is open in some
versions and closed in others, so a millisecond more is asked for and samples outside are left out.
API: https://prometheus.io/docs/prometheus/latest/querying/api/
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from vmexporter.core.lines import RawChunk
from vmexporter.core.times import format_for_server
from vmexporter.errors import EndpointMissing, PartialData
from vmexporter.tsdb.faults import raise_for
from vmexporter.tsdb.matrix import MatrixReader
from vmexporter.tsdb.transport import Answer, HttpClient

Labels = dict[str, str]


@dataclass(frozen=True, slots=True)
class Vector:
    """An instant query's answer: (labels, value as the server wrote it) per series; partial when a part is down."""

    series: list[tuple[Labels, str]]
    partial: bool = False


class PrometheusApi:
    """Queries at one API base, such as ``http://vmselect:8481/select/0/prometheus``."""

    def __init__(self, client: HttpClient, base: str) -> None:
        self._client = client
        self._base = base

    def instant(self, query: str, time_ms: int) -> Vector:
        """The value of *query* at one moment; ``nocache`` keeps VictoriaMetrics from moving the moment back.

        Raises:
            VmexporterError: as ``raise_for`` and the transport have it.
        """
        data, partial = self._json("query", [("query", query), ("time", format_for_server(time_ms)), ("nocache", "1")])
        kind, result = data.get("resultType"), data.get("result")
        if kind == "scalar" and isinstance(result, list):
            return Vector([({}, str(result[1]))], partial)
        if kind != "vector" or not isinstance(result, list):
            raise EndpointMissing("cannot query the server: its answer is no vector")
        return Vector([(series["metric"], series["value"][1]) for series in result], partial)

    def refusal_of(self, expression: str) -> str:
        """What the server's own parser has against *expression*; "" when it has nothing, or is not served.

        VictoriaMetrics has ``/prettify-query``, Prometheus ``/api/v1/format_query``.

        Raises:
            VmexporterError: the server cannot be reached.
        """
        for path in ("prettify-query", "api/v1/format_query"):
            answer = self._client.post(f"{self._base}/{path}", [("query", expression)])
            try:
                frame = json.loads(answer.body)
            except (ValueError, RecursionError):
                continue
            if isinstance(frame, dict) and frame.get("status") == "error":
                return str(frame.get("msg") or frame.get("error") or "it cannot be parsed")
            if isinstance(frame, dict) and frame.get("status") == "success":
                return ""
        return ""

    def series(self, selectors: Sequence[str], start_ms: int, end_ms: int) -> tuple[list[Labels], bool]:
        """The label sets that the index holds for the range (its days, in VictoriaMetrics), and whether it is partial.

        Raises:
            VmexporterError: as ``instant``.
        """
        params = [*(("match[]", selector) for selector in selectors), *_range(start_ms, end_ms)]
        answer = self._post("series", params)
        frame = _frame(answer)
        return list(frame.get("data", [])), frame.get("isPartial") is True

    def label_names(self, selectors: Sequence[str], start_ms: int, end_ms: int) -> list[str]:
        """The names of all labels that series of *selectors* have in the range.

        Raises:
            VmexporterError: as ``instant``.
        """
        return self._names("labels", selectors, start_ms, end_ms)

    def label_values(self, label: str, selectors: Sequence[str], start_ms: int, end_ms: int) -> list[str]:
        """All values of *label* among series of *selectors* in the range.

        Raises:
            VmexporterError: as ``instant``.
        """
        return self._names(f"label/{quote(label, safe='')}/values", selectors, start_ms, end_ms)

    def _names(self, endpoint: str, selectors: Sequence[str], start_ms: int, end_ms: int) -> list[str]:
        params = [*(("match[]", selector) for selector in selectors), *_range(start_ms, end_ms)]
        answer = self._client.get(f"{self._base}/api/v1/{endpoint}", params)
        raise_for(answer, doing="query the server")
        return sorted(map(str, _frame(answer).get("data") or []))

    def raw_samples(self, selectors: Sequence[str], start_ms: int, end_ms: int) -> Iterator[RawChunk]:
        """Every sample of the range (both ends inclusive) as export lines; no series comes twice.

        Raises:
            PartialData: a part of the server is down.
            VmexporterError: as ``instant``.
        """
        known: set[str] | None = set() if len(selectors) > 1 else None
        for selector in selectors:
            params = [("query", f"{selector}[{end_ms - start_ms + 1}ms]"), ("time", format_for_server(end_ms))]
            with self._client.stream(f"{self._base}/api/v1/query", [*params, ("nocache", "1")]) as answer:
                raise_for(answer, doing="query raw samples")
                reader = MatrixReader(answer.read)
                yield from reader.lines(start_ms, end_ms, known=known)
            if reader.partial:
                raise PartialData("cannot export completely: the server answered with a part of its data")

    def sampled(
        self, expressions: Sequence[str], start_ms: int, end_ms: int, step_ms: int
    ) -> Iterator[RawChunk | bool]:
        """Export lines of the expressions' values at each step; then one bool: whether the answers were partial.

        Raises:
            VmexporterError: as ``instant``.
        """
        known: set[str] | None = set() if len(expressions) > 1 else None
        partial = False
        first_ms = -(-start_ms // step_ms) * step_ms
        for expression in expressions if first_ms <= end_ms else ():
            params = [("query", expression), *_range(first_ms, end_ms), ("step", f"{step_ms}ms"), ("nocache", "1")]
            with self._client.stream(f"{self._base}/api/v1/query_range", params) as answer:
                raise_for(answer, doing="query the range")
                reader = MatrixReader(answer.read)
                yield from reader.lines(start_ms, end_ms, known=known)
            partial = partial or reader.partial
        yield partial

    def _json(self, endpoint: str, params: Sequence[tuple[str, str]]) -> tuple[dict[str, object], bool]:
        frame = _frame(self._post(endpoint, params))
        data = frame.get("data")
        return data if isinstance(data, dict) else {}, frame.get("isPartial") is True

    def _post(self, endpoint: str, params: Sequence[tuple[str, str]]) -> Answer:
        answer = self._client.post(f"{self._base}/api/v1/{endpoint}", params)
        raise_for(answer, doing="query the server")
        return answer


def _range(start_ms: int, end_ms: int) -> list[tuple[str, str]]:
    return [("start", format_for_server(start_ms)), ("end", format_for_server(end_ms))]


def _frame(answer: Answer) -> dict[str, Any]:
    try:
        frame = json.loads(answer.body.decode("utf-8", "surrogateescape"))
    except (ValueError, RecursionError) as error:
        raise EndpointMissing("cannot query the server: its answer is no JSON") from error
    if not isinstance(frame, dict) or frame.get("status") != "success":
        raise EndpointMissing("cannot query the server: its answer is none of the Prometheus API")
    return frame
