"""What a target says of itself that decides what it keeps: release, retention, label limit, and when it was started.

Facts come from the program's own ``/metrics`` (flags stand there as ``flag{name="…",value="…"}``), or from the query
API where the target scrapes itself, as a cluster usually does. What neither tells is unknown, and said to be.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from vmexporter.core.importing.retention import label_limit, retention_ms
from vmexporter.errors import VmexporterError
from vmexporter.tsdb.identity import METRICS_LIMITS, Program, read_program
from vmexporter.tsdb.prometheus import PrometheusApi
from vmexporter.tsdb.transport import HttpClient

_FLAG = re.compile(rb'^flag\{name="([A-Za-z0-9_.]+)",\s?value="((?:[^"\\]|\\.)*)"', re.MULTILINE)
_STARTED = re.compile(rb"^(?:process_start_time_seconds|vm_app_start_timestamp) (\S+)", re.MULTILINE)
_UPTIME = re.compile(rb"^vm_app_uptime_seconds (\d+)", re.MULTILINE)
_SETTLED_S: Final = 2
_WANTED: Final = ("retentionPeriod", "maxLabelsPerTimeseries", "dedup.minScrapeInterval")
_QUERY: Final = f'count(flag{{name=~"{"|".join(_WANTED)}"}}) by (name,value)'


@dataclass(frozen=True)
class TargetFacts:
    """What is known of a target; None and "" for what is not.

    ``retention`` and ``labels`` are the flags as they stand there, ``retention_ms`` and ``label_limit`` what they mean.
    """

    program: Program = field(default_factory=Program)
    retention: str = ""
    labels: str = ""
    dedup: str = ""

    @property
    def retention_ms(self) -> int | None:
        """How long samples are kept."""
        return retention_ms(self.retention) if self.retention else None

    @property
    def label_limit(self) -> int | None:
        """How many labels a series may have."""
        return label_limit(self.labels) if self.labels else None


def facts_of(pages: Sequence[bytes], api: PrometheusApi | None, now_ms: int) -> TargetFacts:
    """What *pages* (``/metrics`` of the programs that answer, the one that takes data in first) and *api* tell.

    Where several storages differ, the shortest retention and the smallest limit count.
    """
    programs = [program for program in map(read_program, pages) if program.name or program.release]
    found: dict[str, set[str]] = {name: set() for name in _WANTED}
    for page in pages:
        for name, value in _FLAG.findall(page):
            if (key := name.decode()) in found:
                found[key].add(value.decode("utf-8", "replace"))
    if not found["retentionPeriod"] and api is not None:
        for name, value in _asked(api, now_ms):
            found[name].add(value)
    return TargetFacts(
        programs[0] if programs else Program(),
        min(found["retentionPeriod"], key=lambda text: retention_ms(text) or 0, default=""),
        min(found["maxLabelsPerTimeseries"], key=lambda text: label_limit(text) or 1 << 30, default=""),
        max(found["dedup.minScrapeInterval"], key=len, default=""),
    )


def metrics_page(client: HttpClient, url: str) -> bytes:
    """The program's own metrics below *url*, as far as they are to be had at once."""
    try:
        answer = client.get(f"{url}/metrics", limits=METRICS_LIMITS)
    except VmexporterError:
        return b""
    return answer.body if answer.status == 200 and not answer.moved_to else b""


def started_s(page: bytes) -> str:
    """When the program of this page was started, as it says it; "" where it does not, or may be another one soon.

    Starts are told to the second: within the first two, a program that was started anew would look like the same.
    """
    found, up = _STARTED.search(page), _UPTIME.search(page)
    if found is None or (up is not None and float(up[1]) < _SETTLED_S):
        return ""
    return found[1].decode("ascii", "replace")


def _asked(api: PrometheusApi, now_ms: int) -> list[tuple[str, str]]:
    try:
        answer = api.instant(_QUERY, now_ms)
    except VmexporterError:
        return []
    pairs = [(labels.get("name", ""), labels.get("value", "")) for labels, _ in answer.series]
    return [(name, value) for name, value in pairs if name in _WANTED and value]
