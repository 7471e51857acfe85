"""The output folder: what may be written and given out, and all the ways out of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.unit.asgi import BEARER, JSON, ask, service
from vmexporter.errors import InvalidInput
from vmexporter.web.app import make_app
from vmexporter.web.outputs import OutputFolder

HEAD = b"PK\x03\x04" + bytes(26) + b"metrics.jsonl"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with a bundle and what belongs to it, in another one that holds a secret."""
    (tmp_path / "secret.zip").write_bytes(HEAD + b"outside")
    root = tmp_path / "out"
    (root / "deeper").mkdir(parents=True)
    for folder in (root, root / "deeper"):
        (folder / "a b.zip").write_bytes(HEAD)
        (folder / "a b.zip.sha256").write_text("x")
        (folder / "a b.obfuscation_map.json").write_text("{}")
    (root / "photos.zip").write_bytes(b"PK\x03\x04 somebody else's")
    (root / "notes.txt").write_text("private")
    (root / "a.zip.part").write_bytes(HEAD)
    (root / "a.zip.part.journal").write_text("x")
    (root / ".hidden.zip").write_text("x")
    return root


@pytest.fixture
def output(root: Path) -> OutputFolder:
    return OutputFolder(root)


class TestFiles:
    @pytest.mark.parametrize("given", ["a b.zip", "a b.zip.sha256", "deeper/a b.zip", "./a b.zip", "deeper//a b.zip"])
    def test_ours(self, output: OutputFolder, root: Path, given: str) -> None:
        assert output.file(given, "bundle", "checksum").samefile(root / given)
        assert output.file(str(root / given), "bundle", "checksum").samefile(root / given)

    @pytest.mark.parametrize(
        "given",
        [
            "../secret.zip",
            "deeper/../a b.zip",
            "..",
            ".",
            "",
            "/",
            "/etc/passwd",
            "../out/a b.zip",
            "deeper",
            "none.zip",
            "..\\secret.zip",
            "deeper\\a b.zip",
            "a b.zip\0",
            "a b.zip\n",
            "%2e%2e/secret.zip",
            "..%2fsecret.zip",
            "%252e%252e%252fsecret.zip",
            "..;/secret.zip",
            "....//secret.zip",
            "\u2025/secret.zip",
            "\uff0e\uff0e/secret.zip",
            "~/secret.zip",
            "file:///etc/passwd",
            "//etc/passwd",
            "/proc/self/environ",
            "/dev/zero",
            "photos.zip",
            "notes.txt",
            "a.zip.part",
            "a.zip.part.journal",
            "a b.obfuscation_map.json",
            ".hidden.zip",
            "a" * 5000,
            "a b.zip/../../secret.zip",
            "\udcff.zip",
        ],
    )
    def test_nothing_else(self, output: OutputFolder, given: str) -> None:
        with pytest.raises(InvalidInput) as caught:
            output.file(given, "bundle", "checksum")
        assert caught.value.field == "path" and "outside" not in caught.value.message

    def test_a_map_only_as_one(self, output: OutputFolder) -> None:
        assert output.file("a b.obfuscation_map.json", "map").is_file()
        with pytest.raises(InvalidInput):
            output.file("a b.zip", "map")

    def test_no_link_is_followed(self, output: OutputFolder, root: Path, tmp_path: Path) -> None:
        (root / "link.zip").symlink_to(tmp_path / "secret.zip")
        (root / "inside.zip").symlink_to(root / "a b.zip")
        (root / "folder").symlink_to(tmp_path)
        (root / "loop.zip").symlink_to(root / "loop.zip")
        for given in ("link.zip", "inside.zip", "folder/secret.zip", "folder/out/a b.zip", "loop.zip", "folder"):
            with pytest.raises(InvalidInput):
                output.file(given, "bundle")
        assert [found.name for found in output.files("bundle")] == ["a b.zip", "deeper/a b.zip"]

    def test_no_pipe_and_no_folder(self, output: OutputFolder, root: Path) -> None:
        os.mkfifo(root / "pipe.zip")
        (root / "folder.zip").mkdir()
        for given in ("pipe.zip", "folder.zip"):
            with pytest.raises(InvalidInput):
                output.file(given, "bundle")

    def test_the_root_itself_may_be_reached_by_a_link(self, root: Path, tmp_path: Path) -> None:
        (tmp_path / "to-out").symlink_to(root)
        assert OutputFolder(tmp_path / "to-out").file("a b.zip", "bundle") == root / "a b.zip"


class TestNames:
    def test_a_new_one(self, output: OutputFolder, root: Path) -> None:
        assert output.new_bundle("new") == root / "new.zip"
        assert output.new_bundle("new.zip", "later") == root / "later" / "new.zip"
        assert output.new_bundle("new.zip", str(root / "deeper")) == root / "deeper" / "new.zip"
        assert output.new_bundle("new", "~").parent == root / "~"  # a folder like any other
        assert not (root / "later").exists()

    @pytest.mark.parametrize(
        "name",
        [
            "",
            ".",
            "..",
            ".zip",
            ".hidden",
            "a/b",
            "../a",
            "a\\b",
            "a\0b",
            "a\nb",
            "CON",
            "con.zip",
            "nul.x.zip",
            "LPT1.zip",
            "-option",
            " a",
            "a" * 200,
            "a:b",
            "a*b",
            "é",
            "/etc/x.zip",
            "a\u202eb",
        ],
    )
    def test_none(self, output: OutputFolder, name: str) -> None:
        with pytest.raises(InvalidInput) as caught:
            output.new_bundle(name)
        assert caught.value.field == "file_name"

    def test_one_that_is_taken(self, output: OutputFolder) -> None:
        with pytest.raises(InvalidInput, match="a file of that name exists"):
            output.new_bundle("a b")

    @pytest.mark.parametrize("folder", ["..", "../x", "/tmp", "/", "deeper/..", "a\\b", "x/y", "a\0"])
    def test_no_folder_elsewhere(self, output: OutputFolder, folder: str) -> None:
        with pytest.raises(InvalidInput) as caught:
            output.new_bundle("x", folder)
        assert caught.value.field == "folder"

    def test_no_folder_behind_a_link(self, output: OutputFolder, root: Path, tmp_path: Path) -> None:
        (root / "out").symlink_to(tmp_path)
        with pytest.raises(InvalidInput):
            output.new_bundle("x", "out")

    def test_a_folder_is_made_for_the_owner_alone(self, output: OutputFolder, root: Path) -> None:
        output.make_folder(root / "made")
        output.make_folder(root / "made")
        assert (root / "made").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "query",
    ["path=../secret.zip", "path=..%2Fsecret.zip", "path=%2e%2e%2fsecret.zip", "path=%252e%252e%252fsecret.zip",
     "path=..%c0%afsecret.zip", "path=%2Fetc%2Fpasswd", "path=a%20b.zip%00", "path=photos.zip", "path=notes.txt",
     "path=a%20b.obfuscation_map.json", "path=a%20b.zip&map=1", "path=..%5csecret.zip", "path=a.zip.part", "path="],
)  # fmt: skip
def test_a_download_gives_nothing_else(root: Path, query: str) -> None:
    reply = ask(make_app(service(root)), f"GET /api/download?{query}", BEARER)
    assert (reply.status, reply.code) == (400, "invalid_input")


def test_a_download_gives_ours(root: Path) -> None:
    app = make_app(service(root))
    reply = ask(app, "GET /api/download?path=a%20b.zip", BEARER)
    assert (reply.status, reply.body, reply.headers["content-type"]) == (200, HEAD, "application/zip")
    assert reply.headers["content-disposition"] == "attachment; filename*=utf-8''a%20b.zip"
    assert ask(app, "GET /api/download?path=a%20b.obfuscation_map.json&map=1", BEARER).body == b"{}"
    part = ask(app, "GET /api/download?path=a%20b.zip", {**BEARER, "range": "bytes=2-3"})
    assert (part.status, part.body, part.headers["content-range"]) == (206, HEAD[2:4], f"bytes 2-3/{len(HEAD)}")
    assert ask(app, "GET /api/download?path=a%20b.zip", {**BEARER, "range": "bytes=900-"}).status == 416
    whole = ask(app, "HEAD /api/download?path=a%20b.zip", BEARER)
    assert (whole.status, whole.body, whole.headers["content-length"]) == (200, b"", str(len(HEAD)))


def test_the_list_has_ours_only(root: Path) -> None:
    found = ask(make_app(service(root)), "GET /api/bundles", BEARER).json()
    assert sorted(each["name"] for each in found["bundles"]) == ["a b.zip", "deeper/a b.zip"]
    assert sorted(each["name"] for each in found["maps"]) == [
        "a b.obfuscation_map.json",
        "deeper/a b.obfuscation_map.json",
    ]
    assert {each["path"] for each in found["bundles"]} == {str(root / "a b.zip"), str(root / "deeper/a b.zip")}


def test_a_destination_is_only_looked_at(root: Path) -> None:
    app = make_app(service(root))
    reply = ask(app, "POST /api/destination", {**BEARER, **JSON}, b'{"folder": "later"}').json()
    assert reply["folder"] == str(root / "later") and reply["writable"] and reply["file_name"].startswith("vmexporter-")
    assert not (root / "later").exists()
    taken = ask(app, "POST /api/destination", {**BEARER, **JSON}, b'{"file_name": "a b.zip"}')
    assert (taken.status, taken.json()["error"]["field"]) == (400, "file_name")
