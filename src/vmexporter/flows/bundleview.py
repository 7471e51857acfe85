"""What there is to look at in a server that holds a bundle: its range, its instances, its scrape interval."""

from __future__ import annotations

import math
import statistics
from collections.abc import Collection
from dataclasses import dataclass

from vmexporter.bundle.tables import read_tables
from vmexporter.core.components import Instance
from vmexporter.core.request import TimeRange
from vmexporter.core.selectors import Matcher
from vmexporter.core.support import tables
from vmexporter.core.support.placeholders import Filter
from vmexporter.errors import InvalidInput
from vmexporter.flows.discovery import NOTHING_FOUND, discover
from vmexporter.flows.session import Session

_DAY_MS = 86_400_000
_USUAL_INTERVAL_MS = 15_000
_LONGEST_INTERVAL_MS = 300_000
_LONGEST_OF_USUAL = 4  # a longer silence than so many usual intervals is a gap


@dataclass(frozen=True, slots=True)
class SupportTables:
    """The tables that say what to look at; ``defaults`` are those of flags."""

    panels: tuple[tables.Panel, ...]
    checks: tuple[tables.Check, ...]
    defaults: dict[str, str]

    def panel(self, identity: str) -> tables.Panel | None:
        """The panel of this id."""
        return next((panel for panel in self.panels if panel.id == identity), None)

    def check(self, identity: str) -> tables.Check | None:
        """The check of this id."""
        return next((check for check in self.checks if check.id == identity), None)


@dataclass(frozen=True, slots=True)
class OpenedBundle:
    """A bundle that was loaded into a server: its name, what can be said of it in a few words, its range where known.

    ``label`` is its value of the label ``bundle``, which tells it from others in the same server; "" when it is alone.
    """

    name: str
    facts: tuple[str, ...] = ()
    label: str = ""
    within: TimeRange | None = None


@dataclass(frozen=True, slots=True)
class View:
    """One bundle in a server: from its first sample to its last, its instances, and what has to be said about it.

    ``label`` is as in ``OpenedBundle``.
    """

    session: Session
    time_range: TimeRange
    interval_ms: int
    instances: tuple[Instance, ...]
    label: str = ""
    notes: tuple[str, ...] = ()

    def meant(self, asked: Filter) -> list[Instance]:
        """The instances that a filter leaves."""
        return [one for one in self.instances if asked.fits(one)]

    def matchers(self, asked: Filter) -> tuple[Matcher, ...]:
        """What ``$sel`` becomes for a filter."""
        of_bundle = Filter(asked.component, asked.job, asked.instance, self.label)
        return of_bundle.matchers(self.instances)


def read_support_tables() -> SupportTables:
    """The tables that come with the package."""
    texts = read_tables()
    return SupportTables(
        tables.read_panels(texts[tables.PANELS]),
        tables.read_checks(texts[tables.CHECKS]),
        tables.read_defaults(texts[tables.FLAGS]),
    )


def look(session: Session, bundle: OpenedBundle, now_ms: int) -> View:
    """Look what a server has of *bundle*: within its range where that is known, else at any time until *now_ms*.

    Raises:
        InvalidInput: no VictoriaMetrics component reported anything.
        VmexporterError: the server cannot be asked.
    """
    only = (Matcher("bundle", "=", bundle.label),) if bundle.label else ()
    found = discover(session, bundle.within or _held(session, now_ms + _DAY_MS, only), count_series=False, only=only)
    if not found.instances:
        raise _nothing_found()
    first_ms = min(one.first_ms for one in found.instances)
    last_ms = max(one.last_ms for one in found.instances)
    time_range = TimeRange(start_ms=first_ms, end_ms=last_ms)
    interval_ms = _interval_ms(session, time_range, found.instances, only)
    return View(session, time_range, interval_ms, found.instances, bundle.label, found.notes)


def _interval_ms(
    session: Session, time_range: TimeRange, instances: Collection[Instance], only: Collection[Matcher]
) -> int:
    """The longest scrape interval, to a whole second; a time in which a program was down is no interval."""
    distances = [(one.last_ms - one.first_ms) / (one.scrapes - 1) for one in instances if one.scrapes > 1]
    usual_s = statistics.median(distances or [_USUAL_INTERVAL_MS]) / 1000
    selector = f"vm_app_version{{{','.join(map(str, only))}}}[{time_range.length_ms}ms]"
    query = (
        f"max(duration_over_time({selector}, {_LONGEST_OF_USUAL * usual_s:.3f}s) / (count_over_time({selector}) - 1))"
    )
    found = [float(value) for _, value in session.api.instant(query, time_range.end_ms).series]
    seconds = found[0] if found and math.isfinite(found[0]) and found[0] > 0 else usual_s
    return min(math.ceil(seconds - 0.01) * 1000 or 1000, _LONGEST_INTERVAL_MS)


def _held(session: Session, until_ms: int, only: Collection[Matcher]) -> TimeRange:
    """From the first report of a version to the last: the whole past is asked about one small metric."""
    selector = f"vm_app_version{{{','.join(map(str, only))}}}[{until_ms - _DAY_MS}ms]"  # back to 1970, not before
    ends = []
    for query in (f"min(tfirst_over_time({selector}))", f"max(tlast_over_time({selector}))"):
        numbers = [float(value) for _, value in session.api.instant(query, until_ms).series]
        if not numbers:
            raise _nothing_found()
        ends.append(numbers[0])
    return TimeRange(start_ms=math.floor(ends[0] * 1000), end_ms=math.ceil(ends[1] * 1000))


def _nothing_found() -> InvalidInput:
    return InvalidInput("cannot show the bundle: no VictoriaMetrics component reported anything", hint=NOTHING_FOUND)
