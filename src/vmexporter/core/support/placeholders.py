"""The placeholders of a query of support: ``$sel``, ``$w`` and ``$r``, and what is chosen for them.

``$sel`` is always last in its braces, where a trailing comma is valid. ``$w`` is 1 to 5 minutes: at least four scrape
intervals, so that a rate has samples on both sides, and in a chart not below the step, so that nothing falls between
two points. ``$r`` is the exported range less two scrape intervals: each counter needs a sample ahead of it, or its old
total reads as an increase.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from vmexporter.core.components import Instance
from vmexporter.core.selectors import Matcher, escape_regex
from vmexporter.core.support.tables import Check, Panel
from vmexporter.core.times import format_span

_LEAST_WINDOW_MS = 60_000
_MOST_WINDOW_MS = 300_000
_INTERVALS = 4


@dataclass(frozen=True, slots=True)
class Filter:
    """Whom a query is about; an empty field leaves all of them in."""

    component: str = ""
    job: str = ""
    instance: str = ""
    bundle: str = ""

    def fits(self, one: Instance) -> bool:
        """Whether *one* is meant. Bundles are told apart by the server, not here."""
        wanted = ((self.component, one.component), (self.job, one.target.job), (self.instance, one.target.instance))
        return all(not asked or asked == own for asked, own in wanted)

    def matchers(self, instances: Collection[Instance]) -> tuple[Matcher, ...]:
        """What ``$sel`` becomes: labels of the instances that are meant, out of all *instances*.

        A component is no label: its jobs stand for it, and its instances only where a job has others, too.
        """
        found = [Matcher("bundle", "=", self.bundle)] if self.bundle else []
        chosen = [one for one in instances if self.fits(one)]
        if self.job:
            found.append(Matcher("job", "=", self.job))
        if self.instance:
            found.append(Matcher("instance", "=", self.instance))
        if self.component:
            jobs = {one.target.job for one in chosen}
            if not self.job:
                found.append(_any_of("job", jobs))
            shared = any(one.target.job in jobs and not self.fits(one) for one in instances)
            if shared and not self.instance:
                found.append(_any_of("instance", {one.target.instance for one in chosen}))
        return tuple(found)


def window_ms(interval_ms: int, step_ms: int = 0) -> int:
    """What ``$w`` becomes; *step_ms* is a chart's, 0 for a check."""
    return max(min(max(_INTERVALS * interval_ms, _LEAST_WINDOW_MS), _MOST_WINDOW_MS), _INTERVALS * interval_ms, step_ms)


def counted_range_ms(length_ms: int, interval_ms: int) -> int:
    """What ``$r`` becomes, for data of *length_ms*; of a very short range one interval is left."""
    return max(length_ms - 2 * interval_ms, interval_ms)


def panel_query(panel: Panel, matchers: Iterable[Matcher], rollup_ms: int) -> str:
    """The query of a chart."""
    return _filled(panel.query, matchers, rollup_ms)


def check_query(check: Check, matchers: Iterable[Matcher], rollup_ms: int, range_ms: int) -> str:
    """What a check measures at the end of the data, without the comparison."""
    return _filled(check.measure.replace("$r", format_span(range_ms)), matchers, rollup_ms)


def check_curve(check: Check, matchers: Iterable[Matcher], rollup_ms: int) -> str:
    """What a check measures, over time: its range is the rollup window of each point."""
    return check_query(check, matchers, rollup_ms, rollup_ms)


def _filled(query: str, matchers: Iterable[Matcher], rollup_ms: int) -> str:
    # $sel last: a label's value may hold what looks like a placeholder.
    before = query.replace("$w", format_span(rollup_ms))
    return before.replace("$sel", ",".join(map(str, matchers)))


def _any_of(label: str, values: Collection[str]) -> Matcher:
    if len(values) == 1:
        return Matcher(label, "=", next(iter(values)))
    return Matcher(label, "=~", "|".join(map(escape_regex, sorted(values))) or "$^")
