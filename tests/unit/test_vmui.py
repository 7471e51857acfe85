"""The private server's own page behind our guard: what reads goes through, nothing that writes does."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from vmexporter.flows.session import Session
from vmexporter.web.vmui import relay


class Client:
    """Notes what it is asked for."""

    origin = "http://127.0.0.1:1"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def get(self, url: str, params: object) -> Any:
        """One GET."""
        del params
        self.asked.append(url.removeprefix(self.origin))
        return SimpleNamespace(status=200, headers={}, body=b"")

    post = get


def relayed(path: str) -> tuple[int, list[str]]:
    client = Client()
    return relay(cast(Session, SimpleNamespace(client=client)), path, "GET", b"").status_code, client.asked


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("vmui/assets/a.js", "/vmui/assets/a.js"),
        ("prometheus/api/v1/query", "/prometheus/api/v1/query"),
        ("api/v1/label/job/values", "/api/v1/label/job/values"),
        ("api/v1/label/what?#%/values", "/api/v1/label/what%3F%23%25/values"),
    ],
)
def test_what_is_read(path: str, asked: str) -> None:
    assert relayed(path) == (200, [asked])


@pytest.mark.parametrize(
    "path",
    [
        "api/v1/admin/tsdb/delete_series",
        "vmui/../api/v1/admin/tsdb/delete_series",
        "prometheus/vmui/x/../../../snapshot/delete_all",
        "vmui/..",
        "api/v1/label/../values",
        "api/v1/import",
        "internal/force_merge",
    ],
)
def test_what_is_not(path: str) -> None:
    assert relayed(path) == (404, [])
