"""A private VictoriaMetrics: only we can ask it, and nothing is left of it, however we end."""

from __future__ import annotations

import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.exports import environment, server_program
from tests.lab.asking import ask
from tests.lab.lines import line
from vmexporter.bundle.files import scratch_folder
from vmexporter.errors import InvalidInput, ServerUnreachable
from vmexporter.tsdb import private
from vmexporter.tsdb.insertion import InsertApi, force_flush
from vmexporter.tsdb.private import find_program, private_server

pytestmark = pytest.mark.real
WAIT_S = 20.0


@pytest.fixture(params=["installed", "current"])
def program(request: pytest.FixtureRequest) -> str:
    return find_program(server_program(request.param))


def eventually(condition: Callable[[], bool]) -> bool:
    """Whether *condition* comes true in time."""
    until_s = time.monotonic() + WAIT_S
    while not condition() and time.monotonic() < until_s:
        time.sleep(0.05)
    return condition()


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_only_we_can_ask_it(program: str, tmp_path: Path) -> None:
    with private_server(program, tmp_path / "data") as server:
        url = server.client.origin
        InsertApi(server.client, url).send("jsonl", line({"__name__": "a"}, [1], [1_600_000_000_000]))
        assert force_flush(server.client, url)
        asked = server.client.get(f"{url}/api/v1/series", [("match[]", "a"), ("start", "1599999999")])
        assert b'"__name__":"a"' in asked.body
        for path in ("/api/v1/series?match[]=a", "/api/v1/import", "/vmui/", "/internal/force_flush"):
            assert ask(f"{url}{path}").status == 401, path
        command_lines = subprocess.run(["ps", "axww", "-o", "args"], capture_output=True, check=True).stdout
        password = server.connection.auth.password.get_secret_value()
        assert str(tmp_path).encode() in command_lines and password.encode() not in command_lines
        assert url.startswith("http://127.0.0.1:")
    assert not (tmp_path / "data").exists()
    assert not is_open(int(url.rpartition(":")[2]))


def test_it_says_its_release(tmp_path: Path) -> None:
    with private_server(find_program(server_program("current")), tmp_path / "data") as server:
        assert server.release.startswith("v1.")


def test_no_proxy_is_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with private_server(find_program(), tmp_path / "data") as server:
        assert server.client.get(f"{server.client.origin}/health").status == 200


def test_data_that_is_kept_is_whole(program: str, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    for load in (True, False):
        with private_server(program, folder, keep=True) as server:
            if load:
                api = InsertApi(server.client, server.client.origin)
                api.send("jsonl", line({"__name__": "a"}, [7], [1_600_000_000_000]))
            else:
                asked = server.client.get(f"{server.client.origin}/api/v1/export", [("match[]", "a")])
                assert b'"values":[7]' in asked.body
    assert folder.is_dir()


def test_the_scratch_folder_is_ours_alone_and_goes() -> None:
    with scratch_folder() as folder:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        (folder / "data").mkdir()
    assert not folder.exists()


KILLED = """
import sys, time
from pathlib import Path
from vmexporter.tsdb.private import private_server
with private_server(sys.argv[1], Path(sys.argv[2])) as server:
    print(server.client.origin, flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_is_left_of_a_killed_process(program: str, number: signal.Signals, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    command = [sys.executable, "-c", KILLED, program, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment()) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline().rpartition(":")[2])
        assert is_open(port) and folder.exists()
        process.send_signal(number)
    assert eventually(lambda: not is_open(port))
    assert eventually(lambda: not folder.exists())


def test_a_port_that_is_taken_meanwhile(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    new_connection, ports = private._new_connection, []

    def first_taken() -> object:
        connection = new_connection()
        ports.append(int(connection.url.rpartition(":")[2]))
        if len(ports) == 1:
            taker.bind(("127.0.0.1", ports[0]))
            taker.listen()
        return connection

    monkeypatch.setattr(private, "_new_connection", first_taken)
    with socket.socket() as taker, private_server(find_program(), tmp_path / "data") as server:
        assert server.client.origin.endswith(f":{ports[1]}")
        assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700, "it went with the first, and is ours again"


def test_what_is_no_victoriametrics(tmp_path: Path) -> None:
    for named in ("vmagent", "true", "no-such-program", "/etc/hostname"):
        with pytest.raises(InvalidInput) as found, private_server(find_program(named), tmp_path):
            pass
        assert found.value.field == "victoria-metrics"


def test_nothing_on_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InvalidInput, match="victoria-metrics or victoria-metrics-prod") as found:
        find_program()
    assert "apt install victoria-metrics" in found.value.hint
    release = tmp_path / "victoria-metrics-prod"
    release.write_text("#!/bin/sh\n")
    release.chmod(0o755)
    assert find_program() == str(release)


def test_one_that_does_not_start_tells_why(tmp_path: Path) -> None:
    refused = pytest.raises(ServerUnreachable, match=r"it ended with the words: .*cannot ")
    with refused, private_server(find_program(), Path("/proc/none")):
        pass


def test_a_file_of_the_folder_we_are_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "mine").symlink_to(find_program())
    monkeypatch.chdir(tmp_path)
    assert find_program("mine") == str(tmp_path / "mine")
