"""What the examples of the documents speak of: servers at the names they use, and files of the names they use.

The names are those of the documents (``localhost:8428`` and so on); each stands for a real server on a free port.
"""

from __future__ import annotations

import re
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.integration.examples import ROOT
from tests.integration.pageserver import PageServer
from tests.lab import commandline
from tests.lab.gateways import BEARER_TOKEN, OPERATOR, VmAuth, usual_vmauth_config
from tests.lab.lines import line
from tests.lab.tenants import TenantSite
from tests.lab.victoria import VictoriaMetrics

STEP_MS = 15_000
SPAN_MS = 6 * 3_600_000
PAGE = "127.0.0.1:8080"
RECORDED = ("1795423400000", "1795424400000")
"""The range in the requests of docs/api.md."""
BUNDLE = re.compile(r"(?<![\w/-])vmexporter-\d{8}T\d{6}Z-[a-z0-9]{6}(?=\.zip)|(?<=path=)vmexporter-[\w-]+(?=\.zip)")
"""The first name of a bundle that lies in the reader's folder, or in the one of the page's server."""
ANSWER = "Please look at 777.777.1.1:8429 first: its queue grows.\n"


@dataclass(frozen=True)
class Program:
    """A program of VictoriaMetrics that was scraped."""

    name: str
    job: str
    instance: str

    def lines(self, now_ms: int) -> Iterator[bytes]:
        """Its series of the last hours."""
        times = range(now_ms - SPAN_MS, now_ms, STEP_MS)
        own = {"job": self.job, "instance": self.instance}
        version = {"version": f"{self.name}-20260821-150511-tags-v1.150.0-0-g7d1b6a5f2c", "short_version": "v1.150.0"}
        for labels in (
            {"__name__": "vm_app_version", **version},
            {"__name__": "up"},
            {"__name__": "go_memstats_alloc_bytes"},
            {"__name__": "vm_http_requests_total", "path": "/api/v1/query"},
            {"__name__": "vm_free_disk_space_bytes", "path": "/mnt/acme/data"},
            {"__name__": "flag", "name": "remoteWrite.url", "value": "http://ship:s3cret@h.acme.example/api/v1/write"},
            {"__name__": "vm_rows", "type": "indexdb/file"},
            {"__name__": "up", "customer": "ACME"},
        ):
            yield line(labels | own, [number % 997 for number in range(len(times))], times)


PROGRAMS = (
    Program("victoria-metrics", "acme-vmsingle", "metrics-1.acme.example:8428"),
    Program("vmagent", "acme-vmagent", "10.20.30.41:8429"),
    Program("vmauth", "acme-vmauth", "10.20.30.42:8427"),
)


class ExampleSite:
    """The servers, and in ``folder`` the files; ``places`` says what stands for which name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.places: dict[str, str] = {}
        self.environment: dict[str, str] = {}
        self._running = ExitStack()

    def __enter__(self) -> Self:
        now_ms = time.time_ns() // 1_000_000
        lines = [text for program in PROGRAMS for text in program.lines(now_ms)]
        with ExitStack() as starting:
            single = starting.enter_context(VictoriaMetrics("-search.latencyOffset=0s"))
            single.import_jsonl(lines)
            tenants = starting.enter_context(TenantSite({"0": lines, "5:7": lines[:7], "1011": lines[7:]}))
            gateway = starting.enter_context(VmAuth(usual_vmauth_config(single.url)))
            output = self.folder / "bundles"
            page = starting.enter_context(PageServer(output))
            self.places = {
                "localhost:8428": str(single.address),
                "localhost:8427": str(gateway.address),
                "localhost:8481": tenants.url.removeprefix("http://"),
                "vmselect:8481": tenants.url.removeprefix("http://"),
                PAGE: f"127.0.0.1:{page.port}",
                "/srv/bundles": str(output),
                RECORDED[0]: str(now_ms - 3_600_000),
                RECORDED[1]: str(now_ms),
            }
            self._prepare(page.token)
            self._running = starting.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._running.close()

    def reader(self, name: str, text: str) -> Path:
        """A folder for whoever follows a page of this *text*: the files that pages speak of, and bundles it names."""
        folder = self.folder / name
        shutil.copytree(self.folder / "files", folder)
        for bundle in set(BUNDLE.findall(text)):
            for ending in (".zip", ".obfuscation_map.json"):
                shutil.copy(folder / f"bundle{ending}", folder / f"{bundle}{ending}")
            checksum = (folder / "bundle.zip.sha256").read_text()
            (folder / f"{bundle}.zip.sha256").write_text(checksum.replace("bundle.zip", f"{bundle}.zip"))
        return folder

    def _prepare(self, token: str) -> None:
        programs, files = self.folder / "bin", self.folder / "files"
        programs.mkdir()
        files.mkdir()
        (programs / "vmexporter").write_text(f'#!/bin/sh\nexec {sys.executable} -m vmexporter "$@"\n')
        (programs / "vmexporter").chmod(0o755)
        own = commandline.environment()
        kept = {name: value for name, value in own.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY"}}
        found = {"PATH": f"{programs}:{own['PATH']}", "PYTHONPATH": str(ROOT / "src"), "HOME": str(self.folder)}
        self.environment = {**kept, **found, "TOKEN": token, "COLUMNS": "160"}
        self._write_files(files)

    def _write_files(self, files: Path) -> None:
        url = f"http://{self.places['localhost:8428']}"
        commandline.run("export", url, "--last", "1h", "-o", files / "bundle.zip").checked()
        private = (ROOT / "docs" / "privacy.md").read_text("utf-8")
        texts = {
            "password.txt": f"{OPERATOR[1]}\n",
            "token.txt": f"{BEARER_TOKEN}\n",
            "answer.txt": ANSWER,
            "check.py": _block(private, "python"),
            "policy.toml": _block(private, "toml"),
        }
        for name, text in texts.items():
            (files / name).write_text(text)
        for bundle in set(BUNDLE.findall((ROOT / "docs" / "api.md").read_text("utf-8"))):
            shutil.copy(files / "bundle.zip", self.folder / "bundles" / f"{bundle}.zip")


def _block(page: str, language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", page, re.DOTALL)
    assert found
    return found[1]
