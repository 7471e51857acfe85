"""What can go wrong before an answer comes, and the words and hints for it; addresses, TLS and client certificates."""

from __future__ import annotations

import socket
import ssl
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from tests.fakes.exchange import Request, Responder
from tests.fakes.scripted import Scripted, says
from tests.lab.certificates import CertificateAuthority
from tests.lab.processes import Address, free_address
from vmexporter.core.request import Connection, Tls
from vmexporter.errors import InvalidInput, ServerUnreachable
from vmexporter.tsdb.transport import HttpClient

TlsServer = Callable[..., Scripted]


def failure(url: str, **settings: object) -> ServerUnreachable:
    with (
        HttpClient(Connection(url=url, connect_timeout_s=2, stall_timeout_s=2, **settings)) as client,
        pytest.raises(ServerUnreachable) as caught,
    ):
        client.get(url)
    return caught.value


@contextmanager
def raw_server(behave: Callable[[socket.socket], object]) -> Iterator[str]:
    """Something at a port that is no HTTP server."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            try:
                connection = listener.accept()[0]
            except OSError:
                return
            with connection:
                behave(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def test_nothing_listens() -> None:
    error = failure(f"http://{free_address()}")
    assert "connection refused" in str(error)
    assert "8481" in error.hint


def test_an_unknown_host() -> None:
    error = failure("http://no-such-host.invalid:8428")
    assert "the name of the host is not known" in str(error)


def test_nobody_accepts() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        error = failure(f"http://127.0.0.1:{port}")
        for one in waiting:
            one.close()
    assert "in time" in str(error)
    assert not error.stalled


@pytest.mark.parametrize(
    ("greeting", "why"),
    [(b"SSH-2.0-OpenSSH_9.2\r\n", "does not speak HTTP"), (b"\x15\x03\x01\x00\x02\x02\x46", "does not speak HTTP"),
     (b"", "closed before an answer"), (b"HTTP/1.1 OK\r\n\r\n", "does not speak HTTP"),
     (b"HTTP/1.1 200 OK\r\nA: " + b"x" * 70_000, "does not speak HTTP")],
)  # fmt: skip
def test_what_answers_is_no_http_server(greeting: bytes, why: str) -> None:
    def behave(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(greeting)
        connection.shutdown(socket.SHUT_WR)
        connection.recv(1000)

    with raw_server(behave) as address:
        error = failure(f"http://{address}")
    assert why in str(error)
    assert error.hint


def test_https_to_a_plain_port(started: ExitStack) -> None:
    server = started.enter_context(Scripted())
    server.failed = lambda error: None  # type: ignore[method-assign] # the handshake is no HTTP
    error = failure(f"https://{server.address}")
    assert "does not speak TLS" in str(error)
    assert "http://" in error.hint


@pytest.mark.parametrize("family", ["ipv4", "ipv6"])
def test_localhost_is_tried_at_both_addresses(started: ExitStack, monkeypatch: pytest.MonkeyPatch, family: str) -> None:
    host, there = ("127.0.0.1", socket.AF_INET) if family == "ipv4" else ("::1", socket.AF_INET6)
    with socket.socket(there) as probe:
        probe.bind((host, 0))
        port = probe.getsockname()[1]
    real = socket.getaddrinfo

    def both(name: str, *rest: Any, **named: Any) -> Any:
        if name != "localhost":
            return real(name, *rest, **named)
        ends = (("::1", port, 0, 0), socket.AF_INET6), (("127.0.0.1", port), socket.AF_INET)
        return [(kind, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", end) for end, kind in ends]

    listener = socket.create_server((host, port), family=there)
    answered = threading.Thread(target=_answer_once, args=(listener,))
    answered.start()
    monkeypatch.setattr(socket, "getaddrinfo", both)
    with HttpClient(Connection(url=f"http://localhost:{port}")) as client:
        assert client.get(f"http://localhost:{port}/").body == b"fine"
    answered.join(5)
    listener.close()


def _answer_once(listener: socket.socket) -> None:
    connection = listener.accept()[0]
    with connection:
        connection.recv(1000)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nfine")


@pytest.fixture
def start_tls(started: ExitStack, authority: CertificateAuthority) -> TlsServer:
    def start_tls(name: str, client_ca_file: str = "") -> Scripted:
        server = Scripted(says(200, "fine"), Address("127.0.0.1", free_address("127.0.0.1").port))
        server.certificate = authority.issue(f"server-{server.address.port}", (name,))
        server.client_ca_file = client_ca_file
        return started.enter_context(server)

    return start_tls


def test_a_certificate_that_is_not_trusted(start_tls: TlsServer, authority: CertificateAuthority) -> None:
    server = start_tls("127.0.0.1")
    error = failure(server.url)
    assert "not trusted" in str(error)
    assert "--ca-file" in error.hint
    assert server.requests == []
    with HttpClient(Connection(url=server.url, tls=Tls(ca_file=str(authority.ca_file)))) as client:
        assert client.get(server.url).body == b"fine"
        times = client.connect_times
    assert times.network_s is not None
    assert times.tls_s is not None


def test_a_certificate_for_another_name(start_tls: TlsServer, authority: CertificateAuthority) -> None:
    error = failure(start_tls("vm.example.com").url, tls=Tls(ca_file=str(authority.ca_file)))
    assert "not trusted" in str(error)
    assert "another name" in error.hint


def test_insecure_is_said_not_guessed(start_tls: TlsServer) -> None:
    server = start_tls("vm.example.com")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with HttpClient(Connection(url=server.url, tls=Tls(insecure=True))) as client:
            assert client.insecure
            assert client.get(server.url).body == b"fine"


def test_a_client_certificate(start_tls: TlsServer, authority: CertificateAuthority) -> None:
    server = start_tls("127.0.0.1", str(authority.ca_file))
    trust = str(authority.ca_file)
    error = failure(server.url, tls=Tls(ca_file=trust))
    assert "client certificate" in error.hint
    mine = authority.issue("client", ("client",))
    tls = Tls(ca_file=trust, client_cert=str(mine.cert_file), client_key=str(mine.key_file))
    with HttpClient(Connection(url=server.url, tls=tls)) as client:
        assert client.get(server.url).body == b"fine"


def test_a_key_that_does_not_fit(authority: CertificateAuthority) -> None:
    mine, other = authority.issue("one", ("one",)), authority.issue("two", ("two",))
    tls = Tls(client_cert=str(mine.cert_file), client_key=str(other.key_file))
    with pytest.raises(InvalidInput, match="not a pair"):
        HttpClient(Connection(url="https://h", tls=tls))


def test_another_thread_wakes_a_read_over_tls(start_tls: TlsServer, authority: CertificateAuthority) -> None:
    server = start_tls("127.0.0.1")

    def script(request: Request, responder: Responder) -> None:
        responder.begin(200, {}, "chunked")
        responder.write(b"first")
        server.stopping.wait(20)

    server.script = script
    failures: list[ServerUnreachable] = []
    reading = threading.Event()
    client = HttpClient(Connection(url=server.url, tls=Tls(ca_file=str(authority.ca_file))))

    def read() -> None:
        try:
            with client.stream(server.url) as stream:
                stream.read_some()
                reading.set()
                stream.read()
        except ServerUnreachable as error:
            failures.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    assert reading.wait(5)
    client.close()
    thread.join(5)
    assert not thread.is_alive()
    assert "ended from this side" in str(failures[0])


def test_a_server_that_never_finishes_the_handshake() -> None:
    done = threading.Event()
    with raw_server(lambda connection: done.wait(10)) as address:
        error = failure(f"https://{address}")
        done.set()
    assert "in time" in str(error)
    assert not error.stalled


def test_the_default_is_the_systems_trust() -> None:
    with HttpClient(Connection(url="https://h")) as client:
        context = client._pools._tls
    assert type(context).__module__.startswith("truststore")
    assert context.verify_mode is ssl.CERT_REQUIRED
