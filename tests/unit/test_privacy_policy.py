"""The label policy: each label kept to the byte, mapped or dropped; what is no label part stops the export."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests import policies
from vmexporter.core.privacy.labels import build, fingerprint, parse
from vmexporter.core.privacy.policy import LabelPolicy
from vmexporter.core.request import ObfuscationChoice
from vmexporter.errors import BadExportLine


def policy(**choice: Any) -> LabelPolicy:
    return policies.policy(ObfuscationChoice(**choice))


def part(inside: bytes) -> bytes:
    return b'{"metric":{' + inside + b"}"


def test_everything_changes_that_no_table_knows_to_be_public() -> None:
    before = part(
        b'"__name__":"vm_rows","job":"acme","type":"indexdb/file","acme_tier":"gold","instance":"10.0.0.1:80"'
    )
    after = policy().rewrite(before)
    assert re.fullmatch(
        rb'\{"metric":\{"__name__":"vm_rows","job":"job-\d+","type":"indexdb/file","label_\d+":"label-\d+",'
        rb'"instance":"777\.777\.\d+\.\d+:80"\}',
        after,
    )


ODD = [
    b"",
    b'"type":"inmemory"',
    b'"__name__":"up","env":"\xff\xfe \xe2\x80\xa8 \xc2\x85 \xf0\x9f\x98\x80"',
    b'"env":"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\u003c\\ud83d\\ude00"',
    b'"e\\u006ev":"}\\",\\"values\\":["',
    b'"zone":""',
    b'"zone":"1","zone":"2"',
    b'"env":"\x7f"',
]


@pytest.mark.parametrize("inside", ODD)
def test_what_does_not_change_keeps_its_bytes(inside: bytes) -> None:
    keeping = policy(keep_labels=("env", "zone"))
    assert keeping.rewrite(part(inside)) == part(inside)
    with_job = part(inside + b"," * bool(inside) + b'"job":"x"')
    assert keeping.rewrite(with_job).startswith(part(inside)[:-1])
    assert policy(keep_labels=("env", "zone"), drop_labels=("job",)).rewrite(with_job) == part(inside)


@pytest.mark.parametrize("inside", [*ODD, b'"":""', b'"acme_tier":"1","acme_tier":"2"'])
def test_without_obfuscation_every_label_part_is_the_same_object(inside: bytes) -> None:
    whole = part(inside)
    assert policy(level="none").rewrite(whole) is whole


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
    for call in (policy().rewrite, parse):
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
    assert policy(keep_labels=("job",)).rewrite(part(name + b':"acme"')) == part(name + b':"acme"')


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
        (b'"x":"1","type":"2","GOOS":"3"', b'"type":"2","GOOS":"3"'),
        (b'"type":"2","x":"1","GOOS":"3"', b'"type":"2","GOOS":"3"'),
        (b'"type":"2","GOOS":"3","x":"1"', b'"type":"2","GOOS":"3"'),
        (b'"x":"1"', b""),
        (b'"y":"1","x":"1"', b""),
    ],
)
def test_a_dropped_label_goes_with_its_comma(inside: bytes, left: bytes) -> None:
    assert policy(keep_labels=("type", "GOOS"), drop_labels=("x", "y")).rewrite(part(inside)) == part(left)
    assert policy(level="none", drop_labels=("x", "y")).rewrite(part(inside)) == part(left)


def test_without_obfuscation_only_drops_happen() -> None:
    plain = policy(level="none", drop_labels=("x",))
    assert plain.rewrite(part(b'"job":"acme","x":"1"')) == part(b'"job":"acme"')
    assert plain.rewrite_labels({"job": "acme", "x": "1"}) == {"job": "acme"}
    assert plain.describe() == {"mapped": (), "kept": (), "dropped": ("x",)}


def test_what_was_mapped_kept_and_dropped_is_described_by_the_names_in_the_bundle() -> None:
    tested = policy(keep_labels=("zone", "acme_keep"), map_labels=("type",), drop_labels=("env", "acme_drop"))
    assert tested.describe()["mapped"] == (), "nothing was met yet"
    labels = {"__name__": "up", "type": "indexdb", "zone": "z", "acme_tier": "gold", "code": "200", "customer": ""}
    after = tested.rewrite(json.dumps({"metric": labels}, separators=(",", ":")).encode()[:-1])
    found = tested.describe()
    assert found["mapped"] == tuple(sorted(["type", tested.label_name("acme_tier")]))
    assert found["kept"] == ("zone", tested.label_name("acme_keep"))
    assert found["dropped"] == ("env", tested.label_name("acme_drop"))
    assert "acme" not in str(found) + after.decode()


def test_label_sets_and_lines_are_treated_alike() -> None:
    labels = {
        "__name__": "acme:rows:rate",
        "job": 'a "b" \\ \n é',
        "instance": "http://u:p@h/x",
        "pod": "vmagent-x-0",
        "acme_tier": "1",
        "reason": "timeout",
        "path": "/acme/data",
        "x": "1",
    }
    flag = {"__name__": "flag", "name": "httpListenAddr", "value": "10.1.2.3:80", "is_set": "true"}
    moved = {"__name__": "flag", "exported_name": "httpListenAddr", "name": "acme", "value": "10.1.2.3:80"}
    same = policy(drop_labels=("x",))
    for one in (labels, flag, moved):
        line = json.dumps({"metric": one}, ensure_ascii=False, separators=(",", ":")).encode()[:-1]
        assert json.loads(same.rewrite(line) + b"}")["metric"] == same.rewrite_labels(one)
    assert same.rewrite_value("x", "1") is None


def test_fingerprints_count_series_whatever_order_and_spelling() -> None:
    first = fingerprint(parse(part(rb'"a":"1","b":"\u003c\n","c":"\"x"')))
    assert first == fingerprint(parse(part(rb'"c":"\"x","b":"<\u000a","a":"1"')))
    assert 0 <= first < 1 << 64
    others = [b'"a":"1","b":"2"', b'"a":"1b","":"2"', b'"a":"1","b":"2","c":""', b'"b":"1","a":"2"', b""]
    assert len({fingerprint(parse(part(inside))) for inside in others}) == len(others)


def test_pairs_are_rewritten_as_the_part_is() -> None:
    before = part(b'"__name__":"up","job":"acme"')
    assert build(policy().rewrite_pairs(parse(before))) == policy().rewrite(before) != before
    untouched = parse(part(b'"type":"inmemory"'))
    assert policy().rewrite_pairs(untouched) is untouched


def test_the_caches_are_bounded_and_change_nothing() -> None:
    many = policy()
    lines = [part(b'"instance":"10.%d.%d.1:80"' % (n >> 8, n & 255)) for n in range(9000)]
    lines += [part(b'"__name__":"acme_%d","path":"/acme/%d"' % (n, n % 7)) for n in range(5000)]
    first = [many.rewrite(line) for line in lines]
    assert [many.rewrite(line) for line in lines] == first
    assert len(set(first)) == len(lines)


def test_metrics_that_the_tables_do_not_tell_apart_share_what_they_have_met() -> None:
    """And those that they do tell apart do not: ``name`` is an enumeration here and a URL there."""
    tested = policy()
    url = b'"name":"1:http://acme.example/api/v1/write"'
    queue, rows = (
        tested.rewrite(part(b'"__name__":"%b",' % name + url))
        for name in (b"vm_persistentqueue_blocks_read_total", b"vm_rows")
    )
    assert b"1:http://name-" in queue
    assert b"acme" not in queue + rows
    assert tested.rewrite(part(b'"__name__":"flag","name":"httpListenAddr"')).endswith(b'"name":"httpListenAddr"}')
    assert b"httpListenAddr" not in tested.rewrite(part(b'"__name__":"up","name":"httpListenAddr"'))
