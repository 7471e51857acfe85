"""Every original is found in every spelling, in labels and in texts beside them."""

from __future__ import annotations

import base64
import html
import json
import re
import urllib.parse
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.unit.audit_bundles import MANIFEST, SEARCHED, TABLES, audited, document
from vmexporter.core.privacy.audit import Audit
from vmexporter.core.privacy.auditing.claims import Claims
from vmexporter.core.privacy.auditing.spellings import readings

Spelling = Callable[[str], str]


def fully_percent(text: str) -> str:
    """Every byte of it."""
    return "".join(f"%{byte:02X}" for byte in text.encode())


def escaped(text: str) -> str:
    r"""Every character as ``\uXXXX``."""
    return re.sub("(....)", r"\\u\1", text.encode("utf-16-be").hex())


def base64_at(offset: int, altchars: bytes = b"+/") -> Spelling:
    """As it stands in base64 after *offset* other bytes."""
    return lambda text: base64.b64encode(b"zzz"[:offset] + text.encode() + b"q", altchars).decode()


SPELLINGS: dict[str, Spelling] = {
    "as it is": str,
    "upper case": str.upper,
    "lower case": str.lower,
    "swapped case": str.swapcase,
    "percent": fully_percent,
    "percent, lower case": lambda text: fully_percent(text).lower(),
    "percent, usual": lambda text: urllib.parse.quote(text, safe=""),
    "query": urllib.parse.quote_plus,
    "percent twice": lambda text: urllib.parse.quote(fully_percent(text), safe=""),
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON twice": lambda text: json.dumps(json.dumps(text)[1:-1])[1:-1],
    "JSON, all escaped": escaped,
    "JSON of percent": lambda text: escaped(fully_percent(text)),
    "HTML": html.escape,
    "HTML, all escaped": lambda text: "".join(f"&#{ord(character)};" for character in text),
    "HTML, hex": lambda text: "".join(f"&#x{ord(character):X};" for character in text),
    "base64": base64_at(0),
    "base64, one byte later": base64_at(1),
    "base64, two bytes later": base64_at(2),
    "base64 for URLs": base64_at(0, b"-_"),
    "base64 of another case": lambda text: base64_at(1)(text.upper()),
}


def kinds_in_text(text: str, originals: dict[str, dict[str, str]] | None = None) -> set[str]:
    """What is found when *text* stands in the README."""
    audit = Audit(TABLES, document(originals) if originals else document(), Claims.of_manifest(MANIFEST))
    audit.text("README.txt", text)
    return {finding.kind for finding in audit.findings()}


def kinds_in_label(value: str) -> set[str]:
    """What is found when *value* stands at a mapped label."""
    found = audited([{"__name__": "vm_rows", "team": value}]).findings()
    assert all(finding.place == "metrics.jsonl: label team of vm_rows" for finding in found)
    return {finding.kind for finding in found}


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("kind", SEARCHED)
def test_every_kind_in_every_spelling(kind: str, spelling: str) -> None:
    spelt = SPELLINGS[spelling](SEARCHED[kind])
    assert kind in kinds_in_text(f"The host {spelt}, as of today")
    assert kind in kinds_in_label(f"name-1/{spelt}/data")


@pytest.mark.parametrize("mark", ".-_")
def test_addresses_with_other_marks(mark: str) -> None:
    spelt = "10.20.30.41".replace(".", mark)
    assert "ipv4" in kinds_in_text(f"at ip-{spelt}.x")
    assert "ipv4" in kinds_in_label(f"ip-{spelt}")


@pytest.mark.parametrize(
    "spelt",
    [
        "fd12:3456:789a:0:0:0:0:1",
        "FD12:3456:789A::1",
        "fd12:3456:789a:0000:0000:0000:0000:0001",
        "[fd12:3456:789a::1]:80",
    ],
)
def test_ipv6_in_its_forms(spelt: str) -> None:
    assert "ipv6" in kinds_in_text(f"at {spelt}") and "ipv6" in kinds_in_label(spelt)


@pytest.mark.parametrize(
    "spelt", ["münchen-db", "MÜNCHEN-DB", "mu\u0308nchen-db", "xn--mnchen-db-q9a", "\uff4dünchen-db"]
)
def test_another_alphabet(spelt: str) -> None:
    assert spelt != "xn--mnchen-db-q9a" or "münchen-db".encode("punycode") == b"mnchen-db-q9a"
    assert "name" in kinds_in_text(f"host {spelt}.example") and "name" in kinds_in_label(spelt)


def test_quotes_and_line_ends() -> None:
    original = 'say "acme"\nslo'
    for spelt in (original, json.dumps(original), json.dumps(json.dumps(original)), urllib.parse.quote(original)):
        assert "label:group" in kinds_in_text(spelt)


@pytest.mark.parametrize("original", ['qzab"%41', 'qzab"%2541', "qzab\\\\n&amp;"])
@pytest.mark.parametrize("spelling", sorted(SPELLINGS))
def test_an_original_that_looks_like_a_coding_itself(original: str, spelling: str) -> None:
    assert "name" in kinds_in_text(SPELLINGS[spelling](original), {"name": {"name-1": original}})


def test_a_hit_across_two_values_is_none() -> None:
    assert audited([{"__name__": "vm_rows", "job": "vmagent-job-1", "team": "team-1"}]).findings() == []


def test_a_run_that_is_accounted_for_is_no_base64() -> None:
    text = base64.b64encode(b"acme-prod").decode()
    assert any("acme-prod" in reading for reading in readings(text, lambda _: False))
    assert list(readings(text, lambda _: True)) == [text]


ORIGINAL = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=2, max_size=20).map(
    lambda text: f"qz{text}"  # a word that no table knows
)
AROUND = st.text(st.sampled_from("xq. /:=,;<>|\n"), max_size=8)


@given(ORIGINAL, st.sampled_from(sorted(SPELLINGS)), AROUND, AROUND)
@example('qz"%00', "HTML", "", "")
def test_any_original_anywhere(original: str, spelling: str, before: str, after: str) -> None:
    """An original that no public word excuses, in any spelling that can be undone, between any characters."""
    tables = {**TABLES, **dict.fromkeys(("public_words.txt", "structure_words.txt", "metric_words.txt"), "")}
    known = document({"name": {"name-1": original}})
    spelt = SPELLINGS[spelling](original)
    audit = Audit(tables, known, Claims.of_manifest(MANIFEST))
    audit.text("README.txt", f"{before} {spelt} {after}")
    labels = Audit(tables, known, Claims.of_manifest(MANIFEST))
    labels.labels([("__name__", "vm_rows"), ("team", f"{before} {spelt} {after}")])
    for found in (audit.findings(), labels.findings()):
        assert "name" in {finding.kind for finding in found}
        assert original not in str(found)
