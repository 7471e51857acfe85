"""Real servers answer support's questions: every query runs, the overview tells what happened, findings are right."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.fakes.faults import Answer
from tests.fakes.proxy import FaultProxy
from tests.lab import troubled
from tests.lab.lines import cluster_lines
from tests.lab.victoria import VictoriaMetrics
from vmexporter.core.request import Connection, TimeRange
from vmexporter.core.support.answers import Result
from vmexporter.core.support.placeholders import Filter
from vmexporter.errors import InvalidInput
from vmexporter.flows.bundleview import OpenedBundle, View, look, read_support_tables
from vmexporter.flows.dashboards import MOST_LINES, draw
from vmexporter.flows.findings import ask_checks
from vmexporter.flows.overview import overview
from vmexporter.flows.reporting import report
from vmexporter.flows.session import Session, connect

pytestmark = pytest.mark.real

NOW_MS = 1_795_600_000_000
EVERYONE = Filter()
TABLES = read_support_tables()


@pytest.fixture(scope="module", params=["installed", "current"])
def opened(request: pytest.FixtureRequest) -> Iterator[Callable[[str], Session]]:
    """A session with a server that holds the recorded cluster, or the troubled one, in each version."""
    program = "victoria-metrics"
    if request.param == "current":
        folder = os.environ.get("VMEXPORTER_TEST_CURRENT_BIN")
        if not folder:
            pytest.skip("VMEXPORTER_TEST_CURRENT_BIN names no folder with a current victoria-metrics")
        program = str(Path(folder, program))
    with ExitStack() as stack:
        sessions = {}
        for name, lines in {"recorded": cluster_lines(), "troubled": troubled.troubled_lines()}.items():
            server = stack.enter_context(VictoriaMetrics("-search.latencyOffset=0s", program=program))
            server.import_jsonl(lines)
            sessions[name] = stack.enter_context(connect(Connection(url=server.url)))
        yield sessions.__getitem__


def view(session: Session, label: str = "") -> View:
    return look(session, OpenedBundle("a", label=label), NOW_MS)


def results(of: View, asked: Filter = EVERYONE) -> dict[str, Result]:
    return {one.check.id: one for one in ask_checks(of, TABLES.checks, asked)}


class TestRecordedCluster:
    def test_every_query_runs(self, opened: Callable[[str], Session]) -> None:
        of = view(opened("recorded"))
        drawn = {panel.id: draw(of, panel, EVERYONE) for panel in TABLES.panels}
        assert sum(bool(one.lines) for one in drawn.values()) >= 46
        assert not any(one.partial for one in drawn.values())
        assert all(len(line.values) == len(one.times_ms) for one in drawn.values() for line in one.lines)
        asked = ask_checks(of, TABLES.checks, EVERYONE)
        assert len(asked) == 50 and {one.state for one in asked} <= {"found", "clear", "no data"}
        assert sum(one.measured > 0 for one in asked) >= 44
        for check in TABLES.checks:
            draw(of, check, EVERYONE)

    def test_range_and_interval_come_from_the_data(self, opened: Callable[[str], Session]) -> None:
        of = view(opened("recorded"))
        assert of.interval_ms == 5_000
        assert of.time_range == TimeRange(start_ms=1_795_423_468_363, end_ms=1_795_424_309_670)
        assert len(of.instances) == 8

    def test_many_lines_are_bounded(self, opened: Callable[[str], Session]) -> None:
        panel = TABLES.panel("resources-memory-kinds")
        assert panel
        drawn = draw(view(opened("recorded")), panel, EVERYONE)
        assert (len(drawn.lines), drawn.left_out) == (MOST_LINES, 3)
        assert [line.name for line in drawn.lines] == sorted(line.name for line in drawn.lines)

    @pytest.mark.parametrize(
        ("asked", "names"),
        [
            (Filter(component="vmstorage"), {"10.20.30.11:8482", "10.20.30.12:8482"}),
            (Filter(job="acme-vmagent"), {"10.20.31.41:8429"}),
            (Filter(instance="10.20.31.51:8880"), {"10.20.31.51:8880"}),
        ],
    )
    def test_filters(self, opened: Callable[[str], Session], asked: Filter, names: set[str]) -> None:
        of, panel = view(opened("recorded")), TABLES.panel("overview-uptime")
        assert panel
        assert {line.name.split()[-1] for line in draw(of, panel, asked).lines} == names
        assert {row.instance for row in overview(of, asked, TABLES.defaults).rows} == names

    def test_a_zoom_is_a_part_of_the_range(self, opened: Callable[[str], Session]) -> None:
        of, panel = view(opened("recorded")), TABLES.panel("overview-uptime")
        assert panel
        zoom = TimeRange(start_ms=1_795_423_900_000, end_ms=1_795_424_000_000)
        times_ms = draw(of, panel, EVERYONE, zoom).times_ms
        assert zoom.start_ms <= times_ms[0] < times_ms[-1] <= zoom.end_ms and len(times_ms) >= 10


class TestTroubledCluster:
    def test_overview(self, opened: Callable[[str], Session]) -> None:
        found = overview(view(opened("troubled")), EVERYONE, TABLES.defaults)
        rows = {row.instance: row for row in found.rows}
        assert found.notes == ()
        assert {row.component for row in found.rows} == {"vmstorage", "vmagent", "vmsingle"}
        gone, agent = rows["10.0.0.2:8482"], rows["10.0.0.3:8429"]
        assert gone.up_share == pytest.approx(1 - 20 / 240, abs=0.01) and rows["10.0.0.1:8482"].up_share == 1
        assert agent.versions == ("v1.149.0", "v1.150.0") and agent.restarts == 1 and gone.restarts == 0
        [(start_ms, end_ms)] = gone.down
        down_ms = troubled.FIRST_MS + troubled.DOWN.start * troubled.STEP_MS
        assert abs(start_ms - down_ms) <= 60_000 and 240_000 <= end_ms - start_ms <= 360_000
        assert [(flag.name, flag.is_default) for flag in gone.flags] == [
            ("loggerLevel", True),
            ("retentionPeriod", False),
        ]

    def test_marks(self, opened: Callable[[str], Session]) -> None:
        restart, down = overview(view(opened("troubled")), EVERYONE, TABLES.defaults).marks
        assert (restart.kind, restart.instance, restart.version) == ("restart", "10.0.0.3:8429", "v1.150.0")
        assert 0 <= restart.at_ms - troubled.FIRST_MS - troubled.RESTART * troubled.STEP_MS <= 60_000
        assert (down.kind, down.component, down.instance) == ("down", "vmstorage", "10.0.0.2:8482")

    def test_findings_worst_first(self, opened: Callable[[str], Session]) -> None:
        asked = ask_checks(view(opened("troubled")), TABLES.checks, EVERYONE)
        found = [one for one in asked if one.findings]
        assert [one.check.id for one in found] == [
            "down", "disk-free-low", "vmagent-queue-growing", "log-errors", "version-mix",
        ]  # fmt: skip
        assert asked[: len(found)] == found
        down, disk, queue, errors, _ = found
        assert [(one.labels["instance"], round(one.value, 2)) for one in down.findings] == [("10.0.0.2:8482", 0.08)]
        assert len(disk.findings) == 2 and disk.findings[0].value == pytest.approx(0.1)
        assert queue.findings[0].labels["url"] == "1:agents"
        assert errors.findings[0].value == pytest.approx(238, abs=3)

    def test_what_is_older_or_not_there_is_told_apart(self, opened: Callable[[str], Session]) -> None:
        of, old = view(opened("troubled")), Filter(job="old")
        states = {name: one.state for name, one in results(of, old).items()}
        assert (states["sched-latency"], states["vmalert-missed"], states["slow-inserts"]) == (
            "older",
            "absent",
            "no data",
        )
        assert (states["flags-risky"], states["down"]) == ("clear", "clear")
        assert results(of)["sched-latency"].state == "no data"
        kinds = ["resources-sched-latency", "resources-cpu", "storage-merges"]
        panels = [panel for name in kinds if (panel := TABLES.panel(name))]
        assert [draw(of, panel, old).empty for panel in panels] == ["older", "no data", "zero"]

    def test_a_report_is_one_whole_file(self, opened: Callable[[str], Session]) -> None:
        text = report(opened("troubled"), [OpenedBundle("case.zip", ("1 series",))], NOW_MS)
        assert text.startswith("<!doctype html>") and text.count("<svg") > 10
        for words in (
            "case.zip",
            "restarted as v1.150.0",
            "Instances down",
            "vmagent&#x27;s backlog grows",
            "nothing above zero",
        ):
            assert words in text, words
        assert re.findall(r"(?:src|srcset)=|url\(|<script|<link|@import", text) == []


def test_bundles_in_one_server_are_told_apart(start_victoria: Callable[..., VictoriaMetrics]) -> None:
    server = start_victoria("-search.latencyOffset=0s")
    server.import_jsonl(troubled.troubled_lines({"bundle": "one"}, mark="first"))
    server.import_jsonl(troubled.troubled_lines({"bundle": "two"}, mark="second"))
    panel = TABLES.panel("vmagent-queue")
    assert panel
    with connect(Connection(url=server.url)) as session:
        for label, mark in (("one", "first"), ("two", "second")):
            of = view(session, label)
            assert len(of.instances) == 4
            assert [line.name for line in draw(of, panel, EVERYONE).lines] == [f"10.0.0.3:8429 1:{mark}"]
            [finding] = results(of)["vmagent-queue-growing"].findings
            assert finding.labels["url"] == f"1:{mark}"
        with pytest.raises(InvalidInput, match="no VictoriaMetrics component"):
            view(session, "three")


def test_a_query_that_fails_is_told(
    start_victoria: Callable[..., VictoriaMetrics], start_fault_proxy: Callable[..., FaultProxy]
) -> None:
    server = start_victoria("-search.latencyOffset=0s")
    server.import_jsonl(troubled.troubled_lines())
    refused = ("vm_log_messages_total", "vm_app_start_timestamp", "flag{", "vmagent_remotewrite")
    proxy = start_fault_proxy(
        server.url,
        lambda request, count: (
            Answer(422, b'{"status":"error","error":"too heavy"}')
            if any(name in request.param("query") for name in refused)
            else None
        ),
    )
    with connect(Connection(url=proxy.url)) as session:
        of = view(session)
        asked = results(of)
        assert asked["log-errors"].state == "failed" and "too heavy" in asked["log-errors"].why
        assert asked["down"].state == "found"
        found = overview(of, EVERYONE, TABLES.defaults)
        assert [row.restarts for row in found.rows] == [None] * 4
        assert len(found.notes) == 3 and all(note.startswith("cannot tell ") for note in found.notes)
        text = report(session, [OpenedBundle("a")], NOW_MS)
        assert "too heavy" in text and "Data waiting to be sent: " in text
