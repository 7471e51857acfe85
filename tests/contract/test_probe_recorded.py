"""The probe against the recorded words of a cluster's programs: what is there, and the hint for every mistake."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

import pytest

from tests.contract.probing import probe_at
from tests.fakes.exchange import Request
from tests.fakes.recorded import PASSWORD, TOKEN, USERNAME, RecordedServer, Recording, Role
from vmexporter.core.request import Auth
from vmexporter.errors import AccessDenied, EndpointMissing

Start = Callable[..., RecordedServer]
WRITERS = {"vminsert", "vmstorage", "vmagent"}
BASIC = Auth(type="basic", username=USERNAME, password=PASSWORD)
BEARER = Auth(type="bearer", token=TOKEN)


class WrongPaths(RecordedServer):
    """Refuses a path that the program does not serve even when another question there was recorded."""

    def _unknown_path(self, request: Request) -> Recording | None:
        if self.role == "vmselect" and not request.path.startswith("/select/"):
            return self._about("cluster: vmselect, no tenant in the path", request.path)
        if self.role in WRITERS:
            return self._about("single: unknown path", request.path)
        return super()._unknown_path(request)


@pytest.fixture
def start_recorded(started: ExitStack) -> Start:
    def start_recorded(role: Role, *, empty_for_unrecorded: bool = False) -> RecordedServer:
        return started.enter_context(WrongPaths(role, empty_for_unrecorded=empty_for_unrecorded))

    return start_recorded


@pytest.mark.parametrize("typed", ["/select/0/prometheus", "/select/0", "", "/select/0/vmui/#/?g0.expr=up"])
def test_a_vmselect(start_recorded: Start, typed: str) -> None:
    server = start_recorded("vmselect", empty_for_unrecorded=True)
    probing = probe_at(server.url + typed)
    found = probing.there
    assert found.query_base == found.export_base == f"{server.url}/select/0/prometheus"
    assert (found.kind, found.export, found.tenant) == ("vmselect", "available", "0")
    assert found.versions == ("v1.150.0",)
    assert found.metricsql
    assert not found.partial
    assert probing.ended == [
        "address done", "network done", "tls skipped", "api done", "auth done", "tenant done", "export done",
    ]  # fmt: skip
    assert bool(found.notes) is (typed == "")  # the tenant was guessed
    assert [attempt.status for attempt in found.attempts] == ([400, 200, 200] if typed == "" else [200, 200])


@pytest.mark.parametrize("tenant", ["multitenant", "1011:0", "424242"])
def test_tenants(start_recorded: Start, tenant: str) -> None:
    server = start_recorded("vmselect", empty_for_unrecorded=True)
    found = probe_at(f"{server.url}/select/{tenant}/prometheus").there
    assert (found.tenant, found.export) == (tenant, "available")
    assert found.query_base == f"{server.url}/select/{tenant}/prometheus"
    assert probe_at(server.url, tenant=tenant).there.query_base == found.query_base
    assert all(request.path.startswith((f"/select/{tenant}/", "/metrics")) for request in server.requests)


def test_a_vmselect_whose_tenant_is_left_out(start_recorded: Start) -> None:
    server = start_recorded("vmselect")
    failed = probe_at(f"{server.url}/foo").failed
    assert isinstance(failed, EndpointMissing)
    assert f"{server.url}/foo" in str(failed)
    assert "select/0/prometheus" in failed.hint
    assert len([request for request in server.requests if request.endpoint == "query"]) == 3


@pytest.mark.parametrize("role", ["vminsert", "vmstorage", "vmagent"])
def test_the_wrong_program(start_recorded: Start, role: Role) -> None:
    server = start_recorded(role)
    probing = probe_at(server.url)
    assert isinstance(probing.failed, EndpointMissing)
    assert "unsupported path requested" in str(probing.failed)
    stage = probing.stage("api")
    assert stage.state == "failed"
    assert [attempt.status for attempt in stage.attempts] == [400, 400, 400]


def test_vmauth_without_credentials(start_recorded: Start) -> None:
    server = start_recorded("vmauth")
    probing = probe_at(server.url)
    assert isinstance(probing.failed, AccessDenied)
    assert "401" in str(probing.failed)
    assert "no credentials were sent" in probing.failed.hint
    assert probing.ended[-2:] == ["api done", "auth failed"]


def test_vmauth_with_a_wrong_password(start_recorded: Start) -> None:
    wrong = Auth(type="basic", username=USERNAME, password="wrong-password")
    probing = probe_at(start_recorded("vmauth").url, auth=wrong)
    assert isinstance(probing.failed, AccessDenied)
    assert "does not accept these credentials" in probing.failed.hint
    assert "wrong-password" not in f"{probing}"


def test_vmauth_with_a_route_for_queries_only(start_recorded: Start) -> None:
    server = start_recorded("vmauth", empty_for_unrecorded=True)
    found = probe_at(f"{server.url}/1011/rw/prometheus", auth=BASIC).there
    assert found.query_base == f"{server.url}/1011/rw/prometheus"
    assert found.tenant == "1011"
    asked = [request.path for request in server.requests if request.endpoint == "export"]
    assert asked[0] == "/1011/rw/prometheus/api/v1/export"


def test_vmauth_by_token(start_recorded: Start) -> None:
    server = start_recorded("vmauth", empty_for_unrecorded=True)
    found = probe_at(server.url, auth=BEARER).there
    assert found.query_base == server.url
    assert found.export == "available"


def test_a_route_that_vmauth_does_not_have(start_recorded: Start) -> None:
    server = start_recorded("vmauth")
    failed = probe_at(f"{server.url}/1011/prometheus", auth=BASIC).failed
    assert isinstance(failed, EndpointMissing)
    assert "missing route" in str(failed)
    assert "no route for this path" in failed.hint
