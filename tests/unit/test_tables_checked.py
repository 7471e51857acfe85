"""The checker of the tables: the tables pass, and each kind of mistake is found."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from scripts.check_tables import TABLES, findings, read, spelled
from vmexporter.core.support.tables import CHECKS, PANELS

TEXTS = read(TABLES)
SENSITIVE, LABELS, FLAGS = "sensitive_labels.tsv", "public_labels.tsv", "flags.tsv"


def test_the_tables_are_in_order() -> None:
    assert list(findings(TEXTS)) == []


def line_added(name: str, line: str) -> Callable[[dict[str, str]], None]:
    """A mistake: *line* as the first entry of the table *name*."""

    def change(texts: dict[str, str]) -> None:
        head, _, rest = texts[name].partition("\n")
        texts[name] = f"{head}\n{line}\n{rest}"

    return change


def replaced(name: str, old: str, new: str) -> Callable[[dict[str, str]], None]:
    """A mistake: the first *old* of the table *name* became *new*."""

    def change(texts: dict[str, str]) -> None:
        assert old in texts[name]
        texts[name] = texts[name].replace(old, new, 1)

    return change


def word_added(name: str, word: str) -> Callable[[dict[str, str]], None]:
    """A mistake: *word* in its place in the list *name*."""

    def change(texts: dict[str, str]) -> None:
        head, _, rest = texts[name].partition("\n")
        texts[name] = "\n".join([head, *sorted([word, *rest.split("\n")[:-1]]), ""])

    return change


def removed(name: str) -> Callable[[dict[str, str]], None]:
    """A mistake: the table *name* is not there."""
    return lambda texts: texts.__delitem__(name)


MISTAKES = (
    (removed("label_names.txt"), "missing"),
    (replaced(FLAGS, "\nversion\t", "\n\nversion\t"), "empty"),
    (lambda texts: texts.update({LABELS: texts[LABELS] + "\n"}), "one newline"),
    (lambda texts: texts.update({LABELS: texts[LABELS].rstrip("\n")}), "one newline"),
    (lambda texts: texts.update({"public_words.txt": "a" * 200_000 + "\n"}), "larger"),
    (replaced(LABELS, "metric_pattern", "metric"), "head"),
    (line_added(SENSITIVE, "up\tx\tall\tcustom_label"), "cells"),
    (line_added(SENSITIVE, "up\tx\t\tcustom_label\tacme"), "cells"),
    (line_added(LABELS, TEXTS[LABELS].split("\n")[1]), "twice"),
    (line_added(SENSITIVE, "up\tinstance\tall\tno_such_kind\tacme"), "no_such_kind"),
    (line_added(SENSITIVE, "u[p\tinstance\tall\thost_port\tacme"), "plain"),
    (line_added(SENSITIVE, "u(p\tinstance\tall\thost_port\tacme"), "plain"),
    (line_added(SENSITIVE, ".*\tjob\tall\tjob_name\tacme"), "never decides"),
    (line_added(SENSITIVE, "vm_.*\taddr\tall\tlisten_addr\tacme"), "never decides"),
    (line_added(SENSITIVE, "up\tstatus\tall\tcustom_label\tdown"), "example is public"),
    (line_added(SENSITIVE, "up\tacme_label\tall\tcustom_label\tacme"), "acme_label is missing"),
    (replaced(SENSITIVE, "\n.*\t*\t", "\nup\tlast\t"), "last row"),
    (line_added(LABELS, "up\tstatus\t(up\tstrict\tbroken"), "no expression"),
    (line_added(LABELS, "up\tstatus\t@colours\tstrict\tbroken"), "@colours"),
    (line_added(LABELS, "up\tstatus\tgreen\tloose\tbroken"), "loose"),
    (line_added(LABELS, "u+p\tstatus\tgreen\tstrict\tbroken"), "plain"),
    (line_added(LABELS, ".*\tnet\t.*\tstrict\tbroken"), "would stay readable"),
    (line_added(LABELS, ".*\tnet\ttcp|udp|[a-z]+-[0-9]+\tstrict\tbroken"), "would stay readable"),
    (line_added(LABELS, ".*\tnet\t[a-z0-9/]+\tstrict\tbroken"), "would stay readable"),
    (lambda texts: texts.update({LABELS: texts[LABELS] + "up\tscheme\thttp\tstrict\tbroken\n"}), "never decides"),
    (line_added(FLAGS, "aFlag\tcolour\tall\tno\tsafe_by_type\t"), "colour"),
    (line_added(FLAGS, "aFlag\tbool\tall\tno\tno_such_kind\t"), "no_such_kind"),
    (line_added(FLAGS, "aFlag\tbool\tall\tperhaps\tsafe_by_type\t"), "masked"),
    (line_added(FLAGS, "aFlag\tstring\tall\tyes\tcredential\thunter2"), "default"),
    (line_added(FLAGS, "zFlag\tbool\tall\tno\tsafe_by_type\t"), "sorted"),
    (line_added("public_words.txt", "zzz"), "not sorted"),
    (line_added("public_words.txt", "Acme"), "no entry"),
    (line_added("metric_words.txt", "storage"), "public word already"),
    (word_added("metric_words.txt", "acme"), "would stay readable in a name"),
    (word_added("label_names.txt", "acme"), "would stay readable in a name"),
    (line_added("label_names.txt", "zone"), "twice"),
    (line_added("metric_names.txt", "vm_["), "no entry"),
    (replaced("label_names.txt", "\ndatacenter\n", "\n"), "datacenter is missing"),
    (removed(CHECKS), CHECKS),
    (line_added(PANELS, "a\tb"), "line 2 has 2 cells"),
    (line_added(PANELS, TEXTS[PANELS].split("\n")[1]), "twice"),
    (replaced(PANELS, "\toverview\t", "\tnowhere\t"), "nowhere"),
    (replaced(PANELS, "\tshort\t", "\tmiles\t"), "miles"),
    (replaced(PANELS, "{{job}}", "{job}"), "legend"),
    (replaced(PANELS, "[$w]", "[$r]"), "nobody fills"),
    (replaced(PANELS, 'level!="info",$sel', '$sel,level!="info"'), "last in the braces"),
    (replaced(PANELS, "1.117.0", "soon"), "no version"),
    (replaced(CHECKS, "critical", "awful"), "awful"),
    (replaced(CHECKS, "\tall\t", "\tvmstore\t"), "a component that is none"),
    (replaced(CHECKS, " > $t\t", " >= $t\t"), "must end in"),
    (replaced(CHECKS, "\t0.02\t", "\tlow\t"), "must end in"),
    (replaced(CHECKS, "overview-up\t", "overview-down\t"), "overview-down"),
    (replaced(CHECKS, "https://docs", "http://docs"), "documentation"),
)


@pytest.mark.parametrize(("mistake", "words"), MISTAKES)
def test_the_checker_finds_a_mistake(mistake: Callable[[dict[str, str]], None], words: str) -> None:
    texts = dict(TEXTS)
    mistake(texts)
    assert any(words in finding for finding in findings(texts))


def test_every_way_through_a_pattern_is_spelled_out() -> None:
    assert set(spelled("vm_(a|b)_x(_sum|_count)?|up|vl_.*")) == {
        *"vm_a_x vm_a_x_sum vm_a_x_count vm_b_x vm_b_x_sum vm_b_x_count up vl_any".split()
    }
