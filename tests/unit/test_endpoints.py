"""What may be typed as an address, and what it means: the table of URL forms row by row, and what must never happen."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vmexporter.core.addresses import address_without_secrets, origin_of
from vmexporter.core.endpoints import Endpoints, candidates
from vmexporter.core.tenants import canonical_tenant, is_tenant
from vmexporter.errors import InvalidInput

FORMS = Path(__file__).parent.parent / "data" / "url_forms.tsv"
SECRET = "hunter2-Secret"


def rows() -> list[dict[str, str]]:
    with FORMS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def paths_of(endpoints: Endpoints) -> list[str]:
    return [candidate.url.removeprefix(endpoints.origin) for candidate in endpoints.candidates]


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["typed"])
def test_every_url_form(row: dict[str, str]) -> None:
    if row["api_base"] == "refused":
        with pytest.raises(InvalidInput) as refusal:
            candidates(row["typed"])
        for word in {"http or https": ["http://", "https://"], "vmselect": ["vmselect", "/select/"]}.items():
            assert word[0] not in row["note"] or all(part in refusal.value.hint for part in word[1])
        assert refusal.value.field == "url"
        return
    found = candidates(row["typed"])
    others = row["also_tried_in_this_order"] or ""
    exports = [others.removeprefix("export: ").split()[0]] if others.startswith("export: ") else []
    expected = [] if exports or not others else ["" if other == "root" else other for other in others.split(", ")]
    assert paths_of(found) == [row["api_base"], *expected]
    assert found.tenant == row["tenant"].replace("-", "")
    if exports:
        assert [url.removeprefix(found.origin) for url in found.candidates[0].export_urls] == exports


def test_scheme_and_host_lose_their_case_and_the_default_port() -> None:
    assert candidates("HTTP://Vm.Example.COM:80/").origin == "http://vm.example.com"
    assert candidates("https://h:443").origin == "https://h"
    assert candidates("https://h:80").origin == "https://h:80"
    assert candidates("h:8428").candidates[0].url == "http://h:8428"
    assert candidates("http://[0:0::1]:8428").origin == "http://[::1]:8428"
    assert candidates("http://[fe80::1%25eth0]:8428").origin == "http://[fe80::1%25eth0]:8428"
    assert candidates("http://bücher.example").origin == "http://xn--bcher-kva.example"
    assert candidates("  http://h:8428\u200b \n").origin == "http://h:8428"


def test_credentials_leave_the_url() -> None:
    found = candidates(f"https://jo%40e:{SECRET}%2Fx@h:8427/select/0?token={SECRET}#{SECRET}")
    assert found.username.get_secret_value() == "jo@e"
    assert found.password.get_secret_value() == SECRET + "/x"
    assert SECRET not in repr(found)
    assert "jo@" not in repr(found)
    assert [candidate.url for candidate in found.candidates] == ["https://h:8427/select/0/prometheus"]
    assert candidates("https://a:b:c@d@h").password.get_secret_value() == "b:c@d"


@pytest.mark.parametrize(
    "typed",
    [
        f"http://joe:{SECRET}/x@h:8428",
        f"http://joe:12/{SECRET}@h:8428",
        f"http://joe:1#{SECRET}@h:8428",
        f"http://joe:1?{SECRET}@h:8428",
        f"http://:{SECRET}@h",
        f"http://joe:{SECRET}@",
        f"ftp://joe:{SECRET}@h",
        f"http://joe:{SECRET}@h:99999",
        f"http://joe:{SECRET}@h h",
        f"http://joe:{SECRET}@h\\x",
        f"http://joe:{SECRET}@h/\r\nX: y",
        f"http://joe:{SECRET}@h/insert/0/prometheus",
        f"http://joe:{SECRET}@h/select/{SECRET}/prometheus",
        f"http://joe:{SECRET}@h/../x",
    ],
)
def test_a_refusal_repeats_nothing_of_what_was_typed(typed: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        candidates(typed)
    assert SECRET not in f"{refusal.value!r} {refusal.value} {refusal.value.hint}"


@pytest.mark.parametrize(
    "typed",
    ["", "   ", "http://", "http://:8428", "http:/h", "https//h", "http:h", "h:0", "h:84 28", "::1", "http://[::1",
     "a..b", "http://h:8428:1", "http://h/a b", "unix:///tmp/s", "http://-h", "http://" + "a" * 64, "http://1.2.3",
     "h" * 5000, "http://h/\udcf3", "http://\udcf3:\udcf3@h", "http://h/?a=\udcf3"],
)  # fmt: skip
def test_more_refusals(typed: str) -> None:
    with pytest.raises(InvalidInput):
        candidates(typed)


def test_a_promql_at_modifier_in_a_pasted_query_is_no_password() -> None:
    assert paths_of(candidates("http://h:8428?query=up @ 1609746000"))[0] == ""
    assert paths_of(candidates("http://h:8428/vmui/#/?g0.expr=sum(up @ end()) by (job)"))[0] == ""


@pytest.mark.parametrize(
    ("typed", "tenant", "expected"),
    [
        ("http://h:8481", "5:7", ["/select/5:7/prometheus"]),
        ("http://h:8481/prometheus", "5", ["/select/5/prometheus"]),
        ("http://h/prefix", "multitenant", ["/prefix/select/multitenant/prometheus"]),
        ("http://h:8481/select", "5", ["/select/5/prometheus"]),
        ("http://h:8481/select/prometheus", "5", ["/select/5/prometheus"]),
        ("http://h:8481/select/5", "5:0", ["/select/5/prometheus"]),
        ("http://h/1011/rw/prometheus", "1011", ["/1011/rw/prometheus"]),
    ],
)
def test_the_tenant_option_is_for_an_address_that_names_none(typed: str, tenant: str, expected: list[str]) -> None:
    found = candidates(typed, tenant)
    assert paths_of(found) == expected
    assert canonical_tenant(found.tenant) == canonical_tenant(tenant)


@pytest.mark.parametrize(
    ("typed", "tenant"),
    [("http://h/select/5", "5:7"), ("http://h/select/5", "multitenant"), ("http://h/1011", "0"), ("http://h", "-1"),
     ("http://h", "1:2:3"), ("http://h", "4294967296"), ("http://h", "0:4294967296"), ("http://h", "a"),
     ("http://h", ":1"), ("http://h", "1:"), ("http://h", "٣")],
)  # fmt: skip
def test_another_tenant_or_none_is_an_error(typed: str, tenant: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        candidates(typed, tenant)
    assert refusal.value.field == "tenant"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("http://h/select/0/graphite", ["/select/0/prometheus"]),
        ("http://h//select//0//prometheus//", ["/select/0/prometheus"]),
        ("http://h/select/5%3A7/prometheus", ["/select/5:7/prometheus"]),
        ("http://h/select", ["/select/0/prometheus"]),
        ("http://h/select/prometheus", ["/select/prometheus", "/select/0/prometheus"]),
        ("http://h/admin/tenants", ["", "/select/0/prometheus", "/prometheus"]),
        ("http://h/vm", ["/vm", "/vm/select/0/prometheus", "/vm/prometheus"]),
        ("http://h/vm/prometheus/api/v1/export?match[]=up", ["/vm/prometheus", "/vm", "/vm/select/0/prometheus"]),
        ("http://h/graph/api/v1/query", ["/graph", "/graph/select/0/prometheus", "/graph/prometheus"]),
        ("http://h:8428/metrics", ["/metrics", "/metrics/select/0/prometheus", "/metrics/prometheus",
                                   "", "/select/0/prometheus", "/prometheus"]),
        ("http://h/1011/rw", ["/1011/rw/prometheus", "/1011/rw"]),
        ("http://h/1011/ui", ["/1011/ui/prometheus", "/1011/ui", "/1011/prometheus"]),
        ("https://g/api/datasources/proxy/1/api/v1/query",
         ["/api/datasources/proxy/1", "/api/datasources/proxy/1/prometheus"]),
        ("http://h/größe", ["/gr%C3%B6%C3%9Fe", "/gr%C3%B6%C3%9Fe/select/0/prometheus", "/gr%C3%B6%C3%9Fe/prometheus"]),
    ],
)  # fmt: skip
def test_more_forms(typed: str, expected: list[str]) -> None:
    assert paths_of(candidates(typed)) == expected


def test_where_a_tenant_is_named_nothing_without_it_is_tried() -> None:
    for row in rows():
        if row["tenant"] not in {"", "-"} and row["api_base"] != "refused":
            found = candidates(row["typed"])
            urls = [url for one in found.candidates for url in (one.url, *one.export_urls)]
            assert all(f"/{row['tenant']}" in url for url in urls), row["typed"]
            assert all(one.tenant == row["tenant"] for one in found.candidates)


@given(st.text(max_size=60), st.sampled_from(["", "http://", "https://", "http://h:8428/", "http://u:p@h/"]))
@example("\ud800", "http://")
def test_any_text_is_an_answer_or_a_refusal(text: str, start: str) -> None:
    try:
        found = candidates(start + text)
    except InvalidInput:
        return
    for candidate in found.candidates:
        assert candidate.url.startswith(found.origin)
        assert candidate.url.isascii()
        assert not set(candidate.url) & set(" ?#@\\\r\n\t")
        assert address_without_secrets(candidate.url) == candidate.url
        assert candidates(candidate.url).origin == found.origin
    assert origin_of(found.origin) == found.origin


@given(st.integers(0, 2**32 - 1), st.none() | st.integers(0, 2**32 - 1))
def test_a_project_is_never_dropped(account: int, project: int | None) -> None:
    tenant = f"{account}" if project is None else f"{account}:{project}"
    assert is_tenant(tenant)
    assert paths_of(candidates(f"http://h/select/{tenant}/prometheus")) == [f"/select/{tenant}/prometheus"]
    assert paths_of(candidates("http://h", tenant)) == [f"/select/{tenant}/prometheus"]


@pytest.mark.parametrize(
    ("url", "origin", "printed"),
    [
        (f"https://u:{SECRET}@H:443/a/?token={SECRET}#x", "https://h", "https://h/a"),
        ("http://[::1]:8428/x", "http://[::1]:8428", "http://[::1]:8428/x"),
    ],
)
def test_origin_and_kept_form(url: str, origin: str, printed: str) -> None:
    assert origin_of(url) == origin
    assert address_without_secrets(url) == printed


@pytest.mark.parametrize("url", ["ftp://h/x", "http://h:99999/x", "http://[::1/x"])
def test_what_is_no_address_has_neither(url: str) -> None:
    assert origin_of(url) == ""
    with pytest.raises(InvalidInput):
        address_without_secrets(url)
