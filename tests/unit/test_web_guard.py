"""Who is let in, and what every answer tells the browser."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.asgi import BEARER, HOST, JSON, TOKEN, Reply, ask, service
from vmexporter.web.app import make_app
from vmexporter.web.guard import BODY_LIMIT_BYTES, Doorkeeper, Guard
from vmexporter.web.settings import Settings

ADDRESS = json.dumps({"url": "http://localhost:8428"}).encode()
COOKIE = {"cookie": f"vmexporter-8080={TOKEN}"}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Guard:
    return make_app(service(tmp_path_factory.mktemp("out")))


def post(app: Guard, headers: dict[str, str], body: bytes = ADDRESS) -> Reply:
    return ask(app, "POST /api/address", {**BEARER, **JSON, **headers}, body)


class TestToken:
    @pytest.mark.parametrize(
        "headers",
        [
            BEARER,
            {"authorization": f"bearer  {TOKEN} "},
            COOKIE,
            {"cookie": f'odd="; other={{}}; vmexporter-8080={TOKEN}; vmexporter-8081=another'},
        ],
    )
    def test_who_knows_it_is_let_in(self, app: Guard, headers: dict[str, str]) -> None:
        assert ask(app, "GET /api/health", headers).status == 200

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"authorization": "Bearer "},
            {"authorization": f"Bearer {TOKEN}x"},
            {"authorization": f"Basic {TOKEN}"},
            {"authorization": f"Bearer {TOKEN[:-1]}"},
            {"authorization": "Bearer \xff"},
            {"cookie": f"vmexporter-8081={TOKEN}"},
            {"cookie": "vmexporter-8080="},
            {"cookie": f"vmexporter-8080={TOKEN.upper()}"},
            {"x-token": TOKEN},
        ],
    )
    @pytest.mark.parametrize("request_line", ["GET /api/health", "POST /api/runs", "GET /api/openapi.json", "GET /api"])
    def test_nobody_else(self, app: Guard, headers: dict[str, str], request_line: str) -> None:
        reply = ask(app, request_line, {**JSON, **headers})
        assert (reply.status, reply.code) == (401, "unauthorized")
        assert TOKEN not in str(reply)

    def test_a_token_in_the_address_of_the_api_is_none(self, app: Guard) -> None:
        assert ask(app, f"GET /api/health?token={TOKEN}").status == 401

    def test_the_address_is_left_at_once_and_leaves_a_cookie(self, app: Guard) -> None:
        reply = ask(app, f"GET /?token={TOKEN}")
        assert (reply.status, reply.headers["location"]) == (303, "/")
        assert reply.headers["set-cookie"] == f"vmexporter-8080={TOKEN}; HttpOnly; Path=/; SameSite=strict"
        assert reply.body == b""

    def test_a_wrong_one_opens_nothing(self, app: Guard) -> None:
        reply = ask(app, "GET /?token=wrong")
        assert reply.status == 401 and "set-cookie" not in reply.headers
        assert b"Open the address that vmexporter printed" in reply.body

    def test_an_old_one_beside_a_good_cookie_does_not_matter(self, app: Guard) -> None:
        assert ask(app, "GET /?token=old", COOKIE).status == 303

    def test_a_code_opens_once(self, tmp_path: Path) -> None:
        at_hand = service(tmp_path)
        door = Doorkeeper(at_hand.settings)
        app = make_app(at_hand, door)
        code = door.once()
        assert [ask(app, f"GET /?once={code}").status for _ in range(2)] == [303, 401]
        first, second = door.once(), door.once()
        assert [ask(app, f"GET /?once={given}").status for given in (first, second)] == [401, 303]

    @pytest.mark.parametrize("query", ["once=", "once=x", "token=&once="])
    def test_an_empty_code_opens_nothing(self, app: Guard, query: str) -> None:
        assert "set-cookie" not in ask(app, f"GET /?{query}").headers


class TestHost:
    @pytest.mark.parametrize("host", [HOST, "localhost:8080", "LOCALHOST:8080", "[::1]:8080"])
    def test_ours(self, app: Guard, host: str) -> None:
        assert ask(app, "GET /api/health", {**BEARER, "host": host}).status == 200

    @pytest.mark.parametrize(
        "host",
        ["evil.example", "evil.example:8080", "127.0.0.1", "127.0.0.1:8081", "", "localhost.:8080", "127.0.0.1:8080.x",
         "localhost:8080@evil.example", "10.0.0.1:8080", "127.0.0.1:8080, evil.example", "[::1]", "0.0.0.0:8080"],
    )  # fmt: skip
    @pytest.mark.parametrize("request_line", ["GET /api/health", "GET /", f"GET /?token={TOKEN}", "POST /api/address"])
    def test_others(self, app: Guard, host: str, request_line: str) -> None:
        reply = ask(app, request_line, {**BEARER, **JSON, "host": host})
        assert (reply.status, reply.code) == (403, "forbidden")
        assert "set-cookie" not in reply.headers

    @pytest.mark.parametrize(
        ("host", "ours"),
        [("192.0.2.7:9090", True), ("[2001:db8::1]:80", True), ("localhost:9090", True), ("192.0.2.7", True),
         ("evil.example:8080", False), ("", False), ("192.0.2.7.evil.example:8080", False)],
    )  # fmt: skip
    def test_opened_to_others_plain_addresses_are_good_and_names_are_not(self, host: str, ours: bool) -> None:
        settings = Settings(host="0.0.0.0", port=8080, token=TOKEN, output=Path())
        assert settings.answers_to(host) is ours

    def test_a_name_that_was_asked_for_is_good(self) -> None:
        settings = Settings(host="exporter.lan", port=8080, token=TOKEN, output=Path())
        assert settings.answers_to("exporter.lan:8080") and not settings.answers_to("other.lan:8080")


class TestForeignPages:
    @pytest.mark.parametrize("site", ["cross-site", "same-site", "", "nonsense"])
    def test_fetch_metadata(self, app: Guard, site: str) -> None:
        refused = bool(site)
        assert (post(app, {"sec-fetch-site": site}).status == 403) is refused
        assert (ask(app, "GET /api/runs", {**COOKIE, "sec-fetch-site": site}).status == 403) is (refused)

    @pytest.mark.parametrize("site", ["same-origin", "none"])
    def test_our_own(self, app: Guard, site: str) -> None:
        assert post(app, {"sec-fetch-site": site, "origin": f"http://{HOST}"}).status == 200

    @pytest.mark.parametrize(
        "origin",
        ["http://evil.example", "null", "http://127.0.0.1:9999", f"http://{HOST}.evil.example", "http://localhost:8080",
         f"ftp://{HOST}", f"http://{HOST}/", "http://127.0.0.1"],
    )  # fmt: skip
    def test_origin(self, app: Guard, origin: str) -> None:
        reply = post(app, {"origin": origin})
        assert (reply.status, reply.code) == (403, "forbidden")

    def test_no_answer_allows_another_origin(self, app: Guard) -> None:
        for reply in (post(app, {}), ask(app, "OPTIONS /api/address", {**BEARER, "origin": "http://evil.example"})):
            assert not [name for name in reply.headers if name.startswith("access-control")]


class TestBody:
    @pytest.mark.parametrize(
        "kind", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonp",
                 "text/json", "application/ld+json", "text/plain; application/json"],
    )  # fmt: skip
    @pytest.mark.parametrize("path", ["/api/address", "/api/runs", "/api/runs/x/pause", "/api/nothing"])
    def test_only_json(self, app: Guard, kind: str, path: str) -> None:
        reply = ask(app, f"POST {path}", {**BEARER, "content-type": kind}, ADDRESS)
        assert (reply.status, reply.code) == (415, "not_json")

    def test_with_a_charset(self, app: Guard) -> None:
        assert post(app, {"content-type": "Application/JSON; charset=utf-8"}).status == 200

    def test_a_delete_with_a_body_is_json_too(self, app: Guard) -> None:
        assert ask(app, "DELETE /api/runs/x", BEARER).status == 404
        assert ask(app, "DELETE /api/runs/x", {**BEARER, "content-length": "2"}, b"{}").status == 415

    def test_too_large_as_announced(self, app: Guard) -> None:
        reply = post(app, {"content-length": str(BODY_LIMIT_BYTES + 1)})
        assert (reply.status, reply.code) == (413, "too_large")

    @pytest.mark.parametrize("length", ["-1", "x", "1e3", "²"])
    def test_a_length_that_is_none(self, app: Guard, length: str) -> None:
        assert post(app, {"content-length": length}).status == 413

    def test_too_large_in_chunks(self, app: Guard) -> None:
        chunks = [b" " * (BODY_LIMIT_BYTES // 4)] * 4 + [b"  "]
        reply = ask(app, "POST /api/address", {**BEARER, **JSON, "transfer-encoding": "chunked"}, chunks)
        assert (reply.status, reply.code) == (413, "too_large")

    def test_the_limit_itself(self, app: Guard) -> None:
        body = ADDRESS + b" " * (BODY_LIMIT_BYTES - len(ADDRESS))
        assert post(app, {"content-length": str(len(body))}, body).status == 200


class TestHeaders:
    @pytest.mark.parametrize(
        ("request_line", "status"),
        [("GET /api/health", 200), ("GET /api/nothing", 404), ("GET /nothing", 404), ("POST /", 405),
         (f"GET /?token={TOKEN}", 303), ("GET /?token=x", 401)],
    )  # fmt: skip
    def test_every_answer_has_them(self, app: Guard, request_line: str, status: int) -> None:
        self.check(ask(app, request_line, BEARER if "token" not in request_line else None), status)

    def test_refusals_too(self, app: Guard) -> None:
        self.check(ask(app, "GET /api/health"), 401)
        self.check(ask(app, "GET /api/health", {"host": "evil.example"}), 403)
        self.check(post(app, {"content-type": "text/plain"}), 415)

    @staticmethod
    def check(reply: Reply, status: int) -> None:
        assert reply.status == status
        policy = reply.headers["content-security-policy"].split("; ")
        assert policy[0] == "default-src 'self'" and "frame-ancestors 'none'" in policy
        assert "unsafe" not in str(policy)
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["referrer-policy"] == "no-referrer"
        assert reply.headers["x-frame-options"] == "DENY"
        assert reply.headers["cross-origin-resource-policy"] == "same-origin"

    def test_answers_of_the_api_are_not_cached(self, app: Guard) -> None:
        for line in ("GET /api/health", "GET /api/nothing", "GET /api/download?path=x"):
            assert ask(app, line, BEARER).headers["cache-control"] == "no-store"
