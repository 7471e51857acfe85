"""Whom TLS trusts, which certificate the client shows, and what is said of a place that is the wrong one."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.lab.certificates import Certificate, CertificateAuthority
from tests.lab.commandline import Bundle, Ran, run_here
from tests.lab.family import RANGE, Program, in_range, lines_of
from tests.lab.gateways import OPERATOR, Location, Nginx, Protection
from tests.lab.processes import Launch, free_address
from tests.lab.victoria import VictoriaMetrics

pytestmark = pytest.mark.real

PROGRAM = Program("vmsingle", "single", "10.0.0.1:8428")
NOT_TRUSTED, WARNING = "certificate is not trusted", "the server's certificate is not checked"
EVERYTHING = {
    "validate": (),
    "tenants": (),
    "discover": RANGE,
    "sample": RANGE,
    "export": (*RANGE, "--one-way", "-o", "-"),
}


@pytest.fixture(scope="module")
def node() -> Iterator[VictoriaMetrics]:
    with VictoriaMetrics("-search.latencyOffset=0s") as server:
        server.import_jsonl(lines_of([PROGRAM]))
        yield server


@pytest.fixture(scope="module")
def certificate(authority: CertificateAuthority) -> Certificate:
    return authority.issue("tls")


@pytest.fixture(scope="module")
def strangers(tmp_path_factory: pytest.TempPathFactory) -> CertificateAuthority:
    return CertificateAuthority(tmp_path_factory.mktemp("strangers"), "another authority")


@pytest.fixture(scope="module")
def places(
    node: VictoriaMetrics, certificate: Certificate, authority: CertificateAuthority
) -> Iterator[dict[str, str]]:
    """Servers over TLS: for all, for clients with a certificate, for users, under another name; and one without."""
    wrong_name = authority.issue("wrong-name", ("elsewhere.example",))
    protections = {
        "plain": Protection(certificate),
        "client": Protection(certificate, client_ca_file=str(authority.ca_file)),
        "users": Protection(certificate, (OPERATOR,)),
        "elsewhere": Protection(wrong_name),
    }
    with ExitStack() as stack:
        found = {"node": node.url}
        for name, protection in protections.items():
            found[name] = stack.enter_context(Nginx(Location("/", node.url), protection=protection)).url
        yield found


def failed(ran: Ran, status: int, *words: str) -> None:
    assert ran.status == status, ran
    assert [word for word in words if word not in ran.words] == [], ran.words


class TestTrust:
    def test_an_unknown_authority_is_refused(self, places: dict[str, str]) -> None:
        failed(run_here("validate", places["plain"]), 3, NOT_TRUSTED, "Hint: ", "--ca-file")

    def test_a_named_authority_is_trusted(
        self, places: dict[str, str], authority: CertificateAuthority, tmp_path: Path
    ) -> None:
        for name in ("127.0.0.1", "localhost"):
            typed = places["plain"].replace("127.0.0.1", name)
            ran = run_here("validate", typed, "--ca-file", authority.ca_file).checked()
            assert "vmsingle" in ran.out and ran.err == ""
        path = tmp_path / "bundle.zip"
        options = (*RANGE, "--ca-file", authority.ca_file, "--no-obfuscate", "-o", path)
        run_here("export", places["plain"], *options).checked()
        assert Bundle.read(path).samples == in_range(lines_of([PROGRAM]))

    def test_the_systems_store_is_trusted(self, places: dict[str, str], authority: CertificateAuthority) -> None:
        env = {"SSL_CERT_FILE": str(authority.ca_file)}
        assert run_here("validate", places["plain"], env=env).checked().err == ""

    def test_a_named_authority_takes_the_stores_place(
        self, places: dict[str, str], authority: CertificateAuthority, strangers: CertificateAuthority
    ) -> None:
        env = {"SSL_CERT_FILE": str(authority.ca_file)}
        failed(run_here("validate", places["plain"], "--ca-file", strangers.ca_file, env=env), 3, NOT_TRUSTED)

    def test_the_name_must_fit(self, places: dict[str, str], authority: CertificateAuthority) -> None:
        ran = run_here("validate", places["elsewhere"], "--ca-file", authority.ca_file)
        failed(ran, 3, NOT_TRUSTED, "the certificate is for another name")

    @pytest.mark.parametrize("what", EVERYTHING)
    def test_insecure_is_warned_about_on_every_use(self, places: dict[str, str], what: str) -> None:
        ran = run_here(what, places["plain"], "--insecure", *EVERYTHING[what], "--quiet")
        assert (ran.err.count(WARNING), NOT_TRUSTED in ran.err) == (1, False)
        assert WARNING not in ran.out
        assert ran.status == (5 if what == "tenants" else 0)

    def test_insecure_is_warned_about_when_an_export_goes_on(self, places: dict[str, str], tmp_path: Path) -> None:
        failed(run_here("resume", tmp_path / "none.zip.part", "--insecure"), 9, WARNING)

    @pytest.mark.parametrize("content", ["", "no certificate"])
    def test_a_ca_file_that_is_none(self, places: dict[str, str], tmp_path: Path, content: str) -> None:
        path = tmp_path / "ca.pem"
        failed(run_here("validate", places["plain"], "--ca-file", path), 2, "cannot read the CA file")
        path.write_text(content)
        failed(run_here("validate", places["plain"], "--ca-file", path), 2, "cannot read the CA file")


class TestClientCertificate:
    def test_without_one(self, places: dict[str, str], authority: CertificateAuthority) -> None:
        ran = run_here("validate", places["client"], "--ca-file", authority.ca_file)
        failed(ran, 5, "400", "the server wants a client certificate (--client-cert, --client-key)")

    def test_with_one(
        self, places: dict[str, str], authority: CertificateAuthority, certificate: Certificate, tmp_path: Path
    ) -> None:
        trust = ("--ca-file", authority.ca_file)
        both = ("--client-cert", certificate.cert_file, "--client-key", certificate.key_file)
        run_here("validate", places["client"], *trust, *both).checked()
        joined = tmp_path / "joined.pem"
        joined.write_text(certificate.key_file.read_text() + certificate.cert_file.read_text())
        run_here("validate", places["client"], *trust, "--client-cert", joined).checked()

    def test_with_a_strangers(
        self, places: dict[str, str], authority: CertificateAuthority, strangers: CertificateAuthority
    ) -> None:
        other = strangers.issue("client")
        options = ("--client-cert", other.cert_file, "--client-key", other.key_file)
        ran = run_here("validate", places["client"], "--ca-file", authority.ca_file, *options)
        failed(ran, 5, "the server does not accept the client certificate")

    def test_that_is_no_pair(
        self, places: dict[str, str], certificate: Certificate, authority: CertificateAuthority
    ) -> None:
        key = authority.issue("other-key").key_file
        ran = run_here("validate", places["client"], "--client-cert", certificate.cert_file, "--client-key", key)
        failed(ran, 2, "are not a pair of PEM files")


@contextmanager
def stranger(talk: Callable[[socket.socket], object]) -> Iterator[str]:
    """Something at a port that does not speak HTTP."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection = listener.accept()[0]
                except OSError:
                    return
                with connection:
                    connection.settimeout(5)
                    talk(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(10)


class _OverTls(VictoriaMetrics):
    def launch(self) -> Launch:
        return replace(super().launch(), ready_url="")


class TestWrongPlace:
    def test_http_at_a_tls_port(self, places: dict[str, str]) -> None:
        failed(
            run_here("validate", places["plain"].replace("https", "http")), 5, "400", "give the address with https://"
        )

    def test_http_at_a_tls_port_of_victoriametrics(self, certificate: Certificate) -> None:
        flags = ("-tls", f"-tlsCertFile={certificate.cert_file}", f"-tlsKeyFile={certificate.key_file}")
        with _OverTls(*flags) as server:
            ran = run_here("validate", server.url)
        assert ran.status in {3, 5}  # version 1.79 just closes the connection, newer ones answer
        assert "https://" in ran.words.partition("Hint: ")[2]

    def test_https_at_a_plain_port(self, places: dict[str, str]) -> None:
        typed = places["node"].replace("http", "https")
        failed(run_here("validate", typed), 3, "the port does not speak TLS", "give the address with http://")

    def test_nothing_at_the_port(self) -> None:
        failed(run_here("validate", f"http://{free_address()}"), 3, "connection refused", "vmselect 8481")

    def test_no_such_host(self) -> None:
        ran = run_here("discover", "http://vmselect.no-such-namespace.invalid:8481", *RANGE)
        failed(ran, 3, "the name of the host is not known", "check the spelling")

    @pytest.mark.parametrize("words", [b"SSH-2.0-OpenSSH_9.2\r\n", b"\x00\x01\x02\xff" * 9, b""])
    def test_no_http_at_all(self, words: bytes) -> None:
        def talk(connection: socket.socket) -> None:
            connection.recv(65536)
            connection.sendall(words)

        with stranger(talk) as address:
            failed(run_here("validate", address), 3, "Hint: ")

    def test_silence(self) -> None:
        def talk(connection: socket.socket) -> None:
            while connection.recv(65536):
                pass

        with stranger(talk) as address:
            ran = run_here("export", address, *RANGE, "--selector", "up", "-o", "-", "--stall-timeout", "300ms")
        failed(ran, 3, "nothing came in time", "the port may not speak HTTP")
