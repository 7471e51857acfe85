"""The label policy: each label kept to the byte, mapped or dropped; what is no label part stops the export."""

from __future__ import annotations

import json
import re

import pytest

from vmexporter.core.privacy.labels import series_fingerprint
from vmexporter.core.privacy.mapping import PseudonymMap
from vmexporter.core.privacy.policy import LabelPolicy
from vmexporter.core.privacy.pseudonyms import Pseudonyms
from vmexporter.core.request import ObfuscationChoice
from vmexporter.errors import BadExportLine


def policy(map_labels: tuple[str, ...] = ("instance", "job"), drop_labels: tuple[str, ...] = ()) -> LabelPolicy:
    choice = ObfuscationChoice(map_labels=map_labels, drop_labels=drop_labels)
    return LabelPolicy(choice, Pseudonyms(PseudonymMap(bytes(range(32)))))


def part(inside: bytes) -> bytes:
    return b'{"metric":{' + inside + b"}"


def test_only_chosen_labels_change() -> None:
    before = part(b'"__name__":"up","job":"acme","env":"prod","instance":"10.0.0.1:80"')
    after = policy().rewrite(before)
    assert re.fullmatch(
        rb'\{"metric":\{"__name__":"up","job":"job-\d+","env":"prod","instance":"777\.777\.\d+\.\d+:80"\}', after
    )


ODD = [
    b"",
    b'"a":"b"',
    b'"__name__":"up","env":"\xff\xfe \xe2\x80\xa8 \xc2\x85 \xf0\x9f\x98\x80"',
    b'"env":"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\u003c\\ud83d\\ude00"',
    b'"e\\u006ev":"}\\",\\"values\\":["',
    b'"":""',
    b'"a":"1","a":"2"',
    b'"env":"\x7f"',
]


@pytest.mark.parametrize("inside", ODD)
def test_what_does_not_change_keeps_its_bytes(inside: bytes) -> None:
    assert policy().rewrite(part(inside)) == part(inside)
    with_job = part(inside + b"," * bool(inside) + b'"job":"x"')
    assert policy().rewrite(with_job).startswith(part(inside)[:-1])
    assert policy(drop_labels=("job",)).rewrite(with_job) == part(inside)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b'{"metric":{',
        b'{"metric":}',
        b'{"metric":{"a":"b"',
        b'{"metric":{"a":"b",}',
        b'{"metric":{,"a":"b"}',
        b'{"metric":{"a":"b""c":"d"}',
        b'{"metric":{"a":"b" ,"c":"d"}',
        b'{"metric":{"a": "b"}',
        b'{"metric": {"a":"b"}',
        b'{"metric":{"a":1}',
        b'{"metric":{"a":null}',
        b'{"metric":{"a":"b\n"}',
        b'{"metric":{"a":"\x00"}',
        b'{"metric":{"a":"\\x41"}',
        b'{"metric":{"a":"\\u00"}',
        b'{"metric":{"a":"b\\"}',
        b'{"metric":{"a":"b"}}',
        b'{"metric":{"a":"b"},"values":[1]}',
        b'{"metric":{"a":"b","c"}',
        b'{"metric":{"a":"b",x"c":"d"}',
        b'x{"metric":{"a":"b"}',
        b"cannot export: too many series",
    ],
)
def test_anything_else_is_refused_without_a_word_of_it(line: bytes) -> None:
    for call in (policy().rewrite, policy().rewrite_part, series_fingerprint):
        with pytest.raises(BadExportLine) as error:
            call(line)
        assert "too many" not in error.value.message


def test_half_a_character_in_a_mapped_label_is_refused() -> None:
    with pytest.raises(BadExportLine):
        policy().rewrite(part(rb'"job":"\udc80"'))


@pytest.mark.parametrize("name", [rb'"job"', rb'"j\u006fb"'])
def test_a_label_is_found_however_its_name_is_spelled(name: bytes) -> None:
    after = policy().rewrite(part(name + b':"acme"'))
    assert b"acme" not in after
    assert after.startswith(part(name)[:-1])
    assert policy(drop_labels=("job",)).rewrite(part(name + b':"acme"')) == part(b"")


def test_spellings_of_one_value_become_one_and_other_bytes_another() -> None:
    one, same, other = (policy_value(value) for value in (rb"<acme\u002f>", rb"\u003cacme/>", b"<acme/\xff>"))
    assert one == same != other


SHARED = policy()


def policy_value(value: bytes) -> str:
    text: str = json.loads(SHARED.rewrite(part(b'"instance":"' + value + b'"')) + b"}")["metric"]["instance"]
    return text


@pytest.mark.parametrize(
    ("inside", "left"),
    [
        (b'"x":"1","a":"2","b":"3"', b'"a":"2","b":"3"'),
        (b'"a":"2","x":"1","b":"3"', b'"a":"2","b":"3"'),
        (b'"a":"2","b":"3","x":"1"', b'"a":"2","b":"3"'),
        (b'"x":"1"', b""),
        (b'"y":"1","x":"1"', b""),
    ],
)
def test_a_dropped_label_goes_with_its_comma(inside: bytes, left: bytes) -> None:
    assert policy(drop_labels=("x", "y")).rewrite(part(inside)) == part(left)


def test_without_obfuscation_only_drops_happen() -> None:
    plain = LabelPolicy(ObfuscationChoice(enabled=False, drop_labels=("x",)), None)
    assert plain.rewrite(part(b'"job":"acme","x":"1"')) == part(b'"job":"acme"')
    assert plain.rewrite_labels({"job": "acme", "x": "1"}) == {"job": "acme"}
    assert plain.describe() == {"mapped": [], "dropped": ["x"]}
    whole = part(b'"job":"acme"')
    assert plain.rewrite(whole) is whole


def test_obfuscation_without_a_map_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="no map"):
        LabelPolicy(ObfuscationChoice(), None)


def test_dropping_wins_over_mapping_and_is_described() -> None:
    both = policy(("job", "instance"), ("job",))
    assert both.describe() == {"mapped": ["instance"], "dropped": ["job"]}
    assert both.rewrite(part(b'"job":"acme"')) == part(b"")
    assert [both.action(label) for label in ("job", "instance", "env")] == ["drop", "map", "keep"]


def test_label_sets_and_lines_are_treated_alike() -> None:
    labels = {"__name__": "up", "job": 'a "b" \\ \n é', "instance": "http://u:p@h/x", "pod": "vmagent-x-0", "x": "1"}
    same = policy(("job", "instance", "pod"), ("x",))
    line = json.dumps({"metric": labels}, ensure_ascii=False, separators=(",", ":")).encode()[:-1]
    assert json.loads(same.rewrite(line) + b"}")["metric"] == same.rewrite_labels(labels)
    assert same.rewrite_value("x", "1") is None


def test_fingerprints_count_series_whatever_order_and_spelling() -> None:
    first = series_fingerprint(part(rb'"a":"1","b":"\u003c\n","c":"\"x"'))
    assert first == series_fingerprint(part(rb'"c":"\"x","b":"<\u000a","a":"1"'))
    assert 0 <= first < 1 << 64
    others = [b'"a":"1","b":"2"', b'"a":"1b","":"2"', b'"a":"1","b":"2","c":""', b'"b":"1","a":"2"', b""]
    assert len({series_fingerprint(part(inside)) for inside in others}) == len(others)


def test_one_parse_gives_the_rewritten_part_and_both_fingerprints() -> None:
    before = part(b'"__name__":"up","job":"acme"')
    found = policy().rewrite_part(before)
    assert found.part == policy().rewrite(before)
    assert found.original_fingerprint == series_fingerprint(before)
    assert found.fingerprint == series_fingerprint(found.part) != found.original_fingerprint
    untouched = policy().rewrite_part(part(b'"a":"b"'))
    assert untouched.fingerprint == untouched.original_fingerprint


def test_the_cache_is_bounded_and_changes_nothing() -> None:
    many = policy()
    lines = [part(b'"instance":"10.%d.%d.1:80"' % (n >> 8, n & 255)) for n in range(9000)]
    first = [many.rewrite(line) for line in lines]
    assert [many.rewrite(line) for line in lines] == first
    assert len(set(first)) == len(lines)
