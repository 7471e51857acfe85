"""Puts discovery's instances into the tree that the page shows: component, job, instance, with sums."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vmexporter.core.components import FAMILY, UNKNOWN, Instance, tenant_of
from vmexporter.flows.discovery import Discovery, estimate_bundle_bytes, estimate_samples
from vmexporter.web.answers import ComponentAnswer, DiscoverAnswer, InstanceAnswer, TotalsAnswer


def discovered(found: Discovery) -> DiscoverAnswer:
    """The answer about *found*."""
    by_name: dict[str, list[Instance]] = {}
    for instance in found.instances:
        by_name.setdefault(instance.component, []).append(instance)
    samples = estimate_samples(found.instances)
    return DiscoverAnswer(
        components=tuple(_component(name, of_name) for name, of_name in by_name.items()),
        totals=TotalsAnswer(
            instances=len(found.instances),
            series=_sum(instance.series for instance in found.instances),
            samples=samples,
            bundle_bytes=None if samples is None else estimate_bundle_bytes(samples),
        ),
        partial=found.partial,
        notes=found.notes,
    )


def _component(name: str, instances: Sequence[Instance]) -> ComponentAnswer:
    return ComponentAnswer(
        name=_legible(name),
        family=name in FAMILY or name == UNKNOWN,
        jobs=tuple(dict.fromkeys(_legible(one.target.job) for one in instances)),
        versions=tuple(dict.fromkeys(_legible(version) for one in instances for version in one.versions)),
        series=_sum(one.series for one in instances),
        samples=estimate_samples(instances),
        first_ms=min(one.first_ms for one in instances),
        last_ms=max(one.last_ms for one in instances),
        instances=tuple(map(_instance, instances)),
    )


def _instance(found: Instance) -> InstanceAnswer:
    return InstanceAnswer(
        job=_legible(found.target.job),
        instance=_legible(found.target.instance),
        tenant=tenant_of(found.target),
        versions=tuple(map(_legible, found.versions)),
        series=found.series,
        samples=found.samples,
        first_ms=found.first_ms,
        last_ms=found.last_ms,
    )


def _sum(numbers: Iterable[int | None]) -> int | None:
    known = list(numbers)
    return None if None in known else sum(number for number in known if number is not None)


def _legible(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
