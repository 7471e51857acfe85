"""Everything that reads what others wrote: lines, blocks, bundles, maps, policies, addresses, journals, times.

A reader takes bytes and returns, or raises an error of ours; anything else is a mistake of ours. Its seeds are good
bytes to make hostile ones of.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from tests import policies
from tests.integration.driving import HastyClock
from tests.unit import audit_bundles, native_streams
from vmexporter.bundle.mapfile import read_map, read_map_document, write_map
from vmexporter.bundle.reader import inspect, metrics_text
from vmexporter.bundle.tables import read_tables
from vmexporter.bundle.writer import BundlePaths
from vmexporter.cli.privacy_options import PolicyOptions
from vmexporter.core.endpoints import candidates
from vmexporter.core.formats import Edges, Format, label_cache, rewriter
from vmexporter.core.lines import RawChunk
from vmexporter.core.privacy.mapping import PseudonymMap
from vmexporter.core.privacy.merging import merge
from vmexporter.core.privacy.reveal import reveal
from vmexporter.core.request import Connection
from vmexporter.core.selectors import require_selector
from vmexporter.core.times import parse_moment_ms, parse_span_ms
from vmexporter.errors import VmexporterError
from vmexporter.flows.auditing import audit_file
from vmexporter.flows.exporting import resume
from vmexporter.flows.revealing import reveal_bundle

START_MS, END_MS = native_streams.START_MS, native_streams.END_MS
NOBODY = "http://127.0.0.1:9"
POLICY = b"""level = "strict"
[labels]
team = "map"
zone = "keep"
pod = "drop"
"""
ADDRESSES = (
    b"http://user:secret@vm.example:8428/select/0:7/prometheus/api/v1/query?query=up#x",
    b"https://[fd00::1]:8481/select/multitenant/prometheus/graph",
    b"vmselect.monitoring.svc.cluster.local:8481",
    b"https://grafana.example/api/datasources/proxy/uid/abc/api/v1/export",
)
SELECTORS = (b'{job="api",instance=~"10\\\\.0.*|x"}', b'vm_rows{type!="a\\"b"} ', b'{"__name__"=~"vm_.*" or job="x"}')
MOMENTS = (b"2026-11-23T15:09:23.123+02:00", b"now-6h30m", b"1795444714.637")
PHRASE = "a passphrase"
TABLES = read_tables()


class Reader(NamedTuple):
    """What is read, and good bytes of that kind."""

    read: Callable[[bytes], object]
    seeds: tuple[bytes, ...]


class Place:
    """A folder for readers of files, with a good bundle and its map in it.

    *left* is an interrupted export (its ``.part``) to be resumed.
    """

    def __init__(self, folder: Path, good: Path, left: Path) -> None:
        self.folder, self.good, self.left = folder, good, left
        self.map_text = BundlePaths(good).obfuscation_map.read_bytes()
        self.known = PseudonymMap.from_json(self.map_text)
        with zipfile.ZipFile(good) as archive:
            self.entries = {name: archive.read(name) for name in archive.namelist()}

    @cached_property
    def readers(self) -> dict[str, Reader]:
        """All of them."""
        times = f"{START_MS},{START_MS + 1}"
        lines = tuple(
            audit_bundles.line({**labels, "__name__": "up"}, "null,-1.5e3", times)
            for labels in ({"a\u2028": '"\\\n'}, {"job": "api", "instance": "10.0.0.1:80", "url": "http://x:y@z/?a=b"})
        )
        sealed = self.folder / "sealed.json"
        write_map(sealed, self.known, PHRASE)
        return {
            "lines": Reader(lambda text: fed("jsonl", text), lines),
            "native blocks": Reader(lambda text: fed("native", text), (stream(),)),
            "bundles": Reader(self.bundle, (self.good.read_bytes(),)),
            "lines in a bundle": Reader(self.lines, (self.entries["metrics.jsonl"],)),
            "manifests": Reader(self.manifest, (self.entries["metadata.json"],)),
            "maps": Reader(self.map, (self.map_text, sealed.read_bytes())),
            "policies": Reader(self.policy, (POLICY,)),
            "addresses": Reader(lambda text: candidates(decoded(text)), ADDRESSES),
            "tenants": Reader(lambda text: candidates("http://vm.example", decoded(text)), (b"12:34", b"multitenant")),
            "selectors": Reader(lambda text: require_selector(decoded(text)), SELECTORS),
            "moments": Reader(lambda text: parse_moment_ms(decoded(text), START_MS), MOMENTS),
            "spans": Reader(lambda text: parse_span_ms(decoded(text)), (b"1d2h3m4s5ms", b"90s")),
            "journals": Reader(self.journal, (unchecked(self.left.with_name(f"{self.left.name}.journal")),)),
            "interrupted bundles": Reader(self.part, (self.left.read_bytes(),)),
        }

    def bundle(self, text: bytes) -> None:
        """A ZIP as all commands read it, each by itself."""
        path, revealed = self.folder / "hostile.zip", self.folder / "revealed.zip"
        path.write_bytes(text)
        try:
            all_of(
                lambda: inspect(path),
                lambda: drained(metrics_text(path)),
                lambda: audit_file(path, json.loads(self.map_text), TABLES),
                lambda: drained(reveal_bundle(path, revealed, self.known, HastyClock().world)),
            )
        finally:
            for made in self.folder.glob("revealed*"):
                made.unlink()

    def lines(self, text: bytes) -> None:
        """A bundle that is a good ZIP, its checksum right, whatever its lines are."""
        manifest = json.loads(self.entries["metadata.json"])
        manifest["sha256"] = {"metrics.jsonl": hashlib.sha256(text).hexdigest()}
        self.bundle(zipped({**self.entries, "metrics.jsonl": text, "metadata.json": json.dumps(manifest).encode()}))

    def manifest(self, text: bytes) -> None:
        """A bundle that is a good ZIP, whatever it says of itself."""
        self.bundle(zipped({**self.entries, "metadata.json": text}))

    def map(self, text: bytes) -> None:
        """A map, plain or sealed: read, merged, used to reveal."""
        path = self.folder / "hostile.json"
        path.write_bytes(text)
        all_of(
            lambda: reveal(decoded(text[:10_000]), self.known),
            lambda: read_map_document(path, lambda: PHRASE),
            lambda: merge(self.known, read_map(path, lambda: PHRASE)),
        )

    def policy(self, text: bytes) -> None:
        """A policy, and a file of words."""
        path = self.folder / "hostile.toml"
        path.write_bytes(text)
        all_of(lambda: PolicyOptions(policy=path).resolve(), lambda: PolicyOptions(words_file=path).resolve())

    def journal(self, text: bytes) -> None:
        """A journal whose checksums are right, whatever it says."""
        lines = (line for line in text.split(b"\n") if line)
        self.resumed(self.left.read_bytes(), b"".join(b"%08x %b\n" % (zlib.crc32(line), line) for line in lines))

    def part(self, text: bytes) -> None:
        """What there is of a bundle, beside a good journal."""
        self.resumed(text, self.left.with_name(f"{self.left.name}.journal").read_bytes())

    def resumed(self, part: bytes, journal: bytes) -> None:
        """Resumed, as far as that goes without a server."""
        place = self.folder / "resumed"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        (place / "b.zip.part").write_bytes(part)
        (place / "b.zip.part.journal").write_bytes(journal)
        drained(resume(place / "b.zip.part", Connection(url=NOBODY), HastyClock().world))


def fed(form: Format, text: bytes) -> None:
    """What a server sent, as an export reads it, in two pieces."""
    counter = policies.counter()
    edges = Edges(START_MS, END_MS, expected=native_streams.HEADER if form == "native" else b"")
    reading = rewriter(form, label_cache(form, counter.rewrite), edges)
    for piece in (text[: len(text) // 2], text[len(text) // 2 :]):
        reading.feed(RawChunk(piece))
    reading.finish()


def stream() -> bytes:
    """A good stream of native blocks."""
    names = (native_streams.name(b"up", (b"job", b"api")), native_streams.name(b"vm_rows", (b"a\x01", b"\x00b")))
    times = (range(START_MS, END_MS, 1000), [START_MS, START_MS + 3, START_MS + 1000, END_MS])
    units = (native_streams.unit(name, native_streams.block(list(of))) for name, of in zip(names, times, strict=True))
    return native_streams.HEADER + b"".join(units)


def unchecked(journal: Path) -> bytes:
    """The records of a journal without their checksums."""
    return b"\n".join(line.partition(b" ")[2] for line in journal.read_bytes().split(b"\n"))


def decoded(text: bytes) -> str:
    """Bytes as a command line gets them."""
    return text.decode("utf-8", "surrogateescape")


def drained(items: Iterable[object]) -> object:
    """All of them, none kept."""
    return deque(items, maxlen=0)


def zipped(entries: Mapping[str, bytes]) -> bytes:
    """A ZIP of these entries."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in entries.items():
            archive.writestr(name, text)
    return made.getvalue()


def all_of(*reads: Callable[[], object]) -> None:
    """Each of them, whether or not one before it was refused. Raises: the first refusal."""
    refusals = []
    for read in reads:
        try:
            read()
        except VmexporterError as error:
            refusals.append(error)
    if refusals:
        raise refusals[0]
