"""Pseudonyms: for every kind of label value the one way to make, or find again, what stands in its place.

Each method is a function of the value and the map alone: the same value always becomes the same text, and two values
of one label never become the same one. An empty value stays empty everywhere.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from vmexporter.core.privacy.addresses import ipv4_pseudonym, ipv6_pseudonym, is_ipv4
from vmexporter.core.privacy.hostnames import host_pseudonym
from vmexporter.core.privacy.mapping import JOB, LABEL_KIND_PREFIX, PseudonymMap
from vmexporter.core.privacy.numbers import FEW, decimal, numbered
from vmexporter.core.privacy.targets import host_port_pseudonym, is_urlish, url_pseudonym
from vmexporter.core.privacy.vocabulary import (
    COMPONENT_NAMES,
    COMPONENT_WORDS,
    DASHBOARD_WORDS,
    JOB_COMPONENTS,
    JOB_LABELS,
    TARGET_LABELS,
)

_PREFIX: Final = re.compile("[A-Za-z][A-Za-z0-9_]{0,63}")
#: Label names that could not be told from another kind's pseudonyms if they stood in front of a number.
_NO_PREFIX: Final = COMPONENT_WORDS | JOB_LABELS
#: What is a host with a port, or perhaps an IPv6 address, in whatever label it stands.
_ADDRESS: Final = re.compile(
    r"[\w.-]*[A-Za-z][\w.-]*:[0-9]{2,5}|[0-9.]{7,15}(?::[0-9]{1,5})?|\[.*\].*|[0-9A-Fa-f]*:[0-9A-Fa-f.]*:.*"
)
_NO_COMPONENTS: Final[Mapping[str, frozenset[str]]] = MappingProxyType({})


class Pseudonyms:
    """The ways to make pseudonyms, one method a kind; *job_components* says which programs discovery found in a job."""

    def __init__(self, pseudonyms: PseudonymMap, job_components: Mapping[str, frozenset[str]] = _NO_COMPONENTS) -> None:
        self.map: Final = pseudonyms
        self._job_components: Final = job_components

    def enroll(self, jobs: Iterable[str], instances: Iterable[str]) -> None:
        """Give values that are known beforehand small numbers, in an order that only the key decides."""
        with self.map.enrolling():
            for job in sorted(set(jobs), key=self._shuffle):
                self.job(job)
            for instance in sorted(set(instances), key=self._shuffle):
                self.target(instance)

    def _shuffle(self, value: str) -> bytes:
        return hmac.digest(self.map.key, b"enroll\0" + value.encode("utf-8", "surrogatepass"), "sha256")

    def value(self, label: str, value: str) -> str:
        """What *value* of *label* becomes: the label's name says whether it is a job, a target or anything else."""
        if label in JOB_LABELS:
            return self.job(value)
        if label in TARGET_LABELS or _ADDRESS.fullmatch(value):
            return self.target(value, label)
        return url_pseudonym(self.map, value) if is_urlish(value) else self.plain(label, value)

    def ipv4(self, address: str) -> str:
        """``10.20.30.40`` -> ``777.777.<subnet>.<host>``; *address* is an IPv4 address in its usual spelling."""
        return ipv4_pseudonym(self.map, address)

    def ipv6(self, address: str) -> str:
        """``fd12:3456:789a::1`` -> ``7777:7777::<subnet>:<host>``; *address* has no brackets and no zone."""
        return ipv6_pseudonym(self.map, address)

    def host(self, name: str) -> str:
        """``vmstorage-0.vmstorage.ns-a.svc`` -> ``vmstorage-0.vmstorage.name-N.svc``; IPv4 as :meth:`ipv4`."""
        return ipv4_pseudonym(self.map, name) if is_ipv4(name) else host_pseudonym(self.map, name)

    def target(self, value: str, label: str = "instance") -> str:
        """Address or host name with or without a port, or a URL; anything else is a plain value of *label*."""
        if is_urlish(value):
            return url_pseudonym(self.map, value)
        return host_port_pseudonym(self.map, value) or self._path_or_plain(value, label)

    def job(self, name: str) -> str:
        """``<component>-job-N``; ``vm-job-N`` with several components, ``job-N`` with none.

        Component words of the name stay, and none that the official alert rules look for is added: a job of a
        vmstorage whose name does not say so is ``storage-job-N``. What is in the map already does not change.
        """
        known = self.map.pseudonym_of(JOB, name)
        if known is not None or not name:
            return known or name
        prefix = _job_prefix(name, self._job_components.get(name, frozenset()) & JOB_COMPONENTS)
        numbers = decimal(self.map.draws(JOB, name), FEW)
        return self.map.assign(JOB, name, (f"{prefix}job-{number}" for number in numbers))

    def plain(self, label: str, value: str) -> str:
        """``<label>-N`` (``label-N`` if the label's own name could not be told from something else)."""
        if not value:
            return value
        prefix = label if _PREFIX.fullmatch(label) and label not in _NO_PREFIX else "label"
        return numbered(self.map, LABEL_KIND_PREFIX + prefix, value, prefix)

    def _path_or_plain(self, value: str, label: str) -> str:
        """A host with a path behind it but no scheme, as some exporters write it, or a plain value."""
        host, slash, _ = value.partition("/")
        if host and slash and host_port_pseudonym(self.map, host):
            return url_pseudonym(self.map, value)
        return self.plain(label, value)


def _job_prefix(name: str, components: frozenset[str]) -> str:
    """The words in front of ``job-N``: who it is first, then whatever component words the name has itself."""
    found = {word for word in COMPONENT_WORDS if word in name}
    words = sorted(word for word in found if not any(word != other and word in other for other in found))
    if len(components) > 1:
        words = ["vm", *words]
    for component in components if len(components) == 1 else ():
        names = COMPONENT_NAMES.get(component, (component,))
        own = next((word for word in words if any(alias in word for alias in names)), "")
        first = own or next(
            filter(lambda word: _adds_nothing(word, name), (component, component.removeprefix("vm"))), "vm"
        )
        words = [first, *(word for word in words if word != first)]
    return "".join(f"{word}-" for word in words)


def _adds_nothing(prefix: str, name: str) -> bool:
    """Whether *prefix* has no word that the official alert rules look for and do not find in *name*."""
    return not any(word in prefix and word not in name for word in DASHBOARD_WORDS)
