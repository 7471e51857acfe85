"""Step 3 before clusters and gateways: tenants, paths that only a gateway knows, servers without an export API."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.wizard import Wizard
from tests.lab.gateways import READER, TENANT_USER, Location, VmAuth, usual_vmauth_config
from tests.lab.scraping import Prometheus
from tests.lab.tenants import TenantSite
from tests.lab.victoria import VictoriaMetrics

pytestmark = [pytest.mark.browser, pytest.mark.real]


@pytest.fixture
def at_connection(wizard: Wizard) -> Wizard:
    return wizard.open("connection").at("connection")


def test_a_tenant_in_the_address(at_connection: Wizard, tenants: TenantSite) -> None:
    at_connection.connect(tenants.base("0"))
    at_connection.passed()
    assert at_connection.endpoint.endswith("/select/0/prometheus")
    expect(at_connection.why).to_contain_text("tenant 0")


def test_a_bare_vmselect(at_connection: Wizard, tenants: TenantSite) -> None:
    at_connection.connect(tenants.url)
    at_connection.passed()
    assert at_connection.endpoint == tenants.base("0")
    expect(at_connection.test.get_by_text("no tenant was named")).to_be_visible()
    attempts = at_connection.test.locator("details dl")
    expect(attempts.locator("dd", has_text="/select/0/prometheus").first).to_be_visible()
    expect(attempts.locator("dt", has_text="400")).to_be_visible()


def test_a_vmselect_without_any_tenant(at_connection: Wizard, tenants: TenantSite) -> None:
    at_connection.connect(f"{tenants.url}/nonsense")
    expect(at_connection.verdict).to_contain_text("Failed")
    expect(at_connection.test).to_contain_text(re.compile(r"select/\S*prometheus"))
    expect(at_connection.test.locator("details dl dd").first).to_contain_text("/nonsense")
    assert at_connection.test.locator("details dl dt").count() > 1
    expect(at_connection.test.locator("li[data-state=wait]").last).to_contain_text("Not reached")


@pytest.mark.parametrize("path", ["", "/select/0/prometheus"])
def test_other_tenants_are_offered(at_connection: Wizard, tenants: TenantSite, path: str) -> None:
    at_connection.connect(f"{tenants.url}{path}")
    at_connection.passed()
    expect(at_connection.test.get_by_role("button", name=re.compile("Use tenant"))).to_have_count(1)
    at_connection.button("Use tenant 1011:7").click()
    expect(at_connection.why).to_contain_text("tenant 1011:7")
    at_connection.passed()
    assert at_connection.endpoint == tenants.base("1011:7")


def test_a_path_that_only_this_gateway_knows(
    at_connection: Wizard, cluster: VictoriaMetrics, start_nginx: Callable[..., Any]
) -> None:
    gateway = start_nginx(Location("/1011/rw/prometheus/", f"{cluster.url}/"))
    at_connection.connect(f"{gateway.url}/1011/rw/prometheus")
    at_connection.passed()
    assert at_connection.endpoint == f"{gateway.url}/1011/rw/prometheus"


def test_a_gateway_without_an_export_api(at_connection: Wizard, vmauth: VmAuth) -> None:
    at_connection.sign_in("Basic", user=READER[0], password=READER[1])
    at_connection.connect(vmauth.url)
    at_connection.passed()
    expect(at_connection.test.get_by_text("samples are read by queries")).to_be_visible()
    expect(at_connection.test.get_by_text('missing route for "/api/v1/export"')).to_be_visible()


def test_a_prometheus(at_connection: Wizard, start_prometheus: Callable[..., Prometheus]) -> None:
    at_connection.connect(start_prometheus().url)
    at_connection.passed()
    expect(at_connection.why).to_contain_text("Prometheus")
    expect(at_connection.test.get_by_text("there is no export API here")).to_be_visible()


def test_all_tenants_at_once(at_connection: Wizard, tenants: TenantSite) -> None:
    at_connection.connect(f"{tenants.url}/select/multitenant")
    at_connection.passed()
    assert at_connection.endpoint == tenants.base("multitenant")
    expect(at_connection.why).to_contain_text("tenant multitenant")


def test_a_tenants_path_behind_vmauth_with_a_password(at_connection: Wizard, tenants: TenantSite) -> None:
    with VmAuth(usual_vmauth_config(tenants.url, tenants.backends)) as gateway:
        at_connection.sign_in("Basic", user=TENANT_USER[0], password=TENANT_USER[1])
        at_connection.connect(f"{gateway.url}/select/1011:7/prometheus")
        at_connection.passed()
        assert at_connection.endpoint == f"{gateway.url}/select/1011:7/prometheus"
        expect(at_connection.why).to_contain_text("tenant 1011:7")
