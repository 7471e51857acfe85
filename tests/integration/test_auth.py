"""Whoever may read is let in, by every way to say who asks; whoever may not learns why, in the server's own status."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.fakes.faults import Answer, nth
from tests.fakes.proxy import FaultProxy
from tests.lab.commandline import Bundle, Ran, command, environment, run, run_here
from tests.lab.family import RANGE, Program, in_range, lines_of
from tests.lab.gateways import BEARER_TOKEN, OPERATOR, READER, Location, Nginx, Protection, VmAuth, usual_vmauth_config
from tests.lab.victoria import VictoriaMetrics

pytestmark = pytest.mark.real

ODD = ("opérateur", "pä$s:wörd/?#@% &'\"x")
ODD_IN_URL = "op%C3%A9rateur:p%C3%A4$s:w%C3%B6rd%2F%3F%23%40%25%20&'%22x"
KEY_GUARD = 'if ($http_x_lab_key != "lab-header-key") { return 403; }'
TOKEN_GUARD = 'if ($http_authorization != "Bearer lab-other-token") { return 401 "no"; }'
PROGRAM = Program("vmsingle", "single", "10.0.0.1:8428")
SAID_401, NO_TERMINAL = "the server answered 401", "there is no terminal"


@pytest.fixture(scope="module")
def places() -> Iterator[dict[str, str]]:
    """Servers that let in by user (``users``), token or user (``auth``), header (``front``/keyed), or not at all."""
    with VictoriaMetrics("-search.latencyOffset=0s") as node:
        node.import_jsonl(lines_of([PROGRAM]))
        locations = [
            Location("/keyed/", f"{node.url}/", KEY_GUARD),
            Location("/api/", f"{node.url}/api/", TOKEN_GUARD),  # and 404 everywhere else
            Location("/never/", f"{node.url}/", "deny all;"),
            Location("/looking/api/v1/export", node.url, "deny all;"),
            Location("/looking/", f"{node.url}/"),
        ]
        with (
            Nginx(Location("/", node.url), protection=Protection(users=(OPERATOR, ODD))) as users,
            Nginx(*locations) as front,
            VmAuth(usual_vmauth_config(node.url)) as auth,
        ):
            yield {"node": node.url, "users": users.url, "front": front.url, "auth": auth.url}


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str], str]:
    """Writes a text into a file of its own."""

    def write(text: str) -> str:
        path = tmp_path / f"file-{len(list(tmp_path.iterdir()))}"
        path.write_bytes(text.encode())
        return str(path)

    return write


@dataclass(frozen=True)
class Way:
    """One way to be let in: ``FILE`` among the options stands for a file with ``content``."""

    typed: str
    options: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict)
    content: str = ""


def user_of(credentials: tuple[str, str]) -> dict[str, str]:
    return {"VMEXPORTER_USER": credentials[0], "VMEXPORTER_PASSWORD": credentials[1]}


KEY = {"VMEXPORTER_HEADER_X_LAB_KEY": "lab-header-key"}
HEADERS_FILE = ("--headers-file", "FILE")
PASSWORD_FILE = ("--user", "operator", "--password-file", "FILE")
WAYS = {
    "user and password of the environment": Way("{users}", (), user_of(OPERATOR)),
    "user as option": Way("{users}", ("--user", "operator"), {"VMEXPORTER_PASSWORD": OPERATOR[1]}),
    "password in a file": Way("{users}", PASSWORD_FILE, content=OPERATOR[1]),
    "with a line break at its end": Way("{users}", PASSWORD_FILE, content=OPERATOR[1] + "\r\n"),
    "a file wins over the environment": Way(
        "{users}", PASSWORD_FILE, {"VMEXPORTER_PASSWORD": "old"}, content=OPERATOR[1]
    ),
    "any characters": Way("{users}", (), user_of(ODD)),
    "any characters in the address": Way("http://" + ODD_IN_URL + "@{users_host}"),
    "user and password in the address": Way(
        "http://operator:operator-password@{users_host}", (), {"VMEXPORTER_BEARER_TOKEN": "of something else"}
    ),
    "user in the address": Way("http://operator@{users_host}", (), {"VMEXPORTER_PASSWORD": OPERATOR[1]}),
    "user in the address, password in a file": Way(
        "http://operator@{users_host}", ("--password-file", "FILE"), content=OPERATOR[1]
    ),
    "token of the environment": Way("{auth}", (), {"VMEXPORTER_BEARER_TOKEN": BEARER_TOKEN}),
    "token in a file": Way("{auth}", ("--token-file", "FILE"), content=f"{BEARER_TOKEN}\n"),
    "header of the environment": Way("{front}/keyed", ("--header", "X-Lab-Key"), KEY),
    "headers in a file": Way("{front}/keyed", HEADERS_FILE, content="X-Other: 1\r\n\r\nX-Lab-Key:lab-header-key\r\n"),
    "Authorization as a header": Way("{front}", HEADERS_FILE, content="Authorization: Bearer lab-other-token"),
    "user, password and a header": Way("{users}", ("--header", "X-Lab-Key"), KEY | user_of(OPERATOR)),
}  # fmt: skip


@pytest.mark.parametrize("name", WAYS)
def test_this_way_lets_in(name: str, places: dict[str, str], file: Callable[[str], str]) -> None:
    way = WAYS[name]
    typed = way.typed.format(**places, users_host=places["users"].removeprefix("http://"))
    options = [file(way.content) if option == "FILE" else option for option in way.options]
    found = run_here("validate", typed, *options, "--json", env=way.env).json()
    assert found["export"] == "available"
    assert found["query_base"] == re.sub("//.*@", "//", typed)


class TestPrompt:
    """There is a terminal, so a missing secret is asked for; what is typed is not shown."""

    def typed(self, arguments: list[str], answers: list[str]) -> tuple[int, str]:
        """Exit status and all that stood on the terminal when each question got its answer."""
        terminal, end = pty.openpty()
        process = subprocess.Popen(
            ["setsid", "--ctty", "--wait", *command(*arguments)],
            stdin=end, stdout=end, stderr=end, env=environment({"TERM": "dumb"}),
        )  # fmt: skip
        os.close(end)
        shown = ""
        try:
            for answer in [*answers, ""]:
                shown += self._shown(terminal, until=": " if answer else "")
                os.write(terminal, answer.encode()) if answer else None
            return process.wait(30), shown
        finally:
            process.kill()
            os.close(terminal)

    @staticmethod
    def _shown(terminal: int, until: str) -> str:
        shown = ""
        while not (until and shown.endswith(until)):
            try:
                piece = os.read(terminal, 65536)
            except OSError:  # the program has ended
                return shown
            shown += piece.decode()
        time.sleep(0.05)  # until the terminal's echo is off
        return shown

    def test_a_password(self, places: dict[str, str]) -> None:
        status, shown = self.typed(["validate", places["users"], "--user", "operator"], [f"{OPERATOR[1]}\n"])
        assert (status, "Password of operator: " in shown, "vmsingle" in shown) == (0, True, True)
        assert OPERATOR[1] not in shown

    def test_a_header(self, places: dict[str, str]) -> None:
        arguments = ["validate", f"{places['front']}/keyed", "--header", "X-Lab-Key"]
        status, shown = self.typed(arguments, ["lab-header-key\n"])
        assert (status, "Value of header X-Lab-Key: " in shown) == (0, True)
        assert "lab-header-key" not in shown

    @pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["Ctrl-C", "Ctrl-D"])
    def test_no_answer(self, places: dict[str, str], key: str) -> None:
        status, shown = self.typed(["validate", places["users"], "--user", "operator"], [key])
        assert status in {1, 130}
        assert "bug" not in shown and "Traceback" not in shown


class TestWhoIsNotLetIn:
    def test_no_credentials(self, places: dict[str, str]) -> None:
        ran = run_here("validate", places["users"])
        assert (ran.status, SAID_401 in ran.words, "no credentials were sent" in ran.words) == (4, True, True)

    @pytest.mark.parametrize("what", ["validate", "discover", "export", "sample", "tenants"])
    def test_a_wrong_password(self, places: dict[str, str], what: str, tmp_path: Path) -> None:
        output = (*RANGE, "-o", f"{tmp_path}/") if what == "export" else ()
        ran = run(what, places["users"], *output, env=user_of(("operator", "wrong-password")))
        assert (ran.status, SAID_401 in ran.words, "check user name and password" in ran.words) == (4, True, True)
        assert "wrong-password" not in ran.err + ran.out
        assert list(tmp_path.iterdir()) == []

    def test_the_401_of_the_address_beats_the_404_of_a_guess(self, places: dict[str, str]) -> None:
        ran = run_here("validate", places["front"], env={"VMEXPORTER_BEARER_TOKEN": "wrong-token"})
        assert (ran.status, f"cannot query {places['front']}: {SAID_401}" in ran.words) == (4, True)
        assert "404" not in ran.words

    def test_403(self, places: dict[str, str]) -> None:
        ran = run_here("validate", f"{places['front']}/never", env=user_of(OPERATOR))
        assert (ran.status, "the server answered 403" in ran.words) == (4, True)
        assert "another user, tenant or route is needed" in ran.words

    def test_vmauth_knows_no_such_user(self, places: dict[str, str]) -> None:
        ran = run_here("validate", places["auth"], env=user_of(("operator", "wrong-password")))
        assert ran.status == 4  # though version 1.79 answers 400
        assert "check" in ran.words and "wrong-password" not in ran.words

    @pytest.mark.parametrize(("place", "state"), [("{front}/looking", "denied"), ("{auth}", "missing")])
    def test_who_may_query_but_not_export(self, places: dict[str, str], place: str, state: str, tmp_path: Path) -> None:
        typed, path = place.format(**places), tmp_path / "bundle.zip"
        found = run_here("validate", typed, "--json", env=user_of(READER)).json()
        assert (found["export"], found["export_base"]) == (state, None)
        assert "samples are read by queries" in found["notes"][0]
        run_here("export", typed, *RANGE, "--no-obfuscate", "-o", path, env=user_of(READER)).checked()
        made = Bundle.read(path)
        assert made.samples == in_range(lines_of([PROGRAM]))
        assert made.manifest["rungs"] == ["raw"]

    def test_a_password_that_changes_meanwhile(self, places: dict[str, str], tmp_path: Path) -> None:
        """What was exported before is kept, and goes on with the new password."""
        path = tmp_path / "bundle.zip"
        with FaultProxy(places["users"], nth("export", {4: Answer(401, b"expired")})) as proxy:
            options = (*RANGE, "--window", "2m", "--no-obfuscate", "-o", path)
            ran = run_here("export", proxy.url, *options, env=user_of(OPERATOR))
            assert (ran.status, SAID_401 in ran.words, "vmexporter resume" in ran.words) == (4, True, True)
            run_here("resume", f"{path}.part", env=user_of(OPERATOR)).checked()
        assert Bundle.read(path).samples == in_range(lines_of([PROGRAM]))


class TestWhatCannotBeMeant:
    @pytest.mark.parametrize(
        ("options", "content", "words"),
        [
            (["--header", "X-Key: planted-value"], "", "a header's value from the command line"),
            (["--header", "X-Key=planted-value"], "", "a header's value from the command line"),
            (["--password", "planted-value"], "", "No such option"),
            (["--password=planted-value"], "", "No such option"),
            (["--token", "planted-value"], "", "No such option"),
            (["--user", "operator"], "", NO_TERMINAL),
            (["--header", "X-Key"], "", "VMEXPORTER_HEADER_X_KEY"),
            (["--user", "operator", "--token-file", "FILE"], "planted-value", "choose one kind of authentication"),
            (["--password-file", "FILE"], "planted-value", "without a user name"),
            (["--token-file", "FILE"], "planted-value and more", "cannot use this token"),
            (["--token-file", "/nowhere/token"], "", "cannot read /nowhere/token: no such file"),
            (["--headers-file", "FILE"], "planted-value", "a line is not 'Name: value'"),
            (["--headers-file", "FILE"], "X-Key: planted\x00value", "its value holds line breaks"),
            (["--headers-file", "FILE"], "X Key: planted-value", "no header name"),
            (["--headers-file", "FILE"], "Content-Length: planted-value", "set by the program itself"),
            (["--token-file", "FILE", "--headers-file", "FILE"], "Authorization:planted-value", "Authorization"),
        ],
    )  # fmt: skip
    def test_is_refused_before_anything_is_sent(
        self, options: list[str], content: str, words: str, file: Callable[[str], str]
    ) -> None:
        with FaultProxy() as server:
            given = [file(content) if option == "FILE" else option for option in options]
            ran: Ran = run_here("validate", server.url, *given)
            assert server.requests == []
        assert (ran.status, words in ran.words) == (2, True), ran
        assert "planted" not in ran.err + ran.out
