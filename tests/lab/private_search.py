"""Looks for private strings in every byte of files, whatever their spelling; it shares nothing with the product.

It does not spell the strings, it reads the files: names, comments, extra fields and entries of ZIPs, as they are and
with JSON escapes, percent signs, HTML entities, base64, hex and punycode undone, three times over, in any case. An IP
address is found in whatever form it is written. A string of a few characters counts as a whole word only, a short
number only in label parts: a sample, a size or a checksum may hold it by chance.
"""

from __future__ import annotations

import io
import ipaddress
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.lab.blocks import blocks_in, labels_of
from tests.lab.spellings import addresses_in, readings

SHORT = 5
"""Strings of up to so many characters must stand alone to be found."""
SHORT_NUMBER = 9
SAMPLE_BYTES = b"0123456789,.-+eE"
SAMPLE_REST = b'],"timestamps":[]}'.translate(None, SAMPLE_BYTES)
SAMPLE_WORDS = re.compile(rb'null|"-?Infinity"|"NaN"')


@dataclass(frozen=True)
class Hit:
    """A private string that was found: what it was planted as, where it stands, and what is around it."""

    planted: str
    where: str
    around: str

    def __str__(self) -> str:
        return f"{self.planted}: in {self.where}: {self.around}"


@dataclass(frozen=True)
class Text:
    """A piece of a file: *label_part* is one of a line of an export."""

    where: str
    content: str
    label_part: bool = False
    scrambled: bool = False
    """Compressed bytes, in which a few characters occur by chance."""


@dataclass(frozen=True)
class Wanted:
    """One private string."""

    text: str
    planted: str

    @cached_property
    def address(self) -> int | None:
        """Its number, when it is an IP address."""
        try:
            return int(ipaddress.ip_address(self.text))
        except ValueError:
            return None

    @cached_property
    def folded(self) -> tuple[str, ...]:
        """As it is compared: in one case, a space also as a plus sign."""
        text = self.text.casefold()
        return tuple(dict.fromkeys([text, text.replace(" ", "+"), text.replace(" ", "_")]))

    def is_in(self, reading: str, text: Text) -> re.Match[str] | None:
        """Where it stands in a *reading* of *text*."""
        if self.text.isdigit() and len(self.text) < SHORT_NUMBER and not text.label_part:
            return None
        if len(self.text) <= SHORT and text.scrambled:
            return None
        found = next((one for one in self.folded if one in reading), None)
        return self.pattern.search(reading) if found else None

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What finds it exactly, once it is known to be there."""
        whole = len(self.text) <= SHORT or self.text.isdigit()
        neighbour = r"[\w.-]" if self.text.isdigit() else r"[^\W_]"
        before = f"(?<!{neighbour})" if whole and self.text[0].isalnum() else ""
        after = f"(?!{neighbour})" if whole and self.text[-1].isalnum() else ""
        return re.compile(before + "(?:" + "|".join(map(re.escape, self.folded)) + ")" + after)


class PrivateSearch:
    """Searches for the strings of *planted*: string → what a hit shall say about it."""

    def __init__(self, planted: Mapping[str, str]) -> None:
        wanted = [Wanted(text, place) for text, place in planted.items()]
        self.addresses = {one.address: one for one in wanted if one.address is not None}
        self.words = [one for one in wanted if one.address is None]

    def files(self, paths: Iterable[Path]) -> list[Hit]:
        """Every hit in these files and in their names, each string once for each place."""
        hits: dict[tuple[str, str], Hit] = {}
        for path in paths:
            for text in texts_of(path):
                for hit in self.text(text):
                    hits.setdefault((hit.planted, hit.where), hit)
        return list(hits.values())

    def text(self, text: Text) -> Iterator[Hit]:
        """Every hit in one text."""
        left = list(self.words)
        for reading in [text.content] if text.scrambled else readings(text.content):
            folded = reading.casefold()
            for one in tuple(left):
                if match := one.is_in(folded, text):
                    left.remove(one)
                    yield Hit(one.planted, text.where, around(folded, match.start()))
            if not text.scrambled:
                for number, start in addresses_in(folded):
                    if number in self.addresses:
                        yield Hit(self.addresses[number].planted, text.where, around(folded, start))


def around(text: str, start: int) -> str:
    """The surroundings of a place; of the label it stands in, if they are a label part."""
    return text[max(0, start - 90) : start + 50].replace("\n", "⏎")


def texts_of(path: Path) -> Iterator[Text]:
    """All texts of a file, its name too."""
    yield Text("file names", path.name)
    content = path.read_bytes()
    if zipfile.is_zipfile(io.BytesIO(content)):
        yield from _texts_of_zip(path.name, content)
    else:
        yield from _texts_of_content(path.name, content)


def _texts_of_zip(name: str, content: bytes) -> Iterator[Text]:
    frame = bytearray(content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        yield Text(f"{name}: comment", _text(archive.comment))
        for info in archive.infolist():
            where = f"{name}!{info.filename}"
            fields = b"\n".join([info.filename.encode(), info.comment, info.extra])
            yield Text(f"{name}: names, comments, extra fields", _text(fields))
            yield from _texts_of_content(where, archive.read(info))
            head = info.header_offset
            start = head + 30 + sum(int.from_bytes(content[head + at : head + at + 2], "little") for at in (26, 28))
            frame[start : start + info.compress_size] = bytes(info.compress_size)
    yield Text(f"{name}: between the entries", _text(bytes(frame).replace(b"\0", b"")))
    yield Text(f"{name}: raw", _text(content), scrambled=True)


def _texts_of_content(where: str, content: bytes) -> Iterator[Text]:
    if where.endswith(".native"):
        yield from _texts_of_blocks(where, content)
        return
    if not where.endswith(".jsonl"):
        yield Text(where, _text(content))
        return
    parts: set[bytes] = set()
    pairs: set[bytes] = set()
    for line in content.split(b"\n"):
        labels, _, samples = line.partition(b'},"values":[')
        if labels not in parts:
            parts.add(labels)
            pairs.update(labels.split(b',"'))  # a quote within a value is escaped: this is between two labels
        if samples.translate(None, SAMPLE_BYTES) not in {b"", SAMPLE_REST}:
            rest = SAMPLE_WORDS.sub(b"", samples).translate(None, SAMPLE_BYTES)
            if rest != SAMPLE_REST:
                yield Text(f"{where}, a sample part", _text(samples))
    yield Text(f"{where}, label parts", _text(b"\n".join(sorted(pairs))), label_part=True)


def _texts_of_blocks(where: str, content: bytes) -> Iterator[Text]:
    """The labels of native blocks; all of the bytes as they are, too, in which a few characters occur by chance."""
    names = {name for name, _ in blocks_in(content)}
    pairs = {f'"{label}":"{value}"' for name in names for label, value in labels_of(name)}
    yield Text(f"{where}, label parts", "\n".join(sorted(pairs)), label_part=True)
    yield Text(f"{where}, names", "\n".join(sorted(map(_text, names))), label_part=True)
    yield Text(f"{where}, all bytes", _text(content), scrambled=True)


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace")


def found_in(planted: Mapping[str, str], paths: Iterable[Path]) -> str:
    """All hits as a text, a line each; empty when there is none."""
    return "\n".join(sorted(map(str, PrivateSearch(planted).files(paths))))
