"""A query's answer becomes export lines, series by series; a cut or failed one never passes for a whole."""

from __future__ import annotations

import io
import json
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vmexporter.core.lines import RawChunk
from vmexporter.errors import BadExportLine, QueryRejected, ServerUnreachable, VmexporterError
from vmexporter.tsdb.matrix import MatrixReader

RECORDED = Path(__file__).parent.parent / "data" / "acme_api.jsonl"
RAW, SAMPLED = "cluster: raw samples by instant query", "cluster: query_range"
PARTIAL = "cluster, one vmstorage down: query_range"
REFUSED = "cluster, one vmstorage down: raw samples by instant query"
END_MS = 1 << 50


def recorded(name: str) -> bytes:
    """The body of a recorded answer."""
    exchanges = (json.loads(line) for line in RECORDED.read_text("utf-8").split("\n") if line)
    return next(str(exchange["body"]).rstrip().encode() for exchange in exchanges if exchange["name"] == name)


def reads(body: bytes, sizes: list[int]) -> Callable[[int], bytes]:
    """A read that gives these many bytes at a time, the last size again and again."""
    stream = io.BytesIO(body)
    left = iter(sizes)
    return lambda most: stream.read(min(most, next(left, sizes[-1])))


def read(body: bytes, sizes: list[int] | None = None, *, start_ms: int = 0, end_ms: int = END_MS) -> list[RawChunk]:
    return list(MatrixReader(reads(body, sizes or [1 << 20])).lines(start_ms, end_ms))


def frame(*series: str, after: str = "") -> bytes:
    return (
        '{"status":"success","data":{"resultType":"matrix","result":[' + ",".join(series) + "]}" + after + "}"
    ).encode()


def series_text(labels: dict[str, str], *pairs: tuple[float, str]) -> str:
    return json.dumps({"metric": labels, "values": pairs}, ensure_ascii=False, separators=(",", ":"))


@pytest.mark.parametrize("name", [RAW, SAMPLED, PARTIAL])
def test_a_recorded_answer_keeps_every_sample(name: str) -> None:
    body = recorded(name)
    lines = [json.loads(line) for line in read(body)]
    expected = json.loads(body)["data"]["result"]
    assert [line["metric"] for line in lines] == [series["metric"] for series in expected]
    for line, series in zip(lines, expected, strict=True):
        assert line["timestamps"] == [round(at_s * 1000) for at_s, _ in series["values"]]
        assert line["values"] == [json.loads(value) for _, value in series["values"]]


@pytest.mark.parametrize("name", [RAW, SAMPLED, PARTIAL])
def test_a_recorded_answer_cut_at_any_byte_is_an_error(name: str) -> None:
    body = recorded(name)
    for cut in range(len(body)):
        with pytest.raises(VmexporterError):
            read(body[:cut])


@given(st.sampled_from([RAW, SAMPLED]), st.lists(st.integers(1, 700), min_size=1, max_size=20))
@settings(max_examples=40, deadline=None)
def test_the_size_of_reads_does_not_matter(name: str, sizes: list[int]) -> None:
    body = recorded(name)
    assert read(body, sizes) == read(body)


@pytest.mark.parametrize(("name", "partial"), [(RAW, False), (SAMPLED, False), (PARTIAL, True)])
def test_a_partial_answer_is_known_as_one(name: str, partial: bool) -> None:
    reader = MatrixReader(reads(recorded(name), [100]))
    assert list(reader.lines(0, END_MS))
    assert reader.partial is partial


def test_partial_is_seen_behind_the_series_too() -> None:
    reader = MatrixReader(reads(frame(after=',"isPartial":true'), [1 << 20]))
    assert list(reader.lines(0, END_MS)) == [] and reader.partial


def test_a_refusal_is_the_servers_word() -> None:
    with pytest.raises(QueryRejected, match="error when exporting data") as refusal:
        read(recorded(REFUSED))
    assert "vm_app_version" not in refusal.value.message


@pytest.mark.parametrize("at", ["before", "between", "behind", "after"])
def test_an_error_text_within_a_200_is_an_error(at: str) -> None:
    one, words = series_text({"a": "b"}, (1, "1")), "cannot read data: disk failure"
    body = {
        "before": words.encode(),
        "between": frame(one)[:-3] + b"," + words.encode(),
        "behind": frame(one)[:-3] + words.encode(),
        "after": frame(one) + words.encode(),
    }[at]
    with pytest.raises(VmexporterError):
        read(body)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1", b"1"),
        ("-0", b"-0"),
        ("9007199254740993", b"9007199254740993"),
        ("5e-324", b"5e-324"),
        ("1e+06", b"1e+06"),
        ("2598.266666666667", b"2598.266666666667"),
        ("NaN", b"null"),
        ("+Inf", b'"Infinity"'),
        ("-Inf", b'"-Infinity"'),
        ("1.", b"1.0"),
        (".5", b"0.5"),
        ("007", b"7.0"),
    ],
)
def test_a_value_keeps_its_digits(value: str, text: bytes) -> None:
    assert read(frame(series_text({"a": "b"}, (1, value)))) == [
        b'{"metric":{"a":"b"},"values":[' + text + b'],"timestamps":[1000]}\n'
    ]


texts = st.one_of(st.sampled_from(["]]}", '"]}', '},"values":[', "\\", '"', "\u2028", "\n"]), st.text(max_size=10))
label_sets = st.dictionaries(texts, texts, max_size=4)


@given(
    st.lists(st.tuples(label_sets, st.lists(st.integers(0, 2**42), min_size=1, max_size=5)), max_size=5),
    st.integers(1, 60),
)
@settings(deadline=None)
def test_any_labels_and_moments_come_through(series: list[tuple[dict[str, str], list[int]]], size: int) -> None:
    """Label values may look like the end of a series; moments are seconds with up to three digits behind the point."""
    body = frame(*(series_text(labels, *((at_ms / 1000, "1") for at_ms in moments)) for labels, moments in series))
    lines = [json.loads(line) for line in read(body, [size])]
    assert [(line["metric"], line["timestamps"]) for line in lines] == series


def test_bytes_that_are_no_text_come_through() -> None:
    body = frame(series_text({"a": "x"}, (1, "1"))).replace(b'"x"', b'"\xff\xfe"')
    assert b'"a":"\xff\xfe"' in b"".join(read(body, [1]))


def test_only_samples_of_the_range_are_kept_and_no_empty_line_is_made() -> None:
    """The lower border of a range selector is open in some versions and closed in others."""
    body = frame(series_text({"a": "b"}, (1, "1"), (2, "2"), (3, "3")), series_text({"a": "c"}, (1, "1")))
    assert read(body, start_ms=1001, end_ms=3000) == [b'{"metric":{"a":"b"},"values":[2,3],"timestamps":[2000,3000]}\n']
    assert read(body, start_ms=4000) == []


def test_a_series_that_is_known_does_not_come_again() -> None:
    known: set[str] = set()
    body = frame(series_text({"a": "b", "c": "d"}, (1, "1")), series_text({"x": "y"}, (1, "1")))
    other = frame(series_text({"c": "d", "a": "b"}, (1, "1")), series_text({}, (1, "1")))
    assert len(list(MatrixReader(reads(body, [9])).lines(0, END_MS, known=known))) == 2
    assert list(MatrixReader(reads(other, [9])).lines(0, END_MS, known=known)) == [
        b'{"metric":{},"values":[1],"timestamps":[1000]}\n'
    ]


def test_white_space_between_series_does_not_matter() -> None:
    body = frame(series_text({}, (1, "1")), series_text({"a": "b"}, (1, "1")))
    spaced = json.dumps(json.loads(body), indent=2).encode()
    assert [json.loads(line) for line in read(spaced, [3])] == [json.loads(line) for line in read(body)]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"{}",
        b"[]",
        b'{"status":"success"}',
        b'{"status":"success","data":{"resultType":"matrix","result":null}}',
        frame("7"),
        frame("[]"),
        frame("null"),
        frame("{}"),
        frame('{"metric":{"a":"b"},"value":[1,"1"]}'),
        frame('{"metric":{"a":"b"},"values":{}}'),
        frame('{"metric":{"a":"b"},"values":[1]}'),
        frame('{"metric":{"a":"b"},"values":[[1]]}'),
        frame('{"metric":{"a":"b"},"values":[[1,1]]}'),
        frame('{"metric":{"a":"b"},"values":[["1","1"]]}'),
        frame('{"metric":{"a":"b"},"values":[[NaN,"1"]]}'),
        frame('{"metric":{"a":"b"},"values":[[1e999,"1"]]}'),
        frame('{"metric":{"a":"b"},"values":[[1,"one"]]}'),
        frame('{"metric":{"a":"b"},"values":[[1,""]]}'),
        frame('{"metric":{"a":"\\ud800"},"values":[[1,"1"]]}'),
        frame('{"metric":' + "[" * 100_000),
        frame(after=',"stats":' + "[" * 100_000),
        frame('{"metric":{"a":"b"},"histograms":[[1,{"count":"1"}]]}'),
        frame(series_text({"a": "b"}, (1, "1"))).replace(b"success", b"error"),
        b'{"status":"success","data":{"resultType":"string","result":"' + b"x" * (2 << 20),
    ],
)
def test_what_is_no_matrix_is_refused(body: bytes) -> None:
    with pytest.raises((BadExportLine, QueryRejected, ServerUnreachable)) as refusal:
        read(body)
    assert len(refusal.value.message) < 500


def test_many_series_are_read_within_bounded_memory() -> None:
    def chunks() -> Iterator[bytes]:
        yield frame()[:-3]
        for number in range(3_000):
            yield ("," * bool(number) + series_text({"n": str(number)}, *((at, "1.5") for at in range(50)))).encode()
        yield b"]}}"

    pending, stream = bytearray(), chunks()

    def take(most: int) -> bytes:
        while len(pending) < most and (chunk := next(stream, b"")):
            pending.extend(chunk)
        taken = bytes(pending[:most])
        del pending[:most]
        return taken

    tracemalloc.start()
    try:
        assert sum(1 for _ in MatrixReader(take).lines(0, END_MS)) == 3_000
        assert tracemalloc.get_traced_memory()[1] < 2 << 20
    finally:
        tracemalloc.stop()
