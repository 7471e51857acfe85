"""A real VictoriaMetrics cluster: two vmstorage, one vminsert, one vmselect, each on a loopback address of its own.

Ports are the programs' usual ones; the hosts lie in a random loopback /24, as ``.11`` and ``.12`` (vmstorage), ``.21``
(vminsert) and ``.31`` (vmselect).
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from tests.lab.asking import ask, wait_until
from tests.lab.processes import Address, LabError, Launch, Server, free_network
from tests.lab.programs import find_cluster_program
from tests.lab.victoria import TsdbApi, batches, post_import


class ClusterProgram(Server):
    """One program of a cluster with its flags."""

    def __init__(self, program: str, address: Address, *flags: str) -> None:
        super().__init__(program, address)
        self.flags = flags

    def launch(self) -> Launch:
        data = {"vmstorage": "-storageDataPath", "vmselect": "-cacheDataPath"}.get(self.name)
        own = (f"{data}={self.folder / 'data'}",) if data else ()
        arguments = (f"-httpListenAddr={self.address}", *own, *self.flags)
        return Launch(find_cluster_program(self.name), arguments, f"{self.url}/health")


class Cluster:
    """The whole cluster. Enter it to start all four programs; ``storages[1].stop()`` takes one vmstorage away."""

    def __init__(self, *select_flags: str) -> None:
        net = free_network()
        hosts = (f"{net}.11", f"{net}.12")
        self.storages = [
            ClusterProgram(
                "vmstorage", Address(host, 8482), "-retentionPeriod=100y",
                f"-vminsertAddr={host}:8400", f"-vmselectAddr={host}:8401",
            )
            for host in hosts
        ]  # fmt: skip
        self.insert = ClusterProgram(
            "vminsert", Address(f"{net}.21", 8480), *(f"-storageNode={host}:8400" for host in hosts)
        )
        self.select = ClusterProgram(
            "vmselect", Address(f"{net}.31", 8481), *(f"-storageNode={host}:8401" for host in hosts), *select_flags
        )
        self._running = ExitStack()

    def select_url(self, tenant: str = "0") -> str:
        """The query base of *tenant*: ``http://host:8481/select/<tenant>/prometheus``."""
        return f"{self.select.url}/select/{tenant}/prometheus"

    def insert_url(self, tenant: str = "0") -> str:
        """The write base of *tenant*: ``http://host:8480/insert/<tenant>/prometheus``."""
        return f"{self.insert.url}/insert/{tenant}/prometheus"

    def api(self, tenant: str = "0") -> TsdbApi:
        """The query API of *tenant*."""
        return TsdbApi(self.select_url(tenant))

    def import_jsonl(self, lines: Iterable[bytes], tenant: str = "0") -> None:
        """Store lines of the export format for *tenant* and make them visible to queries."""
        for body in batches(lines):
            post_import(f"{self.insert_url(tenant)}/api/v1/import", body)
        time.sleep(1.1)  # vminsert's metrics are up to a second old
        wait_until(self._all_rows_sent, "vminsert sends its rows to vmstorage")
        self.flush()

    def _all_rows_sent(self) -> bool:
        pushed, sent = 0.0, 0.0
        for text in ask(f"{self.insert.url}/metrics").body.decode().splitlines():
            pushed += float(text.rsplit(" ", 1)[1]) if text.startswith("vm_rpc_rows_pushed_total") else 0.0
            sent += float(text.rsplit(" ", 1)[1]) if text.startswith("vm_rpc_rows_sent_total") else 0.0
        return sent >= pushed

    def flush(self) -> None:
        """Make what was stored visible to queries, on every vmstorage that runs."""
        for storage in self.storages:
            if storage.running and ask(f"{storage.url}/internal/force_flush").status != 200:
                raise LabError(f"cannot flush {storage.url}")

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            for program in (*self.storages, self.insert, self.select):
                starting.enter_context(program)
            self._running = starting.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._running.close()
