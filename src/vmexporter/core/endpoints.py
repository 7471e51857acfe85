"""What the user typed → the API bases to try, in order: the paths of single nodes, clusters, gateways and Prometheus.

Rule: the more exactly the user named a place, the fewer others are tried; where a tenant is named, nothing without it
is, since the root of the same host may hold another tenant's data.
Facts: https://docs.victoriametrics.com/victoriametrics/cluster-victoriametrics/#url-format
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from pydantic import SecretStr

from vmexporter.core.addresses import Address, parse_address
from vmexporter.core.tenants import canonical_tenant, checked_tenant, is_tenant
from vmexporter.errors import InvalidInput

API = "prometheus"
MANAGED_ROUTES = frozenset({"rw", "r", "ui"})  # /<tenant>/<route>/prometheus: gateways that route by purpose
CUT_FROM_HERE = (("api", "v1"), ("admin", "tenants"), ("vmui",))
PAGES = frozenset({"graph", "classic", "query", "targets", "service-discovery", "tsdb-status", "federate"})
PROMETHEUS_PAGES = frozenset({"graph", "classic", "query"})
PAGE_OR_PREFIX = frozenset({"metrics", "api", "health", "flags"})  # as likely a proxy's prefix as a page
GRAFANA_PROXY = ("datasources", "proxy")

Path = tuple[str, ...]


@dataclass(frozen=True)
class Candidate:
    """One API base: ``url + "/api/v1/query"`` is asked. ``tenant`` is "" when the path names none.

    ``export_urls`` are other bases to ask for ``/api/v1/export`` when this one does not have it.
    """

    url: str
    tenant: str = ""
    export_urls: tuple[str, ...] = ()


@dataclass(frozen=True)
class Endpoints:
    """Where to look for the API that was meant.

    ``origin`` is the only place that may see credentials; ``program_url`` is the root of the program that answers
    there (its own ``/metrics``); ``tenant`` is the one that was asked for, "" when none was.
    """

    origin: str
    candidates: tuple[Candidate, ...]
    program_url: str
    tenant: str
    username: SecretStr
    password: SecretStr


@dataclass(frozen=True)
class _Plan:
    """Paths in place of URLs: what follows from the path alone."""

    program: Path
    paths: tuple[Path, ...]
    tenant: str = ""
    export_paths: tuple[Path, ...] = ()


def candidates(typed: str, tenant: str = "") -> Endpoints:
    """The API bases that *typed* may mean, the likeliest first; *tenant* is for an address that names none.

    Raises:
        InvalidInput: the address cannot be meant, is a write path, or names another tenant than *tenant*.
    """
    address = parse_address(typed)
    asked = checked_tenant(tenant)
    _refuse_write_path(address.segments)
    path, page = _without_api(address.segments)
    plan = _select_plan(path, asked) or _managed_plan(path) or _open_plan(path, page, asked)
    if asked and plan.tenant and canonical_tenant(asked) != canonical_tenant(plan.tenant):
        raise InvalidInput(
            f"cannot use tenant {asked}: the address already names tenant {plan.tenant}",
            hint="leave out one of the two",
            field="tenant",
        )
    return _endpoints(address, plan)


def _endpoints(address: Address, plan: _Plan) -> Endpoints:
    export_urls = [_url(address, path) for path in plan.export_paths]
    found = []
    for path in dict.fromkeys(plan.paths):
        url = _url(address, path)
        found.append(Candidate(url, _tenant_in(path), tuple(other for other in export_urls if other != url)))
    return Endpoints(
        origin=address.origin,
        candidates=tuple(found),
        program_url=_url(address, plan.program),
        tenant=plan.tenant,
        username=address.username,
        password=address.password,
    )


def _url(address: Address, path: Path) -> str:
    return "/".join((address.origin, *path))


def _tenant_in(path: Path) -> str:
    for before, segment in zip(("", *path), path, strict=False):
        if before == "select" and is_tenant(segment):
            return segment
    return path[0] if path and is_tenant(path[0]) else ""


def _refuse_write_path(path: Path) -> None:
    for position, segment in enumerate(path):
        following = unquote(path[position + 1]) if position + 1 < len(path) else ""
        if segment == "insert" and (is_tenant(following) or following in {"", API}):
            raise InvalidInput(
                "cannot read from this address: /insert/… is the write path of vminsert",
                hint="name the vmselect, for example http://vmselect:8481/select/0/prometheus",
                field="url",
            )


def _without_api(path: Path) -> tuple[Path, str]:
    """*path* without what belongs to one request or page, and the name of that page."""
    for marker in CUT_FROM_HERE:
        for position in range(len(path) - len(marker) + 1):
            if path[position : position + len(marker)] == marker:
                return path[:position], ""
    page = ""
    while path and path[-1] in PAGES:
        path, page = path[:-1], path[-1]
    return path, page


def _select_plan(path: Path, asked: str) -> _Plan | None:
    """The cluster's own form: ``[prefix]/select/<tenant>/prometheus``."""
    if "select" not in path:
        return None
    at = path.index("select")
    prefix, following = path[: at + 1], unquote(path[at + 1]) if at + 1 < len(path) else ""
    if is_tenant(following):
        return _Plan(prefix[:-1], ((*prefix, following, API),), tenant=following)
    if following not in {"", API}:
        raise InvalidInput(
            "cannot use this address: what follows /select/ is no tenant",
            hint="the form is /select/<accountID[:projectID]>/prometheus, for example /select/0/prometheus",
            field="url",
        )
    guessed = (*prefix, asked or "0", API)
    if asked or not following:
        return _Plan(prefix[:-1], (guessed,), tenant=asked)
    return _Plan(prefix[:-1], ((*prefix, API), guessed))


def _managed_plan(path: Path) -> _Plan | None:
    """Hosted gateways: ``/<tenant>[/rw|/r|/ui]/prometheus``; reading and exporting may be different routes."""
    tenant = unquote(path[0]) if path else ""
    if not is_tenant(tenant):
        return None
    path, whole = (tenant, *path[1:]), (tenant, API)
    if path == whole:
        return _Plan((), (whole,), tenant)
    if len(path) == 1:
        return _Plan((), (whole, path), tenant)
    base = path if path[-1] == API else (*path, API)
    others = () if path == base else (path,)
    route = path[1]
    if route not in MANAGED_ROUTES:
        return _Plan((), (*others, base), tenant)
    return _Plan((), (base, *others, *((whole,) if route == "ui" else ())), tenant, export_paths=(whole,))


def _open_plan(path: Path, page: str, asked: str) -> _Plan:
    """A path that names no tenant: a single node, Prometheus, a gateway, or a vmselect whose tenant is left out."""
    prefix = path[:-1] if path[-1:] == (API,) else path
    with_tenant, with_api = (*prefix, "select", asked or "0", API), (*prefix, API)
    if asked:
        return _Plan(prefix, (with_tenant,), tenant=asked)
    if _holds(path, GRAFANA_PROXY):
        return _Plan(prefix, (path, prefix, with_api))
    if prefix != path:
        return _Plan(prefix, (path, prefix, with_tenant))
    if page in PROMETHEUS_PAGES and not path:
        return _Plan(prefix, (path, with_api))
    more = _open_plan(path[:-1], "", "").paths if path and path[-1] in PAGE_OR_PREFIX else ()
    return _Plan(path[:-1] if more else prefix, (path, with_tenant, with_api, *more))


def _holds(path: Path, names: Sequence[str]) -> bool:
    return any(path[at : at + len(names)] == tuple(names) for at in range(len(path)))
