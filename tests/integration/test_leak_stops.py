"""An export whose engine is broken: no ZIP, no .part, and a report for the owner alone that does not tell the value."""

from __future__ import annotations

import contextlib
import io
import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.faults import Answer, first_of, from_window
from tests.fakes.proxy import FaultProxy
from tests.integration.exports import HOUR, MINUTE, SECOND, Bundle, asked, day, target_lines
from tests.lab.commandline import run_here
from tests.lab.lines import line
from tests.lab.victoria import VictoriaMetrics
from tests.unit.mutations import replace_everywhere, same_text
from vmexporter.bundle.writer import BundlePaths
from vmexporter.core.privacy.kinds import KINDS
from vmexporter.core.request import Connection, ExportRequest, ObfuscationChoice
from vmexporter.errors import AccessDenied, LeakFound
from vmexporter.flows.events import Event
from vmexporter.flows.exporting import Output, resume
from vmexporter.flows.exporting import export as export_events
from vmexporter.flows.world import World

pytestmark = pytest.mark.real

START, END = day(30), day(30) + HOUR
TIMES = list(range(START, END + 1, 30 * SECOND))
TARGET = {"job": "acme-vmagent", "instance": "10.20.30.11:8429"}
WORD, NUMBER = "qzx-corporation", "40417"


@pytest.fixture(scope="module")
def server(shared_victoria: VictoriaMetrics) -> VictoriaMetrics:
    build = "vmagent-20260101-000000-tags-v1.150.0"
    shared_victoria.import_jsonl(target_lines(TARGET["job"], TARGET["instance"], TIMES, version=build))
    more = [{"customer": WORD}, {"team": NUMBER}, {"acme_tier": "gold"}, {"zone": "eu-west-1b"}]
    shared_victoria.import_jsonl(
        line({"__name__": "vm_rows", **labels, **TARGET}, [1] * len(TIMES), TIMES) for labels in more
    )
    return shared_victoria


def break_custom_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    replace_everywhere(monkeypatch, KINDS, {**KINDS, "custom_label": same_text})


def request_of(server: VictoriaMetrics, url: str = "", **choice: Any) -> ExportRequest:
    request = asked(url or server.url, START, END, obfuscation=ObfuscationChoice(**choice))
    return request.model_copy(update={"window_ms": 10 * MINUTE})


def events_of(request: ExportRequest, folder: Path) -> Iterator[Event]:
    return export_events(request, Output(BundlePaths(folder / "b.zip")), World())


@pytest.mark.parametrize(
    ("drop", "found_by"),
    [(("team",), "the guard in the pipe"), (("customer", "acme_tier"), None)],
    ids=["guard", "audit"],
)
def test_a_leak_leaves_a_report_and_nothing_else(
    server: VictoriaMetrics,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    drop: tuple[str, ...],
    found_by: str | None,
) -> None:
    """The guard knows no such word; a short number could be a port for all it knows, but not for the audit."""
    break_custom_labels(monkeypatch)
    with pytest.raises(LeakFound) as leak:
        list(events_of(request_of(server, drop_labels=drop), tmp_path))
    [report] = tmp_path.iterdir()
    assert report.name == "b.leak_report.json" and stat.S_IMODE(report.stat().st_mode) == 0o600
    told = json.loads(report.read_text())
    assert told.get("found_by") == found_by
    assert told["found"] >= 1 and all(set(one) == {"kind", "place", "count"} for one in told["findings"])
    said = f"{report.read_text()} {leak.value.message} {leak.value.hint}"
    assert WORD not in said and NUMBER not in said and "b.leak_report.json" in leak.value.hint


def test_the_command_says_so_and_a_second_attempt_replaces_the_report(
    server: VictoriaMetrics, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with monkeypatch.context() as broken:
        break_custom_labels(broken)
        for _ in range(2):
            ran = run_here("export", server.url, "--start", str(START), "--end", str(END), "-o", tmp_path / "b.zip")
            assert (ran.status, "cannot" in ran.words, "Traceback" in ran.err) == (10, True, False)
            assert WORD not in ran.err + ran.out and "leak_report.json" in ran.words
            assert [path.name for path in tmp_path.iterdir()] == ["b.leak_report.json"]
    run_here("export", server.url, "--start", str(START), "--end", str(END), "-o", tmp_path / "b.zip").checked()
    assert Bundle(tmp_path / "b.zip").manifest["label_policy"]["audit"]["found"] == 0


def test_lines_to_a_stream_stop_before_the_leak(
    server: VictoriaMetrics, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    break_custom_labels(monkeypatch)
    stream = io.BytesIO()
    with pytest.raises(LeakFound):
        list(export_events(request_of(server), Output(BundlePaths(tmp_path / "b.zip"), stream), World()))
    assert WORD.encode() not in stream.getvalue()
    assert not list(tmp_path.glob("*.zip")) and not list(tmp_path.glob("*.part"))


CHOICE = {"keep_labels": ("zone",), "map_labels": ("type",), "drop_labels": ("team",), "words": ("corporation",)}


@pytest.mark.parametrize("level", ["support", "strict", "none"])
def test_a_resumed_export_says_the_same_of_its_policy(server: VictoriaMetrics, tmp_path: Path, level: str) -> None:
    """Also of the labels that only windows before the interruption had."""
    choice: dict[str, Any] = (
        {"level": level, **CHOICE} if level != "none" else {"level": level, "drop_labels": ("team",)}
    )
    described = []
    for name, plan in (("whole", first_of()), ("resumed", from_window(3, Answer(403)))):
        folder = tmp_path / name
        folder.mkdir()
        with FaultProxy(server.url, plan) as proxy, contextlib.suppress(AccessDenied):
            list(events_of(request_of(server, url=proxy.url, **choice), folder))
        parts = list(folder.glob("*.part"))
        assert bool(parts) is (name == "resumed")
        for part in parts:
            list(resume(part, Connection(url=server.url), World()))
        bundle = Bundle(folder / "b.zip")
        assert not list(folder.glob("*.part*"))
        policy = bundle.manifest["label_policy"]
        named = bundle.originals if bundle.manifest["obfuscated"] else {}
        for key in ("mapped_labels", "kept_labels", "dropped_labels"):
            policy[key] = sorted(named.get(label, label) for label in policy[key])
        described.append((policy, bundle.manifest["counts"]["series"]))
    assert described[0] == described[1]
    assert described[0][0]["dropped_labels"] == ["team"]
    assert described[0][0]["own_words"] == (level != "none")


def test_the_series_are_the_same_with_and_without_obfuscation(server: VictoriaMetrics, tmp_path: Path) -> None:
    counts = []
    for number, level in enumerate(("support", "strict", "none")):
        folder = tmp_path / str(number)
        folder.mkdir()
        list(events_of(request_of(server, level=level), folder))
        counts.append(Bundle(folder / "b.zip").manifest["counts"])
    assert len({(one["series"], one["samples"], one["lines"]) for one in counts}) == 1
