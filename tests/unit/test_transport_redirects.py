"""Redirects: who gets the credentials, what becomes of a POST, and where the way ends."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

import pytest
from urllib3 import HTTPHeaderDict

from tests.fakes.scripted import Scripted, says
from tests.lab.certificates import CertificateAuthority
from vmexporter.core.request import Auth, Connection, Header, Tls
from vmexporter.errors import AccessDenied, EndpointMissing
from vmexporter.tsdb.redirects import Request, redirected
from vmexporter.tsdb.transport import HttpClient, raise_for

FORM = [("match[]", '{job="a&b"}'), ("start", "1")]
SECRETS = {"auth": Auth(type="bearer", token="secret-token"), "headers": (Header(name="X-Key", value="secret-key"),)}
Start = Callable[[], Scripted]


@pytest.fixture
def start(started: ExitStack) -> Start:
    return lambda: started.enter_context(Scripted())


def redirect(status: int, location: str) -> Callable[..., None]:
    return says(status, location=location)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_another_origin_gets_neither_credentials_nor_headers(start: Start, status: int) -> None:
    named, other = start(), start()
    named.script, other.script = redirect(status, f"{other.url}/there?a=b"), says(200, "fine")
    with HttpClient(Connection(url=named.url, **SECRETS)) as client:
        answer = client.post(f"{named.url}/here", FORM)
    assert (answer.status, answer.body, answer.moved_to, answer.authorized) == (200, b"fine", other.url, False)
    assert named.requests[0].headers["authorization"] == "Bearer secret-token"
    arrived = other.requests[0]
    assert not any("secret" in f"{name}{value}" for name, value in arrived.headers.items())
    assert arrived.params["match[]"] == ('{job="a&b"}',)
    assert arrived.method == ("POST" if status in {307, 308} else "GET")
    assert arrived.path == "/there"
    assert ("a" in arrived.params) is True


@pytest.mark.parametrize(
    ("location", "trusted"),
    [("/x", True), ("http://h:8428/x", True), ("HTTP://H:8428/x", True), ("//h:8428", True), ("?a=b", True),
     ("http://u:p@h:8428/x", True), ("https://h:8428/x", False), ("http://h/x", False), ("http://h:8429/x", False),
     ("http://h.example:8428/x", False), ("//h", False), ("http://h:8428.example/x", False)],
)  # fmt: skip
def test_an_origin_is_scheme_host_and_port(location: str, trusted: bool) -> None:
    general = HTTPHeaderDict()
    request = Request("GET", "http://h:8428/select/0", HTTPHeaderDict({"X-Key": "secret"}), general)
    try:
        moved = redirected(request, 302, location)
    except EndpointMissing:
        assert not trusted
        return
    assert moved.trusted is trusted
    assert (moved.headers is general) is not trusted
    assert not redirected(moved, 302, "https://elsewhere").trusted


def test_credentials_do_not_come_back_by_way_of_another_server(start: Start) -> None:
    named, other = start(), start()
    named.script = lambda request, responder: (
        redirect(302, f"{other.url}/")(request, responder)
        if request.path == "/here"
        else says(401, "no")(request, responder)
    )
    other.script = redirect(302, f"{named.url}/there")
    with HttpClient(Connection(url=named.url, **SECRETS)) as client:
        answer = client.get(f"{named.url}/here")
    assert [one.path for one in named.requests] == ["/here", "/there"]
    assert "authorization" not in named.requests[1].headers
    assert answer.moved_to == other.url
    with pytest.raises(AccessDenied) as denied:
        raise_for(answer, doing="query the server")
    assert other.url in denied.value.hint


@pytest.mark.parametrize(("status", "method"), [(301, "GET"), (302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")])
def test_the_same_origin_keeps_everything(start: Start, status: int, method: str) -> None:
    named = start()
    named.script = lambda request, responder: (
        redirect(status, "/prefix/here")(request, responder)
        if request.path == "/here"
        else says(200, "fine")(request, responder)
    )
    with HttpClient(Connection(url=named.url, **SECRETS)) as client:
        answer = client.post(f"{named.url}/here", FORM)
    assert (answer.status, answer.moved_to, answer.authorized) == (200, "", True)
    moved = named.requests[1]
    assert (moved.method, moved.path, moved.headers["x-key"]) == (method, "/prefix/here", "secret-key")
    assert moved.params["start"] == ("1",)


def test_a_long_post_is_not_turned_into_a_get(start: Start) -> None:
    named, other = start(), start()
    named.script = redirect(301, f"{other.url}/there?token=hunter2")
    with HttpClient(Connection(url=named.url)) as client, pytest.raises(EndpointMissing) as refused:
        client.post(f"{named.url}/here", [("match[]", "x" * 5000)])
    assert other.url in f"{refused.value} {refused.value.hint}"
    assert "hunter2" not in f"{refused.value} {refused.value.hint}"
    assert other.requests == []


def test_encryption_is_not_lost_on_the_way(start: Start, authority: CertificateAuthority) -> None:
    other = start()
    named = Scripted(redirect(302, f"{other.url}/there"))
    named.certificate = authority.issue("redirecting", (named.address.host,))
    with (
        named,
        HttpClient(Connection(url=named.url, tls=Tls(ca_file=str(authority.ca_file)))) as client,
        pytest.raises(EndpointMissing, match="not encrypted"),
    ):
        client.get(named.url)
    assert other.requests == []


@pytest.mark.parametrize("location", ["ftp://h/x", "javascript:alert(1)", "http://[::1/x", "http://h:99999/"])
def test_a_redirect_to_no_web_address(start: Start, location: str) -> None:
    named = start()
    named.script = redirect(302, location)
    with HttpClient(Connection(url=named.url)) as client, pytest.raises(EndpointMissing, match="no web address"):
        client.get(named.url)


def test_userinfo_in_a_redirect_is_not_used(start: Start) -> None:
    named, other = start(), start()
    named.script, other.script = redirect(302, other.url.replace("://", "://u:p@")), says(200)
    with HttpClient(Connection(url=named.url)) as client:
        assert client.get(named.url).moved_to == other.url
    assert "authorization" not in other.requests[0].headers


def test_redirects_without_end(start: Start) -> None:
    named = start()
    named.script = redirect(302, "/again")
    with HttpClient(Connection(url=named.url)) as client, pytest.raises(EndpointMissing, match="more than 5 times"):
        client.get(named.url)
    assert len(named.requests) == 6


def test_a_redirect_without_a_place_is_an_answer(start: Start) -> None:
    named = start()
    named.script = says(302)
    with HttpClient(Connection(url=named.url)) as client, pytest.raises(EndpointMissing):
        raise_for(client.get(named.url), doing="query the server")


def test_a_request_to_another_origin_goes_without_credentials(start: Start) -> None:
    named, other = start(), start()
    with HttpClient(Connection(url=named.url, **SECRETS)) as client:
        assert not client.get(f"{other.url}/metrics").authorized
        assert client.get(f"{named.url}/metrics").authorized
    assert not {"authorization", "x-key"} & set(other.requests[0].headers)
