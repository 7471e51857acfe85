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

#: Whole parts of a domain name that say how the cluster's name service works and nothing about its owner.
DOMAIN_WORDS: Final = frozenset("svc cluster local localhost".split())

#: Whole parts of a URL's path that belong to the APIs of the family and of Prometheus.
PATH_WORDS: Final = COMPONENT_WORDS | frozenset(
    """admin alerts api datadog delete export federate flags graph graphite health healthz import influx insert
    metrics multitenant native newrelic opentelemetry opentsdb probe prometheus query query_range ready rules select
    series targets v1 v2 vmui write -""".split()
)

#: Schemes that may stay in front of ``://``.
SCHEMES: Final = frozenset("http https tcp udp unix grpc dns srv file fs s3 gs azblob".split())

#: Labels whose value names a machine, a container or an address, so that a bare word in them is a host name.
TARGET_LABELS: Final = frozenset(
    """instance exported_instance addr address host hostname host_name server node nodename node_name exported_node
    kubernetes_node pod pod_name exported_pod kubernetes_pod kubernetes_pod_name machine vm""".split()
)

#: Labels whose value is the name of a scrape job.
JOB_LABELS: Final = frozenset("job exported_job scrape_job".split())
