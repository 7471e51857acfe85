"""The recorded cluster through the whole pipe: nothing of what a reader of the recording finds private comes out.

The list below was written by hand, from the recording and not from the program's tables. The address of the server that
is asked, 127.0.0.1, is public as a listening address; all other numbers of its network are hosts of the recording.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.lab.lines import cluster_lines
from tests.lab.private_export import Exported, export
from tests.lab.victoria import VictoriaMetrics

pytestmark = pytest.mark.real

RANGE = ("--start", "1795423430000", "--end", "1795424310000")

PRIVATE = """
acme: the company
production: environment in a job
billing: job, group, host
billing-3.acme.example: host
db-7: host
db-7.fra1: host
roe@: e-mail
jane: e-mail
Secret Customer: customer
GmbH: customer
acme-prod-eu: cluster
prod-eu: cluster
monitoring-acme: namespace
vminsert-acme: pod
vmselect-acme: pod
7f9c5d6b8: pod
x2x4q: pod
10-20-30-40: node
10.20.30.40: node
10.20.30.11: instance
10.20.30.12: instance
10.20.31.21: instance
10.20.31.31: instance
10.20.31.41: instance
10.20.31.51: instance
10.20.31.61: instance
127.0.0.11: addr, flags
127.0.0.12: addr, flags
127.0.0.21: url, flags
127.0.0.31: addr, flags
127.0.0.41: addr, flags
127.0.0.51: addr, flags
127.0.0.61: addr, flags
127.0.0.71: addr, flags
AcmeCheckoutDown: alert
checkout: alert
acme-billing-slo: group
-slo: group
acme:rows:rate: recording rule
rows:rate: recording rule
15805274862012628582: rule id
9358714997757931774: rule id
09EB7860D8F60F78: queue folder
741C1FEF1FF5B0B4: queue folder
FEAB50F0C10C2BCA: token
acme-monitoring: user
/srv/acme: path
acme-metrics: path
/st0: path
/st1: path
selcache: path
/single": path
1011: tenant
"""
LOCATIONS = {"fra1": "datacenter", "5.15.0": "kernel release", "1064-azure": "kernel release", "eu-central": "node"}
MODES = {"selector": ("--selector", '{job!=""}'), "components": ()}


def private() -> dict[str, str]:
    """The list as string → what it is."""
    rows = (row.rpartition(": ") for row in PRIVATE.strip().split("\n"))
    return {text: f"{kind} {text}" for text, _, kind in rows}


@pytest.fixture(scope="module")
def server() -> Iterator[VictoriaMetrics]:
    """A server that holds the recording."""
    with VictoriaMetrics("-search.latencyOffset=0s") as running:
        running.import_jsonl(cluster_lines())
        yield running


def check(exported: Exported, planted: dict[str, str]) -> None:
    leaks = exported.found(planted)
    assert not leaks, f"leaks:\n{leaks}"


def test_every_private_string_stands_in_the_recording() -> None:
    """A list with a slip of the pen in it would prove nothing."""
    recording = b"".join({text.partition(b'},"values":[')[0] for text in cluster_lines()}).decode().casefold()
    spelt_otherwise = {"10.20.30.40"}
    assert [text for text in private() if text.casefold() not in recording and text not in spelt_otherwise] == []


def test_all_of_it_is_found_in_a_plain_bundle(server: VictoriaMetrics, tmp_path: Path) -> None:
    planted = private() | LOCATIONS
    found = export(server.url, *RANGE, *MODES["selector"], "--no-obfuscate", folder=tmp_path / "out").found(planted)
    assert {line.partition(": in ")[0] for line in found.split("\n")} == set(planted.values())


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("level", ["support", "strict"])
def test_nothing_private_leaves(server: VictoriaMetrics, level: str, mode: str, tmp_path: Path) -> None:
    exported = export(server.url, *RANGE, *MODES[mode], "--level", level, folder=tmp_path / "out")
    check(exported, private() | (LOCATIONS if level == "strict" else {}))
    series = [dict(labels) for labels in exported.content.samples]
    assert len(series) > (5600 if mode == "selector" else 5500)
    if level == "support":
        assert {one["datacenter"] for one in series if "datacenter" in one} == {"fra1"}
        assert {one["release"] for one in series if "release" in one} == {"5.15.0-1064-azure"}
    audit = exported.content.manifest["label_policy"]["audit"]
    assert audit["originals"] > 40 and audit["found"] == 0


def renamed(text: bytes, names: Callable[[str], str]) -> bytes:
    """A line whose label names are what *names* makes of them."""
    labels, end, samples = text.partition(b'},"values":[')
    pairs = json.loads(labels + b"}}")["metric"]
    changed = {name if name == "__name__" else names(name): value for name, value in pairs.items()}
    return json.dumps({"metric": changed}, separators=(",", ":"), ensure_ascii=False).encode()[:-2] + end + samples


class RandomNames:
    """A private word in the place of each label name but those that *stay*."""

    def __init__(self, *stay: str) -> None:
        self.words: dict[str, str] = {name: name for name in stay}
        self.stay = set(stay)

    def __call__(self, name: str) -> str:
        letters = "".join(re.findall("[a-z]", name.lower()))[::-1]
        return self.words.setdefault(name, f"qzxw{len(self.words)}_{letters}")

    @property
    def planted(self) -> dict[str, str]:
        """The private words."""
        return {word: f"label name {word}" for name, word in self.words.items() if name not in self.stay}


@pytest.mark.parametrize(
    ("stay", "mode"),
    [(("job", "instance"), "selector"), (("job", "instance", "version", "short_version"), "components"), ((), "all")],
)
def test_nothing_private_leaves_under_other_label_names(stay: tuple[str, ...], mode: str, tmp_path: Path) -> None:
    names = RandomNames(*stay)
    with VictoriaMetrics("-search.latencyOffset=0s") as server:
        server.import_jsonl(renamed(text, names) for text in cluster_lines())
        what = {**MODES, "all": ("--selector", '{__name__!=""}')}[mode]
        exported = export(server.url, *RANGE, *what, folder=tmp_path / "out")
    assert len(names.planted) > 40
    check(exported, {**private(), **names.planted, "qzxw": "a piece of a label name"})
    assert len(exported.content.samples) > 5500


def test_without_a_map_and_with_own_words(server: VictoriaMetrics, tmp_path: Path) -> None:
    """The words of a user's list vanish even where the tables would leave them."""
    words = tmp_path / "words.txt"
    words.write_text("AMD64\nfra1\nhour_metric_ids\n")
    options = ("--one-way", "--words-file", words, "--selector", '{job!=""}')
    exported = export(server.url, *RANGE, *options, folder=tmp_path / "out")
    assert not [path.name for path in exported.folder.iterdir() if "map" in path.name]
    check(exported, {**private(), "amd64": "own word", "fra1": "own word", "hour_metric_ids": "own word"})
