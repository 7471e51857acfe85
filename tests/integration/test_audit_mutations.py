"""What a broken policy leaks, the audit finds: each way to make a pseudonym is switched off in turn.

The guard in the pipe is left out, so that the audit stands alone. The series are those that real programs had.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from tests.unit.audit_bundles import MANIFEST, line
from vmexporter.bundle.tables import read_tables
from vmexporter.core.privacy import flags, targets
from vmexporter.core.privacy import policy as policies
from vmexporter.core.privacy.audit import Audit, Finding
from vmexporter.core.privacy.auditing.claims import Claims
from vmexporter.core.privacy.auditing.lines import LineAudit
from vmexporter.core.privacy.catalogue import ANY, Catalogue
from vmexporter.core.privacy.flags import FLAG_KINDS
from vmexporter.core.privacy.kinds import KINDS
from vmexporter.core.privacy.mapping import PseudonymMap
from vmexporter.core.privacy.policy import LabelPolicy
from vmexporter.core.privacy.pseudonyms import Pseudonyms
from vmexporter.core.privacy.wording import ANY_METRIC, spelled_out
from vmexporter.core.request import ObfuscationChoice

DATA = Path(__file__).parents[1] / "data"
Labels = Mapping[str, str]
PRIVATE = "qzx-acme-4711/s3cret.example"


@cache
def series() -> tuple[Labels, ...]:
    """As many label sets of the recordings as have every value of every label, and every name of a metric."""
    found: list[Labels] = []
    seen: set[tuple[str, str, str]] = set()
    for path in sorted(DATA.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for text in file:
                labels: Labels = json.loads(text).get("metric", {})
                metric = labels.get("__name__", "")
                new = {(catalogue().kind(metric, label), label, value) for label, value in labels.items()} - seen
                if new:
                    seen |= new
                    found.append(labels)
    return (*found, *written())


def written() -> Iterator[Labels]:
    """Of each kind a label and a flag that hold something private: no recording has all of them."""
    for metrics, label, _, kind, _ in catalogue().rows("sensitive_labels.tsv"):
        if kind != "flag_value" and (metric := next(iter(spelled_out(metrics)), "")) and label != ANY:
            yield {"__name__": "vm_rows" if metric == ANY_METRIC else metric, label: PRIVATE}
    for flag, row in catalogue().flags.items():
        if row.kind != "safe_by_type":
            yield {"__name__": "flag", "name": flag, "value": PRIVATE}
    yield {"__name__": "flag", "name": "flagOfTomorrow", "value": PRIVATE}


@cache
def catalogue() -> Catalogue:
    """The tables as the rewriting reads them."""
    return Catalogue(read_tables())


def audited(wanted: Callable[[Labels], bool]) -> list[Finding]:
    """What the audit finds after the policy has rewritten the series that are *wanted*."""
    known = PseudonymMap(bytes(range(32)))
    policy = LabelPolicy(ObfuscationChoice(), Pseudonyms(known), catalogue())
    text = b"".join(line(policy.rewrite_labels(labels)) for labels in series() if wanted(labels))
    document: dict[str, Any] = json.loads(known.to_json())
    audit = Audit(read_tables(), document, Claims.of_manifest({**MANIFEST, "map_id": known.map_id}))
    lines = LineAudit(audit.labels)
    lines.feed(text)
    lines.finish()
    assert lines.lines and not lines.bad_lines
    return audit.findings()


def private(labels: Labels, kind: str) -> Iterator[str]:
    """The labels of that kind whose values are not public."""
    metric = labels.get("__name__", "")
    for label, value in labels.items():
        is_of_kind = value and label != "__name__" and catalogue().kind(metric, label) == kind
        if is_of_kind and not catalogue().is_public(metric, label, value):
            yield label


def flag_kind(labels: Labels) -> str:
    """The kind of the flag that these labels are of, if they hold a value of its own."""
    flag = catalogue().flags.get(labels.get("exported_name") or labels.get("name", ""))
    if labels.get("__name__") != "flag":
        return ""
    if flag is None:
        return "unknown"
    return "" if labels.get("value", "") in {"", "secret", flag.default} else flag.kind


def test_the_whole_policy_is_clean() -> None:
    assert audited(lambda _: True) == []


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"flag_value"}))
def test_each_kind_of_label_left_as_it_is(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert any(any(private(labels, kind)) for labels in series())
    ways = {**KINDS, kind: lambda pseudonyms, label, value: value}
    monkeypatch.setattr(policies, "KINDS", MappingProxyType(ways))
    found = audited(lambda labels: any(private(labels, kind)))
    assert found
    assert all(finding.place.startswith("metrics.jsonl: label ") for finding in found)


@pytest.mark.parametrize("kind", sorted(set(FLAG_KINDS) - {"safe_by_type"}))
def test_each_kind_of_flag_left_as_it_is(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flags, "FLAG_KINDS", MappingProxyType({**FLAG_KINDS, kind: lambda known, element: element}))
    values = {labels["value"] for labels in series() if flag_kind(labels) == kind}
    assert any(flags_differ(kind, value) for value in values)
    assert audited(lambda labels: flag_kind(labels) == kind)


def flags_differ(kind: str, value: str) -> bool:
    """Whether the way of this kind changes *value* at all."""
    known = flags.Known(Pseudonyms(PseudonymMap(bytes(32))), catalogue(), "support")
    return any(FLAG_KINDS[kind](known, element) != element for element in flags.split_list(value) or [value])


@pytest.mark.parametrize("name", ["metric_pseudonym", "label_name_pseudonym"])
def test_names_left_as_they_are(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policies, name, lambda known, text: text)
    assert audited(lambda _: True)


@pytest.mark.parametrize("name", ["host_pseudonym", "ipv4_pseudonym", "ipv6_pseudonym"])
def test_pieces_left_as_they_are(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(targets, name, lambda known, text: text)
    assert audited(lambda _: True)
