"""The public words: what may stay readable inside a value that is otherwise replaced.

A word is kept only where it stands alone between separators (in a job: anywhere, because the official alert rules
look for it anywhere), so that no private word can hide behind a public one. Only exact lower case counts.
https://github.com/VictoriaMetrics/VictoriaMetrics/tree/master/deployment/docker/rules
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

#: The words the official dashboards and alert rules look for in ``job``: a pseudonym has exactly those of its original.
DASHBOARD_WORDS: Final = frozenset(
    "victoriametrics vmselect vminsert vmstorage vmagent vmalert vmsingle vmalertmanager vmauth vmanomaly".split()
)

#: The programs of the family, as they stand in host, pod and job names.
COMPONENT_WORDS: Final = DASHBOARD_WORDS | frozenset(
    """victoria-metrics vmbackup vmbackupmanager vmrestore vmctl vmgateway vmoperator vmalert-tool vmcluster
    victoria-logs victorialogs vlogs vlsingle vlinsert vlselect vlstorage vlagent vlogscli
    victoria-traces victoriatraces vtsingle vtinsert vtselect vtstorage vtagent""".split()
)

#: What may stand in front of a job's pseudonym; "operator" alone is too common a word to be kept inside other names.
JOB_COMPONENTS: Final = COMPONENT_WORDS | {"operator"}

#: The names by which a job calls a component, where there are several.
COMPONENT_NAMES: Final = MappingProxyType(
    {
        "vmsingle": ("vmsingle", "victoria-metrics", "victoriametrics"),
        "vlsingle": ("vlsingle", "victoria-logs", "victorialogs"),
        "vtsingle": ("vtsingle", "victoria-traces", "victoriatraces"),
    }
)

#: Whole parts of a domain name that say how the cluster's or the cloud's name service works, nothing of its owner.
DOMAIN_WORDS: Final = frozenset("svc cluster local localhost compute internal".split())

#: Last parts of a domain name that millions share; a country's is not among them, it tells a place.
DOMAIN_SUFFIXES: Final = frozenset("com net org io dev app cloud example test invalid lan home arpa".split())

#: Whole segments of a path that belong to the APIs of the family and of Prometheus.
API_WORDS: Final = frozenset(
    """admin alerts api datadog delete export federate flags graph graphite health healthz import influx insert
    metrics multitenant native newrelic opentelemetry opentsdb probe prometheus query query_range ready rules select
    series targets v1 v2 vmui write rw r ui label labels values reload debug pprof config status tsdb buildinfo
    service-discovery groups rule -""".split()
)

#: Folders and files (without extension) that the programs themselves name, or that everyone has.
FOLDER_WORDS: Final = frozenset(
    """data indexdb persistent-queue cache caches snapshots snapshot small big metadata tmp config conf scrape auth
    relabel streamaggr stream-aggr prometheus victoria-metrics-data vmagent-remotewrite-data vmstorage-data
    vmselect-cache vmalert vmagent single-node flock.lock rollupResult search partitions prev curr . .. * ** ~
    file_sd sd""".split()
)

#: Whole segments of any path that stay.
PATH_WORDS: Final = COMPONENT_WORDS | API_WORDS | FOLDER_WORDS

#: Extensions of files that may stay.
EXTENSIONS: Final = frozenset(
    "yml yaml json jsonl toml conf cfg ini txt pem crt cer ca key p12 db log sock gz zst zip tmpl tpl rules csv".split()
)

#: Names of arguments in a URL that may stay; their values never do.
ARGUMENTS: Final = frozenset(
    """match match[] start end step time timeout query limit token authKey auth_key password user username key apikey
    api_key api-key access_token extra_label extra_label[] extra_filters extra_filters[] db rp nocache dedup format
    target module g0.expr reduce_mem_usage max_rows_per_line latency_offset namespace name id""".split()
)

#: Schemes that may stay in front of ``://``.
SCHEMES: Final = frozenset("http https tcp udp unix grpc dns srv file fs s3 gs azblob".split())
