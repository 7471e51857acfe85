"""A million distinct series with few samples each: what churn and histograms do to a store.

Every label set is new to whoever reads it, so nothing a cache remembers of one series helps with the next. The jobs are
equal in size, so that a selector of one, two or four of them takes a quarter, a half or all.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.recorded import END_MS, INTERVAL_MS

JOBS = ("acme-many-0", "acme-many-1", "acme-many-2", "acme-many-3")
SERIES_PER_JOB = 250_000
_SAMPLES = 4
_PATHS = 20
_BOUNDS = 20
_INSTANCES_PER_JOB = SERIES_PER_JOB // (_PATHS * _BOUNDS)
_LINE = (
    b'{"metric":{"__name__":"vm_http_request_duration_seconds_bucket","datacenter":"fra1","cluster":"acme-prod-eu",'
    b'"job":"%s","instance":"10.%d.%d.%d:8481","path":"/select/%d:7/prometheus/api/v1/query_range","le":"%s"},'
    b'"values":[%s],"timestamps":[%s]}\n'
)


def lines() -> Iterator[bytes]:
    """Yield `SERIES_PER_JOB` export lines for each of `JOBS`, in the hour that ends at `recorded.END_MS`."""
    bounds = [b"%.3e" % (0.0001 * 1.5**bound) for bound in range(_BOUNDS)]
    for number, job in enumerate(JOBS):
        for instance in range(_INSTANCES_PER_JOB):
            timestamps = _timestamps(number * _INSTANCES_PER_JOB + instance)
            for path in range(_PATHS):
                for rank, bound in enumerate(bounds):
                    values = _values(instance * 7 + path * 131 + rank * 17)
                    address = (32 + number, instance >> 8, instance & 255)
                    yield _LINE % (job.encode(), *address, 1000 + path, bound, values, timestamps)


def _timestamps(instance: int) -> bytes:
    first_ms = END_MS - 600_000 + instance * 7919 % INTERVAL_MS
    return b",".join(b"%d" % (first_ms + i * INTERVAL_MS) for i in range(_SAMPLES))


def _values(start: int) -> bytes:
    return b",".join(b"%d" % (start + i * (1 + start % 5)) for i in range(_SAMPLES))
