"""Slow clients without a token: the server does not wait for them for ever, and keeps its descriptors for its work."""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.integration.pageserver import JSON, PageServer, read
from tests.lab.asking import wait_until
from vmexporter.bundle.uploads import FOLDER

pytestmark = pytest.mark.real
PATIENCE_S, MOST = 1.5, 40
HURRIED = """
import pathlib, sys
from vmexporter.cli.serving import ServeOptions, serve
from vmexporter.web import patience
patience.REQUEST_S, patience.MOST_CONNECTIONS = float(sys.argv[3]), int(sys.argv[4])
serve(ServeOptions(port=int(sys.argv[1]), output=pathlib.Path(sys.argv[2]), no_browser=True))
"""


class Hurried(PageServer):
    """A server that waits for so long, and for 40 connections."""

    patience_s = PATIENCE_S

    def command(self) -> list[str]:
        arguments = (self.port, self.folder, self.patience_s, MOST)
        return [sys.executable, "-c", HURRIED, *map(str, arguments)]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hurried]:
    with Hurried(tmp_path_factory.mktemp("page") / "out") as page:
        yield page
        assert "Traceback" not in page.log


def connected(page: PageServer) -> socket.socket:
    return socket.create_connection(("127.0.0.1", page.port), timeout=30)


def closed_after_s(wire: socket.socket, *, every_s: float = 0, piece: bytes = b"") -> float:
    """When the server closes the connection, while pieces are sent."""
    begun_s = time.monotonic()
    wire.settimeout(every_s or 20)
    while time.monotonic() < begun_s + 20:
        try:
            if piece:
                wire.sendall(piece)
            if not wire.recv(1 << 16):
                break
        except TimeoutError:
            continue
        except ConnectionError:
            break
    return time.monotonic() - begun_s


@pytest.mark.parametrize(
    ("begin", "piece"),
    [
        (b"", b""),
        (b"GET / HTTP/1.1\r\nHost: x\r\n", b""),
        (b"GET / HTTP/1.1\r\n", b"X-Slow: 1\r\n"),
        (b"POST /api/address HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\n", b"x"),
        (b"POST /api/address HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    ],
    ids=["nothing", "half a head", "a header at a time", "a byte of a body at a time", "a chunk at a time"],
)
def test_a_request_that_does_not_come_to_its_end(page: Hurried, begin: bytes, piece: bytes) -> None:
    with connected(page) as wire:
        wire.sendall(begin.replace(b"Host: x", f"Host: {page.host}".encode()))
        assert closed_after_s(wire, every_s=0.1 if piece else 0, piece=piece) < PATIENCE_S + 5


def test_a_body_that_does_not_come_to_its_end_though_the_token_is_right(page: Hurried) -> None:
    with connected(page) as wire:
        headers = {"Authorization": f"Bearer {page.token}", **JSON, "Content-Length": "500"}
        wire.sendall(page.head("POST", "/api/address", b"", headers))
        assert closed_after_s(wire, every_s=0.1, piece=b"x") < PATIENCE_S + 5


def test_the_second_request_of_a_connection_and_one_that_was_sent_before_its_turn(page: Hurried) -> None:
    whole = f"GET /nothing HTTP/1.1\r\nHost: {page.host}\r\n\r\n".encode()
    for rest in (b"GET / HTTP/1.1\r\n", b"POST /api/address HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n"):
        with connected(page) as wire:
            wire.sendall(whole + rest)
            assert closed_after_s(wire) < 5 + PATIENCE_S + 5


def test_patient_work_is_not_cut(page: Hurried) -> None:
    """An answer may take longer than a request, and a kept connection may be used for longer, too."""
    with connected(page) as wire:
        for _ in range(4):
            wire.sendall(
                page.head("GET", "/api/health", b"", {"Authorization": f"Bearer {page.token}", "Connection": ""})
            )
            assert read(wire).status == 200
            time.sleep(PATIENCE_S / 2)


def test_too_many_connections(tmp_path: Path) -> None:
    """Those beyond the number are closed at once; when others have gone, it is open again."""
    page = Hurried(tmp_path / "out")
    page.patience_s = 60
    with page:
        with ExitStack() as stack:
            wires = [stack.enter_context(connected(page)) for _ in range(4 * MOST)]
            assert closed_after_s(wires[-1]) < 15
            wait_until(lambda: len(list(Path(f"/proc/{page.pid}/fd").iterdir())) < 2 * MOST, "they are closed")
        wait_until(lambda: page.get("/api/health").status == 200, "it answers again")


def test_a_file_that_is_handed_over_may_take_longer_as_long_as_it_goes_on(page: Hurried) -> None:
    pieces = [b'{"metric":{"__name__":"up"},"values":[1],"timestamps":[1]}\n'] * 8
    headers = {"Authorization": f"Bearer {page.token}", "Content-Type": "application/octet-stream"}
    headers |= {"Content-Length": str(sum(map(len, pieces)))}
    with connected(page) as wire:
        wire.sendall(page.head("POST", "/api/uploads?name=slow.jsonl", b"", headers))
        for piece in pieces:
            time.sleep(PATIENCE_S / 4)
            wire.sendall(piece)
        assert read(wire).status == 201
    with connected(page) as wire:
        wire.sendall(page.head("POST", "/api/uploads?name=stuck.jsonl", b"", headers) + pieces[0])
        assert closed_after_s(wire) < 2 * PATIENCE_S + 5
    wait_until(lambda: len(list((page.folder / FOLDER).iterdir())) == 1, "nothing is left of the one that got stuck")


def test_whoever_has_no_token_hands_over_nothing(page: Hurried) -> None:
    with connected(page) as wire:
        headers = {"Content-Type": "application/octet-stream", "Content-Length": "9999"}
        wire.sendall(page.head("POST", "/api/uploads?name=slow.jsonl", b"", headers))
        assert closed_after_s(wire, every_s=0.1, piece=b"x") < PATIENCE_S + 5
