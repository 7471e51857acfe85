"""A full disk under an export of native blocks: as in test_full_disk."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration import nativesite
from tests.integration import test_full_disk as full
from tests.integration.exports import server_program
from tests.integration.nativesite import MonthsSite
from tests.lab.blocks import BlockReader
from tests.lab.victoria import VictoriaMetrics

pytestmark = full.pytestmark
reader, disk, bundle_kb = nativesite.reader, full.disk, full.bundle_kb


@pytest.fixture(scope="module")
def site(reader: BlockReader) -> Iterator[MonthsSite]:
    with VictoriaMetrics("-search.latencyOffset=0s", program=server_program("current")) as server:
        yield MonthsSite.in_server(server, "full")


class TestOnTheCommandLine(full.TestOnTheCommandLine):
    """With months in the place of windows."""


class TestAtEveryLevel(full.TestAtEveryLevel):
    """The same."""
