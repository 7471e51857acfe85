"""A program that is not of VictoriaMetrics: its metrics share names with those that are, and must never be exported."""

from __future__ import annotations

from tests.fakes.exchange import Request, Responder
from tests.fakes.serving import LoopbackServer
from tests.lab.processes import Address

FOREIGN_METRICS = """\
billing_requests_total{customer="Example Customer",plan="gold"} 42
billing_open_invoices{customer="Example Customer"} 7
go_goroutines 11
go_info{version="go1.22.1"} 1
process_cpu_seconds_total 3.5
process_resident_memory_bytes 1048576
http_requests_total{path="/invoice",code="200"} 1000
flag{name="billing.secret",value="foreign",is_set="true"} 1
"""


class ForeignTarget(LoopbackServer):
    """Serves *metrics* at /metrics; set ``metrics`` to change the page while it runs."""

    def __init__(self, address: Address | None = None, metrics: str = FOREIGN_METRICS) -> None:
        super().__init__(address)
        self.metrics = metrics

    def answer(self, request: Request, responder: Responder) -> None:
        if request.path == "/metrics":
            responder.whole(200, {"Content-Type": "text/plain; version=0.0.4"}, self.metrics.encode())
        else:
            responder.whole(404, {"Content-Type": "text/plain"}, b"404 page not found\n")
