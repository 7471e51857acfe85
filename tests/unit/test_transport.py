"""Requests, credentials and answers: what goes out byte for byte, and what a status becomes."""

from __future__ import annotations

import email.utils
import gzip
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from tests.fakes.exchange import Request, Responder
from tests.fakes.scripted import Scripted, says
from vmexporter.core.request import Auth, Connection, Header, Tls
from vmexporter.errors import (
    AccessDenied,
    EndpointMissing,
    InvalidInput,
    QueryRejected,
    ServerUnreachable,
    VmexporterError,
)
from vmexporter.tsdb.transport import HttpClient, Limits, raise_for

PARAMS = [("match[]", '{job="a b&c"}'), ("match[]", "ü"), ("start", "1")]


@pytest.fixture
def server(started: ExitStack) -> Scripted:
    return started.enter_context(Scripted())


@pytest.fixture
def client_for(started: ExitStack) -> Callable[..., HttpClient]:
    def client_for(url: str, **settings: object) -> HttpClient:
        return started.enter_context(HttpClient(Connection(url=url, **settings)))

    return client_for


def test_parameters_arrive_in_the_url_or_as_a_form(server: Scripted, client_for: Callable[..., HttpClient]) -> None:
    client = client_for(server.url)
    client.get(f"{server.url}/select/5:7/prometheus/api/v1/query", PARAMS)
    client.post(f"{server.url}/x", PARAMS)
    with client.stream(f"{server.url}/y", PARAMS) as posted:
        assert posted.read() == b""
    with client.stream(f"{server.url}/z", PARAMS, method="GET") as got:
        assert got.read() == b""
    first, second, third, fourth = server.requests
    assert [one.method for one in server.requests] == ["GET", "POST", "POST", "GET"]
    assert all(
        one.params["match[]"] == ('{job="a b&c"}', "ü") and one.params["start"] == ("1",) for one in server.requests
    )
    assert first.path == "/select/5:7/prometheus/api/v1/query"
    assert second.target == "/x"
    assert third.headers["content-type"] == "application/x-www-form-urlencoded"
    assert fourth.headers["accept-encoding"] == "identity"
    assert fourth.headers["user-agent"] == "vmexporter"


def test_one_connection_serves_many_requests(server: Scripted, client_for: Callable[..., HttpClient]) -> None:
    ports: set[int] = set()

    def note_port(request: Request, responder: Responder) -> None:
        ports.add(responder.connection.getpeername()[1])
        responder.whole(200, {}, b"x")

    server.script = note_port
    client = client_for(server.url)
    for _ in range(5):
        client.get(server.url)
    assert len(ports) == 1


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, ""),
        ({"auth": Auth(type="basic", username="jö", password="p:w")}, "Basic asO2OnA6dw=="),
        ({"auth": Auth(type="bearer", token="abc.def")}, "Bearer abc.def"),
        ({"headers": (Header(name="Authorization", value="Token t"),)}, "Token t"),
    ],
)  # fmt: skip
def test_credentials(
    server: Scripted, client_for: Callable[..., HttpClient], settings: dict[str, object], expected: str
) -> None:
    answer = client_for(server.url, **settings).get(server.url)
    assert server.requests[0].headers.get("authorization", "") == expected
    assert answer.authorized is bool(expected)


def test_userinfo_is_basic_auth_unless_other_credentials_are_given(
    server: Scripted, client_for: Callable[..., HttpClient]
) -> None:
    typed = server.url.replace("://", "://joe:p%40w@")
    client_for(typed).get(server.url)
    client_for(typed, auth=Auth(type="bearer", token="abc")).get(server.url)
    client_for(typed, headers=(Header(name="authorization", value="Token t"),)).get(server.url)
    sent = [one.headers["authorization"] for one in server.requests]
    assert sent == ["Basic am9lOnBAdw==", "Bearer abc", "Token t"]


def test_any_number_of_headers(server: Scripted, client_for: Callable[..., HttpClient]) -> None:
    headers = (
        Header(name="X-Scope", value="a"),
        Header(name="X-Scope", value=" b "),
        Header(name="AccountID", value="größe"),
        Header(name="Host", value="vm.example.com"),
        Header(name="User-Agent", value="curl"),
    )
    client_for(server.url, headers=headers).get(server.url)
    got = server.requests[0].headers
    assert (got["host"], got["user-agent"], got["x-scope"]) == (
        "vm.example.com",
        "curl",
        "b",
    )  # the second of two lines
    assert got["accountid"].encode("latin-1").decode() == "größe"


@pytest.mark.parametrize(
    "settings",
    [
        {"headers": (Header(name="X", value="a\r\nY: b"),)},
        {"headers": (Header(name="X", value="a\nb"),)},
        {"headers": (Header(name="X Y", value="a"),)},
        {"headers": (Header(name="X:", value="a"),)},
        {"headers": (Header(name="", value="a"),)},
        {"headers": (Header(name="Content-Length", value="1"),)},
        {"headers": (Header(name="accept-encoding", value="br"),)},
        {"headers": (Header(name="authorization", value="a"),), "auth": Auth(type="bearer", token="t")},
        {"auth": Auth(type="bearer", token="abc\n")},
        {"auth": Auth(type="bearer", token="a b")},
        {"auth": Auth(type="bearer", token="tökén")},
        {"auth": Auth(type="basic", username="a:b", password="c")},
        {"tls": Tls(ca_file="/nonexistent.pem")},
        {"tls": Tls(client_cert="/nonexistent.pem")},
        {"tls": Tls(client_key="/nonexistent.pem")},
        {"tls": Tls(ca_file="/dev/null")},
        {"tls": Tls(client_cert="/dev/null")},
    ],
)
def test_what_cannot_be_sent_is_refused_before_anything_is(settings: dict[str, object]) -> None:
    with pytest.raises(InvalidInput) as refusal:
        HttpClient(Connection(url="http://h", **settings))
    assert refusal.value.field


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, AccessDenied), (403, AccessDenied), (407, AccessDenied), (404, EndpointMissing), (405, EndpointMissing),
     (501, EndpointMissing), (304, EndpointMissing), (400, QueryRejected), (413, QueryRejected), (422, QueryRejected),
     (408, ServerUnreachable), (429, ServerUnreachable), (500, ServerUnreachable), (503, ServerUnreachable)],
)  # fmt: skip
def test_a_status_becomes_an_error(
    server: Scripted, client_for: Callable[..., HttpClient], status: int, kind: type[VmexporterError]
) -> None:
    server.script = says(status, b"" if status == 304 else b"it says no", retry_after="7")
    client = client_for(server.url)
    answer = client.get(server.url)
    with pytest.raises(kind, match=f"cannot query the server: the server answered {status}") as caught:
        raise_for(answer, doing="query the server")
    if isinstance(caught.value, ServerUnreachable):
        assert caught.value.status == status
        assert caught.value.retry_after_s == 7
    with client.stream(server.url) as stream, pytest.raises(kind, match="cannot export"):
        raise_for(stream, doing="export")


def test_a_good_status_is_no_error(server: Scripted, client_for: Callable[..., HttpClient]) -> None:
    server.script = says(204)
    raise_for(client_for(server.url).get(server.url), doing="import")


def test_retry_after_as_a_date_counts_from_the_servers_clock(
    server: Scripted, client_for: Callable[..., HttpClient]
) -> None:
    base_s = 1_700_000_000
    server.script = says(
        429,
        retry_after=email.utils.formatdate(base_s + 90, usegmt=True),
        date=email.utils.formatdate(base_s, usegmt=True),
    )
    assert client_for(server.url).get(server.url).retry_after_s == 90
    for text in ("soon", "-5", ""):
        server.script = says(429, retry_after=text)
        assert client_for(server.url).get(server.url).retry_after_s is None


def test_a_small_answer_is_bounded(server: Scripted, client_for: Callable[..., HttpClient]) -> None:
    server.script = says(200, b"x" * 300_000)
    client = client_for(server.url)
    with pytest.raises(QueryRejected, match="larger than"):
        client.get(server.url, limits=Limits(size_bytes=200_000))
    assert len(client.get(server.url, limits=Limits(size_bytes=200_000, cut=True)).body) == 200_000
    assert len(client.get(server.url, limits=Limits(size_bytes=300_000)).body) == 300_000


def test_a_small_answer_has_an_end_in_time_when_that_was_asked(
    server: Scripted, client_for: Callable[..., HttpClient]
) -> None:
    def drip(request: Request, responder: Responder) -> None:
        responder.begin(200, {}, "chunked")
        while not server.stopping.wait(0.02):
            responder.write(b"x")

    server.script = drip
    with pytest.raises(ServerUnreachable, match="took too long"):
        client_for(server.url).get(server.url, limits=Limits(total_s=0.2))


def test_gzip_is_asked_for_and_undone(server: Scripted, client_for: Callable[..., HttpClient]) -> None:
    server.script = says(200, gzip.compress(b"hello"), content_encoding="gzip")
    assert client_for(server.url, gzip=True).get(server.url).body == b"hello"
    assert server.requests[0].headers["accept-encoding"] == "gzip"


def test_get_in_place_of_post_where_a_gateway_wants_it(server: Scripted, client_for: Callable[..., HttpClient]) -> None:
    client = client_for(server.url)
    client.use_get(f"{server.url}/a")
    for path in ("/a", "/a/b", "/ab", "/"):
        client.post(server.url + path, PARAMS)
    assert [one.method for one in server.requests] == ["GET", "GET", "POST", "POST"]
    assert server.requests[0].params == server.requests[3].params
