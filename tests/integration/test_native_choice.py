"""Which form is taken: native blocks only where the server has them; ``auto`` says why it took the other form."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.faults import Answer, Stall, always, first, too_many_requests, unavailable
from tests.fakes.proxy import FaultProxy
from tests.integration import nativesite
from tests.integration.exports import Bundle, Outcome, between, run
from tests.integration.nativesite import END_MS, START_MS, MonthsSite, NativeBundle, made, run_export
from tests.integration.test_partial_cluster import Tenant
from tests.lab.blocks import BlockReader
from tests.lab.cluster import Cluster
from tests.lab.gateways import BEARER_TOKEN, OPERATOR, QUERY_PATHS, Location, Nginx, VmAuth, usual_vmauth_config
from tests.lab.scraping import Prometheus
from tests.lab.victoria import VictoriaMetrics

pytestmark = pytest.mark.real
reader = nativesite.reader
RANGE = between(START_MS, END_MS)
ROUTE = """users:
- username: {name}
  password: {password}
  url_map:
  - src_paths:
{paths}    url_prefix: {backend}
"""


@pytest.fixture(scope="module")
def site(reader: BlockReader) -> Iterator[MonthsSite]:
    with VictoriaMetrics("-search.latencyOffset=0s") as server:
        yield MonthsSite.in_server(server, "choice")


def vmauth_config(backend: str, *exports: str) -> str:
    """Queries, and these paths of the export."""
    paths = "".join(f'    - "/api/v1/{path}"\n' for path in (*QUERY_PATHS, *exports))
    return ROUTE.format(name=OPERATOR[0], password=OPERATOR[1], paths=paths, backend=backend)


def refused(url: str, *options: str, cwd: Path, form: str = "native", env: dict[str, str] | None = None) -> str:
    """What an export says that leaves nothing behind."""
    folder = cwd / "refused"
    folder.mkdir(exist_ok=True)
    ran = run("export", url, *RANGE, "--format", form, "-o", f"{folder}/", *options, cwd=cwd, env=env)
    assert ran.status not in {0, 1} and not list(folder.iterdir()), ran
    return " ".join(ran.err.replace("│", " ").split())


def chosen(url: str, *options: str, cwd: Path, env: dict[str, str] | None = None) -> tuple[dict[str, Any], str, Path]:
    """What ``auto`` makes: the manifest, what was said, and the bundle."""
    folder = cwd / f"auto-{len(list(cwd.iterdir()))}"
    ran: Outcome = run("export", url, *RANGE, "--format", "auto", "-o", f"{folder}/", *options, cwd=cwd, env=env)
    assert ran.status == 0, ran
    [path] = folder.glob("*.zip")
    with zipfile.ZipFile(path) as archive:
        manifest = json.loads(archive.read("metadata.json"))
        entry = {"native": "metrics.native", "jsonl": "metrics.jsonl"}[manifest["format"]]
        assert entry in archive.namelist() and list(manifest["sha256"]) == [entry]
    return manifest, " ".join(ran.err.replace("│", " ").split()), path


def test_auto_where_native_works(site: MonthsSite, tmp_path: Path) -> None:
    manifest, said, path = chosen(site.victoria.url, cwd=tmp_path)
    assert (manifest["format"], manifest["rungs"]) == ("native", ["native"]) and "JSON lines" not in said
    assert NativeBundle(path).undone.keys() == site.expected.keys()


@pytest.mark.parametrize("options", [("--step", "1m"), ("--query", "sum(vm_rows)", "--step", "1m")])
def test_what_no_block_can_hold(site: MonthsSite, tmp_path: Path, options: tuple[str, ...]) -> None:
    said = refused(site.victoria.url, *options, cwd=tmp_path)
    assert "cannot export natively" in said and "none at steps" in said and "--format jsonl" in said
    manifest, said, _ = chosen(site.victoria.url, *options, cwd=tmp_path)
    assert manifest["format"] == "jsonl"
    assert "samples come as JSON lines, not as native blocks" in said and "steps" in said


def test_prometheus(start_prometheus: Callable[..., Prometheus], tmp_path: Path) -> None:
    times = [START_MS // 1000 + 1 + 15 * row for row in range(20)]
    text = "\n".join(f'vm_rows{{job="a",instance="b:1"}} {at % 7} {at}.000' for at in times)
    url = start_prometheus(openmetrics=text, jobs=[]).url
    options = ("--selector", "vm_rows", *between(START_MS, START_MS + 300_000))
    assert "the server has no export API at this address" in refused(url, *options, cwd=tmp_path)
    manifest, said, _ = chosen(url, *options, cwd=tmp_path)
    assert (manifest["format"], manifest["rungs"]) == ("jsonl", ["raw"]) and manifest["counts"]["samples"] == 20
    assert "not as native blocks: the server has no export API" in said


class TestGateways:
    def test_vmauth_without_a_route(
        self, site: MonthsSite, start_vmauth: Callable[..., VmAuth], tmp_path: Path
    ) -> None:
        url = start_vmauth(vmauth_config(site.victoria.url, "export")).url
        access, env = ("--user", OPERATOR[0]), {"VMEXPORTER_PASSWORD": OPERATOR[1]}
        said = refused(url, *access, cwd=tmp_path, env=env)
        assert "cannot export natively: the server answered 4" in said and "--format auto" in said
        manifest, said, _ = chosen(url, *access, cwd=tmp_path, env=env)
        assert (manifest["format"], manifest["rungs"]) == ("jsonl", ["export"])
        assert "not as native blocks: the server answered 4" in said

    @pytest.mark.parametrize("route", ["export/native", ".+"])
    def test_vmauth_with_one(
        self, site: MonthsSite, start_vmauth: Callable[..., VmAuth], tmp_path: Path, route: str
    ) -> None:
        paths = ["export", route] if route == "export/native" else [route]
        url = start_vmauth(vmauth_config(site.victoria.url, *paths)).url
        env = {"VMEXPORTER_PASSWORD": OPERATOR[1]}
        manifest, _, path = chosen(url, "--user", OPERATOR[0], cwd=tmp_path, env=env)
        assert manifest["format"] == "native"
        assert NativeBundle(path).manifest["counts"]["samples"] == sum(map(len, site.expected.values()))

    def test_vmauth_by_a_token(self, site: MonthsSite, start_vmauth: Callable[..., VmAuth], tmp_path: Path) -> None:
        url = start_vmauth(usual_vmauth_config(site.victoria.url)).url
        manifest, _, path = chosen(url, cwd=tmp_path, env={"VMEXPORTER_BEARER_TOKEN": BEARER_TOKEN})
        assert manifest["format"] == NativeBundle(path).manifest["format"] == "native"

    @pytest.mark.parametrize("denial", ["deny all;", "return 404;", "return 405;", "return 301 /elsewhere;"])
    def test_nginx_that_denies_it(
        self, site: MonthsSite, start_nginx: Callable[..., Nginx], tmp_path: Path, denial: str
    ) -> None:
        backend = site.victoria.url
        url = start_nginx(Location("/", backend), Location("/api/v1/export/native", backend, denial)).url
        said = refused(url, cwd=tmp_path)
        assert "cannot export natively: " in said and "--format jsonl" in said
        manifest, said, _ = chosen(url, cwd=tmp_path)
        assert manifest["format"] == "jsonl" and "not as native blocks: " in said

    def test_nginx_that_talks_an_old_http(
        self, site: MonthsSite, start_nginx: Callable[..., Nginx], tmp_path: Path
    ) -> None:
        """Its answers end with the connection, so blocks are asked for compressed."""
        url = start_nginx(Location("/", site.victoria.url)).url
        manifest, _, path = chosen(url, cwd=tmp_path)
        assert manifest["format"] == "native"
        assert NativeBundle(path).manifest["counts"]["samples"] == sum(map(len, site.expected.values()))


class TestPassingTrouble:
    """What is no word about the export at all does not decide which form is taken."""

    @pytest.mark.parametrize("fault", [too_many_requests(0), unavailable(503), unavailable(502)])
    def test_it_is_asked_again(
        self, site: MonthsSite, start_fault_proxy: Callable[..., FaultProxy], tmp_path: Path, fault: Answer
    ) -> None:
        front = start_fault_proxy(site.victoria.url, first("export/native", 1, fault))
        manifest, said, _ = chosen(front.url, cwd=tmp_path)
        assert front.struck and manifest["format"] == "native", said

    def test_for_good_it_is_told(
        self, site: MonthsSite, start_fault_proxy: Callable[..., FaultProxy], tmp_path: Path
    ) -> None:
        front = start_fault_proxy(site.victoria.url, always("export/native", unavailable(503, "too busy\n")))
        assert "too busy" in refused(front.url, cwd=tmp_path)
        manifest, said, _ = chosen(front.url, cwd=tmp_path)
        assert manifest["format"] == "jsonl" and "too busy" in said

    def test_what_says_something_else(
        self, site: MonthsSite, start_fault_proxy: Callable[..., FaultProxy], tmp_path: Path
    ) -> None:
        page = Answer(200, b"<html>Log in</html>", {"Content-Type": "text/html"})
        front = start_fault_proxy(site.victoria.url, always("export/native", page))
        assert "the server answers with something else" in refused(front.url, cwd=tmp_path)
        assert chosen(front.url, cwd=tmp_path)[0]["format"] == "jsonl"

    def test_a_stall(self, site: MonthsSite, start_fault_proxy: Callable[..., FaultProxy], tmp_path: Path) -> None:
        front = start_fault_proxy(site.victoria.url, always("export/native", Stall(30)))
        said = refused(front.url, "--stall-timeout", "1s", cwd=tmp_path)
        assert "nothing" in said and "in time" in said


@pytest.mark.cluster
class TestAClusterWithAStorageDown:
    def test_native_refuses_and_auto_takes_lines(
        self, start_cluster: Callable[..., Cluster], reader: BlockReader, tmp_path: Path
    ) -> None:
        cluster = start_cluster()
        site = MonthsSite.in_server(Tenant(cluster), "cluster")
        url = site.victoria.url
        whole = made(run_export(url, *RANGE, "--format", "auto", "--no-obfuscate", cwd=tmp_path))
        assert whole.samples == site.expected
        cluster.storages[1].stop()
        what = ("--selector", '{job=~"cluster-.*"}')
        said = refused(url, *what, cwd=tmp_path)
        assert "cannot export natively: a part of the server is down" in said and "--format jsonl" in said, said
        path, outcome = run_export(url, *RANGE, "--format", "auto", "--no-obfuscate", *what, cwd=tmp_path)
        bundle = Bundle(path)
        assert bundle.manifest["partial"] and bundle.manifest["format"] == "jsonl"
        assert "not as native blocks: a part of the server is down" in " ".join(outcome.err.split())
        said = refused(url, "--require-complete", cwd=tmp_path, form="auto")
        assert "a part of the server is down" in said
