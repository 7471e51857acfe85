"""Releases compared: whether the programs of a bundle are too old for what a panel or a check looks at."""

from __future__ import annotations

import re
from collections.abc import Iterable

_NUMBER = re.compile(r"v?(\d+)\.(\d+)(?:\.(\d+))?")


def release(version: str) -> tuple[int, int, int] | None:
    """``v1.150.0-cluster`` → (1, 150, 0); None for a text that is no version."""
    found = _NUMBER.match(version)
    return (int(found[1]), int(found[2]), int(found[3] or 0)) if found else None


def are_older(versions: Iterable[str], least: str) -> bool:
    """Whether all *versions* that are known are older than *least*; never when none is, or *least* is ""."""
    limit = release(least)
    known = [one for version in versions if (one := release(version))]
    return limit is not None and bool(known) and all(one < limit for one in known)
