"""Streams: bytes until a proven end, or an error; and a reader that can be woken at once."""

from __future__ import annotations

import functools
import gzip
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.exchange import CutKind, Framing, Request, Responder
from tests.fakes.scripted import Script, Scripted, says
from tests.lab.asking import wait_until
from vmexporter.core.request import Connection
from vmexporter.errors import ServerUnreachable, VmexporterError
from vmexporter.tsdb.stream import _Gunzip
from vmexporter.tsdb.transport import HttpClient, Stream

BODY = b"".join(b'{"metric":{"i":"%d"},"values":[1],"timestamps":[1]}\n' % number for number in range(20_000))
PACKED = gzip.compress(BODY)


@pytest.fixture
def server(started: ExitStack) -> Scripted:
    return started.enter_context(Scripted())


@pytest.fixture
def client(server: Scripted) -> Iterator[HttpClient]:
    with HttpClient(Connection(url=server.url, stall_timeout_s=20)) as client:
        yield client


def sends(data: bytes, framing: Framing, *, cut: CutKind | None = None, encoding: str = "identity") -> Script:
    """An answer in pieces; with *cut* it breaks off behind *data*."""

    def script(request: Request, responder: Responder) -> None:
        size = {"Content-Length": str(len(data) + (100 if cut else 0))} if framing == "length" else {}
        responder.begin(200, {"Content-Encoding": encoding, **size}, framing)
        for start in range(0, len(data), 10_000):
            responder.write(data[start : start + 10_000])
        responder.cut(cut) if cut else responder.end()

    return script


def silent(server: Scripted, framing: Framing, *, headers: bool = True) -> Script:
    """Headers and a first word at most, then nothing."""

    def script(request: Request, responder: Responder) -> None:
        if headers:
            responder.begin(200, {"Content-Length": "9999999"} if framing == "length" else {}, framing)
            responder.write(b"first")
        server.stopping.wait(20)
        responder.cut("fin")

    return script


def read_all(stream: Stream, size_bytes: int = 1 << 20) -> bytes:
    parts = []
    while part := stream.read(size_bytes):
        assert len(part) <= size_bytes
        parts.append(part)
    assert stream.read(size_bytes) == b""
    return b"".join(parts)


@pytest.mark.parametrize(("framing", "framed"), [("chunked", True), ("length", True), ("until_close", False)])
@pytest.mark.parametrize("packed", [False, True])
def test_a_whole_answer(server: Scripted, client: HttpClient, framing: Framing, framed: bool, packed: bool) -> None:
    server.script = sends(PACKED if packed else BODY, framing, encoding="gzip" if packed else "identity")
    for size_bytes in (777, 65_536, 1 << 20):
        with client.stream(server.url) as stream:
            assert stream.framed is (framed or packed)
            assert read_all(stream, size_bytes) == BODY
        with client.stream(server.url) as stream:
            assert b"".join(iter(functools.partial(stream.read_some, size_bytes), b"")) == BODY


@pytest.mark.parametrize("framing", ["chunked", "length"])
@pytest.mark.parametrize("kind", ["fin", "rst"])
@pytest.mark.parametrize("sent", [0, 1, 100_000, len(BODY)])
def test_a_cut_answer_is_an_error(
    server: Scripted, client: HttpClient, framing: Framing, kind: CutKind, sent: int
) -> None:
    server.script = sends(BODY[:sent], framing, cut=kind)
    with client.stream(server.url) as stream:
        for _ in range(2):  # and stays one
            with pytest.raises(ServerUnreachable, match="cut off"):
                read_all(stream, 1000)
    server.script = says(200, "well again")
    assert client.get(server.url).body == b"well again"


@pytest.mark.parametrize("framing", ["chunked", "until_close"])
@pytest.mark.parametrize("missing", [1, 4, 8, 9, len(PACKED) - 20, len(PACKED) - 1])
def test_a_cut_gzip_is_an_error_even_without_framing(
    server: Scripted, client: HttpClient, framing: Framing, missing: int
) -> None:
    server.script = sends(PACKED[: len(PACKED) - missing], framing, encoding="gzip")
    with client.stream(server.url) as stream, pytest.raises(ServerUnreachable, match="cut off"):
        read_all(stream)


def test_a_damaged_gzip_is_an_error(server: Scripted, client: HttpClient) -> None:
    damaged = bytearray(PACKED)
    damaged[len(damaged) // 2] ^= 255
    server.script = sends(bytes(damaged), "length", encoding="gzip")
    with client.stream(server.url) as stream, pytest.raises(ServerUnreachable):
        read_all(stream)


def test_an_empty_body_is_empty_whatever_its_encoding(server: Scripted, client: HttpClient) -> None:
    server.script = says(200, b"", content_encoding="gzip")
    assert client.get(server.url).body == b""


@pytest.mark.parametrize("encoding", ["br", "zstd", "deflate", "gzip, br"])
def test_an_encoding_that_was_not_asked_for(server: Scripted, client: HttpClient, encoding: str) -> None:
    server.script = says(200, b"?", content_encoding=encoding)
    with client.stream(server.url) as stream, pytest.raises(ServerUnreachable, match="compressed"):
        stream.read()


@given(st.lists(st.binary(max_size=3000), max_size=4), st.integers(1, 5000), st.integers(1, 4000))
def test_gzip_members_come_out_whole(members: list[bytes], piece: int, step: int) -> None:
    packed = b"".join(gzip.compress(member * 20) for member in members)
    gunzip, out = _Gunzip(), b""
    for start in range(0, len(packed), piece):
        gunzip.put(packed[start : start + piece])
        while part := gunzip.take(step):
            assert len(part) <= step
            out += part
    gunzip.check_end()
    assert out == b"".join(member * 20 for member in members)


@given(st.binary(min_size=1, max_size=500), st.data())
def test_no_cut_gzip_passes_for_a_whole_one(member: bytes, data: st.DataObject) -> None:
    packed = gzip.compress(member)
    gunzip = _Gunzip()
    gunzip.put(packed[: data.draw(st.integers(1, len(packed) - 1))])
    while gunzip.take(100):
        pass
    with pytest.raises(zlib.error):
        gunzip.check_end()


def test_a_stall_is_told_apart_and_a_slow_answer_is_none(server: Scripted) -> None:
    def slow_then_silent(request: Request, responder: Responder) -> None:
        responder.begin(200, {}, "chunked")
        for _ in range(6):
            responder.write(b"x")
            server.stopping.wait(0.1)
        if request.path == "/silent":
            server.stopping.wait(20)
        responder.end()

    server.script = slow_then_silent
    with HttpClient(Connection(url=server.url, stall_timeout_s=0.3)) as client:
        with client.stream(server.url) as stream:
            assert read_all(stream) == b"xxxxxx"
        with client.stream(f"{server.url}/silent") as stream, pytest.raises(ServerUnreachable) as stalled:
            stream.read()
        assert stalled.value.stalled


def test_no_answer_at_all_is_a_stall(server: Scripted) -> None:
    server.script = silent(server, "chunked", headers=False)
    with (
        HttpClient(Connection(url=server.url, stall_timeout_s=0.2)) as client,
        pytest.raises(ServerUnreachable, match="nothing came in time") as stalled,
    ):
        client.get(server.url)
    assert stalled.value.stalled


@pytest.mark.parametrize("how", ["close the stream", "interrupt", "close the client"])
@pytest.mark.parametrize("framing", ["chunked", "length", "until_close"])
def test_another_thread_wakes_a_blocked_read(server: Scripted, framing: Framing, how: str) -> None:
    server.script = silent(server, framing)
    failures: list[VmexporterError] = []
    reading = threading.Event()
    streams: list[Stream] = []
    client = HttpClient(Connection(url=server.url))

    def read() -> None:
        try:
            with client.stream(server.url) as stream:
                streams.append(stream)
                assert stream.read_some() == b"first"
                reading.set()
                stream.read()
        except VmexporterError as error:
            failures.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    assert reading.wait(5)
    time.sleep(0.05)
    began_s = time.monotonic()
    {"close the stream": streams[0].close, "interrupt": client.interrupt, "close the client": client.close}[how]()
    thread.join(5)
    assert time.monotonic() - began_s < 1
    assert "ended from this side" in str(failures[0])
    server.script = says(200, "well again")
    assert client.get(server.url).body == b"well again"
    client.close()


def test_another_thread_wakes_a_request_that_waits_for_its_answer(server: Scripted) -> None:
    server.script = silent(server, "chunked", headers=False)
    failures: list[VmexporterError] = []
    client = HttpClient(Connection(url=server.url))

    def ask() -> None:
        try:
            client.get(f"{server.url}/waiting")
        except VmexporterError as error:
            failures.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    server.wait_for("waiting")
    client.interrupt()
    thread.join(5)
    client.close()
    assert "ended from this side" in str(failures[0])


def test_leaving_a_stream_half_read_closes_its_connection(server: Scripted, client: HttpClient) -> None:
    open_files = Path("/proc/self/fd")
    before = len(list(open_files.iterdir()))
    server.script = sends(BODY, "chunked")
    for _ in range(20):
        with client.stream(server.url) as stream:
            stream.read(10)
    server.script = says(200)
    client.get(server.url)
    wait_until(lambda: len(list(open_files.iterdir())) <= before + 4, "the connections are closed on both ends")
