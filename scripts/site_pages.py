"""Fits the repository's documents into the site: pages from outside docs/, and the links between both.

A hook of MkDocs. On GitHub a document links to others by their place in the repository; in the site some of them have
another place. https://www.mkdocs.org/user-guide/configuration/#hooks
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT: Final = Path(__file__).resolve().parents[1]
DOCS: Final = "docs/"
OUTSIDE: Final = {
    "README.md": "overview.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "bench/README.md": "bench.md",
    "LICENSE": "license.txt",
}
"""File outside docs/ → its place in the site."""
_FOLDERS: Final = {"docs": "README.md", "docs/decisions": "decisions/README.md"}
_LINK: Final = re.compile(r"(?P<text>!?\[[^\]]*\])\((?P<target>[^)\s#]+)(?P<anchor>#[^)\s]*)?\)")
_FENCED: Final = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that lie outside docs/."""
    from mkdocs.structure.files import File

    for source, place in OUTSIDE.items():
        files.append(File.generated(config, place, abs_src_path=str(ROOT / source)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """The page with links that lead to places in the site."""
    del config, files
    return relinked(markdown, page.file.src_uri)


def relinked(markdown: str, page: str) -> str:
    """*markdown* of the *page* at that place of the site, its links turned to where their targets are there.

    A file of the repository that is no part of the site is named without a link.
    """
    source = next((outside for outside, place in OUTSIDE.items() if place == page), DOCS + page)
    fenced = [found.span() for found in _FENCED.finditer(markdown)]

    def turned(link: re.Match[str]) -> str:
        target = link["target"]
        if "://" in target or target.startswith("mailto:") or any(a <= link.start() < b for a, b in fenced):
            return link[0]
        wanted = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
        place = OUTSIDE.get(wanted) or _FOLDERS.get(wanted)
        if place is None and not wanted.startswith(DOCS):
            return link["text"].strip("[]")
        there = posixpath.relpath(place or wanted.removeprefix(DOCS), posixpath.dirname(page) or ".")
        return f"{link['text']}({there}{link['anchor'] or ''})"

    return _LINK.sub(turned, markdown)
