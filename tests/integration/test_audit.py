"""``vmexporter audit`` on bundles of a real server: clean as they were made, and not after something was put in."""

from __future__ import annotations

import base64
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.lab.commandline import run
from tests.lab.lines import cluster_lines
from tests.lab.victoria import VictoriaMetrics

pytestmark = pytest.mark.real

RANGE = ("--start", "1795423430000", "--end", "1795424310000")
HOST = "billing-3"
"""Stands in the recording as the first part of a host name."""


@pytest.fixture(scope="module")
def server() -> Iterator[VictoriaMetrics]:
    """A server that holds the recorded cluster."""
    with VictoriaMetrics() as server:
        server.import_jsonl(cluster_lines())
        yield server


@pytest.fixture(scope="module")
def bundle(server: VictoriaMetrics, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An obfuscated bundle of it, its map beside it."""
    path = tmp_path_factory.mktemp("bundle") / "b.zip"
    run("export", server.url, *RANGE, "--selector", '{job!=""}', "-o", path).checked()
    return path


def map_of(bundle: Path) -> Path:
    """Its map."""
    return bundle.with_name("b.obfuscation_map.json")


def with_texts(bundle: Path, path: Path, change: Callable[[dict[str, bytes]], Mapping[str, bytes]]) -> Path:
    """The bundle with other texts, at *path*."""
    with zipfile.ZipFile(bundle) as old:
        texts = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, text in {**texts, **change(texts)}.items():
            new.writestr(name, text)
    return path


def test_a_bundle_as_it_was_made_is_clean(bundle: Path) -> None:
    ran = run("audit", bundle, "--map", map_of(bundle)).checked()
    assert "found" in ran.out and ran.err == ""
    told = run("audit", bundle, "--map", map_of(bundle), "--json").json()
    assert (told["found"], told["findings"], told["level"]) == (0, [], "support")
    assert told["originals"] >= 40 and told["spellings"] > told["originals"]
    assert [file.name for file in bundle.parent.glob("*report*")] == []


@pytest.mark.parametrize("spell", [str, str.upper, quote, lambda text: base64.b64encode(text.encode()).decode()])
@pytest.mark.parametrize("name", ["metadata.json", "README.txt", "metrics.jsonl"])
def test_an_original_that_was_put_in_is_found(
    bundle: Path, tmp_path: Path, name: str, spell: Callable[[str], str]
) -> None:
    original = json.loads(map_of(bundle).read_bytes())["kinds"]["label:group"].popitem()[1]
    other = {
        "metadata.json": (b'"tool": "vmexporter"', f'"tool": "vmexporter {spell(original)}"'.encode()),
        "README.txt": (b"Time range:", f"For {spell(original)}.\nTime range:".encode()),
        "metrics.jsonl": (b'"job":"', f'"job":"{spell(original)}-'.encode()),
    }[name]
    leaky = with_texts(bundle, tmp_path / "leaky.zip", lambda texts: {name: texts[name].replace(*other, 1)})
    ran = run("audit", leaky, "--map", map_of(bundle))
    assert ran.status == 10
    assert "label:group" in ran.out and name in ran.out
    assert "cannot vouch for the bundle" in ran.words
    for private in (original, spell(original)):
        assert private not in ran.out + ran.err


def test_every_level_and_choice_is_clean(server: VictoriaMetrics, tmp_path: Path) -> None:
    choices: list[tuple[str, ...]] = [
        ("--level", "strict"),
        ("--keep-label", "job", "--keep-label", "cluster", "--drop-label", "pod"),
        ("--map-label", "type", "--map-label", "path"),
        ("--one-way",),
    ]
    for number, options in enumerate(choices):
        folder = tmp_path / str(number)
        folder.mkdir()
        run("export", server.url, *RANGE, "--selector", '{job!=""}', *options, "-o", folder / "b.zip").checked()
        if "--one-way" not in options:
            told = run("audit", folder / "b.zip", "--map", map_of(folder / "b.zip"), "--json").json()
            assert told["found"] == 0
            assert (told["visible_by_choice"] > 0) is ("--keep-label" in options)


def test_the_map_of_another_export_is_refused(server: VictoriaMetrics, bundle: Path, tmp_path: Path) -> None:
    other = tmp_path / "b.zip"
    run("export", server.url, *RANGE, "--selector", "up", "-o", other).checked()
    ran = run("audit", bundle, "--map", map_of(other))
    assert ran.status == 2 and "another export" in ran.words
