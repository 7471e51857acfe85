"""Tenants are never mixed up: not by a shared target, not by a dropped project, not when all are read at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.lab.commandline import Bundle, Ran, run_here
from tests.lab.family import RANGE, Program, in_range, lines_of
from tests.lab.gateways import TENANT_USER, Location, Nginx, VmAuth, usual_vmauth_config
from tests.lab.lines import Samples, Series
from tests.lab.tenants import TenantSite, labelled
from tests.lab.victoria import VictoriaMetrics

pytestmark = pytest.mark.real

JOB, INSTANCE = "storage", "10.0.0.1:8482"
# The same job and instance everywhere: a vmstorage, another one, a vmagent, and a program that is none of ours.
CONTENTS = {
    "0": [Program("vmstorage", JOB, INSTANCE), Program("vmselect", "select", "10.0.0.2:8481")],
    "5": [Program("vmstorage", JOB, INSTANCE)],
    "5:7": [Program("vmagent", JOB, INSTANCE)],
    "1011": [Program("", JOB, INSTANCE)],
}
OF_THE_FAMILY = ("0", "5", "5:7")


@pytest.fixture(scope="module")
def site() -> Iterator[TenantSite]:
    with TenantSite({tenant: lines_of(programs, tenant) for tenant, programs in CONTENTS.items()}) as running:
        yield running


@pytest.fixture
def export(tmp_path: Path) -> Callable[..., Bundle]:
    def run_export(url: str, *options: str) -> Bundle:
        path = tmp_path / f"bundle-{len(list(tmp_path.iterdir()))}.zip"
        run_here("export", url, *RANGE, "--quiet", "--no-obfuscate", "-o", path, *options).checked()
        return Bundle.read(path)

    return run_export


def of_tenant(tenant: str) -> dict[Series, Samples]:
    return in_range(lines_of(CONTENTS[tenant], tenant))


def of_all(*tenants: str) -> dict[Series, Samples]:
    return in_range(labelled(text, tenant) for tenant in tenants for text in lines_of(CONTENTS[tenant], tenant))


def discovered(url: str, *options: str) -> list[tuple[str, str, str, int]]:
    """(tenant, component, job, series) of what discovery finds."""
    return [
        (":".join(value for _, value in target["tenant_labels"]), one["component"], target["job"], one["series"])
        for one in run_here("discover", url, *RANGE, "--json", *options).json()["instances"]
        for target in [one["target"]]
    ]


class TestAProjectIsNeverDropped:
    @pytest.mark.parametrize(
        ("typed", "options"),
        [
            ("/select/5:7/prometheus", ()),
            ("/select/5:7", ()),
            ("/select/5%3A7/vmui/#/?g0.expr=up", ()),
            ("", ("--tenant", "5:7")),
            ("/select/5:7", ("--tenant", "005:7")),
        ],
    )
    def test_the_data_is_that_of_the_project(
        self, site: TenantSite, export: Callable[..., Bundle], typed: str, options: tuple[str, ...]
    ) -> None:
        made = export(site.url + typed, *options)
        assert made.samples == of_tenant("5:7")
        assert made.manifest["source"]["tenant"].replace("%3A", ":") == "5:7"

    @pytest.mark.parametrize("tenant", ["5", "5:0"])
    def test_project_0_is_another_tenant(self, site: TenantSite, export: Callable[..., Bundle], tenant: str) -> None:
        if tenant == "5:0" and not site.is_real:
            pytest.skip("the stand-in knows one name for a tenant")
        assert export(site.base(tenant)).samples == of_tenant("5")

    def test_two_names_of_tenants_contradict(self, site: TenantSite) -> None:
        ran = run_here("validate", f"{site.url}/select/5:7", "--tenant", "5")
        assert ran.status == 2
        assert "tenant 5: the address already names tenant 5:7" in ran.words

    @pytest.mark.parametrize("tenant", ["5:", "5:7:9", "-1", "4294967296", "acme"])
    def test_what_is_no_tenant_is_refused(self, site: TenantSite, tenant: str) -> None:
        ran = run_here("validate", site.url, f"--tenant={tenant}")
        assert (ran.status, "accountID[:projectID]" in ran.words) == (2, True)


class TestAllTenantsAtOnce:
    def test_targets_are_told_apart(self, site: TenantSite) -> None:
        assert discovered(site.base("multitenant")) == [
            ("5:7", "vmagent", JOB, 5),
            ("0:0", "vmselect", "select", 5),
            ("0:0", "vmstorage", JOB, 5),
            ("5:0", "vmstorage", JOB, 5),
        ]

    def test_the_tenant_stands_in_the_table(self, site: TenantSite) -> None:
        assert f"{JOB} (tenant 5:7)" in run_here("discover", site.base("multitenant"), *RANGE).checked().out

    def test_a_foreign_program_of_another_tenant_does_not_come_along(
        self, site: TenantSite, export: Callable[..., Bundle]
    ) -> None:
        made = export(site.base("multitenant"))
        assert made.samples == of_all(*OF_THE_FAMILY)
        assert made.manifest["rungs"] == ["export"]

    def test_a_choice_keeps_tenants_apart(self, site: TenantSite, export: Callable[..., Bundle]) -> None:
        assert export(site.base("multitenant"), "--component", "vmagent").samples == of_all("5:7")
        storages = export(site.base("multitenant"), "--component", "vmstorage", "--instance", INSTANCE).samples
        assert {series: samples for series, samples in of_all("0", "5").items() if ("job", JOB) in series} == storages

    def test_a_selector_means_all_tenants(self, site: TenantSite, export: Callable[..., Bundle]) -> None:
        everywhere = {series: samples for series, samples in of_all(*CONTENTS).items() if ("__name__", "up") in series}
        assert export(site.base("multitenant"), "--selector", "up").samples == everywhere
        of_one = export(site.base("multitenant"), "--selector", '{job!="",vm_account_id="1011",vm_project_id="0"}')
        assert of_one.samples == of_all("1011")

    def test_without_an_export_api_too(self, site: TenantSite, export: Callable[..., Bundle]) -> None:
        path = "/select/multitenant/prometheus/api/v1/"
        place = site.backends["multitenant"]
        with Nginx(Location(f"{path}export", place, "return 404;"), Location(path, place)) as gate:
            made = export(f"{gate.url}/select/multitenant")
        assert made.samples == of_all(*OF_THE_FAMILY)
        assert made.manifest["rungs"] == ["raw"]

    def test_pseudonyms_do_not_melt_tenants_together(self, site: TenantSite, tmp_path: Path) -> None:
        path = tmp_path / "bundle.zip"
        run_here("export", site.base("multitenant"), *RANGE, "-q", "-o", path).checked()
        made, plain = Bundle.read(path), of_all(*OF_THE_FAMILY)
        assert len(made.samples) == len(plain)
        assert sorted(made.samples.values()) == sorted(plain.values())
        assert not any(INSTANCE in value for series in made.samples for _, value in series)


class TestTheList:
    def listed(self, *arguments: str) -> Ran:
        return run_here("tenants", *arguments)

    def test_a_cluster_lists_its_tenants_in_order(self, site: TenantSite) -> None:
        names = ["0:0", "5:0", "5:7", "1011:0"]
        assert self.listed(site.url).checked().out.split() == names
        assert self.listed(site.base("1011"), "--json").json() == {"tenants": names}

    def test_a_gateway_without_the_route_says_so(self, site: TenantSite) -> None:
        with VmAuth(usual_vmauth_config(site.url, site.backends)) as gate:
            access = {"VMEXPORTER_USER": TENANT_USER[0], "VMEXPORTER_PASSWORD": TENANT_USER[1]}
            ran = run_here("tenants", f"{gate.url}/select/0", env=access)
        assert ran.status == 5
        assert "cannot list tenants: the server answered 400" in ran.words
        assert "no route for this path and this user" in ran.words

    def test_a_single_node_has_none(self, shared_victoria: VictoriaMetrics) -> None:
        ran = self.listed(shared_victoria.url)
        assert ran.status == 5
        assert "cannot list tenants" in ran.words and "Hint: only a cluster" in ran.words
