"""What the API takes, what it refuses, and that a refusal repeats nothing of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from tests.unit.asgi import BEARER, JSON, ask, service
from vmexporter.core.request import Selection
from vmexporter.errors import InvalidInput
from vmexporter.web import bodies
from vmexporter.web.app import make_app
from vmexporter.web.guard import Guard

PLANTED = "planted-password-4711"
RANGE = {"start_ms": 1_000, "end_ms": 61_000}
AUTH = {"type": "basic", "username": "u", "password": PLANTED}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Guard:
    return make_app(service(tmp_path_factory.mktemp("out")))


class TestConnection:
    def test_flat_and_grouped_are_the_same(self) -> None:
        parts = {"url": "http://h:1", "auth": AUTH, "tenant": "5"}
        flat = bodies.RangedBody.model_validate({**parts, "time_range": RANGE})
        assert flat == bodies.RangedBody.model_validate({"connection": parts, "time_range": RANGE})
        assert flat.connection.tenant == "5" and flat.connection.auth.username == "u"

    @pytest.mark.parametrize(
        "more",
        [
            {"connection": {"url": "x"}},
            {"urll": "x"},
            {"auth": {"type": "digest"}},
            {"auth": {"type": "basic"}},
            {"auth": {"type": "bearer"}},
            {"tls": {"verify": False}},
            {"headers": [{"name": "x"}]},
            {"headers": {"a": "b"}},
            {"connect_timeout_s": 0},
            {"connect_timeout_s": -1},
            {"stall_timeout_s": 1e9},
            {"stall_timeout_s": "NaN"},
        ],
    )
    def test_what_cannot_be_meant(self, more: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            bodies.ConnectionBody.model_validate({"url": "http://h", **more})

    def test_secrets_are_not_shown(self) -> None:
        body = bodies.ResumeBody.model_validate({"url": "http://h", "auth": AUTH, "map_passphrase": PLANTED})
        assert PLANTED not in repr(body) and PLANTED not in body.model_dump_json()


class TestRange:
    @pytest.mark.parametrize(
        "given",
        [{"start_ms": 5, "end_ms": 5}, {"start_ms": 6, "end_ms": 5}, {"start_ms": -1, "end_ms": 5}, {"end_ms": 5},
         {"start_ms": 0, "end_ms": 10**15}, {"start_ms": 0, "end_ms": 10**14}, {"start_ms": "now", "end_ms": 5},
         {"start_ms": 1.5, "end_ms": 5}],
    )  # fmt: skip
    def test_what_is_none(self, given: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            bodies.RangeBody.model_validate(given)


class TestSelection:
    def resolve(self, **given: Any) -> Selection:
        return bodies.SelectionBody.model_validate(given).resolve()

    def test_nothing_chosen_means_all_components(self) -> None:
        assert self.resolve() == Selection()

    def test_no_target_is_not_all_targets(self) -> None:
        with pytest.raises(InvalidInput, match="no target is chosen"):
            self.resolve(targets=[])

    def test_two_ways_at_once(self) -> None:
        with pytest.raises(InvalidInput, match="not several"):
            self.resolve(jobs=["a"], query="up")

    def test_targets_of_components(self) -> None:
        chosen = [{"job": "a", "instance": "x:1"}, {"job": "b", "instance": "y:1", "tenant": "5:7"}]
        found = self.resolve(targets=chosen, step_ms=1000)
        assert [target.model_dump() for target in found.targets] == [{**chosen[0], "tenant": ""}, chosen[1]]
        assert found.step_ms == 1000 and found.mode == "components"

    def test_targets_narrow_selectors(self) -> None:
        found = self.resolve(
            selectors=['{a="b" or c="d"}', "vm_rows"],
            targets=[{"job": "j", "instance": "x.1"}, {"job": "j", "instance": "y"}, {"job": "k", "instance": "z"}],
        )
        assert found.selectors == (
            '{a="b",job="j",instance=~"x\\\\.1|y" or c="d",job="j",instance=~"x\\\\.1|y"}',
            '{a="b",job="k",instance="z" or c="d",job="k",instance="z"}',
            '{__name__="vm_rows",job="j",instance=~"x\\\\.1|y"}',
            '{__name__="vm_rows",job="k",instance="z"}',
        )

    def test_targets_of_an_expression(self) -> None:
        with pytest.raises(InvalidInput, match="targets of an expression"):
            self.resolve(query="sum(up)", targets=[{"job": "a"}])


class TestExport:
    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"map": "a", "obfuscation": {"level": "none"}}, "map"),
            ({"map": "a", "obfuscation": {"one_way": True}}, "map"),
            ({"encrypt_map": True, "obfuscation": {"one_way": True}, "map_passphrase": "x"}, "map"),
            ({"encrypt_map": True, "obfuscation": {"level": "none"}, "map_passphrase": "x"}, "encrypt_map"),
            ({"encrypt_map": True}, "map_passphrase"),
        ],
    )
    def test_maps_that_contradict(self, given: dict[str, Any], field: str) -> None:
        body = bodies.ExportBody.model_validate({"url": "http://h", "time_range": RANGE, **given})
        with pytest.raises(InvalidInput) as caught:
            body.request()
        assert caught.value.field == field

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"url": "http://h\\x"}, "url"),
            ({"url": "http://h/select/1/prometheus", "tenant": "2"}, "tenant"),
            ({"selection": {"selectors": ["sum(up)"]}}, "selector"),
            ({"selection": {"selectors": ["{}"]}}, "selector"),
            ({"file_name": "../x"}, "file_name"),
            ({"folder": "/etc"}, "folder"),
            ({"map": "../map.obfuscation_map.json"}, "map"),
            ({"obfuscation": {"words": ["ab"]}}, "obfuscation"),
            ({"obfuscation": {"level": "all"}}, "obfuscation.level"),
            ({"time_range": {"start_ms": 2, "end_ms": 1}}, "time_range"),
            ({"auth": {**AUTH, "typ": PLANTED}}, "auth.typ"),
            ({"auth": {**AUTH, "username": ""}}, "auth"),
            ({"headers": [{"name": "a", "value": [PLANTED]}]}, "headers.value"),
        ],
    )
    def test_nothing_starts_and_nothing_is_repeated(self, app: Guard, given: dict[str, Any], field: str) -> None:
        body = {"url": f"http://u:{PLANTED}@localhost:1", "auth": AUTH, "time_range": RANGE, **given}
        for path in ("/api/runs", "/api/export"):
            reply = ask(app, f"POST {path}", {**BEARER, **JSON}, json.dumps(body).encode())
            assert reply.status == 400
            assert (reply.code, reply.json()["error"]["field"]) == ("invalid_input", field)
            assert PLANTED not in str(reply)
        assert ask(app, "GET /api/runs", BEARER).json() == {"runs": []}


class TestAddress:
    def test_what_is_understood(self, app: Guard) -> None:
        body = json.dumps({"url": f"https://u:{PLANTED}@vm.example/prometheus"}).encode()
        reply = ask(app, "POST /api/address", {**BEARER, **JSON}, body)
        assert reply.json() == {
            "ok": True, "base": "https://vm.example/prometheus", "tenant": "", "has_credentials": True,
            "also_tried": ["https://vm.example", "https://vm.example/select/0/prometheus"],
        }  # fmt: skip
        assert PLANTED not in str(reply)
