"""The files of the compose topology, read by the programs that they are for; no container is needed."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.lab.asking import ask, bearer_auth
from tests.lab.gateways import VmAuth
from tests.lab.programs import find_program
from tests.rules.source import ROOT

pytestmark = pytest.mark.real
COMPOSE = ROOT / "packaging" / "compose"


def ran(*command: str | Path, folder: Path) -> str:
    """What *command* says; the test fails unless it ends well."""
    env = {"FOLDER": str(folder), "PATH": "/usr/sbin:/usr/bin:/bin"}
    ended = subprocess.run(
        [str(part) for part in command], cwd=folder, env=env, capture_output=True, check=False, timeout=60
    )
    said = (ended.stdout + ended.stderr).decode()
    assert ended.returncode == 0, said
    return said


def test_vmagent_reads_its_jobs(tmp_path: Path) -> None:
    config = f"-promscrape.config={COMPOSE / 'scrape.yml'}"
    ran(find_program("vmagent"), config, "-promscrape.config.strictParse=true", "-dryRun", folder=tmp_path)


def test_vmauth_reads_its_users(start_vmauth: Callable[..., VmAuth]) -> None:
    gate = start_vmauth((COMPOSE / "auth.yml").read_text())
    assert ask(f"{gate.url}/api/v1/query").status == 401
    given = ask(f"{gate.url}/api/v1/query", headers=bearer_auth("compose-token"))
    assert given.status in {502, 503}  # let in, and there is no such backend here


def test_nginx_reads_its_servers_with_the_certificates_made_for_it(tmp_path: Path) -> None:
    ran("/bin/sh", COMPOSE / "make-certificates.sh", folder=tmp_path)
    for name in ("server", "client"):
        ran(find_program("openssl"), "verify", "-CAfile", "ca.pem", f"{name}.pem", folder=tmp_path)
    text = (
        (COMPOSE / "nginx.conf").read_text().replace("/certificates/", f"{tmp_path}/").replace("single:", "127.0.0.1:")
    )
    config = tmp_path / "nginx.conf"
    config.write_text(text)
    ran(find_program("nginx"), "-t", "-p", tmp_path, "-g", f"pid {tmp_path}/pid;", "-c", config, folder=tmp_path)
    before = (tmp_path / "client.pem").read_bytes()
    ran("/bin/sh", COMPOSE / "make-certificates.sh", folder=tmp_path)
    assert (tmp_path / "client.pem").read_bytes() == before
