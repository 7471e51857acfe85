"""Planted secrets: whatever happens, none is shown, written, handed to a stranger, or visible to other users."""

from __future__ import annotations

import base64
import json
import re
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch
from urllib.parse import quote, quote_plus

import pytest

from tests.fakes.exchange import Request, Responder
from tests.fakes.faults import Answer, Cut, Fault, Redirect, every
from tests.fakes.forward import ForwardProxy
from tests.fakes.proxy import FaultProxy
from tests.fakes.scripted import Scripted
from tests.lab.commandline import Bundle, Ran, ended, run_here, start
from tests.lab.family import RANGE, Program, in_range, lines_of
from tests.lab.processes import Address, free_address, free_network
from tests.lab.victoria import VictoriaMetrics
from vmexporter.tsdb.pools import Pools

pytestmark = pytest.mark.real

SECRET = 'Planted/secret+4711 "ü"'
TOKEN = "planted-token-4711"
PROGRAM = Program("vmsingle", "single", "10.0.0.1:8428")
ROOT = Path(__file__).resolve().parents[2]
Given = Callable[[str], list[str]]
HEADERS_SEEN_BY_ALL = {"host", "user-agent", "accept-encoding", "content-type", "content-length"}


@dataclass(frozen=True)
class Way:
    """One way in which a secret comes in; ``FILE`` stands for a file with ``content``."""

    options: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)
    content: str = ""
    userinfo: str = ""
    query: str = ""


WAYS = {
    "password": Way(("--user", "joe"), {"VMEXPORTER_PASSWORD": SECRET}),
    "password file": Way(("--user", "joe", "--password-file", "FILE"), content=SECRET),
    "token": Way((), {"VMEXPORTER_BEARER_TOKEN": TOKEN}),
    "token file": Way(("--token-file", "FILE"), content=TOKEN),
    "header": Way(("--header", "X-Key"), {"VMEXPORTER_HEADER_X_KEY": SECRET}),
    "headers file": Way(("--headers-file", "FILE"), content=f"X-Key: {SECRET}\nCookie: session={TOKEN}"),
    "address": Way(userinfo=f"joe:{quote(SECRET, safe='')}@"),
    "query of the address": Way(query=f"/?token={TOKEN}&password={quote(SECRET)}#{TOKEN}"),
}


@pytest.fixture(params=list(WAYS.values()), ids=list(WAYS))
def way(request: pytest.FixtureRequest) -> Way:
    found: Way = request.param
    return found


@pytest.fixture(scope="module")
def node() -> Iterator[VictoriaMetrics]:
    with VictoriaMetrics("-search.latencyOffset=0s") as server:
        server.import_jsonl(lines_of([PROGRAM]))
        yield server


@pytest.fixture
def given(way: Way, tmp_path: Path) -> Given:
    """The address and the options of a way, its file written."""

    def given(url: str) -> list[str]:
        file = tmp_path / "secret.txt"
        file.write_text(way.content)
        options = [str(file) if option == "FILE" else option for option in way.options]
        return [url.replace("://", f"://{way.userinfo}") + way.query, *options]

    return given


def leaks(text: bytes) -> list[str]:
    """The forms of the secrets that stand in *text*."""
    forms = {SECRET, TOKEN, quote(SECRET), quote(SECRET, safe=""), quote_plus(SECRET), json.dumps(SECRET)[1:-1]}
    forms |= {
        base64.b64encode(f"{before}{secret}".encode()).decode() for before in ("", "joe:") for secret in (SECRET, TOKEN)
    }
    forms |= {SECRET.replace('"', '\\"'), SECRET.encode().decode("latin-1"), "Planted", "planted-token"}
    return [form for form in sorted(forms) if form.encode() in text]


def traces(ran: Ran, folder: Path) -> bytes:
    """All that a command said and left in *folder*."""
    texts = [ran.out.encode(), ran.err.encode()]
    for path in folder.iterdir():
        texts += [path.name.encode(), path.read_bytes()]
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as bundle:
                texts += [bundle.read(name) for name in bundle.namelist()]
    return b"\n".join(texts)


def echo(request: Request, status: int, form: str) -> Answer:
    """A server that repeats whatever it was sent."""
    told = f"{request.method} {request.target} {dict(request.headers)} {request.headers} {request.body!r}"
    bodies = {"text": told, "json": json.dumps({"status": "error", "error": told}), "page": f"<title>{told}</title>"}
    return Answer(status, bodies[form].encode())


class TestNothingIsShown:
    @pytest.fixture
    def out(self, tmp_path_factory: pytest.TempPathFactory) -> Path:
        return tmp_path_factory.mktemp("out")

    def test_when_all_goes_well(self, way: Way, given: Given, node: VictoriaMetrics, out: Path) -> None:
        with FaultProxy(node.url) as server:
            connection = given(server.url)
            looking = (["validate", "--json"], ["validate"], ["discover", *RANGE], ["sample", *RANGE])
            for command in (*looking, ["sample", *RANGE, "--all-labels"]):
                assert leaks(traces(run_here(command[0], *connection, *command[1:], env=way.env).checked(), out)) == []
            ran = run_here("export", *connection, *RANGE, "--no-obfuscate", "--json", "-o", f"{out}/", env=way.env)
            assert leaks(traces(ran.checked(), out)) == []
            came = "".join(f"{request.headers}" for request in server.of("export"))
        assert ("4711" in came or "joe" in came or "Basic" in came) is (way.query == "")

    @pytest.mark.parametrize(
        ("status", "form"), [(400, "text"), (401, "page"), (403, "json"), (404, "page"), (422, "json")]
    )
    def test_when_the_server_repeats_it(self, way: Way, given: Given, status: int, form: str, out: Path) -> None:
        with FaultProxy(plan=lambda request, count: echo(request, status, form)) as server:
            ran = run_here("export", *given(server.url), *RANGE, "-o", f"{out}/", env=way.env)
        assert ran.status in {4, 5, 6}
        assert leaks(traces(ran, out)) == []

    @pytest.mark.parametrize("fault", ["echo", "cut"])
    def test_when_an_export_breaks_off(
        self, way: Way, given: Given, node: VictoriaMetrics, fault: str, out: Path
    ) -> None:
        """What is kept to go on knows the server, but nothing that opens it."""

        def plan(request: Request, count: int) -> Fault | None:
            if request.endpoint != "export" or count < 4:
                return None
            return echo(request, 403, "text") if fault == "echo" else Cut(10) if count == 4 else Answer(401)

        with FaultProxy(node.url, plan) as server:
            options = (*RANGE, "--window", "2m", "-o", f"{out}/")
            ran = run_here("export", *given(server.url), *options, env=way.env)
        assert (ran.status, "vmexporter resume" in ran.words) == (4, True)
        assert {path.suffix for path in out.iterdir()} == {".part", ".journal"}
        assert leaks(traces(ran, out)) == []

    def test_when_vmexporter_itself_fails(self, way: Way, given: Given, node: VictoriaMetrics, out: Path) -> None:
        """Also in the thread that reads ahead."""
        send = Pools.send

        def broken(self: Pools, request: object, stall_timeout_s: float | None) -> object:
            if "/api/v1/export" in request.url and out.exists() and any(out.iterdir()):  # type: ignore[attr-defined]
                raise RuntimeError(f"boom {SECRET} {TOKEN} {request!r} {vars(request)}")
            return send(self, request, stall_timeout_s)  # type: ignore[arg-type]

        with patch.object(Pools, "send", broken):
            ran = run_here("export", *given(node.url), *RANGE, "-o", f"{out}/", env=way.env)
        assert (ran.status, "RuntimeError" in ran.words, "Traceback" in ran.err) == (70, True, False)
        assert leaks(traces(ran, out)) == []

    def test_by_a_proxy_that_wants_another(self, node: VictoriaMetrics) -> None:
        with ForwardProxy("joe:other") as proxy:
            env = {"HTTP_PROXY": proxy.url.replace("//", f"//joe:{quote(SECRET, safe='')}@")}
            ran = run_here("validate", node.url, env=env)
        assert ran.status == 4
        assert leaks(ran.err.encode()) == []


class TestOthersOnThisMachine:
    @pytest.mark.parametrize("way", list(WAYS.values())[:6], ids=list(WAYS)[:6], indirect=True)
    def test_see_neither_arguments_nor_environment(self, way: Way, given: Given) -> None:
        asked, go_on = threading.Event(), threading.Event()

        def wait(request: Request, responder: Responder) -> None:
            asked.set()
            go_on.wait(20)
            responder.whole(401, {}, b"")

        with Scripted(wait) as server:
            process = start(["validate", *given(server.url)], way.env)
            assert asked.wait(20)
            place = Path("/proc", str(process.pid))
            arguments, variables = (place / "cmdline").read_bytes(), (place / "environ").read_bytes().split(b"\0")
            children = (place / "task" / str(process.pid) / "children").read_text()
            go_on.set()
            assert ended(process).status == 4
        assert (leaks(arguments), children) == ([], "")
        assert [entry.split(b"=")[0].decode() for entry in variables if leaks(entry)] == list(way.env)

    def test_see_none_in_the_examples(self) -> None:
        """Nothing that we print or write teaches to put a secret on a command line."""
        texts = [path.read_text() for path in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md"))]
        names = "validate tenants discover sample policy export resume inspect audit reveal".split()
        texts += [run_here(name, "--help").checked().out for name in names]
        commands = [line for text in texts for line in text.split("\n") if re.search(r"\bvmexporter\s+[a-z]+\s", line)]
        assert len(commands) > 10
        taught = r"://[^/\s]*:[^/\s]*@|--(password|token|header)[ =](?!-)\S*[:=]\S|--(password|token)[ =]"
        assert [line for line in commands if re.search(taught, line)] == []


class TestStrangers:
    @pytest.mark.parametrize("redirect", ["302 host", "307 host", "301 port", "308 port"])
    def test_get_none_by_a_redirect(
        self, way: Way, given: Given, node: VictoriaMetrics, redirect: str, tmp_path: Path
    ) -> None:
        status, elsewhere = redirect.split()
        host = f"{free_network()}.7" if elsewhere == "host" else "127.0.0.1"
        with (
            FaultProxy(node.url, address=Address(host, free_address(host).port)) as stranger,
            FaultProxy(plan=every(Redirect(stranger.url, int(status)))) as server,
        ):
            connection, path = given(server.url), tmp_path / "bundle.zip"
            ran = run_here("validate", *connection, env=way.env).checked()
            run_here("export", *connection, *RANGE, "--no-obfuscate", "-o", path, env=way.env).checked()
            seen = {name for request in stranger.requests for name in request.headers}
            assert seen <= HEADERS_SEEN_BY_ALL | {"connection"}
            assert leaks(repr(stranger.requests).encode()) == []
            assert stranger.of("export") and server.of("export")
        assert f"the address leads on to {stranger.url}, where no credentials are sent" in ran.words
        assert Bundle.read(path).samples == in_range(lines_of([PROGRAM]))
