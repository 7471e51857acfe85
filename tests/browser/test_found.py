"""Step 3: what a test of the connection that passed has found out, by its values."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.wizard import Wizard
from tests.lab.asking import ask
from tests.lab.family import BUILD
from tests.lab.lines import line
from tests.lab.scraping import Prometheus
from tests.lab.victoria import VictoriaMetrics

pytestmark = [pytest.mark.browser, pytest.mark.real]


@pytest.fixture
def at_connection(wizard: Wizard) -> Wizard:
    return wizard.open("connection").at("connection")


def test_version_and_components_are_shown(
    at_connection: Wizard, start_victoria: Callable[..., VictoriaMetrics]
) -> None:
    """Those that report now, of whatever version."""
    server = start_victoria("-search.latencyOffset=0s")
    now_ms = int(time.time() * 1000)
    times = list(range(now_ms - 120_000, now_ms, 15_000))
    for component, release in (("vmagent", "v1.149.0"), ("vmstorage", "v1.150.0")):
        labels = {"__name__": "vm_app_version", "short_version": release, "version": component + BUILD}
        own = {"job": component, "instance": f"{component}:80"}
        server.import_jsonl([line({**labels, **own}, [1] * len(times), times)])
    at_connection.connect(server.url)
    at_connection.passed()
    assert told(at_connection, "Version") == "v1.149.0 and v1.150.0"
    assert told(at_connection, "Components") == "vmagent, vmsingle and vmstorage"


def test_a_version_that_nobody_tells(at_connection: Wizard, cluster: VictoriaMetrics) -> None:
    """What it holds is of another day, and Debian's build tells no version of its own."""
    at_connection.connect(cluster.url)
    at_connection.passed()
    assert told(at_connection, "Version") == "Not told by the server"
    assert told(at_connection, "Components") == "vmsingle"


def test_a_prometheus(at_connection: Wizard) -> None:
    with Prometheus() as server:
        version = ask(f"{server.url}/api/v1/status/buildinfo").json()["data"]["version"]
        release = re.match(r"\d+\.\d+\.\d+", version)
        assert release
        at_connection.connect(server.url)
        at_connection.passed()
        assert told(at_connection, "Version") == f"v{release[0]}"
        expect(at_connection.why).to_contain_text("Prometheus")


def test_each_attempt_can_be_read(at_connection: Wizard, cluster: VictoriaMetrics) -> None:
    """Also where the first one was it."""
    at_connection.connect(cluster.url)
    at_connection.passed()
    attempts = at_connection.test.locator("details")
    expect(attempts.get_by_text("2 attempts", exact=True)).to_be_visible()
    expect(attempts.locator("dt")).to_have_text(["200", "200"])
    expect(attempts.locator("dd")).to_have_text([re.compile("^/ query"), re.compile("^/ export")])
    expect(attempts.locator("dd").last).to_be_visible()


def told(wizard: Wizard, name: str) -> str:
    """What the passed test tells under a name."""
    term = wizard.test.locator("dt").get_by_text(name, exact=True)
    return term.locator("xpath=following-sibling::dd[1]").inner_text()
