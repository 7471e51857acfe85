"""A vmagent full of canaries: several remote writes with credentials, targets with private labels of every kind."""

from __future__ import annotations

from collections.abc import Mapping

from tests.lab.canaries import Canaries
from tests.lab.canary_programs import DEAD, Recipe, pushing, yaml
from tests.lab.processes import Address

Labels = dict[str, str]


def agent(canaries: Canaries, store: Address, targets: Mapping[str, str], current: bool) -> Recipe:
    """A vmagent that scrapes *targets* (program → URL) and sends to *store* and to two that never answer."""
    word = canaries.word
    folder = word("vmagent -promscrape.config, folder")
    relabeling = word("vmagent -remoteWrite.relabelConfig")
    flags = [
        *remote_writes(canaries, store),
        *remote_credentials(canaries, current),
        f"-remoteWrite.label={word('vmagent -remoteWrite.label, name')}={word('vmagent -remoteWrite.label, value')}",
        f"-remoteWrite.tmpDataPath={{folder}}/{word('vmagent -remoteWrite.tmpDataPath')}/queue",
        f"-remoteWrite.relabelConfig={{folder}}/{relabeling}.yml",
        f"-promscrape.config={{folder}}/{folder}/scrape.yml",
        f"-promscrape.cluster.name={word('vmagent -promscrape.cluster.name')}",
        f"-influx.databaseNames={word('vmagent -influx.databaseNames')}",
    ]
    files = {f"{relabeling}.yml": renaming(canaries), f"{folder}/scrape.yml": scrape_config(canaries, targets)}
    if current:
        aggregation = f"{word('vmagent -remoteWrite.streamAggr.config')}.yml"
        name = word("vmagent stream aggregation, name")
        files[aggregation] = f"- match: go_goroutines\n  interval: 1s\n  outputs: [total]\n  name: {name}\n"
        flags += [*pushing(canaries, "vmagent"), f"-remoteWrite.streamAggr.config={{folder}}/{aggregation}"]
    return Recipe(flags, files)


def remote_writes(canaries: Canaries, store: Address) -> list[str]:
    """Three addresses to write to, all shown."""
    tenant = canaries.known("3107301001", "vmagent -remoteWrite.url 2, account")
    project = canaries.known("3107302001", "vmagent -remoteWrite.url 2, project")
    second = f"{canaries.host('vmagent -remoteWrite.url 2')}:8480/insert/{tenant}:{project}/prometheus/api/v1/write"
    third = f"[{canaries.ipv6('vmagent -remoteWrite.url 3')}]:8428"
    return [
        f"-remoteWrite.url={canaries.url('vmagent -remoteWrite.url 1', str(store), '/api/v1/write')}",
        f"-remoteWrite.url=https://{canaries.user_info('vmagent -remoteWrite.url 2')}@{second}",
        f"-remoteWrite.url={canaries.url('vmagent -remoteWrite.url 3', third)}",
        "-remoteWrite.showURL",
        "-remoteWrite.flushInterval=1s",
    ]


def remote_credentials(canaries: Canaries, current: bool) -> list[str]:
    """How the three are told who writes: basic authentication, OAuth2, a bearer token."""
    word, secret = canaries.word, canaries.secret

    def flag(name: str, *values: str) -> str:
        return f"-remoteWrite.{name}={','.join([*values, '', ''][:3])}"

    account = canaries.known("730373037303", "vmagent -remoteWrite.aws.roleARN, account")
    flags = [
        flag("basicAuth.username", word("vmagent -remoteWrite.basicAuth.username")),
        flag("basicAuth.password", secret("vmagent -remoteWrite.basicAuth.password")),
        flag("oauth2.clientID", "", word("vmagent -remoteWrite.oauth2.clientID")),
        flag("oauth2.clientSecret", "", secret("vmagent -remoteWrite.oauth2.clientSecret")),
        flag("oauth2.scopes", "", f"{word('vmagent -remoteWrite.oauth2.scopes')};write"),
        flag("oauth2.tokenUrl", "", canaries.url("vmagent -remoteWrite.oauth2.tokenUrl")),
        flag("bearerToken", "", "", secret("vmagent -remoteWrite.bearerToken")),
        flag("headers", f"X-Key:{secret('vmagent -remoteWrite.headers')}^^X-Org:{secret('vmagent second header')}"),
        flag("aws.accessKey", "", "", word("vmagent -remoteWrite.aws.accessKey")),
        flag("aws.secretKey", "", "", secret("vmagent -remoteWrite.aws.secretKey")),
        flag("aws.roleARN", "", "", f"arn:aws:iam::{account}:role/{word('vmagent -remoteWrite.aws.roleARN')}"),
        flag("aws.stsEndpoint", "", "", canaries.url("vmagent -remoteWrite.aws.stsEndpoint")),
        flag("aws.region", "", "", word("vmagent -remoteWrite.aws.region")),
        flag("proxyURL", "", "", canaries.url("vmagent -remoteWrite.proxyURL", DEAD)),
        flag("tlsServerName", "", canaries.host("vmagent -remoteWrite.tlsServerName")),
    ]
    if current:
        parameters = {"grant_type": "password", word("vmagent endpointParams, name"): secret("vmagent endpointParams")}
        flags.append(flag("oauth2.endpointParams", "", f"'{yaml(parameters)}'"))
    return flags


def renaming(canaries: Canaries) -> str:
    """Relabeling that gives metrics private names: words of their own, and among those of the vocabulary."""
    names = {
        "process_num_threads": f"{canaries.word('metric name 1')}_threads",
        "process_max_fds": f"vm_{canaries.word('metric name 2')}_total",
        "process_open_fds": f"job:{canaries.word('metric name 3')}:rate5m",
        "go_threads": f"go_{canaries.word('metric name 4').capitalize()}",
    }
    return "".join(
        f"- source_labels: [__name__]\n  regex: {old}\n  target_label: __name__\n  replacement: {new}\n"
        for old, new in names.items()
    )


def scrape_config(canaries: Canaries, targets: Mapping[str, str]) -> str:
    """Jobs for all *targets*, with labels of every kind, and service discovery that fails."""
    word = canaries.word
    kinds = [plain_labels(canaries), kubernetes_labels(canaries), odd_labels(canaries), public_names(canaries)]
    jobs: list[dict[str, object]] = []
    for number, (name, url) in enumerate(targets.items()):
        address, _, path = url.removeprefix("http://").partition("/")
        group = {"targets": [address], "labels": kinds[number] if number < len(kinds) else {}}
        job = {"job_name": f"{word(f'job of {name}')}-{name}", "static_configs": [group]}
        jobs.append({**job, "metrics_path": f"/{path}"})
    jobs.append(
        {
            "job_name": word("job of service discovery"),
            "http_sd_configs": [{"url": canaries.url("http_sd_configs", DEAD)}],
            "file_sd_configs": [{"files": [f"/etc/{word('file_sd_configs')}/*.json"]}],
            "consul_sd_configs": [{"server": DEAD, "token": canaries.secret("consul token")}],
        }
    )
    outside = {
        word("external label, name"): word("external label, value"),
        "cluster": f"{word('cluster')}-prod-1",
        "tenant": canaries.known("3107304001:3107305001", "label tenant"),
    }
    times = {"scrape_interval": "1s", "scrape_timeout": "1s", "external_labels": outside}
    return yaml({"global": times, "scrape_configs": jobs})


def plain_labels(canaries: Canaries) -> Labels:
    """What people add: owners, customers, addresses, links, texts that are hard to quote."""
    word = canaries.word
    return {
        "instance": f"http://{canaries.user_info('instance')}@{canaries.host('instance')}:8428/metrics",
        "owner": canaries.email("owner"),
        "customer": f'{word("customer")} & "Söhne" <GmbH>\n\\🙂\u2028',
        "team": f"{word('team')}, {word('second team')}",
        "link": canaries.url("link"),
        "host_ip": canaries.ipv4("host_ip"),
        "ip": f"[{canaries.ipv6('ip')}]:9100",
        "text": f"see {canaries.ipv4('text')}:9100 or {canaries.host('text')}, ask {canaries.email('text')}",
        word("label name"): "1",
        f"{word('second label name')}_id": word("value of a private label name"),
        "domain": f"{word('domain')}-münchen.example",
    }


def kubernetes_labels(canaries: Canaries) -> Labels:
    """What the service discovery of Kubernetes and clouds adds."""
    word = canaries.word
    ip = canaries.ipv4("node")
    return {
        "instance": f"vmstorage-0.vmstorage.{word('namespace in instance')}.svc.cluster.local:8482",
        "namespace": word("namespace"),
        "pod": f"vmselect-{word('pod')}-7f9c5d6b8-x2x4q",
        "node": f"ip-{ip.replace('.', '-')}.{word('zone in node')}.compute.internal",
        "container": word("container"),
        "service": f"vmstorage-{word('service')}",
        "prometheus": f"{word('prometheus, namespace')}/{word('prometheus, name')}",
        "app_kubernetes_io_instance": word("app_kubernetes_io_instance"),
        "topic": word("topic"),
        "bucket": f"s3://{word('bucket')}/{word('bucket, path')}",
        "vm_account_id": canaries.known("3107306001", "vm_account_id"),
        "replica": f"vmagent-{word('replica')}-0",
    }


def odd_labels(canaries: Canaries) -> Labels:
    """Labels whose values are public when they look as they should: these do not."""
    word = canaries.word
    return {
        "instance": f"[{canaries.ipv6('instance')}]:8880",
        "env": word("env"),
        "region": word("region"),
        "datacenter": f"{word('datacenter')}1",
        "zone": f"eu-{word('zone')}-1a",
        "release": f"5.15.0-{word('release')}",
        "os": word("os"),
        "endpoint": word("endpoint"),
        "metrics_path": f"/metrics?token={canaries.secret('metrics_path')}",
        "username": canaries.email("username"),
    }


def public_names(canaries: Canaries) -> Labels:
    """Labels of VictoriaMetrics' own metrics, given to a target: the program's own become ``exported_…``."""
    word = canaries.word
    own = "type action reason code status protocol level is_set block_type role output alertstate severity le".split()
    odd = {
        "version": f"vmagent-20260101-101010-heads-{word('branch')}-0-gabcdef0123",
        "app_version": f"vmauth-{word('app_version')}",
        "location": f"/home/{word('location')}/build/vm/lib/storage/storage.go:123",
        "path": f"/{word('path')}/api/v1/query",
        "url": f"1:{canaries.url('url')}",
        "addr": f"{canaries.ipv4('addr')}:8428",
        "accountID": canaries.known("3107307001", "accountID"),
    }
    return {**{name: word(f"public label {name}") for name in own}, **odd}
