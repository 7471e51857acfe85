"""A look at real series before anything is exported: as they are, and as support would see them.

The same policy makes both the preview and the bundle. A few series of every job, at the moment its targets were last
seen, so that a component that is gone is shown too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from vmexporter.core.components import Instance, choose, components_of_jobs
from vmexporter.core.privacy.mapping import PseudonymMap
from vmexporter.core.request import ExportRequest
from vmexporter.core.selectors import require_selector, target_selectors
from vmexporter.flows.discovery import Discovery, discover, require_components
from vmexporter.flows.obfuscation import enrolled, obfuscation
from vmexporter.flows.session import Session


@dataclass(frozen=True, slots=True)
class SampleSeries:
    """One series and its newest value: labels as the server has them, and as the bundle would have them."""

    name: str
    before: dict[str, str]
    after: dict[str, str]
    value: str


def sample(session: Session, request: ExportRequest, known_map: PseudonymMap, per_job: int) -> Iterator[SampleSeries]:
    """At most *per_job* series of each job (of each selector or expression).

    Raises:
        VmexporterError: as discovery and the query API have it.
    """
    found = discover(session, request.time_range, count_series=False)
    targets = enrolled(found.instances, request.selection)
    policy = obfuscation(request.obfuscation, known_map, components_of_jobs(found.instances), targets).policy
    few = "limitk" if session.is_victoria else "topk"
    for selector, time_ms in _questions(found, request):
        for labels, value in session.api.instant(f"{few}({per_job}, {selector})", time_ms).series:
            after = policy.rewrite_labels(labels)
            yield SampleSeries(labels.get("__name__", ""), labels, after, value)


def _questions(found: Discovery, request: ExportRequest) -> Iterator[tuple[str, int]]:
    selection, end_ms = request.selection, request.time_range.end_ms
    if selection.mode == "query":
        yield selection.query, end_ms
    for text in selection.selectors:
        yield str(require_selector(text)), end_ms
    if selection.mode != "components":
        return
    by_job: dict[str, list[Instance]] = {}
    for instance in choose(require_components(found).instances, selection):
        if instance.target.job or instance.target.instance:
            by_job.setdefault(instance.target.job, []).append(instance)
    for of_job in by_job.values():
        newest_ms = max(instance.last_ms for instance in of_job)
        for selector in target_selectors([instance.target for instance in of_job])[:1]:
            yield selector, newest_ms
