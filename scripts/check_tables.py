"""Checks the tables of public knowledge: every row parses, decides something, and leaves private values private.

Prints one finding a line and ends with status 1 if there is any. The names that a row's metric pattern stands for are
spelled out, so that a row which can never decide is found; that is why such patterns know only ``|``, ``(…)``, ``(…)?``
and ``.*``. https://docs.victoriametrics.com/victoriametrics/vmagent/#monitoring
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

from scripts.support_tables import support_findings
from vmexporter.core.privacy.catalogue import ANY, EXPORTED, Catalogue
from vmexporter.core.privacy.flags import FLAG_KINDS
from vmexporter.core.privacy.kinds import KINDS
from vmexporter.core.privacy.wording import ANY_METRIC

TABLES = Path(__file__).resolve().parents[1] / "src" / "vmexporter" / "tables"
HEADS = {
    "sensitive_labels.tsv": "metric_pattern\tlabel\tcomponent\tkind\texample",
    "public_labels.tsv": "metric_pattern\tlabel\tvalues\tlevel\twhy",
    "flags.tsv": "flag\ttype\tcomponents\tmasked_by_vm_v1.150\tkind\tdefault",
}
ENTRIES = {
    "structure_words.txt": re.compile("[a-z0-9]{1,40}"),
    "public_words.txt": re.compile("[a-z0-9]{1,60}"),
    "metric_words.txt": re.compile("[a-z0-9]{2,40}"),
    "label_names.txt": re.compile("[A-Za-z_][A-Za-z0-9_]{0,60}"),
    "metric_names.txt": re.compile(r"[A-Za-z_(][\w(|)?:.*]{0,120}"),
}
LARGEST_BYTES = 100_000
LONGEST_LINE = 3_000
LEVELS = {"support", "strict"}
FLAG_TYPES = {"array", "bool", "bytes", "duration", "float", "int", "size", "string", "uint", "value"}
LISTS = {"@words", "@flags"}
NUMBERS = {"le", "quantile"}
PATTERN = re.compile(r"(?:[A-Za-z0-9_|]|\((?:\?:)?|\)\??|\.\*)+")
PROBES = (
    "acme acme-prod acme_billing AcmeDown Secret-Customer-GmbH jane.roe@acme.example 10.20.30.40 10.20.30.40:8482"
    " [fd12:3456::1]:8482 db-7.acme.example:8428 /srv/acme /insert/4242/prometheus /acme/lib/storage.go:12 s3cr3t"
    " http://jane:pw@acme.example/x?token=t 1:http://acme.example/api/v1/write 2024-acme name-7 dir-7 user-7 word-7"
    " /dir-7/data branch-7 vmstorage-job-7 777.777.1.7:8482 [7777:7777::1:7]:8482 777000007 <removed> Köln"
).split()
"""Values that no label may keep: private ones, and pseudonyms, which must not be taken for public text."""


def read(folder: Path) -> dict[str, str]:
    """File name → text of every table in *folder*."""
    return {path.name: path.read_text("utf-8") for path in sorted(folder.glob("*.t[sx][vt]"))}


def findings(texts: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with *texts*; the later checks need what the first ones make sure of."""
    form = [*check_files(texts), *check_tables(texts), *check_lists(texts)]
    yield from form
    if not form:
        rows = {name: cells_of(texts[name]) for name in HEADS}
        for check in (check_sensitive, check_public, check_flags):
            yield from check(rows)
        yield from check_shadows("sensitive_labels.tsv", sensitive_order(rows["sensitive_labels.tsv"]), lambda *_: True)
        yield from check_shadows("public_labels.tsv", rows["public_labels.tsv"], is_no_wider)
        yield from check_privacy(Catalogue(texts), rows)
    yield from support_findings(texts)


def check_files(texts: Mapping[str, str]) -> Iterator[str]:
    """Every table is there, of a reasonable size, and made of whole, clean lines."""
    for name in [*HEADS, *ENTRIES]:
        if name not in texts:
            yield f"{name}: missing"
    for name, text in texts.items():
        if len(text.encode()) > LARGEST_BYTES:
            yield f"{name}: larger than {LARGEST_BYTES} bytes"
        if not text.endswith("\n") or text.endswith("\n\n"):
            yield f"{name}: must end in one newline"
        for number, line in enumerate(text.split("\n")[:-1], 1):
            if len(line) > LONGEST_LINE or line != line.strip(" \r\n") or "  " in line or not line:
                yield f"{name}:{number}: empty, too long, or with needless blanks"


def check_tables(texts: Mapping[str, str]) -> Iterator[str]:
    """Every row of a table has its cells, and none stands there twice."""
    for name, head in HEADS.items():
        seen: set[str] = set()
        may_be_empty = 1 if name == "flags.tsv" else 0
        lines = texts.get(name, head).split("\n")
        if lines[0] != head:
            yield f"{name}:1: the head must be {head!r}"
        for number, line in enumerate(lines[1:], 2):
            cells = line.split("\t")
            if not line:
                continue
            if len(cells) != head.count("\t") + 1 or not all(cells[: len(cells) - may_be_empty]):
                yield f"{name}:{number}: needs {head.count(chr(9)) + 1} cells, none empty"
            if line in seen:
                yield f"{name}:{number}: stands there twice"
            seen.add(line)


def check_lists(texts: Mapping[str, str]) -> Iterator[str]:
    """Every list is sorted (all but the expressions), without doubles, and of entries of its form."""
    for name, form in ENTRIES.items():
        entries = [line for line in texts.get(name, "").split("\n") if line and not line.startswith("#")]
        for entry in entries:
            if not form.fullmatch(entry):
                yield f"{name}: {entry!r} is no entry of such a list"
        if len(set(entries)) != len(entries):
            yield f"{name}: an entry stands there twice"
        if entries != sorted(entries) and name != "metric_names.txt":
            yield f"{name}: not sorted"
    words = [set(texts.get(name, "").split("\n")) - {""} for name in ("public_words.txt", "metric_words.txt")]
    for word in sorted(words[0] & words[1]):
        yield f"metric_words.txt: {word!r} is a public word already"


def check_sensitive(rows: Mapping[str, list[list[str]]]) -> Iterator[str]:
    """Every kind has its way to make a pseudonym, every pattern is a plain one."""
    for pattern, label, _, kind, _ in rows["sensitive_labels.tsv"]:
        where = f"sensitive_labels.tsv: {pattern} {label}"
        if kind not in KINDS:
            yield f"{where}: no way to make a pseudonym of kind {kind!r}"
        if not PATTERN.fullmatch(pattern) or not compiles(pattern):
            yield f"{where}: the pattern is not a plain one"
    if rows["sensitive_labels.tsv"][-1][:2] != [ANY_METRIC, ANY]:
        yield "sensitive_labels.tsv: the last row must be the one for everything else"


def check_public(rows: Mapping[str, list[list[str]]]) -> Iterator[str]:
    """Every expression compiles, every level is one."""
    for pattern, label, values, level, _ in rows["public_labels.tsv"]:
        where = f"public_labels.tsv: {pattern} {label}"
        if not PATTERN.fullmatch(pattern) or not compiles(pattern):
            yield f"{where}: the pattern is not a plain one"
        if values.startswith("@") and values not in LISTS:
            yield f"{where}: no list is called {values!r}"
        if not values.startswith("@") and not compiles(values):
            yield f"{where}: the values are no expression"
        if level not in LEVELS:
            yield f"{where}: no level is called {level!r}"


def check_flags(rows: Mapping[str, list[list[str]]]) -> Iterator[str]:
    """Every flag stands there once, with a type and a kind that are known; a credential has no default."""
    names = [row[0] for row in rows["flags.tsv"]]
    if names != sorted(set(names), key=lambda name: (name.lower(), name)):
        yield "flags.tsv: not sorted by name, or a flag stands there twice"
    for name, kind_of_value, _, masked, kind, default in rows["flags.tsv"]:
        if kind_of_value not in FLAG_TYPES:
            yield f"flags.tsv: {name}: no type is called {kind_of_value!r}"
        if kind not in FLAG_KINDS:
            yield f"flags.tsv: {name}: no way to rewrite a value of kind {kind!r}"
        if masked.split(" ")[0] not in {"yes", "no", "unknown"}:
            yield f"flags.tsv: {name}: masked must begin with yes, no or unknown"
        if kind == "credential" and default not in {"", "secret"}:
            yield f"flags.tsv: {name}: a credential with a default"


def check_shadows(
    name: str, rows: Collection[list[str]], decides: Callable[[list[str], list[str]], bool]
) -> Iterator[str]:
    """No row is one that can never decide: each has a metric that no earlier row of its label, which *decides*, has."""
    for place, row in enumerate(rows):
        earlier = [other for other in list(rows)[:place] if other[1] == row[1] and decides(other, row)]
        if earlier and all(any(re.fullmatch(other[0], metric) for other in earlier) for metric in spelled(row[0])):
            yield f"{name}: {row[0]} {row[1]}: never decides, a row before it always does"


def is_no_wider(earlier: list[str], row: list[str]) -> bool:
    """Whether every value of *row* is one of *earlier* at every level, as far as that can be told."""
    values, wide = row[2], earlier[2]
    is_literal = re.fullmatch(r"[\w/:|-]+", values) is not None and wide not in LISTS
    is_covered = values == wide or (is_literal and all(re.fullmatch(wide, value) for value in values.split("|")))
    return is_covered and (earlier[3] == "strict" or row[3] == "support")


def check_privacy(catalogue: Catalogue, rows: Mapping[str, list[list[str]]]) -> Iterator[str]:
    """The examples of private values and the probes are public nowhere; the labels of the tables are public names."""
    for pattern, label, _, _, example in rows["sensitive_labels.tsv"]:
        if label == ANY or "(public" in example:
            continue
        value = example.split(" ")[0].rstrip(",")
        for metric in spelled(pattern):
            if catalogue.is_public(metric, label, value, "strict"):
                yield f"sensitive_labels.tsv: {pattern} {label}: the example is public"
    for pattern, label, *_ in rows["public_labels.tsv"]:
        for value in (*PROBES, f"{label.removeprefix(EXPORTED)}-7"):
            metrics = [] if label in NUMBERS and value.isdigit() else spelled(pattern)
            if any(catalogue.is_public(metric, label, value, "support") for metric in metrics):
                yield f"public_labels.tsv: {pattern} {label}: {value!r} would stay readable"
    labels = {row[1] for name in ("sensitive_labels.tsv", "public_labels.tsv") for row in rows[name]}
    for label in sorted(labels - {ANY}):
        if not catalogue.is_public_label(label):
            yield f"label_names.txt: {label} is missing"
    for value in filter(str.isidentifier, PROBES):
        if catalogue.is_public_metric(f"vm_rows_{value}") or catalogue.is_public_label(value):
            yield f"metric_words.txt or label_names.txt: {value!r} would stay readable in a name"


def sensitive_order(rows: list[list[str]]) -> list[list[str]]:
    """*rows* as they are asked: those of one metric before those of any."""
    return [row for row in rows if row[0] != ANY_METRIC] + [row for row in rows if row[0] == ANY_METRIC]


def cells_of(text: str) -> list[list[str]]:
    """The rows of a table without its head."""
    return [line.split("\t") for line in text.split("\n")[1:] if line]


def compiles(expression: str) -> bool:
    """Whether *expression* is one."""
    try:
        re.compile(expression)
    except re.error:
        return False
    return True


def spelled(pattern: str) -> list[str]:
    """A metric name for every way through *pattern*, with ``any`` where it takes anything."""
    innermost = re.search(r"\((?:\?:)?([^()]*)\)(\??)", pattern)
    if innermost is None:
        return [name.replace(".*", "any") for name in pattern.split("|")]
    before, after = pattern[: innermost.start()], pattern[innermost.end() :]
    choices = innermost[1].split("|") + ([""] if innermost[2] else [])
    return [name for choice in choices for name in spelled(before + choice + after)]


def main() -> int:
    """Print what is wrong with the tables."""
    found = list(findings(read(TABLES)))
    for finding in found:
        print(finding)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
