"""A small site of many hosts: a vmagent scrapes VictoriaMetrics programs and a foreign one into a single node.

The hosts lie in a random loopback /24: the single node ``.11``, vmagent ``.41``, vmauth ``.61``, the foreign program
``.91``. The foreign program shares its job with the single node and has metrics of the same names, as happens in life.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from tests.fakes.foreign import ForeignTarget
from tests.lab.asking import wait_until
from tests.lab.gateways import VmAuth, usual_vmauth_config
from tests.lab.processes import Address, free_network
from tests.lab.scraping import Job, VmAgent
from tests.lab.victoria import VictoriaMetrics

SHARED_JOB = "prod-storage"
"""The job of the single node and of the foreign program."""
GATEWAY_JOB = "prod-gateway"
AGENT_JOB = "prod-agent"


class ManyHosts:
    """The whole site, scraped every second; ``wait_for_scrapes`` waits until each target has been scraped."""

    def __init__(self) -> None:
        net = free_network()
        self.victoria = VictoriaMetrics("-search.latencyOffset=0s", address=Address(f"{net}.11", 8428))
        self.gateway = VmAuth(usual_vmauth_config(self.victoria.url), address=Address(f"{net}.61", 8427))
        self.foreign = ForeignTarget(Address(f"{net}.91", 9100))
        agent = Address(f"{net}.41", 8429)
        self.jobs = (
            Job(SHARED_JOB, (str(self.victoria.address), str(self.foreign.address))),
            Job(GATEWAY_JOB, (str(self.gateway.address),)),
            Job(AGENT_JOB, (str(agent),)),
        )
        self.agent = VmAgent(self.jobs, [f"{self.victoria.url}/api/v1/write"], address=agent)
        self._running = ExitStack()

    @property
    def url(self) -> str:
        """The single node's address: what an export reads from."""
        return self.victoria.url

    @property
    def own_targets(self) -> set[tuple[str, str]]:
        """(job, instance) of every VictoriaMetrics program."""
        return {
            (job.name, target) for job in self.jobs for target in job.targets if target != str(self.foreign.address)
        }

    def wait_for_scrapes(self, count: int = 3, timeout_s: float = 30.0) -> None:
        """Wait until every target, the foreign one too, has at least *count* samples of ``up`` that say 1."""
        wanted = {(job.name, target) for job in self.jobs for target in job.targets}

        def scraped() -> bool:
            self.victoria.flush()
            ups = self.victoria.query("sum_over_time(up[10m])", int(time.time() * 1000))
            enough = {(up["metric"]["job"], up["metric"]["instance"]) for up in ups if float(up["value"][1]) >= count}
            return wanted <= enough

        wait_until(scraped, f"every target scraped {count} times", timeout_s)

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            for server in (self.victoria, self.gateway, self.foreign, self.agent):
                starting.enter_context(server)
            self._running = starting.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._running.close()
