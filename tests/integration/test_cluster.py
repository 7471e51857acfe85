"""Programs that watch each other: every component is known by what it says of itself, and asked only what it answers.

Once with the installed programs, whose builds may name no version, and once with a whole cluster of current ones.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fakes.foreign import ForeignTarget
from tests.lab.asking import wait_until
from tests.lab.cluster import Cluster
from tests.lab.commandline import Bundle, Ran, run, run_here
from tests.lab.gateways import VmAuth, usual_vmauth_config
from tests.lab.lines import samples_by_series
from tests.lab.processes import Launch, Server, free_address
from tests.lab.programs import find_cluster_program, find_program
from tests.lab.scraping import Job, VmAgent
from tests.lab.victoria import TsdbApi, VictoriaMetrics

pytestmark = pytest.mark.real

PROGRAMS = ("victoria-metrics", "vmagent", "vmalert", "vmauth")
SELECT = "/select/0/prometheus"


class VmAlert(Server):
    """A vmalert with one recording rule, which queries *datasource* and writes there."""

    def __init__(self, datasource: str) -> None:
        super().__init__("vmalert")
        self.datasource = datasource

    def launch(self) -> Launch:
        rules = self.folder / "rules.yml"
        rules.write_text("groups:\n- name: lab\n  interval: 1s\n  rules:\n  - record: lab\n    expr: count(up)\n")
        flags = (f"-rule={rules}", f"-datasource.url={self.datasource}", f"-remoteWrite.url={self.datasource}")
        arguments = (f"-httpListenAddr={self.address}", *flags)
        return Launch(find_program("vmalert"), arguments, f"{self.url}/health")


@dataclass(frozen=True)
class Watched:
    """A site that scrapes itself: where it is read, every target's component, and how to make all of it visible."""

    url: str
    components: dict[str, str]
    flush: Callable[[], None]
    agent: VmAgent
    alert: VmAlert
    gate: VmAuth
    cluster: Cluster | None = None

    def wait_for_scrapes(self, count: int) -> None:
        """Wait until each target was scraped *count* times, as this site's own queries see it."""
        api = TsdbApi(self.url)

        def scraped() -> bool:
            self.flush()
            result = api.query("sum_over_time(up[10m])", int(time.time() * 1000))
            return sum(float(up["value"][1]) >= count for up in result) > len(self.components)

        wait_until(scraped, f"every target scraped {count} times", 60)


def watch(stack: ExitStack, store: VictoriaMetrics | Cluster, others: dict[str, str]) -> Watched:
    """Start vmagent, vmauth, vmalert and a foreign program beside *others* (targets and their components)."""
    if isinstance(store, Cluster):
        url, write_urls = store.select_url(), [f"{store.insert_url(tenant)}/api/v1/write" for tenant in ("0", "1011")]
    else:
        url, write_urls = store.url, [f"{store.url}/api/v1/write"]
    gate = stack.enter_context(VmAuth(usual_vmauth_config(url)))
    alert = stack.enter_context(VmAlert(url))
    foreign = stack.enter_context(ForeignTarget())
    address = free_address()
    own = {str(gate.address): "vmauth", str(alert.address): "vmalert", str(address): "vmagent"}
    jobs = (Job("programs", tuple(own)), Job("storage", (*others, str(foreign.address))))
    agent = stack.enter_context(VmAgent(jobs, write_urls, address=address))
    cluster = store if isinstance(store, Cluster) else None
    return Watched(url, others | own, store.flush, agent, alert, gate, cluster)


@pytest.fixture(scope="module")
def installed() -> Iterator[Watched]:
    """A single node and its companions."""
    with ExitStack() as stack:
        node = stack.enter_context(VictoriaMetrics("-search.latencyOffset=0s"))
        site = watch(stack, node, {str(node.address): "vmsingle"})
        site.wait_for_scrapes(3)
        yield site


@pytest.fixture(scope="module")
def current() -> Iterator[Watched]:
    """A cluster of two vmstorage and its companions, all of a current version; tenants 0 and 1011 are written."""
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        for name in PROGRAMS:
            patch.setenv("VMEXPORTER_TEST_" + name.upper().replace("-", "_"), find_cluster_program(name))
        cluster = stack.enter_context(Cluster("-search.latencyOffset=0s"))
        node = stack.enter_context(VictoriaMetrics())
        others = {str(storage.address): "vmstorage" for storage in cluster.storages}
        others |= {str(cluster.insert.address): "vminsert", str(cluster.select.address): "vmselect"}
        site = watch(stack, cluster, others | {str(node.address): "vmsingle"})
        site.wait_for_scrapes(3)
        yield site


SITES = ["installed", pytest.param("current", marks=pytest.mark.cluster)]


@pytest.fixture(params=SITES)
def site(request: pytest.FixtureRequest) -> Watched:
    found: Watched = request.getfixturevalue(request.param)
    return found


def failed(ran: Ran, status: int, *words: str) -> None:
    assert ran.status == status, ran
    assert [word for word in words if word not in ran.words] == [], ran.words


class TestComponents:
    def test_each_is_known(self, site: Watched) -> None:
        listed = run_here("discover", site.url, "--last", "10m", "--json").json()
        found = listed["instances"]
        assert {one["target"]["instance"]: one["component"] for one in found} == site.components
        assert all(one["series"] > 50 and one["scrapes"] >= 3 for one in found)
        versions = {version for one in found for version in one["versions"]}
        assert all(version.startswith("v1.") for version in versions)
        assert not site.cluster or any(version.endswith("-cluster") for version in versions)
        assert listed["estimated_samples"] > 1000

    def test_the_server_is_known(self, site: Watched) -> None:
        found = run_here("validate", site.url, "--json").json()
        assert found["kind"] == ("vmselect" if site.cluster else "vmsingle")
        assert bool(found["versions"]) or not site.cluster
        assert found["notes"] == []

    def test_an_export_is_what_the_server_has_of_them(self, site: Watched, tmp_path: Path) -> None:
        end_ms = int(time.time() * 1000) - 2000  # what was scraped by then is written by now
        site.flush()
        bounds = ("--start", str(end_ms - 120_000), "--end", str(end_ms))
        path = tmp_path / "bundle.zip"
        run("export", site.url, *bounds, "--no-obfuscate", "--window", "30s", "-o", path).checked()
        targets = "|".join(site.components)
        match = f'{{job=~"programs|storage",instance=~"{targets}"}}'
        expected = samples_by_series(TsdbApi(site.url).export(match, end_ms - 120_000, end_ms))
        made = Bundle.read(path)
        assert made.samples == expected and len(expected) > 500
        assert set(made.manifest["components"]) == set(site.components.values())
        assert not any("billing" in value for series in made.samples for _, value in series)


class TestTheWrongProgram:
    @pytest.mark.parametrize("name", ["agent", "alert"])
    @pytest.mark.parametrize("what", ["validate", "export"])
    def test_says_what_it_is(self, site: Watched, name: str, what: str) -> None:
        asked: Server = getattr(site, name)
        options = ("--last", "5m", "--one-way", "-o", "-") if what == "export" else ()
        failed(run_here(what, asked.url, *options), 5, f"this is a {asked.name}, which only", "name the server that")

    def test_a_vmauth_lets_nobody_in(self, site: Watched) -> None:
        failed(run_here("validate", site.gate.url), 4, "401", "no credentials were sent")


@pytest.mark.cluster
class TestARealCluster:
    @pytest.fixture
    def cluster(self, current: Watched) -> Cluster:
        assert current.cluster is not None
        return current.cluster

    @pytest.mark.parametrize("name", ["insert", "storages"])
    def test_what_does_not_answer_queries_says_what_it_is(self, cluster: Cluster, name: str) -> None:
        asked = cluster.insert if name == "insert" else cluster.storages[0]
        for path in ("", SELECT):
            failed(run_here("validate", asked.url + path), 5, f"this is a {asked.name}, ", "name the vmselect", SELECT)

    @pytest.mark.parametrize(
        ("path", "status", "words"),
        [
            ("", 0, "no tenant was named: this is tenant 0"),
            ("/nowhere", 5, "its address needs a tenant"),
            ("/select/acme", 2, "what follows /select/ is no tenant"),
        ],
    )
    def test_an_address_without_a_tenant(self, cluster: Cluster, path: str, status: int, words: str) -> None:
        failed(run_here("validate", cluster.select.url + path), status, words)

    def test_tenants_are_listed_and_told_apart(self, current: Watched, cluster: Cluster) -> None:
        assert run_here("tenants", cluster.select.url).checked().out == "0:0\n1011:0\n"
        found = run_here("discover", cluster.select_url("multitenant"), "--last", "10m", "--json").json()["instances"]
        tenants = [dict(map(tuple, one["target"]["tenant_labels"]))["vm_account_id"] for one in found]
        assert sorted(tenants) == sorted(["0", "1011"] * len(current.components))

    def test_while_a_vmstorage_is_down(self, current: Watched, cluster: Cluster, tmp_path: Path) -> None:
        """Half the data is better than none, when it says so; then the storage is back, and all of it is there."""
        options = ("--start", str(int(time.time() * 1000) - 60_000), "--no-obfuscate", "-q", "-o")
        cluster.storages[1].stop()
        try:
            found = run_here("validate", current.url, "--json").json()
            assert (found["export"], found["partial"]) == ("incomplete", True)
            assert "a part of the server is down" in run_here("discover", current.url, "--last", "5m").checked().words
            run_here("export", current.url, *options, tmp_path / "partial.zip").checked()
            ran = run_here("export", current.url, *options, tmp_path / "required.zip", "--require-complete")
            failed(ran, 7, "a part of the server is down")
        finally:
            cluster.storages[1].start()
        made = Bundle.read(tmp_path / "partial.zip")
        assert (made.manifest["partial"], made.manifest["rungs"]) == (True, ["query_range"])
        assert made.manifest["windows"][0]["step_ms"] == 1000 and made.samples

        def whole() -> bool:
            return bool(run_here("validate", current.url, "--json").json()["export"] == "available")

        wait_until(whole, "the cluster is whole again", 30)
        path = tmp_path / "whole.zip"
        run_here("export", current.url, *options, path).checked()
        after = Bundle.read(path)
        assert (after.manifest["partial"], after.manifest["rungs"]) == (False, ["export"])
        assert len(after.samples) >= len(made.samples)
