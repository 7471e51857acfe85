"""Known data of VictoriaMetrics programs: what scraping them leaves in a server, made up and the same every time.

Every target has ``up`` and ``process_start_time_seconds``; one of VictoriaMetrics has ``vm_app_version``, a ``flag``
and a metric whose label is hard to quote, a foreign one has a metric of its own and no ``vm_app_version``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.lab.lines import Samples, Series, line, samples_by_series

FIRST_MS = 1_760_000_000_000
STEP_MS = 15_000
SCRAPES = 61
RANGE_MS = (FIRST_MS + 10 * STEP_MS, FIRST_MS + 50 * STEP_MS)
"""A range with samples before and after it, and on both of its ends."""
RANGE = ("--start", str(RANGE_MS[0]), "--end", str(RANGE_MS[1]))
"""The same for the command line."""

BUILD = "-20260821-150511-tags-v1.150.0-0-g7d1b6a5f2c"


@dataclass(frozen=True)
class Program:
    """A scraped target; *component* is empty for one that is not of VictoriaMetrics."""

    component: str
    job: str
    instance: str

    def lines(self, mark: str = "any") -> list[bytes]:
        """Its series; *mark* is the value of a label that tells whose they are."""
        own = {"job": self.job, "instance": self.instance}
        seed = sum(f"{mark}{self.job}{self.instance}".encode())
        if not self.component:
            names = [{"__name__": "billing_requests_total", "customer": mark}]
        else:
            program = {"vmsingle": "victoria-metrics"}.get(self.component, self.component)
            names = [
                {"__name__": "vm_app_version", "short_version": "v1.150.0", "version": program + BUILD},
                {"__name__": "flag", "name": "retentionPeriod", "value": mark, "is_set": "true"},
                {"__name__": "vm_http_requests_total", "path": f'/"{mark}"\\\u2028'},
            ]
        series = [{"__name__": "up"}, {"__name__": "process_start_time_seconds", "mark": mark}, *names]
        return [self._line({**labels, **own}, seed + place) for place, labels in enumerate(series)]

    @staticmethod
    def _line(labels: dict[str, str], seed: int) -> bytes:
        times = [FIRST_MS + STEP_MS * number for number in range(SCRAPES)]
        return line(labels, [(seed * number) % 1000 for number in range(SCRAPES)], times)


def lines_of(programs: Iterable[Program], mark: str = "any") -> list[bytes]:
    """The series of all *programs*."""
    return [text for program in programs for text in program.lines(mark)]


def in_range(lines: Iterable[bytes], range_ms: tuple[int, int] = RANGE_MS) -> dict[Series, Samples]:
    """The samples of *lines* that an export of *range_ms* must hold, both ends included."""
    cut = {
        series: [(time_ms, value) for time_ms, value in samples if range_ms[0] <= time_ms <= range_ms[1]]
        for series, samples in samples_by_series(lines).items()
    }
    return {series: samples for series, samples in cut.items() if samples}


def own(programs: Sequence[Program]) -> list[Program]:
    """Those of *programs* that are of VictoriaMetrics."""
    return [program for program in programs if program.component]
