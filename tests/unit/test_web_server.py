"""Where the server listens, what it is called, and what the chart's steps are."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from vmexporter.core.addresses import is_loopback
from vmexporter.core.components import Instance
from vmexporter.core.request import TimeRange
from vmexporter.core.selectors import Target
from vmexporter.errors import InvalidInput
from vmexporter.flows.charting import scrape_interval_ms, step_for
from vmexporter.flows.naming import new_bundle_name
from vmexporter.flows.world import World
from vmexporter.web.server import PageServer, Wanted
from vmexporter.web.service import time_zone
from vmexporter.web.settings import DEFAULT_PORT, Settings

HOUR_MS = 3_600_000


class TestListening:
    def test_the_next_free_port(self, tmp_path: Path) -> None:
        servers = [PageServer(Wanted(output=tmp_path), World()) for _ in range(2)]
        first, second = (server.settings.port for server in servers)
        assert DEFAULT_PORT <= first < second
        assert servers[0].settings.token != servers[1].settings.token
        assert servers[0].settings.cookie != servers[1].settings.cookie
        for server in servers:
            assert server.address == f"http://127.0.0.1:{server.settings.port}/?token={server.settings.token}"
            assert server.settings.token not in server.address_for_browser() + repr(server.settings)
            server.close()

    @pytest.mark.parametrize("url", ["http://u:hunter2@vm:8428", "u:hunter2@vm", "ftp://vm", "http://vm:0x1"])
    def test_an_address_to_begin_with_that_is_none_or_holds_credentials(self, tmp_path: Path, url: str) -> None:
        with pytest.raises(InvalidInput) as refusal:
            PageServer(Wanted(port=0, output=tmp_path, metrics_server=url), World())
        assert "hunter2" not in refusal.value.message + refusal.value.hint

    @pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
    def test_a_port_that_is_asked_for_and_taken(self, tmp_path: Path, host: str) -> None:
        server = PageServer(Wanted(host=host, port=0, output=tmp_path), World())
        with pytest.raises(InvalidInput, match=r"cannot listen at .*: address already in use"):
            PageServer(Wanted(host=host, port=server.settings.port, output=tmp_path), World())
        server.close()

    @pytest.mark.parametrize("host", ["no.such.host.invalid", "192.0.2.1", "256.1.1.1", " ", "a" * 300])
    def test_an_address_that_is_not_ours(self, tmp_path: Path, host: str) -> None:
        with pytest.raises(InvalidInput, match="cannot listen at"):
            PageServer(Wanted(host=host, port=0, output=tmp_path), World())

    def test_no_folder(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidInput, match="it is no folder"):
            PageServer(Wanted(output=tmp_path / "none"), World())


class TestSettings:
    @pytest.mark.parametrize(
        ("host", "address"),
        [
            ("127.0.0.1", "http://127.0.0.1:81"),
            ("::1", "http://[::1]:81"),
            ("0.0.0.0", "http://127.0.0.1:81"),
            ("::", "http://[::1]:81"),
            ("exporter.lan", "http://exporter.lan:81"),
        ],
    )
    def test_the_address(self, host: str, address: str) -> None:
        assert Settings(host=host, port=81, token="", output=Path()).address == address

    def test_loopback(self) -> None:
        assert all(map(is_loopback, ("127.0.0.1", "127.8.8.8", "::1", "localhost")))
        assert not any(map(is_loopback, ("0.0.0.0", "::", "10.0.0.1", "exporter.lan")))

    def test_the_usual_port_of_http_may_be_left_out(self) -> None:
        settings = Settings(host="127.0.0.1", port=80, token="", output=Path())
        assert settings.answers_to("127.0.0.1") and settings.answers_to("localhost:80")

    @pytest.mark.parametrize(
        ("named", "zone"), [("Europe/Berlin", "Europe/Berlin"), (":Asia/Tokyo", "Asia/Tokyo"), ("UTC", "UTC")]
    )
    def test_the_time_zone(self, named: str, zone: str) -> None:
        assert time_zone(lambda name: named) == zone

    def test_the_machine_knows_one(self) -> None:
        assert time_zone(lambda name: None)


class TestChart:
    @pytest.mark.parametrize(
        ("length_ms", "interval_ms", "step_ms"),
        [(900_000, 15_000, 30_000), (900_000, 1_000, 5_000), (12 * HOUR_MS, 15_000, 300_000),
         (24 * 7 * HOUR_MS, 15_000, HOUR_MS), (240_000, 1_000, 2_000), (60_000, 30_000, 60_000),
         (24 * 365 * HOUR_MS, 15_000, 172_800_000)],
    )  # fmt: skip
    def test_steps(self, length_ms: int, interval_ms: int, step_ms: int) -> None:
        assert step_for(TimeRange(start_ms=0, end_ms=length_ms - 1), interval_ms) == step_ms

    def test_the_slowest_target_decides(self) -> None:
        def instance(scrapes: int) -> Instance:
            return Instance(Target("a", "b"), "vmagent", (), 0, 600_000, scrapes)

        assert scrape_interval_ms([instance(61), instance(21), instance(1)]) == 30_000
        assert scrape_interval_ms([]) == 15_000


def test_a_name_of_its_own() -> None:
    world = World(now_ms=lambda: 1_795_635_177_452, secret_bytes=lambda count: bytes(range(count)))
    assert new_bundle_name(world) == "vmexporter-20261125T193257Z-abcdef.zip"


def test_a_socket_is_closed_when_nothing_comes_of_it(tmp_path: Path) -> None:
    server = PageServer(Wanted(port=0, output=tmp_path), World())
    server.close()
    with socket.socket() as again:
        again.bind(("127.0.0.1", server.settings.port))
