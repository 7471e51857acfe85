"""Programs that scrape: Prometheus, which keeps the samples, and vmagent, which sends them on.

A Prometheus takes known samples only before its start, as OpenMetrics text that promtool makes blocks of.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from tests.lab.processes import Address, LabError, Launch, Server
from tests.lab.programs import find_program
from tests.lab.victoria import TsdbApi


@dataclass(frozen=True)
class Job:
    """Targets (``host:port``) that are scraped under one job name."""

    name: str
    targets: tuple[str, ...]
    metrics_path: str = "/metrics"


def scrape_config(jobs: Sequence[Job], interval_s: int = 1) -> str:
    """A scrape configuration that Prometheus and vmagent read alike."""
    text = f"global:\n  scrape_interval: {interval_s}s\n  scrape_timeout: {interval_s}s\nscrape_configs:\n"
    for job in jobs:
        targets = ", ".join(f'"{target}"' for target in job.targets)
        text += (
            f'- job_name: "{job.name}"\n  metrics_path: "{job.metrics_path}"\n'
            f"  static_configs:\n  - targets: [{targets}]\n"
        )
    return text


class Prometheus(Server):
    """A Prometheus that scrapes itself, or *jobs*, and starts with the samples of *openmetrics*.

    *openmetrics* has lines ``name{label="value"} 1.5 1795424278.000`` (seconds), without the closing ``# EOF``.
    """

    def __init__(
        self,
        *flags: str,
        jobs: Sequence[Job] | None = None,
        openmetrics: str = "",
        address: Address | None = None,
    ) -> None:
        super().__init__("prometheus", address)
        self.flags = flags
        self.jobs = [Job("prometheus", (str(self.address),))] if jobs is None else jobs
        self.openmetrics = openmetrics

    @property
    def api(self) -> TsdbApi:
        """The server's query API (it has no export)."""
        return TsdbApi(self.url)

    def launch(self) -> Launch:
        config_file, data = self.folder / "prometheus.yml", self.folder / "data"
        config_file.write_text(scrape_config(self.jobs))
        if self.openmetrics and not data.exists():
            self._make_blocks()
        arguments = (
            f"--config.file={config_file}",
            f"--storage.tsdb.path={data}",
            "--storage.tsdb.retention.time=100y",
            f"--web.listen-address={self.address}",
            *self.flags,
        )
        return Launch(find_program("prometheus"), arguments, f"{self.url}/-/ready", start_timeout_s=40)

    def _make_blocks(self) -> None:
        source = self.folder / "samples.txt"
        source.write_text(self.openmetrics.rstrip("\n") + "\n# EOF\n")
        command = [find_program("promtool"), "tsdb", "create-blocks-from", "openmetrics", str(source)]
        done = subprocess.run(
            [*command, str(self.folder / "data")], capture_output=True, text=True, check=False, cwd=self.folder
        )
        if done.returncode:
            raise LabError(f"promtool refused the samples: {done.stdout}{done.stderr}")


class VmAgent(Server):
    """A vmagent that scrapes *jobs* and writes to *remote_write_urls* (``http://host:port/api/v1/write``)."""

    def __init__(
        self, jobs: Sequence[Job], remote_write_urls: Sequence[str], *flags: str, address: Address | None = None
    ) -> None:
        super().__init__("vmagent", address)
        self.jobs = jobs
        self.remote_write_urls = remote_write_urls
        self.flags = flags

    def launch(self) -> Launch:
        config_file = self.folder / "scrape.yml"
        config_file.write_text(scrape_config(self.jobs))
        arguments = (
            f"-httpListenAddr={self.address}",
            f"-promscrape.config={config_file}",
            f"-remoteWrite.tmpDataPath={self.folder / 'queue'}",
            "-remoteWrite.flushInterval=1s",
            *(f"-remoteWrite.url={url}" for url in self.remote_write_urls),
            *self.flags,
        )
        return Launch(find_program("vmagent"), arguments, f"{self.url}/health")
