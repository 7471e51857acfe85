"""Errors leave in one shape, with the right status, and with nothing of what was sent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.asgi import BEARER, JSON, Reply, ask, service
from vmexporter.web.app import make_app
from vmexporter.web.guard import Guard

ADDRESS = json.dumps({"url": "http://localhost:8428"}).encode()


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Guard:
    return make_app(service(tmp_path_factory.mktemp("out")))


def post(app: Guard, headers: dict[str, str], body: bytes = ADDRESS) -> Reply:
    return ask(app, "POST /api/address", {**BEARER, **JSON, **headers}, body)


@pytest.mark.parametrize(
    ("request_line", "status", "code"),
    [("GET /api/nothing", 404, "not_found"), ("POST /api/nothing", 404, "not_found"),
     ("GET /api/runs/none", 404, "not_found"), ("GET /nothing", 404, "not_found"),
     ("GET /../app.py", 404, "not_found"), ("GET /%2e%2e/app.py", 404, "not_found"),
     ("POST /api/health", 405, "method_not_allowed"), ("PUT /api/runs", 405, "method_not_allowed"),
     ("DELETE /", 405, "method_not_allowed"), ("GET /api/address", 405, "method_not_allowed"),
     ("GET /api/download", 400, "invalid_input"), ("POST /api/address", 400, "invalid_input"),
     ("GET /api/runs/x/events?after=-1", 404, "not_found"), ("GET /api/health/", 404, "not_found")],
)  # fmt: skip
def test_one_shape(app: Guard, request_line: str, status: int, code: str) -> None:
    reply = ask(app, request_line, {**BEARER, **JSON})
    if "after=-1" in request_line:
        status, code = 400, "invalid_input"
    assert (reply.status, reply.code) == (status, code)
    assert set(reply.json()["error"]) == {"code", "message", "hint", "field"}
    assert reply.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"5", b'"x"', b"{}", b'{"url": 5}', b"\xff", b'{"url":"\\ud800"}']
)
def test_bad_bodies(app: Guard, body: bytes) -> None:
    reply = post(app, {}, body)
    assert (reply.status, reply.code) == (400, "invalid_input")


def test_a_missing_parameter_is_named(app: Guard) -> None:
    error = ask(app, "GET /api/download", BEARER).json()["error"]
    assert (error["message"], error["field"]) == ("Missing path parameter", "path")


def test_a_mistake_of_ours_is_a_sentence_without_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*arguments: object) -> None:
        raise ValueError("the secret of hunter2")

    monkeypatch.setattr("vmexporter.web.looking.candidates", broken)
    reply = post(make_app(service(tmp_path)), {})
    assert (reply.status, reply.code) == (500, "error")
    assert "hunter2" not in str(reply) and "hunter2" not in caplog.text
    assert "unexpected ValueError at" in caplog.text
