"""Series are counted as they stand in the bundle, once each, and it shows when a dropped label made two of them one."""

from __future__ import annotations

from tests import policies
from vmexporter.core.formats import label_cache
from vmexporter.core.privacy.labels import fingerprint, parse
from vmexporter.core.request import ObfuscationChoice
from vmexporter.flows.counting import SeriesCounter


def part(**labels: str) -> bytes:
    return b'{"metric":{' + ",".join(f'"{name}":"{value}"' for name, value in labels.items()).encode() + b"}"


def counter(*, drop: tuple[str, ...] = ()) -> SeriesCounter:
    return policies.counter(ObfuscationChoice(level="none", drop_labels=drop), watch_merges=bool(drop))


def test_a_series_counts_once_however_often_it_comes() -> None:
    tested = counter()
    cache = label_cache("jsonl", tested.rewrite)
    cache.max_bytes = 1
    for _ in range(3):
        assert [cache.get(each) for each in (part(a="1"), part(a="2"))] == [part(a="1"), part(a="2")]
    tested.rewrite(parse(part(a="1", b="2")))
    tested.rewrite(parse(part(b="2", a="1")))
    assert (tested.series, tested.merged) == (3, 0)


def test_series_that_fall_together_show() -> None:
    tested = counter(drop=("x",))
    for each in (part(a="1", x="1"), part(a="1", x="2"), part(a="1", x="2"), part(a="1"), part(a="2", x="1")):
        tested.rewrite(parse(each))
    tested.rewrite(parse(part(a="1", x="1")))
    assert (tested.series, tested.merged) == (2, 2)


def test_what_the_bundle_holds_already_counts_too() -> None:
    tested = counter()
    tested.recount({fingerprint(parse(part(a="1"))), fingerprint(parse(part(a="2")))})
    tested.rewrite(parse(part(a="2")))
    tested.rewrite(parse(part(a="3")))
    assert tested.series == 3
