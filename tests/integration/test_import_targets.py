"""Every kind of target: a cluster by both its addresses, tenants, a gateway that routes both ways, a vmagent."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.importsite import check_equal, finished, imported, known_lines, node, stored, written
from tests.lab.asking import wait_until
from tests.lab.cluster import Cluster
from tests.lab.commandline import run_here
from tests.lab.gateways import OPERATOR, VmAuth
from tests.lab.scraping import VmAgent
from vmexporter.core.importing.request import ImportRequest
from vmexporter.core.request import Connection
from vmexporter.errors import EndpointMissing
from vmexporter.flows.importing import import_metrics
from vmexporter.flows.importrun import Manner
from vmexporter.flows.world import World

pytestmark = pytest.mark.real
LINES = known_lines(30, 80)


@pytest.mark.cluster
class TestACluster:
    def test_by_two_addresses_and_two_tenants(self, start_cluster: Callable[..., Cluster], tmp_path: Path) -> None:
        cluster = start_cluster("-search.latencyOffset=0s")
        for tenant in ("0", "5:7"):
            request = ImportRequest(
                connection=Connection(url=cluster.select.url, tenant=tenant), insert_url=cluster.insert.url
            )
            done = finished(import_metrics(written(LINES, tmp_path / "k.jsonl"), request, Manner(), World()))
            assert done.verification.state == "same"
            check_equal(LINES, cluster.api(tenant))

    def test_without_the_way_in_is_told_how(self, start_cluster: Callable[..., Cluster], tmp_path: Path) -> None:
        cluster = start_cluster()
        with pytest.raises(EndpointMissing) as caught:
            imported(written(LINES, tmp_path / "k.jsonl"), cluster.select_url("3"))
        assert "--insert-url" in caught.value.hint

    def test_behind_one_gateway(
        self, start_cluster: Callable[..., Cluster], start_vmauth: Callable[..., VmAuth], tmp_path: Path
    ) -> None:
        cluster = start_cluster("-search.latencyOffset=0s")
        gateway = start_vmauth(
            f"users:\n- username: {OPERATOR[0]}\n  password: {OPERATOR[1]}\n  url_map:\n"
            f'  - src_paths: ["/insert/.+"]\n    url_prefix: {cluster.insert.url}\n'
            f'  - src_paths: ["/select/.+"]\n    url_prefix: {cluster.select.url}\n'
        )
        path = written(LINES, tmp_path / "k.jsonl")
        url = gateway.url.replace("//", f"//{OPERATOR[0]}:{OPERATOR[1]}@")
        done = imported(path, f"{url}/select/9/prometheus")
        assert done.verification.state == "same"
        check_equal(LINES, cluster.api("9"))


class TestAVmagent:
    def test_takes_it_in_and_cannot_be_asked(self, start_vmagent: Callable[..., VmAgent], tmp_path: Path) -> None:
        with node("installed") as behind:
            agent = start_vmagent([], [f"{behind.url}/api/v1/write"])
            done = imported(written(LINES, tmp_path / "k.jsonl"), agent.url)
            assert done.verification.state == "unverified" and done.doubtful == 0

            def is_there() -> bool:
                behind.flush()
                return len(stored(behind.api)) == 30

            wait_until(is_there, "vmagent sends on")
            time.sleep(1)
            behind.flush()
            check_equal(LINES, behind.api)


class TestTheCommand:
    def test_tells_before_and_after_and_remembers_the_address(self, tmp_path: Path) -> None:
        path, state = written(LINES, tmp_path / "k.jsonl.gz"), {"XDG_STATE_HOME": str(tmp_path / "state")}
        with node("installed") as target:
            url = target.url.replace("//", "//someone:hush-hush@")
            ran = run_here("import", path, f"{url}/?token=hush-hush", "--extra-label", "bundle=case-1", env=state)
            ran.checked()
            assert "Preflight" in ran.out and "yes: the target has 2,400 samples" in ran.out
            assert run_here("targets", "list", env=state).out == f"{target.url}\n"
        kept = [file for file in tmp_path.rglob("*") if file.is_file()]
        assert all(b"hush" not in file.read_bytes() for file in kept)
        assert [file.stat().st_mode & 0o777 for file in kept if "state" in str(file)] == [0o600]
        assert run_here("targets", "forget", target.url, env=state).status == 0
        assert run_here("targets", "list", "--json", env=state).json() == {"on": True, "targets": []}

    def test_a_difference_has_a_status_of_its_own(self, tmp_path: Path) -> None:
        path, state = written(LINES, tmp_path / "k.jsonl"), {"XDG_STATE_HOME": str(tmp_path / "state")}
        with node("installed", "-dedup.minScrapeInterval=20s") as target:
            ran = run_here("import", path, target.url, "--json", env=state)
        assert ran.status == 12
        assert "deduplication" in ran.err

    def test_from_standard_input(self, tmp_path: Path) -> None:
        import subprocess

        from tests.lab.commandline import command, environment

        with node("installed") as target:
            env = environment({"XDG_STATE_HOME": str(tmp_path)})
            subprocess.run(command("import", "-", target.url), input=b"".join(LINES), env=env, check=True)
            check_equal(LINES, target.api)

    def test_a_journal_keeps_no_secret(self, tmp_path: Path) -> None:
        path, env = written(LINES, tmp_path / "k.jsonl"), {"VMEXPORTER_BEARER_TOKEN": "hush-hush"}
        with node("installed") as target:
            request = ImportRequest(connection=Connection(url=target.url.replace("//", "//someone:hush-hush@")))
            events = import_metrics(path, request, Manner(), World())
            for event in events:
                if type(event).__name__ == "JournalKept":
                    break
            [journal] = tmp_path.glob("*.import")
            assert b"hush" not in journal.read_bytes() and journal.stat().st_mode & 0o777 == 0o600
            events.close()  # type: ignore[attr-defined]
            run_here("resume", journal, env=env).checked()
            check_equal(LINES, target.api)
