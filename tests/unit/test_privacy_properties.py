"""What must hold for every value anyone can think of: nothing merges, nothing private stays, everything comes back."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.places import FLAG, FLAGS, PLACES
from tests.policies import KEY, policy
from tests.unit import privacy_values as having
from tests.unit.privacy_values import LowNumbers
from vmexporter.core.privacy.identifiers import label_name_pseudonym
from vmexporter.core.privacy.mapping import Entry, PseudonymMap
from vmexporter.core.privacy.policy import LabelPolicy
from vmexporter.core.privacy.reveal import reveal, reveal_labels
from vmexporter.core.request import ObfuscationChoice

Place = tuple[str, str]
Spot = tuple[str, str, str, str]


def rewritten(tested: LabelPolicy, spot: Spot) -> str:
    metric, label, value, flag = spot
    return tested.rewrite_value(label, value, metric, flag=flag) or ""


@given(having.maps, having.places, st.lists(having.values, max_size=12, unique=True))
@settings(max_examples=400, deadline=None)
def test_two_values_of_a_label_never_become_one(empty: PseudonymMap, place: Place, some: list[str]) -> None:
    tested = policy(pseudonyms=empty)
    metric, label = place
    found = [tested.rewrite_value(label, value, metric) for value in some]
    assert len(set(found)) == len(some)
    assert [tested.rewrite_value(label, value, metric) for value in some] == found
    assert all(text is not None and text.isascii() for text in found)


@given(having.maps, having.flags, st.lists(having.flag_values, max_size=10, unique=True))
@settings(max_examples=400, deadline=None)
def test_two_values_of_a_flag_never_become_one(empty: PseudonymMap, flag: str, some: list[str]) -> None:
    tested = policy(pseudonyms=empty)
    found = [rewritten(tested, (FLAG, "value", value, flag)) for value in some]
    assert len(set(found)) == len(some)
    assert [rewritten(tested, (FLAG, "value", value, flag)) for value in some] == found


@pytest.mark.parametrize("level", ["strict", "none"])
@given(having.maps, having.places, st.lists(having.values, max_size=12, unique=True))
@settings(deadline=None)
def test_they_never_do_at_another_level(level: str, empty: PseudonymMap, place: Place, some: list[str]) -> None:
    tested = policy(ObfuscationChoice.model_validate({"level": level}), empty)
    metric, label = place
    assert len({tested.rewrite_value(label, value, metric) for value in some}) == len(some)


@pytest.mark.parametrize("kind", ["host_port", "custom_label", "fs_path", "tenant_id", "k8s_pod", "username"])
@pytest.mark.parametrize(
    "pieces",
    [
        ("name", "1", "2", "-", "_", "vmagent", ".", "x"),
        ("777", "10", "1", "-", ".", "name", ":80"),
        ("a", "@", "/", "://", ":", "?b=", "#", "<removed>"),
        (":", "1", "::", "0", "[", "]", "7777", "%"),
        ("dir", "-", "1", "/", "\\", ".yml", "data", "user"),
    ],
)
def test_values_made_to_collide_do_not(pieces: tuple[str, ...], kind: str) -> None:
    tested = policy(pseudonyms=LowNumbers(bytes(32)))
    metric, label = PLACES[kind]
    some = {"".join(chosen) for length in range(6) for chosen in itertools.product(pieces, repeat=length)}
    some = {value for number, value in enumerate(sorted(some)) if kind == "host_port" or number % 5 == 0}
    assert len({tested.rewrite_value(label, value, metric) for value in some}) == len(some)


@given(having.maps, st.lists(having.spots, max_size=8))
@settings(max_examples=400, deadline=None)
def test_what_holds_no_secret_comes_back_whole(empty: PseudonymMap, some: list[Spot]) -> None:
    tested = policy(pseudonyms=empty)
    found = [(spot[2], rewritten(tested, spot)) for spot in some]
    for value, pseudonym in found:
        if "<removed" not in pseudonym:
            assert reveal(pseudonym, empty) == value


@given(having.maps, st.lists(having.label_values, max_size=8))
@settings(max_examples=200, deadline=None)
def test_it_comes_back_from_within_a_text_too(empty: PseudonymMap, some: list[Spot]) -> None:
    tested = policy(pseudonyms=empty)
    found = [(spot[2], rewritten(tested, spot)) for spot in some]
    for value, pseudonym in found:
        if "<removed" not in pseudonym and pseudonym != value:
            assert reveal(f'"{pseudonym}" \\n{pseudonym}, %22{pseudonym}%22', empty) == (
                f'"{value}" \\n{value}, %22{value}%22'
            )


@given(having.maps, st.dictionaries(st.text(min_size=1, max_size=8), having.values, max_size=6), having.metrics)
@settings(deadline=None)
def test_label_sets_come_back_with_their_names(empty: PseudonymMap, some: dict[str, str], metric: str) -> None:
    tested = policy(pseudonyms=empty)
    labels = {"__name__": metric, **some}
    after = tested.rewrite_labels(labels)
    assert len(after) == len(labels)
    if not any("<removed" in value for value in after.values()):
        assert dict(reveal_labels(after.items(), empty)) == labels


@given(having.keys, having.places, having.values, having.values)
@settings(max_examples=300, deadline=None)
def test_a_private_word_is_nowhere_in_a_pseudonym(key: bytes, place: Place, before: str, after: str) -> None:
    tested = policy(pseudonyms=PseudonymMap(key))
    metric, label = place
    for value in (f"{before}qzx{after}", f"{before}-qzx.{after}", f"{before}/qzx-7/{after}"):
        assert "qzx" not in (tested.rewrite_value(label, value, metric) or "qzx").lower()


@given(having.keys, having.flags, having.flag_values, having.flag_values)
@settings(max_examples=300, deadline=None)
def test_nor_in_the_value_of_a_flag(key: bytes, flag: str, before: str, after: str) -> None:
    tested = policy(pseudonyms=PseudonymMap(key))
    for value in (f"{before}qzx{after}", f"{before},qzx,{after}", f'{before},"qzx,"', f"qzx={after}"):
        assert "qzx" not in rewritten(tested, (FLAG, "value", value, flag)).lower()


SECRETS = [
    "http://u:S3CRET@{}",
    "{}?x=S3CRET",
    "http://{}/?token=S3CRET&y=S3CRET",
    "http://{}/#S3CRET",
    "{} token=S3CRET",
]


@given(having.keys, st.lists(st.tuples(having.spots, st.sampled_from(SECRETS)), max_size=6))
@settings(max_examples=300, deadline=None)
def test_no_secret_is_in_a_pseudonym_or_in_the_map(key: bytes, some: list[tuple[Spot, str]]) -> None:
    known = PseudonymMap(key)
    tested = policy(pseudonyms=known)
    for (metric, label, value, flag), secret in some:
        clean = value.translate(dict.fromkeys(map(ord, "@#?\"'\\")))
        found = rewritten(tested, (metric, label, secret.format(clean), flag))
        assert "S3CRET" not in found
    assert "S3CRET" not in known.to_json()


@given(having.maps, st.lists(st.text(min_size=1, max_size=6) | st.sampled_from(["label_1", "a"]), unique=True))
@settings(deadline=None)
def test_two_label_names_never_become_one(empty: PseudonymMap, names: list[str]) -> None:
    tested = policy(pseudonyms=empty)
    found = [tested.label_name(name) for name in names]
    assert len(set(found)) == len(names)
    assert [next(iter(dict(reveal_labels([(name, "")], empty)))) for name in found] == names
    assert label_name_pseudonym(empty, "acme") == label_name_pseudonym(empty, "acme")


@given(having.maps, st.lists(having.metrics | st.text(min_size=1, max_size=6), unique=True))
@settings(deadline=None)
def test_two_metrics_never_become_one(empty: PseudonymMap, names: list[str]) -> None:
    tested = policy(pseudonyms=empty)
    found = [tested.rewrite_value("__name__", name) for name in names]
    assert len(set(found)) == len(names)
    assert [reveal(name or "", empty) for name in found] == names


@given(having.maps, st.lists(st.text("aAcCmMeE -./", max_size=12), max_size=6, unique=True))
@settings(deadline=None)
def test_own_words_vanish_and_come_back(empty: PseudonymMap, some: list[str]) -> None:
    tested = policy(ObfuscationChoice(words=("acme",), keep_labels=("zone",)), empty)
    found = [tested.rewrite_value("zone", value) or "" for value in some]
    assert len(set(found)) == len(some)
    assert not any("acme" in text.lower() for text in found)
    assert [reveal(text, empty) for text in found] == some


@given(having.keys, st.lists(having.spots, max_size=12), st.data())
@settings(deadline=None)
def test_file_and_journal_lose_nothing(key: bytes, some: list[Spot], data: st.DataObject) -> None:
    known = PseudonymMap(key)
    tested = policy(pseudonyms=known)
    journal: list[Entry] = []
    for spot in some:
        rewritten(tested, spot)
        if data.draw(st.booleans()):
            journal += known.take_new()
    journal += known.take_new()
    replayed = PseudonymMap(key)
    for entry in journal:
        replayed.add(entry)
    read = PseudonymMap.from_json(known.to_json())
    for again in (replayed, read):
        assert sorted(again.entries()) == sorted(known.entries())
        once_more = policy(pseudonyms=again)
        assert [rewritten(once_more, spot) for spot in some] == [rewritten(tested, spot) for spot in some]
        assert again.take_new() == []


def test_what_a_value_becomes_does_not_depend_on_the_others() -> None:
    """Only a collision of numbers makes it depend on what came before."""
    forms = [
        "acme{}",
        "10.1.2.{}",
        "h{}.acme.com:80",
        "/acme{}/data",
        "{}",
        "http://acme{}/insert/{}/x",
        "u{}@acme.com",
    ]
    spots: list[Spot] = [
        (place.metric, place.label, form.replace("{}", str(number)), "")
        for place in PLACES.values()
        for form in forms
        for number in range(1, 4)
    ]
    spots += [(FLAG, "value", f"acme{number},x", flag) for flag in FLAGS.values() for number in range(3)]
    forward, backward = policy(pseudonyms=PseudonymMap(KEY)), policy(pseudonyms=PseudonymMap(KEY))
    first = {spot: rewritten(forward, spot) for spot in spots}
    second = {spot: rewritten(backward, spot) for spot in reversed(spots)}
    same = sum(first[spot] == second[spot] for spot in spots)
    assert same > 0.8 * len(spots)
