"""What the guard alone cannot know, the audit of the finished ZIP finds: digits, common words, a broken catalogue.

The guard counts a short number as a port or an ordinal, and it asks the same catalogue as the policy. The audit has
tables of its own making, and it wants every number to belong to a pseudonym.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.places import FLAG, FLAGS
from tests.policies import catalogue
from tests.unit.mutations import audited, fresh_map, replace_everywhere, same_text, verdict
from vmexporter.core.privacy import credentials, flags, targets, urls
from vmexporter.core.privacy.catalogue import Catalogue, PublicRow
from vmexporter.core.privacy.decisions import Decision, Decisions
from vmexporter.core.privacy.flags import FLAG_KINDS
from vmexporter.core.privacy.kinds import KINDS
from vmexporter.core.request import ObfuscationChoice

Labels = dict[str, str]
Break = Callable[[pytest.MonkeyPatch], None]
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhY21lIn0.c2lnbmF0"  # nobody's
KEPT = {"keep_labels": ("zone",)}
NONE = {"level": "none"}
ROW = PublicRow(".*", "any", ".*", "strict", "broken")


def kind(name: str) -> Break:
    return lambda patch: replace_everywhere(patch, KINDS, {**KINDS, name: same_text})


def flag_kind(name: str) -> Break:
    return lambda patch: replace_everywhere(patch, FLAG_KINDS, {**FLAG_KINDS, name: same_text})


def function(original: object, mutant: object = same_text) -> Break:
    return lambda patch: replace_everywhere(patch, original, mutant)


def always(owner: type, name: str, result: object) -> Break:
    def broken(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(catalogue(), "_judged", {})  # what it has judged before it broke
        patch.setattr(owner, name, lambda *_: result)

    return broken


ALL_OF_THE_URL = function(urls.rewrite_url, lambda text, _: text)
MAPPED = Decision("map", "custom_label", "")


def up(**labels: str) -> Labels:
    return {"__name__": "up", **labels}


def flag(of_kind: str, value: str) -> Labels:
    return {"__name__": FLAG, "name": FLAGS[of_kind], "value": value}


CASES: list[tuple[str, Break, Labels, dict[str, Any]]] = [
    ("a short number", kind("custom_label"), up(customer="4242"), {}),
    ("a date", kind("custom_label"), up(customer="2026-08-14"), {}),
    ("a pod of common words", kind("k8s_pod"), up(pod="data-cache-7"), {}),
    ("a job of common words", kind("job_name"), up(job="test-job-12"), {}),
    ("a host of common words", function(targets.host_port_pseudonym), up(instance="storage.data.example:80"), {}),
    ("a long number of a flag", flag_kind("name_or_free_text"), flag("name_or_free_text", "12345678"), {}),
    ("a password of digits", flag_kind("credential"), flag("credential", "12345678"), {}),
    ("a header of digits", flag_kind("credential_possible"), flag("credential_possible", "12345678"), {}),
    ("a password of a common word", flag_kind("credential"), flag("credential", "admin"), {}),
    ("a header of a common word", flag_kind("credential_possible"), flag("credential_possible", "Cookie: admin"), {}),
    ("a token in a kept label", function(credentials.without_secrets), up(zone=JWT), KEPT),
    ("a password in a kept label", function(credentials.without_secrets), up(zone="password=qzxqzx"), KEPT),
    ("an argument in a kept label", ALL_OF_THE_URL, up(zone="http://h/?x=qzxqzx"), KEPT),
    ("a token at level none", function(credentials.without_secrets), up(zone=JWT), NONE),
    ("a flag at level none", function(flags.flag_without_secrets), flag("credential", "qzx"), NONE),
    ("an argument at level none", ALL_OF_THE_URL, up(zone="http://h/?x=qzxqzx"), NONE),
    ("a dropped label", always(Decisions, "decide", MAPPED), up(zone="x"), {"drop_labels": ("zone",)}),
    ("everything is public", always(Catalogue, "public_row", ROW), up(customer="qzx"), {}),
    ("every value is listed", always(Catalogue, "is_listed", True), up(type="qzx-unlisted"), {}),
    ("every word is public", always(Catalogue, "is_worded", True), up(type="qzx-unworded"), {}),
    ("every label is public", always(Catalogue, "is_public_label", True), up(qzx="1"), {}),
    ("every metric is public", always(Catalogue, "is_public_metric", True), {"__name__": "qzx"}, {}),
]  # fmt: skip


@pytest.mark.parametrize(("breaks", "labels", "choice"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_the_audit_finds_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, breaks: Break, labels: Labels, choice: dict[str, Any]
) -> None:
    chosen, known = ObfuscationChoice.model_validate(choice), fresh_map()
    said, whole = verdict(labels, chosen, known)
    assert said == ""
    assert audited(whole, chosen, known, tmp_path).found == 0
    breaks(monkeypatch)
    known = fresh_map()
    said, leaking = verdict(labels, chosen, known)
    assert said or audited(leaking, chosen, known, tmp_path).found > 0


@pytest.mark.parametrize(
    ("kind_of_value", "labels"),
    [
        ("custom_label", up(customer="Qzx Größe")),
        ("k8s_pod", up(pod="vmagent-qzx-0")),
        ("host_port", {"__name__": "vm_tcpdialer_conns", "addr": "10.83.1.129:80"}),
        ("job_name", up(job="qzx")),
        ("fs_path", {"__name__": "vm_free_disk_space_bytes", "path": "/qzx/data"}),
        ("username", up(user="jane@qzx.example")),
        ("tenant_id", up(tenant="4242:7")),
    ],
)
def test_what_the_guard_finds_the_audit_finds_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind_of_value: str, labels: Labels
) -> None:
    """They share no code with each other: one of them may be broken as well."""
    chosen, known = ObfuscationChoice(), fresh_map()
    kind(kind_of_value)(monkeypatch)
    said, leaking = verdict(labels, chosen, known)
    assert said
    assert audited(leaking, chosen, known, tmp_path).found > 0


def test_an_original_in_a_place_of_its_own_is_found_by_the_audit(tmp_path: Path) -> None:
    """The map knows it, and it stands in clear where the guard does not look: beside the lines."""
    chosen, known = ObfuscationChoice(), fresh_map()
    _, after = verdict(up(customer="qzx corporation"), chosen, known)
    assert audited(after, chosen, known, tmp_path).found == 0
    for spelled in ("QZX Corporation", "cXp4IGNvcnBvcmF0aW9u", "qzx%20corporation"):
        assert audited({**after, "reason": spelled}, chosen, known, tmp_path).found > 0
