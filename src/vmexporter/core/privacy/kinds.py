"""From a kind of value, as the tables name it, to the way its pseudonym is made.

The label that a way is given is the one whose name stands in front of a plain value's number; kinds that stand under
several labels (``group`` and ``alertgroup``) give their own, so that one original has one pseudonym.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from vmexporter.core.privacy.identifiers import (
    fingerprint_pseudonym,
    is_fingerprint,
    is_rule_id,
    is_tenant_id,
    metric_pseudonym,
    rule_id_pseudonym,
    tenant_pseudonym,
)
from vmexporter.core.privacy.pseudonyms import Pseudonyms, Way
from vmexporter.core.privacy.urls import is_urlish, user_pseudonym
from vmexporter.core.privacy.versions import source_pseudonym, version_pseudonym

_TOKEN_HASH: Final = re.compile("((?:bearer_token|auth_token):hash:)([0-9A-Fa-f]{16})")


def _tenant(pseudonyms: Pseudonyms, label: str, value: str) -> str:
    ids = value.split(":")
    if len(ids) <= 2 and all(map(is_tenant_id, ids)):
        return ":".join([tenant_pseudonym(pseudonyms.map, number) for number in ids])
    return pseudonyms.text(label, value)


def _user(pseudonyms: Pseudonyms, _label: str, value: str) -> str:
    token = _TOKEN_HASH.fullmatch(value)
    if token:
        return token[1] + fingerprint_pseudonym(pseudonyms.map, token[2])
    return pseudonyms.url(value) if is_urlish(value) else user_pseudonym(pseudonyms.map, value)


def _fingerprint(pseudonyms: Pseudonyms, label: str, value: str) -> str:
    if is_rule_id(value):
        return rule_id_pseudonym(pseudonyms.map, value)
    return fingerprint_pseudonym(pseudonyms.map, value) if is_fingerprint(value) else pseudonyms.text(label, value)


def _version(pseudonyms: Pseudonyms, label: str, value: str) -> str:
    return version_pseudonym(pseudonyms.map, value) or pseudonyms.text(label, value)


def _name(pseudonyms: Pseudonyms, _label: str, value: str) -> str:
    return pseudonyms.url(value) if is_urlish(value) else pseudonyms.name(value)


def _target(pseudonyms: Pseudonyms, label: str, value: str) -> str:
    return pseudonyms.target(value, label)


def _path(pseudonyms: Pseudonyms, _label: str, value: str) -> str:
    return pseudonyms.path(value)


def _url(pseudonyms: Pseudonyms, label: str, value: str) -> str:
    return pseudonyms.url(value) if is_urlish(value) or value.startswith("/") else pseudonyms.target(value, label)


def _source(pseudonyms: Pseudonyms, _label: str, value: str) -> str:
    return source_pseudonym(pseudonyms.map, value)


def _job(pseudonyms: Pseudonyms, _label: str, value: str) -> str:
    return pseudonyms.job(value)


def _recording(pseudonyms: Pseudonyms, _label: str, value: str) -> str:
    return metric_pseudonym(pseudonyms.map, value)


def _text(pseudonyms: Pseudonyms, label: str, value: str) -> str:
    return pseudonyms.text(label, value)


def _plain(pseudonyms: Pseudonyms, label: str, value: str) -> str:
    return pseudonyms.plain(label, value)


def _group(pseudonyms: Pseudonyms, _label: str, value: str) -> str:
    return pseudonyms.plain("group", value)


def _alert(pseudonyms: Pseudonyms, _label: str, value: str) -> str:
    return pseudonyms.plain("alertname", value)


KINDS: Final[Mapping[str, Way]] = MappingProxyType(
    {
        "aggregator_name": _plain,
        "alert_name": _alert,
        "app_name": _name,
        "backup_name": _path,
        "bucket_url": _path,
        "build_path": _source,
        "build_version_may_hold_private_branch": _version,
        "cluster_name": _text,
        "config_path": _path,
        "custom_label": _text,
        "custom_name": _text,
        "environment": _text,
        "flag_value": _text,
        "fs_path": _path,
        "fs_path_with_url_fingerprint": _path,
        "host": _target,
        "host_port": _target,
        "http_path": _url,
        "ip": _target,
        "job_name": _job,
        "k8s_container": _name,
        "k8s_name": _name,
        "k8s_namespace": _name,
        "k8s_pod": _name,
        "kafka_topic_or_broker_or_group": _text,
        "kernel_release": _plain,
        "listen_addr": _target,
        "location": _text,
        "port_name": _text,
        "public_enum": _text,
        "query_alias": _text,
        "recording_rule_name": _recording,
        "remote_write_url": _url,
        "replica": _name,
        "rule_file": _path,
        "rule_fingerprint": _fingerprint,
        "rule_group": _group,
        "tenant_id": _tenant,
        "url": _url,
        "url_with_credentials": _url,
        "username": _user,
        "username_or_token_fingerprint": _user,
    }
)
"""Kind of a label's value → its way."""

STRICT_KINDS: Final[Mapping[str, Way]] = MappingProxyType({**KINDS, "build_path": _plain})
"""The same at level ``strict``, where a place in source code is hidden whole."""
