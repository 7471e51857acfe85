"""The documents hold together: links inside lead somewhere, those outside have a form, every error has its advice.

A heading's anchor is the one that GitHub gives it; MkDocs, which builds the site, gives the same to plain headings.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from scripts.site_pages import relinked
from tests.rules.source import ROOT
from tests.rules.test_errors import error_classes
from tests.rules.test_repository import committable
from vmexporter.errors import VmexporterError

FENCED = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
CODE = re.compile(r"`[^`\n]+`")
LINK = re.compile(r"\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
HEADING = re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE)
DOCUMENTS = sorted(path for path in committable() if path.suffix == ".md")


def links(text: str) -> Iterator[str]:
    """The targets of all links and pictures outside code."""
    yield from LINK.findall(CODE.sub("", COMMENT.sub("", FENCED.sub("", text))))


def anchors(text: str) -> set[str]:
    """The anchors of all headings."""
    seen: Counter[str] = Counter()
    found = set()
    for heading in HEADING.findall(FENCED.sub("", text)):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        anchor = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        found.add(f"{anchor}-{seen[anchor]}" if seen[anchor] else anchor)
        seen[anchor] += 1
    return found


def fault(target: str, document: Path) -> str:
    """What is wrong with a link to *target* in *document*; nothing if it is good."""
    parts = urlsplit(target)
    if parts.scheme:
        good = parts.scheme in {"https", "mailto"} and (parts.path if parts.scheme == "mailto" else "." in parts.netloc)
        return "" if good else "an address outside begins with https:// and names a host"
    place = (document.parent / parts.path).resolve() if parts.path else document
    if not place.exists():
        return "there is no such file"
    if not place.is_relative_to(ROOT):
        return "it leads out of the repository"
    if parts.fragment and parts.fragment not in anchors(place.read_text("utf-8")):
        return "that page has no such heading"
    return ""


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    faults = {target: fault(target, document) for target in links(document.read_text("utf-8"))}
    assert {target: why for target, why in faults.items() if why} == {}


@pytest.mark.parametrize("each", error_classes(), ids=lambda each: str(each.code))
def test_troubleshooting_knows_each_error(each: type[VmexporterError]) -> None:
    text = (ROOT / "docs" / "troubleshooting.md").read_text("utf-8")
    _, found, section = text.partition(f"\n## `{each.code}`\n")
    section = section.partition("\n## ")[0]
    assert found and f"exit status {each.exit_status}" in section
    assert "| what you see | why | what to do |" in section and section.count("\n| ") >= 3


def test_troubleshooting_quotes_what_the_program_says() -> None:
    text = (ROOT / "docs" / "troubleshooting.md").read_text("utf-8")
    source = "".join(path.read_text("utf-8") for path in (ROOT / "src").rglob("*.py"))
    quoted = re.findall(r"^\| `(cannot [^`]+)`", text, re.MULTILINE)
    pieces = {piece for words in quoted for piece in words.split("…") if len(piece) > 12}
    assert len(pieces) > 15
    assert [piece for piece in sorted(pieces) if piece not in source] == []


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = set(links((folder / "README.md").read_text("utf-8")))
    assert {path.name for path in folder.glob("0*.md")} == {target for target in listed if target.startswith("0")}


def test_the_first_page_leads_to_all_others() -> None:
    docs = ROOT / "docs"
    listed = set(links((docs / "README.md").read_text("utf-8")))
    assert {path.name for path in docs.glob("*.md")} - {"README.md"} <= listed


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("README.md", ""),
        ("README.md#no-such-heading", "that page has no such heading"),
        ("docs/no-such-page.md", "there is no such file"),
        ("../../etc/../..", "it leads out of the repository"),
        ("http://example.com/", "an address outside begins with https:// and names a host"),
        ("https://localhost/", "an address outside begins with https:// and names a host"),
        ("https://docs.victoriametrics.com/", ""),
    ],
)
def test_a_bad_link_is_found(target: str, why: str) -> None:
    assert fault(target, ROOT / "CONTRIBUTING.md") == why


def test_links_and_headings_are_read() -> None:
    text = "# A `b`: c\n[x](a.md#b) ![y](p.png)\n## Two\n## Two\n```sh\n# no\n[z](w)\n```\n`[c](d)` <!-- [e](f) -->\n"
    assert list(links(text)) == ["a.md#b", "p.png"]
    assert anchors(text) == {"a-b-c", "two", "two-1"}


def test_links_of_the_site() -> None:
    text = (
        "[a](../bench/README.md#b) [c](api.md) ![d](pictures/x.png) [e](https://x.example/)\n```sh\n[f](api.md)\n```\n"
    )
    assert relinked(text, "privacy.md") == text.replace("../bench/README.md", "bench.md")
    assert relinked("[a](docs/decisions/)", "contributing.md") == "[a](decisions/README.md)"
    assert relinked("[a](../privacy.md)", "decisions/0001.md") == "[a](../privacy.md)"
    assert relinked("[`a`](../src/a.py), [b](../bench)", "privacy.md") == "`a`, b"
