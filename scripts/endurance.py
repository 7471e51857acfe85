"""Exports under load for half an hour (``--minutes``); says what grew or was left, and ends with status 1 then."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.hard.endurance import AT_ONCE, under_load


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    minutes = parser.parse_args().minutes
    with tempfile.TemporaryDirectory() as folder, under_load(Path(folder)) as endurance:
        endurance.last(minutes * 60)
        readings, findings = endurance.readings, list(endurance.findings())
    for name, one in (("first", readings[1]), ("last", readings[-1])):
        print(f"{name}: {one.rss_kb / 1024:.1f} MB, {one.descriptors} descriptors, {one.threads} threads")
    print(f"{AT_ONCE * len(readings)} exports, {endurance.asked} questions of pages")
    print("\n".join(findings) or "nothing grew, nothing was left")
    sys.exit(bool(findings))


if __name__ == "__main__":
    main()
