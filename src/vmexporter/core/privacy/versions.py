"""Versions and places in source code: what a build says of itself, without the branch or folder of a private build.

``vmagent-20260101-101010-heads-acme-hotfix-0-gabcdef0123`` keeps everything but the name of its branch, so that the
dashboards' expressions (``^vmagent.*``, ``-(?:tags|heads)-(.*)-(?:0|dirty)-``) go on to work.
https://github.com/VictoriaMetrics/VictoriaMetrics/blob/master/lib/buildinfo/version.go
"""

from __future__ import annotations

import re
from typing import Final

from vmexporter.core.privacy.mapkinds import BRANCH
from vmexporter.core.privacy.mapping import PseudonymMap
from vmexporter.core.privacy.numbers import FEW, numbered
from vmexporter.core.privacy.paths import path_pseudonym
from vmexporter.core.privacy.vocabulary import COMPONENT_WORDS

_PROGRAMS: Final = "|".join(sorted(map(re.escape, COMPONENT_WORDS), key=len, reverse=True))
_BUILD: Final = re.compile(
    rf"(?P<before>(?:{_PROGRAMS})-[0-9]{{8}}-[0-9]{{6}}-(?:heads|tags)-(?:v[0-9]+\.[0-9]+\.[0-9]+-)?)(?P<branch>.+)"
    r"(?P<after>-[0-9]+-g[0-9a-f]{6,40}(?:-dirty-[0-9a-f]{6,40})?)",
    re.DOTALL,
)
_PROGRAM: Final = re.compile(rf"(?P<before>(?:{_PROGRAMS})-)(?P<branch>.+)", re.DOTALL)
_SOURCE: Final = re.compile(r"(?P<before>.*[/\\])(?P<source>(?:lib|app)/[A-Za-z0-9_./-]+\.go(?::[0-9]+)?)", re.DOTALL)


def version_pseudonym(pseudonyms: PseudonymMap, text: str) -> str | None:
    """A build's version with its branch replaced; None if *text* does not begin with a program's name."""
    build = _BUILD.fullmatch(text) or _PROGRAM.fullmatch(text)
    if build is None:
        return None
    branch = numbered(pseudonyms, BRANCH, build["branch"], "branch", FEW)
    return build["before"] + branch + build.groupdict().get("after", "")


def source_pseudonym(pseudonyms: PseudonymMap, text: str) -> str:
    """``/home/alice/vm/lib/a/b.go:1`` -> ``/dir-1/dir-2/dir-3/lib/a/b.go:1``; any other path is all replaced."""
    source = _SOURCE.fullmatch(text)
    if source is None:
        return path_pseudonym(pseudonyms, text)
    return path_pseudonym(pseudonyms, source["before"]) + source["source"]
