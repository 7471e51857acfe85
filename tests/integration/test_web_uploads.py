"""Files handed over to the page's server: streamed, whole or nothing, kept apart from exports, out of others' reach."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.importsite import known_lines
from tests.integration.pageserver import JSON, PageServer, read
from tests.lab.asking import wait_until

BODY = b"".join(known_lines(series=6, samples=40))
LARGE = 96 << 20
MOST_GROWTH_KIB = 48 << 10


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageServer]:
    with PageServer(tmp_path_factory.mktemp("page") / "out") as page:
        yield page
        assert "unexpected" not in page.log and "Traceback" not in page.log


def files(page: PageServer) -> list[str]:
    """All files below the output folder, those of uploads too."""
    return sorted(path.name for path in page.folder.rglob("*") if path.is_file())


@pytest.fixture(autouse=True)
def nothing_left(page: PageServer) -> Iterator[None]:
    """Each test begins and ends without uploads."""
    yield
    for one in page.get("/api/sources").json()["sources"]:
        if one["upload"]:
            assert page.post(f"/api/uploads/{one['upload']}", method="DELETE").status == 204
    wait_until(lambda: files(page) == [], "nothing is left in the folder")


def kept(page: PageServer) -> list[dict[str, object]]:
    """The uploads that are listed."""
    return [one for one in page.get("/api/sources").json()["sources"] if one["upload"]]


def test_one_is_kept_checked_and_removed(page: PageServer) -> None:
    reply = page.upload(BODY, "case 7.jsonl")
    assert reply.status == 201
    told = reply.json()
    assert (told["name"], told["bytes"]) == ("case 7.jsonl", len(BODY))
    assert [one["upload"] for one in kept(page)] == [told["id"]]
    found = page.post("/api/sources", {"source": {"upload": told["id"]}}).json()
    assert (found["kind"], found["form"], found["bytes"], found["checked"]) == ("text", "jsonl", len(BODY), False)
    assert page.post(f"/api/uploads/{told['id']}", method="DELETE").status == 204
    assert page.post(f"/api/uploads/{told['id']}", method="DELETE").json()["error"]["field"] == "upload"


def test_a_chunked_one(page: PageServer) -> None:
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (BODY[:10], BODY[10:])) + b"0\r\n\r\n"
    reply = page.upload(chunks, **{"Transfer-Encoding": "chunked"})
    assert reply.status == 201 and reply.json()["bytes"] == len(BODY)


def test_several_are_several(page: PageServer) -> None:
    first, second = (page.upload(BODY, "same.jsonl").json()["id"] for _ in range(2))
    assert {one["upload"] for one in kept(page)} == {first, second}


def test_they_are_no_bundles_of_ours(page: PageServer) -> None:
    assert page.upload(b"PK\x03\x04metadata.json metrics.jsonl" + bytes(60), "a.zip").status == 201
    assert page.get("/api/bundles").json() == {"bundles": [], "maps": []}


@pytest.mark.parametrize(
    "name", ["../../evil.jsonl", "..\\evil.jsonl", "/etc/evil.jsonl", ".vmexporter-uploads", "a\x00b"]
)
def test_a_name_leads_nowhere(page: PageServer, name: str) -> None:
    reply = page.upload(BODY, name)
    assert reply.status == 201 and not {"/", "\\", "\x00"} & set(reply.json()["name"])
    inside = page.folder / ".vmexporter-uploads"
    made = [path for path in page.folder.parent.rglob("*") if path.is_file() and "state" not in path.parts]
    assert all(path.is_relative_to(inside) or path == page.log_path for path in made)


@pytest.mark.parametrize("path", ["../out.log", "/etc/passwd", "a.obfuscation_map.json", "..", "", "x" * 5000])
def test_no_other_file_can_be_imported(page: PageServer, path: str) -> None:
    reply = page.post("/api/sources", {"source": {"path": path}})
    assert reply.status == 400 and reply.json()["error"]["code"] == "invalid_input"


def test_a_link_is_no_file(page: PageServer, tmp_path: Path) -> None:
    outside = tmp_path / "lines.jsonl"
    outside.write_bytes(BODY)
    link = page.folder / "link.jsonl"
    link.symlink_to(outside)
    try:
        assert page.post("/api/sources", {"source": {"path": "link.jsonl"}}).status == 400
        assert page.get("/api/sources").json()["sources"] == []
    finally:
        link.unlink()


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Host": "evil"}]
)
def test_other_pages_are_refused(page: PageServer, headers: dict[str, str]) -> None:
    assert page.upload(BODY, **headers).status == 403
    assert files(page) == []


def test_nobody_without_the_token(page: PageServer) -> None:
    assert page.upload(BODY, Authorization="").status == 401
    assert page.upload(BODY, **JSON).status == 415
    assert page.upload(b"").json()["error"]["code"] == "invalid_input"
    assert files(page) == []


def test_one_that_is_too_large_is_refused_before_it_comes(page: PageServer) -> None:
    with socket.create_connection(("127.0.0.1", page.port), timeout=30) as wire:
        headers = {
            "Authorization": f"Bearer {page.token}",
            "Content-Type": "application/octet-stream",
            "Content-Length": str(1 << 60),
        }
        wire.sendall(page.head("POST", "/api/uploads?name=a.zip", b"", headers))
        reply = read(wire)
    assert (reply.status, reply.json()["error"]["code"]) == (507, "output_failed")
    assert files(page) == []


def test_one_that_is_cut_leaves_nothing(page: PageServer) -> None:
    headers = {"Authorization": f"Bearer {page.token}", "Content-Type": "application/octet-stream"}
    with socket.create_connection(("127.0.0.1", page.port), timeout=30) as wire:
        wire.sendall(page.head("POST", "/api/uploads?name=a.zip", b"x" * 1000, headers) + b"x" * 500)
        wait_until(lambda: files(page) == ["a.zip.part"], "it has begun")
        assert kept(page) == []
    wait_until(lambda: files(page) == [], "it is removed")


def memory_kib(page: PageServer) -> int:
    """The most that the server has ever held."""
    status = Path(f"/proc/{page.pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.split("\n") if line.startswith("VmHWM"))


def test_memory_does_not_grow_with_it(page: PageServer) -> None:
    before = memory_kib(page)
    headers = {
        "Authorization": f"Bearer {page.token}",
        "Content-Type": "application/octet-stream",
        "Content-Length": str(LARGE),
    }
    block = bytes(1 << 20)
    with socket.create_connection(("127.0.0.1", page.port), timeout=60) as wire:
        wire.sendall(page.head("POST", "/api/uploads?name=large.zip", b"", headers))
        for _ in range(LARGE >> 20):
            wire.sendall(block)
        reply = read(wire)
    assert reply.status == 201 and reply.json()["bytes"] == LARGE
    assert memory_kib(page) - before < MOST_GROWTH_KIB
