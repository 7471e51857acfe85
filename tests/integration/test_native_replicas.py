"""Where the two forms differ: replication and deduplication, by which lines are changed on the way and blocks are not.

The numbers stand in docs/native.md. And which servers take which blocks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.integration import nativesite
from tests.integration.exports import AllSamples, Bundle, between, export, run, server_program
from tests.integration.nativesite import MONTHS_MS, export_native
from tests.lab.asking import ask, wait_until
from tests.lab.blocks import BlockReader
from tests.lab.cluster import Cluster
from tests.lab.lines import line, samples_by_series
from tests.lab.victoria import VictoriaMetrics

pytestmark = pytest.mark.real
reader = nativesite.reader
START_MS, SECONDS = MONTHS_MS[0], 600
RANGE = between(START_MS, START_MS + SECONDS * 1000 - 1)
SERIES = 24
SAMPLES = SERIES * SECONDS
KEPT = SERIES * (SECONDS // 10 + 1)
"""Of a sample a second, the last of each 10 s; the first stands alone."""
DEDUP = "-dedup.minScrapeInterval="


def known_lines() -> Iterator[bytes]:
    """A sample a second of six series each of four targets."""
    times_ms = [START_MS + 1000 * row for row in range(SECONDS)]
    for host in range(4):
        own = {"job": "storage", "instance": f"10.0.0.{host}:8482"}
        build = {"version": "vmstorage-20260101-000000-tags-v1.150.0", "short_version": "v1.150.0"}
        yield line({"__name__": "vm_app_version", **build, **own}, [1] * SECONDS, times_ms)
        for number in range(5):
            values = [row % 7 + number for row in range(SECONDS)]
            yield line({"__name__": "vm_rows", "type": str(number), **own}, values, times_ms)


@dataclass(frozen=True)
class Flags:
    """Of vminsert, vmselect, and each vmstorage."""

    insert: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    storage: tuple[str, ...] = ()

    def cluster(self) -> Cluster:
        made = Cluster(*self.select)
        made.insert.flags += self.insert
        for storage in made.storages:
            storage.flags += self.storage
        return made

    def fill(self, cluster: Cluster) -> None:
        """Store the lines once both vmstorage nodes are connected: before that, vminsert makes no copies."""
        copies = 2 if self.insert else 1
        for row in range(20):
            before = rows_sent(cluster)
            cluster.import_jsonl([line({"__name__": "warm"}, [row], [START_MS - 10**7])])
            if rows_sent(cluster) >= before + copies:
                break
        before = rows_sent(cluster)
        cluster.import_jsonl(known_lines())
        wait_until(lambda: rows_sent(cluster) >= before + copies * SAMPLES, "vminsert sends all copies")
        cluster.flush()


def rows_sent(cluster: Cluster) -> float:
    """How many rows vminsert has sent, copies counted."""
    lines = ask(f"{cluster.insert.url}/metrics").body.decode().split("\n")
    return sum(float(text.rsplit(" ", 1)[1]) for text in lines if text.startswith("vm_rpc_rows_sent_total"))


TWICE = ("-replicationFactor=2",)


@pytest.mark.cluster
@pytest.mark.parametrize(
    ("flags", "in_lines", "in_blocks"),
    [
        (Flags(), SAMPLES, SAMPLES),
        (Flags(TWICE), 2 * SAMPLES, 2 * SAMPLES),
        (Flags(TWICE, TWICE), 2 * SAMPLES, 2 * SAMPLES),
        (Flags(TWICE, (f"{DEDUP}1ms",)), SAMPLES, 2 * SAMPLES),
        (Flags(TWICE, (f"{DEDUP}1ms",), (f"{DEDUP}1ms",)), SAMPLES, 2 * SAMPLES),
        (Flags(TWICE, (f"{DEDUP}10s",), (f"{DEDUP}10s",)), KEPT, 2 * KEPT),
    ],
    ids=["one copy", "two copies", "two, known to vmselect", "1 ms at vmselect", "1 ms everywhere", "10 s everywhere"],
)
def test_copies(flags: Flags, in_lines: int, in_blocks: int, reader: BlockReader, tmp_path: Path) -> None:
    """Blocks come with all copies; what a deduplicating server makes of either form is the same."""
    with flags.cluster() as cluster:
        flags.fill(cluster)
        lines = export(cluster.select_url(), *RANGE, "--no-obfuscate", cwd=tmp_path)
        blocks = export_native(cluster.select_url(), *RANGE, "--no-obfuscate", cwd=tmp_path)
    assert [one.manifest["counts"]["samples"] for one in (lines, blocks)] == [in_lines, in_blocks]
    assert blocks.manifest["counts"]["series"] == SERIES
    assert once(blocks.samples) == once(reader.samples(lines.metrics, "jsonl"))
    with BlockReader(f"{DEDUP}1ms", program=server_program("current")) as tidy:
        found = tidy.samples(blocks.metrics)
        assert found == tidy.samples(lines.metrics, "jsonl")
        assert sum(map(len, found.values())) == min(in_lines, SAMPLES)


def once(samples: AllSamples) -> AllSamples:
    return {series: sorted(set(of_series)) for series, of_series in samples.items()}


@pytest.mark.cluster
def test_a_vmselect_alone_that_deduplicates(tmp_path: Path, reader: BlockReader) -> None:
    """Lines are thinned by it, and once more at the borders of windows; blocks are not touched."""
    with Flags(select=(f"{DEDUP}10s",)).cluster() as cluster:
        cluster.import_jsonl(known_lines())
        lines = export(cluster.select_url(), *RANGE, "--no-obfuscate", cwd=tmp_path)
        blocks = export_native(cluster.select_url(), *RANGE, "--no-obfuscate", cwd=tmp_path)
    assert KEPT <= lines.manifest["counts"]["samples"] <= KEPT + 2 * SERIES
    assert blocks.manifest["counts"]["samples"] == SAMPLES


@pytest.mark.cluster
def test_a_copy_down(tmp_path: Path, reader: BlockReader) -> None:
    """With two copies and a vmselect that knows of them, the answer is whole; without it, vmselect sends no blocks."""
    for select, works in ((TWICE, True), ((), False)):
        flags = Flags(TWICE, select)
        with flags.cluster() as cluster:
            flags.fill(cluster)
            cluster.storages[1].stop()
            if works:
                blocks = export_native(cluster.select_url(), *RANGE, "--no-obfuscate", cwd=tmp_path)
                assert blocks.manifest["counts"]["samples"] == SAMPLES
            else:
                ran = run("export", cluster.select_url(), *RANGE, "--format", "native", cwd=tmp_path)
                assert ran.status == 7 and "a part of the server is down" in ran.err


@pytest.mark.parametrize("which", ["installed", "current"])
def test_deduplication_of_a_single_node(which: str, reader: BlockReader, tmp_path: Path) -> None:
    """What is stored already stays in blocks until it is merged; lines are thinned as they are read."""
    with VictoriaMetrics(f"{DEDUP}10s", "-search.latencyOffset=0s", program=server_program(which)) as server:
        server.import_jsonl(known_lines())
        lines = Bundle(export(server.url, *RANGE, "--no-obfuscate", cwd=tmp_path).path)
        blocks = export_native(server.url, *RANGE, "--no-obfuscate", cwd=tmp_path)
    assert KEPT <= lines.manifest["counts"]["samples"] <= KEPT + 2 * SERIES
    assert lines.manifest["counts"]["samples"] <= blocks.manifest["counts"]["samples"] <= SAMPLES
    lasting = once(reader.samples(lines.metrics, "jsonl"))
    assert all(set(lasting[series]) & set(samples) for series, samples in blocks.samples.items())


@pytest.mark.parametrize("source", ["installed", "current"])
def test_who_takes_what(source: str, reader: BlockReader, tmp_path: Path) -> None:
    """Every bundle is one of today's blocks: a current server takes it, one from before v1.82 refuses it, whole."""
    with VictoriaMetrics("-search.latencyOffset=0s", program=server_program(source)) as server:
        server.import_jsonl(known_lines())
        bundle = export_native(server.url, *RANGE, "--no-obfuscate", cwd=tmp_path)
        assert bundle.samples == samples_by_series(server.export('{__name__!=""}', START_MS, START_MS + 10**6))
        raw = server.api.get("/api/v1/export/native", **{"match[]": "vm_rows", "start": str(START_MS / 1000)}).body
    with VictoriaMetrics() as old:
        reply = ask(f"{old.url}/api/v1/import/native", data=bundle.metrics)
        assert reply.status == 400 and b"cannot unmarshal native block" in reply.body, reply
        old.flush()
        assert samples_by_series(old.export('{__name__!=""}', 0, 4 * 10**12)) == {}
    if source == "installed":  # what the old server sent, as it sent it, a current one does not take
        assert ask(f"{reader.url}/api/v1/import/native", data=raw).status == 400
    told = run("inspect", bundle.path, cwd=tmp_path)
    assert "v1.82" in told.text and "from v1.82 on" in bundle.readme


@pytest.mark.cluster
@pytest.mark.parametrize("source", ["installed", "current"])
def test_a_cluster_takes_it(source: str, reader: BlockReader, tmp_path: Path) -> None:
    with VictoriaMetrics("-search.latencyOffset=0s", program=server_program(source)) as server:
        server.import_jsonl(known_lines())
        bundle = export_native(server.url, *RANGE, cwd=tmp_path)
        raw = server.api.get("/api/v1/export/native", **{"match[]": "vm_rows", "start": str(START_MS / 1000)}).body
    with Cluster() as cluster:
        taken = {
            tenant: ask(f"{cluster.insert_url(tenant)}/api/v1/import/native", data=content).status
            for tenant, content in (("1", bundle.metrics), ("2", raw))
        }
        wait_until(lambda: rows_sent(cluster) >= SAMPLES, "vminsert sends its rows")
        cluster.flush()
        found = cluster.api("1").export('{__name__!=""}', 0, 4 * 10**12)
    assert taken == {"1": 204, "2": 204 if source == "current" else 400}
    assert samples_by_series(found) == bundle.samples
