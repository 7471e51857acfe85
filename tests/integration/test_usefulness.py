"""An obfuscated bundle answers support's questions as the original does: dashboards, alerts, panels, checks, joins.

The recorded cluster stands in one server, the bundle of it in another; all answers are equal once the map has turned
the pseudonyms back.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.lab.answers import TABLES, Originals, Span, differences, filled, instant, over_time, table
from tests.lab.lines import cluster_lines, samples_by_series
from tests.lab.private_export import Exported, export
from tests.lab.victoria import VictoriaMetrics

pytestmark = pytest.mark.real

SPAN = Span(1_795_423_430_000, 1_795_424_310_000)
FAMILY = re.compile(".*(victoriametrics|vmselect|vminsert|vmstorage|vmagent|vmalert|vmsingle|vmalertmanager|vmauth).*")
DASHBOARDS = {row["construct"]: row["query"] for row in table("dashboard_queries.tsv")}
PANELS = {row["id"]: filled(row["query"], row) for row in table("support_panels.tsv", TABLES)}
CHECKS = {row["id"]: filled(row["condition"], row) for row in table("support_checks.tsv", TABLES)}


@dataclass(frozen=True)
class Pair:
    """Two servers with the same data, before and after, and the map between them."""

    before: VictoriaMetrics
    after: VictoriaMetrics
    originals: Originals
    exported: Exported

    def compare(self, query: str) -> list[str]:
        """What differs in the answers to *query*, at the end of the time."""
        found = self.originals.undone(instant(self.after, query, SPAN))
        return differences(instant(self.before, query, SPAN), found)

    def compare_over_time(self, query: str) -> list[str]:
        """What differs in them over the whole time."""
        found = self.originals.undone(over_time(self.after, query, SPAN))
        return differences(over_time(self.before, query, SPAN), found)


@pytest.fixture(scope="module", params=["support", pytest.param("strict", marks=pytest.mark.slow)])
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp(request.param)
    span = ("--start", str(SPAN.start_ms), "--end", str(SPAN.end_ms))
    with VictoriaMetrics("-search.latencyOffset=0s") as before, VictoriaMetrics("-search.latencyOffset=0s") as after:
        before.import_jsonl(cluster_lines())
        what = ("--selector", '{__name__!=""}', "--level", request.param)
        exported = export(before.url, *span, *what, folder=folder / "out")
        with zipfile.ZipFile(exported.bundle) as archive:
            after.import_jsonl(text + b"\n" for text in archive.read("metrics.jsonl").split(b"\n") if text)
        yield Pair(before, after, Originals(exported.map_path), exported)


def label_names(samples: object) -> list[str]:
    assert isinstance(samples, dict)
    return sorted({name for series in samples for name, _ in series})


ORIGINAL = samples_by_series(cluster_lines())


def test_no_series_and_no_sample_is_lost_or_merged(pair: Pair) -> None:
    assert len(pair.exported.content.samples) == len(ORIGINAL)
    assert pair.exported.content.manifest["label_policy"]["merged_series"] == 0
    assert sorted(map(len, pair.exported.content.samples.values())) == sorted(map(len, ORIGINAL.values()))
    for query in ('count({__name__!=""})', 'sum(count_over_time({__name__!=""}[16m]))'):
        assert pair.compare(query) == []


def test_every_sample_is_the_same(pair: Pair) -> None:
    undo = pair.originals.undo
    undone = {
        tuple(sorted((undo(name), undo(value)) for name, value in series)): samples
        for series, samples in pair.exported.content.samples.items()
    }
    stored = samples_by_series(pair.before.export('{__name__!=""}', SPAN.start_ms, SPAN.end_ms))  # in its own digits
    assert undone.keys() == stored.keys()
    assert [series for series, samples in stored.items() if undone[series] != samples] == []


@pytest.mark.parametrize("label", label_names(ORIGINAL))
def test_counts_by_every_label(pair: Pair, label: str) -> None:
    assert pair.compare(f'count(last_over_time({{__name__!=""}}[16m])) by ({label})') == []
    assert pair.compare(f'sum(count_over_time({{__name__!=""}}[16m])) by ({label})') == []


@pytest.mark.parametrize("construct", DASHBOARDS)
def test_dashboards_and_alert_rules(pair: Pair, construct: str) -> None:
    assert pair.compare(DASHBOARDS[construct]) == []
    assert pair.compare_over_time(DASHBOARDS[construct]) == []


@pytest.mark.parametrize("panel", PANELS)
def test_panels_of_support(pair: Pair, panel: str) -> None:
    assert pair.compare_over_time(PANELS[panel]) == []


@pytest.mark.parametrize("check", CHECKS)
def test_checks_of_support(pair: Pair, check: str) -> None:
    assert pair.compare(CHECKS[check]) == []


def test_most_questions_have_an_answer(pair: Pair) -> None:
    """Nothing would be shown by comparing nothing."""
    queries = [*DASHBOARDS.values(), *PANELS.values(), *CHECKS.values()]
    answered = [query for query in queries if over_time(pair.before, query, SPAN)]
    assert len(answered) > 0.7 * len(queries), set(queries) - set(answered)


def test_a_pseudonym_works_as_a_matcher(pair: Pair) -> None:
    """Dashboards put what was chosen between quotes, into regexes and after one another."""
    for label in ("job", "instance"):
        for (found,) in (labels for labels in instant(pair.after, f"count(up) by ({label})", SPAN)):
            pseudonym, original = found[1], pair.originals.undo(found[1])
            for matcher in ("=", "=~"):
                after = instant(pair.after, f'count({{{label}{matcher}"{pseudonym}"}})', SPAN)
                before = instant(pair.before, f'count({{{label}="{original}"}})', SPAN)
                assert after == before != {}, (label, matcher, pseudonym)


def test_the_family_is_recognised_by_its_jobs(pair: Pair) -> None:
    jobs = {value for series in pair.exported.content.samples for name, value in series if name == "job"}
    assert len(jobs) == 8
    for job in jobs:
        before, after = FAMILY.match(pair.originals.undo(job)), FAMILY.match(job)
        assert bool(before) == bool(after), job
        assert before is None or after is None or before[1] == after[1]
