"""What was typed → where data goes in, and where it can be asked for."""

from __future__ import annotations

import pytest

from vmexporter.core.insertpoints import insert_points
from vmexporter.errors import InvalidInput

H = "http://h:8428"


@pytest.mark.parametrize(
    ("typed", "tenant", "bases", "query"),
    [
        (H, "", ("", "/insert/0/prometheus", "/prometheus"), ""),
        (f"{H}/", "5:7", ("/insert/5:7/prometheus",), ""),
        (f"{H}/prometheus/", "", ("/prometheus", "/insert/0/prometheus", ""), "/prometheus"),
        (f"{H}/api/v1/import", "", ("", "/insert/0/prometheus", "/prometheus"), ""),
        (f"{H}/insert/5/prometheus", "", ("/insert/5/prometheus",), "/select/5/prometheus"),
        (f"{H}/insert/5/prometheus/api/v1/import", "", ("/insert/5/prometheus",), "/select/5/prometheus"),
        (f"{H}/select/5:7/prometheus", "", ("/insert/5:7/prometheus",), "/select/5:7/prometheus"),
        (f"{H}/p/select/5/vmui/#/x", "", ("/p/insert/5/prometheus",), "/p/select/5/prometheus"),
        (f"{H}/insert", "3", ("/insert/3/prometheus",), "/select/3/prometheus"),
        (f"{H}/select/multitenant", "", ("/insert/multitenant/prometheus",), "/select/multitenant/prometheus"),
        (f"{H}/7/r/prometheus", "", ("/7/rw/prometheus", "/7/w/prometheus", "/7/prometheus"), "/7/r/prometheus"),
        (f"{H}/1011/rw/prometheus", "", ("/1011/rw/prometheus", "/1011/prometheus"), "/1011/rw/prometheus"),
        (f"{H}/prefix", "", ("/prefix", "/prefix/insert/0/prometheus", "/prefix/prometheus"), "/prefix"),
    ],
)  # fmt: skip
def test_points(typed: str, tenant: str, bases: tuple[str, ...], query: str) -> None:
    points = insert_points(typed, tenant)
    assert points.bases == tuple(H + base for base in bases)
    assert points.query_url == H + query


def test_no_base_holds_credentials_or_a_query_string() -> None:
    points = insert_points("http://someone:hush@h:8428/?token=hush")
    assert "hush" not in repr(points)


@pytest.mark.parametrize(("typed", "tenant"), [(f"{H}/insert/5/prometheus", "6"), (f"{H}/insert/x", ""), (H, "x")])
def test_refused(typed: str, tenant: str) -> None:
    with pytest.raises(InvalidInput):
        insert_points(typed, tenant)


def test_the_same_tenant_may_be_named_twice() -> None:
    assert insert_points(f"{H}/insert/5:0/prometheus", "5").tenant == "5:0"
