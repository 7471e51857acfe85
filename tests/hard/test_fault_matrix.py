"""Every trouble meets every operation: each ends in the whole and exact result, or in a clear error and what goes on.

The short form plays one seed of every other cell. The long form plays all and keeps the table in docs/faults.md.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.fakes.proxy import FaultProxy
from tests.hard.importing import Importing
from tests.hard.ledger import Ledger, kept_cells
from tests.hard.operations import Exporting, Operation, Resuming
from tests.hard.scene import Scene, playing
from tests.hard.troubles import TROUBLES
from tests.integration import faulty, nativesite
from tests.integration.exports import CURRENT_BIN, server_program
from tests.integration.faulty import Site
from tests.integration.nativesite import MonthsSite
from tests.lab.processes import LabError
from tests.lab.victoria import VictoriaMetrics

pytestmark = pytest.mark.real
reader = nativesite.reader

LINES, BLOCKS = (10, 120_000, 8_000), (6, 50_000, 2_000)
"""Steps, bytes of a step, and bytes every 10 ms that make it slow."""
BODY_BYTES = {"lines": 150_000, "native": 30_000}
COLUMNS = ("export, lines", "resume, lines", "resume, native", "export, native", "import, lines", "import, native")
ON_A_DISK = {"disk full at any page", "folder read-only"}


@pytest.fixture(scope="module")
def ledger() -> Iterator[Ledger]:
    ledger = Ledger({row: trouble.seeds for row, trouble in TROUBLES.items()}, COLUMNS)
    yield ledger
    if ledger.is_full:
        ledger.keep()


@pytest.fixture(scope="module")
def server() -> Iterator[VictoriaMetrics]:
    which = "current" if os.environ.get(CURRENT_BIN) else "installed"
    with VictoriaMetrics("-search.latencyOffset=0s", program=server_program(which)) as server:
        yield server


@pytest.fixture(scope="module")
def lines(server: VictoriaMetrics) -> Site:
    site = Site.in_server(server, "hard")
    restart(server)
    return site


@pytest.fixture(scope="module")
def months(server: VictoriaMetrics, reader: object) -> MonthsSite:
    site = MonthsSite.in_server(server, "hard-months")
    restart(server)
    return site


def restart(server: VictoriaMetrics) -> None:
    """All data is on the disk then, and outlives a kill."""
    server.stop()
    server.start()


@pytest.fixture(scope="module")
def target(server: VictoriaMetrics) -> Iterator[VictoriaMetrics]:
    """The server that imports go into."""
    with VictoriaMetrics("-search.latencyOffset=0s", program=server.program) as target:
        yield target


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The bundles to be imported, by lane, once they are made."""
    return {lane: tmp_path_factory.mktemp(lane) for lane in ("lines", "native")}


@pytest.fixture
def operation(request: pytest.FixtureRequest, column: str, bundles: dict[str, Path]) -> Operation:
    kind, _, lane = column.partition(", ")
    site = request.getfixturevalue("lines" if lane == "lines" else "months")
    sizes = LINES if lane == "lines" else BLOCKS
    if kind != "import":
        return (Exporting if kind == "export" else Resuming)(site, lane, sizes)
    made = faulty.paths_in(bundles[lane]).bundle
    if not made.exists():
        site.export(site.victoria.url, bundles[lane]).checked()
    return Importing(made, site.content(made)[0], request.getfixturevalue("target"), BODY_BYTES[lane])


@pytest.fixture
def play(
    operation: Operation,
    request: pytest.FixtureRequest,
    start_fault_proxy: Callable[..., FaultProxy],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[str, int], str]:
    """Plays one seed of a row; returns how it ended."""
    server = request.getfixturevalue("target" if isinstance(operation, Importing) else "server")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    def play(row: str, seed: int) -> str:
        trouble = TROUBLES[row]
        folder = tmp_path / "out"
        folder.mkdir(mode=0o700)
        chance, place = random.Random(f"{row} {operation.name} {seed}"), (seed + 0.5) / trouble.seeds
        with pytest.MonkeyPatch.context() as patch:
            scene = Scene(operation, server, start_fault_proxy(server.url), folder, chance, place, patch)
            with playing(scene):
                try:
                    return trouble.strike(scene)
                except LabError as error:
                    if row in ON_A_DISK and "mount" in str(error):
                        pytest.skip(str(error))
                    raise

    return play


@pytest.mark.parametrize(
    ("row", "column"), [(row, column) for i, row in enumerate(TROUBLES) for column in COLUMNS[i % 2 :: 2]]
)
def test_once(play: Callable[[str, int], str], row: str) -> None:
    assert play(row, TROUBLES[row].seeds // 2)


@pytest.mark.slow
@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize(
    ("row", "seed"), [(row, seed) for row, trouble in TROUBLES.items() for seed in range(trouble.seeds)]
)
def test_often(play: Callable[[str, int], str], ledger: Ledger, row: str, seed: int, column: str) -> None:
    ledger.endings[row, column].append(play(row, seed))


def test_the_document_has_every_cell() -> None:
    cells = kept_cells()
    assert set(cells) == {(row, column) for row in TROUBLES for column in COLUMNS}
    assert all(cells.values())
