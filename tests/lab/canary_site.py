"""A whole site full of canaries, scraped into a plain server from which an export is made.

Real programs, 1.79 from PATH or current ones, are started with private words in every free place. Of some values only
the programs know the text (fingerprints of addresses, tokens and rules): they are looked for in what was scraped.
"""

from __future__ import annotations

import json
import os
import re
import time
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.lab.asking import ask, wait_until
from tests.lab.canaries import Canaries
from tests.lab.canary_agent import agent
from tests.lab.canary_cluster import HOSTS, PORTS, TENANT, cluster
from tests.lab.canary_programs import CanaryProgram, Recipe, alert, gateway, single
from tests.lab.lines import line
from tests.lab.processes import Address, free_network
from tests.lab.programs import find_program
from tests.lab.victoria import VictoriaMetrics

CURRENT_BIN, CLUSTER_BIN = "VMEXPORTER_TEST_CURRENT_BIN", "VMEXPORTER_TEST_CLUSTER_BIN"
SCRAPES = 4
BUILD_PLACE = re.compile(
    rb'("(?:exported_)?(?:location|GOROOT)":")/(?!home/)[^"]*?(?=/(?:lib/(?:[a-z]+/)+[a-z_]+[.]go|app/|go"))'
)
"""Where a program was built, if not by its makers: nothing that belongs into a recording."""
RELEASE = re.compile(rb'("(?:exported_)?release":")(?!5[.]15[.]0-)[^"]*')
"""The kernel that a recording was made on; that of a canary stays."""
FINGERPRINTS = {
    "fingerprint of a remote write": re.compile(r"/[1-9]_([0-9A-F]{16})"),
    "fingerprint of a token": re.compile(r"bearer_token:hash:([0-9A-F]{16})"),
    "fingerprint of a rule": re.compile(r'"id":"([0-9]{12,20})"'),
}


def prefix_of(recipe: Recipe | None) -> str:
    """The path prefix of a program."""
    flags = recipe.flags if recipe else ()
    return next((flag.partition("=")[2] for flag in flags if flag.startswith("-http.pathPrefix")), "")


class CanarySite:
    """The programs and the server they are scraped into; *current*: those of the folders in the environment."""

    def __init__(self, current: bool) -> None:
        self.current = current
        self.canaries = Canaries()
        self._build_place = f"/home/{self.canaries.word('where a program was built')}/vm".encode()
        net = free_network()
        places = {"store": 8, "vmsingle": 11, "vmagent": 41, "vmalert": 51, "vmauth": 61}
        ports = {"store": 8428, "vmsingle": 8428, "vmagent": 8429, "vmalert": 8880, "vmauth": 8427}
        addresses = {name: Address(f"{net}.{host}", ports[name]) for name, host in places.items()}
        self.store = VictoriaMetrics(
            "-search.latencyOffset=0s",
            address=addresses.pop("store"),
            program=self._program("vmsingle") if current else "victoria-metrics",
        )
        self.canaries.known(self.store.address.host, "address of the server")
        self.addresses = addresses
        recipes = self._recipes(net)
        for name, address in self.addresses.items():
            self.canaries.known(address.host, f"address of {name}")
        self.programs = [CanaryProgram(self._program(name), self.addresses[name], recipes[name]) for name in recipes]
        self._running = ExitStack()

    def _recipes(self, net: str) -> dict[str, Recipe]:
        canaries, store, current = self.canaries, self.store.address, self.current
        recipes = {"vmsingle": single(canaries, net, current), "vmauth": gateway(canaries, store, current)}
        recipes["vmalert"] = alert(canaries, store, current)
        if current and os.environ.get(CLUSTER_BIN):
            recipes |= cluster(canaries, net)
            self.addresses |= {name: Address(f"{net}{HOSTS[name]}", PORTS[name]) for name in HOSTS}
        targets = {
            name: f"http://{address}{prefix_of(recipes.get(name))}/metrics" for name, address in self.addresses.items()
        }
        recipes["vmagent"] = agent(canaries, store, targets, current)
        return recipes

    def _program(self, name: str) -> str:
        program = "victoria-metrics" if name == "vmsingle" else name
        if not self.current:
            return find_program(program)
        return str(Path(os.environ[CLUSTER_BIN if name in HOSTS else CURRENT_BIN], program))

    def wait_for_scrapes(self) -> None:
        """Wait until each target has been scraped several times, then look for fingerprints."""

        def scraped() -> bool:
            self.store.flush()
            now_ms = int(time.time() * 1000)
            found = self.store.query('sum(sum_over_time({__name__=~"up|nothing"}[10m])) by (job)', now_ms)
            jobs = [one for one in found if float(one["value"][1]) >= SCRAPES]
            return len(jobs) >= len(self.addresses) and bool(self.store.query('{__name__=~"ALERTS|nothing"}', now_ms))

        self._work()
        wait_until(scraped, f"every target scraped {SCRAPES} times", 60.0)
        for text in self.lines():
            for what, pattern in FINGERPRINTS.items():
                for fingerprint in pattern.findall(text.decode()):
                    self.canaries.known(fingerprint, what)

    def _work(self) -> None:
        """Give the tenant of the cluster a series and a query."""
        for program in self.programs:
            if program.name == "vminsert":
                url = f"{program.url}/insert/{':'.join(TENANT)}/prometheus/api/v1/import/prometheus"
                assert ask(url, data=b"a 1\n").status == 204
            elif program.name == "vmselect":
                base = f"{program.url}{prefix_of(program.recipe)}/select/{':'.join(TENANT)}/prometheus"
                ask(f"{base}/api/v1/query?query=a")

    def lines(self) -> list[bytes]:
        """The last samples of all series, as lines of the export format, without what 1.79 does not import."""
        self.store.flush()
        now_ms = int(time.time() * 1000)
        lines = []
        for exported in self.store.export('{__name__!=""}', now_ms - 600_000, now_ms):
            labels, _, values = exported.partition(b'},"values":[')
            for infinity in (b"+Inf", b"-Inf", b"NaN"):
                values = values.replace(infinity, b"null")
            labels = RELEASE.sub(rb"\g<1>5.15.0-1064-azure", labels)
            series = json.loads(BUILD_PLACE.sub(rb"\g<1>" + self._build_place, labels) + b'},"values":[' + values)
            samples = [one for one in zip(series["values"], series["timestamps"], strict=True) if one[0] is not None]
            if samples:
                lines.append(line(series["metric"], *zip(*samples[-2:], strict=True)))
        return lines

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            for server in (self.store, *self.programs):
                starting.enter_context(server)
            self._running = starting.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._running.close()
