"""Discovery's answers → the VictoriaMetrics components of a time range: component, job, instance.

A target belongs here when it reported ``vm_app_version`` inside the range. Which component it is stands in the build
version, ``<program>-<date>-<time>-<tags>`` (lib/buildinfo of VictoriaMetrics); builds without one, such as Debian's,
are told apart by flags and metrics that only one component has.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from vmexporter.core.request import Selection
from vmexporter.core.selectors import Target
from vmexporter.errors import InvalidInput

UNKNOWN = "unknown"
_PROGRAM = re.compile(r"([a-z][a-z0-9_-]*?)-(?:\d{8}-\d{6}|v?\d+\.\d+|tags|heads|unknown|dev)")
_RENAMED = MappingProxyType(
    {
        "victoria-metrics": "vmsingle",
        "victoria-logs": "vlsingle",
        "victoria-traces": "vtsingle",
        "vm-operator": "operator",
        "vmoperator": "operator",
    }
)
FAMILY = frozenset(
    "vmsingle vmstorage vminsert vmselect vmagent vmalert vmauth vmbackup vmrestore vmbackupmanager vmgateway vmctl"
    " vmanomaly vmalert-tool operator vlsingle vlstorage vlinsert vlselect vlagent vlogscli"
    " vtsingle vtstorage vtinsert vtselect vtagent".split()
)
"""The programs of the VictoriaMetrics family: what is exported unless something narrower is chosen."""

SIGNATURE_FLAGS = MappingProxyType(
    {
        "auth.config": "vmauth",
        "notifier.url": "vmalert",
        "remoteWrite.tmpDataPath": "vmagent",
        "cacheDataPath": "vmselect",
        "vminsertAddr": "vmstorage",
        "disableRerouting": "vminsert",
        "selfScrapeInterval": "vmsingle",
        "snapshot.createURL": "vmbackup",
        "skipBackupCompleteCheck": "vmrestore",
    }
)
# In this order: vmagent's remote write counters stand in no other program, vm_rows in single nodes and vmstorage.
SIGNATURE_METRICS = MappingProxyType(
    {
        "vmauth_http_requests_total": "vmauth",
        "vmalert_execution_total": "vmalert",
        "vmagent_remotewrite_requests_total": "vmagent",
        "vm_vminsert_conns": "vmstorage",
        "vm_rpc_rows_sent_total": "vminsert",
        "vmselect_request_duration_seconds_count": "vmsingle",
    }
)


@dataclass(frozen=True, slots=True)
class Instance:
    """One target that ran a component: versions in order of appearance, first and last sample, scrapes in the range.

    ``series`` is how many series it had when last seen; None when that could not be counted.
    """

    target: Target
    component: str
    versions: tuple[str, ...]
    first_ms: int
    last_ms: int
    scrapes: int
    series: int | None = None

    @property
    def samples(self) -> int | None:
        """An estimate of its samples in the range."""
        return None if self.series is None else self.series * self.scrapes


@dataclass(frozen=True, slots=True)
class Sighting:
    """One series of ``vm_app_version`` in the range."""

    labels: Mapping[str, str]
    first_ms: int
    last_ms: int
    scrapes: int


def component_of(version: str) -> str:
    """The component that a build version names: ``vmstorage-2026…`` → ``vmstorage``; "" when it names none."""
    match = _PROGRAM.match(version)
    return _RENAMED.get(match[1], match[1]) if match else ""


def target_of(labels: Mapping[str, str]) -> Target:
    """The target that a series belongs to."""
    tenant = tuple((label, labels[label]) for label in ("vm_account_id", "vm_project_id") if label in labels)
    return Target(labels.get("job", ""), labels.get("instance", ""), tenant)


def signatures(series: Iterable[Mapping[str, str]]) -> dict[Target, str]:
    """The component of each target, from series of ``SIGNATURE_FLAGS`` and ``SIGNATURE_METRICS``; flags win."""
    by_flag: dict[Target, str] = {}
    metrics: dict[Target, set[str]] = {}
    for labels in series:
        name = labels.get("__name__", "")
        if name == "flag" and (component := SIGNATURE_FLAGS.get(labels.get("name", ""))):
            by_flag[target_of(labels)] = component
        elif name in SIGNATURE_METRICS:
            metrics.setdefault(target_of(labels), set()).add(name)
    first = {target: next(name for name in SIGNATURE_METRICS if name in found) for target, found in metrics.items()}
    return {target: SIGNATURE_METRICS[name] for target, name in first.items()} | by_flag


def instances_of(sightings: Iterable[Sighting], signed: Mapping[Target, str]) -> list[Instance]:
    """One instance per target, sorted by component, job and instance; the newest build decides the component."""
    by_target: dict[Target, list[Sighting]] = {}
    for sighting in sightings:
        by_target.setdefault(target_of(sighting.labels), []).append(sighting)
    found = []
    for target, seen in by_target.items():
        seen.sort(key=lambda sighting: (sighting.first_ms, sighting.last_ms))
        builds = [sighting.labels.get("version", "") for sighting in seen]
        named = next((name for build in reversed(builds) if (name := component_of(build))), "")
        versions = tuple(dict.fromkeys(version_of(sighting.labels) for sighting in seen))
        found.append(
            Instance(
                target=target,
                component=named or signed.get(target, UNKNOWN),
                versions=tuple(filter(None, versions)),
                first_ms=min(sighting.first_ms for sighting in seen),
                last_ms=max(sighting.last_ms for sighting in seen),
                scrapes=sum(sighting.scrapes for sighting in seen),
            )
        )
    return sorted(found, key=lambda instance: (instance.component, instance.target.job, instance.target.instance))


def with_series(instances: Iterable[Instance], counts: Mapping[Target, int]) -> list[Instance]:
    """The same instances with their series counts; an instance without a count keeps None."""
    return [replace(instance, series=counts.get(instance.target)) for instance in instances]


def choose(instances: Sequence[Instance], selection: Selection) -> list[Instance]:
    """The instances that *selection* means; by default all programs of the family.

    Raises:
        InvalidInput: a chosen name was not found, or nothing is left.
    """
    chosen = list(instances)
    if not (selection.components or selection.targets):
        chosen = [instance for instance in chosen if instance.component in FAMILY or instance.component == UNKNOWN]
    narrowings: tuple[tuple[str, tuple[str, ...], Callable[[Instance], str]], ...] = (
        ("component", selection.components, lambda instance: instance.component),
        ("job", selection.jobs, lambda instance: instance.target.job),
        ("instance", selection.instances, lambda instance: instance.target.instance),
    )
    for field, wanted, value in narrowings:
        present = {value(instance) for instance in instances}
        missing = sorted(set(wanted) - present)
        if missing:
            raise InvalidInput(
                f"cannot export {field} {', '.join(missing)}: it reported no vm_app_version in the range",
                hint="vmexporter discover lists what there is",
                field=field,
            )
        if wanted:
            chosen = [instance for instance in chosen if value(instance) in wanted]
    if selection.targets:
        chosen = _exactly(chosen, selection)
    if not chosen:
        raise InvalidInput("cannot export: no component fits all that was chosen", hint="run vmexporter discover")
    return chosen


def tenant_of(target: Target) -> str:
    """``accountID[:projectID]`` of a target that was read with those of other tenants; "" elsewhere."""
    return ":".join(value for _, value in target.tenant_labels)


def _exactly(instances: Sequence[Instance], selection: Selection) -> list[Instance]:
    """The instances of the targets that *selection* names; one without a tenant means those of all tenants."""
    wanted = {(one.job, one.instance, one.tenant) for one in selection.targets}
    found = {(one.target.job, one.target.instance) for one in instances}
    if not {(job, instance) for job, instance, _ in wanted} <= found:
        raise InvalidInput(
            "cannot export: a chosen target reported no vm_app_version in the range",
            hint="look for the components again",
            field="targets",
        )
    names = [(one, (one.target.job, one.target.instance)) for one in instances]
    return [one for one, name in names if {(*name, ""), (*name, tenant_of(one.target))} & wanted]


def components_of_jobs(instances: Iterable[Instance]) -> dict[str, frozenset[str]]:
    """The components that each job holds."""
    jobs: dict[str, set[str]] = {}
    for instance in instances:
        if instance.component != UNKNOWN:
            jobs.setdefault(instance.target.job, set()).add(instance.component)
    return {job: frozenset(components) for job, components in jobs.items()}


def version_of(labels: Mapping[str, str]) -> str:
    """The version that a series of ``vm_app_version`` tells."""
    if short := labels.get("short_version", ""):
        return short
    match = re.search(r"-(?:tags|heads)-(.+?)(?:-\d+-g[0-9a-f]+.*|-dirty.*)?$", labels.get("version", ""))
    return match[1] if match else labels.get("version", "")
