"""Native blocks carry nothing private: the recorded cluster as in test_privacy_cluster, and an engine that is broken.

The search reads names and blocks by its own means.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.integration.test_audit import map_of, with_texts
from tests.integration.test_leak_stops import END, NUMBER, START, WORD, request_of
from tests.integration.test_leak_stops import server as leaky_server
from tests.integration.test_privacy_canaries import MODES as CANARY_MODES
from tests.integration.test_privacy_canaries import Place
from tests.integration.test_privacy_canaries import replayed as replayed_canaries
from tests.integration.test_privacy_cluster import LOCATIONS, MODES, RANGE, RandomNames, private, renamed
from tests.integration.test_privacy_cluster import server as recorded_cluster
from tests.lab.blocks import blocks_in, labels_of
from tests.lab.commandline import run, run_here
from tests.lab.lines import cluster_lines
from tests.lab.private_export import Exported, export
from tests.lab.victoria import VictoriaMetrics
from tests.unit.mutations import replace_everywhere, same_text
from vmexporter.bundle.writer import BundlePaths
from vmexporter.core.privacy import flags
from vmexporter.core.privacy import targets as targets_module
from vmexporter.core.privacy.flags import FLAG_KINDS
from vmexporter.core.privacy.kinds import KINDS
from vmexporter.core.request import ExportRequest
from vmexporter.errors import LeakFound
from vmexporter.flows.exporting import Output
from vmexporter.flows.exporting import export as export_events
from vmexporter.flows.world import World

pytestmark = pytest.mark.real
server = recorded_cluster
small_server = leaky_server
replayed = replayed_canaries
NATIVE = ("--format", "native")


def contents(exported: Exported) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """The manifest, and the labels of every series."""
    with zipfile.ZipFile(exported.bundle) as archive:
        manifest = json.loads(archive.read("metadata.json"))
        names = {name for name, _ in blocks_in(archive.read("metrics.native"))}
    return manifest, [dict(labels_of(name)) for name in names]


def check(exported: Exported, planted: Mapping[str, str]) -> None:
    leaks = exported.found(planted)
    assert not leaks, f"leaks:\n{leaks}"


def test_all_of_it_is_found_in_a_plain_bundle(server: VictoriaMetrics, tmp_path: Path) -> None:
    """The search can find what it looks for."""
    planted = private() | LOCATIONS
    plain = export(server.url, *RANGE, *NATIVE, *MODES["selector"], "--no-obfuscate", folder=tmp_path / "out")
    assert {line.partition(": in ")[0] for line in plain.found(planted).split("\n")} == set(planted.values())


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("level", ["support", "strict"])
def test_nothing_private_leaves(server: VictoriaMetrics, level: str, mode: str, tmp_path: Path) -> None:
    exported = export(server.url, *RANGE, *NATIVE, *MODES[mode], "--level", level, folder=tmp_path / "out")
    check(exported, private() | (LOCATIONS if level == "strict" else {}))
    manifest, series = contents(exported)
    assert len(series) > (5600 if mode == "selector" else 5500)
    audit = manifest["label_policy"]["audit"]
    assert audit["originals"] > 40 and audit["found"] == 0


def test_nothing_private_leaves_under_other_label_names(tmp_path: Path) -> None:
    names = RandomNames("job", "instance", "version", "short_version")
    with VictoriaMetrics("-search.latencyOffset=0s") as own:
        own.import_jsonl(renamed(text, names) for text in cluster_lines())
        exported = export(own.url, *RANGE, *NATIVE, folder=tmp_path / "out")
    check(exported, {**private(), **names.planted, "qzxw": "a piece of a label name"})
    assert len(contents(exported)[1]) > 5500


def test_own_words_and_other_choices(server: VictoriaMetrics, tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("AMD64\nfra1\nhour_metric_ids\n")
    options = ("--one-way", "--words-file", words, "--drop-label", "pod", "--map-label", "type")
    exported = export(server.url, *RANGE, *NATIVE, *MODES["selector"], *options, folder=tmp_path / "out")
    assert not [path.name for path in exported.folder.iterdir() if "map" in path.name]
    check(exported, {**private(), "amd64": "own word", "fra1": "own word", "hour_metric_ids": "own word"})
    manifest, series = contents(exported)
    assert manifest["label_policy"]["dropped_labels"] == ["pod"] and not [one for one in series if "pod" in one]


@pytest.mark.parametrize("mode", CANARY_MODES)
def test_no_canary_of_a_recording_leaves(replayed: Place, mode: str, tmp_path: Path) -> None:
    exported = export(replayed.url, *NATIVE, *replayed.range, *CANARY_MODES[mode], folder=tmp_path / "out")
    exported.check(replayed.canaries)


class TestABrokenEngine:
    def request(self, server: VictoriaMetrics, **choice: Any) -> ExportRequest:
        return request_of(server, **choice).model_copy(update={"format": "native", "window_ms": 0})

    @pytest.mark.parametrize(
        ("drop", "found_by"),
        [(("team",), "the guard in the pipe"), (("customer", "acme_tier"), None)],
        ids=["guard", "audit"],
    )
    def test_a_leak_leaves_a_report_and_nothing_else(
        self,
        small_server: VictoriaMetrics,
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
        drop: tuple[str, ...],
        found_by: str | None,
    ) -> None:
        replace_everywhere(monkeypatch, KINDS, {**KINDS, "custom_label": same_text})
        request = self.request(small_server, drop_labels=drop)
        with pytest.raises(LeakFound) as leak:
            list(export_events(request, Output(BundlePaths(tmp_path / "b.zip")), World()))
        [report] = tmp_path.iterdir()
        assert report.name == "b.leak_report.json"
        told = json.loads(report.read_text())
        assert told.get("found_by") == found_by and told["found"] >= 1
        if found_by is None:
            assert {one["place"].partition(":")[0] for one in told["findings"]} == {"metrics.native"}
        said = f"{report.read_text()} {leak.value.message} {leak.value.hint}"
        assert WORD not in said and NUMBER not in said

    @pytest.mark.parametrize("kind", ["custom_label", "host_port", "job_name", "fs_path", "rule_group", "tenant_id"])
    def test_each_kind_left_as_it_is(
        self, server: VictoriaMetrics, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str
    ) -> None:
        replace_everywhere(monkeypatch, KINDS, {**KINDS, kind: same_text})
        self.check_refused(server, tmp_path)

    @pytest.mark.parametrize("kind", ["fs_path", "url_or_path"])
    def test_each_kind_of_flag_left_as_it_is(
        self, server: VictoriaMetrics, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str
    ) -> None:
        monkeypatch.setattr(flags, "FLAG_KINDS", {**FLAG_KINDS, kind: lambda known, element: element})
        self.check_refused(server, tmp_path)

    @pytest.mark.parametrize("name", ["host_pseudonym", "ipv4_pseudonym"])
    def test_pieces_left_as_they_are(
        self, server: VictoriaMetrics, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
    ) -> None:
        monkeypatch.setattr(targets_module, name, lambda known, text: text)
        self.check_refused(server, tmp_path)

    def check_refused(self, server: VictoriaMetrics, folder: Path) -> None:
        ran = run_here("export", server.url, *RANGE, *NATIVE, *MODES["selector"], "-o", folder / "b.zip")
        assert (ran.status, "Traceback" in ran.err) == (10, False), ran.words
        assert [path.name for path in folder.iterdir()] == ["b.leak_report.json"]

    def test_a_stream_stops_before_the_leak(
        self, small_server: VictoriaMetrics, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        replace_everywhere(monkeypatch, KINDS, {**KINDS, "custom_label": same_text})
        stream = io.BytesIO()
        with pytest.raises(LeakFound):
            list(export_events(self.request(small_server), Output(BundlePaths(tmp_path / "b.zip"), stream), World()))
        assert WORD.encode() not in stream.getvalue() and START < END


@pytest.fixture(scope="module")
def bundle(server: VictoriaMetrics, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A native bundle of the recorded cluster, its map beside it."""
    path = tmp_path_factory.mktemp("bundle") / "b.zip"
    run("export", server.url, *RANGE, *NATIVE, *MODES["selector"], "-o", path).checked()
    return path


class TestTheAudit:
    @pytest.mark.parametrize("spell", [str, str.upper, lambda text: text.encode().hex()])
    def test_an_original_that_was_put_in_is_found(
        self, bundle: Path, tmp_path: Path, spell: Callable[[str], str]
    ) -> None:
        original = json.loads(map_of(bundle).read_bytes())["kinds"]["label:group"].popitem()[1]

        def change(texts: dict[str, bytes]) -> dict[str, bytes]:
            content = texts["metrics.native"]
            length = int.from_bytes(content[16:20], "big")
            name = content[20 : 20 + length] + b"word\x01" + spell(original).encode() + b"\x01"
            changed = content[:16] + len(name).to_bytes(4, "big") + name + content[20 + length :]
            return {"metrics.native": changed}

        leaky = with_texts(bundle, tmp_path / "leaky.zip", change)
        ran = run("audit", leaky, "--map", map_of(bundle))
        assert ran.status == 10 and "metrics.native" in ran.out, ran
        assert ("label:group" if spell in {str, str.upper} else "unaccounted") in ran.out
        assert original not in ran.out + ran.err and spell(original) not in ran.out + ran.err

    @pytest.mark.parametrize("where", ["behind", "before", "in place of a block"])
    def test_a_text_that_is_no_block_is_found(self, bundle: Path, tmp_path: Path, where: str) -> None:
        def change(texts: dict[str, bytes]) -> dict[str, bytes]:
            content, text = texts["metrics.native"], b"what somebody wrote there"
            if where == "before":
                return {"metrics.native": text[:16] + content[16:]}
            unit = content[16 : 20 + int.from_bytes(content[16:20], "big")] + len(text).to_bytes(4, "big") + text
            return {"metrics.native": content + (text if where == "behind" else unit)}

        leaky = with_texts(bundle, tmp_path / "leaky.zip", change)
        ran = run("audit", leaky, "--map", map_of(bundle))
        assert ran.status == 10 and "not-a-block" in ran.out, ran
        assert run("inspect", leaky).status not in {0, 1}
