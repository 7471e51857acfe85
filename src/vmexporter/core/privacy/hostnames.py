"""Host names, part by part: depth, ordinals, component words and addresses inside a name stay recognisable.

A part (between two dots) is read as items between ``-`` or ``_``: a component word, an address written with dashes,
and, in between, runs of anything else; every run becomes ``name-N``, the same run the same N wherever it stands. The
result reads back in only one way: ``name`` is no component word and so only ever starts a pseudonym, and no run
follows a run. Equal results therefore have equal originals, also when an original looks like a pseudonym.
"""

from __future__ import annotations

import re
from typing import Final

from vmexporter.core.privacy.addresses import OCTET, ipv4_pseudonym
from vmexporter.core.privacy.mapkinds import NAME
from vmexporter.core.privacy.mapping import PseudonymMap
from vmexporter.core.privacy.numbers import numbered
from vmexporter.core.privacy.vocabulary import COMPONENT_WORDS, DOMAIN_SUFFIXES, DOMAIN_WORDS

_WORDS: Final = "|".join(sorted(map(re.escape, COMPONENT_WORDS), key=len, reverse=True))
#: What stays recognisable inside a part; ``ip-`` in front of an address is the clouds' habit.
_KEPT: Final = re.compile(
    rf"(?<![^_-])(?:{_WORDS}|(?P<ip>ip[-_])?(?P<address>{OCTET}(?P<dash>[-_]){OCTET}(?:(?P=dash){OCTET}){{2}}))(?![^_-])"
)
#: The number of a replica: short, because a long one may be an order number or a date.
_ORDINAL_AT_END: Final = re.compile(r"-(?:0|[1-9][0-9]{0,2})\Z")


def host_pseudonym(pseudonyms: PseudonymMap, name: str) -> str:
    """*name* with every part replaced by :func:`part_pseudonym`; the dots, and so the depth, stay.

    A last part that millions share (``com``) stays too.
    """
    *parts, last = name.split(".")
    if not parts or last not in DOMAIN_SUFFIXES or not parts[-1]:
        return ".".join([part_pseudonym(pseudonyms, part) for part in (*parts, last)])
    return ".".join([*(part_pseudonym(pseudonyms, part) for part in parts), last])


def part_pseudonym(pseudonyms: PseudonymMap, part: str) -> str:
    """One part of a host name, or a pod's name: ``acme-vmstorage-0`` -> ``name-17-vmstorage-0``."""
    if not part or part in DOMAIN_WORDS:
        return part
    result = ""
    done = 0
    for kept in _KEPT.finditer(part):
        result += _between(pseudonyms, part[done : kept.start()], after_kept=done > 0)
        result += kept[0] if kept["address"] is None else _dashed(pseudonyms, kept)
        done = kept.end()
    return result + _tail(pseudonyms, part[done:], after_kept=done > 0)


def name_pseudonym(pseudonyms: PseudonymMap, run: str) -> str:
    """``name-N`` for any text taken as one name."""
    return numbered(pseudonyms, NAME, run, "name")


def _dashed(pseudonyms: PseudonymMap, kept: re.Match[str]) -> str:
    dash = kept["dash"]
    address = kept["address"].replace(dash, ".")
    return (kept["ip"] or "") + ipv4_pseudonym(pseudonyms, address).replace(".", dash)


def _between(pseudonyms: PseudonymMap, gap: str, *, after_kept: bool) -> str:
    """The text before a kept item: a separator on each side that has a neighbour, and perhaps a run inside."""
    if len(gap) < 2:
        return gap
    start = 1 if after_kept else 0
    run = gap[start:-1]
    return gap[:start] + (name_pseudonym(pseudonyms, run) if run else "") + gap[-1]


def _tail(pseudonyms: PseudonymMap, tail: str, *, after_kept: bool) -> str:
    """The text after the last kept item, or the whole part: perhaps a run, perhaps an ordinal."""
    start = 1 if after_kept else 0
    if len(tail) <= start or (after_kept and _ORDINAL_AT_END.match(tail)):
        return tail
    ordinal = _ORDINAL_AT_END.search(tail, start + 1)
    end = ordinal.start() if ordinal else len(tail)
    return tail[:start] + name_pseudonym(pseudonyms, tail[start:end]) + tail[end:]
