"""A query's matrix answer, read series by series: bounded memory for any number of series.

The answer is ``{"status":"success",…,"data":{…,"result":[SERIES,SERIES,…]}…}``; only SERIES are parsed while the rest
arrives, and what stands around them is parsed at the end, so that a cut or failed answer is never taken for a whole.
Format: https://prometheus.io/docs/prometheus/latest/querying/api/#range-vectors
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator
from typing import Final

from vmexporter.core.lines import RawChunk, export_line
from vmexporter.core.words import fit_to_show
from vmexporter.errors import BadExportLine, QueryRejected, ServerUnreachable

_RESULT = re.compile(r'"result"\s*:\s*\[')
_HEAD_CHARACTERS = 1 << 20
_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_JSON_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_SPECIAL: Final = {"NaN": "null", "+Inf": '"Infinity"', "Inf": '"Infinity"', "-Inf": '"-Infinity"'}
_READ_BYTES = 1 << 18


class MatrixReader:
    """Reads one answer; ``partial`` is known when ``lines`` has ended."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        """*read* gives at most so many of the answer's bytes, and ``b""`` at its end."""
        self._read = read
        self._decode = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._buffer = ""
        self.partial = False

    def lines(self, start_ms: int, end_ms: int, *, known: set[str] | None = None) -> Iterator[RawChunk]:
        """One export line per series, with the samples between *start_ms* and *end_ms* (both inclusive).

        A series whose label set is in *known* is left out, others are added to it.

        Raises:
            QueryRejected: the server failed after it had said 200.
            ServerUnreachable: the answer ended too early.
            BadExportLine: a series is not of the documented form.
        """
        head = self._read_head()
        for series in self._series():
            labels = json.dumps(series.get("metric"), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            if known is not None and labels in known:
                continue
            if known is not None:
                known.add(labels)
            line = _line(labels, series, start_ms, end_ms)
            if line:
                yield line
        self._finish(head)

    def _read_head(self) -> str:
        while not (found := _RESULT.search(self._buffer)):
            if len(self._buffer) > _HEAD_CHARACTERS:
                raise BadExportLine("cannot read the answer: it holds no result")
            if not self._more():
                self._finish("")
                raise BadExportLine("cannot read the answer: it holds no result")
        head = self._buffer[: found.end()]
        self._buffer = self._buffer[len(head) :]
        return head

    def _series(self) -> Iterator[dict[str, object]]:
        decoder, position = json.JSONDecoder(), 0
        while True:
            while self._buffer[position : position + 1] in {*", \t\r\n"} and position < len(self._buffer):
                position += 1
            if self._buffer.startswith("]", position):
                self._buffer = self._buffer[position:]
                return
            try:
                series, position = decoder.raw_decode(self._buffer, position)
            except json.JSONDecodeError as error:
                self._buffer, position = self._buffer[position:], 0
                if not self._more():
                    raise ServerUnreachable("cannot read the answer: it ended within a series") from error
                continue
            except RecursionError as error:
                raise BadExportLine("cannot read the answer: a series is not of the documented form") from error
            if not isinstance(series, dict):
                raise BadExportLine("cannot read the answer: a series is not a JSON object")
            yield series

    def _finish(self, head: str) -> None:
        while self._more():
            pass
        try:
            frame = json.loads(head + self._buffer)
            succeeded = frame["status"] == "success"
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            words = fit_to_show(self._buffer.lstrip("]}"))
            raise QueryRejected(f"cannot query: the server stopped within its answer: {words}") from error
        if not succeeded:
            raise QueryRejected(
                f"cannot query: {fit_to_show(str(frame.get('error', 'the server reports no success')))}"
            )
        self.partial = frame.get("isPartial") is True

    def _more(self) -> bool:
        chunk = self._read(_READ_BYTES)
        self._buffer += self._decode.decode(chunk, final=not chunk)
        return bool(chunk)


def _line(labels: str, series: dict[str, object], start_ms: int, end_ms: int) -> RawChunk | None:
    pairs = series.get("values")
    if "histograms" in series:
        raise QueryRejected(
            "cannot export native histograms: the export format has no place for them",
            hint="leave these series out of the selector",
        )
    values, timestamps_ms = [], []
    if not isinstance(pairs, list):
        raise BadExportLine("cannot read the answer: a series has no list of values")
    try:
        for timestamp_s, value in pairs:
            timestamp_ms = round(timestamp_s * 1000)
            if start_ms <= timestamp_ms <= end_ms:
                timestamps_ms.append(timestamp_ms)
                values.append(_json_value(value))
        return export_line(labels, values, timestamps_ms) if values else None
    except (TypeError, ValueError, OverflowError) as error:  # UnicodeEncodeError too: half a character in a label
        raise BadExportLine("cannot read the answer: a series is not of the documented form") from error


def _json_value(text: str) -> str:
    """The export format's text of a sample value: a finite number keeps its digits."""
    if _JSON_NUMBER.fullmatch(text):
        return text
    if text in _SPECIAL:
        return _SPECIAL[text]
    if _NUMBER.fullmatch(text):
        return repr(float(text))
    raise BadExportLine("cannot read the answer: a sample's value is not a number")
