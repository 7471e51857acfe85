"""What is imported is what the target has: series by series, timestamp by timestamp, every kind of value, each once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.importsite import (
    START_MS,
    STEP_MS,
    check_equal,
    events_of,
    imported,
    known_lines,
    no_journal,
    node,
    numbers,
    stored,
    written,
)
from tests.lab.lines import line, samples_by_series
from tests.lab.victoria import VictoriaMetrics
from vmexporter.errors import InvalidInput
from vmexporter.flows.importevents import Surveyed
from vmexporter.flows.importrun import Manner
from vmexporter.flows.world import World

pytestmark = pytest.mark.real
LINES = known_lines()


@pytest.fixture(params=["installed", "current"])
def target(request: pytest.FixtureRequest) -> Iterator[VictoriaMetrics]:
    with node(request.param) as server:
        yield server


class TestRoundTrip:
    def test_every_sample_is_there_once(self, target: VictoriaMetrics, tmp_path: Path) -> None:
        done = imported(written(LINES, tmp_path / "known.jsonl.gz"), target.url)
        check_equal(LINES, target.api)
        assert done.verification.state == "same" and done.doubtful == 0
        assert done.tally.samples == done.verification.samples_found == 60 * 120
        no_journal(tmp_path)

    def test_moved_in_time_by_the_millisecond(self, target: VictoriaMetrics, tmp_path: Path) -> None:
        shift = {"mode": "by", "ms": -86_400_000 * 40 + 12_345}
        done = imported(written(LINES, tmp_path / "known.jsonl"), target.url, shift=shift)
        check_equal(LINES, target.api, shift["ms"])  # type: ignore[arg-type]
        assert done.verification.state == "same"

    def test_values_are_those_that_curl_would_have_stored(self, target: VictoriaMetrics, tmp_path: Path) -> None:
        plain = [text for text in LINES if b"null" not in text and b"Infinity" not in text]
        imported(written(plain, tmp_path / "known.jsonl"), target.url)
        ours = stored(target.api)
        with VictoriaMetrics("-search.latencyOffset=0s", program=target.program) as other:
            other.import_jsonl(plain)
            assert stored(other.api) == ours

    def test_with_labels_added_and_left_out(self, target: VictoriaMetrics, tmp_path: Path) -> None:
        lines = [text.replace(b'"job":', b'"gone":"x","job":') for text in LINES]
        options: dict[str, Any] = {"extra_labels": [{"name": "bundle", "value": "case-1"}], "drop_labels": ["gone"]}
        done = imported(written(lines, tmp_path / "known.jsonl"), target.url, **options)
        assert done.verification.state == "same"
        expected = {
            tuple(sorted((*series, ("bundle", "case-1")))): samples
            for series, samples in numbers(samples_by_series(LINES)).items()
        }
        assert numbers(stored(target.api)) == expected

    def test_beside_what_is_there_already(self, target: VictoriaMetrics, tmp_path: Path) -> None:
        other = line({"__name__": "mine", "job": "job-1", "instance": "x"}, [1, 2], [START_MS, START_MS + STEP_MS])
        target.import_jsonl([other])
        done = imported(written(LINES, tmp_path / "known.jsonl"), target.url)
        assert done.verification.state == "same"
        check_equal([*LINES, other], target.api)


class TestPreflight:
    def test_sends_nothing(self, target: VictoriaMetrics, tmp_path: Path) -> None:
        events = list(events_of(written(LINES, tmp_path / "k.jsonl"), target.url, Manner(check_only=True)))
        seen = events[-1]
        assert isinstance(seen, Surveyed)
        assert (seen.survey.series, seen.survey.tally.samples) == (60, 60 * 120)
        assert seen.facts.retention == "100y" and seen.facts.label_limit
        target.flush()
        assert stored(target.api) == {}
        no_journal(tmp_path)


class TestNothingIsLeft:
    """Nothing is sent then, and nothing is called a success."""

    @pytest.mark.parametrize(
        ("options", "field", "hint"),
        [
            ({"jobs": ["nosuch"]}, "jobs", "the jobs job-0, job-1, job-2"),
            ({"time_range": {"start_ms": 1, "end_ms": 2}}, "time_range", "2025-10-09T08:53:20Z to "),
        ],
    )
    def test_the_refusal_says_what_there_is(
        self, target: VictoriaMetrics, tmp_path: Path, options: dict[str, Any], field: str, hint: str
    ) -> None:
        with pytest.raises(InvalidInput, match="cannot import: no") as refusal:
            imported(written(LINES, tmp_path / "known.jsonl"), target.url, **options)
        assert refusal.value.field == field and hint in refusal.value.hint
        target.flush()
        assert stored(target.api) == {}
        no_journal(tmp_path)


class TestWhatTheTargetDrops:
    def test_older_samples_are_left_out_and_said(self, tmp_path: Path) -> None:
        now_ms = World().now_ms()
        young = line({"__name__": "young", "job": "job-1", "instance": "x"}, [1, 2], [now_ms - 2_000, now_ms - 1_000])
        with node("installed", "-retentionPeriod=1d") as target:
            done = imported(written([*LINES, young], tmp_path / "known.jsonl"), target.url)
        assert (done.tally.before_retention, done.tally.samples) == (60 * 120, 2)
        assert done.verification.samples_found == 2

    def test_when_that_are_all_nothing_is_begun(self, tmp_path: Path) -> None:
        path = written(LINES, tmp_path / "known.jsonl")
        with node("installed", "-retentionPeriod=1d") as target:
            with pytest.raises(InvalidInput, match=r"all 7,200 samples .* \(-retentionPeriod=1d\)") as refusal:
                imported(path, target.url)
            assert "--shift-to-now" in refusal.value.hint
            [*_, seen] = events_of(path, target.url, Manner(check_only=True))
            assert isinstance(seen, Surveyed) and seen.outside == 60 * 120
        no_journal(tmp_path)

    def test_unless_they_are_moved(self, tmp_path: Path) -> None:
        with node("installed", "-retentionPeriod=1d") as target:
            done = imported(written(LINES, tmp_path / "known.jsonl"), target.url, shift={"mode": "end-at-now"})
            assert done.tally.before_retention == 0
            assert done.verification.state == "same"

    def test_too_many_labels_are_a_difference_with_its_reason(self, target: VictoriaMetrics, tmp_path: Path) -> None:
        many = {f"label_{number:02}": "x" for number in range(60)}
        wide = line({"__name__": "wide", "job": "job-9", "instance": "x", **many}, [1, 2], [START_MS, START_MS + 1])
        other = line({"__name__": "wide", "job": "job-8", "instance": "x"}, [1, 2], [START_MS, START_MS + 1])
        done = imported(written([wide, other], tmp_path / "wide.jsonl"), target.url)
        if done.verification.state == "same":  # old servers drop the labels and keep the series
            assert len(stored(target.api)) == 2
            return
        [difference] = done.verification.differences
        assert (difference.job, difference.samples_found) == ("job-9", 0)
        assert "label" in done.verification.reasons[0]
