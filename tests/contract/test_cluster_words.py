"""What the programs of a real cluster say, word for word, and what the command line makes of it.

Every mistake of the recordings has its exit status, the server's own words and a hint that helps; and whatever was
recorded without a mistake is discovered and exported as it stands.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.fakes.exchange import Request, Responder
from tests.fakes.recorded import END_MS, PASSWORD, TOKEN, USERNAME, RecordedServer, Recording, Role, recordings
from tests.lab.commandline import Bundle, Ran, run_here

RANGE = ("--start", str(END_MS - 60_000), "--end", str(END_MS))
DOWN_RANGE = ("--start", str(END_MS - 27_000), "--end", str(END_MS + 33_000))
BASIC = {"VMEXPORTER_USER": USERNAME, "VMEXPORTER_PASSWORD": PASSWORD}
RECORDED = {entry.name: entry for entry in recordings()}
WRITERS = ("vminsert", "vmstorage", "vmagent")
ALL, ZERO = "/select/multitenant/prometheus", "/select/0/prometheus"


class Cluster(RecordedServer):
    """A program of the recorded cluster that answers the questions of this project too, from what was recorded.

    First and last sample and their count come from the recording of ``vm_app_version``; a selector in braces is the
    metric's name that it stands for; a path that is not served is refused whatever is asked there.
    """

    def __init__(self, role: Role, *, one_down: bool = False) -> None:
        super().__init__(role, one_down=one_down, empty_for_unrecorded=True)
        self.one_down = one_down

    def answer(self, request: Request, responder: Responder) -> None:
        if request.endpoint == "query" and (found := self._seen(request)):
            responder.whole(200, {"Content-Type": "application/json"}, json.dumps(found).encode())
            return
        if request.endpoint == "export" and self.one_down:
            refused = RECORDED["cluster, one vmstorage down: export is refused"]
            responder.whole(refused.status, refused.headers, refused.body.encode())
            return
        params = {
            name: tuple(re.sub(r'^\{__name__="(\w+)"\}$', r"\1", value) for value in values)
            for name, values in request.params.items()
        }
        if "up{" in request.param("query"):
            params["query"] = ("up{",)
        super().answer(Request(request.method, request.target, params, request.headers, request.body, 0.0), responder)

    def _seen(self, request: Request) -> dict[str, object] | None:
        name = "cluster: multitenant read adds tenant labels" if ALL in request.path else "cluster: components"
        values = {"tfirst": END_MS / 1000 - 60, "tlast": END_MS / 1000, "count": 13, "vm_app_version": 1}
        value = values.get(request.param("query").split("_over_time(vm_app_version[")[0])
        if value is None or self.role != "vmselect" or not request.path.startswith((ALL, ZERO)):
            return None
        answer: dict[str, object] = json.loads(RECORDED[name].body)
        for series in answer["data"]["result"]:  # type: ignore[index]
            series["value"][1] = str(value)
        return {**answer, "isPartial": self.one_down}

    def _unknown_path(self, request: Request) -> Recording | None:
        if self.role == "vmselect" and not request.path.startswith(("/select/", "/admin/")):
            return self._about("cluster: vmselect, no tenant in the path", request.path)
        if self.role in WRITERS:
            return self._about("single: unknown path", request.path)
        return super()._unknown_path(request)


@pytest.fixture
def start(started: ExitStack) -> Callable[..., Cluster]:
    return lambda role, one_down=False: started.enter_context(Cluster(role, one_down=one_down))


@pytest.fixture
def select(start: Callable[..., Cluster]) -> Cluster:
    return start("vmselect")


def failed(ran: Ran, status: int, *words: str) -> None:
    assert ran.status == status, ran
    assert "Hint: " in ran.words
    assert [word for word in words if word not in ran.words] == [], ran.words


class TestMistakes:
    @pytest.mark.parametrize(
        ("typed", "status", "words"),
        [
            ("vmselect/foo", 5, ("unsupported URL format for path", "its address needs a tenant", ZERO)),
            ("vmselect/select/abc/prometheus", 2, ("what follows /select/ is no tenant", ZERO)),
            ("vmselect/insert/0/prometheus", 2, ("the write path of vminsert", ZERO)),
            *((f"{role}/", 5, ("unsupported path requested", role, ZERO)) for role in WRITERS),
            *((role + ZERO, 5, ("unsupported path requested", role, ZERO)) for role in WRITERS),
            ("vmsingle/nope", 5, ("unsupported path requested", "/nope")),
            ("vmauth/", 4, ("401", "missing 'Authorization' request header", "no credentials were sent")),
        ],
    )
    @pytest.mark.parametrize("what", ["validate", "export"])
    def test_has_a_status_and_a_hint(
        self, start: Callable[..., Cluster], what: str, typed: str, status: int, words: tuple[str, ...]
    ) -> None:
        role, _, path = typed.partition("/")
        ran = run_here(what, f"{start(role).url}/{path}", *((*RANGE, "-o", "-") if what == "export" else ()))
        failed(ran, status, *words)
        assert ran.out == ""

    @pytest.mark.parametrize("typed", ["", "/prometheus", "/1011/rw/prometheus", "/nowhere"])
    def test_a_wrong_password(self, start: Callable[..., Cluster], typed: str) -> None:
        ran = run_here("validate", start("vmauth").url + typed, env=BASIC | {"VMEXPORTER_PASSWORD": "wrong-password"})
        failed(ran, 4, "401 (Unauthorized)", "check user name and password")
        assert "wrong-password" not in ran.err

    @pytest.mark.parametrize("typed", ["/1011/prometheus", "/2022/rw/prometheus", "/nowhere"])
    def test_a_route_that_is_not_configured(self, start: Callable[..., Cluster], typed: str) -> None:
        ran = run_here("validate", start("vmauth").url + typed, env=BASIC)
        failed(ran, 5, f'missing route for "{typed}/api/v1/query"', "no route for this path and this user")

    def test_a_query_that_the_server_cannot_parse(self, select: Cluster) -> None:
        ran = run_here("sample", select.url + ZERO, *RANGE, "--query", "sum(up{)")
        assert (ran.status, 'unexpected token ""' in ran.words) == (6, True)

    def test_an_empty_tenant(self, select: Cluster) -> None:
        for what in ("discover", "sample", "export"):
            ran = run_here(what, f"{select.url}/select/424242", *RANGE, *(("-o", "-") if what == "export" else ()))
            failed(ran, 2, "cannot find VictoriaMetrics components", "another tenant (vmexporter tenants)")

    @pytest.mark.parametrize("typed", ["", "/prometheus", "/vmui"])
    def test_a_tenant_that_is_left_out_is_guessed_and_told(self, select: Cluster, typed: str) -> None:
        ran = run_here("validate", select.url + typed).checked()
        assert "Note: no tenant was named: this is tenant 0" in ran.words
        assert select.url + ZERO in ran.out and "unsupported URL format" in ran.out


class TestAnswers:
    def test_tenants(self, select: Cluster) -> None:
        assert run_here("tenants", select.url).checked().out == "0:0\n1011:0\n"

    @pytest.mark.parametrize("token", [False, True])
    def test_vmauth_lets_in(self, start: Callable[..., Cluster], token: bool) -> None:
        env = {"VMEXPORTER_BEARER_TOKEN": TOKEN} if token else BASIC
        typed = "" if token else "/1011/rw/prometheus"
        gate = start("vmauth")
        found = run_here("validate", gate.url + typed, "--json", env=env).json()
        assert (found["query_base"], found["export"]) == (gate.url + typed, "available")

    def test_components_are_discovered(self, select: Cluster) -> None:
        found = run_here("discover", select.url + ZERO, *RANGE, "--json").json()["instances"]
        assert sorted(one["component"] for one in found) == sorted(
            ["vmagent", "vmalert", "vmauth", "vminsert", "vmselect", *["vmsingle"] * 2, *["vmstorage"] * 2]
        )
        assert {version for one in found for version in one["versions"]} == {"v1.150.0", "v1.150.0-cluster"}
        assert {(one["first_ms"], one["last_ms"], one["scrapes"]) for one in found} == {(END_MS - 60_000, END_MS, 13)}

    def test_a_count_that_nobody_recorded_is_unknown(self, select: Cluster) -> None:
        assert "unknown" in run_here("discover", select.url + ZERO, *RANGE).checked().out

    def test_tenants_are_told_apart(self, select: Cluster) -> None:
        found = run_here("discover", select.url + ALL, *RANGE, "--json").json()["instances"]
        labels = [tuple(map(tuple, one["target"]["tenant_labels"])) for one in found]
        assert len(found) == len({(str(one["target"]), one["component"]) for one in found})
        assert set(labels) == {(("vm_account_id", account), ("vm_project_id", "0")) for account in ("0", "1011")}

    @pytest.mark.parametrize(
        ("base", "name"), [(ZERO, "cluster: export"), (ALL, "cluster: multitenant export")]
    )  # fmt: skip
    def test_an_export_is_taken_as_it_stands(self, select: Cluster, base: str, name: str) -> None:
        ran = run_here(
            "export", select.url + base, *RANGE, "--selector", "vm_app_version", "--no-obfuscate", "-q", "-o", "-"
        )
        assert sorted(ran.checked().out.split("\n")) == sorted(RECORDED[name].body.split("\n"))


class TestOneStorageDown:
    @pytest.fixture
    def down(self, start: Callable[..., Cluster]) -> Cluster:
        return start("vmselect", one_down=True)

    def test_validate_says_so(self, down: Cluster) -> None:
        ran = run_here("validate", down.url + ZERO, "--json")
        found = ran.json()
        assert (found["export"], found["partial"]) == ("incomplete", True)
        assert "a vmstorage is down" in found["notes"][0]

    def test_discovery_says_so(self, down: Cluster) -> None:
        ran = run_here("discover", down.url + ZERO, *DOWN_RANGE).checked()
        assert "Note: a part of the server is down" in ran.words

    def test_a_partial_bundle_says_so(self, down: Cluster, tmp_path: Path) -> None:
        path = tmp_path / "bundle.zip"
        options = (*DOWN_RANGE, "--selector", "vm_app_version", "--no-obfuscate", "-o", path)
        ran = run_here("export", down.url + ZERO, *options).checked()
        made = Bundle.read(path)
        assert (made.manifest["partial"], made.manifest["rungs"]) == (True, ["query_range"])
        assert "PARTIAL     a part of the server was down" in ran.out
        assert "values at steps of 15 s" in made.manifest["partial_reasons"][0]
        assert {window["step_ms"] for window in made.manifest["windows"]} == {15_000}
        asked = json.loads(RECORDED["cluster, one vmstorage down: query_range"].body)["data"]["result"]
        assert len(made.samples) == len(asked)

    def test_a_complete_one_may_be_required(self, down: Cluster, tmp_path: Path) -> None:
        options = (*DOWN_RANGE, "--selector", "vm_app_version", "--require-complete", "-o", f"{tmp_path}/")
        ran = run_here("export", down.url + ZERO, *options)
        failed(ran, 7, "a part of the server is down", "leave --require-complete out")
