"""Selectors mean the same after every way through text, and match the chosen targets and nothing else."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vmexporter.core.selectors import (
    Matcher,
    Selector,
    Target,
    escape_regex,
    parse_selector,
    quote,
    require_selector,
    target_selectors,
)
from vmexporter.errors import InvalidInput

QUERY_BYTES = 16_384  # what VictoriaMetrics takes for a query unless told otherwise
HARD = "\\\"'`{}[](),|.*+?^$#=~! \n\r\t\x00\x7f\x85\u2028ä中😀or"
hard_texts = st.one_of(st.text(), st.text(alphabet=HARD, max_size=12))
labels = st.one_of(st.sampled_from(["job", "instance", "__name__", "or", "a.b", "", "0", "a-b"]), hard_texts)
matchers = st.builds(Matcher, labels, st.sampled_from(["=", "!=", "=~", "!~"]), hard_texts)
groups = st.lists(matchers, min_size=1, max_size=4).map(tuple)
selectors = st.lists(groups, min_size=1, max_size=3).map(lambda found: Selector(tuple(found)))


def holds(matcher: Matcher, series: dict[str, str]) -> bool:
    """Whether a series fulfils a matcher, as the servers have it: anchored, a missing label is an empty one."""
    value = series.get(matcher.label, "")
    if matcher.op in {"=", "!="}:
        return (value == matcher.value) is (matcher.op == "=")
    return (re.fullmatch(matcher.value, value) is not None) is (matcher.op == "=~")


def selects(text: str, series: dict[str, str]) -> bool:
    """Whether a series is one of those that the selector text means."""
    selector = require_selector(text)
    return any(all(holds(matcher, series) for matcher in group) for group in selector.groups)


@given(selectors)
@example(Selector(((Matcher("a", "=", "\\n"), Matcher("b", "=", "\n")),)))
@example(Selector(((Matcher("a", "=", '"} or {"'),), (Matcher("or", "=", "or"),))))
@example(Selector(((Matcher("a", "=", "\udc80\udcff"),),)))
def test_a_selector_reads_back_as_itself(selector: Selector) -> None:
    assert parse_selector(str(selector)) == selector


@given(hard_texts)
@example("")
def test_a_quoted_value_is_one_literal_on_one_line(value: str) -> None:
    literal = quote(value)
    assert "\n" not in literal and "\r" not in literal
    assert parse_selector("{a=" + literal + "}") == Selector(((Matcher("a", "=", value),),))


@given(hard_texts, hard_texts)
@example("a.b", "a+b")
@example("a", "a\n")
@example("10.0.0.1:9", "10a0b0c1:9")
def test_an_escaped_regex_matches_just_its_value(value: str, other: str) -> None:
    assert re.fullmatch(escape_regex(value), value)
    assert bool(re.fullmatch(escape_regex(value), other)) is (value == other)


some = st.one_of(
    st.sampled_from(["", "a", "b", "a.b", "a|b", "axb", ".*", "10.0.0.1:8428", "10x0y0z1:8428"]), hard_texts
)
pairs = st.tuples(some, some)
pair_lists = st.lists(pairs.filter(any), unique=True, max_size=8)


@given(pair_lists, st.lists(pairs, max_size=5))
@example([("a", "b.c"), ("a", "d")], [("a", "bxc"), ("b", "d"), ("a", "")])
@example([("a", ""), ("a", "x"), ("", "x")], [("", ""), ("x", "a")])
def test_selectors_match_exactly_the_chosen_targets(
    chosen: list[tuple[str, str]], others: list[tuple[str, str]]
) -> None:
    """Each chosen target's series by one selector, so that none comes twice; no other's by any."""
    texts = target_selectors([Target(job, instance) for job, instance in chosen])
    for job, instance in [*chosen, *others, ("", ""), *((instance, job) for job, instance in chosen)]:
        matching = sum(selects(text, {"__name__": "up", "job": job, "instance": instance}) for text in texts)
        assert matching == ((job, instance) in chosen)


@given(st.lists(st.tuples(pairs.filter(any), st.sampled_from("12")), unique=True, max_size=6), pairs)
def test_a_target_is_chosen_in_its_own_tenant_only(
    chosen: list[tuple[tuple[str, str], str]], other: tuple[str, str]
) -> None:
    """Two customers may use the same job and instance."""
    texts = target_selectors([Target(*pair, (("vm_account_id", tenant),)) for pair, tenant in chosen])
    for pair in [other, *(pair for pair, _ in chosen)]:
        for tenant in ("1", "2", ""):
            series = {"job": pair[0], "instance": pair[1], "vm_account_id": tenant}
            assert sum(selects(text, series) for text in texts) == ((pair, tenant) in chosen)


@given(st.lists(hard_texts, min_size=1, max_size=300, unique=True))
@settings(max_examples=20)
def test_many_instances_are_cut_into_queries_that_a_server_takes(instances: list[str]) -> None:
    texts = target_selectors([Target("job", instance) for instance in instances])
    for instance in instances:
        assert sum(selects(text, {"job": "job", "instance": instance}) for text in texts) == 1


def test_long_instance_names_do_not_make_a_query_too_long() -> None:
    names = [f"victoria-{number:03}.{'monitoring.svc.cluster.local.' * 6}example:8428" for number in range(150)]
    texts = target_selectors([Target("vm", name) for name in names])
    assert max(len(text.encode()) for text in texts) < QUERY_BYTES - 1000
    assert len(texts) < 10
    assert all(sum(selects(text, {"job": "vm", "instance": name}) for text in texts) == 1 for name in names)


def test_short_instance_names_come_in_hundreds() -> None:
    texts = target_selectors([Target("vm", f"10.0.0.{number}:8428") for number in range(250)])
    assert [text.count("|") + 1 for text in texts] == [100, 100, 50]


def test_a_target_without_job_and_instance_cannot_be_selected() -> None:
    with pytest.raises(InvalidInput):
        target_selectors([Target("a", "b"), Target("", "")])
    with pytest.raises(InvalidInput):
        target_selectors([Target("", "", (("vm_account_id", "1"),))])
    assert target_selectors([]) == []


@given(st.one_of(st.text(max_size=30), st.text(alphabet="{}ab=~!\"'\\,or #\n0[]()", max_size=20)))
def test_any_text_is_a_selector_or_not(text: str) -> None:
    """What is taken for a selector means the same when it is written anew; nothing else gets out of the parser."""
    found = parse_selector(text)
    if found is not None and found.groups != ((),):
        assert parse_selector(str(found)) == found
    try:
        required = require_selector(text)
    except InvalidInput:
        return
    assert not selects(str(required), {})
