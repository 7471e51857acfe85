"""Native blocks, exported and imported and exported again: the same series, timestamps and values, whatever happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.faults import Answer, Drop, Fault, Lost, Plan, nth, too_many_requests, unavailable
from tests.fakes.proxy import FaultProxy
from tests.integration.exports import Bundle, between, server_program
from tests.integration.importsite import events_of, finished, imported, no_journal, node, stored
from tests.integration.nativesite import END_MS, MONTHS_MS, START_MS, MonthsSite, NativeBundle, export_native
from tests.lab.blocks import BlockReader
from tests.lab.commandline import run_here
from tests.lab.lines import Samples, Series
from tests.lab.victoria import VictoriaMetrics
from vmexporter.errors import InvalidInput, QueryRejected
from vmexporter.flows.importrun import Manner

pytestmark = pytest.mark.real
Content = dict[Series, Samples]
SMALL = Manner(body_bytes=8 << 10)
MORE_FAULTS = (Drop(), Lost(kind="fin"), Lost(0.3), Lost(0.9), unavailable(), too_many_requests())
RANGE = {"start_ms": MONTHS_MS[1] - 40_500, "end_ms": MONTHS_MS[3] + 70_500}


@pytest.fixture(scope="module")
def source() -> Iterator[BlockReader]:
    with BlockReader("-search.latencyOffset=0s", program=server_program("current")) as running:
        NativeBundle.reader = running
        yield running


@pytest.fixture(scope="module")
def site(source: BlockReader) -> MonthsSite:
    return MonthsSite.in_server(source, "acme")


def exported(site: MonthsSite, folder: Path, *level: str) -> Bundle:
    jobs = [argument for job in site.jobs for argument in ("--job", job)]
    return export_native(site.victoria.url, *between(START_MS, END_MS), *jobs, *level, cwd=folder)


@pytest.fixture(scope="module")
def masked(site: MonthsSite, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return exported(site, tmp_path_factory.mktemp("masked"))


@pytest.fixture(scope="module", params=["masked", "plain"])
def bundle(
    request: pytest.FixtureRequest, site: MonthsSite, masked: Bundle, tmp_path_factory: pytest.TempPathFactory
) -> Bundle:
    return masked if request.param == "masked" else exported(site, tmp_path_factory.mktemp("plain"), "--no-obfuscate")


@pytest.fixture
def target() -> Iterator[VictoriaMetrics]:
    with node("current") as server:
        yield server


@pytest.fixture
def proxy(target: VictoriaMetrics, start_fault_proxy: Callable[..., FaultProxy]) -> FaultProxy:
    return start_fault_proxy(target.url)


def on_blocks(faults: dict[int, Fault]) -> Plan:
    """Faults for bodies by their number; the first two requests only ask for the import and whether it reads blocks."""
    return nth("import/native", {number + 2: fault for number, fault in faults.items()})


class TestRoundTrip:
    def test_every_sample_is_there_once(self, bundle: Bundle, target: VictoriaMetrics) -> None:
        done = imported(bundle.path, target.url, SMALL)
        assert stored(target.api) == bundle.samples
        assert done.verification.state == "same" and done.doubtful == 0
        assert done.tally.samples == bundle.manifest["counts"]["samples"]
        no_journal(bundle.path.parent)

    def test_and_exported_again(self, bundle: Bundle, target: VictoriaMetrics, tmp_path: Path) -> None:
        imported(bundle.path, target.url)
        again = export_native(
            target.url, *between(START_MS, END_MS), "--selector", '{__name__!=""}', "--no-obfuscate", cwd=tmp_path
        )
        assert again.samples == bundle.samples

    def test_edited(self, bundle: Bundle, target: VictoriaMetrics) -> None:
        shift_ms = 86_400_000 * 365 + 123
        options: dict[str, Any] = {"shift": {"mode": "by", "ms": shift_ms}, "time_range": RANGE}
        options["extra_labels"] = [{"name": "bundle", "value": "case-1"}]
        done = imported(bundle.path, target.url, **options)
        expected = {
            tuple(sorted((*series, ("bundle", "case-1")))): moved
            for series, samples in bundle.samples.items()
            if (moved := [(at + shift_ms, text) for at, text in samples if RANGE["start_ms"] <= at <= RANGE["end_ms"]])
        }
        assert stored(target.api) == expected
        assert done.verification.state == "same"
        assert done.tally.samples == sum(map(len, expected.values())) > 0


class TestAnOldServer:
    def test_is_found_out_before_anything_is_sent(self, masked: Bundle, tmp_path: Path) -> None:
        with node("installed") as old:
            with pytest.raises(InvalidInput, match=r"read by VictoriaMetrics v1\.82 and later"):
                list(events_of(masked.path, old.url))
            old.flush()
            assert stored(old.api) == {}
        no_journal(masked.path.parent)

    def test_is_what_inspect_warns_of_in_the_same_words(self, masked: Bundle) -> None:
        told = run_here("inspect", masked.path).out
        assert "native blocks are read by VictoriaMetrics v1.82 and later" in told

    def test_a_new_one_keeps_nothing_of_the_question(self, masked: Bundle, target: VictoriaMetrics) -> None:
        list(events_of(masked.path, target.url, Manner(check_only=True)))
        target.flush()
        assert stored(target.api, '{__name__=~"vmexporter.*"}') == {}
        assert target.api.get("/api/v1/labels").json()["data"] == []


class TestFaults:
    @pytest.mark.parametrize(
        "fault",
        [Lost(), Lost(0.5), *(pytest.param(fault, marks=pytest.mark.slow) for fault in MORE_FAULTS)],
        ids=lambda fault: f"{fault!r:.30}",
    )
    def test_nothing_is_lost_or_doubled(
        self, masked: Bundle, target: VictoriaMetrics, proxy: FaultProxy, fault: Fault
    ) -> None:
        proxy.plan = on_blocks({1: fault, 3: fault, 4: fault})
        done = finished(events_of(masked.path, proxy.url, SMALL))
        assert len(proxy.struck) == 3
        assert stored(target.api) == masked.samples
        assert done.verification.state == "same" and done.doubtful == 0

    def test_a_limit_on_the_size_of_a_body(self, masked: Bundle, target: VictoriaMetrics, proxy: FaultProxy) -> None:
        proxy.plan = lambda request, count: Answer(413, b"large") if len(request.body) > 3_000 else None
        done = finished(events_of(masked.path, proxy.url))
        assert proxy.struck and done.doubtful == 0
        assert stored(target.api) == masked.samples

    def test_what_is_refused_for_its_content_is_not_sent_in_halves(self, masked: Bundle, proxy: FaultProxy) -> None:
        proxy.plan = on_blocks({1: Answer(400, b"no"), 2: Answer(400, b"no")})
        with pytest.raises(QueryRejected, match="cannot import: the server answered 400"):
            list(events_of(masked.path, proxy.url, Manner(parallel=1)))
        assert len(proxy.struck) == 1
        [journal] = masked.path.parent.glob("*.import")
        journal.unlink()
