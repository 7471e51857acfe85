"""Pseudonyms: for every kind of label value the one way to make, or find again, what stands in its place.

Each method is a function of the value and the map alone: the same value always becomes the same text, and two values
of one label never become the same one. An empty value stays empty everywhere.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from vmexporter.core.privacy.addresses import ipv4_pseudonym, is_ipv4
from vmexporter.core.privacy.credentials import REMOVED_TEXT
from vmexporter.core.privacy.hostnames import host_pseudonym, part_pseudonym
from vmexporter.core.privacy.jobs import job_prefix
from vmexporter.core.privacy.mapkinds import JOB, LABEL_KIND_PREFIX, REMOVED, WORD
from vmexporter.core.privacy.mapping import PseudonymMap
from vmexporter.core.privacy.numbers import FEW, decimal, numbered
from vmexporter.core.privacy.paths import path_pseudonym
from vmexporter.core.privacy.targets import host_port_pseudonym
from vmexporter.core.privacy.urls import Mapped, is_urlish, rewrite_url
from vmexporter.core.privacy.vocabulary import COMPONENT_WORDS

_PREFIX: Final = re.compile("[A-Za-z][A-Za-z0-9_]{0,63}")
#: Label names that could not be told from another kind's pseudonyms if they stood in front of a number.
_NO_PREFIX: Final = COMPONENT_WORDS | {"job", "exported_job", "scrape_job"}
#: What is a host with a port, or perhaps an IPv6 address, in whatever label it stands.
_ADDRESS: Final = re.compile(
    r"[\w.-]*[A-Za-z][\w.-]*:[0-9]{2,5}|[0-9.]{7,15}(?::[0-9]{1,5})?|\[.*\].*|[0-9A-Fa-f]*:[0-9A-Fa-f.]*:.*"
)
_DOMAIN: Final = re.compile(r"(?:[A-Za-z0-9_-]+\.){2,}[A-Za-z][A-Za-z0-9-]+\.?", re.ASCII)
_PATH: Final = re.compile(r"(?:~?/|[A-Za-z]:\\)[^\n]*[^/\\\n][^\n]*")
_NO_COMPONENTS: Final[Mapping[str, frozenset[str]]] = MappingProxyType({})


class Pseudonyms:
    """The ways to make pseudonyms; *job_components* says which programs discovery found in a job."""

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

    def host(self, name: str) -> str:
        """``vmstorage-0.vmstorage.ns-a.svc`` -> ``vmstorage-0.vmstorage.name-N.svc``; an IPv4 address by its subnet."""
        return ipv4_pseudonym(self.map, name) if is_ipv4(name) else host_pseudonym(self.map, name)

    def name(self, value: str) -> str:
        """A pod, namespace or service, as it would stand in a host name; ``ns/name`` part by part."""
        return "/".join([part_pseudonym(self.map, part) for part in value.split("/")])

    def target(self, value: str, label: str = "instance") -> str:
        """Address or host name with or without a port, or a URL; anything else is a plain value of *label*."""
        if is_urlish(value):
            return self.url(value)
        return host_port_pseudonym(self.map, value) or self._path_or_plain(value, label)

    def url(self, value: str) -> str:
        """A URL, or what could be one; its secrets are removed."""
        return rewrite_url(value, Mapped(self.map))

    def path(self, value: str) -> str:
        """A path of a file system, or a URL in its place."""
        return self.url(value) if is_urlish(value) else path_pseudonym(self.map, value)

    def job(self, name: str) -> str:
        """``<component>-job-N``; ``vm-job-N`` with several components, ``job-N`` with none.

        Component words of the name stay, and none that the official alert rules look for is added: a job of a
        vmstorage whose name does not say so is ``storage-job-N``. What is in the map already does not change.
        """
        known = self.map.pseudonym_of(JOB, name)
        if known is not None or not name:
            return known or name
        prefix = job_prefix(name, self._job_components.get(name, frozenset()))
        numbers = decimal(self.map.draws(JOB, name), FEW)
        return self.map.assign(JOB, name, (f"{prefix}job-{number}" for number in numbers))

    def text(self, label: str, value: str) -> str:
        """A value that can be anything: what has the form of an address, URL, path, e-mail or domain is read as one."""
        if is_urlish(value):
            return self.url(value)
        if _ADDRESS.fullmatch(value):
            return self.target(value, label)
        if _PATH.fullmatch(value):
            return path_pseudonym(self.map, value)
        return self.host(value) if _DOMAIN.fullmatch(value) else self.plain(label, value)

    def plain(self, label: str, value: str) -> str:
        """``<label>-N`` (``label-N`` if the label's own name could not be told from something else)."""
        if not value:
            return value
        prefix = label if _PREFIX.fullmatch(label) and label not in _NO_PREFIX else "label"
        return numbered(self.map, LABEL_KIND_PREFIX + prefix, value, prefix)

    def word(self, text: str) -> str:
        """``word-N`` for a word that has to vanish wherever it stands."""
        return numbered(self.map, WORD, text, "word", FEW)

    def kept_apart(self, original: str, result: str) -> str:
        """*result*, from which secrets were removed, or a numbered form of it if another value became that already.

        The map holds a keyed digest of both, so two values that differ in their secrets alone stay two values, and one
        value may be treated in two ways in two places.
        """
        text = f"{original}\0{result}".encode("utf-8", "surrogatepass")
        digest = hmac.digest(self.map.key, b"removed\0" + text, "sha256")[:16].hex()
        known = self.map.pseudonym_of(REMOVED, digest)
        return known or self.map.assign(REMOVED, digest, self._numbered(digest, result))

    def _numbered(self, digest: str, result: str) -> Iterator[str]:
        yield result
        for number in decimal(self.map.draws(REMOVED, digest), FEW):
            yield result.replace(REMOVED_TEXT, f"<removed-{number}>", 1)

    def _path_or_plain(self, value: str, label: str) -> str:
        """A host with a path behind it but no scheme, as some exporters write it, or a plain value."""
        host, slash, _ = value.partition("/")
        if host and slash and host_port_pseudonym(self.map, host):
            return self.url(value)
        return self.plain(label, value)


Way = Callable[[Pseudonyms, str, str], str]
"""(pseudonyms, label, value) -> what stands in the value's place."""
