"""The environments that an operator may stand in front of: validate, discover and export work in each of them.

Each has its own server, gateway and credentials; the bundle holds the data of the tenant that was meant, and only that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.lab.commandline import Bundle, run, run_here
from tests.lab.family import RANGE, Program, in_range, lines_of, own
from tests.lab.gateways import BEARER_TOKEN, OPERATOR, TENANT_USER, Location, Nginx, VmAuth, usual_vmauth_config
from tests.lab.tenants import TenantSite, labelled
from tests.lab.victoria import VictoriaMetrics

pytestmark = pytest.mark.real

BILLING = Program("", "storage", "10.0.0.9:9100")
PROGRAMS = {
    "single": [Program("vmsingle", "single", "10.9.0.1:8428"), Program("", "single", "10.9.0.2:9100")],
    "0": [Program("vmstorage", "storage", "10.0.0.1:8482"), Program("vmselect", "select", "10.0.0.2:8481"), BILLING],
    "1011": [Program("vmstorage", "storage", "10.0.0.1:8482"), Program("vmagent", "agent", "10.0.0.3:8429"), BILLING],
}
KEY = {"VMEXPORTER_HEADER_X_LAB_KEY": "lab-header-key"}
CLUSTER_TOKEN = "lab-cluster-token"
AUTO_USER = ("auto", "auto-password")
QUERY_USER = ("managed", "managed-password")
QUERIES = "/select/1011/prometheus/api/v1/(query|query_range|series|labels|label/.+|status/buildinfo)"


def as_user(credentials: tuple[str, str]) -> dict[str, str]:
    return {"VMEXPORTER_USER": credentials[0], "VMEXPORTER_PASSWORD": credentials[1]}


def as_bearer(token: str) -> dict[str, str]:
    return {"VMEXPORTER_BEARER_TOKEN": token}


@dataclass(frozen=True)
class Scenario:
    """An address as it is typed, ``{single}``, ``{auth}`` and so on for the servers, and what follows from it.

    ``base`` is where queries are answered, the address itself when it is empty; ``export_base`` likewise, of ``base``.
    """

    typed: str
    kind: str
    data: str
    base: str = ""
    tenant: str = ""
    env: dict[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    export: str = "available"
    export_base: str | None = ""

    @property
    def rung(self) -> str:
        """How samples are read."""
        return "export" if self.export == "available" else "raw"


SELECT_0, SELECT_1011, SELECT_ALL = (f"/select/{tenant}/prometheus" for tenant in ("0", "1011", "multitenant"))
RW, MANAGED = "{front}/1011/rw/prometheus", "{front}/1011/prometheus"

SCENARIOS = {
    "single node": Scenario("{single}", "vmsingle", "single"),
    "single node by vmauth, basic": Scenario("{auth}", "vmauth", "single", env=as_user(OPERATOR)),
    "single node by vmauth, bearer": Scenario("{auth}", "vmauth", "single", env=as_bearer(BEARER_TOKEN)),
    "cluster, tenant 0": Scenario("{select}" + SELECT_0, "vmselect", "0", tenant="0"),
    "cluster, tenant 1011": Scenario("{select}" + SELECT_1011, "vmselect", "1011", tenant="1011"),
    "cluster, all tenants": Scenario("{select}" + SELECT_ALL, "vmselect", "multitenant", tenant="multitenant"),
    "vmselect alone": Scenario("{select}", "vmselect", "0", "{select}" + SELECT_0, "0"),
    "vmselect alone, tenant as option": Scenario(
        "{select}", "vmselect", "1011", "{select}" + SELECT_1011, "1011", options=("--tenant", "1011")
    ),
    "cluster by vmauth, tenant 0": Scenario(
        "{auth}" + SELECT_0, "vmauth", "0", tenant="0", env=as_user(TENANT_USER)
    ),
    "cluster by vmauth, tenant 1011": Scenario(
        "{auth}/select/1011", "vmauth", "1011", "{auth}" + SELECT_1011, "1011", env=as_user(TENANT_USER)
    ),
    "cluster by vmauth, all tenants": Scenario(
        "{auth}" + SELECT_ALL, "vmauth", "multitenant", tenant="multitenant", env=as_user(TENANT_USER)
    ),
    "cluster by vmauth, bearer": Scenario(
        "{auth}/select/0/vmui/#/?g0.expr=up", "vmauth", "0", "{auth}" + SELECT_0, "0", env=as_bearer(CLUSTER_TOKEN)
    ),
    "header of its own": Scenario(
        "{front}/guarded", "vmsingle", "single", env=KEY, options=("--header", "X-Lab-Key")
    ),
    "Grafana's proxy": Scenario(
        "{front}/api/datasources/proxy/uid/P4169E866C3094E38/api/v1/query?query=up", "vmsingle", "single",
        "{front}/api/datasources/proxy/uid/P4169E866C3094E38", env=as_bearer("grafana-token"),
    ),
    "vmauth that routes by user": Scenario("{auth}", "vmauth", "0", env=as_user(AUTO_USER)),
    "managed, read and write": Scenario(RW, "victoriametrics", "1011", tenant="1011"),
    "managed, read": Scenario("{front}/1011/r/prometheus", "victoriametrics", "1011", tenant="1011"),
    "managed": Scenario("{front}/1011", "victoriametrics", "1011", MANAGED, "1011"),
    "managed, export elsewhere": Scenario(
        "{front}/1011/ui/prometheus/graph", "victoriametrics", "1011", "{front}/1011/ui/prometheus", "1011",
        export_base=MANAGED,
    ),
    "managed, queries only": Scenario(
        "{half}/1011/rw/prometheus", "victoriametrics", "1011", tenant="1011", env=as_user(QUERY_USER),
        export="missing", export_base=None,
    ),
}  # fmt: skip


def vmauth_config(single: str, site: TenantSite) -> str:
    def user(credentials: tuple[str, str], routes: str) -> str:
        return f"- username: {credentials[0]}\n  password: {credentials[1]}\n{routes}"

    tenants = "".join(
        f'  - src_paths: ["/select/{tenant}/.+"]\n    url_prefix: {backend}\n'
        for tenant, backend in site.backends.items()
    )
    queries = f'  url_map:\n  - src_paths: ["{QUERIES}"]\n    url_prefix: {site.backends["1011"]}\n'
    return (
        usual_vmauth_config(single, site.backends)
        + f"- bearer_token: {CLUSTER_TOKEN}\n  url_map:\n{tenants}"
        + user(AUTO_USER, f"  url_prefix: {site.backends['0']}{SELECT_0}\n")
        + user(QUERY_USER, queries)
    )


def front_locations(single: str, site: TenantSite) -> list[Location]:
    tenant = f"{site.backends['1011']}{SELECT_1011}/"
    only_queries = "limit_except GET POST { deny all; }"
    return [
        Location("/guarded/", f"{single}/", 'if ($http_x_lab_key != "lab-header-key") { return 403; }'),
        Location(
            "/api/datasources/proxy/uid/P4169E866C3094E38/", f"{single}/",
            'if ($http_authorization != "Bearer grafana-token") { return 401; }',
        ),
        *(Location(f"/1011/{route}prometheus/", tenant) for route in ("rw/", "r/", "")),
        Location("/1011/ui/prometheus/api/v1/query", f"{tenant}api/v1/query", only_queries),
        Location("/1011/ui/prometheus/api/v1/series", f"{tenant}api/v1/series", only_queries),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def places() -> Iterator[dict[str, str]]:
    """The servers of all scenarios."""
    contents = {name: lines_of(programs, name) for name, programs in PROGRAMS.items()}
    with (
        VictoriaMetrics("-search.latencyOffset=0s") as single,
        TenantSite({name: lines for name, lines in contents.items() if name != "single"}) as site,
        VmAuth(vmauth_config(single.url, site)) as auth,
        Nginx(*front_locations(single.url, site)) as front,
        Nginx(Location("/1011/rw/prometheus/", f"{auth.url}{SELECT_1011}/")) as half,
    ):
        single.import_jsonl(contents["single"])
        yield {"single": single.url, "select": site.url, "auth": auth.url, "front": front.url, "half": half.url}


def expected_lines(data: str) -> list[bytes]:
    if data != "multitenant":
        return lines_of(own(PROGRAMS[data]), data)
    return [labelled(text, tenant) for tenant in ("0", "1011") for text in lines_of(own(PROGRAMS[tenant]), tenant)]


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(name: str, places: dict[str, str], tmp_path: Path) -> None:
    scenario = SCENARIOS[name]
    typed, base = scenario.typed.format(**places), (scenario.base or scenario.typed).format(**places)
    export_base = None if scenario.export_base is None else scenario.export_base.format(**places) or base
    connection, bundle = [typed, *scenario.options], tmp_path / "bundle.zip"

    found = run_here("validate", *connection, "--json", env=scenario.env).json()
    assert (found["kind"], found["query_base"], found["tenant"]) == (scenario.kind, base, scenario.tenant)
    assert (found["export"], found["export_base"]) == (scenario.export, export_base)

    expected = in_range(expected_lines(scenario.data))
    discovered = run_here("discover", *connection, "--json", *RANGE, env=scenario.env).json()["instances"]
    targets = {(one["component"], one["target"]["job"], one["target"]["instance"]) for one in discovered}
    tenants = ("0", "1011") if scenario.data == "multitenant" else (scenario.data,)
    assert targets == {(p.component, p.job, p.instance) for tenant in tenants for p in own(PROGRAMS[tenant])}

    run("export", *connection, "--quiet", *RANGE, "--no-obfuscate", "-o", bundle, env=scenario.env).checked()
    made = Bundle.read(bundle)
    assert made.samples == expected
    assert (made.manifest["source"]["kind"], made.manifest["rungs"]) == (scenario.kind, [scenario.rung])
    assert made.manifest["counts"]["samples"] == sum(map(len, expected.values()))
