"""The kinds of entries a map has, and what their pseudonyms look like."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

IPV4_SUBNET: Final = "ipv4-subnet"
IPV4: Final = "ipv4"
IPV6_SUBNET: Final = "ipv6-subnet"
IPV6: Final = "ipv6"
NAME: Final = "name"
JOB: Final = "job"
DIR: Final = "dir"
TENANT: Final = "tenant"
FINGERPRINT: Final = "fingerprint"
RULE_ID: Final = "rule-id"
METRIC: Final = "metric"
LABEL_NAME: Final = "label-name"
BRANCH: Final = "branch"
#: A word that the owner wants gone wherever it stands.
WORD: Final = "word"
#: A whole value that held a secret: its "original" is a keyed digest, so that the secret itself is nowhere.
REMOVED: Final = "removed"
#: ``label:<prefix>`` is the kind of the plain values whose pseudonyms are ``<prefix>-N``.
LABEL_KIND_PREFIX: Final = "label:"

POOLED: Final = frozenset({IPV4, IPV4_SUBNET, IPV6})

_NUMBER: Final = "(?:0|[1-9][0-9]*)"
SHAPES: Final[Mapping[str, re.Pattern[str]]] = MappingProxyType(
    {
        IPV4_SUBNET: re.compile(rf"777\.[1-9][0-9]{{2,}}\.{_NUMBER}"),
        IPV4: re.compile(rf"777\.[1-9][0-9]{{2,}}\.{_NUMBER}\.{_NUMBER}"),
        IPV6_SUBNET: re.compile("7777:[0-9a-f]{4,}::[0-9a-f]+"),
        IPV6: re.compile("7777:[0-9a-f]{4,}(?::[0-9a-f]+)?::[0-9a-f]+(?::[0-9a-f]+){1,2}"),
        NAME: re.compile("name-[1-9][0-9]*"),
        JOB: re.compile("(?:[a-z]+-)*job-[1-9][0-9]*"),
        DIR: re.compile("dir-[1-9][0-9]*"),
        TENANT: re.compile("[1-9][0-9]{8,9}"),
        FINGERPRINT: re.compile("[0-9a-fA-F]{16}"),
        RULE_ID: re.compile("[1-9][0-9]{8,19}"),
        METRIC: re.compile("metric_[1-9][0-9]*"),
        LABEL_NAME: re.compile("label_[1-9][0-9]*"),
        BRANCH: re.compile("branch-[1-9][0-9]*"),
        WORD: re.compile("word-[1-9][0-9]*"),
        REMOVED: re.compile(".*<removed.*", re.DOTALL),
    }
)


def shape(kind: str) -> re.Pattern[str] | None:
    """The form of the pseudonyms of *kind*; None for a kind that nobody knows."""
    if kind.startswith(LABEL_KIND_PREFIX):
        return re.compile(re.escape(kind.removeprefix(LABEL_KIND_PREFIX)) + "-[1-9][0-9]*")
    return SHAPES.get(kind)
