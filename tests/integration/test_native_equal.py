"""The same selection in both forms, imported into a current server, is the same: series, samples, timestamps.

Of an old and of a current single node, of a current cluster and of all of its tenants at once; obfuscated and not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.integration import nativesite
from tests.integration.exports import Bundle, between, export, run, server_program
from tests.integration.nativesite import END_MS, MONTHS_MS, START_MS, WINDOWS, MonthsSite, NativeBundle, export_native
from tests.lab.blocks import BlockReader
from tests.lab.cluster import Cluster
from tests.lab.lines import line
from tests.lab.remotewrite import send_stale_markers
from tests.lab.victoria import VictoriaMetrics
from vmexporter.web.bundlesample import sample_data

pytestmark = pytest.mark.real
RANGE = between(START_MS, END_MS)
reader = nativesite.reader


@dataclass(frozen=True)
class Tenants:
    """Tenants of a cluster, read at ``read``; what is imported comes to all of ``written``."""

    cluster: Cluster
    read: str
    written: tuple[str, ...]

    @property
    def url(self) -> str:
        return self.cluster.select_url(self.read)

    def import_jsonl(self, lines: Iterable[bytes]) -> None:
        for tenant, text in enumerate([list(lines)] * len(self.written)):
            self.cluster.import_jsonl(text, self.written[tenant])

    def export(self, match: str, start_ms: int, end_ms: int) -> list[bytes]:
        return self.cluster.api(self.read).export(match, start_ms, end_ms)


SINGLE = ("installed", "current")
CLUSTER = pytest.mark.cluster


@pytest.fixture(
    scope="module",
    params=[*SINGLE, pytest.param("cluster", marks=CLUSTER), pytest.param("multitenant", marks=CLUSTER)],
)
def site(request: pytest.FixtureRequest) -> Iterator[MonthsSite]:
    if request.param in SINGLE:
        with VictoriaMetrics("-search.latencyOffset=0s", program=server_program(request.param)) as server:
            yield filled(server)
    else:
        with Cluster() as cluster:
            tenants = {"cluster": ("0", ("0",)), "multitenant": ("multitenant", ("0", "7:3"))}[request.param]
            yield filled(Tenants(cluster, *tenants))


def filled(server: VictoriaMetrics | Tenants) -> MonthsSite:
    others = [{"__name__": "up", "job": job, "instance": "10.9.9.9:1", "customer": "ACME"} for job in ("x", "y")]
    server.import_jsonl([line(labels, [1, 0], [MONTHS_MS[1] - 1, MONTHS_MS[1]]) for labels in others])
    return MonthsSite.in_server(server, "equal")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("equal")


@dataclass(frozen=True)
class Pair:
    """The same in both forms, with one map."""

    lines: Bundle
    native: NativeBundle


SELECTIONS = {
    "components": (),
    "selectors that overlap": ("--selector", '{job=~"x|equal-one"}', "--selector", 'vm_rows{instance=~".*1:8482"}'),
    "everything": ("--selector", '{__name__!=""}'),
}


@pytest.fixture(scope="module", params=SELECTIONS)
def selection(request: pytest.FixtureRequest) -> tuple[str, ...]:
    return SELECTIONS[request.param]


@pytest.fixture(scope="module")
def pair(site: MonthsSite, selection: tuple[str, ...], folder: Path, reader: BlockReader) -> Pair:
    url = site.victoria.url
    lines = export(url, *RANGE, *selection, cwd=folder)
    return Pair(lines, export_native(url, *RANGE, *selection, "--map", lines.map_path, cwd=folder))


def check_same(reader: BlockReader, lines: Bundle, native: NativeBundle) -> None:
    assert native.samples == reader.samples(lines.metrics, "jsonl")
    for key in ("series", "samples"):
        assert native.manifest["counts"][key] == lines.manifest["counts"][key]
    same = ("components", "jobs", "source", "component_details", "selection", "time_range", "map_id", "obfuscated")
    assert {key: native.manifest[key] for key in same} == {key: lines.manifest[key] for key in same}


def test_obfuscated_with_one_map(pair: Pair, reader: BlockReader) -> None:
    check_same(reader, pair.lines, pair.native)
    assert b"equal" not in pair.native.metrics and b"10.8." not in pair.native.metrics
    assert pair.native.manifest["label_policy"] == pair.lines.manifest["label_policy"]
    assert pair.native.undone == pair.lines.undone
    windows = pair.native.manifest["windows"]
    assert [window["end_ms"] + 1 for window in windows] == [*MONTHS_MS, END_MS + 1]
    assert {window["rung"] for window in windows} == {"native"}


def test_not_obfuscated(site: MonthsSite, selection: tuple[str, ...], folder: Path, reader: BlockReader) -> None:
    url, plain = site.victoria.url, ("--no-obfuscate", *RANGE, *selection)
    lines, native = export(url, *plain, cwd=folder), export_native(url, *plain, cwd=folder)
    check_same(reader, lines, native)
    if not selection:
        assert native.samples == site.expected
    assert len(native.manifest["windows"]) == WINDOWS


def test_what_reads_bundles(pair: Pair, folder: Path) -> None:
    """Inspect, audit, reveal, and the page's sample."""
    path, known = pair.native.path, pair.native.map_path
    told = run("inspect", path, "--json", cwd=folder)
    assert told.status == 0 and told.json()["manifest"] == pair.native.manifest, told
    assert f"{len(pair.native.blocks)} blocks" in run("inspect", path, cwd=folder).text.replace(",", "").replace(
        " ", " "
    )
    told = run("audit", path, "--map", known, "--json", cwd=folder)
    assert told.status == 0 and told.json()["found"] == 0 and told.json()["lines"] == len(pair.native.blocks), told
    shown = sample_data(path)
    assert shown and {tuple(sorted(one.labels.items())) for one in shown} <= set(pair.native.samples)


def test_reveal_gives_the_original(pair: Pair, site: MonthsSite, selection: tuple[str, ...], folder: Path) -> None:
    output = pair.native.path.with_name("original.zip")
    told = run("reveal", "--map", pair.native.map_path, "--bundle", pair.native.path, output, cwd=folder)
    assert told.status == 0, told
    plain = export_native(site.victoria.url, *RANGE, *selection, "--no-obfuscate", cwd=folder)
    back = NativeBundle(output)
    assert back.samples == plain.samples
    # The blocks are those of the bundle; a server may have merged its own since.
    assert [block for _, block in back.blocks] == [block for _, block in pair.native.blocks]
    assert back.manifest["obfuscated"] is False and "NOT obfuscated" in back.readme


def test_nothing_at_all(site: MonthsSite, folder: Path, reader: BlockReader) -> None:
    """A range without samples is a stream of its range alone, which a server takes."""
    for options in ((), ("--no-obfuscate",)):
        empty = export_native(site.victoria.url, *RANGE, "--selector", '{job="nobody"}', *options, cwd=folder)
        assert (empty.samples, len(empty.metrics), empty.manifest["counts"]["blocks"]) == ({}, 16, 0)
        assert run("inspect", empty.path, cwd=folder).status == 0


@pytest.mark.parametrize("which", SINGLE)
def test_special_series(which: str, folder: Path, reader: BlockReader) -> None:
    """A series with a gap where the range is, samples twice, stale markers, infinities, empty and odd labels."""
    first, last = MONTHS_MS[1] + 10_000, MONTHS_MS[1] + 60_000
    own = {"job": "special", "instance": "a:1"}
    with VictoriaMetrics("-search.latencyOffset=0s", program=server_program(which)) as server:
        server.import_jsonl(
            [
                line({"__name__": "gap", **own}, [1, 2, 3, 4], [first - 9000, first - 1, last + 1, last + 9000]),
                line({"__name__": "edges", **own}, [1, 2, 3, 4], [first - 1, first, last, last + 1]),
                line({"__name__": "twice", **own}, [1, 1, 2, 2, 3], [first + at for at in (5, 5, 6, 6, 7)]),
                line({"__name__": "odd \u2028 name", "e\x02": "\x00\x01", "zone": "ü\\", **own}, [1], [last]),
                line({"__name__": "values", **own}, ["1e300", "-1e-300", "9007199254740993"], range(first, first + 3)),
            ]
        )  # fmt: skip
        server.import_text("".join(f'inf{{job="special"}} {sign}Inf {first + 5}\n' for sign in "+"))
        send_stale_markers(server, {"__name__": "stale", **own}, [first + 3, first + 5])
        server.flush()
        selection = ("--selector", '{job="special"}', *between(first, last))
        lines = export(server.url, *selection, cwd=folder)
        native = export_native(server.url, *selection, "--map", lines.map_path, cwd=folder)
    stale = [series for series, samples in native.samples.items() if samples[0][1] == "null"]
    assert [native.samples[series] for series in stale] == [[(first + 3, "null"), (first + 5, "null")]]
    in_lines = reader.samples(lines.metrics, "jsonl")  # a server takes no null of a line, so stale markers are lost
    assert {series: samples for series, samples in native.samples.items() if series not in stale} == in_lines
    assert native.manifest["counts"]["series"] == lines.manifest["counts"]["series"] == 6
    assert native.manifest["counts"]["samples"] == lines.manifest["counts"]["samples"]
    assert not [labels for labels, _ in native.blocks if ("__name__", "gap") in labels]
