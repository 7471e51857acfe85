"""Checks the licences of all packages that the program is installed with, and of what stands beside the page's scripts.

Each package that requirements/runtime.txt pins has to say, in its own metadata, a licence of the list below: permissive
ones, which ask for nothing but their own text. Prints one finding a line and ends with status 1 if there is any.
https://packaging.python.org/en/latest/specifications/core-metadata/#license-expression
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PINNED = ROOT / "requirements" / "runtime.txt"
VENDORED = ROOT / "src" / "vmexporter" / "web" / "static" / "vendor"
ALLOWED = {"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MIT-0", "PSF-2.0"}
SPELLINGS = {
    "Apache 2.0": "Apache-2.0",
    "ISC License": "ISC",
    "License :: OSI Approved :: MIT License": "MIT",
}
"""Words of metadata from before there were expressions."""


def stated(of_package: Any) -> list[str]:
    """The licences of which one may be chosen, as the metadata of a package says; empty if it says nothing."""
    classifiers = [text for text in of_package.get_all("Classifier") or [] if text.startswith("License ::")]
    words = of_package.get("License-Expression") or of_package.get("License") or " OR ".join(classifiers)
    return [SPELLINGS.get(text.strip(), text.strip()) for text in words.split(" OR ") if text.strip()]


def findings(pinned: str) -> Iterator[str]:
    """What is wrong with the licences of the packages that *pinned* (a requirements file) names."""
    for name in re.findall(r"^([\w.-]+)==", pinned, re.MULTILINE):
        try:
            found = stated(metadata(name))
        except PackageNotFoundError:  # it is for another platform
            continue
        if not ALLOWED & set(found):
            yield f"{name}: its licence is {' OR '.join(found) or 'not stated'}, which is not among those allowed"


def unlicensed(folder: Path) -> Iterator[str]:
    """What stands in a folder of vendored parts without the text of its licence."""
    for part in sorted(folder.iterdir()):
        if not any("LICEN" in path.name.upper() for path in part.glob("*")):
            yield f"{part.name}: the text of its licence does not stand beside it"


if __name__ == "__main__":
    problems = [*findings(PINNED.read_text(encoding="utf-8")), *unlicensed(VENDORED)]
    print("\n".join(problems), end="\n" if problems else "")
    sys.exit(bool(problems))
