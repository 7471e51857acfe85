"""Proxies of the environment: used, passed by, authenticated at, and never shown with their credentials."""

from __future__ import annotations

import base64
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Self

import pytest

from tests.fakes.scripted import Scripted, says
from tests.lab.certificates import CertificateAuthority
from tests.lab.processes import Address, free_address
from vmexporter.core.request import Auth, Connection, Tls
from vmexporter.errors import AccessDenied, InvalidInput, ServerUnreachable
from vmexporter.tsdb.proxies import proxy_for
from vmexporter.tsdb.transport import HttpClient, raise_for

Environment = Callable[..., None]


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Environment:
    def environment(**variables: str) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return environment


@pytest.fixture
def proxy(started: ExitStack) -> Scripted:
    return started.enter_context(Scripted(says(200, "from the proxy")))


class Tunnel:
    """A proxy that understands CONNECT and leads everything to one place."""

    def __init__(self, target: Address, status: str = "200 OK") -> None:
        self._target, self._status = target, status
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.heads: list[str] = []
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                near = self._listener.accept()[0]
            except OSError:
                return
            with near:
                self.heads.append(near.recv(65536).decode())
                near.sendall(f"HTTP/1.1 {self._status}\r\n\r\n".encode())
                if self._status.startswith("200"):
                    with socket.create_connection(self._target) as far:
                        back = threading.Thread(target=_pump, args=(far, near))
                        back.start()
                        _pump(near, far)
                        back.join(5)


def _pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def test_http_goes_by_way_of_the_proxy(proxy: Scripted, environment: Environment) -> None:
    environment(http_proxy=proxy.url.replace("://", "://pu:p%40w@"))
    auth = Auth(type="bearer", token="abc")
    with HttpClient(Connection(url="http://vm.invalid:8428", auth=auth)) as client:
        assert client.post("http://vm.invalid:8428/api/v1/query", [("query", "up")]).body == b"from the proxy"
        assert client.connect_times.network_s is not None
    asked = proxy.requests[0]
    assert asked.target == "http://vm.invalid:8428/api/v1/query"
    assert asked.headers["host"] == "vm.invalid:8428"
    assert asked.headers["proxy-authorization"] == "Basic " + base64.b64encode(b"pu:p@w").decode()
    assert asked.headers["authorization"] == "Bearer abc"


def test_https_goes_through_a_tunnel(
    started: ExitStack, environment: Environment, authority: CertificateAuthority
) -> None:
    server = Scripted(says(200, "fine"), Address("127.0.0.1", free_address("127.0.0.1").port))
    server.certificate = authority.issue("tunnelled", ("vm.invalid",))
    started.enter_context(server)
    tunnel = started.enter_context(Tunnel(server.address))
    environment(https_proxy=tunnel.url.replace("://", "://pu:proxy-secret@"))
    auth = Auth(type="bearer", token="server-secret")
    connection = Connection(url="https://vm.invalid", auth=auth, tls=Tls(ca_file=str(authority.ca_file)))
    with HttpClient(connection) as client:
        assert client.get("https://vm.invalid/x").body == b"fine"
    head = tunnel.heads[0]
    assert head.startswith("CONNECT vm.invalid:443 ")
    assert base64.b64encode(b"pu:proxy-secret").decode() in head
    assert "server-secret" not in head
    assert "proxy-authorization" not in server.requests[0].headers
    assert server.requests[0].headers["authorization"] == "Bearer server-secret"


def test_a_proxy_that_wants_credentials(proxy: Scripted, started: ExitStack, environment: Environment) -> None:
    tunnel = started.enter_context(Tunnel(proxy.address, "407 Proxy Authentication Required"))
    environment(http_proxy=proxy.url, https_proxy=tunnel.url)
    proxy.script = says(407, "who are you")
    with HttpClient(Connection(url="http://vm.invalid")) as client, pytest.raises(AccessDenied) as denied:
        raise_for(client.get("http://vm.invalid"), doing="query the server")
    assert "proxy" in denied.value.hint
    with HttpClient(Connection(url="https://vm.invalid")) as client, pytest.raises(ServerUnreachable) as refused:
        client.get("https://vm.invalid")
    assert "through the proxy: it answered 407 Proxy Authentication Required" in str(refused.value)


def test_a_proxy_that_is_not_there(environment: Environment) -> None:
    environment(http_proxy=f"http://user:proxy-secret@{free_address()}")
    with HttpClient(Connection(url="http://vm.invalid")) as client, pytest.raises(ServerUnreachable) as refused:
        client.get("http://vm.invalid")
    assert "through the proxy: connection refused" in str(refused.value)
    assert "HTTP_PROXY" in refused.value.hint
    assert "secret" not in f"{refused.value}{refused.value.hint}"


def test_a_redirect_does_not_drag_the_proxy_along(
    proxy: Scripted, started: ExitStack, environment: Environment
) -> None:
    direct = started.enter_context(Scripted(says(200, "direct")))
    environment(http_proxy=proxy.url, no_proxy=direct.address.host)
    proxy.script = says(302, location=direct.url)
    with HttpClient(Connection(url="http://vm.invalid")) as client:
        assert client.get("http://vm.invalid").body == b"direct"


@pytest.mark.parametrize(
    ("url", "no_proxy", "direct"),
    [
        ("http://127.0.0.1:8428", "", False),
        ("http://127.0.0.1:8428", "localhost,127.0.0.1,::1", True),
        ("http://localhost:8428", "localhost,127.0.0.1,::1", True),
        ("http://[::1]:8428", "localhost,127.0.0.1,::1", True),
        ("http://127.9.9.9:8428", "127.0.0.0/8", True),
        ("http://10.1.2.3", "10.0.0.0/8,192.168.0.0/16", True),
        ("http://11.1.2.3", "10.0.0.0/8", False),
        ("http://[fd00::1]", "fd00::/8", True),
        ("http://vm.example.com", ".example.com", True),
        ("http://vm.example.com:8428", "vm.example.com", True),
        ("http://vm.example.com:8428", "vm.example.com:8428", True),
        ("http://vm.example.com:8429", "vm.example.com:8428", False),
        ("http://notexample.com", "example.com", False),
        ("http://anything", "*", True),
        ("http://anything", "nonsense/99, ,/", False),
    ],
)
def test_no_proxy_wins(environment: Environment, url: str, no_proxy: str, direct: bool) -> None:
    environment(http_proxy="http://proxy:3128", no_proxy=no_proxy)
    found = proxy_for(url)
    assert (found is None) is direct


@pytest.mark.parametrize(
    ("variables", "url", "expected"),
    [
        ({}, "http://h", None),
        ({"HTTP_PROXY": "http://p:3128"}, "http://h", "http://p:3128"),
        ({"HTTP_PROXY": "http://p:3128"}, "https://h", None),
        ({"HTTPS_PROXY": "https://p"}, "https://h", "https://p"),
        ({"ALL_PROXY": "p:3128"}, "https://h", "http://p:3128"),
        ({"ALL_PROXY": "http://a", "http_proxy": "http://b"}, "http://h", "http://b"),
        ({"ALL_PROXY": "socks5://p:1080", "http_proxy": "http://b"}, "http://h", "http://b"),
    ],
)
def test_which_proxy(environment: Environment, variables: dict[str, str], url: str, expected: str | None) -> None:
    environment(**variables)
    found = proxy_for(url)
    assert (found.url if found else None) == expected


@pytest.mark.parametrize("text", ["socks5://u:hunter2@p:1080", "http://u:hunter2@p:99999", "http://u:hunter2@ p"])
def test_a_proxy_that_cannot_be_used(environment: Environment, text: str) -> None:
    environment(all_proxy=text)
    with pytest.raises(InvalidInput, match="cannot use the proxy") as refused:
        HttpClient(Connection(url="http://h"))
    assert "hunter2" not in f"{refused.value!r}{refused.value.hint}"


@pytest.fixture(autouse=True)
def asked_of_the_proxy(proxy: Scripted) -> Iterator[None]:
    """The proxy never sees a request without a whole URL: such a one was meant for a server."""
    yield
    assert all(request.target.startswith("http://") for request in proxy.requests)
