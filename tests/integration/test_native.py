"""Native streams of real servers: rows counted as their lines have them, and taken by another server as they passed.

Servers from before v1.82, Debian's among them, write another header; a current one has to take what becomes of it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests import policies
from tests.integration.exports import server_program
from tests.lab.lines import line, samples_by_series
from tests.lab.victoria import VictoriaMetrics, post_import, seconds
from tests.unit.native_streams import passed
from vmexporter.core.formats import Edges, label_cache
from vmexporter.core.lines import LabelCache, LineRewriter, RawChunk
from vmexporter.core.native.stream import NativeRewriter, stream_header
from vmexporter.core.privacy.labels import build, parse
from vmexporter.core.request import ObfuscationChoice

pytestmark = pytest.mark.real

FIRST_MS = 1_795_424_338_000
SERIES = 12
ROWS = 20_000
LAST_MS = FIRST_MS + ROWS * 15_000
OURS = '{job="ours"}'


def real_lines() -> Iterator[bytes]:
    """Series with regular, jittered and broken-off timestamps, more rows than one block holds."""
    chance = random.Random(9)
    for number in range(SERIES):
        jitter = (0, 0, 3, 200, 7000)[number % 5]
        times = [FIRST_MS + 15_000 * row + chance.randint(-jitter, jitter) for row in range(ROWS)]
        if number % 2:
            times = [time_ms for row, time_ms in enumerate(times) if row % 1000 > number * 10]
        labels = {
            "__name__": f"vm_real_{number % 3}",
            "job": "ours",
            "instance": f"h-{number}:80",
            "zone": 'ä"\\\n\x01\x02',
        }
        for at in range(0, len(times), 5000):
            part = times[at : at + 5000]
            yield line(labels, [chance.choice([number, row, 0.25 * row]) for row in range(len(part))], part)


def native_export(server: VictoriaMetrics, start_ms: int, end_ms: int) -> bytes:
    reply = server.api.get(
        "/api/v1/export/native", **{"match[]": OURS, "start": seconds(start_ms), "end": seconds(end_ms)}
    )
    return reply.body


@contextmanager
def filled(which: str) -> Iterator[VictoriaMetrics]:
    """A server with the series."""
    with VictoriaMetrics("-search.latencyOffset=0s", program=server_program(which)) as server:
        server.import_jsonl(real_lines())
        yield server


@contextmanager
def empty() -> Iterator[VictoriaMetrics]:
    """A current server to import into."""
    with VictoriaMetrics("-search.latencyOffset=0s", program=server_program("current")) as server:
        yield server


def rewriting(rewrite: Callable[[bytes], bytes], start_ms: int, end_ms: int) -> NativeRewriter:
    edges = Edges(start_ms, end_ms, expected=stream_header(start_ms, end_ms))
    return NativeRewriter(label_cache("native", lambda pairs: parse(rewrite(build(pairs)))), edges)


SOURCES = pytest.mark.parametrize("source", ["installed", "current"])


@SOURCES
def test_rows_are_counted_as_the_lines_have_them(source: str) -> None:
    chance = random.Random(13)
    with filled(source) as server:
        for _ in range(25):
            start_ms, end_ms = sorted(chance.randrange(FIRST_MS - 20_000, LAST_MS) for _ in range(2))
            tested = rewriting(lambda part: part, start_ms, end_ms)
            passed(tested, [native_export(server, start_ms, end_ms)])
            exported = samples_by_series(server.export(OURS, start_ms, end_ms))
            assert tested.counts.samples == sum(map(len, exported.values()))
        assert native_export(server, 1000, 2000) == stream_header(1000, 2000)


@SOURCES
def test_a_current_server_takes_what_passes(source: str) -> None:
    """Imported, the stream is what the lines are after the same policy."""
    rewrite = policies.policy(ObfuscationChoice(level="support")).rewrite
    whole = FIRST_MS + 100_000, LAST_MS - 100_000
    with filled(source) as server, empty() as fresh:
        safe = passed(rewriting(rewrite, *whole), [native_export(server, *whole)])
        post_import(f"{fresh.url}/api/v1/import/native", stream_header(*whole) + safe)
        fresh.flush()
        by_lines = LineRewriter(LabelCache(rewrite), *whole)
        lines = b"".join(text + b"\n" for text in server.export(OURS, *whole))
        expected = samples_by_series((by_lines.feed(RawChunk(lines)) + by_lines.finish()).split(b"\n"))
        found = samples_by_series(fresh.export('{__name__!=""}', FIRST_MS - 10**6, LAST_MS + 10**6))
        assert found == expected and len(found) == SERIES


@SOURCES
def test_slices_are_a_stream_each(source: str) -> None:
    """A block on the border is in both; each stream's own range in front keeps a server from storing its rows twice."""
    border_ms = FIRST_MS + 15_000 * 3000
    slices = [(FIRST_MS - 20_000, border_ms), (border_ms + 1, LAST_MS)]
    with filled(source) as server, empty() as fresh:
        for start_ms, end_ms in slices:
            safe = passed(rewriting(lambda part: part, start_ms, end_ms), [native_export(server, start_ms, end_ms)])
            post_import(f"{fresh.url}/api/v1/import/native", stream_header(start_ms, end_ms) + safe)
        fresh.flush()
        everything = OURS, FIRST_MS - 20_000, LAST_MS
        assert samples_by_series(fresh.export(*everything)) == samples_by_series(server.export(*everything))
