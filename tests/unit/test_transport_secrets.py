"""Planted secrets: every way of failing is provoked, and nothing that can be printed or logged may hold one."""

from __future__ import annotations

import base64
import logging
import traceback
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from tests.fakes.exchange import Request, Responder
from tests.fakes.scripted import Scripted, says
from tests.lab.certificates import CertificateAuthority
from tests.lab.processes import Address, free_address
from vmexporter.core.endpoints import candidates
from vmexporter.core.request import Auth, Connection, Header
from vmexporter.errors import VmexporterError
from vmexporter.tsdb.probe import Stage, probe
from vmexporter.tsdb.transport import HttpClient, raise_for

IN_URL, IN_PASSWORD, IN_TOKEN = "Geheim-url-4711", "Geheim-passwort-4712", "Geheim-token-4713"
IN_HEADER, IN_PROXY, IN_QUERY = "Geheim-kopf-4714", "Geheim-proxy-4715", "Geheim-query-4716"
ALL = [IN_URL, IN_PASSWORD, IN_TOKEN, IN_HEADER, IN_PROXY, IN_QUERY]
ENCODED = [base64.b64encode(f"joe:{secret}".encode()).decode() for secret in ALL]
Urls = Callable[[Scripted], str]


def echo(status: int, kind: str) -> Callable[[Request, Responder], None]:
    """A server that repeats everything it was sent."""

    def script(request: Request, responder: Responder) -> None:
        told = f"{request.method} {request.target} {dict(request.headers)!r} {request.body!r}"
        body = f"<html><title>{told}</title>" if kind == "page" else f'{{"status":"error","error":{told!r}}}'
        responder.whole(status, {"Content-Type": "text/html"}, (told if kind == "text" else body).encode())

    return script


def cut(request: Request, responder: Responder) -> None:
    responder.begin(200, {}, "chunked")
    responder.write(b'{"status":')
    responder.cut("rst")


SCRIPTS: dict[str, Callable[[Request, Responder], None]] = {
    **{f"{status} text": echo(status, "text") for status in (200, 400, 401, 403, 404, 429, 503)},
    **{f"{status} page": echo(status, "page") for status in (200, 400, 401, 404, 503)},
    "401 json": echo(401, "json"),
    "redirect to nowhere": says(302, location=f"ftp://u:{IN_URL}@h/{IN_QUERY}"),
    "redirect to nobody": says(307, location=f"http://u:{IN_URL}@127.0.0.1:1/?token={IN_QUERY}"),
    "redirect without end": says(302, location=f"/x?token={IN_QUERY}"),
    "cut": cut,
    "dropped": lambda request, responder: responder.cut("rst"),
    "silent": lambda request, responder: None,
    "not HTTP": lambda request, responder: responder.raw(b"\x00\x01\x02" * 100),
}  # fmt: skip
CONNECTIONS: dict[str, dict[str, object]] = {
    "userinfo": {},
    "password": {"auth": Auth(type="basic", username="joe", password=IN_PASSWORD)},
    "token": {"auth": Auth(type="bearer", token=IN_TOKEN)},
    "header": {
        "headers": (Header(name="Authorization", value=f"Token {IN_HEADER}"), Header(name="X", value=IN_HEADER))
    },
}


def everything_printable(error: BaseException) -> str:
    texts = ["".join(traceback.format_exception(error))]
    seen: set[int] = set()
    pending: list[BaseException | None] = [error]
    while pending:
        one = pending.pop()
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            texts += [str(one), repr(one), repr(vars(one)), repr(one.args)]
            pending += [one.__cause__, one.__context__]
    return "\n".join(texts)


def leaks(text: str) -> list[str]:
    return [secret for secret in [*ALL, *ENCODED] if secret in text]


def provoke(connection: Connection, caplog: pytest.LogCaptureFixture) -> str:
    """Everything that can be printed after the server was probed, asked and streamed from."""
    texts: list[str] = []
    stages: list[Stage] = []
    client = HttpClient(connection)
    base = candidates(connection.url).candidates[0].url
    texts += [repr(client), repr(vars(client)), repr(client._credentials), repr(client._pools)]

    def asked() -> None:
        answer = client.post(f"{base}/api/v1/query", [("query", "up")])
        texts.append(f"{answer!r} {answer.words}")
        raise_for(answer, doing="query the server")

    def streamed() -> None:
        with client.stream(f"{base}/api/v1/export", [("match[]", "up")]) as stream:
            texts.append(f"{stream!r} {stream.words}")
            raise_for(stream, doing="export")
            stream.read()

    def probed() -> None:
        texts.append(repr(probe(client, connection, stages.append)))

    for step in (asked, streamed, probed):
        try:
            step()
        except VmexporterError as error:
            texts += [everything_printable(error), error.hint]
    client.close()
    return "\n".join([*texts, repr(stages), caplog.text])


@pytest.mark.parametrize("how", CONNECTIONS)
@pytest.mark.parametrize("name", SCRIPTS)
def test_no_answer_makes_a_secret_visible(
    started: ExitStack, caplog: pytest.LogCaptureFixture, name: str, how: str
) -> None:
    caplog.set_level(logging.INFO)  # the library itself tells whole URLs below that
    server = started.enter_context(Scripted(SCRIPTS[name]))
    url = server.url.replace("://", f"://joe:{IN_URL}@") + f"/?token={IN_QUERY}#{IN_QUERY}"
    settings = {"url": url, "stall_timeout_s": 0.3, **CONNECTIONS[how]}
    text = provoke(Connection(**settings), caplog)
    assert not leaks(text)
    assert server.requests


@pytest.fixture(params=["direct", "by proxy"])
def by_proxy(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same with and without a proxy that is not there."""
    if request.param == "by proxy":
        for name in ("http_proxy", "https_proxy"):
            monkeypatch.setenv(name, f"http://joe:{IN_PROXY}@127.0.0.1:1")


@pytest.fixture
def untrusted(started: ExitStack, authority: CertificateAuthority) -> str:
    server = Scripted(address=Address("127.0.0.1", free_address("127.0.0.1").port))
    server.certificate = authority.issue("untrusted", ("127.0.0.1",))
    return started.enter_context(server).url


@pytest.mark.usefixtures("by_proxy")
@pytest.mark.parametrize("place", ["http://127.0.0.1:1", "https://127.0.0.1:1", "http://no-such-host.invalid", "tls"])
def test_no_failed_connection_makes_a_secret_visible(
    untrusted: str, caplog: pytest.LogCaptureFixture, place: str
) -> None:
    caplog.set_level(logging.INFO)  # the library itself tells whole URLs below that
    place = untrusted if place == "tls" else place
    url = place.replace("://", f"://joe:{IN_URL}@") + f"/?token={IN_QUERY}"
    connection = Connection(url=url, headers=(Header(name="X", value=IN_HEADER),), connect_timeout_s=2)
    assert not leaks(provoke(connection, caplog))


@pytest.mark.parametrize(
    "settings",
    [
        {"headers": (Header(name="X", value=f"{IN_HEADER}\r\nY: z"),)},
        {"headers": (Header(name=f"X\r\n{IN_HEADER}", value="x"),)},
        {"headers": (Header(name="Content-Length", value=IN_HEADER),)},
        {"auth": Auth(type="bearer", token=f"{IN_TOKEN}\n")},
        {"auth": Auth(type="bearer", token=f"{IN_TOKEN}ü")},
        {"auth": Auth(type="basic", username=f"joe:{IN_PASSWORD}", password=IN_PASSWORD)},
    ],
)
def test_no_refusal_makes_a_secret_visible(settings: dict[str, object]) -> None:
    with pytest.raises(VmexporterError) as refused:
        HttpClient(Connection(url="http://h", **settings))
    assert not leaks(everything_printable(refused.value) + refused.value.hint)
