"""Programs full of canaries: a single node, vmalert and vmauth with private words in every free place they have."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.lab.canaries import Canaries
from tests.lab.processes import Address, Launch, Server

DEAD = "127.0.0.1:9"
"""Where nothing answers."""


@dataclass(frozen=True)
class Recipe:
    """Flags and files of a program; ``{folder}`` is its own folder, file names are relative to it."""

    flags: Sequence[str]
    files: Mapping[str, str] = field(default_factory=dict)


class CanaryProgram(Server):
    """A program that is started as its recipe says, from *folder_of_programs* or from PATH."""

    def __init__(self, program: str, address: Address, recipe: Recipe) -> None:
        super().__init__(Path(program).name, address)
        self.program = program
        self.recipe = recipe

    def launch(self) -> Launch:
        for name, text in self.recipe.files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        flags = (flag.replace("{folder}", str(self.folder)) for flag in self.recipe.flags)
        return Launch(self.program, (f"-httpListenAddr={self.address}", *flags), f"{self.url}/metrics")


def yaml(value: object) -> str:
    """A value as YAML: JSON is YAML, but for pairs of surrogates and a line separator as it is."""
    return json.dumps(value, ensure_ascii=False).replace("\u2028", "\\u2028")


def pushing(canaries: Canaries, name: str) -> list[str]:
    """The flags of a current program for sending its metrics somewhere."""
    place = f"{name} -pushmetrics"
    label = f'{canaries.word(f"{place}.extraLabel, name")}="{canaries.word(f"{place}.extraLabel, value")}"'
    return [
        f"-pushmetrics.url={canaries.url(f'{place}.url', DEAD)}",
        f"-pushmetrics.header=X-{canaries.word(f'{place}.header, name')}: {canaries.secret(f'{place}.header')}",
        f"-pushmetrics.extraLabel={label}",
        "-pushmetrics.interval=1s",
        f"-http.header.csp=default-src {canaries.host(f'{name} -http.header.csp')}",
        f"-loggerJSONFields=msg:{canaries.word(f'{name} -loggerJSONFields')}",
    ]


def single(canaries: Canaries, net: str, current: bool) -> Recipe:
    """A single node that scrapes itself."""
    word, secret = canaries.word, canaries.secret
    relabeling = f"{word('vmsingle -relabelConfig')}.yml"
    databases = [word(f"vmsingle -influx.databaseNames {number}") for number in (1, 2, 3)]
    flags = [
        f"-storageDataPath={{folder}}/{word('vmsingle -storageDataPath')}/data",
        "-selfScrapeInterval=1s",
        f"-selfScrapeJob={word('vmsingle -selfScrapeJob')}",
        f"-selfScrapeInstance={word('vmsingle -selfScrapeInstance')}",
        f"-promscrape.cluster.name={word('vmsingle -promscrape.cluster.name')}",
        f"-vmalert.proxyURL={canaries.url('vmsingle -vmalert.proxyURL')}",
        f'-influx.databaseNames={databases[0]},"{databases[1]},{databases[2]}"',
        f"-influxDBLabel={word('vmsingle -influxDBLabel')}",
        f"-influxMeasurementFieldSeparator={word('vmsingle -influxMeasurementFieldSeparator')}",
        f"-relabelConfig={{folder}}/{relabeling}",
        f"-graphiteListenAddr={canaries.known(f'{net}.77', 'vmsingle -graphiteListenAddr')}:2003",
        f"-tlsCertFile=/etc/{word('vmsingle -tlsCertFile')}/tls.crt",
        f"-snapshotAuthKey={secret('vmsingle -snapshotAuthKey')}",
        f"-search.resetCacheAuthKey={secret('vmsingle -search.resetCacheAuthKey')}",
    ]
    files = {relabeling: "[]\n"}
    if current:
        aggregation = f"{word('vmsingle -streamAggr.config')}.yml"
        name = word("vmsingle stream aggregation, name")
        files[aggregation] = f"- match: go_goroutines\n  interval: 1s\n  outputs: [total]\n  name: {name}\n"
        flags += [
            *pushing(canaries, "vmsingle"),
            f"-streamAggr.config={{folder}}/{aggregation}",
            "-opentelemetry.promoteAllResourceAttributes=false",
            f"-opentelemetry.promoteResourceAttributes={word('vmsingle -opentelemetry.promoteResourceAttributes')}",
            f"-vmui.customDashboardsPath={{folder}}/{word('vmsingle -vmui.customDashboardsPath')}",
            f"-promscrape.cluster.memberURLTemplate=http://%d.{canaries.host('vmsingle memberURLTemplate')}:8429/",
        ]
    return Recipe(flags, files)


RULES = """
groups:
- name: {group}
  interval: 1s
  rules:
  - alert: {alert}
    expr: {expr}
    labels: {labels}
    annotations: {{summary: {annotation}}}
  - record: {record}
    expr: '{{__name__=~"up|nothing"}}'
    labels: {record_labels}
  - record: {other_record}
    expr: 'sum({{__name__=~"up|nothing"}}) by (instance)'
"""


def rules(canaries: Canaries) -> str:
    """A rule file: an alert that fires and two recordings."""
    word = canaries.word
    labels = {
        word("vmalert alert label, name"): word("vmalert alert label, value"),
        "severity": word("vmalert severity"),
        "team": f"{word('vmalert team')} & Söhne",
        "summary": 'the "$value" of {{ $labels.instance }}',
        "runbook": canaries.url("vmalert runbook"),
    }
    return RULES.format(
        group=yaml(f"{word('vmalert group')} Gruppe ü"),
        alert=yaml(f"{word('vmalert alertname').capitalize()}Down"),
        expr=yaml('{__name__=~"up|nothing"} >= 0'),  # a server remembers that {__name__="up"} found nothing
        labels=yaml(labels),
        annotation=yaml(word("vmalert annotation")),
        record=f"{word('vmalert recording 1')}:rows:rate5m",
        record_labels=yaml({word("vmalert record label, name"): canaries.email("vmalert record label, value")}),
        other_record=f"vm_{word('vmalert recording 2')}_total",
    )


def alert(canaries: Canaries, store: Address, current: bool) -> Recipe:
    """A vmalert that reads from and writes to *store*."""
    word, secret = canaries.word, canaries.secret
    folder, path = word("vmalert -rule, folder"), word("vmalert -rule, file")
    flags = [f"-rule={{folder}}/{folder}/{path}-*.yml", "-evaluationInterval=1s", "-remoteWrite.flushInterval=1s"]
    for name in ("datasource", "remoteRead", "remoteWrite"):
        url = canaries.url(f"vmalert -{name}.url", str(store), "/")
        flags.append(f"-{name}.url={url.partition('?')[0] if name == 'remoteWrite' else url}")
        flags.append(f"-{name}.basicAuth.username={word(f'vmalert -{name}.basicAuth.username')}")
        flags.append(f"-{name}.basicAuth.password={secret(f'vmalert -{name}.basicAuth.password')}")
        flags.append(f"-{name}.tlsServerName={canaries.host(f'vmalert -{name}.tlsServerName')}")
        flags.append(f"-{name}.showURL")
    flags += [
        f"-notifier.url={canaries.url('vmalert -notifier.url', DEAD)}",
        f"-notifier.basicAuth.username={word('vmalert -notifier.basicAuth.username')}",
        f"-notifier.basicAuth.password={secret('vmalert -notifier.basicAuth.password')}",
        f"-external.url={canaries.url('vmalert -external.url')}",
        f"-external.label={word('vmalert -external.label, name')}={word('vmalert -external.label, value')}",
        f"-external.alert.source=explore?orgId=1&left={word('vmalert -external.alert.source')}",
        f"-rule.templates={{folder}}/{word('vmalert -rule.templates')}-*.tpl",
    ]
    if not current:  # a current one would ask for it
        flags.append(f"-httpAuth.username={word('vmalert -httpAuth.username')}")
    else:
        flags += pushing(canaries, "vmalert")
        flags += [
            f"-notifier.headers={word('vmalert -notifier.headers, name')}:{secret('vmalert -notifier.headers')}",
            f"-datasource.headers=X-Key:{secret('vmalert -datasource.headers')}",
            "-notifier.showURL",
        ]
    return Recipe(flags, {f"{folder}/{path}-rules.yml": rules(canaries)})


def gateway(canaries: Canaries, store: Address, current: bool) -> Recipe:
    """A vmauth before *store*."""
    word, secret = canaries.word, canaries.secret
    folder = word("vmauth -auth.config, folder")
    route = canaries.url("vmauth url_prefix", str(store), "/")
    users: list[dict[str, object]] = [
        {"username": word("vmauth username"), "password": secret("vmauth password"), "url_prefix": route},
        {"username": canaries.email("vmauth e-mail"), "password": secret("vmauth password 2"), "url_prefix": route},
        {"bearer_token": secret("vmauth bearer_token"), "url_prefix": route},
        {"bearer_token": secret("vmauth bearer 2"), "name": f"{word('vmauth name')} ops", "url_prefix": route},
    ]
    flags = [f"-auth.config={{folder}}/{folder}/auth.yml", f"-reloadAuthKey={secret('vmauth -reloadAuthKey')}"]
    if current:
        users[0]["metric_labels"] = {word("vmauth metric_labels, name"): word("vmauth metric_labels, value")}
        flags += pushing(canaries, "vmauth")
    return Recipe(flags, {f"{folder}/auth.yml": f"users: {yaml(users)}\n"})
