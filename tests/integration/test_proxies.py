"""The way to the server: through the environment's proxy or around it, and to the right address of a name."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.forward import ForwardProxy
from tests.lab.certificates import CertificateAuthority
from tests.lab.commandline import Bundle, run, run_here
from tests.lab.family import RANGE, Program, in_range, lines_of
from tests.lab.gateways import OPERATOR, Location, Nginx, Protection
from tests.lab.processes import free_address
from tests.lab.victoria import VictoriaMetrics

pytestmark = pytest.mark.real

PROGRAM = Program("vmsingle", "single", "10.0.0.1:8428")
TOKEN = {"VMEXPORTER_BEARER_TOKEN": "lab-secret-token"}


@pytest.fixture(scope="module")
def node() -> Iterator[VictoriaMetrics]:
    with VictoriaMetrics("-search.latencyOffset=0s") as server:
        server.import_jsonl(lines_of([PROGRAM]))
        yield server


@pytest.fixture(scope="module")
def over_tls(node: VictoriaMetrics, authority: CertificateAuthority) -> Iterator[str]:
    with Nginx(Location("/", node.url), protection=Protection(authority.issue("proxied"), (OPERATOR,))) as front:
        yield front.url


@pytest.fixture
def proxy(started: ExitStack) -> ForwardProxy:
    return started.enter_context(ForwardProxy())


class TestProxy:
    @pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "ALL_PROXY"])
    def test_http_goes_through_it(self, node: VictoriaMetrics, proxy: ForwardProxy, variable: str) -> None:
        run_here("validate", node.url, env={variable: proxy.url}).checked()
        assert f"POST {node.url}/api/v1/query" in proxy.targets
        assert all(target.split(" ")[1].startswith(node.url) for target in proxy.targets)

    def test_a_whole_export_goes_through_it(self, node: VictoriaMetrics, proxy: ForwardProxy, tmp_path: Path) -> None:
        path = tmp_path / "bundle.zip"
        env = {"HTTP_PROXY": proxy.url}
        run("export", node.url, *RANGE, "--window", "2m", "--no-obfuscate", "-o", path, env=env).checked()
        assert Bundle.read(path).samples == in_range(lines_of([PROGRAM]))
        assert proxy.targets.count(f"POST {node.url}/api/v1/export") >= 5

    def test_https_is_a_tunnel_that_sees_no_credentials(
        self, over_tls: str, proxy: ForwardProxy, authority: CertificateAuthority
    ) -> None:
        env = {"HTTPS_PROXY": proxy.url, "VMEXPORTER_USER": OPERATOR[0], "VMEXPORTER_PASSWORD": OPERATOR[1]}
        run_here("validate", over_tls, "--ca-file", authority.ca_file, env=env).checked()
        assert set(proxy.targets) == {f"CONNECT {over_tls.removeprefix('https://')}"}
        assert not any("authorization:" in head.lower() for head in proxy.heads)

    @pytest.mark.parametrize("exempt", ["127.0.0.1", "example.com, 127.0.0.0/8", "*"])
    def test_no_proxy_leads_around_it(self, node: VictoriaMetrics, proxy: ForwardProxy, exempt: str) -> None:
        run_here("validate", node.url, env={"HTTP_PROXY": proxy.url, "NO_PROXY": exempt}).checked()
        assert proxy.heads == []

    def test_a_proxy_for_the_other_scheme_is_not_used(self, node: VictoriaMetrics, proxy: ForwardProxy) -> None:
        run_here("validate", node.url, env={"HTTPS_PROXY": proxy.url}).checked()
        assert proxy.heads == []

    def test_a_proxy_that_knows_us(
        self, started: ExitStack, node: VictoriaMetrics, over_tls: str, authority: CertificateAuthority
    ) -> None:
        proxy = started.enter_context(ForwardProxy("joe:pro:xy"))
        env = {f"{scheme}_PROXY": proxy.url.replace("//", "//joe:pro%3Axy@") for scheme in ("HTTP", "HTTPS")}
        run_here("validate", node.url, env=env | TOKEN).checked()
        login = {"VMEXPORTER_USER": OPERATOR[0], "VMEXPORTER_PASSWORD": OPERATOR[1]}
        run_here("validate", over_tls, "--ca-file", authority.ca_file, env=env | login).checked()
        assert {target.split(" ")[0] for target in proxy.targets} == {"POST", "GET", "CONNECT"}

    @pytest.mark.parametrize(("scheme", "status"), [("http", 4), ("https", 3)])
    def test_a_proxy_that_does_not(self, started: ExitStack, node: VictoriaMetrics, scheme: str, status: int) -> None:
        proxy = started.enter_context(ForwardProxy("joe:right-word"))
        env = {f"{scheme}_proxy": proxy.url.replace("//", "//joe:wrong-word@")}
        ran = run_here("validate", f"{scheme}://{node.address}", env=env)
        assert (ran.status, "407" in ran.words, "PROXY" in ran.words) == (status, True, True)
        assert "wrong-word" not in ran.err

    def test_a_proxy_that_is_not_there(self, node: VictoriaMetrics) -> None:
        ran = run_here("validate", node.url, env={"HTTP_PROXY": f"http://joe:secret-word@{free_address()}"})
        assert (ran.status, "through the proxy: connection refused" in ran.words) == (3, True)
        assert "NO_PROXY leads around it" in ran.words and "secret-word" not in ran.err

    @pytest.mark.parametrize("text", ["socks5://joe:secret-word@127.0.0.1:1080", "http://joe:secret-word@:0"])
    def test_a_proxy_that_cannot_be_meant(self, node: VictoriaMetrics, text: str) -> None:
        ran = run_here("validate", node.url, env={"ALL_PROXY": text})
        assert (ran.status, "cannot use the proxy that the environment names" in ran.words) == (2, True)
        assert "secret-word" not in ran.err


class _Anywhere(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = json.dumps({"status": "success", "isPartial": False, "data": {"resultType": "vector", "result": []}})
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    do_GET = do_POST  # noqa: N815 - the base class looks for this name

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        pass


class _OnVersion6(ThreadingHTTPServer):
    address_family = socket.AF_INET6


class TestLocalhost:
    """The name has two addresses, and servers often listen at one of them only."""

    @pytest.fixture(autouse=True)
    def both(self, monkeypatch: pytest.MonkeyPatch) -> None:
        ask = socket.getaddrinfo

        def both_addresses(host: Any, *rest: Any, **named: Any) -> list[Any]:
            if host != "localhost":
                return ask(host, *rest, **named)
            return [*ask("::1", *rest, **named), *ask("127.0.0.1", *rest, **named)]

        monkeypatch.setattr(socket, "getaddrinfo", both_addresses)

    def test_only_version_4(self, node: VictoriaMetrics) -> None:
        found = run_here("validate", f"localhost:{node.address.port}", "--json").json()
        assert found["query_base"] == f"http://localhost:{node.address.port}"

    def test_only_version_6(self) -> None:
        with _OnVersion6(("::1", 0), _Anywhere) as server:
            thread = threading.Thread(target=server.serve_forever, args=(0.01,))
            thread.start()
            found = [run_here("validate", f"{host}:{server.server_port}", "--json") for host in ("localhost", "[::1]")]
            server.shutdown()
            thread.join(10)
        assert [ran.json()["query_base"].rpartition(":")[0] for ran in found] == ["http://localhost", "http://[::1]"]
