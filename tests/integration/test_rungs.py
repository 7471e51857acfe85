"""Without an export API the samples come by queries: the very same ones, window by window."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.exports import (
    HOUR,
    MINUTE,
    SECOND,
    AllSamples,
    Bundle,
    asked,
    between,
    day,
    export,
    flow_export,
    plain_export,
    server_program,
    target_lines,
    targets_of,
)
from tests.lab.asking import wait_until
from tests.lab.gateways import READER, VmAuth, usual_vmauth_config
from tests.lab.lines import line
from tests.lab.remotewrite import send_stale_markers
from tests.lab.scraping import Job, Prometheus
from tests.lab.victoria import TsdbApi, VictoriaMetrics, seconds
from vmexporter.core.request import ObfuscationChoice, Selection

pytestmark = pytest.mark.real

START, END = day(0) + 5 * HOUR + 9, day(0) + 8 * HOUR + 25  # as floats both become a ms less than they are
TARGETS = {("storage", "10.0.0.1:8482"), ('st"or\\age', "10.0.0.2:8482")}
PLAIN = ObfuscationChoice(level="none")
Numbers = dict[object, list[tuple[int, float | str]]]


def numbers(samples: AllSamples) -> Numbers:
    """Values as numbers: Prometheus writes them as ``1e+21`` and ``+Inf``."""
    special = {"null": "NaN", '"Infinity"': "+Inf", '"-Infinity"': "-Inf"}
    return {
        series: [(time_ms, special[value] if value in special else float(value)) for time_ms, value in of_series]
        for series, of_series in samples.items()
    }


def own_answer(api: TsdbApi, selector: str, start_ms: int, end_ms: int) -> Numbers:
    """The samples of a range as the server's own query tells them."""
    found = api.query(f"{selector}[{end_ms - start_ms + 1000}ms]", end_ms)
    answers: Numbers = {}
    for one in found:
        pairs = [(round(at * 1000), value) for at, value in one["values"]]
        kept = [(at_ms, value if "n" in value.lower() else float(value)) for at_ms, value in pairs if at_ms >= start_ms]
        if kept:
            answers[tuple(sorted(one["metric"].items()))] = kept
    return answers


def known_times() -> list[int]:
    """Every 5 s, and every ms around both ends and each border of a window."""
    marks = [START, END, *range(day(0) + 5 * HOUR, END + HOUR, 10 * MINUTE)]
    near = {mark + offset for mark in marks for offset in (-2, -1, 0, 1, 2)}
    return sorted(near | set(range(START - MINUTE, END + MINUTE, 5 * SECOND)))


@pytest.fixture(scope="module", params=["installed", "current"])
def behind_vmauth(request: pytest.FixtureRequest) -> Iterator[tuple[VictoriaMetrics, VmAuth]]:
    """A server, and a vmauth whose user may query but has no route to the export."""
    with VictoriaMetrics(program=server_program(request.param)) as server:
        for job, instance in TARGETS:
            server.import_jsonl(target_lines(job, instance, known_times()))
            odd = {"__name__": "odd", "job": job, "instance": instance, "text": 'a "b"\\\n\t\u2028\u0085🙂},"values":['}
            values = ["0.1", "1e21", "1.7976931348623157e308", "123456789012345678", "-1e-7", "9007199254740993"]
            server.import_jsonl([line(odd, values, [START + number for number in range(len(values))])])
            send_stale_markers(server, {"__name__": "up", "job": job, "instance": instance}, [START + 3, END - 3])
        server.import_text(f'odd{{job="storage",instance="10.0.0.1:8482"}} +Inf {START + HOUR}\n')
        server.import_jsonl(target_lines("foreign", "10.0.0.9:1", [START - HOUR, END + HOUR]))
        with VmAuth(usual_vmauth_config(server.url)) as gate:
            yield server, gate


@pytest.mark.parametrize("window", ["10m", "1h", "6h"])
def test_a_user_without_the_export_route_gets_the_same_samples(
    behind_vmauth: tuple[VictoriaMetrics, VmAuth], window: str, tmp_path: Path
) -> None:
    server, gate = behind_vmauth
    bundle = export_as_reader(gate, tmp_path, "--window", window)
    expected = plain_export(server, '{job=~"st.*"}', START, END)
    assert bundle.undone == expected
    values = {value for of_series in expected.values() for _, value in of_series}
    assert {"null", '"Infinity"'} <= values and bundle.targets == TARGETS
    assert bundle.manifest["rungs"] == ["raw"] and not bundle.manifest["partial"]
    assert "no export API" in bundle.outcome.err and "raw samples" in bundle.outcome.err
    direct = export(server.url, *between(START, END), "--map", bundle.map_path, cwd=tmp_path)
    assert direct.manifest["rungs"] == ["export"] and direct.samples == bundle.samples


def test_the_newest_seconds_are_not_missing(
    behind_vmauth: tuple[VictoriaMetrics, VmAuth], unique_job: str, tmp_path: Path
) -> None:
    """Queries leave out the last 30 s, unless they are asked in the right way."""
    server, gate = behind_vmauth
    now_ms = int(time.time() * 1000)
    server.import_jsonl(target_lines(unique_job, "10.0.0.3:1", range(now_ms - 5 * MINUTE, now_ms, SECOND)))
    (tmp_path / "password").write_text(READER[1])
    access = ("--user", READER[0], "--password-file", tmp_path / "password")
    bundle = export(gate.url, *access, "--last", "1h", "--job", unique_job, cwd=tmp_path)
    assert bundle.undone == plain_export(server, f'{{job="{unique_job}"}}', now_ms - HOUR, now_ms)
    assert bundle.manifest["rungs"] == ["raw"] and bundle.manifest["counts"]["samples"] == 5 * 300


def export_as_reader(gate: VmAuth, folder: Path, *options: str) -> Bundle:
    (folder / "password").write_text(READER[1])
    access = ("--user", READER[0], "--password-file", folder / "password")
    return export(gate.url, *access, *between(START, END), *options, cwd=folder)


def test_overlapping_selectors_and_steps_work_by_queries_too(
    behind_vmauth: tuple[VictoriaMetrics, VmAuth], tmp_path: Path
) -> None:
    server, gate = behind_vmauth
    chosen = ['{job="storage"}', "up", '{__name__=~"up|odd",job=~"st.*"}']
    options = [word for selector in chosen for word in ("--selector", selector)]
    bundle = export_as_reader(gate, tmp_path, *options, "--window", "40m", "--no-obfuscate")
    assert bundle.samples == plain_export(server, chosen, START, END)
    thinned = export_as_reader(gate, tmp_path, "--selector", "vm_rows", "--step", "7m", "--no-obfuscate")
    last = {
        series: list({at // (7 * MINUTE): (at, value) for at, value in of_series}.values())
        for series, of_series in plain_export(server, "vm_rows", START, END).items()
    }
    assert thinned.samples == last and len(last) == 2


@pytest.fixture(scope="module")
def prometheus() -> Iterator[Prometheus]:
    """A Prometheus that holds two components, an old one and a foreign program, since long ago."""
    known = {
        ("storage", "10.0.0.1:8482"): ("vmstorage-20260101-000000-tags-v1.150.0", known_times()),
        ('st\\"or\\\\age', "10.0.0.2:8482"): ("vmselect-20260101-000000-tags-v1.149.0", known_times()[:600]),
        ("storage", "10.0.0.9:9100"): ("", known_times()),
    }
    by_name: dict[str, list[str]] = {"vm_app_version": [], "vm_rows": [], "up": []}
    for (job, instance), (version, times_ms) in known.items():
        target = f'job="{job}",instance="{instance}"'
        for number, at_ms in enumerate(times_ms):
            at = f"{at_ms / 1000:.3f}"
            if version:
                by_name["vm_app_version"].append(f'vm_app_version{{{target},version="{version}"}} 1 {at}\n')
            value = {3: "+Inf", 4: "-Inf", 5: "NaN", 6: "1e+21", 7: "5e-324"}.get(number % 50, number / 3)
            by_name["vm_rows"].append(f"vm_rows{{{target}}} {value} {at}\n")
            by_name["up"].append(f"up{{{target}}} 1 {at}\n")
    text = "".join(f"# TYPE {name} gauge\n{''.join(lines)}" for name, lines in by_name.items())
    with Prometheus(openmetrics=text, jobs=()) as running:
        yield running


@pytest.mark.parametrize("window", ["10m", "6h"])
def test_prometheus_gives_every_sample_of_the_components(prometheus: Prometheus, window: str, tmp_path: Path) -> None:
    """To the millisecond at every border; also of the component that died, and nothing of the foreign program."""
    bundle = export(prometheus.url, *between(START, END), "--window", window, cwd=tmp_path)
    mine = {
        key: samples
        for key, samples in own_answer(prometheus.api, '{job=~"st.*"}', START, END).items()
        if "10.0.0.9:9100" not in dict(key).values()  # type: ignore[call-overload]
    }
    assert numbers(bundle.undone) == mine and len(mine) == 6
    assert bundle.targets == TARGETS and bundle.manifest["source"]["kind"] == "prometheus"
    assert set(bundle.manifest["components"]) == {"vmstorage", "vmselect"}
    found = {at_ms for of_series in bundle.samples.values() for at_ms, _ in of_series}
    assert {START, END, END - 1, day(0) + 6 * HOUR - 1, day(0) + 6 * HOUR} <= found and START - 1 not in found


def test_prometheus_evaluates_expressions_and_thins(prometheus: Prometheus, tmp_path: Path) -> None:
    query = 'sum(vm_rows{instance!=""} < 1e9) by (instance)'
    bundle, _ = flow_export(asked(prometheus.url, START, END, Selection(query=query, step_ms=MINUTE), PLAIN), tmp_path)
    times = {"start": seconds(START + MINUTE - 9), "end": seconds(END), "step": "60s"}
    answer = prometheus.api.get("/api/v1/query_range", query=query, **times).json()["data"]["result"]
    assert sorted(map(len, bundle.samples.values())) == sorted(len(series["values"]) for series in answer)
    assert len(answer) == 3
    selection = Selection(selectors=("up",), step_ms=MINUTE)
    thinned, _ = flow_export(asked(prometheus.url, START, END, selection, PLAIN), tmp_path)
    assert {len({at_ms // MINUTE for at_ms, _ in own}) == len(own) for own in thinned.samples.values()} == {True}


def test_a_living_prometheus_that_scrapes_a_victoria_metrics(
    start_victoria: Callable[..., VictoriaMetrics], start_prometheus: Callable[..., Prometheus], tmp_path: Path
) -> None:
    victoria = start_victoria()
    job = Job("its-metrics", (str(victoria.address),))
    server = start_prometheus(jobs=[job, Job("itself", (str(victoria.address),), "/health")])
    wait_until(lambda: len(server.api.query("vm_app_version[1m:1s]", int(time.time() * 1000))) == 1, "a scrape")
    time.sleep(2.5)
    end_ms = int(time.time() * 1000) - 500
    bundle = export(server.url, *between(end_ms - 10 * MINUTE, end_ms), "--no-obfuscate", cwd=tmp_path)
    mine = own_answer(server.api, '{job="its-metrics"}', end_ms - 10 * MINUTE, end_ms)
    assert numbers(bundle.samples) == mine and len(mine) > 500
    assert targets_of(bundle.samples) == {("its-metrics", str(victoria.address))}
    assert bundle.manifest["components"] == ["vmsingle"]
