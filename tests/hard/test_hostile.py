"""Hostile input of every kind: an error of ours or none at all, soon, and in bounded memory.

The long form (VMEXPORTER_TEST_SEARCH, as ``make test-hard`` sets it) tries more than 10,000 examples, other ones each
time; the short form always the same few.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from tests.fakes.faults import Answer, from_window
from tests.fakes.proxy import FaultProxy
from tests.hard.mutating import hostile
from tests.hard.readers import NOBODY, Place, Reader
from tests.integration import faulty
from tests.integration.faulty import START_MS, Site
from vmexporter.core.request import TimeRange
from vmexporter.errors import VmexporterError

pytestmark = [pytest.mark.real, pytest.mark.timeout(1800)]
site = faulty.site

KINDS = (
    "lines", "native blocks", "bundles", "lines in a bundle", "manifests", "maps", "policies", "addresses", "tenants",
    "selectors", "moments", "spans", "journals", "interrupted bundles",
)  # fmt: skip
OF_A_SERVER = {"journals", "interrupted bundles"}
EXAMPLES = 1_000 if os.environ.get("VMEXPORTER_TEST_SEARCH") else 40
SOON_S = 20.0  # a second, and what a busy machine adds
MOST_KB = 300 << 10


@pytest.fixture(scope="module")
def place(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Place:
    folders = [tmp_path_factory.mktemp(name) for name in ("good", "left", "place")]
    few = {"time_range": TimeRange(start_ms=START_MS, end_ms=START_MS + 2_999), "window_ms": 1_000}
    site.export(site.victoria.url, folders[0], **few).checked()
    with FaultProxy(site.victoria.url, from_window(3, Answer(403))) as proxy:
        assert site.export(proxy.url, folders[1], **few).error
    return Place(folders[2], faulty.paths_in(folders[0]).bundle, faulty.part_in(folders[1]))


@pytest.mark.parametrize("kind", KINDS)
def test_is_refused_or_read(place: Place, kind: str) -> None:
    reader = place.readers[kind]
    highest_kb = peak_kb(anew=True)

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(text=hostile(reader.seeds))
    def check(text: bytes) -> None:
        begun_s = time.monotonic()
        words = refusal(reader, text)
        assert not words or words.startswith("cannot "), words
        assert time.monotonic() - begun_s < SOON_S

    check()
    assert peak_kb() - highest_kb < MOST_KB


def refusal(reader: Reader, text: bytes) -> str:
    """The words with which it is refused; "" when it is read."""
    try:
        reader.read(text)
    except VmexporterError as error:
        return error.message
    return ""


def test_every_reader_is_tried_and_takes_what_is_good(place: Place) -> None:
    assert set(place.readers) == set(KINDS)
    for kind, reader in place.readers.items():
        words = [refusal(reader, text) for text in reader.seeds]
        expected = [f"cannot reach {NOBODY}: connection refused"] if kind in OF_A_SERVER else [""] * len(reader.seeds)
        assert words == expected, kind


def peak_kb(*, anew: bool = False) -> int:
    """The most memory that this process has had, or what it has now and from now on."""
    if anew:
        Path("/proc/self/clear_refs").write_text("5")
    [line] = [line for line in Path("/proc/self/status").read_text().split("\n") if line.startswith("VmHWM")]
    return int(line.split()[1])
