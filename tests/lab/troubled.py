"""A made-up cluster in which things happen: a restart as a new version, a node that was down, a queue that grows.

An hour at a scrape every 15 s. Another job holds one old program, whose metrics lack what newer ones have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from tests.lab.lines import line

FIRST_MS: Final = 1_795_000_000_000
STEP_MS: Final = 15_000
SCRAPES: Final = 241
LAST_MS: Final = FIRST_MS + (SCRAPES - 1) * STEP_MS
RESTART: Final = 80
"""The first scrape of the vmagent that was started anew."""
DOWN: Final = range(120, 140)
"""The scrapes that the second vmstorage did not answer."""

GOOD = {"job": "storage", "instance": "10.0.0.1:8482"}
GONE = {"job": "storage", "instance": "10.0.0.2:8482"}
AGENT = {"job": "agents", "instance": "10.0.0.3:8429"}
OLD = {"job": "old", "instance": "10.0.0.4:8428"}

Value = Callable[[int], float]


def troubled_lines(extra: Mapping[str, str] | None = None, *, mark: str = "agents") -> Iterator[bytes]:
    """The series; *extra* labels for each of them, *mark* is the remote write address's name of the vmagent."""

    def series(name: str, labels: Mapping[str, str], value: Value, scrapes: range = range(SCRAPES)) -> bytes:
        times = [FIRST_MS + place * STEP_MS for place in scrapes]
        return line({"__name__": name, **labels, **(extra or {})}, [value(place) for place in scrapes], times)

    for storage in (GOOD, GONE):
        yield from _storage(series, storage)
    yield from _agent(series, {**AGENT, "url": f"1:{mark}"})
    yield series("up", OLD, lambda _: 1)
    yield series("vm_app_version", {**OLD, "short_version": "v1.79.5", "version": "victoria-metrics-20220101-000000-tags-v1.79.5-0-g7d1b6a5f2c"}, lambda _: 1)  # fmt: skip  # noqa: E501
    yield series("vm_app_start_timestamp", OLD, lambda _: 1_700_000_000)


def _storage(series: Callable[..., bytes], target: Mapping[str, str]) -> Iterator[bytes]:
    is_gone = target is GONE
    yield series("up", target, lambda place: float(not (is_gone and place in DOWN)))
    build = {
        "short_version": "v1.150.0-cluster",
        "version": "vmstorage-20260821-150511-tags-v1.150.0-cluster-0-g7d1b6a5f2c",
    }
    for part in (range(DOWN.start), range(DOWN.stop, SCRAPES)) if is_gone else (range(SCRAPES),):
        yield series("vm_app_version", {**target, **build}, lambda _: 1, part)
        yield series("vm_app_start_timestamp", target, lambda _: 1_700_000_000, part)
        yield series("vm_free_disk_space_bytes", target, lambda _: 1e9, part)
        yield series("vm_total_disk_space_bytes", target, lambda _: 1e10, part)
        flag = {"name": "retentionPeriod", "value": "12", "is_set": "true"}
        yield series("flag", {**target, **flag}, lambda _: 1, part)
        yield series("flag", {**target, "name": "loggerLevel", "value": "INFO", "is_set": "true"}, lambda _: 1, part)


def _agent(series: Callable[..., bytes], named: Mapping[str, str]) -> Iterator[bytes]:
    target = {name: named[name] for name in ("job", "instance")}
    yield series("up", target, lambda _: 1)
    for version, part in (("v1.149.0", range(RESTART)), ("v1.150.0", range(RESTART, SCRAPES))):
        build = {"short_version": version, "version": f"vmagent-20260821-150511-tags-{version}-0-g7d1b6a5f2c"}
        yield series("vm_app_version", {**target, **build}, lambda _: 1, part)
    yield series("vm_app_start_timestamp", target, lambda place: 1_700_000_000 + (place >= RESTART))
    yield series("vmagent_remotewrite_pending_data_bytes", named, lambda place: 1e5 * place)
    where = {"level": "error", "location": "app/vmagent/remotewrite/client.go:409"}
    yield series("vm_log_messages_total", {**target, **where}, lambda place: place)
