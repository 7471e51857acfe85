"""What is written about a bundle: a report that a browser shows without a request, and what sets Grafana up."""

from __future__ import annotations

import json
import stat
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from tests.fakes.faults import Stall
from tests.fakes.proxy import FaultProxy
from tests.lab import troubled
from tests.lab.victoria import VictoriaMetrics
from vmexporter.core.request import Connection
from vmexporter.errors import OutputFailed
from vmexporter.flows.bundleview import OpenedBundle
from vmexporter.flows.events import Event
from vmexporter.flows.provisioning import write_grafana
from vmexporter.flows.reporting import write_report
from vmexporter.flows.session import Session, connect

pytestmark = pytest.mark.real

NOW_MS = 1_795_600_000_000
LABELLED = (OpenedBundle("one.zip", label="one"), OpenedBundle("two.zip", label="two"))


@pytest.fixture(scope="module")
def server() -> Iterator[VictoriaMetrics]:
    with VictoriaMetrics("-search.latencyOffset=0s") as one:
        for bundle in LABELLED:
            one.import_jsonl(troubled.troubled_lines({"bundle": bundle.label}))
        yield one


@pytest.fixture(scope="module")
def session(server: VictoriaMetrics) -> Iterator[Session]:
    with connect(Connection(url=server.url)) as one:
        yield one


def test_a_report_is_private_and_never_over_another(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    list(write_report(session, LABELLED, path, NOW_MS))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text("utf-8")
    assert text.index("<h1>one.zip</h1>") < text.index("<h1>two.zip</h1>") and "2026-11-25T09:46:40Z" in text
    with pytest.raises(OutputFailed, match="cannot write"):
        list(write_report(session, LABELLED, path, NOW_MS))
    assert path.read_text("utf-8") == text


def test_a_report_that_waits_can_be_stopped(
    server: VictoriaMetrics, start_fault_proxy: Callable[..., FaultProxy], tmp_path: Path
) -> None:
    proxy = start_fault_proxy(server.url)
    with connect(Connection(url=proxy.url)) as session:
        proxy.plan = lambda request, count: Stall(60) if request.path.endswith("/query_range") else None
        making = cast(Generator[Event, None, None], write_report(session, LABELLED, tmp_path / "r.html", NOW_MS))
        while not proxy.struck:
            next(making)
        began_s = time.monotonic()
        making.close()
        assert time.monotonic() - began_s < 10
    assert not list(tmp_path.iterdir())


def documents(folder: Path) -> dict[str, Any]:
    return {path.name: json.loads(path.read_text()) for path in folder.rglob("*") if path.suffix in {".json", ".yaml"}}


def test_grafana_is_set_up_for_every_panel(session: Session, server: VictoriaMetrics, tmp_path: Path) -> None:
    folder = tmp_path / "grafana"
    write_grafana(session, LABELLED[:1], folder, NOW_MS, user="someone")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    dashboards = {name: one for name, one in documents(folder).items() if name[0].isdigit()}
    assert len(dashboards) == 9
    panels = [panel for one in dashboards.values() for panel in one["panels"]]
    assert len(panels) == 60 and len({one["uid"] for one in dashboards.values()}) == 9
    source = json.loads((folder / "provisioning/datasources/vmexporter.yaml").read_text())["datasources"][0]
    assert source["url"] == server.url and source["jsonData"]["timeInterval"] == "15s"
    assert source["secureJsonData"] == {"basicAuthPassword": "$VMEXPORTER_GRAFANA_PASSWORD"}
    provider = json.loads((folder / "provisioning/dashboards/vmexporter.yaml").read_text())["providers"][0]
    assert Path(provider["options"]["path"]) == folder / "dashboards"
    assert "10229" in (folder / "README.txt").read_text()
    for panel in panels:
        query = panel["targets"][0]["expr"]
        assert "$sel" not in query and "$w" not in query and "$__rate_interval" in query
    with pytest.raises(OutputFailed):
        write_grafana(session, LABELLED[:1], folder, NOW_MS)


def test_what_grafana_would_ask_is_answered(session: Session, server: VictoriaMetrics, tmp_path: Path) -> None:
    folder = tmp_path / "grafana"
    write_grafana(session, LABELLED, folder, NOW_MS)
    values = {"$__rate_interval": "1m", "$bundle": "two", "$job": ".*", "$instance": ".*"}
    queries = [
        panel["targets"][0]["expr"] for one in documents(folder / "dashboards").values() for panel in one["panels"]
    ]
    answered = 0
    for query in queries:
        for name, value in values.items():
            query = query.replace(name, value)  # noqa: PLW2901 # what Grafana does
        answered += bool(server.query(query, troubled.LAST_MS))
    assert len(queries) == 60 and answered >= 4
