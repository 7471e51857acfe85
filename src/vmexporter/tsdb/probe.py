"""Finds out where the API is and what it can do: tries the candidates in order, stage by stage, and says what it saw.

Rule: status and structure decide. A candidate is the one when it answers an instant query as the query API does; the
export API is there when a valid question that matches nothing gets an empty 200. When every candidate fails, the error
is the most telling one: credentials before an ill server, that before a wrong path, that before a web page.
API: https://docs.victoriametrics.com/victoriametrics/url-examples/
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from vmexporter.core.endpoints import Candidate, Endpoints, candidates
from vmexporter.core.request import Connection
from vmexporter.errors import AccessDenied, EndpointMissing, InvalidInput, QueryRejected, ServerUnreachable
from vmexporter.tsdb.asking import ExportRoute, ExportState, Tried, ask_query, find_export, is_partial, most_telling
from vmexporter.tsdb.identity import (
    Kind,
    Program,
    kind_of,
    program_at,
    prometheus_release,
    query_answer,
    release_order,
    releases_in,
    understands_metricsql,
)
from vmexporter.tsdb.stages import Attempt, Stage, StageName, Stages
from vmexporter.tsdb.transport import Answer, HttpClient

__all__ = ["Attempt", "ExportState", "Kind", "Probe", "Stage", "probe"]

NO_ANSWER = (ServerUnreachable, EndpointMissing, QueryRejected)


@dataclass(frozen=True)
class Probe:
    """What is at an address.

    ``export_base`` is None when the export API is missing or denied; it may differ from ``query_base``. ``versions``
    are the releases of the VictoriaMetrics components that report there now and of the program that answers, oldest
    first. ``tenant`` is "" where there are none. ``partial``: a part of the cluster did not answer. ``notes`` are
    sentences for the user.
    """

    query_base: str
    export_base: str | None
    export: ExportState
    kind: Kind
    versions: tuple[str, ...]
    tenant: str
    metricsql: bool
    partial: bool
    attempts: tuple[Attempt, ...]
    notes: tuple[str, ...]


def probe(
    client: HttpClient,
    connection: Connection,
    on_stage: Callable[[Stage], None] | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Probe:
    """Find the API that *connection* means; *on_stage* hears of every stage as it begins and ends.

    Raises:
        InvalidInput: the address or the tenant cannot be meant.
        ServerUnreachable, AccessDenied, EndpointMissing, QueryRejected: the most telling of what the candidates said.
    """
    stages = Stages(on_stage, clock)
    endpoints = _addresses(connection, stages)
    candidate, tried = _query_api(client, endpoints, stages)
    answer = tried[-1].answer
    parsed = query_answer(answer) or {}
    program = _program(client, endpoints, reached=True)
    metricsql = understands_metricsql(client, candidate.url, parsed)
    prometheus = None if metricsql else prometheus_release(client, candidate.url)
    kind = kind_of(
        program,
        metricsql=metricsql,
        prometheus=prometheus is not None,
        tenant_path="/select/" in candidate.url,
    )
    stages.passed("tenant", candidate.tenant or "none", state="done" if candidate.tenant else "skipped")
    route = _export_route(client, candidate, answer, stages, partial=is_partial(parsed))
    return Probe(
        query_base=candidate.url,
        export_base=route.base,
        export=route.state,
        kind=kind,
        versions=tuple(sorted({*releases_in(parsed), program.release, prometheus or ""} - {""}, key=release_order)),
        tenant=candidate.tenant,
        metricsql=bool(metricsql) or kind in {"vmsingle", "vmselect"},
        partial=is_partial(parsed) or route.state == "incomplete",
        attempts=(*(one.attempt for one in tried), *route.attempts),
        notes=tuple(_notes(endpoints, candidate, answer, route)),
    )


def _addresses(connection: Connection, stages: Stages) -> Endpoints:
    stages.begin("address")
    try:
        endpoints = candidates(connection.url, connection.tenant)
    except InvalidInput as error:
        stages.end("address", error.message, state="failed")
        raise
    stages.end("address", endpoints.candidates[0].url)
    return endpoints


def _query_api(client: HttpClient, endpoints: Endpoints, stages: Stages) -> tuple[Candidate, list[Tried]]:
    """The candidate that answers, and all that were tried, itself the last.

    Raises:
        VmexporterError: no candidate answers as the query API does.
    """
    tried: list[Tried] = []
    stages.begin("network")
    for candidate in endpoints.candidates:
        try:
            answer = ask_query(client, candidate.url)
        except NO_ANSWER as error:
            if tried:
                break  # the server answered before: what it said then tells more
            stage = _tell_connection(client, stages)
            stages.end(stage, error.message, state="failed")
            raise
        if not tried:
            _tell_connection(client, stages)
            stages.go_on("api")
        tried.append(Tried(candidate.url, answer))
        if query_answer(answer) is not None:
            attempts = tuple(one.attempt for one in tried)
            stages.end("api", candidate.url, attempts)
            stages.passed("auth", "accepted" if answer.authorized else "none needed")
            return candidate, tried
    failure = most_telling(tried, _program(client, endpoints, reached=False), endpoints.tenant)
    denied = isinstance(failure, AccessDenied)
    attempts = tuple(one.attempt for one in tried)
    stages.end("api", "it answers" if denied else failure.message, attempts, state="done" if denied else "failed")
    if denied:
        stages.passed("auth", failure.message, state="failed")
    raise failure


def _program(client: HttpClient, endpoints: Endpoints, *, reached: bool) -> Program:
    """What serves the address: by the metrics there, or at the root of the host.

    The root may be another program's, so when the API was *reached* below it, only a gateway counts.
    """
    program = program_at(client, endpoints.program_url)
    if program.name or endpoints.program_url == endpoints.origin:
        return program
    root = program_at(client, endpoints.origin)
    return root if not reached or root.name == "vmauth" else Program()


def _tell_connection(client: HttpClient, stages: Stages) -> StageName:
    """Tell the stages network and tls as far as they got; return the one that must have failed if nothing came."""
    times = client.connect_times
    if times.network_s is None:
        return "network"
    stages.passed("network", "connected", times.network_s)
    if not client.origin.startswith("https://"):
        stages.passed("tls", "not used", state="skipped")
        return "api"
    if times.tls_s is None:
        return "tls"
    stages.passed("tls", "not verified" if client.insecure else "trusted", times.tls_s)
    return "api"


def _export_route(
    client: HttpClient, candidate: Candidate, answered: Answer, stages: Stages, *, partial: bool
) -> ExportRoute:
    stages.begin("export")
    route = find_export(client, (candidate.url, *candidate.export_urls), answered, partial=partial)
    words = route.state if route.base in {None, candidate.url} else f"{route.state} at {route.base}"
    stages.end("export", words, route.attempts, state="failed" if route.base is None else "done")
    return route


def _notes(endpoints: Endpoints, candidate: Candidate, answer: Answer, route: ExportRoute) -> list[str]:
    notes = []
    if candidate.tenant and not endpoints.tenant:
        notes.append(f"no tenant was named: this is tenant {candidate.tenant}")
    if answer.moved_to:
        notes.append(f"the address leads on to {answer.moved_to}, where no credentials are sent; better give that one")
    if route.state == "incomplete":
        notes.append("a vmstorage is down, so the cluster refuses complete exports")
    if route.state == "denied":
        notes.append("these credentials may query but not export; samples are read by queries")
    if route.state == "missing":
        notes.append("there is no export API here; samples are read by queries")
    if route.state == "unanswered":
        notes.append("the export API did not answer this time")
    return notes
