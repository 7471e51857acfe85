"""What must hold for every value anyone can think of: nothing merges, nothing private stays, everything comes back."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vmexporter.core.privacy.labels import build, decode, encode, fingerprint, parse
from vmexporter.core.privacy.mapping import Entry, PseudonymMap
from vmexporter.core.privacy.policy import LabelPolicy
from vmexporter.core.privacy.pseudonyms import Pseudonyms
from vmexporter.core.privacy.reveal import reveal
from vmexporter.core.privacy.vocabulary import COMPONENT_WORDS, DOMAIN_WORDS
from vmexporter.core.request import ObfuscationChoice
from vmexporter.errors import BadExportLine


class LowNumbers(PseudonymMap):
    """A map whose numbers are 1, 2, 3, ..., so that originals that look like pseudonyms meet them."""

    def draws(self, kind: str, original: str) -> Iterator[int]:
        return itertools.count(self.count(kind))


keys = st.binary(min_size=32, max_size=32)
numbers = st.integers(0, 260).map(str) | st.sampled_from(["777", "778", "007", "4242", "7777"])
ipv4 = st.tuples(numbers, numbers, numbers, numbers).map(".".join)
ipv6 = st.ip_addresses(v=6).flatmap(
    lambda address: st.sampled_from([str(address), str(address).upper(), address.exploded, f"{address}%eth0"])
) | st.sampled_from(
    ["::1", "::", "::ffff:10.1.2.3", "::FFFF:10.1.2.3", "7777:7777::1:1", "7777:7777:1::1:1", "fd12::0:1"]
)
words = st.sampled_from(sorted(COMPONENT_WORDS | DOMAIN_WORDS)) | st.sampled_from(
    ["name", "job", "instance", "ip", "acme", "ACME", "name-3", "ip-10-20-30-40", "10-1-2-3", "777-777-1-1", "日本", ""]
)
parts = st.lists(words | numbers, min_size=1, max_size=5).flatmap(
    lambda pieces: st.lists(st.sampled_from("-_-"), min_size=len(pieces), max_size=len(pieces)).map(
        lambda dashes: "".join(a + b for a, b in zip(dashes, pieces, strict=True))[1:]
    )
)
hosts = st.lists(parts | words, min_size=1, max_size=4).map(".".join) | ipv4
bare = hosts | ipv6 | ipv6.map("[{}]".format)
targets = st.tuples(bare, st.sampled_from(["", ":80", ":8482", ":"])).map("".join)
schemes = st.sampled_from(["", "http://", "https://", "1:http://", "acme://", "://"])
users = st.sampled_from(["", "", "user@", "user:@", "a:b@", "a:c@", "@", ":p@", "a:b/c@"])
tails = st.sampled_from(
    ["", "", "/", "/metrics", "/a/b.c", "/x y", "?a=b", "?a=c", "?a=", "?b", "#f", "/@x", "/a=b", "<removed>"]
)
urls = st.tuples(schemes, users, targets, tails).map("".join)
plain = st.text(max_size=12) | st.sampled_from(
    ["instance-3", "customer-3", "label-1", "name-3", "job-1", "vmstorage-job-1"]
)
values = targets | urls | plain
maps = keys.map(PseudonymMap) | keys.map(LowNumbers)
labels = st.sampled_from(["instance", "pod", "job", "customer", "name", "user", "vmstorage", "cluster", "url"])


@given(maps, labels, st.lists(values, max_size=12, unique=True))
@settings(max_examples=400)
def test_two_values_of_a_label_never_become_one(empty: PseudonymMap, label: str, some: list[str]) -> None:
    pseudonyms = Pseudonyms(empty)
    found = [pseudonyms.value(label, value) for value in some]
    assert len(set(found)) == len(some)
    assert [pseudonyms.value(label, value) for value in some] == found
    assert all(text.isascii() and '"' not in text and "\\" not in text for text in found)


@pytest.mark.parametrize("label", ["instance", "customer"])
@pytest.mark.parametrize(
    "pieces",
    [
        ("name", "1", "2", "-", "_", "vmagent", ".", "x"),
        ("777", "10", "1", "-", ".", "name", ":80"),
        ("a", "@", "/", "://", ":", "?b=", "#", "<removed>"),
        (":", "1", "::", "0", "[", "]", "7777", "%"),
    ],
)
def test_values_made_to_collide_do_not(pieces: tuple[str, ...], label: str) -> None:
    pseudonyms = Pseudonyms(LowNumbers(bytes(32)))
    some = {"".join(chosen) for length in range(6) for chosen in itertools.product(pieces, repeat=length)}
    assert len({pseudonyms.value(label, value) for value in some}) == len(some)


@given(maps, labels, st.lists(values, max_size=8))
@settings(max_examples=400)
def test_what_holds_no_secret_comes_back_whole(empty: PseudonymMap, label: str, some: list[str]) -> None:
    pseudonyms = Pseudonyms(empty)
    found = [(value, pseudonyms.value(label, value)) for value in some]
    for value, pseudonym in found:
        if "<removed" not in pseudonym:
            assert reveal(pseudonym, pseudonyms.map) == value
            assert reveal(f'"{pseudonym}" \\n{pseudonym}, %22{pseudonym}%22', pseudonyms.map) == (
                f'"{value}" \\n{value}, %22{value}%22'
            )


@given(keys, values, values)
def test_a_private_word_is_nowhere_in_a_pseudonym(key: bytes, before: str, after: str) -> None:
    pseudonyms = Pseudonyms(PseudonymMap(key))
    for value in (f"{before}qzx{after}", f"{before}-qzx.{after}", f"{before}/qzx-7/{after}"):
        for label in ("instance", "job", "customer"):
            found = pseudonyms.value(label, value)
            where = found if "?" not in value else found.partition("?")[0]  # the names of arguments stay
            assert "qzx" not in where


@given(keys, st.lists(st.tuples(labels, values), max_size=12), st.data())
def test_file_and_journal_lose_nothing(key: bytes, some: list[tuple[str, str]], data: st.DataObject) -> None:
    pseudonyms = Pseudonyms(PseudonymMap(key))
    journal: list[Entry] = []
    for label, value in some:
        pseudonyms.value(label, value)
        if data.draw(st.booleans()):
            journal += pseudonyms.map.take_new()
    journal += pseudonyms.map.take_new()
    replayed = PseudonymMap(key)
    for entry in journal:
        replayed.add(entry)
    read = PseudonymMap.from_json(pseudonyms.map.to_json())
    for again in (Pseudonyms(replayed), Pseudonyms(read)):
        assert sorted(again.map.entries()) == sorted(pseudonyms.map.entries())
        assert [again.value(*pair) for pair in some] == [pseudonyms.value(*pair) for pair in some]
        assert again.map.take_new() == []


@given(
    st.binary(max_size=40)
    | st.lists(st.sampled_from([b'"', b"a", b":", b",", b"\\", b"u0041", b"\xff", b"{", b"}"])).map(b"".join)
)
@settings(max_examples=500)
def test_a_label_part_is_read_as_json_reads_it_or_not_at_all(inside: bytes) -> None:
    line = b'{"metric":{' + inside + b"}"
    try:
        pairs = parse(line)
    except BadExportLine:
        return
    assert build(pairs) == line
    read = json.loads((line + b"}").decode("utf-8", "surrogateescape"), object_pairs_hook=list)[0][1]
    assert read == [(decode(name), decode(value)) for name, value in pairs]


texts = st.text(max_size=8) | st.binary(max_size=8).map(lambda raw: raw.decode("utf-8", "surrogateescape"))


@given(texts)
def test_text_survives_encoding(text: str) -> None:
    assert decode(encode(text)) == text
    assert (
        json.loads(b'"' + encode(text).decode("utf-8", "surrogateescape").encode("utf-8", "surrogatepass") + b'"')
        == text
    )


@given(
    keys, st.dictionaries(texts | st.sampled_from(["job", "instance", "x"]), texts | values, max_size=6), st.randoms()
)
def test_lines_label_sets_and_fingerprints_agree(key: bytes, some: dict[str, str], random: object) -> None:
    choice = ObfuscationChoice(map_labels=("job", "instance"), drop_labels=("x",))
    policy = LabelPolicy(choice, Pseudonyms(PseudonymMap(key)))
    line = build([(encode(name), encode(value)) for name, value in some.items()])
    rewritten = policy.rewrite_part(line)
    pairs = parse(rewritten.part)
    assert {decode(name): decode(value) for name, value in pairs} == policy.rewrite_labels(some)
    assert rewritten.fingerprint == fingerprint(pairs) == fingerprint(pairs[::-1])
    kept = [pair for pair in parse(line) if decode(pair[0]) not in ("job", "instance", "x")]
    assert [pair for pair in pairs if decode(pair[0]) not in ("job", "instance")] == kept
