"""The searcher of private strings finds each of them in each spelling and place, and nothing where nothing is."""

from __future__ import annotations

import base64
import html
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.lab.lines import line
from tests.lab.private_search import PrivateSearch, Text, found_in, texts_of

PLANTED = {
    "Qzx Müller": "a person",
    "qzxhost.corp.example": "a host",
    'qz"x\\y': "a text with quotes",
    "10.20.30.4": "an address",
    "fd12:3456:789a::1": "another address",
    "qzxmünchen": "a domain",
    "7301": "a tenant",
    "qz-7": "a short one",
    "09EB7860D8F60F78": "a fingerprint",
}


def json_text(text: str) -> str:
    return json.dumps(text)[1:-1]


def fully_percent(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())


def base64_at(place: int, url_safe: bool = False) -> Callable[[str], str]:
    def spell(text: str) -> str:
        content = b"(, "[:place] + text.encode() + b" tail"
        return (base64.urlsafe_b64encode if url_safe else base64.b64encode)(content).decode()

    return spell


SPELLINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "upper case": str.upper,
    "json": json_text,
    "json twice": lambda text: json_text(json_text(text)),
    "json, all escaped": lambda text: "".join(f"\\u{ord(one):04X}" for one in text),
    "percent": quote,
    "percent, all": fully_percent,
    "percent twice": lambda text: quote(fully_percent(text)),
    "percent in json": lambda text: json_text(quote(text)),
    "html": html.escape,
    "html, all": lambda text: "".join(f"&#x{ord(one):x};" for one in text),
    "base64 0": base64_at(0),
    "base64 1": base64_at(1),
    "base64 2": base64_at(2),
    "base64url": base64_at(1, url_safe=True),
    "base64 in json": lambda text: json_text(base64_at(2)(text).replace("/", "\\/")),
    "hex": lambda text: text.encode().hex(),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("text", PLANTED)
def test_every_spelling_is_found(spelling: str, text: str) -> None:
    spelt = f'{{"metric":{{"x":"a={SPELLINGS[spelling](text)},b"}}'
    hits = list(PrivateSearch(PLANTED).text(Text("here", spelt, label_part=True)))
    assert {hit.planted for hit in hits} == {PLANTED[text]}, spelt


@pytest.mark.parametrize(
    ("spelt", "planted"),
    [
        ("ip-10-20-30-4.internal", "an address"),
        ("ip_10_20_30_4", "an address"),
        ("[FD12:3456:789A:0:0:0:0:1]:8482", "another address"),
        ("fd12:3456:789a:0000:0000:0000:0000:0001", "another address"),
        ("fd12-3456-789a--1.ipv6.example", "another address"),
        ("fd12:3456:789a::0.0.0.1", "another address"),
        ("xn--qzxmnchen-t9a.example", "a domain"),
        ("qzx+m%C3%BCller", "a person"),
        ("x.qz-7.example", "a short one"),
        ("x_qz-7_y", "a short one"),
    ],
)
def test_other_forms_are_found(spelt: str, planted: str) -> None:
    assert [hit.planted for hit in PrivateSearch(PLANTED).text(Text("here", spelt))] == [planted]


@pytest.mark.parametrize(
    "text",
    [
        "110.20.30.4",
        "10.20.30.41",
        "10.20.30",
        "xqz-7",
        "qz-77",
        "73011",
        "7.7301",
        "name-7301",
        "label_7301",
        "fd12:3456:789a::2",
        "qz x",
    ],
)
def test_what_only_looks_alike_is_not(text: str) -> None:
    assert list(PrivateSearch(PLANTED).text(Text("here", text, label_part=True))) == []


def make_zip(folder: Path, place: str) -> Path:
    """A ZIP that holds the host at one place."""
    secret = "qzxhost.corp.example"
    path = folder / f"{secret if place == 'file names' else 'bundle'}.zip"
    labels = {"__name__": "up", "job": secret if "label parts" in place else "7301x"}
    text = line(labels, [7301, "null", '"-Infinity"', '"NaN"', "1e5"], [1, 2, 3, 4, 7301])
    if "sample part" in place:
        text = text.replace(b"[7301", f'["{secret}"'.encode())
    info = zipfile.ZipInfo("metrics.jsonl")
    info.compress_type = zipfile.ZIP_DEFLATED
    if "extra" in place:
        info.extra = b"\xfe\xca" + len(secret).to_bytes(2, "little") + secret.encode()
    with path.open("wb") as file, zipfile.ZipFile(file, "w") as archive:
        archive.writestr(info, text)
        if "between" in place:
            file.write(secret.encode())
            archive.start_dir = file.tell()
        archive.writestr("README.txt", secret if "README" in place else "counts: 7301, 123.10.20.30")
        archive.comment = secret.encode() if "comment" in place else b""
    return path


PLACES = [
    "bundle.zip!README.txt",
    "bundle.zip!metrics.jsonl, label parts",
    "bundle.zip!metrics.jsonl, a sample part",
    "bundle.zip: comment",
    "bundle.zip: names, comments, extra fields",
    "bundle.zip: between the entries",
    "file names",
]


@pytest.mark.parametrize("place", PLACES)
def test_every_place_of_a_zip_is_searched(place: str, tmp_path: Path) -> None:
    path = make_zip(tmp_path, place)
    assert place in {hit.where for hit in PrivateSearch(PLANTED).files([path])}
    assert "a host" in found_in(PLANTED, [path])


def test_a_clean_zip_has_no_hit(tmp_path: Path) -> None:
    path = make_zip(tmp_path, "nowhere")
    assert found_in(PLANTED, [path]) == ""
    assert not [text.where for text in texts_of(path) if "sample part" in text.where], "these need no search"
