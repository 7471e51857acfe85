"""Export lines pass with the bytes of their samples unchanged, whatever their labels and however the stream is cut."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests import policies
from vmexporter.core.lines import LabelCache, LineRewriter, RawChunk, export_line
from vmexporter.core.request import ObfuscationChoice

START_MS, END_MS = 1_795_424_338_000, 1_795_424_398_000
HARD_VALUES = [
    '"},"values":[1],"timestamps":[1]}',
    '},"values":[',
    '],"timestamps":[',
    "a\u2028b\u2029c\u0085d\x0b\x0c\x1c\x1d\x1ee",
    "line\nline\r\n",
    'quote " back\\slash \\" \\\\',
    "\x00\x1f\x7f",
    "中😀ä",
    "Inf,NaN",
    "",
]
SAMPLES = [
    "0",
    "-0",
    "9007199254740993",
    "18446744073709551615",
    "5e-324",
    "1.7976931348623157e+308",
    "0.1",
    "-123.456000",
    "1E400",
    "null",
    '"Infinity"',
    '"-Infinity"',
]

texts = st.one_of(st.sampled_from(HARD_VALUES), st.text(max_size=20))
names = st.one_of(st.sampled_from(["__name__", "job", "drop", "values", "metric"]), st.text(min_size=1, max_size=8))
label_sets = st.dictionaries(names, texts, max_size=5)
moments = st.one_of(st.integers(START_MS, END_MS), st.sampled_from([START_MS, END_MS]))
samples = st.lists(
    st.tuples(
        moments, st.one_of(st.sampled_from(SAMPLES), st.integers().map(str), st.floats(allow_nan=False).map(repr))
    ),
    min_size=1,
    max_size=8,
).map(lambda found: [(at_ms, value.replace("inf", '"Infinity"').replace('-"', '"-')) for at_ms, value in sorted(found)])


def label_part(labels: dict[str, str]) -> bytes:
    return b'{"metric":' + json.dumps(labels, ensure_ascii=False, separators=(",", ":")).encode()


def sample_part(found: list[tuple[int, str]]) -> bytes:
    values, moments_ms = ",".join(value for _, value in found), ",".join(str(at_ms) for at_ms, _ in found)
    return f',"values":[{values}],"timestamps":[{moments_ms}]}}'.encode()


def rewriter(start_ms: int = START_MS, end_ms: int = END_MS) -> LineRewriter:
    """One that drops the label "drop" and changes nothing else."""
    policy = policies.policy(ObfuscationChoice(level="none", drop_labels=("drop",)))
    return LineRewriter(LabelCache(policy.rewrite), start_ms, end_ms)


def pieces(text: bytes, cuts: list[int]) -> list[RawChunk]:
    """The text, cut at these positions."""
    return [
        RawChunk(text[left:right])
        for left, right in pairwise(sorted([0, *(cut % (len(text) + 1) for cut in cuts), len(text)]))
    ]


@given(st.lists(st.tuples(label_sets, samples), max_size=5), st.lists(st.integers(0, 10**6), max_size=12))
@example([({"a": value}, [(START_MS, "1")]) for value in HARD_VALUES], list(range(0, 10**4, 7)))
@settings(max_examples=200)
def test_any_line_passes_with_its_sample_bytes_however_the_stream_is_cut(
    series: list[tuple[dict[str, str], list[tuple[int, str]]]], cuts: list[int]
) -> None:
    """What comes out is known beforehand: the labels without the dropped one, and the sample part as it was sent."""
    raw = b"".join(label_part(labels) + sample_part(found) + b"\n" for labels, found in series)
    kept = [({name: value for name, value in labels.items() if name != "drop"}, found) for labels, found in series]
    expected = b"".join(label_part(labels) + sample_part(found) + b"\n" for labels, found in kept)
    tested = rewriter()
    assert b"".join(tested.feed(chunk) for chunk in pieces(raw, cuts)) == expected
    tested.finish()
    assert tested.counts.lines == len(series)
    assert tested.counts.samples == sum(len(found) for _, found in series)
    assert tested.counts.text_bytes == len(expected)


def test_one_byte_at_a_time_is_the_same() -> None:
    raw = b"".join(
        label_part({"a": value}) + sample_part([(START_MS, "1"), (END_MS, "null")]) + b"\n" for value in HARD_VALUES
    )
    tested = rewriter()
    assert b"".join(tested.feed(RawChunk(raw[at : at + 1])) for at in range(len(raw))) == raw
    assert (tested.counts.lines, tested.counts.samples) == (len(HARD_VALUES), 2 * len(HARD_VALUES))


@given(st.lists(st.integers(0, 20_000_000_000_000), min_size=1, max_size=30).map(sorted))
@example([5])
@example([1000])
@example([1, 23_456_789_012])
@example([1, 23_456_789_012, 1_234_567_890_123])
@example([10_000_000_000_000])
@example([999_999_999_999, 1_000_000_000_000])
def test_samples_are_counted_exactly_whatever_the_digits(moments_ms: list[int]) -> None:
    """The fast count looks at every fourteenth byte only; it must know when that does not do."""
    tested = rewriter(moments_ms[0], moments_ms[-1])
    line = label_part({"a": "b"}) + sample_part([(at_ms, "1") for at_ms in moments_ms]) + b"\n"
    assert tested.feed(RawChunk(line)) == line
    assert tested.counts.samples == len(moments_ms)


@pytest.mark.parametrize("separator", [b"\n", b"\n\n", b"\n\n\n"])
def test_empty_lines_are_left_out(separator: bytes) -> None:
    line = label_part({"a": "b"}) + sample_part([(START_MS, "1")])
    tested = rewriter()
    assert tested.feed(RawChunk(separator + line + separator + line + separator)) == line + b"\n" + line + b"\n"
    tested.finish()
    assert tested.counts.lines == 2


@pytest.mark.parametrize(
    ("bare", "json_form"), [("+Inf", '"Infinity"'), ("Inf", '"Infinity"'), ("-Inf", '"-Infinity"'), ("NaN", "null")]
)
def test_what_old_servers_write_becomes_json(bare: str, json_form: str) -> None:
    """No server imports the bare words; the labels, which may hold the same words, stay as they are."""
    labels = label_part({"a": f"[{bare},{bare}]"})
    values = [bare, "1", bare, bare]
    raw = labels + sample_part([(START_MS + at, value) for at, value in enumerate(values)]) + b"\n"
    expected = [(START_MS + at, value.replace(bare, json_form)) for at, value in enumerate(values)]
    tested = rewriter()
    assert tested.feed(RawChunk(raw)) == labels + sample_part(expected) + b"\n"
    assert tested.counts.samples == 4


@given(label_sets, samples)
def test_a_made_line_is_one_that_passes(labels: dict[str, str], found: list[tuple[int, str]]) -> None:
    """Lines made from query answers go the same way as those of the export API."""
    line = export_line(
        json.dumps(labels, ensure_ascii=False, separators=(",", ":")),
        [value for _, value in found],
        [at_ms for at_ms, _ in found],
    )
    assert line == label_part(labels) + sample_part(found) + b"\n"


def test_a_made_line_keeps_bytes_that_are_no_text() -> None:
    assert bytes(export_line('{"a":"\udcff\udcfe"}', ["1"], [START_MS])).startswith(b'{"metric":{"a":"\xff\xfe"}')


def first_moment(line: bytes) -> int:
    return int(json.loads(line)["timestamps"][0])


@given(
    st.lists(st.tuples(label_sets, samples), max_size=12),
    st.lists(st.integers(0, 10**6), max_size=8),
    st.sampled_from([1, 100, 1000, 1 << 20]),
)
def test_lines_that_are_held_back_come_all_the_same(
    series: list[tuple[dict[str, str], list[tuple[int, str]]]], cuts: list[int], group_bytes: int
) -> None:
    """Grouped by first timestamp they compress better; none is lost, and those of one series keep their order."""
    lines = [label_part(labels) + sample_part(found) + b"\n" for labels, found in series]
    tested = LineRewriter(LabelCache(lambda part: part), START_MS, END_MS, group_bytes=group_bytes)
    given_out = [tested.feed(chunk) for chunk in pieces(b"".join(lines), cuts)] + [tested.finish()]
    assert tested.counts.text_bytes == sum(map(len, lines)) and tested.counts.lines == len(lines)
    position = 0
    for text in given_out:
        found = [line + b"\n" for line in text.split(b"\n")[:-1]]
        assert found == sorted(lines[position : position + len(found)], key=first_moment), "a stable order"
        position += len(found)
    assert position == len(lines)
    assert tested.finish() == b""


def test_only_so_much_is_held_back() -> None:
    line = label_part({"a": "b"}) + sample_part([(START_MS, "1")]) + b"\n"
    tested = LineRewriter(LabelCache(lambda part: part), START_MS, END_MS, group_bytes=10 * len(line))
    sizes = [len(tested.feed(RawChunk(line))) for _ in range(100)]
    assert max(sizes) <= 11 * len(line) and sum(sizes) + len(tested.finish()) == 100 * len(line)
    assert sum(size > 0 for size in sizes) <= 10, "and as much as that"


def test_grouped_lines_are_the_same_lines_with_equal_timestamps_side_by_side() -> None:
    """Deflate finds timestamps in the line before; no line may be lost, doubled or changed for that."""
    lines = [
        label_part({"series": str(n)}) + sample_part([(START_MS + n % 3, "1"), (END_MS, str(n))]) + b"\n"
        for n in range(50)
    ]
    tested = LineRewriter(LabelCache(lambda part: part), START_MS, END_MS, group_bytes=1000)
    given_out = [tested.feed(chunk) for chunk in pieces(b"".join(lines), list(range(0, 10**4, 97)))]
    given_out.append(tested.finish())
    assert sorted(line for chunk in given_out for line in chunk.split(b"\n") if line) == sorted(
        line.rstrip(b"\n") for line in lines
    )
    assert any(chunk == b"" for chunk in given_out) and tested.counts.lines == 50
    for chunk in given_out:
        firsts = [line.partition(b'"timestamps":[')[2][:13] for line in chunk.split(b"\n") if line]
        assert firsts == sorted(firsts)
    assert tested.counts.text_bytes == sum(map(len, given_out))
