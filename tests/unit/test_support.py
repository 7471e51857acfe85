"""Panels and checks: the tables hold what the code counts on, and queries are filled as their README says."""

from __future__ import annotations

import re

import pytest

from vmexporter.bundle.tables import read_tables
from vmexporter.core.components import Instance
from vmexporter.core.selectors import Target
from vmexporter.core.support import placeholders
from vmexporter.core.support.legends import legend, legend_of
from vmexporter.core.support.placeholders import Filter
from vmexporter.core.support.releases import are_older, release
from vmexporter.core.support.tables import CHECKS, FLAGS, PANELS, read_checks, read_defaults, read_panels
from vmexporter.core.support.units import shown

TEXTS = read_tables()
TABLED_PANELS = read_panels(TEXTS[PANELS])
TABLED_CHECKS = read_checks(TEXTS[CHECKS])


def instance(component: str, job: str, address: str) -> Instance:
    return Instance(Target(job, address), component, ("v1.150.0",), 0, 1, 2)


EVERYONE = (
    instance("vmstorage", "storage", "a:1"),
    instance("vmstorage", "storage", "b:1"),
    instance("vmagent", "mixed", "c:1"),
    instance("vmalert", "mixed", "d.e:1"),
)


class TestTables:
    def test_all_rows_are_read(self) -> None:
        assert (len(TABLED_PANELS), len(TABLED_CHECKS)) == (60, 50)
        assert TABLED_PANELS[0].id == "overview-up" and TABLED_CHECKS[0].id == "down"
        assert {panel.id: panel.min_version for panel in TABLED_PANELS}["resources-pressure"] == "1.117.0"
        assert TABLED_PANELS[-1].min_version == "1.87.0" and TABLED_PANELS[0].min_version == ""

    def test_defaults_of_flags(self) -> None:
        assert read_defaults(TEXTS[FLAGS])["search.maxConcurrentRequests"] is not None
        assert read_defaults("flag\ttype\tc\tm\tkind\tdefault\na.b\tint\tx\tno\ty\t7\n") == {"a.b": "7"}

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("id\tname\n", "head"),
            (f"{TEXTS[PANELS].split(chr(10))[0]}\na\tb\n", "line 2 has 2 cells, not 8"),
        ],
    )
    def test_what_is_no_table(self, text: str, words: str) -> None:
        with pytest.raises(ValueError, match=words):
            read_panels(text)

    def test_a_floor_and_a_ceiling(self) -> None:
        checks = {check.id: check for check in TABLED_CHECKS}
        floor, ceiling = checks["disk-free-low"], checks["down"]
        assert (floor.holds(0.1), floor.holds(0.3)) == (True, False)
        assert (ceiling.holds(0.1), ceiling.holds(0.0), ceiling.holds(float("nan"))) == (True, False, False)
        assert not ceiling.measure.endswith("$t") and ceiling.measure.endswith("[$r]))")


class TestPlaceholders:
    @pytest.mark.parametrize(
        ("interval_ms", "step_ms", "window_ms"),
        [
            (5_000, 0, 60_000),
            (15_000, 0, 60_000),
            (30_000, 0, 120_000),
            (75_000, 0, 300_000),
            (120_000, 0, 480_000),
            (15_000, 30_000, 60_000),
            (15_000, 600_000, 600_000),
        ],
    )
    def test_window(self, interval_ms: int, step_ms: int, window_ms: int) -> None:
        assert placeholders.window_ms(interval_ms, step_ms) == window_ms

    def test_range(self) -> None:
        assert placeholders.counted_range_ms(3_600_000, 15_000) == 3_570_000
        assert placeholders.counted_range_ms(10_000, 15_000) == 15_000

    def test_every_query_is_filled(self) -> None:
        matchers = Filter(job='a"$w').matchers(EVERYONE)
        for panel in TABLED_PANELS:
            query = placeholders.panel_query(panel, matchers, 60_000)
            assert not re.search(r"\$(sel|r|t)\b", query) and '"a\\"$w"' in query and "[1m]" in query
        for check in TABLED_CHECKS:
            query = placeholders.check_query(check, matchers, 60_000, 3_570_000)
            assert not re.search(r"\$(sel|r|t)\b", query), check.id
            assert "59m30s" in query or "$r" not in check.condition
            assert query.replace("59m30s", "1m") == placeholders.check_curve(check, matchers, 60_000)

    def test_without_a_filter_the_braces_stay_valid(self) -> None:
        query = placeholders.panel_query(TABLED_PANELS[0], (), 60_000)
        assert query == "min by (job, instance) (min_over_time(up{}[1m]))"

    @pytest.mark.parametrize(
        ("asked", "selector"),
        [
            (Filter(), ""),
            (Filter(job="mixed"), 'job="mixed"'),
            (Filter(instance="c:1"), 'instance="c:1"'),
            (Filter(component="vmstorage"), 'job="storage"'),
            (Filter(component="vmalert"), 'job="mixed",instance="d.e:1"'),
            (Filter(component="vmalert", instance="d.e:1"), 'instance="d.e:1",job="mixed"'),
            (Filter(component="vmagent", bundle="x"), 'bundle="x",job="mixed",instance="c:1"'),
            (Filter(component="vmauth"), 'job=~"$^"'),
        ],
    )
    def test_selectors(self, asked: Filter, selector: str) -> None:
        assert ",".join(map(str, asked.matchers(EVERYONE))) == selector

    def test_several_instances_of_a_shared_job(self) -> None:
        everyone = (*EVERYONE, instance("vmalert", "mixed", "f:1"))
        matchers = Filter(component="vmalert").matchers(everyone)
        assert ",".join(map(str, matchers)) == 'job="mixed",instance=~"d\\\\.e:1|f:1"'


def test_legends() -> None:
    assert legend("{{job}} -> {{addr}}", {"job": "a", "addr": "b"}) == "a -> b"
    assert legend("{{job}} {{level}} {{location}}", {"job": "a", "location": "x.go:1"}) == "a x.go:1"
    assert legend("{{job}}", {"job": "{{instance}}", "instance": "i"}) == "{{instance}}"
    assert legend_of({"url": "u", "instance": "i", "job": "j", "__name__": "m"}) == "j i url=u"


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (0, "short", "0"),
        (1234.0, "short", "1.23 k"),
        (999.6, "short", "1 k"),
        (-15_900_000, "short", "-15.9 M"),
        (0.000123, "ops", "0.000123/s"),
        (0.1234, "percent", "12.3 %"),
        (1, "percent", "100 %"),
        (1e10, "bytes", "10 GB"),
        (0.0015, "seconds", "1.5 ms"),
        (0.0000042, "seconds", "4.2 µs"),
        (90, "seconds", "1.5 min"),
        (259_200, "seconds", "3 d"),
        (float("nan"), "short", "no value"),
        (float("inf"), "seconds", "no value"),
        (None, "bytes", "no value"),
    ],
)
def test_values_with_their_units(value: float | None, unit: str, words: str) -> None:
    assert shown(value, unit) == words  # type: ignore[arg-type] # the words of the table


def test_releases() -> None:
    assert release("v1.150.0-cluster") == (1, 150, 0)
    assert release("v1.79") == (1, 79, 0)
    assert release("heads-main") is None
    assert are_older(["v1.79.5", "unknown"], "1.96.0")
    assert not are_older(["v1.79.5", "v1.150.0"], "1.96.0")
    assert not are_older([], "1.96.0") and not are_older(["dev"], "1.96.0") and not are_older(["v1.0.0"], "")
