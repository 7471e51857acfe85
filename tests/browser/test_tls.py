"""Step 3 before a server with TLS: an unknown authority, the authority's file, and trust without proof."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.wizard import Wizard
from tests.lab.certificates import CertificateAuthority
from tests.lab.gateways import Location, Nginx, Protection
from tests.lab.victoria import VictoriaMetrics

pytestmark = [pytest.mark.browser, pytest.mark.real]


@pytest.fixture(scope="module")
def nginx(cluster: VictoriaMetrics, authority: CertificateAuthority) -> Iterator[Nginx]:
    with Nginx(Location("/", cluster.url), protection=Protection(tls=authority.issue())) as server:
        yield server


@pytest.fixture
def tried(wizard: Wizard, nginx: Nginx) -> Wizard:
    """A test that has failed for the certificate."""
    wizard.open("connection").at("connection").connect(nginx.url)
    expect(wizard.verdict).to_have_text("Failed at TLS")
    return wizard


def test_an_unknown_authority(tried: Wizard) -> None:
    failed = tried.test.locator("li[data-state=bad]")
    expect(failed).to_contain_text(re.compile("certificate", re.IGNORECASE))
    expect(failed.locator("p")).to_contain_text(re.compile("CA", re.IGNORECASE))
    assert tried.watch.bodies("/api/validate")[-1]["connection"]["tls"]["insecure"] is False


def test_the_authoritys_file(tried: Wizard, authority: CertificateAuthority) -> None:
    details(tried)
    tried.field("CA certificate").fill(str(authority.ca_file))
    tried.button("Test connection").click()
    tried.passed()
    expect(tried.test.locator("li[data-state=ok]").filter(has_text="TLS")).to_be_visible()


def test_a_file_that_is_not_there(tried: Wizard) -> None:
    details(tried)
    tried.field("CA certificate").fill("/nowhere/ca.pem")
    tried.button("Test connection").click()
    expect(tried.field("CA certificate")).to_have_attribute("aria-invalid", "true")


def test_trust_without_proof_is_warned_of(tried: Wizard) -> None:
    details(tried)
    warning = tried.page.get_by_text("Certificate verification is off.")
    expect(warning).to_have_count(0)
    tried.page.get_by_label("Skip certificate verification").check()
    expect(warning).to_be_visible()
    tried.button("Test connection").click()
    tried.passed()
    assert tried.watch.bodies("/api/validate")[-1]["connection"]["tls"]["insecure"] is True


def details(wizard: Wizard) -> None:
    wizard.page.get_by_text("Tenant, TLS and extra headers").click()
