"""The column of imports: a bundle goes into a server, every series of it with a label that tells this run from others.

``check`` compares what the server has of that label with what is in the bundle, sample by sample.
"""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from random import Random

import pytest

from tests.fakes.exchange import CutKind, Request
from tests.fakes.faults import Answer, Drop, Fault, Lost, Pass
from tests.fakes.proxy import FaultProxy
from tests.hard.operations import Operation
from tests.integration import faulty
from tests.integration.driving import HastyClock, Outcome, SteadyClock
from tests.integration.importsite import numbers
from tests.lab.lines import Samples, Series, samples_by_series
from tests.lab.victoria import VictoriaMetrics
from vmexporter.core.importing.request import ImportOptions, ImportRequest, Label
from vmexporter.core.request import Connection
from vmexporter.flows import delivering
from vmexporter.flows.events import Event, Retrying
from vmexporter.flows.importing import import_metrics, resume_import
from vmexporter.flows.importrun import Manner
from vmexporter.flows.world import World

LABEL = "run_of_the_matrix"
SLOW_S = 0.4
"""For each body of the command line, which are few; what is under way when it ends comes to rest before it is read."""
SHORT_WAITS_S = {"FIRST_WAIT_S": 0.01, "LONGEST_WAIT_S": 0.02, "SETTLE_S": 0.3, "VISIBLE_AFTER_S": 0.3}
_RUNS = itertools.count()


class Importing(Operation):
    """An import of a bundle from its beginning on; the bundle lies in the folder, and so does the journal."""

    needs_time = True

    def __init__(self, bundle: Path, samples: dict[Series, Samples], target: VictoriaMetrics, body_bytes: int) -> None:
        self.name = f"import, {'native' if body_bytes < 50_000 else 'lines'}"
        self._bundle, self._samples, self._target = bundle, samples, target
        self._manner = Manner(body_bytes=body_bytes)
        self._run = str(next(_RUNS))
        self.steps, self.step_bytes = 6, body_bytes // 10  # what travels is compressed

    def carries(self, request: Request) -> bool:
        return request.endpoint in {"import", "import/native"} and len(request.body) > 200

    def cut(self, byte: int, kind: CutKind) -> Fault:
        return Lost(byte / self.step_bytes, kind)

    def stall(self, byte: int, proxy: FaultProxy) -> Callable[[], Fault]:
        def nothing() -> Fault:
            proxy.stopping.wait(60)
            return Drop() if byte == 0 else Lost()

        return nothing

    def slow(self, proxy: FaultProxy) -> Callable[[], Fault]:
        def late() -> Fault:
            proxy.stopping.wait(SLOW_S)
            return Pass()

        return late

    def error_text(self, byte: int, chance: Random) -> Fault:
        return Answer(200, b"cannot store the rows: the disk failed\n")

    def prepare(self, proxy: FaultProxy, folder: Path) -> None:
        shutil.copy(self._bundle, folder / "bundle.zip")

    def run(self, connection: Connection, folder: Path, clock: HastyClock) -> Outcome:
        options = ImportOptions(extra_labels=(Label(name=LABEL, value=self._run),))
        request = ImportRequest(connection=connection, options=options)
        source = folder / "bundle.zip"
        return self._driven(clock, folder, lambda world: import_metrics(source, request, self._manner, world))

    def start(self, url: str, folder: Path) -> subprocess.Popen[str]:
        return faulty.started(
            ["import", folder / "bundle.zip", url, "--extra-label", f"{LABEL}={self._run}", "--header", "X-Planted"]
        )

    def go_on(self, connection: Connection, folder: Path, *, killed: bool = False) -> str:
        if (journal := next(self._journals(folder), None)) is not None:
            known = connection.model_copy(update={"url": ""}) if not killed else connection
            resumed = partial(resume_import, journal, known, self._manner)
            self._driven(SteadyClock(), folder, resumed).checked()
            return "resumed"
        if self._stored():
            return "nothing left to do"
        self.run(connection, folder, HastyClock()).checked()
        return "begun anew"

    def whole_kb(self, url: str, folder: Path) -> int:
        return self._bundle.stat().st_size // 1024 + 8  # what is written is a journal

    def check(self, folder: Path) -> None:
        assert numbers(self._stored()) == numbers(self._samples)
        assert not list(self._journals(folder)) and [path.name for path in folder.iterdir()] == ["bundle.zip"]

    @staticmethod
    def _driven(clock: HastyClock, folder: Path, events: Callable[[World], Iterator[Event]]) -> Outcome:
        """Run it; its threads wait for another attempt by themselves, so their waits are made short."""

        def watched(world: World) -> Iterator[Event]:
            for event in events(world):
                if isinstance(event, Retrying):
                    clock.on_sleep()
                yield event

        with pytest.MonkeyPatch.context() as patch:
            if not isinstance(clock, SteadyClock):
                for name, wait_s in SHORT_WAITS_S.items():
                    patch.setattr(delivering, name, wait_s)
            outcome = Outcome(clock).drive(watched)
        faulty.check_no_secret(str(outcome), folder)
        return outcome

    def _journals(self, folder: Path) -> Iterator[Path]:
        """Beside the bundle, or where it could not be, with the state of this user."""
        yield from folder.glob("*.import")
        yield from Path(os.environ["XDG_STATE_HOME"]).rglob("*.import")

    def _stored(self) -> dict[Series, Samples]:
        self._target.flush()
        time.sleep(0.1)
        found = samples_by_series(self._target.export(f'{{{LABEL}="{self._run}"}}', 0, 4 * 10**12))
        return {tuple(pair for pair in series if pair[0] != LABEL): samples for series, samples in found.items()}
