"""Masked labels do not change a finding: the same data before and after an obfuscated export, check by check."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.lab import troubled
from tests.lab.lines import cluster_lines
from tests.lab.private_export import export
from tests.lab.victoria import VictoriaMetrics
from vmexporter.core.request import Connection
from vmexporter.core.support.placeholders import Filter
from vmexporter.flows.bundleview import OpenedBundle, look, read_support_tables
from vmexporter.flows.findings import ask_checks
from vmexporter.flows.overview import overview
from vmexporter.flows.session import connect

pytestmark = pytest.mark.real

NOW_MS = 1_795_600_000_000
RECORDED = (1_795_423_430_000, 1_795_424_310_000)
TROUBLED = (troubled.FIRST_MS, troubled.LAST_MS)


Finding = tuple[str, int, list[float]]
"""State, series measured, values of the findings."""


def seen(server: VictoriaMetrics) -> tuple[dict[str, Finding], list[object], list[object]]:
    """Findings by check, rows and marks, without what is masked."""
    tables = read_support_tables()
    with connect(Connection(url=server.url)) as session:
        view = look(session, OpenedBundle("a"), NOW_MS)
        results = ask_checks(view, tables.checks, Filter())
        found = overview(view, Filter(), tables.defaults)
    findings: dict[str, Finding] = {
        one.check.id: (one.state, one.measured, sorted(round(each.value, 9) for each in one.findings))
        for one in results
    }
    rows = [(one.component, one.versions, one.up_share, one.restarts, len(one.flags), one.down) for one in found.rows]
    marks = [(mark.kind, mark.at_ms, mark.component, mark.version, mark.until_ms) for mark in found.marks]
    return findings, sorted(rows, key=repr), sorted(marks, key=repr)


@pytest.mark.parametrize(
    ("lines", "span"),
    [(cluster_lines(), RECORDED), (troubled.troubled_lines(), TROUBLED)],
    ids=["recorded", "troubled"],
)
@pytest.mark.parametrize("level", ["support", pytest.param("strict", marks=pytest.mark.slow)])
def test_the_same_is_found(lines: Iterable[bytes], span: tuple[int, int], level: str, tmp_path: Path) -> None:
    with VictoriaMetrics("-search.latencyOffset=0s") as before, VictoriaMetrics("-search.latencyOffset=0s") as after:
        before.import_jsonl(lines)
        times = ("--start", str(span[0]), "--end", str(span[1]))
        what = ("--selector", '{__name__!=""}', "--level", level)
        exported = export(before.url, *times, *what, folder=tmp_path / "out")
        with zipfile.ZipFile(exported.bundle) as archive:
            text = archive.read("metrics.jsonl")
        assert b"10.0.0.1" not in text and b"10.20.30.11" not in text
        after.import_jsonl(line + b"\n" for line in text.split(b"\n") if line)
        expected = seen(before)
        assert seen(after) == expected
        assert any(state == "found" for state, _, _ in expected[0].values())
