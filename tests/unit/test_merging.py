"""Two maps merge when they agree: all entries of both, the key of the first; otherwise an error that shows no value."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from vmexporter.core.privacy.mapping import Entry, PseudonymMap
from vmexporter.core.privacy.merging import merge
from vmexporter.errors import InvalidInput

KINDS = {"name": "name-{}", "job": "vmagent-job-{}", "label:team": "team-{}", "label:name": "name-{}"}

entries = st.builds(
    lambda kind, original, number: Entry(kind, original, KINDS[kind].format(number)),
    st.sampled_from(sorted(KINDS)),
    st.sampled_from(["acme", "globex", "initech", "é\udc80", ""]),
    st.integers(1, 6),
)


def fits(known: PseudonymMap, entry: Entry) -> bool:
    """Whether a map may hold *entry* beside what it holds."""
    same = known.pseudonym_of(entry.kind, entry.original) is None and known.original_of(entry.pseudonym) is None
    return same or known.pseudonym_of(entry.kind, entry.original) == entry.pseudonym


def made(wanted: list[Entry], key: int = 0, base: PseudonymMap | None = None) -> PseudonymMap:
    """A map of *base* and those of *wanted* that do not contradict what is there."""
    known = PseudonymMap(bytes([key]) * 32)
    for entry in [*(base.entries() if base else ()), *wanted]:
        if fits(known, entry):
            known.add(entry)
    return known


def content(known: PseudonymMap) -> set[Entry]:
    return set(known.entries())


def agree(first: PseudonymMap, second: PseudonymMap) -> bool:
    """By definition: nothing has two of what it may have one of."""
    both = content(first) | content(second)
    originals = {(entry.kind, entry.original) for entry in both}
    return len(both) == len(originals) == len({entry.pseudonym for entry in both})


lists = st.lists(entries, max_size=8)
maps = st.builds(made, lists, st.integers(0, 3))


@given(maps)
def test_a_map_and_itself_are_that_map(known: PseudonymMap) -> None:
    empty = PseudonymMap(known.key)
    for merged in (merge(known, known), merge(known, empty), merge(empty, known)):
        assert merged.to_json() == known.to_json()


@given(lists, lists)
def test_a_map_and_what_it_was_extended_to_are_the_latter(first: list[Entry], more: list[Entry]) -> None:
    base = made(first)
    extended = made(more, base=base)
    assert content(merge(base, extended)) == content(merge(extended, base)) == content(extended)


@given(maps, maps)
def test_they_merge_exactly_when_they_agree(first: PseudonymMap, second: PseudonymMap) -> None:
    before = first.to_json(), second.to_json()
    if agree(first, second):
        merged = merge(first, second)
        assert content(merged) == content(first) | content(second) == content(merge(second, first))
        assert (merged.key, merged.map_id) == (first.key, first.map_id)
        assert all(merged.original_of(entry.pseudonym) == entry.original for entry in content(merged))
        assert merged.take_new() == [] and content(PseudonymMap.from_json(merged.to_json())) == content(merged)
    else:
        for one, other in ((first, second), (second, first)):
            with pytest.raises(InvalidInput, match="contradict"):
                merge(one, other)
    assert (first.to_json(), second.to_json()) == before


@given(lists, lists, lists)
def test_in_whatever_order(first: list[Entry], second: list[Entry], third: list[Entry]) -> None:
    three = made(first), made(second), made(third)
    assume(all(agree(one, other) for one, other in permutations(three, 2)))
    found = {frozenset(content(merge(merge(a, b), c))) for a, b, c in permutations(three)}
    found |= {frozenset(content(merge(a, merge(b, c)))) for a, b, c in permutations(three)}
    assert len(found) == 1


def test_a_merged_map_goes_on() -> None:
    """What is added later gets a pseudonym that neither of the two has given."""
    merged = merge(made([Entry("name", "acme", "name-1")]), made([Entry("name", "globex", "name-2")], key=1))
    assert merged.assign("name", "initech", (f"name-{number}" for number in range(1, 9))) == "name-3"
    assert merged.take_new() == [Entry("name", "initech", "name-3")]


def test_conflicts_are_counted_by_kind_and_not_shown() -> None:
    first = made([Entry("name", "acme", "name-1"), Entry("job", "acme", "job-1"), Entry("job", "hooli", "job-3")])
    second = made(
        [
            Entry("name", "acme", "name-2"),
            Entry("name", "globex", "name-1"),
            Entry("job", "globex", "job-1"),
            Entry("job", "hooli", "job-3"),
        ]
    )
    with pytest.raises(InvalidInput) as error:
        merge(first, second)
    assert "3 of their entries contradict each other: 1 of the kind job, 2 of the kind name" in error.value.message
    assert error.value.field == "map" and "--map" in error.value.hint
    told = error.value.message + error.value.hint
    assert not any(word in told for word in ("acme", "globex", "hooli", "name-1", "job-1"))


def test_one_pseudonym_of_two_kinds_is_a_conflict() -> None:
    """Even of one original: a map is turned back without asking for the kind."""
    first, second = made([Entry("name", "acme", "name-1")]), made([Entry("label:name", "acme", "name-1")])
    with pytest.raises(InvalidInput, match="1 of the kind label:name"):
        merge(first, second)


def test_hosts_come_with_their_subnets() -> None:
    subnet, host, other = (
        Entry("ipv4-subnet", "10.20.30", "777.777.1"),
        Entry("ipv4", "10.20.30.40", "777.777.1.1"),
        Entry("ipv4", "10.20.30.41", "777.777.1.2"),
    )
    merged = merge(made([subnet, host]), made([subnet, other]))
    assert list(merged.entries()) == [subnet, host, other]
    with pytest.raises(InvalidInput, match="2 of their entries"):
        merge(merged, made([Entry("ipv4-subnet", "10.9.9", "777.777.1"), Entry("ipv4", "10.9.9.1", "777.777.1.1")]))
