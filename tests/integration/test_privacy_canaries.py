"""Canaries in every free place of real programs: none leaves, whatever the level, and no secret is even in the map.

The recordings are replayed from a file; the same is done with programs that run now, where there are any.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.lab.canaries import PRIVATE_START, SECRET_START, Canaries
from tests.lab.canary_recording import VERSIONS, read
from tests.lab.canary_site import CURRENT_BIN, CanarySite
from tests.lab.private_export import Exported, export
from tests.lab.victoria import VictoriaMetrics

pytestmark = pytest.mark.real

RANGES = {"replayed": ("--start", "2026-11-01T00:00:00Z", "--end", "2027-12-01T00:00:00Z"), "live": ("--last", "15m")}
MODES = {"selector": ("--selector", '{__name__!=""}'), "components": ()}


@dataclass(frozen=True)
class Place:
    """A server full of canaries."""

    url: str
    canaries: Canaries
    range: tuple[str, ...]

    def export(self, *arguments: str, folder: Path) -> Exported:
        """Export all of it."""
        return export(self.url, *self.range, *arguments, folder=folder)


@pytest.fixture(scope="module", params=VERSIONS)
def replayed(request: pytest.FixtureRequest) -> Iterator[Place]:
    """A recording of real programs, in a server of its own."""
    canaries, lines = read(request.param)
    with VictoriaMetrics("-search.latencyOffset=0s") as server:
        server.import_jsonl(lines)
        yield Place(server.url, canaries, RANGES["replayed"])


@pytest.fixture(scope="module", params=VERSIONS)
def live(request: pytest.FixtureRequest) -> Iterator[Place]:
    """Real programs, running now."""
    if request.param == "current" and not os.environ.get(CURRENT_BIN):
        pytest.skip(f"{CURRENT_BIN} names no folder with current programs")
    with CanarySite(request.param == "current") as site:
        site.wait_for_scrapes()
        yield Place(site.store.url, site.canaries, RANGES["live"])


@pytest.mark.parametrize("version", VERSIONS)
def test_a_recording_holds_canaries_of_every_kind(version: str) -> None:
    canaries, lines = read(version)
    text = b"".join(lines).decode().casefold()
    seen = {word for word in canaries.private if word.casefold() in text}
    assert len(seen) > 0.9 * len(canaries.private) > 100
    assert len([word for word in canaries.secrets if word in text]) >= 25
    for label in ("instance", "job", "url", "path", "file", "group", "alertname", "username", "addr", "value", "id"):
        assert re.search(rf'"{label}":"[^"]*{PRIVATE_START}|"{label}":"[^"]*[0-9]+', text), label
    assert re.search(rf'"__name__":"vm_{PRIVATE_START}', text)
    assert re.search(rf'[,{{]"{PRIVATE_START}[a-z_]+":', text), "a label name"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("level", ["support", "strict"])
def test_no_canary_of_a_recording_leaves(replayed: Place, level: str, mode: str, tmp_path: Path) -> None:
    exported = replayed.export(*MODES[mode], "--level", level, folder=tmp_path / "out")
    exported.check(replayed.canaries)
    assert len(exported.content.samples) > 1000


def test_no_secret_leaves_unobfuscated(replayed: Place, tmp_path: Path) -> None:
    exported = replayed.export(*MODES["selector"], "--no-obfuscate", folder=tmp_path / "out")
    leaks = exported.found_anywhere(replayed.canaries.secret_words)
    assert not leaks, f"leaks:\n{leaks}"
    assert exported.found({PRIVATE_START: "a private word"}), "all else stays"


def test_no_secret_is_left_of_a_one_way_export(replayed: Place, tmp_path: Path) -> None:
    exported = replayed.export(*MODES["selector"], "--one-way", folder=tmp_path / "out")
    leaks = exported.found_anywhere(replayed.canaries.everything)
    assert not leaks, f"leaks:\n{leaks}"


@pytest.mark.parametrize("mode", MODES)
def test_no_canary_of_running_programs_leaves(live: Place, mode: str, tmp_path: Path) -> None:
    exported = live.export(*MODES[mode], folder=tmp_path / "out")
    exported.check(live.canaries)
    names = [dict(series)["__name__"] for series in exported.content.samples]
    assert len(names) > 1000 and SECRET_START not in "".join(names)
