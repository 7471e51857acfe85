"""What the user typed → the bases to send to, in order: a single node, a cluster's vminsert, vmagent, a gateway.

Rule: as for queries (``core.endpoints``), the more exactly a place was named, the fewer others are tried, and where a
tenant is named nothing without it is. A read path (``/select/…``) means the write path beside it, and the other way
round: one gateway often routes both.
Facts: https://docs.victoriametrics.com/victoriametrics/cluster-victoriametrics/#url-format
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote

from vmexporter.core.addresses import Address, parse_address
from vmexporter.core.tenants import canonical_tenant, checked_tenant, is_tenant
from vmexporter.errors import InvalidInput

API = "prometheus"
_READ_ROUTES = frozenset({"r", "ui"})  # of hosted gateways: /<tenant>/<route>/prometheus
_WRITE_ROUTES = frozenset({"rw", "w"})
_CUT_FROM_HERE = (("api", "v1"), ("vmui",))

Path = tuple[str, ...]


@dataclass(frozen=True)
class InsertPoints:
    """Where data may be taken in: ``base + "/api/v1/import"`` is asked for each of ``bases``.

    ``query_url`` is the address whose query API belongs to them; ``program_url`` the root of the program that answers
    (its own ``/metrics``); ``tenant`` is "" where none was named. None of them holds credentials.
    """

    bases: tuple[str, ...]
    query_url: str
    program_url: str
    tenant: str


def insert_points(typed: str, tenant: str = "") -> InsertPoints:
    """The bases that *typed* may mean, the likeliest first; *tenant* is for an address that names none.

    Raises:
        InvalidInput: the address cannot be meant, or names another tenant than *tenant*.
    """
    address, asked = parse_address(typed), checked_tenant(tenant)
    path = _without_api(address.segments)
    points = _cluster_points(address, path, asked) or _managed_points(address, path) or _open(address, path, asked)
    if asked and points.tenant and canonical_tenant(asked) != canonical_tenant(points.tenant):
        raise InvalidInput(
            f"cannot use tenant {asked}: the address already names tenant {points.tenant}",
            hint="leave out one of the two",
            field="tenant",
        )
    return points


def _without_api(path: Path) -> Path:
    for marker in _CUT_FROM_HERE:
        for position in range(len(path) - len(marker) + 1):
            if path[position : position + len(marker)] == marker:
                return path[:position]
    return path


def _cluster_points(address: Address, path: Path, asked: str) -> InsertPoints | None:
    """``[prefix]/insert/<tenant>/prometheus``, or the read path in its place."""
    at = next((position for position, segment in enumerate(path) if segment in {"insert", "select"}), -1)
    if at < 0:
        return None
    prefix, following = path[:at], unquote(path[at + 1]) if at + 1 < len(path) else ""
    if not is_tenant(following) and following not in {"", API}:
        raise InvalidInput(
            f"cannot use this address: what follows /{path[at]}/ is no tenant",
            hint="the form is /insert/<accountID[:projectID]>/prometheus, for example /insert/0/prometheus",
            field="url",
        )
    tenant = following if is_tenant(following) else asked
    tail = (tenant or "0", API)
    return InsertPoints(
        (_url(address, (*prefix, "insert", *tail)),),
        _url(address, (*prefix, "select", *tail)),
        _url(address, prefix),
        tenant,
    )


def _managed_points(address: Address, path: Path) -> InsertPoints | None:
    """Hosted gateways: ``/<tenant>[/rw|/w|/r|/ui]/prometheus``."""
    tenant = unquote(path[0]) if path else ""
    if not is_tenant(tenant):
        return None
    given = path if path[-1] == API else (*path, API)
    route = path[1] if len(path) > 1 else ""
    writing: tuple[Path, ...] = ((tenant, "rw", API), (tenant, "w", API))
    whole = (tenant, API)
    if route in _READ_ROUTES:
        found = (*writing, whole)
    else:
        found = (given, *(() if route in _WRITE_ROUTES else writing), whole)
    bases = tuple(dict.fromkeys(_url(address, one) for one in found))
    return InsertPoints(bases, _url(address, whole if route == "w" else path), address.origin, tenant)


def _open(address: Address, path: Path, asked: str) -> InsertPoints:
    """A path that names no tenant: a single node, a vmagent, a gateway, or a vminsert whose tenant is left out."""
    prefix = path[:-1] if path[-1:] == (API,) else path
    with_tenant = _url(address, (*prefix, "insert", asked or "0", API))
    query_url = _url(address, path)
    if asked:
        return InsertPoints((with_tenant,), query_url, _url(address, prefix), asked)
    bases = dict.fromkeys((_url(address, path), with_tenant, _url(address, prefix), _url(address, (*prefix, API))))
    return InsertPoints(tuple(bases), query_url, _url(address, prefix), "")


def _url(address: Address, path: Path) -> str:
    return "/".join((address.origin, *path))
