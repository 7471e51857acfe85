"""The lab is fit to test with: every server starts, answers and goes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.lab.asking import ask, basic_auth, bearer_auth, wait_until
from tests.lab.certificates import CertificateAuthority
from tests.lab.cluster import Cluster
from tests.lab.gateways import (
    BEARER_TOKEN,
    OPERATOR,
    READER,
    TENANT_USER,
    Location,
    Nginx,
    Protection,
    VmAuth,
    usual_vmauth_config,
)
from tests.lab.hosts import ManyHosts
from tests.lab.lines import cluster_lines, line, samples_by_series
from tests.lab.processes import LabError, Launch, Server, leftover_folders, leftover_processes
from tests.lab.programs import find_program
from tests.lab.scraping import Prometheus
from tests.lab.victoria import VictoriaMetrics

pytestmark = pytest.mark.real

START_MS = 1_600_000_000_123
SAMPLES = [(START_MS + 1000 * number, str(number)) for number in range(100)]


def known_lines(job: str, series: int = 3) -> list[bytes]:
    times, values = [time_ms for time_ms, _ in SAMPLES], [value for _, value in SAMPLES]
    return [line({"__name__": "known", "job": job, "n": str(n)}, values, times) for n in range(series)]


class TestServers:
    def test_a_single_node_keeps_known_samples_to_the_millisecond(
        self, shared_victoria: VictoriaMetrics, unique_job: str
    ) -> None:
        shared_victoria.import_jsonl(known_lines(unique_job, 1))
        first_ms, last_ms = SAMPLES[10][0], SAMPLES[20][0]
        got = samples_by_series(shared_victoria.export(f'{{job="{unique_job}"}}', first_ms, last_ms))
        assert list(got.values()) == [SAMPLES[10:21]]

    def test_lines_that_the_server_skips_are_an_error(self, shared_victoria: VictoriaMetrics) -> None:
        with pytest.raises(LabError, match="skipped"):
            shared_victoria.import_jsonl([b'{"metric":{"__name__":"bad"},"values":["x"],"timestamps":[1]}\n'])

    def test_a_restart_keeps_the_data(self, start_victoria: Callable[..., VictoriaMetrics]) -> None:
        server = start_victoria()
        server.import_jsonl(known_lines("kept", 1))
        server.stop()
        assert ask(f"{server.url}/health").status == 0
        server.start()
        assert samples_by_series(server.export("known", START_MS, START_MS + 99_000)) == {
            (("__name__", "known"), ("job", "kept"), ("n", "0")): SAMPLES
        }

    def test_the_recorded_cluster_can_be_imported(self, start_victoria: Callable[..., VictoriaMetrics]) -> None:
        server = start_victoria()
        server.import_jsonl(cluster_lines())
        end_ms = max(int(re.findall(rb"\d+", text)[-1]) for text in cluster_lines())
        [by_component] = server.query("count(vm_app_version)", end_ms)
        [foreign] = server.query('count({job="acme-billing-app"})', end_ms)
        assert (by_component["value"][1], foreign["value"][1]) == ("8", "137")

    def test_vmauth_lets_in_whom_it_should(
        self, start_victoria: Callable[..., VictoriaMetrics], start_vmauth: Callable[..., VmAuth]
    ) -> None:
        plain, tenant = start_victoria(), start_victoria(path_prefix="/select/1011")
        tenants = {"1011": f"http://{tenant.address}"}
        gate = start_vmauth(usual_vmauth_config(plain.url, tenants))
        query, export = f"{gate.url}/api/v1/query?query=1", f"{gate.url}/api/v1/export?match[]=x"
        of_tenant = f"{gate.url}/select/1011/prometheus/api/v1/query?query=1"

        assert ask(query).status == 401
        assert ask(query, headers=basic_auth("operator", "wrong")).status in {400, 401}  # 1.79 says 400
        assert ask(export, headers=basic_auth(*OPERATOR)).status == 200
        assert ask(export, headers=bearer_auth(BEARER_TOKEN)).status == 200
        assert ask(query, headers=basic_auth(*READER)).status == 200
        refused = ask(export, headers=basic_auth(*READER))
        assert (refused.status, b"missing route" in refused.body) == (400, True)
        assert ask(of_tenant, headers=basic_auth(*TENANT_USER)).status == 200
        assert ask(query, headers=basic_auth(*TENANT_USER)).status == 400

    def test_nginx_has_tls_basic_authentication_and_a_prefix(
        self, authority: CertificateAuthority, shared_victoria: VictoriaMetrics, start_nginx: Callable[..., Nginx]
    ) -> None:
        certificate = authority.issue()
        gate = start_nginx(
            Location("/metrics-store/", f"{shared_victoria.url}/"),
            protection=Protection(certificate, (OPERATOR,), str(authority.ca_file)),
        )
        url = f"{gate.url}/metrics-store/api/v1/query?query=1"
        trusting, shown = authority.client_context(), authority.client_context(certificate)
        credentials = basic_auth(*OPERATOR)
        assert ask(url, headers=credentials, tls=shown).status == 200
        assert ask(url.replace("127.0.0.1", "localhost"), headers=credentials, tls=shown).status == 200
        assert ask(url, tls=shown).status == 401
        assert ask(url, headers=credentials, tls=trusting).status == 400
        assert b"CERTIFICATE_VERIFY_FAILED" in ask(url, headers=credentials).body

    def test_prometheus_has_known_samples(self, start_prometheus: Callable[..., Prometheus]) -> None:
        text = "".join(f'known{{job="x"}} {value} {time_ms / 1000:.3f}\n' for time_ms, value in SAMPLES)
        server = start_prometheus(openmetrics=text)
        assert ask(f"{server.url}/api/v1/export?match[]=known").status == 404
        [series] = server.api.query("known[5m]", START_MS + 99_000)
        assert [(round(at * 1000), value) for at, value in series["values"]] == SAMPLES

    def test_many_hosts_are_scraped(self, start_many_hosts: Callable[..., ManyHosts]) -> None:
        site = start_many_hosts()
        site.wait_for_scrapes(2)
        now_ms = int(time.time() * 1000)
        versions = site.victoria.query("vm_app_version", now_ms)
        assert {(item["metric"]["job"], item["metric"]["instance"]) for item in versions} == site.own_targets
        assert site.victoria.query("count(billing_requests_total)", now_ms)

    @pytest.mark.cluster
    def test_a_cluster_answers_and_notices_a_lost_vmstorage(self, start_cluster: Callable[..., Cluster]) -> None:
        cluster = start_cluster()
        cluster.import_jsonl(known_lines("cluster", 40), tenant="1011")
        lines = cluster.api("1011").export("known", START_MS, START_MS + 99_000)
        assert list(samples_by_series(lines).values()) == [SAMPLES] * 40
        cluster.storages[1].stop()
        assert ask(f"{cluster.select_url('1011')}/api/v1/export?match[]=known&start=1600000000").status == 503


class TestStartAndEnd:
    def test_a_failed_start_shows_the_log(self, start_victoria: Callable[..., VictoriaMetrics]) -> None:
        with pytest.raises(LabError, match="noSuchFlag"):
            start_victoria("-noSuchFlag")

    def test_a_missing_program_fails_the_test(self) -> None:
        with pytest.raises(pytest.fail.Exception, match="VMEXPORTER_TEST_NO_SUCH_PROGRAM"):
            find_program("no-such-program")

    def test_a_server_dies_with_the_test_process(self, tmp_path: Path) -> None:
        script = (
            "import os, signal; from tests.lab.victoria import VictoriaMetrics\n"
            "server = VictoriaMetrics(); server.start(); print(server.process.pid, server.folder, flush=True)\n"
            "os.kill(os.getpid(), signal.SIGKILL)\n"
        )
        root = str(Path(__file__).parents[2])
        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, cwd=root,
            env={**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": root}, check=False,
        )  # fmt: skip
        assert done.returncode == -signal.SIGKILL, done.stderr
        pid = int(done.stdout.split()[0])
        deadline_s = time.monotonic() + 5
        while Path("/proc", str(pid)).exists() and time.monotonic() < deadline_s:
            time.sleep(0.02)
        assert not Path("/proc", str(pid)).exists()

    def test_leftover_processes_are_seen(self) -> None:
        class Sleeper(Server):
            def launch(self) -> Launch:
                code = f"import socket, time; s = socket.create_server({tuple(self.address)}); time.sleep(60)"
                return Launch(sys.executable, ("-c", code))

        with Sleeper("sleeper") as sleeper:
            pid = sleeper.process.pid
            assert any(text.startswith(f"{pid} ") for text in leftover_processes())
        assert not any(text.startswith(f"{pid} ") for text in leftover_processes())
        assert not sleeper.running

    def test_a_server_that_stalls_can_be_stopped(self, start_victoria: Callable[..., VictoriaMetrics]) -> None:
        server = start_victoria()
        server.signal(signal.SIGSTOP)
        wait_until(lambda: ask(f"{server.url}/health", timeout_s=0.2).status == 0, "all of its threads have stopped")
        server.signal(signal.SIGCONT)
        assert ask(f"{server.url}/health").status == 200
        server.signal(signal.SIGSTOP)
        server.stop()

    def test_a_failed_start_leaves_nothing_behind(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("VMEXPORTER_TEST_CLUSTER_BIN", raising=False)
        before = leftover_folders()
        with pytest.raises(pytest.skip.Exception), Cluster():
            pass
        with pytest.raises(LabError), VictoriaMetrics("-noSuchFlag"):
            pass
        assert leftover_folders() == before
