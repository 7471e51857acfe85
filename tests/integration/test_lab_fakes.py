"""The fakes are fit to test with: every fault does strike as it says, and recordings are replayed word for word."""

from __future__ import annotations

import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from typing import NamedTuple
from urllib.parse import quote

import pytest

from tests.fakes.exchange import Request
from tests.fakes.faults import (
    Answer,
    Cut,
    Drip,
    Drop,
    ErrorText,
    Fault,
    Pass,
    Redirect,
    Refuse,
    Stall,
    always,
    failed_as_1_79,
    failed_as_1_150,
    first,
    first_of,
    longer_than,
    nth,
    too_many_requests,
)
from tests.fakes.proxy import FaultProxy
from tests.fakes.recorded import PASSWORD, TOKEN, USERNAME, RecordedServer, recordings
from tests.lab.asking import ask, basic_auth, bearer_auth
from tests.lab.lines import line, samples_by_series
from tests.lab.victoria import VictoriaMetrics, seconds

pytestmark = pytest.mark.real

START_MS = 1_600_000_000_123
SAMPLES = [(START_MS + 1000 * number, str(number)) for number in range(100)]


class Ending(NamedTuple):
    """How an answer broke off: the bytes that came, what stood at their end, and the client's error."""

    length: int | None
    text: bytes
    error: str


@pytest.fixture
def export_path(shared_victoria: VictoriaMetrics, unique_job: str) -> str:
    labels, times = {"__name__": "known", "job": unique_job}, [time_ms for time_ms, _ in SAMPLES]
    shared_victoria.import_jsonl([line(labels, [value for _, value in SAMPLES], times)])  # one: their order changes
    ends = f"start={seconds(START_MS)}&end={seconds(START_MS + 200_000)}"
    return f"/api/v1/export?match[]=known{{job=%22{unique_job}%22}}&max_rows_per_line=10&{ends}"


def read(url: str, path: str) -> tuple[bytes, str]:
    """Body as far as it came, and the kind of the error that ended it."""
    host, port = url.removeprefix("http://").split(":")
    connection, body = HTTPConnection(host, int(port), timeout=10), b""
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        while block := answer.read1(65536):
            body += block
    except (HTTPException, OSError) as error:
        return body, type(error).__name__
    finally:
        connection.close()
    return body, ""


class TestFaults:
    @pytest.fixture
    def proxy(self, shared_victoria: VictoriaMetrics, start_fault_proxy: Callable[..., FaultProxy]) -> FaultProxy:
        return start_fault_proxy(shared_victoria.url)

    def test_an_untouched_answer_is_the_servers(self, proxy: FaultProxy, export_path: str) -> None:
        body, error = read(proxy.url, export_path)
        assert (body.count(b"\n"), error) == (10, "")
        assert list(samples_by_series(body.split(b"\n")).values()) == [SAMPLES]
        assert proxy.struck == []

    @pytest.mark.parametrize(
        ("fault", "ending"),
        [
            (Cut(1000), Ending(1000, b"", "IncompleteRead")),
            (Cut(1000, "rst"), Ending(1000, b"", "ConnectionResetError")),
            (Cut(1000, between_lines=True), Ending(None, b"]}\n", "IncompleteRead")),
            (Cut(10_000_000), Ending(None, b"]}\n", "IncompleteRead")),
            (ErrorText("\nit broke\n"), Ending(None, b"]}\n\nit broke\n", "IncompleteRead")),
            (failed_as_1_79(), Ending(None, b"(elapsed 32.362 seconds)\n", "")),
            (failed_as_1_150(), Ending(None, b"]}\n", "IncompleteRead")),
            (Drop(), Ending(0, b"", "ConnectionResetError")),
            (Drop("fin"), Ending(0, b"", "RemoteDisconnected")),
        ],
    )
    def test_an_answer_breaks_off(self, proxy: FaultProxy, export_path: str, fault: Fault, ending: Ending) -> None:
        whole = read(proxy.url, export_path)[0]
        proxy.plan = nth("export", {2: fault})
        body, error = read(proxy.url, export_path)
        assert error == ending.error
        assert body.endswith(ending.text)
        assert ending.length is None or body == whole[: ending.length]
        assert [struck for _, struck in proxy.struck] == [fault]
        assert read(proxy.url, export_path) == (whole, "")

    def test_behind_an_old_proxy_a_cut_looks_like_the_end(
        self, shared_victoria: VictoriaMetrics, export_path: str, start_fault_proxy: Callable[..., FaultProxy]
    ) -> None:
        proxy = start_fault_proxy(shared_victoria.url, always("export", Cut(1000)), until_close=True)
        body, error = read(proxy.url, export_path)
        assert (len(body), error) == (1000, "")

    def test_a_stall_and_a_drip_take_their_time(self, proxy: FaultProxy, export_path: str) -> None:
        whole = read(proxy.url, export_path)[0]
        proxy.plan = nth("export", {2: Stall(0.4, 500), 3: Drip(len(whole) // 8, 0.05)})
        for _ in range(2):
            began_s = time.monotonic()
            assert read(proxy.url, export_path) == (whole, "")
            assert time.monotonic() - began_s > 0.35

    def test_answers_of_the_proxys_own(self, proxy: FaultProxy, export_path: str) -> None:
        proxy.plan = first_of(first("export", 1, too_many_requests(7)), nth("export", {2: Answer(503, b"busy")}))
        limited = ask(proxy.url + export_path)
        assert (limited.status, limited.headers["retry-after"]) == (429, "7")
        assert ask(proxy.url + export_path).body == b"busy"
        assert ask(proxy.url + export_path).status == 200

    def test_a_redirect_keeps_path_and_query(
        self, proxy: FaultProxy, start_fault_proxy: Callable[..., FaultProxy], export_path: str
    ) -> None:
        other = start_fault_proxy(plan=always("export", Answer(200)))
        proxy.plan = always("export", Redirect(other.url))
        reply = ask(proxy.url + export_path)
        assert (reply.status, reply.headers["location"]) == (302, other.url + export_path)
        assert other.requests == []

    def test_a_refusal_lasts_as_long_as_it_should(self, proxy: FaultProxy, export_path: str) -> None:
        proxy.plan = nth("export", {1: Refuse(0.4)})
        assert read(proxy.url, export_path)[1] == "ConnectionResetError"
        assert read(proxy.url, export_path)[1] == "ConnectionRefusedError"
        time.sleep(0.6)
        assert read(proxy.url, export_path)[1] == ""

    def test_long_ranges_are_rejected(self, proxy: FaultProxy, export_path: str) -> None:
        proxy.plan = first_of(
            longer_than(150, Answer(422, b"too long")), longer_than(60, Answer(504), endpoint="query")
        )
        assert ask(proxy.url + export_path).status == 422
        shorter = export_path.replace(seconds(START_MS + 200_000), seconds(START_MS + 100_000))
        assert ask(proxy.url + shorter).status == 200
        assert [ask(f"{proxy.url}/api/v1/query?query=up[{window}]").status for window in ("30s", "5m")] == [200, 504]

    def test_requests_are_recorded(self, proxy: FaultProxy) -> None:
        ask(f"{proxy.url}/api/v1/series?match[]=a", data=b"match[]=b&start=1", headers={"X-Scope": "7"})
        [request] = proxy.of("series")
        assert (request.method, request.path) == ("POST", "/api/v1/series")
        assert request.params == {"match[]": ("a", "b"), "start": ("1",)}
        assert request.headers["x-scope"] == "7"

    def test_a_server_that_stops_mid_answer_is_a_broken_answer(
        self, start_victoria: Callable[..., VictoriaMetrics], start_fault_proxy: Callable[..., FaultProxy]
    ) -> None:
        server = start_victoria()
        proxy = start_fault_proxy(server.url)
        server.kill()
        assert read(proxy.url, "/api/v1/export?match[]=x")[1] == "ConnectionResetError"

    def test_a_plans_own_failure_fails_the_test(self) -> None:
        def plan(request: Request, count: int) -> Fault:
            assert request.endpoint == "query"
            return Pass()

        with pytest.raises(AssertionError), FaultProxy("", plan) as proxy:
            ask(f"{proxy.url}/api/v1/export")


class TestRecordedServer:
    def test_every_recording_is_replayed_word_for_word(self, start_recorded: Callable[..., RecordedServer]) -> None:
        entries = recordings()
        servers = {role: start_recorded(role) for role in {entry.role for entry in entries}}
        down = start_recorded("vmselect", one_down=True)
        secrets = {"none": {}, "basic": basic_auth(USERNAME, PASSWORD), "bearer": bearer_auth(TOKEN)}
        for number, entry in enumerate(entries):
            server = down if number >= len(entries) - 5 else servers[entry.role]
            headers = basic_auth(USERNAME, "wrong") if "wrong password" in entry.name else secrets[entry.auth]
            pairs = [f"{name}={quote(value)}" for name, values in entry.params for value in values]
            query = "&".join([*pairs, "time=1", "nocache=1"])
            for reply in (
                ask(f"{server.url}{entry.path}?{query}", headers=headers),
                ask(server.url + entry.path, data=query.encode(), headers=headers),
            ):
                if entry.name != "vmauth: basic, route not configured":  # its words hold the whole query
                    assert (reply.status, reply.body.decode()) == (entry.status, entry.body), entry.name
        assert not [request for server in servers.values() for request in server.unrecorded]

    def test_unknown_paths_are_answered_as_each_program_does(
        self, start_recorded: Callable[..., RecordedServer]
    ) -> None:
        select, gate = start_recorded("vmselect"), start_recorded("vmauth")
        assert ask(f"{select.url}/api/v1/nope").body.startswith(b'unsupported URL format for path "/api/v1/nope"')
        assert ask(f"{select.url}/select/0/nope").body == b'unsupported path requested: "/select/0/nope"\n'
        reply = ask(f"{gate.url}/nope?a=b", headers=basic_auth(USERNAME, PASSWORD))
        assert (reply.status, reply.body) == (400, b'user acme-monitoring missing route for "/nope?a=b"\n')
        assert ask(f"{start_recorded('vmagent').url}/nope").body == b'unsupported path requested: "/nope"\n'

    def test_what_nobody_recorded_is_told(self, start_recorded: Callable[..., RecordedServer]) -> None:
        strict, lenient = start_recorded("vmselect"), start_recorded("vmselect", empty_for_unrecorded=True)
        path = "/select/0/prometheus/api/v1/query?query=never_asked"
        assert ask(strict.url + path).status == 500
        assert [request.param("query") for request in strict.unrecorded] == ["never_asked"]
        assert ask(lenient.url + path).json()["data"]["result"] == []
