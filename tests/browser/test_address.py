"""Step 3, the address: what it is understood as while it is typed, and the help beside it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.wizard import Wizard

pytestmark = pytest.mark.browser


@pytest.fixture
def at_connection(wizard: Wizard) -> Wizard:
    return wizard.open("connection").at("connection")


def said(wizard: Wizard) -> str:
    return wizard.page.locator("#url-m").inner_text()


def test_the_help_is_folded_and_shows_every_form(at_connection: Wizard) -> None:
    forms = at_connection.page.get_by_role("table")
    expect(forms).to_have_count(0)
    at_connection.page.get_by_text("What can be pasted here").click()
    expect(forms).to_be_visible()
    assert forms.get_by_role("row").count() > 11
    for words in ("vmselect:8481/select/5:7/prometheus", "vmsingle:8428", "copied from vmui", "IPv6", "in Kubernetes"):
        expect(forms.get_by_text(words, exact=False).first).to_be_visible()
    expect(forms.get_by_text("through Grafana")).to_be_visible()
    expect(at_connection.page.get_by_text("copy the number or uid of the data source")).to_be_visible()
    expect(at_connection.page.get_by_text("are tried one after the other")).to_be_visible()
    at_connection.page.get_by_text("What can be pasted here").click()
    expect(forms).to_have_count(0)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("http://vm\\single:8428", "backslash"),
        ("ftp://vmsingle:8428", "http"),
        ("http://vm single:8428", "space"),
        ("http://vmsingle:99999", "port"),
        ("http://vmselect:8481/select/abc/prometheus", "tenant"),
    ],
)
def test_what_is_no_address(at_connection: Wizard, typed: str, words: str) -> None:
    address = at_connection.field("Address")
    address.fill(typed)
    address.blur()
    expect(address).to_have_attribute("aria-invalid", "true")
    expect(address).to_have_accessible_description(re.compile(words, re.IGNORECASE))
    expect(at_connection.primary).to_have_attribute("aria-disabled", "true")
    address.fill("vmsingle:8428")
    expect(address).to_have_accessible_description(re.compile("Understood as"))
    expect(address).not_to_have_attribute("aria-invalid", "true")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("vmselect.monitoring.svc.cluster.local:8481", "base /, no tenant"),
        ("vmsingle:8428", "base /, no tenant"),
        ("http://vmselect:8481/select/multitenant", "tenant multitenant"),
        ("https://vmauth.example/1011", "tenant 1011"),
        ("http://vmselect:8481/select/0/prometheus", "base /select/0/prometheus, tenant 0"),
        ("http://vmselect:8481/select/5:7/vmui/", "base /select/5:7/prometheus, tenant 5:7"),
        ("https://vmauth.example/1011/ui/prometheus/api/v1/query?query=up", "tenant 1011"),
        ("[fd83:7a11::5]:8428", "base /, no tenant"),
        ("vm_single:8428", "base /, no tenant"),
    ],
)
def test_what_an_address_is_understood_as(at_connection: Wizard, typed: str, words: str) -> None:
    address = at_connection.field("Address")
    address.fill(typed)
    expect(address).to_have_accessible_description(re.compile(re.escape(words)))
    expect(address).to_be_focused()
    [asked, *_] = at_connection.watch.bodies("/api/address")
    assert asked == {"url": typed}


def test_credentials_in_an_address_are_not_kept(at_connection: Wizard) -> None:
    typed = "https://operator:planted-4711@metrics.example/prometheus?token=planted-0815"
    at_connection.field("Address").fill(typed)
    expect(at_connection.field("Address")).to_have_accessible_description(re.compile("stay in memory"))
    kept = str(at_connection.state())
    assert "planted" not in kept and "operator" not in kept
    assert at_connection.state()["connection"]["url"] == "https://metrics.example/prometheus"
    expect(at_connection.rail).not_to_contain_text("planted")
    assert "planted" not in said(at_connection)
