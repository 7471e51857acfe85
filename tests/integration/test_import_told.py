"""What an import says where it would be easy to say nothing: a quiet preflight, lost samples, another target."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.importsite import check_equal, finished, known_lines, node, request_to, written
from tests.lab.commandline import run_here
from tests.lab.victoria import VictoriaMetrics
from tests.unit.bundles import TEXTS, WHOLE, make_bundle
from vmexporter.bundle.recenttargets import RecentTarget, RecentTargets
from vmexporter.core.request import Connection
from vmexporter.errors import BundleDamaged, VmexporterError
from vmexporter.flows.events import Note
from vmexporter.flows.importevents import ImportProgress, JournalKept, Surveyed
from vmexporter.flows.importing import import_metrics, resume_import
from vmexporter.flows.importrun import Manner
from vmexporter.flows.world import World

pytestmark = pytest.mark.real
LINES = known_lines(series=30, samples=40)


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture(scope="module")
def target() -> Iterator[VictoriaMetrics]:
    with node("installed") as server:
        yield server


def test_a_quiet_preflight_is_its_result(target: VictoriaMetrics, tmp_path: Path) -> None:
    path = written(LINES, tmp_path / "k.jsonl")
    told = run_here("import", path, target.url, "--check-only", "-q").checked()
    assert told.out.startswith("Preflight\n") and "1,200 in 30 lines" in told.out and not told.err
    document = run_here("import", path, target.url, "--check-only", "-q", "--json").json()
    assert document["preflight"]["samples"] == 1200 and document["result"] is None


def test_what_a_damaged_bundle_lost_is_counted(target: VictoriaMetrics, tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path, TEXTS)
    content = bytearray(bundle.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 200] = bytes(200)
    bundle.write_bytes(content)
    with pytest.raises(BundleDamaged):
        list(import_metrics(bundle, request_to(target.url), Manner(), World()))
    request = request_to(target.url).model_copy(update={"force": True})
    events = list(import_metrics(bundle, request, Manner(verify=False), World()))
    [seen] = [event for event in events if isinstance(event, Surveyed)]
    done = finished(iter(events))
    assert 0 < done.tally.samples < WHOLE.count(b"\n")
    assert done.lost == seen.lost == WHOLE.count(b"\n") - done.tally.samples
    told = run_here("import", bundle, target.url, "--force", "--no-verify").checked()
    assert told.out.count(f"{done.lost:,} samples that the bundle's manifest promises cannot be read") == 2


def test_a_sound_bundle_lost_nothing(target: VictoriaMetrics, tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path, TEXTS)
    request = request_to(target.url, time_range={"start_ms": 0, "end_ms": 3500})
    [seen] = [event for event in import_metrics(bundle, request, Manner(check_only=True), World())
              if isinstance(event, Surveyed)]  # fmt: skip
    assert seen.survey.tally.outside_range and not seen.lost


def test_a_target_is_remembered_once_it_was_found(target: VictoriaMetrics, tmp_path: Path, state: Path) -> None:
    path = written(LINES, tmp_path / "k.jsonl")
    known = RecentTargets(state / "vmexporter")
    request = request_to(target.url)
    list(import_metrics(path, request, Manner(check_only=True), World()))
    with pytest.raises(VmexporterError):
        list(import_metrics(path, request_to("http://127.0.0.1:1"), Manner(), World()))
    assert known.targets() == []
    list(until_kept(import_metrics(path, request.model_copy(update={"insert_url": target.url}), Manner(), World())))
    assert known.targets() == [RecentTarget(target.url, target.url)]
    listed = run_here("targets", "list").checked()
    assert listed.out == f"{target.url} --insert-url {target.url}\n"
    [told] = run_here("targets", "list", "--json").json()["targets"]
    assert told == {"url": target.url, "insert_url": target.url, "tenant": ""}


def test_a_target_that_cannot_be_remembered_is_a_note(target: VictoriaMetrics, tmp_path: Path, state: Path) -> None:
    state.write_bytes(b"a file where a folder should be")
    told = list(import_metrics(written(LINES, tmp_path / "k.jsonl"), request_to(target.url), Manner(), World()))
    assert [event.text for event in told if isinstance(event, Note) and event.text.startswith("cannot write")]
    assert finished(iter(told)).tally.samples == 1200


@pytest.mark.parametrize("is_elsewhere", [False, True])
def test_another_target_is_said_before_anything_is_sent(
    target: VictoriaMetrics, tmp_path: Path, is_elsewhere: bool
) -> None:
    events = import_metrics(written(LINES, tmp_path / "k.jsonl"), request_to(target.url), Manner(), World())
    [journal] = [event.path for event in until_kept(events)]
    with node("installed") as other:
        url = other.url if is_elsewhere else f"{target.url}/?x=y"
        told = list(resume_import(journal, Connection(url=url), Manner(), World()))
        notes = [at for at, event in enumerate(told) if isinstance(event, Note) and "another address" in event.text]
        assert len(notes) == is_elsewhere
        assert not any(isinstance(event, ImportProgress) for event in told[: max(notes, default=0)])
        assert finished(iter(told)).verification.state == "same"
        if is_elsewhere:
            check_equal(LINES, other.api)


def until_kept(events: Iterator[object]) -> Iterator[JournalKept]:
    for event in events:
        if isinstance(event, JournalKept):
            events.close()  # type: ignore[attr-defined]
            yield event
            return
