"""The OpenAPI document is true: whatever fits it or not, answers have its shapes, and nothing makes the server fail."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, cast

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.integration import faulty
from tests.integration.faulty import END_MS, START_MS, Site
from tests.integration.pageserver import JSON, PageServer
from vmexporter.web.app import api
from vmexporter.web.service import Service

pytestmark = [pytest.mark.real, pytest.mark.filterwarnings("default")]
site = faulty.site

DOCUMENT: dict[str, Any] = api(cast(Service, None)).openapi()
OPERATIONS = [(method.upper(), path) for path, methods in DOCUMENT["paths"].items() for method in methods]
TAKING = [
    (method, path)
    for method, path in OPERATIONS
    if {"parameters", "requestBody"} & set(DOCUMENT["paths"][path][method.lower()])
]
Case = schemathesis.Case[Any]
CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]
OF_OTHERS = {502: {"server_unreachable", "bad_export_line"}, 503: {"partial_data"}, 507: {"output_failed"}}
"""What is no failure of ours: a metrics server that is not there or breaks off, a folder that cannot be written to."""
SEARCHING = bool(os.environ.get("VMEXPORTER_TEST_SEARCH"))
BOUNDED = settings(
    max_examples=200 if SEARCHING else 12,
    deadline=None,
    derandomize=not SEARCHING,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageServer]:
    with PageServer(tmp_path_factory.mktemp("page") / "out", "--max-runs", "30") as page:
        yield page
        assert "unexpected" not in page.log and "Traceback" not in page.log


def test_every_operation_is_described() -> None:
    assert len(OPERATIONS) >= 20
    for path, methods in DOCUMENT["paths"].items():
        for operation in methods.values():
            assert operation["description"] and operation["tags"], path
            assert operation["responses"]["401"]["content"]["application/json"]["schema"] == {
                "$ref": "#/components/schemas/ErrorAnswer"
            }
    assert "HTTPValidationError" not in DOCUMENT["components"]["schemas"]


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_what_fits(page: PageServer, site: Site, method: str, path: str) -> None:
    operation = schemathesis.openapi.from_dict(DOCUMENT)[path][method]

    @BOUNDED
    @given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
    def check(case: Case) -> None:
        if isinstance(case.body, dict):
            case.body = with_our_server(case.body, site)
        call(page, case, [not_a_server_error, *CHECKS])

    check()


@pytest.mark.parametrize(("method", "path"), TAKING)
def test_what_does_not(page: PageServer, method: str, path: str) -> None:
    operation = schemathesis.openapi.from_dict(DOCUMENT)[path][method]

    @BOUNDED
    @given(case=operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    def check(case: Case) -> None:
        call(page, case, CHECKS)

    check()


def with_our_server(body: dict[str, Any], site: Site) -> dict[str, Any]:
    """*body*, asking the one server that there is for the range that it has."""
    found = {**body}
    if "connection" in body:
        found["connection"] = {"url": site.victoria.url}
    if "insert_url" in body:
        found["insert_url"] = ""
    if "time_range" in body:
        found["time_range"] = {"start_ms": START_MS, "end_ms": END_MS}
    if body.get("window_ms"):  # as many windows as are allowed would take minutes
        found["window_ms"] = max(body["window_ms"], 10_000)
    return found


def call(page: PageServer, case: Case, checks: list[Any]) -> None:
    """Send *case* and look at the answer."""
    takes_json = case.method in {"POST", "DELETE"} and case.path != "/api/uploads"
    headers = {"Authorization": f"Bearer {page.token}"} | (JSON if takes_json else {})
    base = f"http://{page.host}"
    response = case.call(base_url=base, headers=headers, timeout=60)
    if response.status_code >= 500:
        assert response.json()["error"]["code"] in OF_OTHERS.get(response.status_code, ()), response.content
    case.validate_response(response, checks=checks)
