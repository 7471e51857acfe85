"""An interrupted export goes on at another address of the same data, and never with the data of another server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fakes.faults import Answer, from_window
from tests.fakes.proxy import FaultProxy
from tests.integration import faulty
from tests.integration.faulty import Site, part_in
from tests.lab.victoria import VictoriaMetrics
from vmexporter.core.request import Selection
from vmexporter.errors import AccessDenied, InvalidInput
from vmexporter.flows.events import Note

pytestmark = pytest.mark.real
site = faulty.site


@pytest.fixture
def proxy(site: Site, start_fault_proxy: Callable[..., FaultProxy]) -> FaultProxy:
    return start_fault_proxy(site.victoria.url)


def interrupted(site: Site, proxy: FaultProxy, folder: Path, **changes: object) -> None:
    """An export with some windows, whose server is away."""
    proxy.plan = from_window(4, Answer(401, b"expired"))
    outcome = site.export(proxy.url, folder, **changes)
    assert isinstance(outcome.error, AccessDenied)
    proxy.plan = lambda request, count: None


def selectors(site: Site) -> Selection:
    return Selection(selectors=tuple(f'{{job="{job}",instance!="10.7.9.9:9100"}}' for job in site.jobs))


@pytest.mark.parametrize("mode", ["components", "selectors"])
def test_the_same_data_at_another_address(site: Site, proxy: FaultProxy, tmp_path: Path, mode: str) -> None:
    interrupted(site, proxy, tmp_path, **({} if mode == "components" else {"selection": selectors(site)}))
    outcome = site.resume(tmp_path, url=site.victoria.url).checked()
    [note] = [event for event in outcome.of(Note) if "another address" in event.text]
    assert site.victoria.url in note.text
    site.check_bundle(tmp_path)


@pytest.mark.parametrize(("mode", "words"), [("components", "4 of the 4 instances"), ("selectors", "has nothing")])
def test_another_server(
    site: Site, proxy: FaultProxy, tmp_path: Path, mode: str, words: str,
) -> None:  # fmt: skip
    interrupted(site, proxy, tmp_path, **({} if mode == "components" else {"selection": selectors(site)}))
    before = part_in(tmp_path).read_bytes()
    with VictoriaMetrics() as other:
        outcome = site.resume(tmp_path, url=other.url)
    assert isinstance(outcome.error, InvalidInput)
    assert words in outcome.error.message and outcome.error.field == "url"
    assert part_in(tmp_path).read_bytes() == before
    site.resume(tmp_path).checked()
    site.check_bundle(tmp_path)
