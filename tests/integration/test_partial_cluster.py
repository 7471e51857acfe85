"""A real cluster with one of two vmstorage nodes stopped: as the tests of the fake one have it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fakes.exchange import Request
from tests.fakes.proxy import FaultProxy
from tests.integration import faulty
from tests.integration.faulty import Site, check_failure, check_steps, vmexporter
from tests.lab.asking import wait_until
from tests.lab.cluster import Cluster
from vmexporter.core.request import Selection
from vmexporter.errors import PartialData

pytestmark = [pytest.mark.real, pytest.mark.cluster]


@dataclass(frozen=True)
class Tenant:
    """Tenant 0 of a cluster."""

    cluster: Cluster

    @property
    def url(self) -> str:
        return self.cluster.select_url()

    def import_jsonl(self, lines: Iterable[bytes]) -> None:
        self.cluster.import_jsonl(lines)

    def export(self, match: str, start_ms: int, end_ms: int) -> list[bytes]:
        return self.cluster.api().export(match, start_ms, end_ms)


class TestARealCluster:
    @pytest.fixture
    def cluster(self, start_cluster: Callable[..., Cluster]) -> Cluster:
        return start_cluster()

    def start_again(self, cluster: Cluster) -> None:
        cluster.storages[1].start()
        whole = b'"isPartial":false'
        wait_until(
            lambda: whole in cluster.api().get("/api/v1/query", query="up", nocache="1").body, "vmselect sees it"
        )

    def test_with_a_vmstorage_stopped(self, cluster: Cluster, tmp_path: Path) -> None:
        site = Site.in_server(Tenant(cluster), "cluster")
        url, match = site.victoria.url, f'{{job=~"{"|".join(site.jobs)}",instance!~"10.7.9.9:.*"}}'
        of_jobs = Selection(selectors=(match,), step_ms=faulty.STEP_MS)
        whole, part, refused = (tmp_path / name for name in ("whole", "part", "refused"))
        for folder in (whole, part, refused):
            folder.mkdir()
        site.export(url, whole).checked()
        site.check_bundle(whole)
        cluster.storages[1].stop()
        site.export(url, part, selection=of_jobs).checked()
        check_steps(site, part)
        found = site.decoded(part)
        assert 0 < len(found) < len(site.expected)
        assert all(site.expected[series] == samples for series, samples in found.items())
        ran = vmexporter(site.arguments(url, refused, "--require-complete"), refused)
        check_failure(ran, 7, "a part of the server is down")
        assert isinstance(site.export(url, refused, selection=of_jobs, require_complete=True).error, PartialData)
        self.start_again(cluster)
        site.resume(refused).checked()
        site.check_bundle(refused)

    def test_with_a_vmstorage_that_stops_in_the_middle(
        self, cluster: Cluster, start_fault_proxy: Callable[..., FaultProxy], tmp_path: Path
    ) -> None:
        site = Site.in_server(Tenant(cluster), "cluster")

        def plan(request: Request, count: int) -> None:
            if request.is_window and cluster.storages[1].running and len(front.of("export")) == 5:
                cluster.storages[1].stop()

        front = start_fault_proxy(cluster.select.url, plan)
        url = site.victoria.url.replace(cluster.select.url, front.url)
        outcome = site.export(url, tmp_path, require_complete=True)
        assert isinstance(outcome.error, PartialData), outcome
        self.start_again(cluster)
        site.resume(tmp_path).checked()
        site.check_bundle(tmp_path)
