"""What is decided about a label, and why: which row of the tables wins, and that the owner's word stands above it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.policies import catalogue
from vmexporter.bundle.tables import read_tables
from vmexporter.core.privacy.catalogue import Catalogue
from vmexporter.core.privacy.decisions import Decision, Decisions
from vmexporter.core.request import ObfuscationChoice

HEADS = {
    "sensitive_labels.tsv": "metric_pattern\tlabel\tcomponent\tkind\texample\n",
    "public_labels.tsv": "metric_pattern\tlabel\tvalues\tlevel\twhy\n",
    "flags.tsv": "flag\ttype\tcomponents\tmasked\tkind\tdefault\n",
}


def tables(sensitive: str = "", public: str = "", flags: str = "") -> Catalogue:
    """A catalogue of these rows, cells between blanks, with the real lists of words."""
    rows = dict(zip(HEADS, (sensitive, public, flags), strict=True))
    made = {
        name: HEADS[name] + "".join(line.replace(" ", "\t") + "\n" for line in text.split("\n") if line)
        for name, text in rows.items()
    }
    return Catalogue({**read_tables(), **made})


def decisions(tested: Catalogue | None = None, **choice: Any) -> Decisions:
    return Decisions(ObfuscationChoice(**choice), tested or catalogue())


PRECEDENCE = tables(
    "vm_rows * c host x\n.* path c job_name x\n.* name c username x\nvm_a_total name c url x\n"
    "vm_b(_sum|_count)? name c fs_path x\nalertmanager_.* name c custom_name x\nvm_rows name c tenant_id x\n"
    ".* exported_name c ip x\nvm_rows exported_path c kernel_release x"
)


@pytest.mark.parametrize(
    ("metric", "label", "kind"),
    [
        ("vm_a_total", "name", "url"),
        ("vm_b", "name", "fs_path"),
        ("vm_b_sum", "name", "fs_path"),
        ("vm_b_bucket", "name", "username"),
        ("xvm_b", "name", "username"),
        ("vm_a_total2", "name", "username"),
        ("alertmanager_x", "name", "custom_name"),
        ("alertmanager", "name", "username"),
        ("vm_rows", "name", "tenant_id"),
        ("vm_rows", "path", "job_name"),
        ("vm_rows", "acme", "host"),
        ("vm_rows2", "acme", "custom_label"),
        ("vm_c", "exported_name", "ip"),
        ("vm_rows", "exported_path", "kernel_release"),
        ("vm_c", "exported_path", "job_name"),
        ("", "acme", "custom_label"),
    ],
)
def test_the_metric_and_its_label_win_over_the_label_over_the_metric(metric: str, label: str, kind: str) -> None:
    assert PRECEDENCE.kind(metric, label) == kind
    assert PRECEDENCE.rule(metric, label).kind == kind


def test_labels_that_depend_on_the_metric_are_known() -> None:
    assert PRECEDENCE.depends_on_metric("name")
    assert PRECEDENCE.depends_on_metric("exported_name")
    assert not PRECEDENCE.depends_on_metric("acme")
    assert not decisions(PRECEDENCE, keep_labels=("name",)).depends_on_metric("name")
    assert not decisions(PRECEDENCE, level="none").depends_on_metric("name")
    assert decisions(PRECEDENCE).ground("vm_a_total", "name") != decisions(PRECEDENCE).ground("vm_b", "name")
    same = decisions(PRECEDENCE)
    assert same.ground("vm_x", "name") == same.ground("vm_y", "name")


@pytest.mark.parametrize(
    ("metric", "label", "value", "public"),
    [
        ("vm_a", "type", "one", True),
        ("vm_a", "type", "ones", False),
        ("vm_a", "type", "one\n", False),
        ("vm_b", "type", "one", False),
        ("vm_a", "exported_type", "one", True),
        ("vm_b", "words", "inmemory/indexdb", True),
        ("vm_b", "words", "inmemory/acme", False),
        ("vm_b", "words", "inmemory-7", False),
        ("vm_b", "words", "inmemory 7", False),
        ("vm_b", "words", "7", False),
        ("vm_b", "words", "", False),
        ("vm_b", "words", "inmémory", False),
        ("vm_b", "words", "storageSize", True),
        ("vm_b", "flags", "acme.known", True),
        ("vm_b", "flags", "acme.other", False),
        ("vm_b", "acme", "one", False),
    ],
)
def test_what_is_public_is_said_by_metric_label_and_value(metric: str, label: str, value: str, public: bool) -> None:
    rows = "vm_a type one|two strict why\n.* words @words support why\n.* flags @flags strict why"
    tested = tables(public=rows, flags="acme.known string c no fs_path x")
    assert tested.is_public(metric, label, value) is public
    row = tested.public_row(metric, label, value, "support")
    assert (row is not None) is public
    if label == "words":
        assert tested.public_row(metric, label, value, "strict") is None


@pytest.mark.parametrize(
    ("choice", "metric", "label", "decision"),
    [
        ({}, "up", "__name__", Decision("map", "metric", "names outside VictoriaMetrics' own vocabulary are private")),
        ({}, "up", "job", Decision("map", "job_name", "job_name (any metric)")),
        ({}, "up", "acme", Decision("map", "custom_label", "no table knows this label: private")),
        ({}, "flag", "value", Decision("map", "flag_value", "flag_value (flag)", of_flag=True)),
        ({}, "config_parameter", "value", Decision("map", "flag_value", "flag_value (config_parameter)")),
        ({"level": "strict"}, "up", "job", Decision("map", "job_name", "job_name (any metric)")),
        ({"level": "none"}, "up", "job", Decision("keep", "job_name", "no obfuscation: only secrets are removed")),
        ({"keep_labels": ("job",)}, "up", "job", Decision("keep", "job_name", "chosen by you")),
        ({"map_labels": ("type",)}, "up", "type", Decision("map", "custom_label", "chosen by you")),
        ({"drop_labels": ("job",)}, "up", "job", Decision("drop", "job_name", "chosen by you")),
        ({"level": "none", "drop_labels": ("job",)}, "up", "job", Decision("drop", "job_name", "chosen by you")),
        ({"keep_labels": ("value",)}, "flag", "value", Decision("keep", "flag_value", "chosen by you", of_flag=True)),
    ],
)
def test_decisions_have_their_reasons(choice: dict[str, Any], metric: str, label: str, decision: Decision) -> None:
    assert decisions(**choice).decide(metric, label) == decision


def test_a_value_that_its_owner_wants_mapped_is_public_nowhere() -> None:
    assert decisions().public_row("up", "type", "indexdb")
    assert decisions(map_labels=("type",)).public_row("up", "type", "indexdb") is None
    assert decisions(map_labels=("type",)).is_mapped("up", "type", "type-3")
    assert not decisions().is_mapped("up", "type", "indexdb")
    assert decisions().is_mapped("up", "type", "type-3")
    assert not decisions(level="none").is_mapped("up", "job", "acme")


@pytest.mark.parametrize(
    ("name", "public"),
    [
        ("job", True),
        ("exported_job", True),
        ("__name__", True),
        ("acme_tier", False),
        ("exported_acme", False),
        ("exported_exported_job", False),
        ("", False),
        ("JOB", False),
    ],
)
def test_names_of_labels(name: str, public: bool) -> None:
    assert decisions().is_public_name(name) is public


@pytest.mark.parametrize(
    ("name", "public"),
    [
        ("up", True),
        ("vm_rows", True),
        ("vmagent_remotewrite_requests_total", True),
        ("go_goroutines", True),
        ("process_cpu_seconds_total", True),
        ("vm_acme_total", False),
        ("acme:rows:rate5m", False),
        ("acme", False),
        ("metric_1", False),
        ("vm_4242_total", False),
        ("vm_rows\n", False),
        ("vm_rowsé", False),
        ("", False),
    ],
)
def test_names_of_metrics(name: str, public: bool) -> None:
    assert decisions().is_public_metric(name) is public


@pytest.mark.parametrize(("label", "prefix"), [("team", "team"), ("exported_team", "team"), ("exported_", "exported_")])
def test_a_label_that_a_target_had_itself_shares_its_prefix(label: str, prefix: str) -> None:
    assert Decisions.prefix(label) == prefix


def test_what_a_server_sends_fills_no_memory() -> None:
    tested = Catalogue(read_tables())
    for number in range(70_000):
        tested.is_public_metric(f"acme_{number}")
        tested.public_row("up", "type", f"acme{number}", "support")
    assert len(tested._metrics) <= 65_536
    assert len(tested._judged) <= 65_536
