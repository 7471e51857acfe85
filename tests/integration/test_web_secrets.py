"""Planted credentials: in no answer, no log and no file, and when nothing runs any more in no object of the server."""

from __future__ import annotations

import json
import re
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.faults import Drip, every, from_window, unavailable
from tests.fakes.proxy import FaultProxy
from tests.integration import faulty
from tests.integration.faulty import Site
from tests.integration.pageserver import PageServer, asked
from tests.lab.asking import Reply, wait_until

pytestmark = pytest.mark.real
site = faulty.site

PASSWORD, TOKEN, HEADER, IN_ADDRESS, PHRASE = (
    f"planted-{what}-{number}"
    for what, number in (("password", 4711), ("token", 1234), ("header", 815), ("address", 99), ("phrase", 42))
)
BASIC = b64encode(f"planted-user:{PASSWORD}".encode()).decode()
SECRETS = (PASSWORD, TOKEN, HEADER, IN_ADDRESS, PHRASE, BASIC)


class Watched(PageServer):
    """A server that can be asked for its objects."""

    @property
    def question(self) -> Path:
        """Where it is asked."""
        return self.folder.with_name("question")

    def command(self) -> list[str]:
        """As a module, with the place for questions."""
        module = ["-m", "tests.integration.watchedserver"]
        return [sys.executable, *module, str(self.question), str(self.port), str(self.folder)]

    def holders(self, *texts: str) -> dict[str, list[str]]:
        """What holds one of *texts* in the server."""
        draft = self.question.with_name("draft")
        draft.write_text(json.dumps([text[::-1] for text in texts]))
        draft.replace(self.question)
        answer = self.question.with_name("question.found")
        wait_until(answer.exists, "the server has looked at its objects", 60)
        found: dict[str, list[str]] = json.loads(answer.read_text())
        answer.unlink()
        return {text[::-1]: kinds for text, kinds in found.items()}


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Watched]:
    with Watched(tmp_path / "out") as page:
        yield page


@pytest.fixture
def proxy(site: Site, start_fault_proxy: Callable[..., FaultProxy]) -> FaultProxy:
    return start_fault_proxy(site.victoria.url)


def connections(proxy: FaultProxy) -> list[dict[str, Any]]:
    """Each way to give a secret."""
    header = {"headers": [{"name": "X-Planted", "value": HEADER}]}
    return [
        {"url": proxy.url, "auth": {"type": "basic", "username": "planted-user", "password": PASSWORD}, **header},
        {"url": proxy.url, "auth": {"type": "bearer", "token": TOKEN}},
        {"url": proxy.url.replace("://", f"://planted-user:{IN_ADDRESS}@")},
    ]


def own_secrets(connection: dict[str, Any]) -> str:
    """Those that this connection has: its server may repeat them."""
    text = json.dumps(connection)
    return " ".join(secret for secret in SECRETS if secret in text or (secret == BASIC and PASSWORD in text))


def looked_and_exported(page: Watched, site: Site, connection: dict[str, Any]) -> list[Reply]:
    """Everything that works with a connection."""
    ranged = {"connection": connection, "time_range": asked(site, "")["time_range"]}
    look = {**ranged, "selection": {"jobs": list(site.jobs)}}
    said = [
        page.post(f"/api/{path}", {"connection": connection}) for path in ("validate", "validate?stream=1", "tenants")
    ]
    said += [page.post(f"/api/{path}", ranged) for path in ("discover", "chart")]
    said += [page.post(f"/api/{path}", look) for path in ("sample", "labels")]
    said += [page.post("/api/validate-query", {**ranged, "text": "sum(vm_rows"})]
    said += [page.post("/api/export", {**look, "map_passphrase": PHRASE, "encrypt_map": True})]
    assert {reply.status for reply in said} == {200}, said
    return said


def refused(page: Watched, site: Site, proxy: FaultProxy, connection: dict[str, Any]) -> list[Reply]:
    """What is no form of a request, and what the server refuses in words that repeat what it was told."""
    body = asked(site, "", connection=connection)
    proxy.plan = every(unavailable(400, f"cannot take {own_secrets(connection)}"))
    return [
        page.post("/api/runs", {**body, "window": 5}),
        page.post("/api/runs", {**body, "connection": {**connection, "auth": {"type": PASSWORD}}}),
        page.post("/api/address", {"url": connection["url"] + "\\"}),
        page.post("/api/validate", {"connection": connection}),
        page.post("/api/validate?stream=1", {"connection": connection}),
        page.post("/api/export", body),
    ]


def paused_and_failed(page: Watched, site: Site, proxy: FaultProxy, connection: dict[str, Any]) -> list[Reply]:
    """A run that is stopped, goes on, and fails."""
    body = {**asked(site, "", connection=connection), "map_passphrase": PHRASE, "encrypt_map": True}
    proxy.plan = from_window(2, Drip(4_000, 0.01))
    said = [page.post("/api/runs", body)]
    identity = said[0].json()["id"]
    wait_until(lambda: page.run(identity)["windows_done"] > 0, "it exports")
    assert any(page.holders(*SECRETS).values()), "a running export needs them: the search works"
    said += [page.post(f"/api/runs/{identity}/pause")]
    proxy.plan = every(unavailable(403, f"no {own_secrets(connection)}"))
    said += [page.post(f"/api/runs/{identity}/resume", {"connection": connection, "map_passphrase": PHRASE})]
    states = [said[1].json()["state"], page.ended_run(identity)["state"]]
    assert states == ["paused", "failed"]
    return [*said, page.get(f"/api/runs/{identity}/events"), page.get("/api/runs"), page.get("/api/bundles")]


def test_nothing_keeps_or_repeats_them(page: Watched, site: Site, proxy: FaultProxy) -> None:
    said: list[Reply] = []
    for connection in connections(proxy):
        proxy.plan = lambda request, count: None
        said += looked_and_exported(page, site, connection)
        said += refused(page, site, proxy, connection)
        said += paused_and_failed(page, site, proxy, connection)
    everything = str(said) + page.log
    at = [everything[max(0, found.start() - 300) : found.end()] for found in re.finditer("|".join(SECRETS), everything)]
    assert not at
    files = b"".join(path.read_bytes() for path in page.folder.rglob("*") if path.is_file())
    assert not [secret for secret in SECRETS if secret.encode() in files]
    assert page.holders(*SECRETS) == {secret: [] for secret in SECRETS}
    assert page.holders("vmexporter.web.runs")["vmexporter.web.runs"], "the search works"
