"""A series' name goes to a JSON label part and back without loss, whatever bytes are in it, and only so."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.unit.native_streams import name
from vmexporter.core.formats import label_cache
from vmexporter.core.native.names import name_of, pairs_of
from vmexporter.core.privacy.labels import build, parse
from vmexporter.errors import BadExportLine, VmexporterError

HARD = [
    b"\0",
    b"\1",
    b"\2",
    b"\0\1\2\x03\x1f\x7f",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    "中😀\u2028".encode(),
    b'"\\',
    b"\\u0001",
]

texts = st.one_of(
    st.sampled_from(HARD), st.binary(max_size=12), st.text(max_size=12).map(lambda text: text.encode("utf-8"))
)
full = texts.filter(bool)
label_names = st.one_of(st.sampled_from([b"job", b"Job", b"instance", b"zone", b"a"]), full).filter(
    lambda label: label != b"__name__"
)
label_sets = st.dictionaries(label_names, full, max_size=6)


@given(texts, label_sets)
@example(b"", {})
@example(b"", {text: text for text in HARD})
@settings(max_examples=300)
def test_any_name_comes_back(metric: bytes, labels: dict[bytes, bytes]) -> None:
    """The servers' order is applied on the way back; from then on nothing changes."""
    as_it_came = name(metric, *labels.items())
    back = name_of(pairs_of(as_it_came))
    assert sorted(pairs_in(back)) == sorted(pairs_in(as_it_came))
    assert name_of(pairs_of(back)) == back


@given(st.text(max_size=8), st.dictionaries(st.text(min_size=1, max_size=5), st.text(max_size=5), max_size=5))
@settings(max_examples=200)
def test_the_label_part_is_what_json_says(metric: str, labels: dict[str, str]) -> None:
    labels.pop("__name__", None)
    part = build(pairs_of(name(metric.encode(), *((k.encode(), v.encode()) for k, v in labels.items()))))
    expected = {"__name__": metric, **labels}
    assert json.loads(part + b"}") == {"metric": {label: value for label, value in expected.items() if value}}


def pairs_in(of_series: bytes) -> list[tuple[bytes, bytes]]:
    """Metric and labels of a name, read in the simplest way."""
    found = [text.replace(b"\x002", b"\2").replace(b"\x001", b"\1") for text in of_series.split(b"\1")]
    found = [text.replace(b"\x000", b"\0") for text in found]
    return [(b"", found[0]), *zip(found[1:-1:2], found[2:-1:2], strict=True)]


def test_labels_are_in_the_servers_order() -> None:
    """Ten names that storage is read by most come first, in an order of their own, then the others by their bytes."""
    labels = [b"zone", b"Env", b"instance", b"job", b"_a", b"Z", b"SensorType", b"namespace", b"name", b"db", b"tenant"]
    part = b'{"metric":{' + b",".join(b'"%b":"v"' % label for label in labels) + b"}"
    ordered = [label for label, _ in pairs_in(name_of(parse(part)))[1:]]
    assert ordered == [
        *(b"namespace", b"Env", b"job", b"SensorType", b"db", b"instance", b"tenant", b"name"),
        *(b"Z", b"_a", b"zone"),
    ]


def test_labels_may_be_renamed_dropped_and_emptied() -> None:
    cache = label_cache(
        "native", lambda _: parse(b'{"metric":{"b":"","zone":"\\u0001","__name__":"up","job":"x\\u0000"}')
    )
    assert cache.get(name(b"down", (b"a", b"b"))) == name(b"up", (b"job", b"x\0"), (b"zone", b"\1"))
    assert label_cache("native", lambda _: []).get(name(b"down")) == b"\1"
    assert label_cache("native", lambda pairs: pairs).get(name(b"up", (b"b", b"1"))) == name(b"up", (b"b", b"1"))


@pytest.mark.parametrize(
    "part",
    [
        b'{"metric":{"a":"1","a":"2"}',
        b'{"metric":{"a":"1","\\u0061":"2"}',
        b'{"metric":{"__name__":"x","__name__":"x"}',
        b'{"metric":{"":"1"}',
    ],
)
def test_what_no_name_can_hold_is_refused(part: bytes) -> None:
    with pytest.raises(BadExportLine):
        name_of(parse(part))


@pytest.mark.parametrize(
    "of_series",
    [
        b"",
        b"up",
        b"up\1job\1",
        b"up\1job\1x",
        b"up\1job\1x\1more",
        b"up\1\1x\1",
        b"up\1__name__\1x\1",
        b"u\2p\1",
        b"u\0p\1",
        b"up\0\1",
        b"up\x003\1",
        b"\0\0\0\1up\1",
    ],
)
def test_what_is_no_name_is_refused(of_series: bytes) -> None:
    with pytest.raises(BadExportLine):
        pairs_of(of_series)


def test_ten_thousand_torn_names_are_read_or_refused() -> None:
    chance = random.Random(7)
    whole = name(b"vm_rows", (b"job", b"a\0b"), (b"instance", b"h:1"), ("ä".encode(), b"\xff"))
    for _ in range(10_000):
        torn = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            torn[chance.randrange(len(torn))] = chance.choice([0, 1, 2, 48, 49, 50, chance.randrange(256)])
        try:
            assert sorted(pairs_in(name_of(pairs_of(bytes(torn))))) == sorted(
                pair for pair in pairs_in(bytes(torn)) if pair[1] or not pair[0]
            )
        except VmexporterError:
            pass
