"""Step 3, the test of the connection: against real servers, gateways and failures, with its stages as they happen."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.holding import held, to
from tests.browser.wizard import Wizard
from tests.fakes.faults import Answer, always
from tests.fakes.proxy import FaultProxy
from tests.integration.pageserver import PageServer
from tests.lab.gateways import BEARER_TOKEN, OPERATOR, VmAuth
from tests.lab.victoria import VictoriaMetrics

pytestmark = [pytest.mark.browser, pytest.mark.real]
STAGES = ["Address", "Network", "TLS", "API", "Sign-in", "Tenant", "Export API"]


@pytest.fixture
def at_connection(wizard: Wizard) -> Wizard:
    return wizard.open("connection").at("connection")


def stages(wizard: Wizard) -> list[str]:
    """Names of the stages shown, without the spoken state."""
    names = wizard.test.locator("ol.stages > li > b").evaluate_all("(all) => all.map((one) => one.firstChild.data)")
    return [str(name) for name in names]


def test_a_single_node(at_connection: Wizard, cluster: VictoriaMetrics) -> None:
    expect(at_connection.test.get_by_text("Not tested yet")).to_be_visible()
    at_connection.connect(cluster.url)
    at_connection.passed()
    assert stages(at_connection) == STAGES
    assert at_connection.endpoint == cluster.url
    expect(at_connection.why).to_contain_text("Single node")
    expect(at_connection.primary).not_to_have_attribute("aria-disabled", "true")
    expect(at_connection.page.get_by_text(f"Reads from one server: {cluster.address}")).to_be_visible()
    at_connection.next()
    at_connection.at("components")


def test_stages_show_while_they_happen(at_connection: Wizard, proxy: FaultProxy) -> None:
    with held(proxy, to("export")) as gate:
        at_connection.connect(proxy.url)
        running = at_connection.test.locator("li[data-state=run]")
        expect(running).to_have_text(re.compile("Export API"))
        expect(at_connection.test.locator("li[data-state=ok]").first).to_contain_text("Address")
        expect(at_connection.primary).to_have_attribute("aria-disabled", "true")
        expect(at_connection.button("Stop")).to_be_visible()
        assert stages(at_connection) == STAGES
        gate.open()
        at_connection.passed()


def test_metrics_that_hang_delay_nothing(at_connection: Wizard, proxy: FaultProxy) -> None:
    with held(proxy, to("metrics")):
        at_connection.connect(proxy.url)
        at_connection.passed()


def test_a_test_that_hangs_can_be_stopped(at_connection: Wizard, proxy: FaultProxy, cluster: VictoriaMetrics) -> None:
    with held(proxy, lambda request: True) as gate:
        at_connection.connect(proxy.url)
        expect(at_connection.test.locator("li[data-state=run]")).to_be_visible()
        at_connection.button("Stop").click()
        expect(at_connection.test.get_by_text("Not tested yet")).to_be_visible()
        at_connection.connect(cluster.url)
        at_connection.passed()
        assert gate.reached.is_set()


@pytest.mark.parametrize(
    ("way", "fields"),
    [("Basic", {"user": OPERATOR[0], "password": OPERATOR[1]}), ("Bearer", {"token": BEARER_TOKEN})],
)
def test_through_vmauth(at_connection: Wizard, vmauth: VmAuth, way: str, fields: dict[str, str]) -> None:
    at_connection.sign_in(way, **fields)
    at_connection.connect(vmauth.url)
    at_connection.passed()
    expect(at_connection.why).to_contain_text("vmauth")
    expect(at_connection.test.locator("li[data-state=ok]").filter(has_text="Sign-in")).to_contain_text("ccepted")
    assert at_connection.endpoint == vmauth.url


def test_other_credentials_are_another_test(at_connection: Wizard, vmauth: VmAuth) -> None:
    at_connection.sign_in("Basic", user=OPERATOR[0], password=OPERATOR[1])
    at_connection.connect(vmauth.url)
    at_connection.passed()
    at_connection.sign_in("Bearer", token=BEARER_TOKEN)
    expect(at_connection.test.get_by_text("Not tested yet")).to_be_visible()
    expect(at_connection.primary).to_have_attribute("aria-disabled", "true")
    at_connection.button("Test connection").click()
    at_connection.passed()
    first, second = (body["connection"]["auth"] for body in at_connection.watch.bodies("/api/validate"))
    assert first == {"type": "basic", "username": OPERATOR[0], "password": OPERATOR[1], "token": ""}
    assert second == {"type": "bearer", "username": "", "password": "", "token": BEARER_TOKEN}


def test_wrong_credentials(at_connection: Wizard, vmauth: VmAuth) -> None:
    at_connection.sign_in("Basic", user=OPERATOR[0], password="planted-4711")
    at_connection.connect(vmauth.url)
    expect(at_connection.verdict).to_have_text("Failed at sign-in")
    expect(at_connection.test).to_contain_text("check")
    expect(at_connection.field("Password")).to_have_attribute("aria-invalid", "true")
    expect(at_connection.primary).to_have_attribute("aria-disabled", "true")
    assert "planted" not in "".join(at_connection.watch.console)
    assert "planted" not in at_connection.test.inner_text()


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_is_shown_at_the_password(at_connection: Wizard, proxy: FaultProxy, status: int) -> None:
    proxy.plan = lambda request, count: Answer(status, b"Unauthorized\n")
    at_connection.sign_in("Basic", user="operator", password="wrong")
    at_connection.connect(proxy.url)
    expect(at_connection.verdict).to_have_text("Failed at sign-in")
    expect(at_connection.field("Password")).to_have_attribute("aria-invalid", "true")
    expect(at_connection.test.get_by_text(str(status)).first).to_be_visible()
    at_connection.field("Password").fill("another")
    expect(at_connection.field("Password")).not_to_have_attribute("aria-invalid", "true")


def test_a_header_of_ones_own(at_connection: Wizard, proxy: FaultProxy) -> None:
    at_connection.sign_in("Header", header_name="X-Api-Key", header_value="planted-key")
    at_connection.page.get_by_text("Tenant, TLS and extra headers").click()
    at_connection.button("Add a header").click()
    at_connection.page.locator("#name-0").fill("X-Scope-OrgID")
    at_connection.page.locator("#value-0").fill("planted-org")
    at_connection.connect(proxy.url)
    at_connection.passed()
    assert {one.headers.get("x-api-key") for one in proxy.requests} == {"planted-key"}
    assert {one.headers.get("x-scope-orgid") for one in proxy.requests} == {"planted-org"}
    assert "planted" not in str(at_connection.state())


@pytest.mark.parametrize(
    ("typed", "words"),
    [("http://no-such-host.invalid:8428", "not known"), ("http://127.0.0.1:1", "connection refused")],
)
def test_nobody_there(at_connection: Wizard, typed: str, words: str) -> None:
    at_connection.connect(typed)
    expect(at_connection.verdict).to_have_text("Failed at network")
    failed = at_connection.test.locator("li[data-state=bad]")
    expect(failed).to_contain_text(words)
    assert failed.locator("p").inner_text(), "what to try stands in the failed stage"
    expect(at_connection.button("Test again")).to_be_visible()
    at_connection.press_locked()
    at_connection.at("connection")


def test_a_server_that_is_something_else(at_connection: Wizard, start_fault_proxy: Callable[..., FaultProxy]) -> None:
    other = start_fault_proxy("", always("query", Answer(200, b"<h1>Welcome</h1>")))
    other.plan = lambda request, count: Answer(200, b"<h1 id=planted>Welcome</h1>", {"Content-Type": "text/html"})
    at_connection.connect(other.url)
    expect(at_connection.verdict).to_contain_text("Failed")
    expect(at_connection.page.locator("#planted")).to_have_count(0)


def test_a_click_right_after_typing_counts(at_connection: Wizard, cluster: VictoriaMetrics) -> None:
    """What the field then says about the address moves nothing away from under the pointer."""
    mouse, button = at_connection.page.mouse, at_connection.button("Test connection")
    at_connection.field("Address").fill(cluster.url)
    place = button.bounding_box()
    assert place
    mouse.move(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    mouse.down()
    expect(at_connection.page.locator("#url-m")).to_contain_text("Understood as")
    mouse.up()
    at_connection.passed()


def test_what_enter_does(at_connection: Wizard, cluster: VictoriaMetrics) -> None:
    at_connection.field("Address").fill(cluster.url)
    at_connection.field("Address").press("Enter")
    at_connection.passed()


@pytest.mark.parametrize("change", ["address", "sign-in", "tenant", "insecure", "header"])
def test_any_change_invalidates_the_test(at_connection: Wizard, cluster: VictoriaMetrics, change: str) -> None:
    at_connection.page.get_by_text("Tenant, TLS and extra headers").click()
    at_connection.connect(cluster.url)
    at_connection.passed()
    match change:
        case "address":
            at_connection.field("Address").fill(f"{cluster.url}/")
        case "sign-in":
            at_connection.choose("Sign-in", "Bearer")
        case "tenant":
            at_connection.field("Tenant").fill("7")
        case "insecure":
            at_connection.page.locator("#insecure").check()
        case _:
            at_connection.button("Add a header").click()
    expect(at_connection.test.get_by_text("Not tested yet")).to_be_visible()
    expect(at_connection.primary).to_have_attribute("aria-disabled", "true")
    assert at_connection.state()["test"] is None


def test_an_address_given_at_the_start(
    tmp_path: Path, cluster: VictoriaMetrics, new_context: Callable[..., BrowserContext]
) -> None:
    """``vmexporter serve URL``: nothing has to be typed, and what was typed is not overwritten."""
    with PageServer(tmp_path / "out", cluster.url) as server:
        tab = Wizard(new_context(server).new_page(), f"http://{server.host}").open("connection").at("connection")
        expect(tab.field("Address")).to_have_value(cluster.url)
        tab.test.get_by_role("button", name="Test connection").click()
        tab.passed()
        tab.field("Address").fill("elsewhere:8428")
        tab.page.reload()
        expect(tab.at("connection").field("Address")).to_have_value("elsewhere:8428")
