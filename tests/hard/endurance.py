"""Exports again and again by the page's server, eight at once in both forms, with pages open that ask all the while.

After each round the memory of the server, its descriptors and threads are read; at the end they have to be what they
were after the first rounds, and no file may be left that nobody wanted.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from tests.integration import nativesite
from tests.integration.exports import CURRENT_BIN, server_program
from tests.integration.faulty import Site
from tests.integration.nativesite import MonthsSite
from tests.integration.pageserver import PageServer, asked
from tests.lab.victoria import VictoriaMetrics

AT_ONCE = 8
PAGES = 3
GROWTH_KB = 24 << 10
"""An allocator may settle by so much after the first rounds; what every export left would be more in half an hour."""
WARM_ROUNDS = 20
POOL_THREADS = 4
"""The pool that answers requests has as many threads as were wanted at once; one left by each export would be more."""


@dataclass(frozen=True)
class Reading:
    """The server after a round."""

    rss_kb: int
    descriptors: int
    threads: int

    @classmethod
    def of(cls, pid: int) -> Reading:
        """Read it."""
        place = Path("/proc", str(pid))
        lines = (line.partition(":") for line in (place / "status").read_text().split("\n"))
        status = {name: value.split() for name, _, value in lines}
        return cls(int(status["VmRSS"][0]), len(list((place / "fd").iterdir())), int(status["Threads"][0]))


@dataclass(frozen=True)
class Work:
    """One kind of export: its body, and how many samples come of it."""

    body: dict[str, Any]
    samples: int

    @classmethod
    def of(cls, site: Site, url: str) -> Work:
        """All of a site."""
        changes: dict[str, Any] = {}
        if isinstance(site, MonthsSite):
            ends = {"start_ms": nativesite.START_MS, "end_ms": nativesite.END_MS}
            changes = {"format": "native", "window_ms": 0, "time_range": ends}
        return cls(asked(site, url, **changes), sum(map(len, site.expected.values())))


class Endurance:
    """One server under load, until a time has passed."""

    def __init__(self, page: PageServer, works: Sequence[Work]) -> None:
        self.page, self.works = page, works
        self.readings: list[Reading] = []
        self.asked = 0
        self._over = threading.Event()

    def last(self, seconds: float) -> None:
        """Rounds of exports for so long, with open pages. Raises: AssertionError where an export or a page failed."""
        end_s = time.monotonic() + seconds
        with ThreadPoolExecutor(PAGES) as pool:
            pages = [pool.submit(self._ask_all_the_while) for _ in range(PAGES)]
            try:
                while time.monotonic() < end_s or len(self.readings) < 5:
                    self._round()
            finally:
                self._over.set()
        for one in pages:
            one.result()

    def findings(self) -> Iterator[str]:
        """What has grown, or was left."""
        few = max(len(self.readings) // 4, 2)
        warm = min(WARM_ROUNDS, max(len(self.readings) // 3, 1))
        first, last = self.readings[warm : warm + few], self.readings[-few:]
        grown_kb = median(one.rss_kb for one in last) - median(one.rss_kb for one in first)
        if grown_kb > GROWTH_KB:
            yield f"memory has grown by {grown_kb} kB in {len(self.readings)} rounds"
        for what, spare in (("descriptors", 0), ("threads", POOL_THREADS)):
            before, after = (min(getattr(one, what) for one in part) for part in (first, last))
            if after > before + spare:
                yield f"{before} {what} have become {after}"
        if left := sorted(path.name for path in self.page.folder.iterdir()):
            yield f"files were left: {left[:5]}"

    def _round(self) -> None:
        """Eight exports at once, one of which is cancelled; their files are checked and taken away."""
        works = [self.works[number % len(self.works)] for number in range(AT_ONCE)]
        runs = [self.page.post("/api/runs", work.body).json()["id"] for work in works]
        cancelled = self.page.post(f"/api/runs/{runs[-1]}/cancel").status == 200
        for identity, work in zip(runs, works, strict=True):
            ended = self.page.ended_run(identity)
            if cancelled and ended["state"] == "cancelled":
                continue
            assert ended["state"] == "finished", ended
            assert ended["result"]["manifest"]["counts"]["samples"] == work.samples
        for path in list(self.page.folder.iterdir()):
            assert path.suffix in {".zip", ".sha256", ".json"}, f"{path.name} was left"
            path.unlink()
        self.readings.append(Reading.of(self.page.pid))

    def _ask_all_the_while(self) -> None:
        """What an open page asks for: its files, the list, the runs that run, their logs."""
        while not self._over.wait(0.1):
            listed = self.page.get("/api/runs").json()["runs"]
            targets = [f"/api/runs/{run['id']}" for run in listed if run["state"] == "running"]
            for target in ["/", "/api/bundles", *targets, *(f"{target}/events" for target in targets)]:
                assert self.page.get(target).status == 200
                self.asked += 1


@contextmanager
def under_load(folder: Path) -> Iterator[Endurance]:
    """A page's server, a metrics server with data, and what is exported from it: native blocks where they can be."""
    which = "current" if os.environ.get(CURRENT_BIN) else "installed"
    with ExitStack() as stack:
        server = stack.enter_context(VictoriaMetrics("-search.latencyOffset=0s", program=server_program(which)))
        sites = [Site.in_server(server, "endured"), MonthsSite.in_server(server, "endured-months")]
        page = stack.enter_context(PageServer(folder / "out", "--max-runs", str(AT_ONCE)))
        yield Endurance(page, [Work.of(site, server.url) for site in sites])
        assert "Traceback" not in page.log and "unexpected" not in page.log
