"""Tenants, fingerprints and names of metrics and labels: identifiers whose form a pseudonym has to keep.

A tenant stays a decimal number of 32 bits, but one that a reader knows again: 777000001 and up. A fingerprint stays a
number of its length; it is drawn by the map's key, so no dictionary leads back.
https://docs.victoriametrics.com/victoriametrics/cluster-victoriametrics/#multitenancy
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count, islice
from typing import Final

from vmexporter.core.privacy.mapkinds import FINGERPRINT, LABEL_NAME, METRIC, RULE_ID, TENANT
from vmexporter.core.privacy.mapping import PseudonymMap
from vmexporter.core.privacy.numbers import MANY, decimal

_TENANT: Final = re.compile("0|[1-9][0-9]{0,9}")
_FINGERPRINT: Final = re.compile("[0-9A-Fa-f]{16}")
_RULE_ID: Final = re.compile("[1-9][0-9]{8,19}")
_MAX_ID: Final = 2**32 - 1
_TENANT_BLOCK: Final = 1_000_000
_TENANT_TRIES: Final = 32


def is_tenant_id(text: str) -> bool:
    """Whether *text* is an account or project id in its usual spelling."""
    return _TENANT.fullmatch(text) is not None and int(text) <= _MAX_ID


def tenant_pseudonym(pseudonyms: PseudonymMap, number: str) -> str:
    """``4242`` -> ``777318225``; ``0``, the default tenant, stays. *number* is what :func:`is_tenant_id` takes."""
    if number == "0":
        return number
    known = pseudonyms.pseudonym_of(TENANT, number)
    return known or pseudonyms.assign(TENANT, number, _tenants(pseudonyms, number))


def _tenants(pseudonyms: PseudonymMap, number: str) -> Iterator[str]:
    draws = pseudonyms.draws(TENANT, number)
    for block in count(777):
        for draw in islice(draws, _TENANT_TRIES):
            yield str(block * _TENANT_BLOCK + 1 + draw % (_TENANT_BLOCK - 1))


def is_fingerprint(text: str) -> bool:
    """Whether *text* is a hash of 64 bits in hex."""
    return _FINGERPRINT.fullmatch(text) is not None


def fingerprint_pseudonym(pseudonyms: PseudonymMap, digits: str) -> str:
    """Sixteen hex digits for sixteen, in the same case."""
    known = pseudonyms.pseudonym_of(FINGERPRINT, digits)
    form = "016x" if digits == digits.lower() else "016X"
    drawn = (format(draw, form) for draw in pseudonyms.draws(FINGERPRINT, digits))
    return known or pseudonyms.assign(FINGERPRINT, digits, drawn)


def is_rule_id(text: str) -> bool:
    """Whether *text* is a hash of 64 bits in decimal, as vmalert writes it."""
    return _RULE_ID.fullmatch(text) is not None


def rule_id_pseudonym(pseudonyms: PseudonymMap, digits: str) -> str:
    """Another number of as many digits."""
    known = pseudonyms.pseudonym_of(RULE_ID, digits)
    low, high = 10 ** (len(digits) - 1), min(10 ** len(digits), 2**64)
    drawn = (str(low + draw % (high - low)) for draw in pseudonyms.draws(RULE_ID, digits))
    return known or pseudonyms.assign(RULE_ID, digits, drawn)


def metric_pseudonym(pseudonyms: PseudonymMap, name: str) -> str:
    """``acme:rows:rate`` -> ``metric_17``: a valid name, so that the series can still be asked for."""
    return _named(pseudonyms, METRIC, name, "metric")


def label_name_pseudonym(pseudonyms: PseudonymMap, name: str) -> str:
    """``acme_tier`` -> ``label_9``."""
    return _named(pseudonyms, LABEL_NAME, name, "label")


def _named(pseudonyms: PseudonymMap, kind: str, name: str, prefix: str) -> str:
    known = pseudonyms.pseudonym_of(kind, name)
    numbers = decimal(pseudonyms.draws(kind, name), MANY)
    return known or pseudonyms.assign(kind, name, (f"{prefix}_{number}" for number in numbers))
