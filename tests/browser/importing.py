"""What tests of the import wizard begin with: a bundle, lines, a server to import to, a tab, and states to begin at."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.importwizard import ImportWizard
from tests.browser.keeping import State
from tests.fakes.proxy import FaultProxy
from tests.integration.importsite import known_lines
from tests.integration.pageserver import PageServer
from tests.lab.family import FIRST_MS, SCRAPES, STEP_MS
from tests.lab.victoria import VictoriaMetrics


@pytest.fixture(scope="session")
def bundle(site: PageServer, cluster: VictoriaMetrics, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small obfuscated bundle of two jobs of vmagent and one of vmalert, outside of the page's folder."""
    ends = {"start_ms": FIRST_MS, "end_ms": FIRST_MS + (SCRAPES - 1) * STEP_MS}
    answer = site.post("/api/export", {"url": cluster.url, "time_range": ends, "file_name": "case-4711"}).json()
    path = Path(shutil.move(answer["archive_path"], tmp_path_factory.mktemp("bundles") / "case-4711.zip"))
    Path(answer["checksum_path"]).unlink()
    Path(answer["map_path"]).unlink()
    return path


@pytest.fixture(scope="session")
def many_lines(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """JSON lines that take three bodies."""
    path = tmp_path_factory.mktemp("lines") / "known.jsonl"
    path.write_bytes(b"".join(known_lines(series=300, samples=400)))
    return path


@pytest.fixture(scope="module")
def target() -> Iterator[VictoriaMetrics]:
    """A server to import to, which keeps all."""
    with VictoriaMetrics("-search.latencyOffset=0s") as server:
        yield server


@pytest.fixture
def way(start_victoria: Callable[..., VictoriaMetrics], start_fault_proxy: Callable[..., FaultProxy]) -> FaultProxy:
    """A proxy that can hold bodies back, before a server that has nothing yet."""
    return start_fault_proxy(start_victoria("-search.latencyOffset=0s").url)


@pytest.fixture
def importer(profile: BrowserContext, site: PageServer) -> Iterator[ImportWizard]:
    """A tab of 1280 x 900; what it did is checked at the end, and an import that still runs is cancelled."""
    one = ImportWizard(profile.new_page(), f"http://{site.host}")
    yield one
    one.page.close()
    for run in site.get("/api/imports").json()["runs"]:
        if run["state"] == "running" or run["resumable"]:
            site.post(f"/api/imports/{run['id']}/cancel", {})
            site.ended_import(run["id"])
    one.watch.check(site.host)


@pytest.fixture(scope="session")
def taken(profile: BrowserContext, site: PageServer, bundle: Path) -> State:
    """What the tab of somebody keeps who has taken the bundle."""
    return taken_state(ImportWizard(profile.new_page(), f"http://{site.host}"), bundle)


def taken_state(wizard: ImportWizard, path: Path) -> State:
    """Take a file; what is kept then."""
    wizard.open().at("bundle").choose_file(path)
    expect(wizard.primary).not_to_have_attribute("aria-disabled", "true")
    state = wizard.state()
    wizard.page.close()
    return state


@pytest.fixture(scope="session")
def many_taken(profile: BrowserContext, site: PageServer, many_lines: Path) -> State:
    """The same for the lines."""
    return taken_state(ImportWizard(profile.new_page(), f"http://{site.host}"), many_lines)


def at_check(wizard: ImportWizard, state: State, url: str) -> ImportWizard:
    """Go to step 3 with this file and this target."""
    wizard.open("target", state).at("target").connect_to(url)
    wizard.next()
    return wizard.at("check")
