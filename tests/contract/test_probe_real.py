"""The probe against real servers: single node, vmauth, nginx with TLS and a prefix, Prometheus, a cluster."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.contract.probing import probe_at
from tests.lab.asking import ask, wait_until
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
from tests.lab.scraping import Job, Prometheus, VmAgent
from tests.lab.victoria import VictoriaMetrics
from vmexporter.core.request import Auth, Tls
from vmexporter.errors import AccessDenied, EndpointMissing, ServerUnreachable

pytestmark = pytest.mark.real
BEARER = Auth(type="bearer", token=BEARER_TOKEN)


def basic(user: tuple[str, str]) -> Auth:
    return Auth(type="basic", username=user[0], password=user[1])


@pytest.mark.parametrize("typed", ["", "/", "/prometheus", "/vmui/#/?g0.expr=up", "/api/v1/query?query=up", "/metrics"])
def test_a_single_node(shared_victoria: VictoriaMetrics, typed: str) -> None:
    found = probe_at(shared_victoria.url + typed).there
    assert found.query_base == found.export_base == shared_victoria.url + ("/prometheus" if "/prom" in typed else "")
    assert (found.kind, found.export, found.tenant, found.metricsql) == ("vmsingle", "available", "", True)
    assert found.notes == ()


def test_a_single_node_has_no_tenants(shared_victoria: VictoriaMetrics) -> None:
    failed = probe_at(f"{shared_victoria.url}/select/5/prometheus").failed
    assert isinstance(failed, EndpointMissing)
    assert "single-node" in failed.hint


def test_https_to_a_plain_port(shared_victoria: VictoriaMetrics) -> None:
    probing = probe_at(shared_victoria.url.replace("http:", "https:"))
    assert "does not speak TLS" in str(probing.failed)
    assert probing.ended == ["address done", "network done", "tls failed"]


def test_single_node_with_a_password_of_its_own(start_victoria: Callable[..., VictoriaMetrics]) -> None:
    server = start_victoria("-httpAuth.username=joe", "-httpAuth.password=right")
    assert isinstance(probe_at(server.url).failed, AccessDenied)
    assert isinstance(probe_at(server.url, auth=basic(("joe", "wrong"))).failed, AccessDenied)
    assert probe_at(server.url.replace("://", "://joe:right@")).there.kind == "vmsingle"


@pytest.fixture
def vmauth(shared_victoria: VictoriaMetrics, start_vmauth: Callable[..., VmAuth]) -> VmAuth:
    return start_vmauth(usual_vmauth_config(shared_victoria.url))


@pytest.mark.parametrize("auth", [basic(OPERATOR), BEARER], ids=["basic", "bearer"])
def test_vmauth(vmauth: VmAuth, auth: Auth) -> None:
    probing = probe_at(vmauth.url, auth=auth)
    assert (probing.there.kind, probing.there.export) == ("vmauth", "available")
    assert probing.stage("auth").words == "accepted"


def test_vmauth_without_a_route_for_the_export(vmauth: VmAuth) -> None:
    found = probe_at(vmauth.url, auth=basic(READER)).there
    assert (found.kind, found.export, found.export_base, found.metricsql) == ("vmauth", "missing", None, True)
    assert "missing route" in found.attempts[-1].words


def test_vmauth_lets_nobody_in_without_credentials(vmauth: VmAuth) -> None:
    assert isinstance(probe_at(vmauth.url).failed, AccessDenied)
    wrong = probe_at(vmauth.url, auth=basic((OPERATOR[0], "wrong-password-4711"))).failed
    assert "credentials" in wrong.hint  # version 1.79 says 400, later ones 401
    assert "4711" not in f"{wrong} {wrong.hint}"


def test_vmauth_routes_by_tenant(
    start_victoria: Callable[..., VictoriaMetrics], start_vmauth: Callable[..., VmAuth]
) -> None:
    tenant = start_victoria(path_prefix="/select/1011/prometheus")
    gateway = start_vmauth(usual_vmauth_config(tenant.url, {"1011": f"http://{tenant.address}"}))
    found = probe_at(f"{gateway.url}/select/1011", auth=basic(TENANT_USER)).there
    assert (found.kind, found.tenant, found.export) == ("vmauth", "1011", "available")
    other = probe_at(f"{gateway.url}/select/1012", auth=basic(TENANT_USER))
    assert isinstance(other.failed, EndpointMissing)
    assert all("/select/1012/" in attempt.url for attempt in other.stage("api").attempts)


@pytest.fixture
def nginx(
    shared_victoria: VictoriaMetrics, start_nginx: Callable[..., Nginx], authority: CertificateAuthority
) -> Callable[..., Nginx]:
    def nginx(**protection: object) -> Nginx:
        made = authority.issue("gateway")
        places = [
            Location("/prefix/", f"{shared_victoria.url}/"),
            Location("/1011/rw/prometheus/api/v1/query", f"{shared_victoria.url}/api/v1/query"),
            Location("/1011/prometheus/", f"{shared_victoria.url}/"),
        ]
        return start_nginx(*places, protection=Protection(tls=made, **protection))  # type: ignore[arg-type]

    return nginx


def test_nginx_with_tls_a_prefix_and_a_password(nginx: Callable[..., Nginx], authority: CertificateAuthority) -> None:
    server = nginx(users=(("joe", "right"),))
    trusting = Tls(ca_file=str(authority.ca_file))
    probing = probe_at(f"{server.url}/prefix/", auth=basic(("joe", "right")), tls=trusting)
    assert probing.there.query_base == probing.there.export_base == f"{server.url}/prefix"
    assert (probing.there.kind, probing.stage("tls").state) == ("vmsingle", "done")
    assert isinstance(probe_at(f"{server.url}/prefix/", tls=trusting).failed, AccessDenied)
    wrong = probe_at(f"{server.url}/prefix/", tls=trusting, auth=basic(("joe", "wrong")))
    assert isinstance(wrong.failed, AccessDenied)
    assert wrong.ended[-1] == "auth failed"


def test_nginx_where_the_export_is_at_another_base(
    nginx: Callable[..., Nginx], authority: CertificateAuthority
) -> None:
    server = nginx()
    found = probe_at(f"{server.url}/1011/rw/prometheus", tls=Tls(ca_file=str(authority.ca_file))).there
    assert found.query_base == f"{server.url}/1011/rw/prometheus"
    assert found.export_base == f"{server.url}/1011/prometheus"
    assert (found.export, found.tenant) == ("available", "1011")


def test_nginx_whose_certificate_is_not_trusted(nginx: Callable[..., Nginx]) -> None:
    probing = probe_at(f"{nginx().url}/prefix/")
    assert isinstance(probing.failed, ServerUnreachable)
    assert "--ca-file" in probing.failed.hint
    assert probing.ended[-1] == "tls failed"


def test_http_to_nginxs_tls_port(nginx: Callable[..., Nginx]) -> None:
    failed = probe_at(f"{nginx().url}/prefix/".replace("https:", "http:")).failed
    assert "https://" in failed.hint


def test_nginx_that_wants_a_client_certificate(nginx: Callable[..., Nginx], authority: CertificateAuthority) -> None:
    server = nginx(client_ca_file=str(authority.ca_file))
    trust = str(authority.ca_file)
    assert "client certificate" in probe_at(f"{server.url}/prefix/", tls=Tls(ca_file=trust)).failed.hint
    mine = authority.issue("operator", ("operator",))
    tls = Tls(ca_file=trust, client_cert=str(mine.cert_file), client_key=str(mine.key_file))
    assert probe_at(f"{server.url}/prefix/", tls=tls).there.kind == "vmsingle"


@pytest.mark.parametrize("typed", ["", "/graph?g0.expr=up", "/prometheus"])
def test_prometheus(start_prometheus: Callable[..., Prometheus], typed: str) -> None:
    server = start_prometheus()
    found = probe_at(server.url + typed).there
    assert (found.query_base, found.export_base, found.kind) == (server.url, None, "prometheus")
    assert (found.export, found.metricsql) == ("missing", False)
    (version,) = found.versions
    assert version.removeprefix("v") in ask(f"{server.url}/api/v1/status/buildinfo").body.decode()


def test_prometheus_below_a_prefix(start_prometheus: Callable[..., Prometheus]) -> None:
    server = start_prometheus("--web.external-url=http://localhost/prometheus")
    wait_until(lambda: ask(f"{server.url}/prometheus/-/ready").status == 200, "Prometheus is ready below its prefix")
    found = probe_at(f"{server.url}/graph").there
    assert (found.query_base, found.kind) == (f"{server.url}/prometheus", "prometheus")


def test_a_vmagent_by_mistake(start_vmagent: Callable[..., VmAgent], shared_victoria: VictoriaMetrics) -> None:
    agent = start_vmagent([Job("x", ())], [f"{shared_victoria.url}/api/v1/write"])
    for typed in ("", "/prometheus", "/foo"):
        failed = probe_at(agent.url + typed).failed
        assert isinstance(failed, EndpointMissing)
        assert "vmagent" in failed.hint


@pytest.mark.cluster
def test_a_cluster(start_cluster: Callable[..., Cluster]) -> None:
    cluster = start_cluster()
    base = cluster.select_url("0")
    for typed, tenant in ((base, ""), (cluster.select.url, ""), (cluster.select.url, "0")):
        found = probe_at(typed, tenant=tenant).there
        assert (found.query_base, found.export_base, found.kind) == (base, base, "vmselect")
        assert found.versions
    found = probe_at(f"{cluster.select.url}/select/multitenant").there
    assert (found.tenant, found.export) == ("multitenant", "available")
    assert "select/0/prometheus" in probe_at(f"{cluster.select.url}/foo").failed.hint
    for program, name in ((cluster.insert, "vminsert"), (cluster.storages[0], "vmstorage")):
        failed = probe_at(program.url).failed
        assert isinstance(failed, EndpointMissing)
        assert name in failed.hint
    cluster.storages[1].stop()
    found = probe_at(base).there
    assert (found.export, found.export_base, found.partial) == ("incomplete", base, True)
