"""Tenants as a cluster serves them: a real cluster where there is one, else single nodes behind an nginx.

The stand-in has one single node for each tenant with the path prefix ``/select/<tenant>`` and one for ``multitenant``,
which holds the data of all with the labels ``vm_account_id`` and ``vm_project_id``; nginx routes as a vmselect does.
API: https://docs.victoriametrics.com/victoriametrics/cluster-victoriametrics/#url-format
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from tests.lab.cluster import Cluster
from tests.lab.gateways import Location, Nginx
from tests.lab.victoria import VictoriaMetrics

NO_TENANT = (
    "unsupported URL format for path. Make sure you're using cluster URL format "
    "https://docs.victoriametrics.com/victoriametrics/cluster-victoriametrics/#url-format."
)


class TenantSite:
    """A vmselect, or what looks like one, with *contents*: lines of the export format for each tenant.

    ``url`` is its root; ``backends`` says where each tenant's ``/select/<tenant>/...`` is served, for a vmauth.
    """

    def __init__(self, contents: Mapping[str, Sequence[bytes]]) -> None:
        self.contents = contents
        self.url = ""
        self.backends: dict[str, str] = {}
        self._running = ExitStack()

    @property
    def is_real(self) -> bool:
        """Whether it is a real cluster."""
        return bool(os.environ.get("VMEXPORTER_TEST_CLUSTER_BIN"))

    def base(self, tenant: str) -> str:
        """The query base of *tenant*."""
        return f"{self.url}/select/{tenant}/prometheus"

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            if self.is_real:
                self._start_cluster(starting)
            else:
                self._start_stand_in(starting)
            self._running = starting.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._running.close()

    def _start_cluster(self, stack: ExitStack) -> None:
        cluster = stack.enter_context(Cluster("-search.latencyOffset=0s"))
        for tenant, lines in self.contents.items():
            cluster.import_jsonl(lines, tenant)
        self.url = cluster.select.url
        self.backends = dict.fromkeys([*self.contents, "multitenant"], self.url)

    def _start_stand_in(self, stack: ExitStack) -> None:
        everything = [labelled(text, tenant) for tenant, lines in self.contents.items() for text in lines]
        locations = []
        for tenant, lines in [*self.contents.items(), ("multitenant", everything)]:
            node = stack.enter_context(VictoriaMetrics("-search.latencyOffset=0s", path_prefix=f"/select/{tenant}"))
            node.import_jsonl(lines)
            self.backends[tenant] = f"http://{node.address}"
            locations.append(Location(f"/select/{tenant}/", self.backends[tenant]))
        tenants = {"status": "success", "data": [full_name(tenant) for tenant in self.contents]}
        anywhere = self.backends["multitenant"]  # never asked: these locations answer themselves
        locations.append(Location("/admin/tenants", anywhere, f"return 200 '{json.dumps(tenants)}';"))
        locations.append(Location("/", anywhere, f'return 400 "{NO_TENANT}";'))
        self.url = stack.enter_context(Nginx(*locations)).url


def full_name(tenant: str) -> str:
    """``accountID:projectID``, as servers list tenants."""
    account, _, project = tenant.partition(":")
    return f"{account}:{project or 0}"


def labelled(text: bytes, tenant: str) -> bytes:
    """A line of *tenant* as a multitenant read gives it."""
    account, _, project = full_name(tenant).partition(":")
    labels = f'"vm_account_id":"{account}","vm_project_id":"{project}"}},"values":['
    return text.replace(b'},"values":[', f",{labels}".encode(), 1)
