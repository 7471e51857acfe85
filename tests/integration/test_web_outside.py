"""The guard from outside: real requests, as another page, another user or a rebound name sends them."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.pageserver import JSON, PageServer, read
from tests.lab import commandline
from tests.lab.asking import is_open

HEAD = b"PK\x03\x04" + bytes(26) + b"metrics.jsonl"
ADDRESS = json.dumps({"url": "http://localhost:8428"}).encode()


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageServer]:
    folder = tmp_path_factory.mktemp("page")
    (folder / "secret.zip").write_bytes(HEAD)
    with PageServer(folder / "out") as page:
        (page.folder / "ours.zip").write_bytes(HEAD + b"x" * 100_000)
        (page.folder / "link.zip").symlink_to(folder / "secret.zip")
        yield page
        assert page.token not in page.log.partition("\n")[2]


def bearer(page: PageServer) -> dict[str, str]:
    return {"Authorization": f"Bearer {page.token}", **JSON}


def test_the_printed_address_opens_the_page(page: PageServer) -> None:
    reply = page.ask("GET", f"/?token={page.token}")
    assert (reply.status, reply.headers["location"]) == (303, "/")
    cookie, *attributes = reply.headers["set-cookie"].split("; ")
    assert set(attributes) == {"HttpOnly", "Path=/", "SameSite=strict"}
    assert page.ask("GET", "/api/health", headers={"Cookie": cookie}).status == 200
    assert page.ask("GET", "/api/health").status == 401


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "localhost:1", "[::ffff:127.0.0.1]"]
)
def test_a_rebound_name(page: PageServer, host: str) -> None:
    for method, target in (("GET", "/api/config"), ("POST", "/api/address"), ("GET", "/"), ("GET", "/api/bundles")):
        headers = {**bearer(page), "Host": host.format(port=page.port)}
        assert page.ask(method, target, ADDRESS if method == "POST" else b"", headers).status == 403


def test_no_host_and_two_hosts(page: PageServer) -> None:
    for lines in ("", f"Host: {page.host}\r\nHost: evil.example\r\n", "Host: evil.example\r\n"):
        with socket.create_connection(("127.0.0.1", page.port), timeout=10) as wire:
            wire.sendall(f"GET /api/health HTTP/1.1\r\n{lines}Authorization: Bearer {page.token}\r\n\r\n".encode())
            assert read(wire).status in {400, 403}


def test_a_form_of_another_page(page: PageServer) -> None:
    """What a browser sends for a foreign page's form or fetch, with the user's cookie even."""
    cookie = {"Cookie": f"vmexporter-{page.port}={page.token}"}
    foreign = {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"}
    for headers in (
        {**cookie, "Content-Type": "text/plain"},
        {**cookie, "Content-Type": "application/x-www-form-urlencoded"},
        {**cookie, **JSON, "Origin": "http://evil.example"},
        {**cookie, **JSON, "Origin": "null"},
        {**cookie, **JSON, "Sec-Fetch-Site": "cross-site"},
        {**cookie, **JSON, "Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:9999"},
        {**cookie, **JSON, **foreign},
    ):
        assert page.ask("POST", "/api/address", ADDRESS, headers).status in {403, 415}
    assert page.ask("OPTIONS", "/api/address", b"", {**cookie, **foreign}).status == 403
    assert page.ask("GET", "/api/download?path=ours.zip", b"", {**cookie, "Sec-Fetch-Site": "cross-site"}).status == 403


def test_a_large_body(page: PageServer) -> None:
    body = json.dumps({"url": "x" * (9 << 20)}).encode()
    assert page.ask("POST", "/api/address", b"", {**bearer(page), "Content-Length": str(len(body))}).status == 413
    chunk = b"%x\r\n%b\r\n" % (1 << 16, b"x" * (1 << 16))
    with socket.create_connection(("127.0.0.1", page.port), timeout=10) as wire:
        wire.sendall(page.head("POST", "/api/address", b"", {**bearer(page), "Transfer-Encoding": "chunked"}))
        try:
            for _ in range(160):
                wire.sendall(chunk)
        except OSError:
            pass  # it has answered and closed already
        assert read(wire).status in {413, 0}
    assert page.get("/api/health").status == 200


@pytest.mark.parametrize(
    "target",
    ["/../secret.zip", "/%2e%2e/secret.zip", "/..%2fsecret.zip", "/static/../app.py", "//etc/passwd", "/.%00", "/%5c..",
     "/api/../api/config", "/api/%2e%2e/config", "/api//config", "/API/config", "/api%2fconfig", "/ap\u0069/config/",
     "http://evil.example/api/config", "/api/download/ours.zip", "/ours.zip", "/guard.py", "/../../guard.py"],
)  # fmt: skip
def test_no_way_around(page: PageServer, target: str) -> None:
    """Without the token, whatever the path is written like; and the page's files are the page's files only."""
    reply = page.ask("GET", target)
    assert reply.status in {400, 401, 403, 404}, reply
    assert b"output_folder" not in reply.body and b"PK" not in reply.body and b"root:" not in reply.body


@pytest.mark.parametrize(
    "path",
    ["../secret.zip", "..%2fsecret.zip", "%2e%2e%2fsecret.zip", "%252e%252e%252fsecret.zip", "..%5csecret.zip",
     "link.zip", "..%c0%afsecret.zip", "%2fetc%2fpasswd", "/etc/passwd", "ours.zip%00.txt", "./../secret.zip",
     "out/../../secret.zip"],
)  # fmt: skip
def test_no_download_from_elsewhere(page: PageServer, path: str) -> None:
    reply = page.get(f"/api/download?path={path}")
    assert (reply.status, reply.json()["error"]["code"]) == (400, "invalid_input")
    assert page.post("/api/inspect", {"path": path}).status == 400


def test_ranges(page: PageServer) -> None:
    whole = (page.folder / "ours.zip").read_bytes()
    target = "/api/download?path=ours.zip"
    first = page.get(target)
    assert (first.status, first.body, first.headers["accept-ranges"]) == (200, whole, "bytes")
    for asked, part in (("0-9", whole[:10]), ("50000-", whole[50_000:]), ("-7", whole[-7:])):
        reply = page.get(target, {"Range": f"bytes={asked}", "If-Range": first.headers["etag"]})
        assert (reply.status, reply.body) == (206, part)
    assert page.get(target, {"Range": "bytes=0-9", "If-Range": '"old"'}).body == whole
    assert page.get(target, {"Range": "bytes=999999-"}).status == 416
    head = page.ask("HEAD", target, headers=bearer(page))
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(whole)))


def test_a_slow_client_gets_all_of_it(page: PageServer) -> None:
    """It pauses longer than the server waits for anything, with more to come than any buffer holds."""
    whole = HEAD + bytes(range(256)) * (64 << 10)
    path = page.folder / "large.zip"
    path.write_bytes(whole)
    with socket.create_connection(("127.0.0.1", page.port), timeout=60) as wire:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
        wire.sendall(page.head("GET", "/api/download?path=large.zip", b"", bearer(page)))
        begun_s = time.monotonic()
        wire.recv(1000, socket.MSG_PEEK)
        time.sleep(7)  # nobody reads: the server's buffers are full
        assert page.get("/api/health").status == 200
        assert read(wire).body == whole
        assert time.monotonic() - begun_s > 7


def test_only_this_machine_can_reach_it(page: PageServer) -> None:
    others = ["127.0.0.2"]
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way_out:
        way_out.connect(("192.0.2.1", 9))  # sends nothing, but says from which address it would
        others.append(way_out.getsockname()[0])
    assert [one for one in others if is_open((one, page.port))] == []


class TestStarting:
    def test_a_port_that_is_taken(self, page: PageServer, tmp_path: Path) -> None:
        ran = commandline.run("serve", "--no-browser", "--port", str(page.port), "-o", tmp_path)
        assert ran.status == 2 and "cannot listen at 127.0.0.1" in ran.words

    def test_no_folder(self, tmp_path: Path) -> None:
        ran = commandline.run("serve", "--no-browser", "--port", "0", "-o", tmp_path / "none")
        assert ran.status == 2 and "it is no folder" in ran.words

    def test_open_to_others_it_keeps_the_token_and_says_so(self, tmp_path: Path) -> None:
        with PageServer(tmp_path / "out", "--host", "0.0.0.0") as page:
            assert "Others can reach this address" in page.log
            assert page.ask("GET", "/api/health", headers={"Host": f"192.0.2.1:{page.port}"}).status == 401
            assert page.ask("GET", "/api/health", headers={**bearer(page), "Host": "evil.example"}).status == 403
