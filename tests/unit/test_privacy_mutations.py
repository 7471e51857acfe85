"""Whatever part of the engine lets a value through, the guard stops the export.

Each test breaks one part and shows that nothing was found before. What the guard alone cannot know is in
test_privacy_blindness.py.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import pytest

from tests.places import FLAG, FLAGS, PLACES
from tests.unit.mutations import ENGINE, NOT_THE_ENGINE, fresh_map, replace_everywhere, same_text, verdict
from vmexporter.core.privacy import addresses, flags, hostnames, identifiers, numbers, paths, targets, urls, versions
from vmexporter.core.privacy import policy as policy_module
from vmexporter.core.privacy.catalogue import PublicRow
from vmexporter.core.privacy.decisions import Decision, Decisions
from vmexporter.core.privacy.flags import FLAG_KINDS
from vmexporter.core.privacy.kinds import KINDS, STRICT_KINDS
from vmexporter.core.privacy.pseudonyms import Pseudonyms
from vmexporter.core.request import ObfuscationChoice

DEFAULT = ObfuscationChoice()
Labels = dict[str, str]
Choice = dict[str, Any]

CANARIES = {
    "ip": "10.83.1.129",
    "host": "ip-10-83-1-129.qzx.example",
    "host_port": "[fd83:7a11:5:4b::1a]:8401",
    "listen_addr": "10.83.1.129:8428",
    "tenant_id": "7301:7302",
    "rule_fingerprint": "6667929307218984182",
    "username_or_token_fingerprint": "bearer_token:hash:E04D1C7870ED9B9B",
    "fs_path_with_url_fingerprint": "/data/persistent-queue/1_871CEA02A278095A",
    "fs_path": "/mnt/qzx/data",
    "http_path": "/insert/7301/prometheus/api/v1/write",
    "remote_write_url": "1:http://qzx.example/api/v1/write",
    "url": "http://vmselect.svc/select/7301:7302/prometheus",
    "build_version_may_hold_private_branch": "vmagent-20260101-101010-heads-qzxbranch-0-gabcdef0123",
    "build_path": "/home/qzx/sdk",
    "kernel_release": "6.1.0-qzx",
    "recording_rule_name": "qzx:rows:rate5m",
    "username": "jane@qzx.example",
}
FLAG_CANARIES = {
    "listen_addr": ":8428,10.83.1.129:80",
    "fs_path": "/mnt/qzx/data",
    "host_list": "vmstorage-0.qzx:8400,[fd83:7a11:5:4b::1a]:8400",
    "url_or_path": "http://vmselect.svc/select/7301:7302/prometheus",
    "identity": "jane@qzx.example",
    "credential": "hunter2hunter2",
    "credential_possible": "Authorization: hunter2hunter2",
    "label_names_or_values": "qzxname=qzxvalue",
    "tenant_id": "4242",
}


def labels_of(kind: str) -> Labels:
    metric, label = PLACES[kind]
    return {"__name__": metric, label: CANARIES.get(kind, "Qzx-Größe")}


def flag_of(kind: str) -> Labels:
    return {"__name__": FLAG, "name": FLAGS[kind], "value": FLAG_CANARIES.get(kind, "qzx")}


def stopped(labels: Labels, choice: ObfuscationChoice = DEFAULT) -> bool:
    """Whether the guard stops these labels, after the policy as it is now."""
    return bool(verdict(labels, choice, fresh_map())[0])


def broken(table: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    return MappingProxyType({**table, kind: same_text})


@pytest.mark.parametrize("level", ["support", "strict"])
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_kind_that_lets_everything_through(monkeypatch: pytest.MonkeyPatch, kind: str, level: str) -> None:
    choice = ObfuscationChoice.model_validate({"level": level})
    assert not stopped(labels_of(kind), choice)
    for table in (KINDS, STRICT_KINDS):
        replace_everywhere(monkeypatch, table, broken(table, kind))
    assert stopped(labels_of(kind), choice)


@pytest.mark.parametrize("kind", sorted(FLAG_KINDS))
def test_a_kind_of_flag_that_lets_everything_through(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    assert not stopped(flag_of(kind))
    replace_everywhere(monkeypatch, FLAG_KINDS, broken(FLAG_KINDS, kind))
    assert stopped(flag_of(kind))


SECRET_URL: Labels = {"__name__": "metrics_push_total", "url": "http://qzxuser:qzxpass@h/x?token=qzxtoken#qzxend"}
OTHER_MUTANTS: Mapping[Callable[..., Any], Callable[..., Any]] = {
    numbers.numbered: lambda _map, _kind, original, *_: original,
    urls.rewrite_url: lambda text, _names: text,
}
FUNCTIONS: list[tuple[Callable[..., Any], Labels]] = [
    (addresses.ipv4_pseudonym, {"instance": "10.83.1.129:80"}),
    (addresses.ipv4_pseudonym, {"instance": "ip-10-83-1-129.compute.internal"}),
    (addresses.ipv4_pseudonym, {"instance": "[::ffff:10.83.1.129]:80"}),
    (addresses.ipv6_pseudonym, {"instance": "[fd83:7a11:5:4b::1a]:80"}),
    (hostnames.host_pseudonym, {"instance": "qzx.example:80"}),
    (hostnames.part_pseudonym, {"pod": "vmagent-qzx-0"}),
    (hostnames.name_pseudonym, {"url": "http://qzx(:80/"}),
    (targets.host_port_pseudonym, {"instance": "qzx.example:80"}),
    (paths.path_pseudonym, labels_of("fs_path")),
    (paths.segment_pseudonym, labels_of("fs_path")),
    (paths.url_segment_pseudonym, labels_of("http_path")),
    (identifiers.tenant_pseudonym, labels_of("http_path")),
    (identifiers.tenant_pseudonym, labels_of("tenant_id")),
    (identifiers.fingerprint_pseudonym, labels_of("fs_path_with_url_fingerprint")),
    (identifiers.fingerprint_pseudonym, labels_of("username_or_token_fingerprint")),
    (identifiers.rule_id_pseudonym, labels_of("rule_fingerprint")),
    (identifiers.metric_pseudonym, {"__name__": "qzx:rate"}),
    (identifiers.label_name_pseudonym, {"qzx_tier": "1"}),
    (identifiers.label_name_pseudonym, {"qzx_tier": ""}),
    (identifiers.label_name_pseudonym, flag_of("label_names_or_values")),
    (versions.version_pseudonym, labels_of("build_version_may_hold_private_branch")),
    (versions.source_pseudonym, labels_of("build_path")),
    (numbers.numbered, {"customer": "qzx"}),
    (urls.user_pseudonym, {"url": "http://qzx@h/", "user": "qzx"}),
    (urls.rewrite_url, SECRET_URL),
    (urls._hidden, SECRET_URL),
    (urls._hidden, {"url": "http://u:admin@h/"}),
    (urls._hidden, {"url": "http://h/x#admin"}),
    (urls._hidden, {"url": "http://h/?data=admin"}),
    (flags.flag_value, flag_of("host_list")),
]


def name_of(case: object) -> str:
    return getattr(case, "__qualname__", None) or "-".join(case if isinstance(case, dict) else [str(case)])


@pytest.mark.parametrize(("function", "labels"), FUNCTIONS, ids=name_of)
def test_a_function_that_makes_no_pseudonym(
    monkeypatch: pytest.MonkeyPatch, function: Callable[..., Any], labels: Labels
) -> None:
    assert not stopped(labels)
    replace_everywhere(monkeypatch, function, OTHER_MUTANTS.get(function, same_text))
    assert stopped(labels)


def test_every_function_that_makes_pseudonyms_is_among_them() -> None:
    found = {
        value
        for name, module in sys.modules.items()
        if name.startswith(ENGINE) and not name.startswith(NOT_THE_ENGINE)
        for value in vars(module).values()
        if inspect.isfunction(value) and value.__name__.endswith("_pseudonym")
    }
    assert found <= {function for function, _ in FUNCTIONS}


METHODS: list[tuple[type, str, Labels]] = [
    (Pseudonyms, "plain", {"customer": "qzx"}),
    (Pseudonyms, "text", {"customer": "qzx"}),
    (Pseudonyms, "job", {"job": "qzx"}),
    (Pseudonyms, "name", {"pod": "qzx"}),
    (Pseudonyms, "host", {"customer": "a.qzx.example"}),
    (Pseudonyms, "path", labels_of("fs_path")),
    (Pseudonyms, "url", {"url": "http://qzx/"}),
    (policy_module.LabelPolicy, "label_name", {"qzx_tier": "1"}),
    (policy_module.LabelPolicy, "_metric_name", {"__name__": "qzx"}),
]


@pytest.mark.parametrize(("owner", "name", "labels"), METHODS, ids=name_of)
def test_a_method_that_makes_no_pseudonym(
    monkeypatch: pytest.MonkeyPatch, owner: type, name: str, labels: Labels
) -> None:
    assert not stopped(labels)
    monkeypatch.setattr(owner, name, same_text)
    assert stopped(labels)


def test_a_target_that_is_let_through(monkeypatch: pytest.MonkeyPatch) -> None:
    labels = {"instance": "qzx.example:80", "node": "qzx"}
    assert not stopped(labels)
    monkeypatch.setattr(Pseudonyms, "target", lambda _self, value, _label="": value)
    assert stopped(labels)


def test_own_words_that_do_not_vanish(monkeypatch: pytest.MonkeyPatch) -> None:
    choice = ObfuscationChoice(words=("indexdb",), keep_labels=("zone",))
    for labels in ({"zone": "x IndexDB"}, {"__name__": "vm_rows", "type": "indexdb"}):
        assert not stopped(labels, choice)
        with monkeypatch.context() as patch:
            patch.setattr(policy_module.LabelPolicy, "_without_words", same_text)
            assert stopped(labels, choice)


ROW = PublicRow(".*", "any", ".*", "strict", "broken")
KEEP = Decision("keep", "custom_label", "")
DECISIONS: list[tuple[str, object, Labels, Choice]] = [
    ("decide", KEEP, {"customer": "qzx"}, {}),
    ("decide", KEEP, labels_of("tenant_id"), {}),
    ("decide", KEEP, {"__name__": "up", "type": "indexdb"}, {"map_labels": ("type",)}),
    ("decide", KEEP, {"__name__": "up", "region": "eu-west-1"}, {"level": "strict", "map_labels": ("region",)}),
    ("public_row", ROW, {"customer": "qzx"}, {}),
    ("public_row", ROW, {"type": "qzx"}, {}),
    ("public_row", ROW, {"region": "eu-west-1"}, {"level": "strict"}),
    ("public_row", ROW, labels_of("tenant_id"), {}),
    ("is_public_name", True, {"qzx": ""}, {}),
    ("is_public_metric", True, {"__name__": "qzx"}, {}),
    ("is_public_metric", True, {"__name__": "vm_qzx_total"}, {}),
]


@pytest.mark.parametrize(("name", "always", "labels", "choice"), DECISIONS)
def test_a_decision_that_lets_everything_through(
    monkeypatch: pytest.MonkeyPatch, name: str, always: object, labels: Labels, choice: Choice
) -> None:
    chosen = ObfuscationChoice.model_validate(choice)
    assert not stopped(labels, chosen)
    monkeypatch.setattr(Decisions, name, lambda *_: always)
    assert stopped(labels, chosen)
