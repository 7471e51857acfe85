"""The documents make a site: every page is built, every link leads somewhere, and nothing comes from elsewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOADED = re.compile(r"<(?:link|script|img|iframe|source)\b[^>]*?\b(?:href|src)=\"([^\"]+)\"")
LINKED = re.compile(r"<a\b[^>]*?\bhref=\"([^\"]+)\"")
IN_STYLE = re.compile(r"url\(\s*['\"]?([^)'\"]+)")
IMPORTED = re.compile(r"@import\s+['\"]([^'\"]+)")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(folder)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert built.returncode == 0, built.stderr
    return folder


def is_local(address: str) -> bool:
    """Whether it leads to a place of the site, or holds its content itself."""
    parts = urlsplit(address)
    return parts.scheme == "data" or not (parts.scheme or parts.netloc)


def test_every_document_is_a_page(site: Path) -> None:
    documents = [path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md")]
    assert len(documents) >= 25
    for document in documents:
        name = document.with_name("index.html") if document.name == "README.md" else document.with_suffix(".html")
        assert (site / name).is_file(), document


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    loaded = {address for page in site.rglob("*.html") for address in LOADED.findall(page.read_text("utf-8"))}
    styles = "".join(path.read_text("utf-8") for path in site.rglob("*.css"))
    loaded |= {*IN_STYLE.findall(styles), *IMPORTED.findall(styles)}
    assert len(loaded) > 20
    assert [address for address in sorted(loaded) if not is_local(address)] == []


def test_links_lead_to_places_of_the_site(site: Path) -> None:
    missing = []
    for page in site.rglob("*.html"):
        for address in LINKED.findall(page.read_text("utf-8")):
            place = unquote(urlsplit(address).path)
            if page.name != "404.html" and is_local(address) and place and not (page.parent / place).exists():
                missing.append(f"{page.relative_to(site)}: {address}")
    assert missing == []
