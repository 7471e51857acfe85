"""Selectors give raw samples, expressions give values at steps; thinning, dropping and mapping change nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.exports import (
    HOUR,
    MINUTE,
    SECOND,
    AllSamples,
    asked,
    between,
    day,
    export,
    flow_export,
    plain_export,
    run,
    server_program,
)
from tests.lab.lines import line
from tests.lab.victoria import VictoriaMetrics, seconds
from vmexporter.core.request import ObfuscationChoice, Selection
from vmexporter.errors import InvalidInput, QueryRejected

pytestmark = pytest.mark.real

START = day(20) + 7 * HOUR
END = START + 2 * HOUR
PLAIN = ObfuscationChoice(level="none")


def fill(server: VictoriaMetrics) -> VictoriaMetrics:
    """Eight series, a sample every 7 s or so, over a little more than the range."""
    moments = [START - MINUTE + 7 * SECOND * number + number % 5 for number in range(1050)]
    for number in range(8):
        names = {"__name__": f"sel_{number % 2}", "suite": "sel", "job": f"j{number // 4}", "n": str(number // 2 % 2)}
        values = [(number * 13 + at // 999) % 17 / 4 for at in moments]
        server.import_jsonl([line({**names, "instance": "10.0.0.1:1"}, values, moments)])
    server.import_jsonl([line({"__name__": "other", "job": "j0", "instance": "10.0.0.1:1"}, [1], [START + HOUR])])
    return server


@pytest.fixture(scope="module")
def server(shared_victoria: VictoriaMetrics) -> VictoriaMetrics:
    return fill(shared_victoria)


def flow_samples(server: VictoriaMetrics, folder: Path, *selectors: str, step_ms: int = 0) -> AllSamples:
    request = asked(server.url, START, END, Selection(selectors=selectors, step_ms=step_ms), PLAIN)
    return flow_export(request, folder)[0].samples


@pytest.mark.parametrize(
    ("selector", "meant"),
    [
        ("sel_0", "sel_0"),
        ('{suite="sel",job=~"(j0|j1)"}', '{suite="sel"}'),
        ("sel_1{\n  job = 'j0', # a comment\n  n!~'0',\n}", 'sel_1{job="j0",n="1"}'),
        ('{"sel_0", `suite`="sel"}', 'sel_0{suite="sel"}'),
        ('{suite="\\x73el",n!=""}', '{suite="sel"}'),
        ('{suite="nothing has this"}', '{suite="nothing has this"}'),
    ],
)
def test_a_selector_gives_every_raw_sample(server: VictoriaMetrics, selector: str, meant: str, tmp_path: Path) -> None:
    expected = plain_export(server, meant, START, END) if "nothing" not in meant else {}
    assert flow_samples(server, tmp_path, selector) == expected


def test_overlapping_selectors_give_no_sample_twice(server: VictoriaMetrics, tmp_path: Path) -> None:
    chosen = ['{suite="sel",job="j0"}', "sel_0", '{suite="sel",job="j0",n="1"}']
    options = [word for selector in chosen for word in ("--selector", selector)]
    bundle = export(server.url, *options, *between(START, END), "--window", "17m", "--no-obfuscate", cwd=tmp_path)
    expected = plain_export(server, chosen, START, END)
    assert len(expected) == 6 and bundle.samples == expected
    assert bundle.manifest["selection"]["selectors"][0] == chosen[0]


@pytest.mark.parametrize(
    "selector",
    [
        *("", "{}", "{,}", '{job=~".*"}', '{job=""}', '{job=~"|a"}', "{__name__=~'.*'}", "{job='a' or }", '{job="a"'),
        *("sum(up)", "up + 1", "up[5m]", "up offset 5m", "1", "'up'", "up or down", "{a='b'} or {a='c'}"),
        'x{a="b"} + y{a="b"}',
    ],
)
def test_what_is_no_selector_or_selects_everything_is_refused(
    server: VictoriaMetrics, selector: str, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInput):
        flow_samples(server, tmp_path, "sel_0", selector)
    assert not list(tmp_path.rglob("*.zip*"))


@pytest.mark.parametrize("query", ['{job="j0"}', "sel_0", "{suite='sel'} # not an expression", '{"sel_0"}'])
def test_a_selector_is_refused_as_an_expression(server: VictoriaMetrics, query: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="it is a selector"):
        flow_export(asked(server.url, START, END, Selection(query=query)), tmp_path)


def test_the_server_judges_an_expression(server: VictoriaMetrics, tmp_path: Path) -> None:
    with pytest.raises(QueryRejected):
        flow_export(asked(server.url, START, END, Selection(query="sum(")), tmp_path)


def test_options_that_contradict_are_refused(server: VictoriaMetrics, tmp_path: Path) -> None:
    for options in (
        ("--selector", "sel_0", "--query", "sum(sel_0)"),
        ("--selector", "sel_0", "--component", "vmagent"),
        ("--selector", "sum(sel_0)"),
        ("--selector", "sel_0", "--drop-label", "__name__"),
        ("--selector", "sel_0", "--map-label", "__name__"),
        ("--selector", "sel_0", "--map-label", "n", "--no-obfuscate"),
        ("--selector", "sel_0", "--step", "0"),
        ("--selektor", "sel_0"),
    ):
        outcome = run("export", server.url, *options, *between(START, END), cwd=tmp_path)
        assert outcome.status == 2, (options, outcome)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("which", ["installed", "current"])
def test_or_groups_are_for_servers_that_know_them(
    which: str, server: VictoriaMetrics, start_victoria: Callable[..., VictoriaMetrics], tmp_path: Path
) -> None:
    selector = '{suite="sel",job="j0",n="1" or suite="sel",job="j1",n="0"}'
    if which == "installed":
        with pytest.raises(QueryRejected):
            flow_samples(server, tmp_path, selector)
        return
    current = fill(start_victoria(program=server_program(which)))
    found = flow_samples(current, tmp_path, selector, "sel_0{n='1'}")
    assert {(dict(series)["job"], dict(series)["n"]) for series in found} == {("j0", "1"), ("j1", "0"), ("j1", "1")}
    assert found == plain_export(current, [selector, "sel_0{n='1'}"], START, END)


@pytest.mark.parametrize("window", ["30s", "10m", "6h"])
def test_an_expression_is_evaluated_once_a_step(server: VictoriaMetrics, window: str, tmp_path: Path) -> None:
    """Also when a window is one step long; values are the server's own, one line per series and window."""
    query, end_ms = "sum(sel_0{suite='sel'}) by (job)", START + 25 * MINUTE
    options = ("--query", query, "--step", "30s", "--window", window, "--no-obfuscate")
    bundle = export(server.url, *options, *between(START + 1, end_ms), cwd=tmp_path)
    times = {"start": seconds(START + 30 * SECOND), "end": seconds(end_ms), "step": "30s", "nocache": "1"}
    answer = server.api.get("/api/v1/query_range", query=query, **times).json()["data"]["result"]
    expected = {
        series["metric"]["job"]: [(round(at * 1000), value) for at, value in series["values"]] for series in answer
    }
    assert {series[0] for series in bundle.samples} == {("__name__", "vmexporter_query")}, (
        "without a name nobody takes it"
    )
    found = {dict(series)["job"]: samples for series, samples in bundle.samples.items()}
    assert found == expected and set(found) == {"j0", "j1"} and len(found["j0"]) == 50
    windows = bundle.manifest["windows"]
    assert bundle.manifest["counts"]["lines"] == 2 * len([piece for piece in windows if piece["samples"]])
    assert bundle.manifest["rungs"] == ["query_range"] and bundle.manifest["selection"]["step_ms"] == 30 * SECOND
    assert bundle.manifest["partial"] is False


@pytest.mark.parametrize(("step", "step_ms"), [("1m", MINUTE), ("50s", 50 * SECOND), ("1h30m", 90 * MINUTE)])
def test_a_step_keeps_the_last_sample_of_each(server: VictoriaMetrics, step: str, step_ms: int, tmp_path: Path) -> None:
    """Steps begin at multiples of the step; the window does not tear them."""
    options = ("--selector", '{suite="sel"}', "--step", step, "--window", "7m", "--no-obfuscate")
    bundle = export(server.url, *options, *between(START + 1, END - 1), cwd=tmp_path)
    everything = plain_export(server, '{suite="sel"}', START + 1, END - 1)
    expected = {
        series: list({time_ms // step_ms: (time_ms, value) for time_ms, value in samples}.values())
        for series, samples in everything.items()
    }
    assert bundle.samples == expected
    assert sum(map(len, expected.values())) < sum(map(len, everything.values())) / 6
    assert {window["step_ms"] for window in bundle.manifest["windows"]} == {step_ms}


def test_a_dropped_label_is_gone_and_merged_series_are_counted(server: VictoriaMetrics, tmp_path: Path) -> None:
    """8 series with two values of n: without it, 4 of them fall together with the other 4."""
    options = ("--selector", '{suite="sel"}', "--drop-label", "n", "--drop-label", "absent")
    bundle = export(server.url, *options, *between(START, END), "--window", "30m", cwd=tmp_path)
    assert bundle.manifest["label_policy"]["merged_series"] == 4
    assert bundle.manifest["counts"]["series"] == 4
    dropped = bundle.manifest["label_policy"]["dropped_labels"]
    assert [bundle.originals[label] for label in dropped] == ["n", "absent"], (
        "also the names of labels may tell something"
    )
    assert not any(b'"n":' in text for text in bundle.lines)
    assert "4 series became equal" in bundle.outcome.text
    everything = plain_export(server, '{suite="sel"}', START, END)
    assert sum(map(len, bundle.samples.values())) == sum(map(len, everything.values()))
    harmless = ObfuscationChoice(level="none", drop_labels=("suite",))
    request = asked(server.url, START, END, Selection(selectors=('{suite="sel"}',)), harmless)
    kept = flow_export(request, tmp_path)[0]
    assert kept.manifest["label_policy"]["merged_series"] == 0
    without = {tuple(pair for pair in series if pair[0] != "suite"): own for series, own in everything.items()}
    assert kept.samples == without


def test_mapped_labels_get_pseudonyms_that_the_map_turns_back(server: VictoriaMetrics, tmp_path: Path) -> None:
    options = ("--selector", '{suite="sel"}')
    bundle = export(server.url, *options, *between(START, END), cwd=tmp_path)
    assert bundle.undone == plain_export(server, '{suite="sel"}', START, END)
    values: dict[str, set[str]] = {}
    for series in bundle.samples:
        for name, value in series:
            values.setdefault(bundle.originals.get(name, name), set()).add(value)
    metrics = values.pop("__name__")
    assert all(metric.startswith("metric_") for metric in metrics)
    assert {label: len(found) for label, found in values.items()} == {"suite": 1, "n": 2, "job": 2, "instance": 1}
    assert not values["suite"] & {"sel"} and not values["n"] & {"0", "1"} and not values["job"] & {"j0", "j1"}
    mapped = bundle.manifest["label_policy"]["mapped_labels"]
    assert {bundle.originals.get(label, label) for label in mapped} == {"suite", "n", "job", "instance"}
    assert not {"suite", "n"} & set(mapped)
    shown = json.dumps([bundle.manifest["selection"], bundle.manifest["jobs"]])
    assert '"sel"' not in shown and "hidden" in shown
