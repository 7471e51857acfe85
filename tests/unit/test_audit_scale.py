"""A map of a hundred thousand hosts: the automata stay small, in slices too, and whatever leaks is still found."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.unit.audit_bundles import MANIFEST, TABLES, document
from vmexporter.core.privacy.audit import Audit
from vmexporter.core.privacy.auditing.claims import Claims
from vmexporter.core.privacy.auditing.known import KnownMap
from vmexporter.core.privacy.auditing.search import OriginalSearch
from vmexporter.core.privacy.auditing.spellings import as_bytes, folded

HOSTS = 100_000
STATM = Path("/proc/self/statm")


def host(number: int) -> str:
    """A name like a cloud's, no two with much in common."""
    return f"srv-{number * 2_654_435_761 % 2**32:08x}-db"


def resident_bytes() -> int:
    """The memory of this process."""
    return int(STATM.read_text().split()[1]) * 4096


@pytest.mark.skipif(not STATM.exists(), reason="memory is read as Linux tells it")
def test_a_hundred_thousand_originals() -> None:
    known = document({"name": {f"name-{number}": host(number) for number in range(1, HOSTS + 1)}})
    before, started_s = resident_bytes(), time.monotonic()
    audit = Audit(TABLES, known, Claims.of_manifest(MANIFEST))
    assert resident_bytes() - before < 60_000_000
    for number in range(1, HOSTS, 20):
        audit.labels([("__name__", "up"), ("instance", f"name-{number}-0.name-{number + 1}:8482")])
    assert audit.findings() == []
    audit.labels([("__name__", "up"), ("instance", host(77_777).upper())])
    audit.text("README.txt", f"host {host(99_999)}")
    assert {(finding.kind, finding.count) for finding in audit.findings()} >= {("name", 1)}
    assert (audit.originals, audit.spellings) == (HOSTS, 6 * HOSTS)
    assert time.monotonic() - started_s < 60


def test_every_slice_is_searched() -> None:
    kinds = {"name": {f"name-{number}": host(number) for number in range(1, 40)}, "dir": {"dir-1": "acme-data"}}
    search = OriginalSearch(KnownMap(document(kinds)), lambda _: False, slice_patterns=7)
    assert search.patterns == 40
    for number in range(1, 40):
        [hit] = search.hits(as_bytes(folded(f"x{host(number)}x")))
        assert (hit.kind, hit.start) == ("name", 1)
    assert [hit.kind for hit in search.hits(b"/acme-data/")] == ["dir"]


def test_originals_that_overlap_are_all_found() -> None:
    kinds = {"name": {"name-1": "acme", "name-2": "acme-prod", "name-3": "prod-eu"}}
    search = OriginalSearch(KnownMap(document(kinds)), lambda _: False)
    assert len(list(search.hits(b"acme-prod-eu"))) == 3
