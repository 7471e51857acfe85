"""The columns of the fault matrix: what is at work when the trouble comes, how it is taken up again, and what must be.

An operation works in an empty folder on one site. Whatever happened to it, ``go_on`` brings it to its end, and
``check`` compares every sample. Importing joins by another subclass of ``Operation`` in ``test_fault_matrix``.
"""

from __future__ import annotations

import subprocess
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Final

from tests.fakes.exchange import CutKind, Request
from tests.fakes.faults import (
    Answer,
    Cut,
    Drip,
    ErrorText,
    Fault,
    Stall,
    failed_as_1_79,
    failed_as_1_150,
    from_window,
)
from tests.fakes.proxy import FaultProxy
from tests.integration import faulty
from tests.integration.driving import HastyClock, Outcome, has_begun, is_complete
from tests.integration.faulty import CREDENTIALS, Site
from vmexporter.core.request import Connection
from vmexporter.flows.exporting import Output, export, resume

SLOW_EVERY_S: Final = 0.01


class Operation(ABC):
    """Something that runs for a while between a server and a folder.

    ``steps`` is how many requests carry samples when all goes well, ``step_bytes`` about how many bytes each moves.
    With ``needs_time`` a server that was killed may lose what it has just taken, and time has to pass to find out.
    """

    name: str
    steps: int
    step_bytes: int
    needs_time = False

    @abstractmethod
    def carries(self, request: Request) -> bool:
        """Whether this is one of those requests."""

    @abstractmethod
    def cut(self, byte: int, kind: CutKind) -> Fault:
        """The samples of a request break off behind this byte."""

    @abstractmethod
    def stall(self, byte: int, proxy: FaultProxy) -> Fault | Callable[[], Fault]:
        """Nothing comes for a minute, or nothing behind this byte; a function is called in the proxy's thread."""

    @abstractmethod
    def slow(self, proxy: FaultProxy) -> Fault | Callable[[], Fault]:
        """What makes a request take a quarter of a second or more, and the whole two or three."""

    @abstractmethod
    def error_text(self, byte: int, chance: Random) -> Fault:
        """The server says 200, and then in words that it failed."""

    @abstractmethod
    def prepare(self, proxy: FaultProxy, folder: Path) -> None:
        """What has to be there before: nothing, or the trace of an earlier attempt."""

    @abstractmethod
    def run(self, connection: Connection, folder: Path, clock: HastyClock) -> Outcome:
        """Run it in this process, without waiting."""

    @abstractmethod
    def start(self, url: str, folder: Path) -> subprocess.Popen[str]:
        """Start it on the command line."""

    @abstractmethod
    def go_on(self, connection: Connection, folder: Path, *, killed: bool = False) -> str:
        """Bring to its end what an attempt left, with nothing in the way any more; returns how.

        Only one that was *killed* may leave something that is of no use.
        """

    @abstractmethod
    def whole_kb(self, url: str, folder: Path) -> int:
        """What all of it takes on the disk; *folder* lends its parent for a look."""

    @abstractmethod
    def check(self, folder: Path) -> None:
        """What was made is whole, and exact in every sample; nothing else was left."""


class Exporting(Operation):
    """An export from its beginning on."""

    def __init__(self, site: Site, lane: str, sizes: tuple[int, int, int]) -> None:
        """*sizes*: steps, bytes of a step, and how many of them may come every 10 ms when it is slow."""
        self.name = f"export, {lane}"
        self.site = site
        self.steps, self.step_bytes, self._slow_bytes = sizes

    def carries(self, request: Request) -> bool:
        return request.is_window

    def cut(self, byte: int, kind: CutKind) -> Fault:
        return Cut(byte, kind)

    def stall(self, byte: int, proxy: FaultProxy) -> Fault:
        return Stall(60, byte)

    def slow(self, proxy: FaultProxy) -> Fault:
        return Drip(self._slow_bytes, SLOW_EVERY_S)

    def error_text(self, byte: int, chance: Random) -> Fault:
        """As both generations of servers fail in the middle, and as no server should."""
        torn = ErrorText(after_bytes=byte, between_lines=False, clean_end=True)
        return chance.choice([failed_as_1_79(byte), failed_as_1_150(byte), torn])

    def prepare(self, proxy: FaultProxy, folder: Path) -> None:
        assert not list(folder.iterdir())

    def run(self, connection: Connection, folder: Path, clock: HastyClock) -> Outcome:
        request = self.site.request(connection.url, connection=connection, require_complete=True)
        output = Output(faulty.paths_in(folder))
        return self._ended(Outcome(clock).drive(lambda world: export(request, output, world)), folder)

    def start(self, url: str, folder: Path) -> subprocess.Popen[str]:
        return faulty.started(self.site.arguments(url, folder, "--require-complete"))

    def go_on(self, connection: Connection, folder: Path, *, killed: bool = False) -> str:
        if is_complete(folder) and killed:
            for journal in folder.glob("*.journal"):  # between the last two steps
                journal.unlink()
            return "nothing left to do"
        if has_begun(folder):
            self.resumed(connection, folder, HastyClock()).checked()
            return "resumed"
        for path in list(folder.iterdir()):
            assert killed, f"{path} is of no use"
            path.unlink()
        Exporting.run(self, connection, folder, HastyClock()).checked()
        return "begun anew"

    def whole_kb(self, url: str, folder: Path) -> int:
        made = folder.with_name("measured")
        made.mkdir()
        Exporting.run(self, Connection(url=url, **CREDENTIALS), made, HastyClock()).checked()
        return sum(path.stat().st_size for path in made.iterdir()) // 1024

    def resumed(self, connection: Connection, folder: Path, clock: HastyClock) -> Outcome:
        """Go on with what there is."""
        part = faulty.part_in(folder)
        return self._ended(Outcome(clock).drive(lambda world: resume(part, connection, world)), folder)

    def check(self, folder: Path) -> None:
        self.site.check_bundle(folder)

    @staticmethod
    def _ended(outcome: Outcome, folder: Path) -> Outcome:
        faulty.check_no_secret(str(outcome), folder)
        return outcome


class Resuming(Exporting):
    """An export that was stopped at its third window, from there on."""

    def __init__(self, site: Site, lane: str, sizes: tuple[int, int, int]) -> None:
        super().__init__(site, lane, sizes)
        self.name = f"resume, {lane}"
        self.steps -= 2

    def prepare(self, proxy: FaultProxy, folder: Path) -> None:
        proxy.plan = from_window(3, Answer(403))
        assert super().run(Connection(url=proxy.url, **CREDENTIALS), folder, HastyClock()).error
        proxy.plan = lambda request, count: None

    def run(self, connection: Connection, folder: Path, clock: HastyClock) -> Outcome:
        return self.resumed(connection, folder, clock)

    def start(self, url: str, folder: Path) -> subprocess.Popen[str]:
        return faulty.started([*faulty.resume_arguments(folder), "--url", url])
