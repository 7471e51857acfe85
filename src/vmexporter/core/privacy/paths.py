"""Paths of files and of URLs, segment by segment: depth, extension and known words stay, the rest is ``dir-N``.

A segment of digits in a URL is a tenant, as vminsert and vmselect have it (``/insert/4242:7/prometheus``). The name of
a queue's folder, ``1_871CEA02A278095A``, carries a fingerprint of the remote-write URL that a dictionary undoes, so it
becomes another one.
https://docs.victoriametrics.com/victoriametrics/cluster-victoriametrics/#url-format
"""

from __future__ import annotations

import re
from typing import Final

from vmexporter.core.privacy.addresses import ipv4_pseudonym, is_ipv4
from vmexporter.core.privacy.identifiers import fingerprint_pseudonym, is_tenant_id, tenant_pseudonym
from vmexporter.core.privacy.mapkinds import DIR
from vmexporter.core.privacy.mapping import PseudonymMap
from vmexporter.core.privacy.numbers import numbered
from vmexporter.core.privacy.vocabulary import EXTENSIONS, PATH_WORDS

_SEPARATOR: Final = re.compile(r"([/\\])")
_DRIVE: Final = re.compile("[A-Za-z]:")
_QUEUE: Final = re.compile("([0-9]{1,4}_)([0-9A-Fa-f]{16})")
_FILE: Final = re.compile(r"(.+)\.([a-z0-9]+)", re.DOTALL)


def path_pseudonym(pseudonyms: PseudonymMap, text: str) -> str:
    r"""A path of a file system: ``/mnt/acme/vmstorage`` -> ``/dir-4/dir-9/vmstorage``; ``C:\acme`` likewise."""
    pieces = _SEPARATOR.split(text)
    start = pieces[0] if _DRIVE.fullmatch(pieces[0]) else segment_pseudonym(pseudonyms, pieces[0])
    rest = (piece if piece in "/\\" else segment_pseudonym(pseudonyms, piece) for piece in pieces[1:])
    return start + "".join(rest)


def url_segment_pseudonym(pseudonyms: PseudonymMap, segment: str) -> str:
    """A segment of a URL's path: a tenant, or as :func:`segment_pseudonym` has it."""
    account, colon, project = segment.partition(":")
    if is_tenant_id(account) and (is_tenant_id(project) if colon else True):
        tail = tenant_pseudonym(pseudonyms, project) if colon else ""
        return tenant_pseudonym(pseudonyms, account) + colon + tail
    return segment_pseudonym(pseudonyms, segment)


def segment_pseudonym(pseudonyms: PseudonymMap, segment: str) -> str:
    """One segment: a known word, an address, a queue's folder, a file with its extension, or anything else."""
    if not segment or segment in PATH_WORDS:
        return segment
    if is_ipv4(segment):
        return ipv4_pseudonym(pseudonyms, segment)
    queue = _QUEUE.fullmatch(segment)
    if queue:
        return queue[1] + fingerprint_pseudonym(pseudonyms, queue[2])
    file = _FILE.fullmatch(segment)
    if file and file[2] in EXTENSIONS:
        stem = file[1] if file[1] in PATH_WORDS else numbered(pseudonyms, DIR, file[1], "dir")
        return f"{stem}.{file[2]}"
    return numbered(pseudonyms, DIR, segment, "dir")
