"""The map: one pseudonym for one original, kept through file and journal; what contradicts itself is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from vmexporter.core.privacy.mapping import Entry, PseudonymMap
from vmexporter.core.privacy.pseudonyms import Pseudonyms
from vmexporter.errors import BundleDamaged

KEY = bytes(range(32))


def filled() -> PseudonymMap:
    pseudonyms = Pseudonyms(PseudonymMap(KEY))
    for value in (
        "10.20.30.40:80",
        "[fd12::1]:80",
        "[FD12::1]:80",
        "vmstorage-acme-0.ns",
        "http://u:pw@h/",
        "é\udc80 \n",
    ):
        pseudonyms.target(value)
    pseudonyms.job("acme-vmstorage")
    pseudonyms.plain("customer", 'ACME "GmbH"')
    return pseudonyms.map


def changed(**changes: Any) -> str:
    return json.dumps(json.loads(filled().to_json()) | changes)


def test_a_map_comes_back_from_its_file_and_goes_on_as_before() -> None:
    first = filled()
    second = PseudonymMap.from_json(first.to_json())
    assert list(second.entries()) == list(first.entries())
    assert second.to_json() == first.to_json()
    assert Pseudonyms(second).target("10.20.30.41") == Pseudonyms(first).target("10.20.30.41")
    assert [entry.original for entry in second.take_new()] == ["10.20.30.41"]


def test_the_file_is_plain_ascii_and_holds_pseudonym_and_original_by_kind() -> None:
    text = filled().to_json()
    document = json.loads(text)
    assert text.isascii()
    assert {"format", "version", "map_id", "key", "kinds"} == set(document)
    assert "10.20.30.40" in document["kinds"]["ipv4"].values()
    assert all(key.startswith("777.777.") for key in document["kinds"]["ipv4"])


def test_a_map_of_the_first_version_is_a_map() -> None:
    assert list(PseudonymMap.from_json(changed(version=1)).entries()) == list(filled().entries())


def test_an_empty_map_is_a_map() -> None:
    assert len(PseudonymMap.from_json(PseudonymMap(KEY).to_json())) == 0


def test_the_map_id_names_the_key_and_tells_nothing() -> None:
    first, other = PseudonymMap(KEY), PseudonymMap(bytes(32))
    assert first.map_id == filled().map_id != other.map_id
    assert len(first.map_id) == 16
    assert first.map_id not in KEY.hex()
    assert KEY.hex() not in repr(first)


def test_a_journal_of_new_entries_makes_the_same_map_again() -> None:
    pseudonyms = Pseudonyms(PseudonymMap(KEY))
    journal: list[Entry] = []
    for window in (["10.0.0.1:1", "a.b"], [], ["10.0.0.2:1", "10.0.0.1:1", "c.b", "[::1]:5"]):
        for value in window:
            pseudonyms.target(value)
        journal += pseudonyms.map.take_new()
    replayed = PseudonymMap(KEY)
    for entry in journal:
        replayed.add(Entry(*json.loads(json.dumps(entry))))
    assert sorted(replayed.entries()) == sorted(pseudonyms.map.entries()) == sorted(journal)
    assert replayed.take_new() == []
    assert Pseudonyms(replayed).target("10.0.0.9") == pseudonyms.target("10.0.0.9")
    assert replayed.take_new() == pseudonyms.map.take_new()


def test_subnets_stand_before_their_hosts_in_a_journal() -> None:
    kinds = [entry.kind for entry in filled().take_new()]
    assert kinds.index("ipv4-subnet") < kinds.index("ipv4")
    assert kinds.index("ipv6-subnet") < kinds.index("ipv6")


def test_the_same_entry_twice_is_one() -> None:
    pseudonyms = PseudonymMap(KEY)
    for _ in range(2):
        pseudonyms.add(Entry("name", "acme", "name-3"))
    assert len(pseudonyms) == 1


@pytest.mark.parametrize(
    "entry",
    [
        Entry("name", "acme", "name-4"),
        Entry("name", "other", "name-3"),
        Entry("label:name", "other", "name-3"),
        Entry("name", "other", "acme"),
        Entry("ipv4", "10.0.0.1", "10.0.0.1"),
        Entry("job", "acme", "vmstorage-job-x"),
        Entry("label:customer", "acme", "client-1"),
        Entry("of the future", "acme", "name-9"),
    ],
    ids=["original twice", "pseudonym twice", "twice across kinds", "form", "address", "job", "label", "kind"],
)
def test_an_entry_that_contradicts_the_map_is_refused_without_a_word_of_it(entry: Entry) -> None:
    pseudonyms = PseudonymMap(KEY)
    pseudonyms.add(Entry("name", "acme", "name-3"))
    with pytest.raises(BundleDamaged) as error:
        pseudonyms.add(entry)
    assert "acme" not in error.value.message
    assert len(pseudonyms) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        "[" * 100_000,
        changed(format="something else"),
        changed(version=3),
        changed(version=0),
        changed(version="1"),
        changed(key="00"),
        changed(key="00" * 32),
        changed(key=None),
        changed(kinds=[]),
        changed(kinds={"name": []}),
        changed(kinds={"name": {"name-1": 5}}),
        changed(kinds={"name": {"name-1": "a", "name-2": "a"}}),
        changed(kinds={"name": {"name-1": "a"}, "label:name": {"name-1": "b"}}),
        changed(kinds={"name": {"acme": "a"}}),
        changed(kinds={"of the future": {"name-1": "a"}}),
        changed(kinds={"name": {"name-1": "a"}}).replace('"name-1": "a"', '"name-1": "a", "name-1": "b"'),
    ],
)
def test_what_is_no_whole_map_is_refused(text: str) -> None:
    with pytest.raises(BundleDamaged):
        PseudonymMap.from_json(text)


def test_a_key_has_its_length() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        PseudonymMap(b"short")


def test_numbers_follow_from_the_key_and_not_from_the_order() -> None:
    values = [f"10.{subnet}.7.{host}" for subnet in range(20) for host in range(20)] + [f"web-{n}x" for n in range(300)]
    forward, backward = Pseudonyms(PseudonymMap(KEY)), Pseudonyms(PseudonymMap(KEY))
    first = {value: forward.target(value) for value in values}
    second = {value: backward.target(value) for value in reversed(values)}
    same = sum(first[value] == second[value] for value in values)
    assert same >= 0.8 * len(values)  # only collisions depend on the order


def test_numbers_say_nothing_about_the_order_of_the_originals() -> None:
    pseudonyms = Pseudonyms(PseudonymMap(KEY))
    series = [
        [int(pseudonyms.target(f"10.0.{subnet:d}.1").split(".")[2]) for subnet in range(250)],
        [int(pseudonyms.target(f"10.9.9.{host:d}").split(".")[3]) for host in range(250)],
        [int(pseudonyms.host(f"node{number:04d}").removeprefix("name-")) for number in range(500)],
    ]
    for numbers in series:
        assert abs(correlation(numbers)) < 0.15
        assert len(set(numbers)) == len(numbers)


def correlation(numbers: list[int]) -> float:
    """Of each number's rank with its place: 1 for sorted numbers, about 0 for shuffled ones."""
    ranks = {number: rank for rank, number in enumerate(sorted(numbers))}
    size = len(numbers)
    apart = sum((place - ranks[number]) ** 2 for place, number in enumerate(numbers))
    return 1 - 6 * apart / (size * (size * size - 1))
