"""What a probe makes of answers: the most telling error wins, structure decides, nothing wrong passes for an API."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from tests.contract.probing import probe_at
from tests.fakes.exchange import Request, Responder
from tests.fakes.scripted import Script, Scripted, says
from tests.lab.processes import free_address
from vmexporter.core.request import Auth, Connection
from vmexporter.errors import (
    AccessDenied,
    EndpointMissing,
    InvalidInput,
    QueryRejected,
    ServerUnreachable,
    VmexporterError,
)
from vmexporter.tsdb.probe import probe
from vmexporter.tsdb.transport import HttpClient

SUCCESS = {"status": "success", "data": {"resultType": "vector", "result": []}}
VECTOR = says(200, json.dumps(SUCCESS), content_type="application/json")
PARTIAL = says(200, json.dumps({**SUCCESS, "isPartial": True}), content_type="application/json")
COMPLETE = says(200, json.dumps({**SUCCESS, "isPartial": False}), content_type="application/json")
EMPTY = says(200, "")
PAGE = says(200, "<!doctype html><title>Dashboards</title>", content_type="text/html")
NO_ROUTE = says(400, 'user joe missing route for "/x"')
Serve = Callable[..., Scripted]


@pytest.fixture
def serve(started: ExitStack) -> Serve:
    def serve(answers: dict[str, Script], otherwise: Script) -> Scripted:
        def script(request: Request, responder: Responder) -> None:
            answers.get(request.path, otherwise)(request, responder)

        return started.enter_context(Scripted(script))

    return serve


def api(query: Script, export: Script, base: str = "") -> dict[str, Script]:
    return {f"{base}/api/v1/query": query, f"{base}/api/v1/export": export}


@pytest.mark.parametrize(
    ("statuses", "kind", "status"),
    [
        ((401, 404, 404), AccessDenied, 401),
        ((404, 403, 404), AccessDenied, 403),
        ((404, 404, 401), AccessDenied, 401),
        ((400, 503, 404), ServerUnreachable, 503),
        ((404, 429, 400), ServerUnreachable, 429),
        ((404, 400, 405), EndpointMissing, 400),
        ((404, 405, 501), EndpointMissing, 404),
        ((404, 200, 200), EndpointMissing, 404),
        ((200, 404, 200), EndpointMissing, 404),
        ((422, 404, 404), QueryRejected, 422),
        ((403, 401, 500), AccessDenied, 403),
    ],
)
def test_the_most_telling_error_wins(
    serve: Serve, statuses: tuple[int, int, int], kind: type[VmexporterError], status: int
) -> None:
    paths = ("", "/select/0/prometheus", "/prometheus")
    scripts = {
        f"{path}/api/v1/query": PAGE if code == 200 else says(code, f"said {code}", retry_after="3")
        for path, code in zip(paths, statuses, strict=True)
    }
    server = serve(scripts, says(404, "404 page not found"))
    probing = probe_at(server.url)
    assert type(probing.failed) is kind
    assert str(status) in str(probing.failed)
    assert [attempt.status for attempt in probing.stage("api").attempts] == list(statuses)


def test_a_connection_that_fails_is_final_at_once(started: ExitStack) -> None:
    probing = probe_at(f"http://{free_address()}")
    assert isinstance(probing.failed, ServerUnreachable)
    assert probing.ended == ["address done", "network failed"]
    server = started.enter_context(Scripted(lambda request, responder: responder.cut("rst")))
    probing = probe_at(server.url)
    assert probing.ended == ["address done", "network done", "tls skipped", "api failed"]
    assert len(server.requests) == 1


def test_a_connection_that_fails_later_does_not_hide_what_was_said_before(serve: Serve) -> None:
    server = serve({"/api/v1/query": says(401, "no")}, lambda request, responder: responder.cut("rst"))
    assert isinstance(probe_at(server.url).failed, AccessDenied)


def test_an_address_that_cannot_be_meant(serve: Serve) -> None:
    probing = probe_at("http://h/select/5", tenant="6")
    assert isinstance(probing.failed, InvalidInput)
    assert probing.ended == ["address failed"]


@pytest.mark.parametrize(
    "body",
    ["<html>", "", "{}", "[]", "null", '"x"', "[" * 100_000, '{"status":"success"}', '{"status":"success","data":{}}',
     '{"status":"success","data":{"resultType":"matrix","result":[]}}', '{"status":"success","data":[]}', "\xff",
     '{"status":"error","data":{"resultType":"vector","result":[]}}', "vm_app_version 1\n",
     '{"status":"success","data":{"resultType":"vector","result":null}}'],
)  # fmt: skip
def test_a_200_is_not_enough(serve: Serve, body: str) -> None:
    server = serve({}, says(200, body))
    probing = probe_at(server.url)
    assert isinstance(probing.failed, EndpointMissing)
    assert "it answered with" in str(probing.failed)
    assert probing.failed.hint


def test_a_web_page_is_named(serve: Serve) -> None:
    failed = probe_at(serve({}, PAGE).url).failed
    assert 'a web page titled "Dashboards"' in str(failed)
    assert "dashboard" in failed.hint


def test_a_login_page_on_another_host(serve: Serve) -> None:
    login = serve({}, says(200, "<title>Log in</title>"))
    failed = probe_at(serve({}, says(302, location=f"{login.url}/login?next=x")).url).failed
    assert isinstance(failed, EndpointMissing)
    assert login.url in failed.hint


@pytest.mark.parametrize(
    ("export", "state"),
    [(EMPTY, "available"), (says(200, '{"metric":{}}'), "available"), (PAGE, "missing"), (says(200, "{}"), "missing"),
     (says(400), "missing"), (says(404), "missing"), (says(405), "missing"), (says(501), "missing"),
     (says(422), "missing"), (says(401), "denied"), (says(403), "denied"), (says(503), "unanswered"),
     (says(500), "unanswered"), (says(502), "unanswered"), (says(429), "unanswered"),
     (says(302, location="ftp://x"), "missing"), (lambda request, responder: responder.cut("rst"), "unanswered")],
)  # fmt: skip
def test_whether_there_is_an_export(serve: Serve, export: Script, state: str) -> None:
    server = serve(api(COMPLETE, export), says(404))
    found = probe_at(server.url).there
    assert found.export == state
    assert found.export_base == (None if state in {"missing", "denied"} else server.url)
    assert found.attempts[-1].asked == "export"


def test_a_503_is_incomplete_when_queries_are_partial(serve: Serve) -> None:
    found = probe_at(serve(api(PARTIAL, says(503, "cannot fetch")), says(404)).url).there
    assert (found.export, found.partial) == ("incomplete", True)
    assert found.export_base is not None
    answers = [PARTIAL, COMPLETE]

    def one_after_the_other(request: Request, responder: Responder) -> None:
        answers.pop()(request, responder)

    server = serve(api(one_after_the_other, says(503, "cannot fetch")), says(404))
    assert probe_at(server.url).there.export == "incomplete"


@pytest.mark.parametrize(("own", "state"), [(NO_ROUTE, "available"), (says(403), "available"), (EMPTY, "available")])
def test_export_at_another_base(serve: Serve, own: Script, state: str) -> None:
    server = serve({**api(COMPLETE, own, "/1011/rw/prometheus"), **api(COMPLETE, EMPTY, "/1011/prometheus")}, says(404))
    found = probe_at(f"{server.url}/1011/rw/prometheus").there
    assert found.export == state
    assert found.query_base == f"{server.url}/1011/rw/prometheus"
    assert found.export_base == f"{server.url}{'/1011/rw/prometheus' if own is EMPTY else '/1011/prometheus'}"


def test_a_gateway_that_allows_only_get(serve: Serve) -> None:
    def get_only(answer: Script) -> Script:
        return lambda request, responder: (
            answer(request, responder)
            if request.method == "GET"
            else says(403, "non allow-listed POSTs not allowed")(request, responder)
        )

    server = serve(api(COMPLETE, get_only(EMPTY), "/api/datasources/proxy/uid/abc"), says(404))
    found = probe_at(f"{server.url}/api/datasources/proxy/uid/abc").there
    assert (found.export, found.kind) == ("available", "victoriametrics")
    connection = Connection(url=server.url)
    with HttpClient(connection) as client:  # the client remembers it, for what was refused alone
        probe(client, Connection(url=f"{server.url}/api/datasources/proxy/uid/abc"))
        client.post(f"{found.query_base}/api/v1/export")
        client.post(f"{found.query_base}/api/v1/query")
    assert [request.method for request in server.requests[-2:]] == ["GET", "POST"]
    server = serve(api(get_only(COMPLETE), get_only(EMPTY)), says(404))
    assert probe_at(server.url).there.export == "available"
    assert [request.method for request in server.requests].count("POST") == 1


def test_metricsql_is_asked_for_where_the_answer_does_not_tell(serve: Serve) -> None:
    def by_query(request: Request, responder: Responder) -> None:
        refused = says(400, '{"status":"error","error":"unknown function"}')
        (refused if request.param("query") == "now()" else VECTOR)(request, responder)

    buildinfo = says(200, '{"status":"success","data":{"version":"2.42.0","goVersion":"go1.19"}}')
    found = probe_at(serve({**api(by_query, says(404)), "/api/v1/status/buildinfo": buildinfo}, says(404)).url).there
    assert (found.kind, found.metricsql, found.export) == ("prometheus", False, "missing")
    found = probe_at(serve(api(VECTOR, EMPTY), says(404)).url).there
    assert (found.kind, found.metricsql) == ("victoriametrics", True)


def test_a_metrics_page_that_hangs_does_not_hold_anything_up(serve: Serve) -> None:
    server = serve({**api(COMPLETE, EMPTY)}, says(404))
    usual = server.script

    def hang_on_metrics(request: Request, responder: Responder) -> None:
        if request.path == "/metrics":
            server.stopping.wait(20)
        usual(request, responder)

    server.script = hang_on_metrics
    found = probe_at(server.url, stall_timeout_s=0.3).there
    assert found.export == "available"


def test_a_redirect_to_another_host_is_noted(serve: Serve) -> None:
    other = serve(api(COMPLETE, EMPTY), says(404))
    named = serve({}, lambda request, responder: says(307, location=other.url + request.target)(request, responder))
    auth = Auth(type="bearer", token="secret-token")
    found = probe_at(named.url, auth=auth).there
    assert found.query_base == named.url
    assert any(other.url in note for note in found.notes)
    assert not any("authorization" in request.headers for request in other.requests)


def test_a_tenants_path_never_leads_to_the_root(serve: Serve) -> None:
    server = serve(api(COMPLETE, EMPTY), says(404, "no"))
    for typed in ("/select/5:7/prometheus", "/1011", "/1011/rw/prometheus", "/1011/ui"):
        assert isinstance(probe_at(server.url + typed).failed, EndpointMissing)
    assert isinstance(probe_at(server.url, tenant="5").failed, EndpointMissing)
    assert all(request.path not in {"/api/v1/query", "/api/v1/export"} for request in server.requests)
