"""The panels of support as Grafana dashboards, with the files from which Grafana is set up to show them.

The official dashboards are not among them: they are not ours to pass on. They can be put beside these.
Formats: https://grafana.com/docs/grafana/latest/administration/provisioning/,
https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from vmexporter.core.request import TimeRange
from vmexporter.core.support.tables import DASHBOARDS, Panel, Unit
from vmexporter.core.times import format_utc

DATA_SOURCE: Final = {"type": "prometheus", "uid": "vmexporter"}
PASSWORD_VARIABLE: Final = "VMEXPORTER_GRAFANA_PASSWORD"
README: Final = "README.txt"
_UNITS: Final[Mapping[Unit, str]] = {
    "short": "short",
    "ops": "ops",
    "bytes": "decbytes",
    "seconds": "s",
    "percent": "percentunit",
}
_WIDTH, _HEIGHT = 12, 8
_TEXT: Final = """Grafana shows these dashboards when it is started with

    GF_PATHS_PROVISIONING={folder}/provisioning

while the private server at {url} runs. They are made of the same panels as the page
of vmexporter open.

VictoriaMetrics' own dashboards are not among them. Their numbers at grafana.com are 10229 (single node),
11176 (cluster), 12683 (vmagent), 14950 (vmalert) and 21394 (vmauth). Put their JSON into
{folder}/dashboards, and Grafana takes them, too.
"""


@dataclass(frozen=True, slots=True)
class Setup:
    """Where Grafana is to read from: the server's address and user, if any, the bundle's range and scrape interval.

    ``labels`` are the values of the label ``bundle`` where there are several. No password is written: Grafana takes it
    from the environment (``PASSWORD_VARIABLE``).
    """

    url: str
    within: TimeRange
    interval_ms: int
    user: str = ""
    labels: tuple[str, ...] = ()


def grafana_files(setup: Setup, panels: Sequence[Panel], folder: str) -> dict[str, str]:
    """Path below *folder* (absolute) → text of each file."""
    files = {
        "provisioning/datasources/vmexporter.yaml": _data_source(setup),
        "provisioning/dashboards/vmexporter.yaml": _provider(folder),
        README: _TEXT.format(folder=folder, url=setup.url),
    }
    for place, (name, title) in enumerate(DASHBOARDS.items(), 1):
        own = [panel for panel in panels if panel.dashboard == name]
        files[f"dashboards/{place}-{name}.json"] = _json(_dashboard((name, title), own, setup))
    return files


def _data_source(setup: Setup) -> str:
    source: dict[str, Any] = {
        "name": "vmexporter",
        **DATA_SOURCE,
        "access": "proxy",
        "url": setup.url,
        "jsonData": {"timeInterval": f"{max(setup.interval_ms // 1000, 1)}s", "httpMethod": "POST"},
    }
    if setup.user:
        source |= {"basicAuth": True, "basicAuthUser": setup.user}
        source["secureJsonData"] = {"basicAuthPassword": f"${PASSWORD_VARIABLE}"}
    return _json({"apiVersion": 1, "datasources": [source]})


def _provider(folder: str) -> str:
    provider = {"name": "vmexporter", "type": "file", "options": {"path": f"{folder}/dashboards"}}
    return _json({"apiVersion": 1, "providers": [provider]})


def _dashboard(named: tuple[str, str], panels: Sequence[Panel], setup: Setup) -> dict[str, Any]:
    name, title = named
    variables = [*_bundles(setup.labels), _variable("job", setup), _variable("instance", setup)]
    return {
        "uid": f"vmexporter-{name}",
        "title": f"vmexporter: {title}",
        "tags": ["vmexporter"],
        "timezone": "utc",
        "schemaVersion": 39,
        "time": {"from": format_utc(setup.within.start_ms), "to": format_utc(setup.within.end_ms)},
        "templating": {"list": variables},
        "panels": list(_panels(panels, setup)),
    }


def _panels(panels: Sequence[Panel], setup: Setup) -> Iterator[dict[str, Any]]:
    selector = ('bundle="$bundle",' if setup.labels else "") + 'job=~"$job",instance=~"$instance"'
    for place, panel in enumerate(panels):
        query = panel.query.replace("$sel", selector).replace("$w", "$__rate_interval")
        row, column = divmod(place, 2)
        yield {
            "id": place + 1,
            "type": "timeseries",
            "title": panel.title,
            "description": panel.why,
            "datasource": DATA_SOURCE,
            "gridPos": {"h": _HEIGHT, "w": _WIDTH, "x": column * _WIDTH, "y": row * _HEIGHT},
            "fieldConfig": {"defaults": {"unit": _UNITS[panel.unit], "custom": {"axisSoftMin": 0}}, "overrides": []},
            "targets": [{"refId": "A", "datasource": DATA_SOURCE, "expr": query, "legendFormat": panel.legend}],
        }


def _bundles(labels: Sequence[str]) -> list[dict[str, Any]]:
    if not labels:
        return []
    options = [{"text": label, "value": label, "selected": not place} for place, label in enumerate(labels)]
    return [{"name": "bundle", "type": "custom", "options": options, "query": ",".join(labels), "current": options[0]}]


def _variable(label: str, setup: Setup) -> dict[str, Any]:
    within = '{bundle="$bundle"}' if setup.labels else ""
    return {
        "name": label,
        "type": "query",
        "datasource": DATA_SOURCE,
        "query": f"label_values(vm_app_version{within}, {label})",
        "refresh": 2,
        "multi": True,
        "includeAll": True,
        "allValue": ".*",
        "current": {"text": "All", "value": "$__all"},
    }


def _json(document: Mapping[str, Any]) -> str:
    """JSON, which is YAML, too."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
