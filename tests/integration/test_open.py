"""The commands open and report: bundles of any tool in a private VictoriaMetrics, of which nothing is left."""

from __future__ import annotations

import gzip
import http.cookiejar
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.integration.exports import Bundle, between, environment, export, run, server_program
from tests.integration.test_private_server import eventually, is_open
from tests.lab.family import RANGE_MS, Program, lines_of
from tests.lab.victoria import VictoriaMetrics
from vmexporter.tsdb.private import find_program

pytestmark = pytest.mark.real
PROGRAMS = [Program("vmsingle", "metrics", "10.1.1.1:8428"), Program("vmagent", "agents", "10.1.1.2:8429")]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """A bundle of our own."""
    with VictoriaMetrics("-search.latencyOffset=0s") as server:
        server.import_jsonl(lines_of(PROGRAMS))
        return export(server.url, *between(*RANGE_MS), cwd=tmp_path_factory.mktemp("bundle"))


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One of another tool."""
    path = tmp_path_factory.mktemp("foreign") / "theirs.zip"
    told = {"export_id": "x-1", "export_date": "2025-10-09T08:00:00Z", "obfuscated": False, "metrics_count": 10}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("metadata.json", json.dumps(told))
        archive.writestr("metrics.jsonl", b"".join(lines_of(PROGRAMS)))
    return path


class Opened:
    """A running ``vmexporter open``, asked as a browser asks."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stdout is not None
        self.address = process.stdout.readline().strip()
        jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(jar)
        )
        self.page = self._opener.open(self.address, timeout=20).read().decode()

    def get(self, path: str) -> Any:
        """The answer to a GET."""
        return json.load(self._opener.open(self.address.partition("/?")[0] + path, timeout=20))

    def raw(self, path: str, form: bytes | None = None) -> Any:
        """The answer to a GET, or to a POST of a form."""
        return self._opener.open(self.address.partition("/?")[0] + path, form, timeout=20)

    def post(self, path: str, **body: str) -> Any:
        """The answer to a POST."""
        request = urllib.request.Request(self.address.partition("/?")[0] + path, json.dumps(body).encode())
        request.add_header("Content-Type", "application/json")
        return json.load(self._opener.open(request, timeout=60))


@contextmanager
def opened(*arguments: object, scratch: Path) -> Iterator[Opened]:
    """Run the command; it must end well after Ctrl-C, and leave nothing in *scratch*."""
    command = [sys.executable, "-m", "vmexporter", "open", "--no-browser", "--port", "0", "--quiet"]
    env = {**environment(), "TMPDIR": str(scratch)}
    with subprocess.Popen([*command, *map(str, arguments)], stdout=subprocess.PIPE, text=True, env=env) as process:
        try:
            yield Opened(process)
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 0
        finally:
            process.kill()
    assert eventually(lambda: not list(scratch.iterdir()))


@pytest.mark.parametrize("program", ["installed", "current"])
def test_a_bundle_is_shown(bundle: Bundle, program: str, tmp_path: Path) -> None:
    found = find_program(server_program(program))
    with opened(bundle.path, "--victoria-metrics", found, scratch=tmp_path) as page:
        assert "<!doctype html>" in page.page
        [one] = page.get("/api/opened")["bundles"]
        assert one["name"] == bundle.path.name and one["label"] == ""
        assert {"checksums match", "obfuscated, level support"} <= set(one["facts"])
        overview = page.post("/api/overview")
        assert {row["component"] for row in overview["rows"]} == {"vmsingle", "vmagent"}
        assert (overview["start_ms"], overview["end_ms"]) == RANGE_MS
        results = page.post("/api/findings")["results"]
        assert len(results) == 50 and not [one for one in results if one["state"] == "failed"]
        assert list(tmp_path.iterdir())


def test_several_are_told_apart(bundle: Bundle, foreign: Path, tmp_path: Path) -> None:
    lines, scratch = tmp_path / "lines.gz", tmp_path / "scratch"
    lines.write_bytes(gzip.compress(b"".join(lines_of(PROGRAMS[:1]))))
    scratch.mkdir()
    with opened(bundle.path, foreign, lines, foreign, scratch=scratch) as page:
        bundles = page.get("/api/opened")["bundles"]
        assert [one["label"] for one in bundles] == [bundle.path.stem, "theirs", "lines.gz", "theirs (2)"]
        assert bundles[1]["facts"] == ["made by another tool", "exported 2025-10-09T08:00:00Z", "not obfuscated"]
        shown = [page.post("/api/overview", bundle=one["label"]) for one in bundles]
        assert [len(one["rows"]) for one in shown] == [2, 2, 1, 2]
        assert {row["job"] for row in shown[1]["rows"]} == {"metrics", "agents"}
        assert not {row["job"] for row in shown[0]["rows"]} & {"metrics", "agents"}


def test_the_servers_own_page_comes_through_ours(bundle: Bundle, tmp_path: Path) -> None:
    found = find_program(server_program("current"))
    with opened(bundle.path, "--victoria-metrics", found, scratch=tmp_path) as page:
        own = page.get("/api/opened")["vmui_url"].partition("/api/")[2]
        assert b"vmui" in page.raw(f"/api/{own}").read()
        form = b"query=count(vm_app_version)&time=" + str(RANGE_MS[1] // 1000).encode()
        answer = json.load(page.raw("/api/vm/api/v1/query", form))
        assert answer["data"]["result"][0]["value"][1] == "2"
        for path in ("api/v1/import", "internal/force_flush", "api/v1/admin/tsdb/delete_series", "metrics", "flags"):
            with pytest.raises(urllib.error.HTTPError, match="404"):
                page.raw(f"/api/vm/{path}", form)
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(page.address.partition("/?")[0] + "/api/vm/vmui/", timeout=20)


def test_grafana_is_set_up(bundle: Bundle, tmp_path: Path) -> None:
    scratch, grafana = tmp_path / "scratch", tmp_path / "grafana"
    scratch.mkdir()
    with opened(bundle.path, "--grafana", grafana, scratch=scratch):
        texts = [path.read_text() for path in grafana.rglob("*.yaml")]
        [url] = re.findall(r"http://127\.0\.0\.1:\d+", "".join(texts))
        assert "VMEXPORTER_GRAFANA_PASSWORD" in "".join(texts)
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(f"{url}/api/v1/query?query=1", timeout=20)


def test_the_way_to_it_as_json(bundle: Bundle, tmp_path: Path) -> None:
    grafana = tmp_path / "grafana"
    command = [sys.executable, "-m", "vmexporter", "open", "--no-browser", "--port", "0", "--json", bundle.path]
    with subprocess.Popen(
        [*map(str, command), "--grafana", str(grafana)], stdout=subprocess.PIPE, text=True, env=environment()
    ) as process:
        try:
            assert process.stdout is not None
            told = json.loads("".join(iter(process.stdout.readline, "}\n")) + "}")
            assert Path(told["grafana"]).read_text().startswith("Grafana shows")
            with urllib.request.urlopen(told["address"], timeout=20) as page:
                assert page.status == 200
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 0
        finally:
            process.kill()


def test_data_can_be_kept(bundle: Bundle, tmp_path: Path) -> None:
    scratch, kept = tmp_path / "scratch", tmp_path / "kept"
    scratch.mkdir()
    with opened(bundle.path, "--keep", kept, scratch=scratch) as page:
        assert page.get("/api/opened")["bundles"]
    assert kept.stat().st_mode & 0o777 == 0o700
    with VictoriaMetrics(f"-storageDataPath={kept / 'data'}") as server:
        found = server.export('{__name__="vm_app_version"}', *RANGE_MS)
        assert len(found) == 2
    taken = run("open", bundle.path, "--keep", kept, "--no-browser", cwd=tmp_path)
    assert taken.status == 11 and "-o" not in taken.err.split()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_of_one_that_is_killed(bundle: Bundle, number: signal.Signals, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "vmexporter", "open", str(bundle.path), "--no-browser", "--port", "0"]
    env = {**environment(), "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as process:
        page = Opened(process)
        listening = subprocess.run(["ps", "axww", "-o", "args"], capture_output=True, text=True, check=True).stdout
        ours = rf"^\S*victoria-metrics .*{re.escape(str(tmp_path))}.*127\.0\.0\.1:(\d+)"
        [port] = re.findall(ours, listening, re.MULTILINE)
        assert page.get("/api/opened") and is_open(int(port))
        process.send_signal(number)
        assert process.wait(30) == (-number if number == signal.SIGKILL else 0)
    assert eventually(lambda: not is_open(int(port)) and not list(tmp_path.iterdir()))


def test_what_cannot_be_opened(bundle: Bundle, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.zip"
    for place in (200, 201, 202, 300):  # some of them break the packing, others only the sum
        content = bytearray(bundle.path.read_bytes())
        content[place] ^= 1
        damaged.write_bytes(content)
        refused = run("open", damaged, "--no-browser", cwd=tmp_path)
        assert refused.status == 9 and "copy it again" in refused.err and "--force" in refused.err
    assert run("report", damaged, "-o", "r.html", cwd=tmp_path).status == 9
    assert run("report", bundle.path, "-o", "r.html", "--victoria-metrics", "true", cwd=tmp_path).status == 2
    (tmp_path / "r.html").write_text("mine")
    assert run("report", bundle.path, "-o", "r.html", cwd=tmp_path).status == 11
    assert (tmp_path / "r.html").read_text() == "mine"


def test_a_report_of_two(bundle: Bundle, foreign: Path, tmp_path: Path) -> None:
    made = run("report", bundle.path, foreign, "-o", "r.html", "--json", cwd=tmp_path)
    assert made.status == 0, made
    text = (tmp_path / "r.html").read_text()
    assert made.json() == {"report": "r.html"}
    assert bundle.path.name in text and "made by another tool" in text and "10.1.1.2:8429" in text
    assert not re.search(r"""(?:src|href)=["']?https?://(?!docs\.)""", text)


def test_a_report_says_where_it_is(bundle: Bundle, tmp_path: Path) -> None:
    made = run("report", bundle.path, "-o", "r.html", cwd=tmp_path)
    assert (made.status, made.out) == (0, b"r.html\n")
    assert "send it to those who may see that" in made.err


def test_nothing_is_kept_of_what_could_not_be_loaded(tmp_path: Path) -> None:
    broken, kept = tmp_path / "broken.zip", tmp_path / "kept"
    broken.write_bytes(b"PK\x03\x04 and no more")
    for _ in range(2):
        failed = run("open", broken, "--keep", kept, "--no-browser", cwd=tmp_path)
        assert (failed.status, kept.exists()) == (9, False)


def test_names_that_are_no_text(bundle: Bundle, tmp_path: Path) -> None:
    """File systems take any bytes for a name; a label and JSON do not."""
    scratch, odd = tmp_path / "scratch", [tmp_path / os.fsdecode(name) for name in (b"a\xff.zip", b"b\xfe.zip")]
    scratch.mkdir()
    for path in odd:
        shutil.copy(bundle.path, path)
    with opened(*odd, scratch=scratch) as page:
        bundles = page.get("/api/opened")["bundles"]
        assert [one["label"] for one in bundles] == ["a\ufffd", "b\ufffd"]
        assert [len(page.post("/api/overview", bundle=one["label"])["rows"]) for one in bundles] == [2, 2]
