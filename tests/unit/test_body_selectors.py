"""What is asked for to read a body back: all of its series, and little of what else a server has."""

from __future__ import annotations

import re
from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from vmexporter.core.importing.bodyselectors import body_selectors
from vmexporter.core.selectors import Selector, require_selector

NAMES = st.sampled_from(["job", "instance", "case", "mode", "odd name", "größe"])
LABELS = st.dictionaries(NAMES, st.text(max_size=6))
SERIES = st.lists(st.builds(lambda name, labels: {"__name__": name, **labels}, st.sampled_from("abc"), LABELS),
                  min_size=1, max_size=12)  # fmt: skip


def fits(selector: Selector, labels: Mapping[str, str]) -> bool:
    """As a server judges it: a label that is not there is empty, an expression is anchored."""
    [group] = selector.groups
    return all(
        labels.get(one.label, "") == one.value if one.op == "=" else re.fullmatch(one.value, labels.get(one.label, ""))
        for one in group
    )


def asked(*series: Mapping[str, str]) -> str:
    [selector] = body_selectors(series, "mark")
    return selector


def copies(number: int) -> list[dict[str, str]]:
    return [{"__name__": "a", "job": "j", "case": "one", "instance": f"h{at}:1"} for at in range(number)]


def test_another_copy_of_the_case_is_not_read() -> None:
    assert asked(*copies(2)) == '{__name__=~"a",job=~"j|mark",case="one",instance=~"h0:1|h1:1"}'


def test_a_label_that_some_series_lack_says_nothing() -> None:
    few = {"__name__": "a", "job": "j"}
    assert asked({**few, "mode": "x"}, few) == asked({**few, "mode": "x"}, {**few, "mode": ""}) == asked(few)
    assert asked(few) == '{__name__=~"a",job=~"j|mark"}'


def test_many_values_or_long_ones_are_left_out() -> None:
    assert "instance" not in asked(*copies(101)) and 'case="one"' in asked(*copies(101))
    long = [{"__name__": "a", "job": "j", "path": "x" * 5000, "zone": "z"}]
    assert asked(*long) == '{__name__=~"a",job=~"j|mark",zone="z"}'
    wide = {f"label_{number}": "x" * 500 for number in range(40)}
    assert len(asked({"__name__": "a", **wide})) < 4500


def test_values_are_meant_literally() -> None:
    both = [{"__name__": "a", "case": 'q".*\\'}, {"__name__": "a", "case": "x|y\n"}]
    selector = require_selector(asked(*both))
    assert all(fits(selector, labels) for labels in both)
    assert not fits(selector, {"__name__": "a", "case": "x"}) and not fits(selector, {"__name__": "a", "case": 'q"zz'})


def test_what_old_servers_cannot_read_is_left_out() -> None:
    odd = {"__name__": "a", "job": "j", "größe": "1", "a b": "1", "raw": "\udcff"}
    assert asked(odd) == '{__name__=~"a",job=~"j|mark"}'


@given(SERIES)
def test_no_series_of_the_body_is_missed(series: list[dict[str, str]]) -> None:
    selectors = [require_selector(text) for text in body_selectors(series, "mark")]
    assert all(any(fits(selector, labels) for selector in selectors) for labels in series)


def test_each_pack_of_names_is_narrowed_by_its_own() -> None:
    series = [{"__name__": f"m{number:03}", "zone": str(number // 60)} for number in range(120)]
    first, second = body_selectors(series, "mark")
    assert 'zone="0"' in first and 'zone="1"' in second
