"""Recordings of the canary sites: ``python -m tests.lab.canary_recording`` makes them anew.

The first line of a recording says what was planted, the others are series with their last samples.
"""

from __future__ import annotations

import gzip
import json
import os
import sys

from tests.lab.canaries import Canaries
from tests.lab.canary_site import CURRENT_BIN, CanarySite
from tests.lab.lines import DATA_FOLDER

VERSIONS = ("installed", "current")


def write(version: str) -> None:
    """Start the site and keep what was scraped."""
    with CanarySite(version == "current") as site:
        site.wait_for_scrapes()
        lines = site.lines()
        planted = {"private": site.canaries.private, "secrets": site.canaries.secrets}
    path = DATA_FOLDER / f"canaries_{version}.jsonl.gz"
    with path.open("wb") as file, gzip.GzipFile("", "wb", 9, file, 0) as packed:
        packed.write(json.dumps(planted, ensure_ascii=False).encode() + b"\n")
        packed.writelines(lines)


def read(version: str) -> tuple[Canaries, list[bytes]]:
    """What was planted, and the lines."""
    with gzip.open(DATA_FOLDER / f"canaries_{version}.jsonl.gz") as file:
        planted, *lines = file.read().split(b"\n")
    found = json.loads(planted)
    return Canaries(found["private"], found["secrets"]), [text + b"\n" for text in lines if text]


if __name__ == "__main__":
    for name in sys.argv[1:] or VERSIONS:
        if name == "installed" or os.environ.get(CURRENT_BIN):
            write(name)
