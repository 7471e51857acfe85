"""A cluster of which a part is down, as plans for a proxy before a server that has everything."""

from __future__ import annotations

from tests.fakes.exchange import Request
from tests.fakes.faults import Answer, Edited, Fault

REFUSED = (
    "error when exporting data on the time range (start=1612000800000, end=1612000859999): cannot fetch data for"
    ' "accountID=0, projectID=0, filters=[{job=\\"secret-job\\"}]": error occured during search: cannot fetch query'
    " results from vmstorage nodes: cannot perform search on vmstorage 127.0.0.12:8401: cannot obtain connection from a"
    " pool: cannot dial 127.0.0.12:8401: dial tcp4 127.0.0.12:8401: connect: connection refused\n"
)
JSON = {"Content-Type": "application/json"}


def as_one_down(request: Request, count: int = 0) -> Fault | None:
    """What a current vmselect answers while one of its vmstorage nodes is down."""
    if request.endpoint == "export":
        return Answer(503, REFUSED.encode())
    if request.endpoint == "query" and request.param("query").endswith("]"):
        return Answer(503, b'{"status":"error","errorType":"503","error":"cannot fetch query results"}', JSON)
    if request.endpoint in {"query", "query_range", "series"}:
        return Edited(b'"status":"success",', b'"status":"success","isPartial":true,')
    return None
