"""The policy as its owner uses it: shown, tried on real labels, shared as a file, and obeyed by an export."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.exports import (
    HOUR,
    MINUTE,
    SECOND,
    Bundle,
    Outcome,
    between,
    day,
    export,
    plain_export,
    run,
    target_lines,
)
from tests.lab.lines import line
from tests.lab.victoria import VictoriaMetrics
from tests.places import PLACES
from vmexporter.core.privacy.wording import fits

pytestmark = pytest.mark.real

START, END = day(0), day(0) + HOUR
RANGE = between(START, END)
TIMES = list(range(START, END + 1, 30 * SECOND))
TARGET = {"job": "acme-vmagent", "instance": "10.20.30.11:8429"}
RULE_ID = "6667929307218984182"
SERIES: list[dict[str, str]] = [
    {"__name__": "vm_rows", "type": "indexdb/file", "acme_tier": "gold", "zone": "eu-west-1b", "env": "acme-blue"},
    {"__name__": "vm_free_disk_space_bytes", "path": "/mnt/acme/vmagent-data"},
    {"__name__": "vm_http_requests_total", "path": "/api/v1/write"},
    {"__name__": "vm_http_requests_total", "path": "/insert/40417/prometheus/api/v1/write"},
    {"__name__": "flag", "name": "httpListenAddr", "value": "10.20.30.11:8429", "is_set": "true"},
    {"__name__": "flag", "name": "httpAuth.password", "value": "S3CRET", "is_set": "true"},
    {"__name__": "flag", "name": "maxConcurrentInserts", "value": "16", "is_set": "false"},
    {"__name__": "metrics_push_total", "url": "http://jane:S3CRET@vm.acme.example/x?token=S3CRET"},
    {"__name__": "acme:rows:rate5m", "team": "payments"},
    {"__name__": "vmalert_alerts_firing", "group": "Initech GmbH slo", "alertname": "initechDown", "id": RULE_ID},
]  # fmt: skip
METRICS = {series["__name__"] for series in SERIES} | {
    "up",
    "scrape_duration_seconds",
    "go_goroutines",
    "vm_app_version",
}
PRIVATE = re.compile(
    rf"acme|gold|S3CRET|10\.20\.30\.11|payments|initech|jane|(?<!\d)(?:40417|{RULE_ID})(?!\d)", re.IGNORECASE
)


@pytest.fixture(scope="module")
def server() -> Iterator[VictoriaMetrics]:
    with VictoriaMetrics("-search.latencyOffset=0s") as running:
        build = "vmagent-20260101-000000-tags-v1.150.0"
        running.import_jsonl(target_lines(TARGET["job"], TARGET["instance"], TIMES, version=build))
        running.import_jsonl(line({**series, **TARGET}, [1] * len(TIMES), TIMES) for series in SERIES)
        yield running


def text_of(bundle: Bundle) -> str:
    return f"{bundle.metrics.decode()} {bundle.metadata} {bundle.readme}"


def ok(outcome: Outcome) -> Outcome:
    assert outcome.status == 0, outcome
    return outcome


class TestThePolicyIsShown:
    @pytest.mark.parametrize("level", ["support", "strict"])
    def test_row_by_row_with_reasons_and_the_first_that_fits_decides(self, tmp_path: Path, level: str) -> None:
        found = ok(run("policy", "--level", level, "--json", cwd=tmp_path)).json()
        assert (found["level"], found["own_words"]) == (level, 0)
        assert all(set(row) == {"action", "label", "metrics", "values", "why"} for row in found["rules"])
        assert all(row["why"] and row["action"] in {"keep", "map"} for row in found["rules"])
        for kind, (metric, label) in PLACES.items():
            of_pair = (
                row
                for row in found["rules"]
                if row["action"] == "map" and row["label"] in {label, "any other"}
                if row["metrics"] == "any" or fits(row["metrics"], metric)
            )
            assert next(of_pair)["why"] == f"it is a {kind.replace('_', ' ')}", (metric, label)
        kept = [row["label"] for row in found["rules"] if row["action"] == "keep"]
        assert "type" in kept and ("zone" in kept) is (level == "support")

    def test_with_what_its_owner_says_on_top(self, tmp_path: Path) -> None:
        (tmp_path / "p.toml").write_text('words = ["acme"]\n[labels]\nteam = "keep"\npod = "drop"\n')
        outcome = ok(run("policy", "--policy", "p.toml", "--map-label", "type", "--json", cwd=tmp_path)).json()
        assert outcome["own_words"] == 1
        assert [(row["action"], row["label"], row["why"]) for row in outcome["rules"][:3]] == [
            ("keep", "team", "chosen by you"),
            ("map", "type", "chosen by you"),
            ("drop", "pod", "chosen by you"),
        ]
        told = ok(run("policy", "--policy", "p.toml", cwd=tmp_path, env={"COLUMNS": "200"}))
        assert "Level support; 1 words of your own" in told.err + told.text
        assert "chosen by you" in told.text and "acme" not in told.err + told.text

    def test_without_obfuscation_it_is_short(self, tmp_path: Path) -> None:
        found = ok(run("policy", "--no-obfuscate", "--json", cwd=tmp_path)).json()
        assert [row["why"] for row in found["rules"]] == ["level none: only secrets are removed"]

    def test_a_broken_file_is_an_error_with_a_hint(self, tmp_path: Path) -> None:
        (tmp_path / "p.toml").write_text('colour = "red"')
        outcome = run("policy", "--policy", "p.toml", cwd=tmp_path)
        assert outcome.status == 2 and "nobody knows colour" in outcome.err and "Hint: " in outcome.err


class TestAllLabelsAreShown:
    def rows(self, server: VictoriaMetrics, cwd: Path, *more: str) -> list[dict[str, Any]]:
        outcome = ok(run("sample", server.url, *RANGE, "--all-labels", "--json", *more, cwd=cwd))
        rows: list[dict[str, Any]] = outcome.json()["labels"]
        return rows

    def test_each_with_its_number_of_values_and_examples(self, server: VictoriaMetrics, tmp_path: Path) -> None:
        rows = self.rows(server, tmp_path)
        names = {name for series in SERIES for name in series} | {"job", "instance", "version", "short_version"}
        assert {row["label"] for row in rows} == names
        assert (rows[0]["label"], rows[0]["values"]) == ("__name__", len(METRICS))
        [tier] = [row for row in rows if row["label"] == "acme_tier"]
        assert re.fullmatch(r"label_\d+", tier["label_after"])
        assert (tier["values"], tier["mapped"], tier["action"]) == (1, 1, "map")
        assert tier["why"] == "no table knows this label: private"
        [(before, after)] = tier["examples"]
        assert before == "gold" and re.fullmatch(r"label-\d+", after)
        [kind] = [row for row in rows if row["label"] == "type"]
        assert (kind["values"], kind["mapped"], kind["examples"]) == (1, 0, [["indexdb/file", "indexdb/file"]])

    def test_a_label_that_is_treated_differently_has_a_row_for_each_way(
        self, server: VictoriaMetrics, tmp_path: Path
    ) -> None:
        paths = [row for row in self.rows(server, tmp_path) if row["label"] == "path"]
        assert {(row["metric"], row["values"], row["mapped"]) for row in paths} == {
            ("vm_free_disk_space_bytes", 1, 1),
            ("vm_http_requests_total", 2, 1),
        }
        examples = {before: after for row in paths for before, after in row["examples"]}
        assert examples["/api/v1/write"] == "/api/v1/write"
        assert re.fullmatch(
            r"/insert/777\d{6}/prometheus/api/v1/write", examples["/insert/40417/prometheus/api/v1/write"]
        )

    def test_values_of_flags_are_those_of_their_flags(self, server: VictoriaMetrics, tmp_path: Path) -> None:
        [values] = [row for row in self.rows(server, tmp_path) if row["label"] == "value"]
        assert (values["values"], values["mapped"]) == (3, 2)
        assert dict(values["examples"])["S3CRET"].startswith("<removed")

    def test_what_its_owner_chose_is_shown(self, server: VictoriaMetrics, tmp_path: Path) -> None:
        rows = self.rows(server, tmp_path, "--keep-label", "team", "--drop-label", "zone", "--level", "strict")
        actions = {row["label"]: (row["action"], row["mapped"], row["examples"]) for row in rows}
        assert actions["team"] == ("keep", 0, [["payments", "payments"]])
        assert actions["zone"] == ("drop", 1, [["eu-west-1b", None]])

    def test_as_a_table_too(self, server: VictoriaMetrics, tmp_path: Path) -> None:
        outcome = ok(run("sample", server.url, *RANGE, "--all-labels", cwd=tmp_path, env={"COLUMNS": "300"}))
        assert re.search(r"acme_tier → label_\d+", outcome.text)
        assert "no table knows this label: private" in outcome.text

    def test_what_is_shown_is_what_is_exported(self, server: VictoriaMetrics, tmp_path: Path) -> None:
        first = export(server.url, *RANGE, cwd=tmp_path)
        rows = self.rows(server, tmp_path, "--map", str(first.map_path))
        shown = {(row["label_after"], after) for row in rows for _, after in row["examples"]}
        exported = {pair for series in first.samples for pair in series}
        assert shown <= exported

    def test_an_expression_has_no_labels_that_the_server_lists(self, server: VictoriaMetrics, tmp_path: Path) -> None:
        outcome = run("sample", server.url, *RANGE, "--all-labels", "--query", "sum(up)", "--step", "1m", cwd=tmp_path)
        assert outcome.status == 2 and "--selector" in outcome.err


class TestAnExportObeys:
    def test_by_default_nothing_private_is_in_it(self, server: VictoriaMetrics, tmp_path: Path) -> None:
        bundle = export(server.url, *RANGE, cwd=tmp_path)
        assert PRIVATE.findall(text_of(bundle)) == []
        assert "eu-west-1b" in text_of(bundle) and "S3CRET" not in bundle.map_path.read_text()
        policy = bundle.manifest["label_policy"]
        assert (policy["level"], policy["kept_labels"], policy["dropped_labels"]) == ("support", [], [])
        assert policy["audit"]["originals"] > 10 and policy["audit"]["found"] == 0
        without_secrets = {
            series: samples
            for series, samples in plain_export(server, '{job="acme-vmagent"}', START, END).items()
            if "S3CRET" not in str(series)
        }
        assert without_secrets.items() <= bundle.undone.items()

    def test_a_policy_file_and_options_on_top(self, server: VictoriaMetrics, tmp_path: Path) -> None:
        (tmp_path / "p.toml").write_text('level = "strict"\n[labels]\nteam = "keep"\nacme_tier = "drop"\n')
        (tmp_path / "words.txt").write_text("initech\n")
        more = ("--policy", tmp_path / "p.toml", "--keep-label", "group", "--words-file", tmp_path / "words.txt")
        bundle = export(server.url, *RANGE, *more, cwd=tmp_path)
        text = text_of(bundle)
        assert '"team":"payments"' in text and "eu-west-1b" not in text and "gold" not in text
        assert re.search(r'"group":"word-\d+ GmbH slo"', text) and "initech" not in text.lower()
        policy = bundle.manifest["label_policy"]
        assert (policy["level"], policy["own_words"]) == ("strict", 1)
        assert set(policy["kept_labels"]) == {"team", "group"}
        assert [bundle.originals[label] for label in policy["dropped_labels"]] == ["acme_tier"]

    def test_one_way_keeps_no_map_and_nothing_else_that_leads_back(
        self, server: VictoriaMetrics, tmp_path: Path
    ) -> None:
        bundle = export(server.url, *RANGE, "--one-way", cwd=tmp_path)
        assert {path.suffix for path in bundle.path.parent.iterdir()} == {".zip", ".sha256"}
        assert bundle.manifest["obfuscated"] and bundle.manifest["label_policy"]["audit"]["found"] == 0
        assert PRIVATE.findall(text_of(bundle)) == []

    def test_level_none_removes_the_secrets_alone(self, server: VictoriaMetrics, tmp_path: Path) -> None:
        bundle = export(server.url, *RANGE, "--level", "none", cwd=tmp_path)
        assert "S3CRET" not in text_of(bundle) and not bundle.manifest["obfuscated"]
        assert '"acme_tier":"gold"' in text_of(bundle)
        assert "http://jane:<removed>@vm.acme.example/x?token=<removed>" in text_of(bundle)
        assert len(bundle.samples) == len(plain_export(server, '{job="acme-vmagent"}', START, END))

    def test_with_the_same_map_everything_keeps_its_pseudonym(self, server: VictoriaMetrics, tmp_path: Path) -> None:
        first = export(server.url, *RANGE, cwd=tmp_path)
        half = between(START + 10 * MINUTE, END)
        second = export(server.url, *half, "--map", first.map_path, cwd=tmp_path)
        assert set(second.samples) == set(first.samples)
        assert json.loads(second.map_path.read_text())["map_id"] == first.manifest["map_id"]
