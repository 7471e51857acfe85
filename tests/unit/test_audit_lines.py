"""Lines are taken apart strictly: a sample part holds numbers, a label part is one flat JSON object."""

from __future__ import annotations

import pytest

from tests.unit.audit_bundles import CLEAN_LABELS, line, metrics
from vmexporter.core.privacy.auditing.lines import Labels, LineAudit

GOOD = line({"__name__": "up", "job": "a"})


def read(text: bytes, block_bytes: int = 1 << 20) -> tuple[LineAudit, list[Labels]]:
    """The audit of *text*, given in blocks, and the labels that it handed on."""
    seen: list[Labels] = []
    audit = LineAudit(seen.append)
    for start in range(0, len(text), block_bytes):
        audit.feed(text[start : start + block_bytes])
    audit.finish()
    return audit, seen


@pytest.mark.parametrize("block_bytes", [1, 7, 100, 1 << 20])
def test_blocks_may_end_anywhere(block_bytes: int) -> None:
    audit, seen = read(metrics() * 2, block_bytes)
    assert (audit.lines, audit.bad_lines, audit.bad_samples) == (2 * len(CLEAN_LABELS), 0, 0)
    assert [dict(labels) for labels in seen] == CLEAN_LABELS


@pytest.mark.parametrize(
    "values", ["1", "-1.5e-7,null,2E+9", '"NaN","Infinity","-Infinity",1', "18446744073709551615", ""]
)
def test_numbers_pass(values: str) -> None:
    assert read(line({"__name__": "up"}, values))[0].bad_samples == 0


@pytest.mark.parametrize(
    "values", ['1,"acme"', "acme", "1 2", "nul", '"Infinity', "1,{}", "0x1f", "NaN", '1,"",2', "1\t"]
)
def test_anything_else_among_the_values_is_found(values: str) -> None:
    assert read(GOOD + line({"__name__": "up"}, values) + GOOD)[0].bad_samples == 1


@pytest.mark.parametrize(
    "timestamps", ['"acme"', "1795444714637,1795444719637,acme", "1.5", "1795444714637,1795444719637,0 "]
)
def test_anything_else_among_the_timestamps_is_found(timestamps: str) -> None:
    assert read(GOOD + line({"__name__": "up"}, "1", timestamps) + GOOD)[0].bad_samples == 1


@pytest.mark.parametrize(
    "text",
    [
        GOOD[:-1].replace(b"]}", b'],"acme":1}') + b"\n",
        GOOD[:-1] + b" acme\n",
        GOOD.replace(b"timestamps", b"timestamp_"),
        GOOD[:-3] + b"\n",
    ],
)
def test_more_or_less_behind_the_samples_is_found(text: bytes) -> None:
    assert read(GOOD + text)[0].bad_samples == 1


@pytest.mark.parametrize(
    "text",
    [
        b"\n",
        b"acme\n",
        b'{"acme":1}\n',
        b" " + GOOD,
        GOOD.replace(b'"job":"a"', b'"job":{"a":"b"}'),
        GOOD.replace(b'"job":"a"', b'"job":7'),
        GOOD.replace(b'"job":"a"', b'"job":"a" acme'),
        GOOD.replace(b'"job":"a"', b'"job":"a\\z"'),
        GOOD.replace(b'"job":"a"', b'"job":"a"},"b":{"c":"d"'),
        GOOD[:-1],
        GOOD[: len(GOOD) // 2],
    ],
)
def test_what_is_no_line_is_found(text: bytes) -> None:
    assert read(GOOD + text)[0].bad_lines == 1


def test_labels_come_once_decoded_and_in_order() -> None:
    odd = b'{"metric":{"__name__":"up","a":"\\u0041\\"\\n","a":"\xff\xe2\x80\xa8"},"values":[1],"timestamps":[1]}\n'
    _, seen = read(odd * 3)
    assert seen == [[("__name__", "up"), ("a", 'A"\n'), ("a", "\udcff\u2028")]]


def test_memory_is_bounded() -> None:
    audit, seen = read(b"".join(line({"__name__": "up", "job": f"{n:0200}"}) for n in range(60_000)))
    assert len(seen) == 60_000
    assert audit._seen_bytes <= 8 << 20
    many = b"".join(line({"__name__": "up"}, "1", f"{n:013}") for n in range(1000))
    assert len(read(many)[0]._timestamps) <= 256
