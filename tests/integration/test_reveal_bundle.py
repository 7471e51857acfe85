"""Reveal with --bundle gives back what a plain export of the same server holds, line by line, in a sound bundle."""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.exports import DAY, Bundle, between, day, export
from tests.lab.lines import cluster_lines, line
from tests.lab.victoria import VictoriaMetrics
from vmexporter.bundle.mapfile import read_map
from vmexporter.bundle.reader import inspect
from vmexporter.core.privacy.mapping import PseudonymMap
from vmexporter.errors import BundleDamaged, InvalidInput, OutputFailed
from vmexporter.flows.events import Event, Finished, Note
from vmexporter.flows.revealing import reveal_bundle
from vmexporter.flows.world import World

pytestmark = pytest.mark.real

START_MS = day(340)
TIMES = [START_MS + 15_000 * number for number in range(80)]
RANGE = between(START_MS, START_MS + 20 * 60_000)
INSTANCES = ("10.87.65.43:8482", "10.87.65.44:8482", "[fd12:3456:789a::1]:8482", "vmstorage-0.acme.svc.cluster.local:1")


@pytest.fixture(scope="module")
def server(shared_victoria: VictoriaMetrics) -> VictoriaMetrics:
    lines: list[bytes] = []
    for place, instance in enumerate(INSTANCES):
        own = {"job": ("acme-vmstorage", "grün \u2028 billing")[place % 2], "instance": instance}
        version = {"version": "vmstorage-20260101-000000-tags-v1.150.0", "short_version": "v1.150.0"}
        series = [
            {"__name__": "up"},
            {"__name__": "vm_app_version", **version},
            {"__name__": "vm_rows", "type": "indexdb", "path": "/mnt/acme/vmstorage", "acme_tier": "gold"},
            {"__name__": "acme:rows:rate5m", "env": "prod", "datacenter": "fra1", "acme_tier": "acme gold"},
            {"__name__": "vm_http_requests_total", "path": '/"hard"\\\n', "customer": 'ACME "GmbH" job-1 name-1'},
        ]
        lines += [line({**labels, **own}, [(place + at) % 97 for at in range(80)], TIMES) for labels in series]
    shared_victoria.import_jsonl(lines)
    return shared_victoria


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("revealing")


@pytest.fixture(scope="module")
def private(server: VictoriaMetrics, folder: Path) -> Bundle:
    return export(server.url, *RANGE, "--window", "7m", cwd=folder)


@pytest.fixture(scope="module")
def plain(server: VictoriaMetrics, folder: Path) -> Bundle:
    return export(server.url, *RANGE, "--window", "7m", "--no-obfuscate", cwd=folder)


def revealed(bundle: Path, output: Path, known: PseudonymMap) -> list[Event]:
    return list(reveal_bundle(bundle, output, known, World()))


@pytest.fixture(scope="module")
def result(private: Bundle, folder: Path) -> tuple[Bundle, Finished]:
    *_, last = revealed(private.path, folder / "original.zip", read_map(private.map_path))
    assert isinstance(last, Finished)
    return Bundle(folder / "original.zip"), last


def test_the_lines_are_those_of_a_plain_export(result: tuple[Bundle, Finished], plain: Bundle, private: Bundle) -> None:
    bundle, _ = result
    assert private.metrics != plain.metrics and b"acme-vmstorage" not in private.metrics
    assert sorted(bundle.lines) == sorted(plain.lines)
    assert bundle.samples == plain.samples
    # The order is that of the bundle, which has the server's of another moment.
    sample_parts = [[text.partition(b'},"values"')[2] for text in one.lines] for one in (bundle, private)]
    assert sample_parts[0] == sample_parts[1]


def test_it_is_a_sound_bundle(result: tuple[Bundle, Finished], plain: Bundle) -> None:
    bundle, done = result
    found = inspect(bundle.path)
    assert found.checksum_file and found.sha256 == done.sha256 and found.bundle_bytes == done.bundle_bytes
    assert (done.bundle, done.obfuscation_map) == (bundle.path, None)
    same = ("jobs", "component_details", "components", "counts", "windows", "time_range", "rungs", "metrics_count")
    assert {name: bundle.manifest[name] for name in same} == {name: plain.manifest[name] for name in same}
    assert (bundle.manifest["obfuscated"], bundle.manifest["map_id"]) == (False, "")
    assert bundle.manifest["label_policy"]["mapped_labels"] == []
    assert "NOT obfuscated" in bundle.readme
    assert {path.name for path in bundle.path.parent.glob("original*")} == {"original.zip", "original.zip.sha256"}
    assert bundle.path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "options",
    [
        ("--level", "strict"),
        ("--keep-label", "customer", "--keep-label", "acme_tier"),
        ("--words-file", "WORDS", "--keep-label", "customer"),
        ("--map-label", "type", "--drop-label", "short_version"),
    ],
    ids=["strict", "labels kept", "own words", "labels mapped and dropped"],
)
def test_so_does_another_policy(server: VictoriaMetrics, folder: Path, options: tuple[str, ...]) -> None:
    words, dropped = folder / "words.txt", options[2:] if "--drop-label" in options else ()
    words.write_text("GmbH\nACME\n")
    given = [str(words) if option == "WORDS" else option for option in options]
    private = export(server.url, *RANGE, *given, cwd=folder)
    plain = export(server.url, *RANGE, "--no-obfuscate", *dropped, cwd=folder)
    output = private.path.with_name("original.zip")
    revealed(private.path, output, read_map(private.map_path))
    assert sorted(Bundle(output).lines) == sorted(plain.lines) != sorted(private.lines)


def test_a_whole_cluster_comes_back(start_victoria: Callable[..., VictoriaMetrics], tmp_path: Path) -> None:
    """Also its tenants, fingerprints, rules, folders, flags and e-mails."""
    own = start_victoria("-search.latencyOffset=0s", "-retentionPeriod=100y")
    own.import_jsonl(cluster_lines())
    what = (*between(1_795_424_190_000, 1_795_424_310_000), "--selector", '{job!=""}')
    private = export(own.url, *what, cwd=tmp_path)
    plain = export(own.url, *what, "--no-obfuscate", cwd=tmp_path)
    events = revealed(private.path, tmp_path / "out.zip", read_map(private.map_path))
    assert not any(isinstance(event, Note) for event in events)
    result = Bundle(tmp_path / "out.zip")
    assert sorted(result.lines) == sorted(plain.lines) and len(result.samples) > 5000
    hidden = ("selection", "sha256", "export_id", "export_date", "time_range")
    assert {**result.manifest, **dict.fromkeys(hidden)} == {**plain.manifest, **dict.fromkeys(hidden)}


def test_an_extended_map_does_too(private: Bundle, folder: Path, result: tuple[Bundle, Finished]) -> None:
    known = read_map(private.map_path)
    known.assign("name", "met later", ("name-4711",))
    revealed(private.path, folder / "again.zip", known)
    assert Bundle(folder / "again.zip").metrics == result[0].metrics


def test_an_earlier_map_is_found_out(private: Bundle, folder: Path, result: tuple[Bundle, Finished]) -> None:
    """It has the same id, and not all of the entries."""
    known, early = read_map(private.map_path), PseudonymMap(read_map(private.map_path).key)
    events = revealed(private.path, folder / "early.zip", early)
    [note] = [event for event in events if isinstance(event, Note)]
    assert "not in this map" in note.text and early.map_id == known.map_id
    assert Bundle(folder / "early.zip").metrics == private.metrics


def changed(bundle: Path, output: Path, change: Callable[[dict[str, bytes]], object]) -> Path:
    """A copy of *bundle* whose entries somebody has changed."""
    with zipfile.ZipFile(bundle) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    change(found)
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in found.items():
            archive.writestr(name, content)
    return output


def in_window(**values: int) -> Callable[[dict[str, bytes]], object]:
    def change(found: dict[str, bytes]) -> None:
        manifest = json.loads(found["metadata.json"])
        manifest["windows"][0].update(values)
        found["metadata.json"] = json.dumps(manifest).encode()

    return change


def no_windows(found: dict[str, bytes]) -> None:
    found["metadata.json"] = json.dumps({**json.loads(found["metadata.json"]), "windows": []}).encode()


def other_lines(found: dict[str, bytes]) -> None:
    found["metrics.jsonl"] = found["metrics.jsonl"].replace(b"vm_rows", b"vm_rose")


@pytest.mark.parametrize(
    "change",
    [
        other_lines,
        no_windows,
        in_window(lines=1),
        in_window(lines=10**9),
        in_window(samples=1),
        in_window(start_ms=START_MS + DAY, end_ms=START_MS + 2 * DAY),
    ],
    ids=["other lines", "no windows", "too few lines", "too many lines", "other samples", "another time"],
)
def test_a_bundle_that_is_not_what_it_says_is_refused(
    private: Bundle, tmp_path: Path, change: Callable[[dict[str, bytes]], object]
) -> None:
    damaged = changed(private.path, tmp_path / "in.zip", change)
    with pytest.raises(BundleDamaged):
        revealed(damaged, tmp_path / "out.zip", read_map(private.map_path))
    assert [path.name for path in tmp_path.iterdir()] == ["in.zip"]


def test_a_bundle_that_others_packed_anew_is_taken(private: Bundle, tmp_path: Path) -> None:
    packed = changed(private.path, tmp_path / "in.zip", lambda _: None)
    revealed(packed, tmp_path / "out.zip", read_map(private.map_path))
    assert b"acme-vmstorage" in Bundle(tmp_path / "out.zip").metrics


def test_another_map_is_refused(private: Bundle, tmp_path: Path) -> None:
    other = PseudonymMap(bytes(32))
    with pytest.raises(InvalidInput, match="its map is") as error:
        revealed(private.path, tmp_path / "out.zip", other)
    assert error.value.field == "map" and private.manifest["map_id"] in error.value.message
    assert list(tmp_path.iterdir()) == []


def test_a_plain_bundle_is_refused(plain: Bundle, private: Bundle, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="not obfuscated"):
        revealed(plain.path, tmp_path / "out.zip", read_map(private.map_path))
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(private: Bundle, tmp_path: Path) -> None:
    known = read_map(private.map_path)
    for name in ("out.zip", "out.zip.sha256"):
        (tmp_path / name).write_text("mine")
        with pytest.raises(OutputFailed, match="exists"):
            revealed(private.path, tmp_path / "out.zip", known)
        assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [(name, "mine")]
        (tmp_path / name).unlink()
    with pytest.raises(OutputFailed, match="exists"):
        revealed(private.path, private.path, known)


def test_whoever_stops_it_finds_nothing(private: Bundle, tmp_path: Path) -> None:
    hasty = iter(range(10**6))
    events = reveal_bundle(
        private.path, tmp_path / "out.zip", read_map(private.map_path), World(monotonic_s=lambda: float(next(hasty)))
    )
    kinds = Counter(type(event).__name__ for event in (next(events), next(events)))
    assert "Finished" not in kinds and list(tmp_path.iterdir())
    events.close()  # type: ignore[attr-defined]
    assert list(tmp_path.iterdir()) == []
